/* SPDX-License-Identifier: ISC */
/* The file as lines; the table of options says what may stand there (server_conf.h). */
#include "tools/rollcall/server_conf.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST ((size_t)64 << 10)
#define LINES_MOST 2000
#define MODE 0640

static const char intro[] =
    "# What `rollcall serve` goes by, besides its command line: NAME = VALUE, see rollcall(1).\n"
    "# `rollcall setup` changes it; by hand is fine, too. In force when serve starts again.\n";

static const void *field_of(const struct opt *row, const struct options *o)
{
	return (const char *)o + row->field;
}

/* ---- the file ---- */

/* A line, and what it says; without a row nothing: a comment, or empty. */
struct line {
	const char *text;
	size_t size;
	const struct opt *row;
	const char *value;
};

struct file {
	struct arena *texts;
	const char *path;
	struct line *lines;
	size_t count, room;
};

/* HOME/config/server.conf: root, the owner of the home, or who runs this, if he may run it there. */
static bool is_owner(const char *path, uid_t uid)
{
	struct stat st;
	char *home = mem_strdup(path), *slash = NULL;
	for (int i = 0; i < 2 && (slash = strrchr(home, '/')); i++)
		*slash = '\0';
	bool is =
	    uid == 0 || uid == geteuid() || (slash && stat(home, &st) == 0 && st.st_uid == uid);
	free(home);
	return is;
}

static bool is_trusted(int fd, const char *path, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(e, "%s cannot be examined", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s is not a regular file", path);
	if (!is_owner(path, st.st_uid))
		return err_set(e,
		    "%s belongs to another user (uid %ld), who would say what this server does: give it to "
		    "root or the user that the server runs as (chown)",
		    path, (long)st.st_uid);
	if (st.st_mode & S_IWOTH)
		return err_set(e,
		    "%s may be changed by everybody, who would say what this server does: chmod o-w it",
		    path);
	return true;
}

bool server_conf_load(const char *path, struct buf *out, struct err *e)
{
	/* O_NONBLOCK: a FIFO must not hold us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0)
		return err_sys(e, "%s cannot be opened", path);
	bool ok = is_trusted(fd, path, e) && file_read_fd(fd, path, FILE_MOST, out, e);
	close(fd);
	return ok;
}

/* "PATH:LINE: " and what is wrong, which may begin with the option: here it has no dashes. */
static bool wrong_line(const struct file *f, size_t number, const char *what, struct err *e)
{
	struct err why;
	snprintf(why.text, sizeof why.text, "%s", text_starts(what, "--") ? what + 2 : what);
	return err_set(e, "%s:%zu: %s", f->path, number, why.text);
}

/* Up to a # that begins the line or follows a blank. */
static size_t without_comment(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '#' && (i == 0 || text_is_space(text[i - 1])))
			return i;
	}
	return size;
}

static char *trimmed(struct arena *a, const char *text, size_t size)
{
	text_trim(&text, &size);
	return arena_strndup(a, text, size);
}

/* One flag a line: "NAME = VALUE". */
static bool parse_line(struct file *f, struct line *line, struct err *e)
{
	size_t size = without_comment(line->text, line->size);
	const char *equals = memchr(line->text, '=', size);
	const char *name =
	    trimmed(f->texts, line->text, equals ? (size_t)(equals - line->text) : size);
	if (!equals && !*name)
		return true;
	if (!text_is_utf8(line->text, line->size) || memchr(line->text, '\0', line->size))
		return err_set(e, "it is not text in UTF-8");
	if (!equals)
		return err_set(e, "it must be NAME = VALUE, not \"%s\"", name);
	if (!(line->row = server_conf_find(name, e)))
		return false;
	line->value = trimmed(f->texts, equals + 1, size - (size_t)(equals + 1 - line->text));
	const char *wanted = line->row->value ? line->row->value : "yes";
	if (!*line->value)
		return err_set(e, "%s needs a value: %s = %s", name, name, wanted);
	if (text_has_control(line->value, strlen(line->value)))
		return err_set(e, "%s: there is a control character in its value", name);
	return server_conf_is_value(line->row, line->value, e);
}

/* What one value is, and that only lists stand there more than once. */
static bool try_line(
    const struct file *f, const struct line *line, struct options *scratch, struct err *e)
{
	bool *given = &scratch->line.given[line->row - options_table.rows];
	if (!*given || line->row->kind == OPT_LIST)
		return opt_set(line->row, scratch, given, line->value, e);
	size_t first = 0;
	while (f->lines[first].row != line->row)
		first++;
	return err_set(e, "%s stands on line %zu already", line->row->name, first + 1);
}

