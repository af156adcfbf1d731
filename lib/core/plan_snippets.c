/* SPDX-License-Identifier: ISC */
/*
 * The snippets, and what comes after them (spec §5 "Check", "After the snippets").
 */
#include "core/plan_parts.h"

#include "base/limits.h"

#include <string.h>

static const char *check_sum(
    struct plan *p, const struct plan_input *in, const struct plan_files *files)
{
	char *sum = arena_alloc(p->arena, MD5_HEX);
	md5_reset(in->md5);
	for (size_t i = 0; i < files->count; i++)
		md5_add(in->md5, files->found[i]->sum, files->found[i]->sum_size);
	md5_hex(in->md5, sum);
	return sum;
}

static void send_files(struct plan *p, const struct plan_files *files)
{
	size_t sent = 0;
	for (size_t i = 0; i < files->count; i++) {
		if (files->found[i]->problem)
			continue;
		plan_snippet(p, files->found[i], NULL);
		sent++;
	}
	if (!sent)
		plan_say(p, CONCERN_SNIPPETS, "there is no snippet for this device");
}

static void send_all(struct plan *p, const struct plan_input *in, const struct plan_files *files,
    const struct plan_address *want, const char *sum)
{
	send_files(p, files);
	if (p->who.next)
		p->handed_on = p->who.next->id;
	if (want->needed) {
		plan_address_commands(p, in, want);
	} else {
		plan_command(p, CONCERN_SNIPPETS, "keep the settings and make them effective",
		    "config write");
		plan_command(p, CONCERN_SNIPPETS, NULL, "config activate");
	}
	if (sum)
		plan_command(p, CONCERN_CHECK, "the device remembers this version of the snippets",
		    "mod cmd UP1 check ser %s", sum);
	plan_command(
	    p, CONCERN_END, "reset if something needs it, when the device is idle", "iresetn");
}

static bool sends_firmware(const struct plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->steps[i].kind == STEP_COMMAND && p->steps[i].concern == CONCERN_FIRMWARE)
			return true;
	}
	return false;
}

static bool fit_into_reply(struct plan *p, const struct plan_files *files)
{
	size_t size = 0;
	for (size_t i = 0; i < files->count; i++)
		size += files->found[i]->text_size;
	if (size <= LIMIT_REPLY)
		return true;
	plan_warn(p, CONCERN_SNIPPETS,
	    "the snippets for this device are %zu bytes together, at most %d are sent: none is",
	    size, LIMIT_REPLY);
	return false;
}

void plan_snippets(struct plan *p, const struct plan_input *in, const struct plan_files *files)
{
	const struct config *c = in->config;
	bool last = !p->who.next;
	struct plan_address want = {
	    .phase = last ? NULL : p->who.next->id,
	    .polling = last ? "0" : plan_decimal(p, c->times_polling),
	};
	if (!plan_address_make(p, in, &want) || !fit_into_reply(p, files))
		return;
	const char *sum = last && c->times_check ? check_sum(p, in, files) : NULL;
	const char *has = in->request->check;
	if (!sum || !has || strcmp(sum, has) != 0) {
		if (sum && has)
			plan_note(p, CONCERN_CHECK,
			    "the snippets changed: check sum %s, the device ran %s", sum,
			    *has ? has : "(none)");
		send_all(p, in, files, &want, sum);
		return;
	}
	plan_note(p, CONCERN_CHECK,
	    "no snippet: the device already ran this version (check sum %s)", sum);
	if (want.needed)
		plan_address_commands(p, in, &want);
	p->settled = !want.needed && !sends_firmware(p);
	if (p->settled)
		plan_say(p, CONCERN_END, "nothing to do: the device has settled");
}
