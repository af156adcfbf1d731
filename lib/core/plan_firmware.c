/* SPDX-License-Identifier: ISC */
/*
 * Firmware and boot code (spec §7): which build is wanted, who gets it, and from where.
 */
#include "core/plan_parts.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/text.h"

#include <string.h>

/* The two kinds of file differ in these facts and nothing else. */
struct kind {
	const char *name;     /* for people */
	const char *filetype; /* in commands and URLs */
	const char *variable; /* what the device says it runs */
	const char *prefix;   /* of the standard file name */
};

static const struct kind firmware = {"firmware", "prot", "PROT", ""};
static const struct kind bootcode = {"boot code", "boot", "BOOT", "boot"};

static const char *given_name(const struct conf_filename *special, const struct kind *kind)
{
	if (!special)
		return NULL;
	return kind == &firmware ? special->prot : special->boot;
}

/* The file name for {filename}: lower case, cut at the first dash, ip222 → ip222.bin / boot222.bin. */
static const char *file_name(
    struct arena *a, const struct config *c, const char *model, const struct kind *kind)
{
	const char *given = given_name(conf_filename_find(c, model), kind);
	if (given)
		return given;
	char *name = arena_strndup(a, model, strcspn(model, "-"));
	bool ip = text_starts(name, "ip") && text_is_digit(name[2]);
	return arena_printf(a, "%s%s.bin", kind->prefix, ip && kind == &bootcode ? name + 2 : name);
}

static const char *fill(struct arena *a, const char *url, const char *const words[][2], size_t n)
{
	struct buf out = {0};
	while (*url) {
		size_t i = 0;
		while (i < n && !text_starts(url, words[i][0]))
			i++;
		if (i < n) {
			buf_adds(&out, words[i][1]);
			url += strlen(words[i][0]);
		} else {
			buf_addc(&out, *url++);
		}
	}
	const char *text = arena_strndup(a, buf_text(&out), out.size);
	buf_free(&out);
	return text;
}

static const char *storage_url(struct plan *p, const struct plan_input *in, const char *model,
    const struct kind *kind, const char *build)
{
	const char *const words[][2] = {
	    {"{build}", build},
	    {"{model}", in->request->type},
	    {"{filetype}", kind->filetype},
	    {"{filename}", file_name(p->arena, in->config, model, kind)},
	};
	const char *url = fill(p->arena, in->config->fwstorage_url, words, 4);
	return req_url(p->arena, in->request, url);
}

static bool send_build(struct plan *p, const struct plan_input *in, const struct kind *kind,
    const char *build, const struct conf_list *without)
{
	const char *has = req_arg(in->request, kind->variable);
	const char *word =
	    kind == &firmware ? in->config->master_firmware : in->config->master_bootcode;
	const char *model = arena_lower(p->arena, in->request->type);
	if (!*build) {
		plan_note(p, CONCERN_FIRMWARE, "no %s: %s", kind->name,
		    strcmp(word, "master") == 0 ? "the master device has none" : "none is wanted");
		return false;
	}
	if (conf_list_has(without, model)) {
		plan_note(
		    p, CONCERN_FIRMWARE, "no %s: devices of type %s get none", kind->name, model);
		return false;
	}
	if (has && strcmp(has, build) == 0) {
		plan_note(p, CONCERN_FIRMWARE, "no %s: the device has build %s, as wanted",
		    kind->name, build);
		return false;
	}
	plan_command(p, CONCERN_FIRMWARE,
	    arena_printf(p->arena, "%s: the device has build %s, build %s is wanted", kind->name,
		has && *has ? has : "(unknown)", build),
	    "mod cmd UP0 %s %s ser %s", kind->filetype, storage_url(p, in, model, kind, build),
	    build);
	*(kind == &firmware ? &p->firmware : &p->bootcode) = build;
	return true;
}

/* "" for none; NULL when it is the master device's and that never answered. */
static const char *wanted(const char *word, const char *of_master, const char *of_firmware)
{
	if (strcmp(word, "none") == 0)
		return "";
	if (strcmp(word, "master") == 0)
		return of_master;
	if (strcmp(word, "firmware") == 0)
		return of_firmware;
	return word;
}

static bool all_apply(struct plan *p, const struct config *c)
{
	for (size_t i = 0; i < c->nmaster_applies; i++) {
		const struct conf_applies *one = &c->master_applies[i];
		if (caller_applies(&p->who, one))
			continue;
		plan_note(p, CONCERN_FIRMWARE,
		    "no firmware, no boot code: only for %s \"%s\" (master/applies)",
		    one->env ? "environment" : "class", one->text);
		return false;
	}
	return true;
}

/* What a network looks like from inside is not told to everybody who polls: no reasons of failures. */
static void note_master(struct plan *p, const struct plan_input *in)
{
	const struct master *m = in->master;
	char age[32];
	if (!master_is_asked(in->config) || !m)
		return;
	num_age((long)(in->now - m->answered_at), age, sizeof age);
	plan_note(p, CONCERN_FIRMWARE,
	    "the master device runs firmware %s, boot code %s (it said so %s ago%s)", m->firmware,
	    *m->bootcode ? m->bootcode : "(none)", age,
	    *m->problem ? "; asking it again failed, see rollcall status" : "");
}

bool plan_firmware(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	const struct master *m = in->master && in->master->answered_at ? in->master : NULL;
	if (!*c->master_info) {
		plan_say(p, CONCERN_FIRMWARE, "no firmware, no boot code: master/@info is empty");
		return true;
	}
	const char *prot = wanted(c->master_firmware, m ? m->firmware : NULL, NULL);
	const char *boot = wanted(c->master_bootcode, m ? m->bootcode : NULL, prot);
	if (!prot || !boot) {
		plan_say(p, CONCERN_FIRMWARE,
		    "the master device never answered, so the wanted build is not known: nothing more is "
		    "sent (see rollcall status)");
		return false;
	}
	note_master(p, in);
	if (!all_apply(p, c))
		return true;
	bool sent = send_build(p, in, &firmware, prot, &c->nofirmdev);
	sent |= send_build(p, in, &bootcode, boot, &c->nobootdev);
	if (sent)
		plan_command(p, CONCERN_FIRMWARE, "reset for the new build when the device is idle",
		    "iresetn");
	return true;
}