static bool take_lines(struct file *f, const struct buf *bytes, struct err *e)
{
	const char *at = buf_text(bytes), *end = at + bytes->size;
	struct options scratch = {0};
	bool ok = true;
	while (ok && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		f->lines = arena_room(f->texts, f->lines, f->count, &f->room, sizeof *f->lines, 64);
		struct line *line = &f->lines[f->count++];
		line->text = at;
		line->size = (size_t)((newline ? newline : end) - at);
		at += line->size + 1;
		struct err why = {""};
		ok = f->count > LINES_MOST
			 ? err_set(&why, "more than %d lines cannot be right", LINES_MOST)
			 : parse_line(f, line, &why) &&
			       (!line->row || try_line(f, line, &scratch, &why));
		if (!ok)
			wrong_line(f, f->count, why.text, e);
	}
	options_free(&scratch);
	return ok;
}

/* ---- reading ---- */

/* `set`: which ones the file has. */
static bool take(const struct file *f, struct options *o, bool set[OPT_ROWS], struct err *e)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct opt *row = f->lines[i].row;
		size_t at = row ? (size_t)(row - options_table.rows) : 0;
		if (row && !o->line.given[at] && !opt_set(row, o, &set[at], f->lines[i].value, e))
			return false;
	}
	return true;
}

bool server_conf_read(const char *path, struct options *o, struct err *e)
{
	bool set[OPT_ROWS] = {false};
	struct buf text = {0};
	struct file f = {.texts = &o->texts, .path = path};
	bool ok =
	    server_conf_load(path, &text, e) && take_lines(&f, &text, e) && take(&f, o, set, e);
	buf_free(&text);
	return ok;
}

bool server_conf_parse(const char *path, const struct buf *text, struct options *o, struct err *e)
{
	static char name[] = "rollcall";
	char *argv[] = {name, NULL};
	bool set[OPT_ROWS] = {false};
	if (!options_parse(o, 1, argv, e))
		return false;
	struct file f = {.texts = &o->texts, .path = path};
	if (!take_lines(&f, text, e) || !take(&f, o, set, e))
		return false;
	memcpy(o->line.given, set, sizeof set);
	return true;
}

bool server_conf_pki(struct home *h, struct err *e)
{
	struct options o = {0};
	bool ok = server_conf_read(h->server_conf, &o, e);
	if (ok && o.pki) {
		free(h->pki);
		h->pki = mem_strdup(o.pki);
	}
	options_free(&o);
	return ok;
}

void server_conf_finding(const char *path, const struct err *e, struct findings *f)
{
	size_t size = strlen(path);
	const char *text = e->text;
	unsigned long line = 0;
	if (strncmp(text, path, size) == 0 && text[size] == ':') {
		char *end;
		line = strtoul(text + size + 1, &end, 10);
		text = text_starts(end, ": ") ? end + 2 : text;
	}
	findings_add(f, FINDING_ERROR, path, (unsigned)line, "%s", text);
}

/* ---- writing ---- */

void server_conf_lines(const struct opt *row, const struct options *o, struct buf *out)
{
	const void *field = field_of(row, o);
	const struct opt_list *list = field;
	switch (row->kind) {
	case OPT_FLAG:
		buf_addf(out, "%s = %s\n", row->name, *(const bool *)field ? "yes" : "no");
		break;
	case OPT_TEXT:
		buf_addf(out, "%s = %s\n", row->name, *(const char *const *)field);
		break;
	case OPT_NUMBER:
		buf_addf(out, "%s = %ld\n", row->name, *(const long *)field);
		break;
	case OPT_FRACTION:
		buf_addf(out, "%s = %g\n", row->name, *(const double *)field);
		break;
	case OPT_LIST:
		for (size_t i = 0; i < list->count; i++)
			buf_addf(out, "%s = %s\n", row->name, list->items[i]);
		break;
	}
}

static bool is_same(const struct opt *row, const struct options *one, const struct options *two)
{
	struct buf a = {0}, b = {0};
	server_conf_lines(row, one, &a);
	server_conf_lines(row, two, &b);
	bool same = strcmp(buf_text(&a), buf_text(&b)) == 0;
	buf_free(&a);
	buf_free(&b);
	return same;
}

