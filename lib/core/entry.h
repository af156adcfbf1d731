/* SPDX-License-Identifier: ISC */
/*
 * An entry of a log, or an alarm, as a device sends it (platform.md, "Logs and alarms"): read once, checked, and
 * written as one line of a file. Pure.
 *
 * A line is fields with a tab between them:
 *
 *   2026-11-22T10:00:00Z     when it was received
 *   2026-11-22T09:59:58Z     when it was by the clock of the device; - when that is not set
 *   IP24-1d-00-8d            whose it is: `from`, or `host`
 *   192.0.2.7                the address it came from
 *   syslog                   `event`, or `type`
 *   LOG_HTTP 3 TCP-Up        what it says: `msg`, or `text`
 *   severity=2               all else that was sent, a field each, as it was called
 *
 * What is empty is "-". In a field \t \n \r \\ stand for a tab, a line feed, a carriage return and a backslash, \xHH
 * for a byte of another control character, or of a letter that turns or breaks lines (U+202E, U+2028, …): nothing that
 * a device says can forge a line, a field, or what an editor shows of them. Text that is not UTF-8 is taken for
 * ISO 8859-1, which old devices speak; a NUL becomes U+FFFD; a % that begins no escape stands for itself.
 */
#ifndef CORE_ENTRY_H
#define CORE_ENTRY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENTRY_NONE "-"

struct entry_field {
	const char *name, *value;
};

/* No member is NULL; texts are decoded, UTF-8, and may hold any character but NUL. */
struct entry {
	int64_t received; /* seconds since 1970 */
	int64_t time;     /* by the clock of the device; 0: not set */
	const char *from, *address, *event, *text;
	const struct entry_field *more; /* in the order in which they were sent */
	size_t nmore;
};

/*
 * Reads "event=syslog&time=…", a query or a body; a "?" may stand before it, and white space around it. `received`
 * and `address` are the caller's to fill in. What is missing is ""; of a field that comes twice the first counts,
 * the second is among `more`. Arena.
 * False: e says what is wrong (too long: LIMIT_ENTRY; more than LIMIT_ENTRY_FIELDS fields; a name longer than
 * LIMIT_ENTRY_NAME; nothing that an entry has: no event, no text).
 */
bool entry_parse(struct arena *a, const char *bytes, size_t size, struct entry *out, struct err *e);
/* The field of that name in `more`; "" when it was not sent. */
const char *entry_get(const struct entry *entry, const char *name);
/* Adds its line, with the line feed. */
void entry_print(struct buf *out, const struct entry *entry);
/*
 * Reads a line as entry_print() made it, without its line feed. False: it is none. What a later version added
 * is among `more`. Arena.
 */
bool entry_read(struct arena *a, const char *line, size_t size, struct entry *out);

#endif
