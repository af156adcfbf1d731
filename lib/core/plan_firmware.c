/* SPDX-License-Identifier: ISC */
/*
 * Firmware and boot code (spec §7): which build is wanted, who gets it, and from where.
 */
#include "core/plan_parts.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/text.h"
#include "core/build.h"

#include <string.h>

/* The two kinds of file differ in these facts and nothing else. */
struct kind {
	enum build_kind is;
	const char *name;     /* for people */
	const char *filetype; /* in commands and URLs */
	const char *variable; /* what the device says it runs */
	const char *prefix;   /* of the standard file name */
};

static const struct kind firmware = {BUILD_FIRMWARE, "firmware", "prot", "PROT", ""};
static const struct kind bootcode = {BUILD_BOOTCODE, "boot code", "boot", "BOOT", "boot"};

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
    const struct build *wanted)
{
	const char *has = req_arg(in->request, kind->variable), *build = wanted->number;
	const char *word =
	    kind == &firmware ? in->config->master_firmware : in->config->master_bootcode;
	const char *model = arena_lower(p->arena, in->request->type);
	if (wanted->verdict == BUILD_NONE) {
		plan_note(p, CONCERN_FIRMWARE, "no %s: %s", kind->name,
		    strcmp(word, "master") == 0 ? "the master device has none" : "none is wanted");
		return false;
	}
	if (wanted->verdict == BUILD_NOT_TYPE) {
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

static bool applies(const void *context, const struct conf_applies *one)
{
	return caller_applies(context, one);
}

/* Says why there is neither. */
static void note_neither(struct plan *p, const struct build *build)
{
	switch (build->verdict) {
	case BUILD_OFF:
		plan_say(p, CONCERN_FIRMWARE, "no firmware, no boot code: master/@info is empty");
		break;
	case BUILD_UNKNOWN:
		plan_say(p, CONCERN_FIRMWARE,
		    "the master device never answered, so the wanted build is not known: nothing more is "
		    "sent (see rollcall status)");
		break;
	case BUILD_UNMET:
		plan_note(p, CONCERN_FIRMWARE,
		    "no firmware, no boot code: only for %s \"%s\" (master/applies)",
		    build->unmet->env ? "environment" : "class", build->unmet->text);
		break;
	case BUILD_WANTED:
	case BUILD_NONE:
	case BUILD_NOT_TYPE:
		break;
	}
}

bool plan_firmware(struct plan *p, const struct plan_input *in)
{
	const struct build_who who = {in->request->type, applies, &p->who};
	struct build prot = build_for(in->config, in->master, &who, firmware.is);
	struct build boot = build_for(in->config, in->master, &who, bootcode.is);
	if (prot.verdict != BUILD_OFF && prot.verdict != BUILD_UNKNOWN)
		note_master(p, in);
	note_neither(p, &prot);
	if (prot.verdict == BUILD_OFF || prot.verdict == BUILD_UNMET)
		return true;
	if (prot.verdict == BUILD_UNKNOWN)
		return false;
	bool sent = send_build(p, in, &firmware, &prot);
	sent |= send_build(p, in, &bootcode, &boot);
	if (sent)
		plan_command(p, CONCERN_FIRMWARE, "reset for the new build when the device is idle",
		    "iresetn");
	return true;
}
