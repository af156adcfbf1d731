/* SPDX-License-Identifier: ISC */
/* Paths become parts of patterns, one after the other (web_access.h). */
#include "tools/rollcall/web_access.h"

#include "base/buf.h"
#include "base/text.h"

#include <string.h>

#define TREE "(?:/|$)"
#define FOLDER "(?:/[^/]*)?$"
#define NO_POINTS "(?!.*/[.])"
#define SCHEME_AND_HOST "(?:https?://[^/]*)?"
/*
 * No folder above, no empty name, no encoded slash, nothing that mod_webdav cuts off: it decodes the path and
 * simplifies it.
 */
#define HONEST "(?!.*(?://|%2[fF]|[?#]|/(?:[.]|%2[eE]){1,2}(?:/|$)))"

/* How a text stands in a pattern. */
typedef void put_fn(struct buf *out, const char *text, size_t size);

static void put_plain(struct buf *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buf_addf(out, strchr(".+*?()[]{}|$", text[i]) ? "[%c]" : "%c", text[i]);
}

/* Of either case: "[cC]3". */
static void put_digit(struct buf *out, unsigned digit)
{
	if (digit < 10)
		buf_addf(out, "%u", digit);
	else
		buf_addf(out, "[%c%c]", 'a' + (int)digit - 10, 'A' + (int)digit - 10);
}

static bool is_letter(char c)
{
	const char one[] = {c, '\0'};
	return text_is_word(one, "/-_.~");
}

static void put_encoded(struct buf *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		if (is_letter(text[i])) {
			put_plain(out, text + i, 1);
		} else {
			buf_addc(out, '%');
			put_digit(out, c >> 4);
			put_digit(out, c & 15);
		}
	}
}

static const char *taken(struct arena *a, struct buf *b)
{
	const char *copy = arena_strdup(a, buf_text(b));
	buf_free(b);
	return copy;
}

static bool is_tree(const char *path)
{
	return text_ends(path, "/");
}

static bool is_kind(const char *path, enum web_access_kind kind)
{
	return is_tree(path) == (kind == WEB_ACCESS_TREES);
}

/* The path without the slash at its end: "" for the root. */
static size_t size_of(const char *path)
{
	return strlen(path) - is_tree(path);
}

static bool is_at(const char *path, const char *top)
{
	size_t n = strlen(top);
	return strncmp(path, top, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* As a path in /webdav. That it is there may be said or not. */
static const char *in_webdav(const char *path)
{
	const char *rest = path + strlen(WEB_ACCESS_WEBDAV);
	if (!is_at(path, WEB_ACCESS_WEBDAV))
		return path;
	return *rest ? rest : "/";
}

bool web_access_base(const char *base, struct err *e)
{
	static const char *const taken_tops[] = {WEB_ACCESS_WEBDAV, WEB_ACCESS_AP};
	for (size_t i = 0; i < sizeof taken_tops / sizeof *taken_tops; i++) {
		if (is_at(base, taken_tops[i]))
			return err_set(e,
			    "--base %s: %s/ is served already; devices need a path of their own",
			    base, taken_tops[i]);
	}
	return true;
}

/* ---- the web server ---- */

static void next(struct buf *out)
{
	if (!text_ends(buf_text(out), "(?:"))
		buf_addc(out, '|');
}

static void put_path(struct buf *out, const char *path)
{
	next(out);
	put_plain(out, path, size_of(path));
	buf_adds(out, is_tree(path) ? TREE : FOLDER);
}

static void put_tree(struct buf *out, const char *top)
{
	next(out);
	put_plain(out, top, strlen(top));
	buf_adds(out, TREE);
}

const char *web_access_open(
    struct arena *a, const struct opt_list *paths, const char *const *bases, size_t nbases)
{
	struct buf out = {0};
	buf_adds(&out, "^(?:");
	for (size_t i = 0; i < paths->count; i++)
		put_path(&out, paths->items[i]);
	for (size_t i = 0; !paths->count && i < nbases; i++)
		put_tree(&out, bases[i]);
	if (!paths->count)
		put_tree(&out, WEB_ACCESS_AP);
	for (size_t i = 0; i < nbases; i++) {
		next(&out);
		put_plain(&out, bases[i], strlen(bases[i]));
		buf_adds(&out, "/(?:admin|web)" TREE);
	}
	put_tree(&out, WEB_ACCESS_WEBDAV);
	/* The latter lead to pages, which have a sign-in of their own (fcgi/ep_moved.c). */
	buf_adds(&out, "|/(?:healthz|status|status[.](?:php|xml)|metrics)$)");
	return taken(a, &out);
}

/* ---- WebDAV ---- */

bool web_access_has(const struct opt_list *paths, enum web_access_kind kind)
{
	for (size_t i = 0; i < paths->count; i++) {
		if (is_kind(in_webdav(paths->items[i]), kind))
			return true;
	}
	return false;
}

static void put_list(
    struct buf *out, const struct opt_list *paths, enum web_access_kind kind, put_fn *put)
{
	for (size_t i = 0; paths && i < paths->count; i++) {
		const char *path = in_webdav(paths->items[i]);
		if (!is_kind(path, kind))
			continue;
		next(out);
		put(out, path, size_of(path));
		if (!size_of(path)) /* the root: next() shall see that something is here */
			buf_adds(out, "(?:)");
	}
}

/* Of no path, nothing. */
static void end_list(struct buf *out)
{
	if (text_ends(buf_text(out), "(?:"))
		buf_adds(out, "(?!)");
}

const char *web_access_webdav(struct arena *a, const struct opt_list *one,
    const struct opt_list *other, enum web_access_kind kind, const char *after)
{
	struct buf out = {0};
	buf_adds(&out, "^" NO_POINTS WEB_ACCESS_WEBDAV "(?:");
	put_list(&out, one, kind, put_plain);
	put_list(&out, other, kind, put_plain);
	end_list(&out);
	buf_addf(&out, ")%s", after);
	return taken(a, &out);
}

const char *web_access_destination(struct arena *a, const struct opt_list *paths)
{
	struct buf out = {0};
	buf_adds(&out, "^" SCHEME_AND_HOST "(?=/)" HONEST);
	if (paths)
		buf_adds(&out, NO_POINTS);
	buf_adds(&out, WEB_ACCESS_WEBDAV "(?:");
	put_list(&out, paths, WEB_ACCESS_TREES, put_encoded);
	if (paths)
		end_list(&out);
	buf_adds(&out, ")/.");
	return taken(a, &out);
}
