/* SPDX-License-Identifier: ISC */
/* What a device would get if it polled now, and why: a summary on its page, and the whole decision on its own. */
#include "pages/page_device.h"

#include "desk/preview.h"
#include "pages/pages.h"

#include <string.h>

static bool make(struct device_page *v, struct preview *out, struct err *e)
{
	const struct preview_with with = {
	    .snippets = v->snippets, .master = &v->master, .md5 = v->p->site->md5};
	return preview_make(&v->desk, &v->p->arena, &v->state.device, &with, out, e);
}

/* ---- the summary ---- */

static size_t count(const struct plan *plan, enum step_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < plan->count; i++)
		n += plan->steps[i].kind == kind;
	return n;
}

/* Why no snippet is sent. */
struct end {
	enum concern concern;
	const char *why; /* NULL: nothing says so */
};

static bool is_note(const struct step *s)
{
	return s->kind == STEP_NOTE && s->reason;
}

/* "nothing else is sent until …" */
static bool ends_early(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->steps[i].concern == CONCERN_END && is_note(&plan->steps[i]))
			return true;
	}
	return false;
}

/*
 * What ends a reply says so in its last note. Behind that there may be commands, and a new URL with a note of its
 * own; of certificates the reason stands further up.
 */
static struct end find_end(const struct plan *plan)
{
	if (plan->certstat && ends_early(plan))
		return (struct end){CONCERN_CERTIFICATES, plan->certstat};
	for (size_t i = plan->count; i-- > 0;) {
		const struct step *s = &plan->steps[i];
		bool rest = s->concern == CONCERN_END ||
			    (s->concern == CONCERN_ADDRESS && i + 1 < plan->count);
		if (is_note(s) && !rest)
			return (struct end){s->concern, s->reason};
	}
	return (struct end){CONCERN_END, NULL};
}

static void add_summary(struct device_page *v, const struct preview *made)
{
	struct doc *d = v->doc;
	const struct plan *plan = &made->plan;
	const struct end end = find_end(plan);
	size_t snippets = count(plan, STEP_SNIPPET);
	doc_number(d, "commands", (int64_t)count(plan, STEP_COMMAND));
	doc_number(d, "snippets", (int64_t)snippets);
	doc_flag(d, "settled", plan->settled);
	doc_flag(d, "made-up", made->made_up);
	doc_flag(d, "proven", made->proven);
	if (end.why && !snippets && !plan->settled) {
		doc_attr(d, "ends", plan_concern_name(end.concern));
		doc_attr(d, "why", end.why);
	}
}

void device_add_preview(struct device_page *v)
{
	struct preview made;
	struct err e = {""};
	doc_open(v->doc, "preview");
	device_url(v, "url", "device/plan", NULL);
	if (make(v, &made, &e))
		add_summary(v, &made);
	else
		doc_attr(v->doc, "problem", e.text);
	doc_close(v->doc);
}

/* ---- the whole decision ---- */

static void add_snippet(struct device_page *v, const struct snippet *s)
{
	struct doc *d = v->doc;
	doc_open(d, "snippet");
	doc_attr(d, "name", s->name);
	doc_attr(d, "url", page_url(v->p, "snippet", "name", s->name, NULL));
	doc_time(d, "version", s->mtime);
	doc_number(d, "size", (int64_t)s->size);
	doc_bytes(d, s->text, s->text_size);
	doc_close(d);
}

/*
 * A note about a file that could apply names it behind the folder: "  DIR/NAME, 3 h old", "  DIR/NAME does not
 * exist", "warning: DIR/NAME is left out: …". NULL: it is about none. `rest` is what stands behind it.
 */
static const char *file_of(struct device_page *v, const char *reason, const char **rest)
{
	static const char *const ends[] = {", ", " does not exist", " is left out: "};
	struct arena *a = &v->p->arena;
	const char *dir = arena_concat(a, v->judge.config->times_dir, "/");
	const char *name = strstr(reason, dir), *end = NULL;
	if (!name)
		return NULL;
	name += strlen(dir);
	for (size_t i = 0; i < sizeof ends / sizeof *ends && !end; i++)
		end = strstr(name, ends[i]);
	*rest = end;
	return end ? arena_strndup(a, name, (size_t)(end - name)) : NULL;
}

static void add_file(struct device_page *v, const char *reason)
{
	const char *rest, *name = file_of(v, reason, &rest);
	if (!name)
		return;
	if (strcmp(rest, " does not exist") == 0) {
		doc_flag(v->doc, "absent", true);
	} else if (v->snippets && snip_find(v->snippets, name)) {
		doc_attr(v->doc, "file", name);
		doc_attr(v->doc, "url", page_url(v->p, "snippet", "name", name, NULL));
	}
}

/* Steps about one thing stand together, as in a reply. */
static void add_steps(struct device_page *v, const struct plan *plan)
{
	static const char *const kinds[] = {
	    [STEP_COMMAND] = "command", [STEP_SNIPPET] = "snippet", [STEP_NOTE] = "note"};
	struct doc *d = v->doc;
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *s = &plan->steps[i];
		if (!i || s->concern != plan->steps[i - 1].concern) {
			if (i)
				doc_close(d);
			doc_open(d, "concern");
			doc_attr(d, "name", plan_concern_name(s->concern));
		}
		doc_open(d, "step");
		doc_attr(d, "kind", kinds[s->kind]);
		if (s->concern == CONCERN_FILES && s->reason)
			add_file(v, s->reason);
		doc_leaf(d, "reason", s->reason);
		if (s->kind == STEP_COMMAND)
			doc_leaf(d, "command", s->text);
		else if (s->kind == STEP_SNIPPET)
			add_snippet(v, s->snippet);
		doc_close(d);
	}
	if (plan->count)
		doc_close(d);
}

void page_device_plan(struct page *p)
{
	struct device_page v;
	struct preview made;
	struct err e = {""};
	if (!device_page_read(p, &v))
		return;
	if (!v.known) {
		device_page_unknown(p, v.state.device.sn);
		return;
	}
	v.doc = page_begin(p, "device-plan");
	doc_open(v.doc, "plan");
	device_url(&v, "device-url", "device", NULL);
	doc_attr(v.doc, "sn", v.state.device.sn);
	doc_attr(v.doc, "type", v.state.device.type);
	doc_attr(v.doc, "name", v.state.device.name);
	if (make(&v, &made, &e)) {
		doc_attr(v.doc, "asked", made.url);
		add_summary(&v, &made);
		add_steps(&v, &made.plan);
	} else {
		doc_attr(v.doc, "problem", e.text);
	}
	doc_close(v.doc);
	page_show(p, "device-plan");
}