/* Read back, the text says what is meant: no value looks like a comment, none is cut. */
static bool is_readable(
    const char *path, const struct buf *text, const struct options *wanted, struct err *e)
{
	struct options is;
	bool ok = server_conf_parse(path, text, &is, e);
	for (size_t i = 0; ok && i < options_table.count; i++) {
		const struct opt *row = &options_table.rows[i];
		if (server_conf_has(row) && wanted->line.given[i] && is.line.given[i] &&
		    !is_same(row, wanted, &is))
			ok = err_set(e,
			    "the value of %s cannot stand in %s: it has a # in it, or blanks at its "
			    "ends",
			    row->name, path);
	}
	options_free(&is);
	return ok;
}

/* What is done with the lines of a file. */
struct edit {
	const struct options *o;
	const struct opt_list *drop;
	bool keep[OPT_ROWS]; /* its lines say so already */
	bool done[OPT_ROWS]; /* its lines are written */
	struct buf *out;
};

static bool note_kept(struct edit *edit, const char *path, const struct buf *before, struct err *e)
{
	struct options was;
	bool ok = server_conf_parse(path, before, &was, e);
	for (size_t i = 0; ok && i < options_table.count; i++) {
		const struct opt *row = &options_table.rows[i];
		edit->keep[i] =
		    !edit->o->line.given[i] || (was.line.given[i] && is_same(row, edit->o, &was));
		edit->done[i] = edit->keep[i];
	}
	options_free(&was);
	return ok;
}

static bool is_dropped(const struct edit *edit, const struct opt *row)
{
	for (size_t i = 0; edit->drop && i < edit->drop->count; i++) {
		if (strcmp(edit->drop->items[i], row->name) == 0)
			return true;
	}
	return false;
}

static void put_as_it_is(const struct line *line, struct buf *out)
{
	buf_add(out, line->text, line->size);
	buf_addc(out, '\n');
}

static void put_comment(const struct opt *row, struct buf *out)
{
	buf_addf(out, "\n# %s", row->help);
	if (row->normal || row->otherwise)
		buf_addf(out, " (%s)", row->normal ? row->normal : row->otherwise);
	buf_addc(out, '\n');
}

/* With a line that goes, what was put above it. */
static void cut_comment(const struct opt *row, struct buf *out)
{
	struct buf comment = {0};
	put_comment(row, &comment);
	if (out->size >= comment.size &&
	    memcmp(out->data + out->size - comment.size, comment.data, comment.size) == 0)
		out->size -= comment.size;
	buf_free(&comment);
}

/* All lines of a list stand where its first one was. */
static void put_line(struct edit *edit, const struct line *line)
{
	size_t row = line->row ? (size_t)(line->row - options_table.rows) : 0;
	if (!line->row || (edit->keep[row] && !is_dropped(edit, line->row))) {
		put_as_it_is(line, edit->out);
	} else if (is_dropped(edit, line->row)) {
		cut_comment(line->row, edit->out);
	} else if (!edit->done[row]) {
		server_conf_lines(line->row, edit->o, edit->out);
		edit->done[row] = true;
	}
}

static void put_new(struct edit *edit, const struct opt *row)
{
	put_comment(row, edit->out);
	server_conf_lines(row, edit->o, edit->out);
}

bool server_conf_text(const char *path, const struct buf *before, const struct options *o,
    const struct opt_list *drop, struct buf *out, struct err *e)
{
	struct edit edit = {.o = o, .drop = drop, .out = out};
	struct arena a = {0};
	struct file f = {.texts = &a, .path = path};
	bool ok = take_lines(&f, before, e) && note_kept(&edit, path, before, e);
	if (!before->size)
		buf_adds(out, intro);
	for (size_t i = 0; ok && i < f.count; i++)
		put_line(&edit, &f.lines[i]);
	for (size_t i = 0; ok && i < options_table.count; i++) {
		const struct opt *row = &options_table.rows[i];
		if (server_conf_has(row) && o->line.given[i] && !edit.done[i] &&
		    !is_dropped(&edit, row))
			put_new(&edit, row);
	}
	arena_free(&a);
	return ok && is_readable(path, out, o, e);
}

bool server_conf_write(const char *path, const struct buf *text, struct err *e)
{
	return file_write(path, buf_text(text), text->size, MODE, e);
}

void server_conf_web(const struct options *o, struct check_web *out)
{
	*out = (struct check_web){
	    .http = o->http,
	    .https = o->https,
	    .mtls = o->mtls,
	    .auth = o->auth,
	    .connections = o->connections,
	    .force_https = o->force_https,
	    .bases = o->base,
	    .public_paths = o->public,
	    .webdav_public = o->webdav_public,
	    .webdav_writable = o->webdav_writable,
	    .proxies = o->trust_proxy,
	};
}
