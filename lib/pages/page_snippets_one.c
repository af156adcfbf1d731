/* SPDX-License-Identifier: ISC */
/*
 * One file of the snippet folder: what is in it, for which devices it is, and which of them have it. The file is read
 * from the folder, without following links: a catalogue knows texts only as they are sent.
 */
#include "pages/page_snippets.h"

#include "base/file.h"
#include "base/text.h"
#include "core/snip_for.h"
#include "pages/page.h"
#include "pages/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES 10000     /* are shown */
#define RUNS 2000       /* of bytes that are no letters: what has more is no text */
#define DEVICES 50      /* are shown */
#define LOOKED_AT 20000 /* devices whose deliveries are looked at */
#define SNAPSHOT 5000   /* of them in one snapshot */

/* ---- which file ---- */

static bool is_file_name(const char *name)
{
	size_t n = strlen(name);
	return n && n <= LIMIT_FILE_NAME && *name != '.' && !strchr(name, '/') &&
	       !text_has_control(name, n);
}

static const struct check_file *find(const struct snippet_folder *f, const char *name)
{
	for (size_t i = 0; i < f->files.count; i++) {
		if (strcmp(f->files.list[i].name, name) == 0)
			return &f->files.list[i];
	}
	return NULL;
}

/* -1: errno says why. */
static int open_file(const struct snippet_folder *f, const char *name)
{
	int folder = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -1;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int why = errno;
	close(folder);
	errno = why;
	return fd;
}

/* False: there is nothing to be shown, and `e` says why. */
static bool read_file(int fd, const char *name, struct buf *out, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(e, "%s cannot be examined", name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s is not a regular file", name);
	return file_read_fd(fd, name, LIMIT_SNIPPET, out, e);
}

/* ---- its lines ---- */

/* How many bytes its first letter has; 0: they begin with none, or with one that nobody would see. */
static size_t letter(const char *s, size_t n)
{
	if (*s == '\t')
		return 1;
	size_t size = text_letter(s, n);
	return size && !text_has_control(s, size) ? size : 0;
}

struct content {
	struct doc *doc;
	const char *text;
	size_t size, at;
	size_t bytes; /* runs of them that were added */
};

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static void add_letters(struct content *c)
{
	size_t from = c->at, more;
	while (c->at < c->size && !is_line_end(c->text[c->at]) &&
	       (more = letter(c->text + c->at, c->size - c->at)) > 0)
		c->at += more;
	if (c->at > from)
		doc_bytes(c->doc, c->text + from, c->at - from);
}

/* What is no letter stands apart, as <byte>. */
static void add_bytes(struct content *c)
{
	struct buf hex = {0};
	while (c->at < c->size && !is_line_end(c->text[c->at]) &&
	       !letter(c->text + c->at, c->size - c->at))
		buf_addf(&hex, "\\x%02X", (unsigned char)c->text[c->at++]);
	if (hex.size) {
		doc_leaf(c->doc, "byte", hex.data);
		c->bytes++;
	}
	buf_free(&hex);
}

/* Up to CR, LF or both, as snip.c has it. */
static void add_line(struct content *c)
{
	doc_open(c->doc, "line");
	while (c->at < c->size && !is_line_end(c->text[c->at]) && c->bytes < RUNS) {
		add_letters(c);
		add_bytes(c);
	}
	doc_close(c->doc);
	if (c->at + 1 < c->size && c->text[c->at] == '\r' && c->text[c->at + 1] == '\n')
		c->at++;
	if (c->at < c->size && is_line_end(c->text[c->at]))
		c->at++;
}

static void add_lines(struct doc *d, const struct buf *text)
{
	struct content c = {.doc = d, .text = buf_text(text), .size = text->size};
	doc_open(d, "text");
	doc_flag(d, "utf8", text_is_utf8(c.text, c.size));
	for (size_t n = 0; c.at < c.size && n < LINES && c.bytes < RUNS; n++)
		add_line(&c);
	if (c.at < c.size)
		doc_number(d, "left", (int64_t)(c.size - c.at));
	doc_close(d);
}

/* ---- who has it ---- */

struct holder {
	const struct roster_row *row;
	int64_t sent, version; /* 0: it never got it */
};

struct holders {
	struct holder *list; /* the first LOOKED_AT devices that it is for */
	size_t count;
	size_t devices, now; /* all of them; those that are in its phase */
	size_t current, other, never;
	int64_t last;
};

static void collect(
    struct page *p, const struct roster *r, const struct snip_name *n, struct holders *h)
{
	const struct config *c = p->site->config;
	size_t all = roster_count(r), room = all < LOOKED_AT ? all : LOOKED_AT;
	h->list = arena_calloc(&p->arena, room + 1, sizeof *h->list);
	for (size_t i = 0; i < all; i++) {
		const struct roster_row *row = roster_at(r, i);
		if (!snip_is_for(c, n, &row->device))
			continue;
		if (h->count < room)
			h->list[h->count++].row = row;
		h->devices++;
		h->now += snip_is_for_phase(c, n, row->device.phase);
	}
}

static void look_up(struct store *s, struct arena *a, const char *file, struct holder *h)
{
	size_t count;
	const struct store_delivery *all = store_deliveries(s, a, h->row->device.sn, &count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(all[i].snippet, file) != 0)
			continue;
		h->sent = all[i].sent;
		h->version = all[i].version;
	}
	arena_reset(a);
}

