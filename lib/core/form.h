/* SPDX-License-Identifier: ISC */
/*
 * What a browser sends: the query of a URL, a form (application/x-www-form-urlencoded), a form with a
 * file (multipart/form-data), cookies. Pure; everything in it is hostile and measured here.
 */
#ifndef CORE_FORM_H
#define CORE_FORM_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>

#define FORM_FIELDS 1024            /* of one form: a page of devices may be selected */
#define FORM_NAME 64                /* the name of a field */
#define FORM_BODY LIMIT_BODY_ANSWER /* a body: what lighttpd lets through */

struct form_field {
	const char *name;  /* never NULL */
	const char *value; /* decoded, with a NUL behind it; never NULL */
	size_t size;       /* without that NUL; only that of a file may hold others */
	bool is_file;
};
/* In order; names may repeat. */
struct form {
	struct form_field *list;
	size_t count;
};

/*
 * Reads a query or a body; in the arena. False: too many fields, too long a name, a broken %-sequence, a
 * NUL or other control character (but TAB, CR, LF) where no file is, bytes that are no UTF-8; `e` says so.
 */
bool form_parse(struct arena *a, const char *text, size_t size, struct form *out, struct err *e);
/* A body of that Content-Type; another type is refused. */
bool form_parse_body(struct arena *a, const char *type, const void *bytes, size_t size,
    struct form *out, struct err *e);

/* The value of the first field of that name; NULL when there is none. */
const char *form_value(const struct form *f, const char *name);
const struct form_field *form_find(const struct form *f, const char *name);
/* The value of a cookie in a Cookie header, NULL when there is none, or more than one of that name. Arena. */
const char *form_cookie(struct arena *a, const char *header, const char *name);

#endif
