/* SPDX-License-Identifier: ISC */
#include "core/order.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/fields.h"
#include "core/issued.h"
#include "core/req.h"

#include <stdint.h>
#include <string.h>

#define WHY 1024 /* bytes; all of an order has room in ORDER_MOST */

/* An order as it is on its way. */
struct wire {
	int64_t verb;
	const char *sn, *digest, *serial, *who, *why;
};

static const struct fields_row rows[] = {
    FIELDS_ROW(wire, 1, verb, FIELDS_NUMBER),
    FIELDS_ROW(wire, 2, sn, LIMIT_SN),
    FIELDS_ROW(wire, 3, digest, HEX_SHA256),
    FIELDS_ROW(wire, 4, serial, ISSUED_SERIAL),
    FIELDS_ROW(wire, 5, who, AUDIT_WHO),
    FIELDS_ROW(wire, 6, why, WHY),
};
#define ROWS (sizeof rows / sizeof *rows)

void order_encode(struct buf *out, const struct order *o)
{
	const struct wire w = {o->verb, o->sn, o->digest, o->serial, o->who, o->why};
	fields_encode(out, rows, ROWS, NULL, &w);
}

static bool is_digest(const char *s)
{
	return strlen(s) == HEX_SHA256 && strspn(s, "0123456789abcdef") == HEX_SHA256;
}

static bool is_line(const char *s, size_t most)
{
	size_t n = strlen(s);
	return n <= most && text_is_utf8(s, n) && !text_has_control(s, n);
}

/* Has it what its verb needs, and nothing else? */
static bool is_right(const struct wire *w)
{
	if (!*w->who || !is_line(w->who, AUDIT_WHO) || !is_line(w->why, WHY))
		return false;
	switch (w->verb) {
	case ORDER_SIGN:
		return req_is_serial(w->sn) && is_digest(w->digest) && !*w->serial;
	case ORDER_REVOKE:
		return issued_is_serial(w->serial, strlen(w->serial)) && !*w->sn && !*w->digest;
	default:
		return false;
	}
}

bool order_decode(struct arena *a, const void *bytes, size_t size, struct order *out)
{
	struct wire w;
	if (size > ORDER_MOST || !fields_decode(a, rows, ROWS, bytes, size, &w) || !is_right(&w))
		return false;
	*out = (struct order){(enum order_verb)w.verb, w.sn, w.digest, w.serial, w.who, w.why};
	return true;
}