/* False: page_fail() was called. */
static bool look_up_all(struct page *p, const char *file, struct holders *h)
{
	struct arena scratch = {0};
	struct err e = {""};
	bool ok = true;
	for (size_t i = 0; ok && i < h->count;) {
		size_t end = i + SNAPSHOT < h->count ? i + SNAPSHOT : h->count;
		ok = store_begin(p->site->store, &e);
		for (; ok && i < end; i++)
			look_up(p->site->store, &scratch, file, &h->list[i]);
		ok = ok && store_end(p->site->store, &e);
	}
	arena_free(&scratch);
	if (!ok)
		page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
	return ok;
}

static const char *state_of(const struct holder *h, const struct check_file *f)
{
	if (!h->sent)
		return "never";
	return h->version == (int64_t)f->mtime ? "current" : "other";
}

static void count_holders(struct holders *h, const struct check_file *f)
{
	for (size_t i = 0; i < h->count; i++) {
		const char *state = state_of(&h->list[i], f);
		h->current += *state == 'c';
		h->other += *state == 'o';
		h->never += *state == 'n';
		if (h->last < h->list[i].sent)
			h->last = h->list[i].sent;
	}
}

static void add_holder(struct page *p, const struct fleet_judge *judge, const struct snip_name *n,
    const struct holder *h, const struct check_file *f)
{
	const struct device *dev = &h->row->device;
	struct doc *d = p->doc;
	doc_open(d, "device");
	doc_attr(d, "sn", dev->sn);
	doc_attr(d, "name", dev->name);
	doc_attr(d, "type", dev->type);
	doc_attr(d, "phase", dev->phase);
	doc_flag(d, "now", snip_is_for_phase(p->site->config, n, dev->phase));
	doc_flag(d, "missing", fleet_presence(judge, dev) == FLEET_MISSING);
	doc_time(d, "seen", dev->seen);
	doc_time(d, "sent", h->sent);
	doc_time(d, "version", h->version);
	doc_attr(d, "has", state_of(h, f));
	doc_close(d);
}

static void add_holders(
    struct page *p, const struct holders *h, const struct snip_name *n, const struct check_file *f)
{
	struct master master;
	const struct fleet_judge judge = page_judge(p, &master);
	struct doc *d = p->doc;
	doc_open(d, "holders");
	doc_number(d, "devices", (int64_t)h->devices);
	doc_number(d, "now", (int64_t)h->now);
	doc_number(d, "looked", (int64_t)h->count);
	doc_number(d, "current", (int64_t)h->current);
	doc_number(d, "other", (int64_t)h->other);
	doc_number(d, "never", (int64_t)h->never);
	for (size_t i = 0; i < h->count && i < DEVICES; i++)
		add_holder(p, &judge, n, &h->list[i], f);
	doc_close(d);
}

/* ---- the page ---- */

static void show(struct page *p, const struct snippet_folder *folder, const struct check_file *f,
    const struct buf *text, const struct err *unread)
{
	struct snip_name n = snip_name_parse(&p->arena, p->site->config, f->name);
	struct holders h = {.count = 0};
	const struct roster *r = snippets_roster(p);
	if (!r)
		return;
	collect(p, r, &n, &h);
	if (!look_up_all(p, f->name, &h))
		return;
	count_holders(&h, f);

	struct doc *d = page_begin(p, "snippet");
	int64_t last = delivered_last(p->site->delivered, f->name);
	const struct snippet_facts facts = {f, &n, h.last > last ? h.last : last};
	doc_open(d, "snippet");
	snippets_add_facts(p, &facts);
	doc_attr(d, "folder", folder->path);
	add_holders(p, &h, &n, f);
	if (*unread->text)
		doc_leaf(d, "unread", unread->text);
	else
		add_lines(d, text);
	doc_close(d);
	page_show(p, "snippet");
}

void page_snippet(struct page *p)
{
	const char *name = page_value(p, "name");
	struct snippet_folder folder;
	struct buf text = {0};
	struct err e = {""};
	if (!is_file_name(name)) {
		page_fail(p, 400, "This cannot be the name of a snippet.");
		return;
	}
	snippets_look(p, &folder);
	const struct check_file *f = find(&folder, name);
	int fd = f ? open_file(&folder, name) : -1;
	if (fd < 0 && (!f || errno == ENOENT)) {
		page_fail(p, 404, "There is no file of this name in the folder of the snippets.");
	} else if (fd < 0 && errno == ELOOP) {
		page_fail(p, 404,
		    "%s is a link to a file elsewhere: only what lies in the folder itself is shown.",
		    name);
	} else {
		if (fd < 0)
			err_sys(&e, "%s cannot be read", name);
		else
			read_file(fd, name, &text, &e);
		show(p, &folder, f, &text, &e);
	}
	if (fd >= 0)
		close(fd);
	buf_free(&text);
}
