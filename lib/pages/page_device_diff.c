/* SPDX-License-Identifier: ISC */
/*
 * Two backups of a device side by side: what changed, with the words of a line that changed; what did not is
 * folded. The same as text, with + and -.
 */
#include "pages/page_device.h"

#include "desk/diff.h"
#include "pages/pages.h"

#include <string.h>
#include <unistd.h>

#define FILE_MOST ((size_t)4 << 20) /* larger ones are for `rollcall diff` */
#define LONGEST_MS 4000
#define AROUND 3         /* unchanged lines that are shown around a change … */
#define FOLDED 400       /* … and of those that are folded, so many at most */
#define SHOWN 4000       /* changed lines */
#define LINE_MOST 4096   /* bytes of a line; the rest of it is in the file */
#define WORDS_LINES 1000 /* pairs of lines that are compared word by word */

struct view {
	struct device_page *v;
	struct diff diff;
	size_t changed; /* lines that were added or removed, so far shown */
	size_t pairs;
	bool cut;
};

/* ---- lines ---- */

static void add_bytes(struct doc *d, const char *text, size_t size)
{
	doc_bytes(d, text, size < LINE_MOST ? size : LINE_MOST);
	if (size > LINE_MOST)
		doc_text(d, " …");
}

static void add_parts(struct doc *d, const struct diff_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		doc_open(d, parts->list[i].changed ? "mark" : "text");
		add_bytes(d, parts->list[i].text, parts->list[i].size);
		doc_close(d);
	}
}

/* `parts` NULL: all of it. */
static void add_side(
    struct doc *d, const char *side, const struct diff_line *line, const struct diff_parts *parts)
{
	doc_open(d, side);
	doc_number(d, "n", *side == 'a' ? line->a : line->b);
	if (parts) {
		add_parts(d, parts);
	} else {
		doc_open(d, "text");
		add_bytes(d, line->text, line->size);
		doc_close(d);
	}
	doc_close(d);
}

static void add_same(struct view *w, size_t from, size_t to)
{
	struct doc *d = w->v->doc;
	for (size_t i = from; i < to; i++) {
		const struct diff_line *line = &w->diff.lines[i];
		doc_open(d, "same");
		doc_number(d, "a", line->a);
		doc_number(d, "b", line->b);
		add_bytes(d, line->text, line->size);
		doc_close(d);
	}
}

/* ---- what changed ---- */

/* A line of the old file and the one in its place; each may be missing. */
static void add_pair(struct view *w, const struct diff_line *old, const struct diff_line *new)
{
	struct doc *d = w->v->doc;
	struct diff_parts was, is;
	bool both =
	    old && new && w->pairs < WORDS_LINES && old->size <= LINE_MOST &&new->size <= LINE_MOST;
	if (both) {
		diff_words(&w->v->p->arena, old, new, &was, &is);
		w->pairs++;
	}
	doc_open(d, "pair");
	if (old)
		add_side(d, "a", old, both ? &was : NULL);
	if (new)
		add_side(d, "b", new, both ? &is : NULL);
	doc_close(d);
	w->changed++;
}

static size_t run_of(const struct diff *diff, size_t from, enum diff_kind kind)
{
	size_t to = from;
	while (to < diff->count && diff->lines[to].kind == kind)
		to++;
	return to;
}

/* Lines that were removed, and those that were added in their place. Returns where it goes on. */
static size_t add_change(struct view *w, size_t from)
{
	const struct diff *diff = &w->diff;
	size_t added = run_of(diff, from, DIFF_REMOVED), end = run_of(diff, added, DIFF_ADDED);
	size_t nold = added - from, nnew = end - added;
	doc_open(w->v->doc, "change");
	for (size_t i = 0; i < nold || i < nnew; i++) {
		if (w->changed == SHOWN) {
			w->cut = true;
			break;
		}
		add_pair(w, i < nold ? &diff->lines[from + i] : NULL,
		    i < nnew ? &diff->lines[added + i] : NULL);
	}
	doc_close(w->v->doc);
	return end;
}

/* ---- what did not ---- */

static void add_fold(struct view *w, size_t from, size_t to)
{
	struct doc *d = w->v->doc;
	size_t shown = to - from < FOLDED ? to - from : FOLDED;
	doc_open(d, "fold");
	doc_number(d, "lines", (int64_t)(to - from));
	doc_flag(d, "cut", shown < to - from);
	add_same(w, from, from + shown);
	doc_close(d);
}

