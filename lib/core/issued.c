/* SPDX-License-Identifier: ISC */
#include "core/issued.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/fields.h"

#include <string.h>

static const struct fields_row issued_rows[] = {
    FIELDS_ROW(issued, 1, sn, LIMIT_SN),
    FIELDS_ROW(issued, 2, cn, LIMIT_CERT_NAME),
    FIELDS_ROW(issued, 3, issuer, LIMIT_CERT_NAME),
    FIELDS_ROW(issued, 4, from, FIELDS_NUMBER),
    FIELDS_ROW(issued, 5, until, FIELDS_NUMBER),
    FIELDS_ROW(issued, 6, at, FIELDS_NUMBER),
    FIELDS_ROW(issued, 7, who, AUDIT_WHO),
    FIELDS_ROW(issued, 8, digest, HEX_SHA256),
    FIELDS_ROW(issued, 9, revoked, FIELDS_NUMBER),
    FIELDS_ROW(issued, 10, revoked_by, AUDIT_WHO),
    FIELDS_ROW(issued, 11, reason, AUDIT_TEXT),
    FIELDS_ROW(issued, 12, pem, ISSUED_PEM),
    FIELDS_ROW(issued, 13, key, HEX_SHA256),
};
static const struct fields_row audit_rows[] = {
    FIELDS_ROW(audit, 1, what, AUDIT_WHAT),
    FIELDS_ROW(audit, 2, who, AUDIT_WHO),
    FIELDS_ROW(audit, 3, sn, LIMIT_SN),
    FIELDS_ROW(audit, 4, text, AUDIT_TEXT),
};
#define ISSUED issued_rows, sizeof issued_rows / sizeof *issued_rows
#define AUDIT audit_rows, sizeof audit_rows / sizeof *audit_rows

bool issued_is_serial(const char *text, size_t size)
{
	return size <= ISSUED_SERIAL && text_is_of(text, size, "0123456789ABCDEF") && *text != '0';
}

void issued_encode(struct buf *out, const struct issued *was, const struct issued *now)
{
	fields_encode(out, ISSUED, was, now);
}

bool issued_decode(
    struct arena *a, const char *serial, const void *bytes, size_t size, struct issued *out)
{
	*out = (struct issued){.serial = arena_strdup(a, serial)};
	return fields_decode(a, ISSUED, bytes, size, out);
}

void audit_encode(struct buf *out, const struct audit *a)
{
	fields_encode(out, AUDIT, NULL, a);
}

bool audit_decode(struct arena *a, int64_t time, const void *bytes, size_t size, struct audit *out)
{
	*out = (struct audit){.time = time};
	return fields_decode(a, AUDIT, bytes, size, out);
}