/* Those next to a change are shown, what is between them is folded where that is worth it. */
static size_t add_kept(struct view *w, size_t from)
{
	size_t to = run_of(&w->diff, from, DIFF_KEPT);
	size_t head = from ? from + AROUND : from, tail = to;
	if (to < w->diff.count)
		tail = to > AROUND ? to - AROUND : 0;
	if (tail <= head + 1) {
		add_same(w, from, to);
		return to;
	}
	add_same(w, from, head);
	add_fold(w, head, tail);
	add_same(w, tail, to);
	return to;
}

static void add_lines(struct view *w)
{
	w->cut = w->diff.cut;
	for (size_t i = 0; i < w->diff.count && w->changed < SHOWN;)
		i = w->diff.lines[i].kind == DIFF_KEPT ? add_kept(w, i) : add_change(w, i);
	if (w->cut || w->changed == SHOWN)
		doc_leaf(w->v->doc, "cut", "");
}

/* ---- the two files ---- */

static bool open_both(struct device_page *v, const struct backups_file *const files[2],
    struct diff_file out[2], struct err *e)
{
	for (int i = 0; i < 2; i++) {
		size_t size;
		out[i].name = files[i]->name;
		out[i].fd =
		    backups_open(v->backup_dir, v->state.device.hwid, files[i]->name, &size, e);
		if (out[i].fd < 0)
			return false;
		if (size > FILE_MOST)
			return err_set(e,
			    "%s is too large to be shown here: rollcall diff %s on the server "
			    "compares files of any size",
			    files[i]->name, v->state.device.sn);
	}
	return true;
}

static bool compare(
    struct device_page *v, const struct backups_file *const files[2], struct diff *out)
{
	struct diff_file both[2] = {{-1, ""}, {-1, ""}};
	struct err e = {""};
	bool ok = open_both(v, files, both, &e) &&
		  diff_lines(&v->p->arena, both, LONGEST_MS, out, &e) != DIFF_FAILED;
	for (int i = 0; i < 2; i++) {
		if (both[i].fd >= 0)
			close(both[i].fd);
	}
	if (!ok)
		page_fail(v->p, 409, "These two backups cannot be compared: %s.", e.text);
	return ok;
}

/* ---- the page ---- */

static void add_file(struct device_page *v, const char *element, const struct backups_file *f)
{
	struct doc *d = v->doc;
	doc_open(d, element);
	doc_number(d, "number", f->number);
	doc_attr(d, "file", f->name);
	doc_time(d, "stored", f->stored);
	doc_number(d, "size", (int64_t)f->size);
	device_url(v, "url", "device/backup", "file", f->name, NULL);
	doc_close(d);
}

/* The newest ones, and the two that are compared. */
static void add_choices(struct device_page *v, const struct backups_file *const files[2])
{
	for (size_t i = v->nbackups; i-- > 0;) {
		const struct backups_file *f = &v->backups[i];
		if (v->nbackups - i <= DEVICE_BACKUPS || f == files[0] || f == files[1])
			add_file(v, "backup", f);
	}
}

static void show(struct device_page *v, const struct backups_file *const files[2], struct view *w)
{
	struct page *p = v->p;
	struct doc *d = v->doc = page_begin(p, "device-diff");
	const char *a = page_value(p, "a"), *b = page_value(p, "b");
	bool text = strcmp(page_value(p, "view"), "text") == 0;
	doc_open(d, "diff");
	doc_attr(d, "sn", v->state.device.sn);
	doc_attr(d, "type", v->state.device.type);
	doc_attr(d, "name", v->state.device.name);
	doc_flag(d, "text", text);
	device_url(v, "device-url", "device", NULL);
	device_url(
	    v, "other-url", "device/diff", "a", a, "b", b, "view", text ? NULL : "text", NULL);
	device_url(
	    v, "swap-url", "device/diff", "a", b, "b", a, "view", text ? "text" : NULL, NULL);
	add_file(v, "a", files[0]);
	add_file(v, "b", files[1]);
	add_choices(v, files);
	doc_open(d, "lines");
	doc_flag(d, "identical", !w->diff.count);
	add_lines(w);
	doc_close(d);
	doc_close(d);
	page_show(p, "device-diff");
}

void page_device_diff(struct page *p)
{
	struct device_page v;
	struct view w = {.v = &v};
	const struct backups_file *files[2];
	if (!device_page_read(p, &v))
		return;
	files[0] = device_backup_find(&v, page_value(p, "a"));
	files[1] = files[0] ? device_backup_find(&v, page_value(p, "b")) : NULL;
	if (files[1] && compare(&v, files, &w.diff))
		show(&v, files, &w);
}
