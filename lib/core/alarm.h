/* SPDX-License-Identifier: ISC */
/*
 * Alarms are state: raised, cleared, counted, acknowledged (platform.md, "Logs and alarms"). Pure: what is
 * remembered and what is reported go in, what is remembered then comes out.
 *
 * An alarm is known by whose it is and by its code. A device raises it (`event=alarm`), perhaps again and again,
 * and clears it (`event=clear`); what is reported by `event=error`, or by any other word, has no end: it is an
 * event, counted and never active. The server's own alarms are ALARM_SERVER's.
 */
#ifndef CORE_ALARM_H
#define CORE_ALARM_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/entry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALARM_SERVER "server"                  /* whose those are that the server raises itself */
#define ALARM_FROM 64                          /* bytes of whose it is … */
#define ALARM_CODE 64                          /* … of its code … */
#define ALARM_ID (ALARM_FROM + 1 + ALARM_CODE) /* … and of both, with a tab between */
#define ALARM_TEXT 512
#define ALARM_SOURCE 64
#define ALARM_DETAILS 2048
#define ALARM_NOTE 512

/* The field of an entry that says how many servers passed it on, so that it does not go round in circles. */
#define ALARM_HOPS "hops"
#define ALARM_HOPS_MOST 4

enum alarm_act { ALARM_RAISE = 1, ALARM_CLEAR, ALARM_EVENT };
/* As devices count. */
enum alarm_severity { ALARM_MINOR, ALARM_INDETERMINATE, ALARM_MAJOR };

/* One report, by a device or by the server. Texts that are too long are cut when it is encoded. */
struct alarm_report {
	const char *from, *code; /* never empty: see alarm_report_of() */
	int64_t act, time, severity;
	const char *source, *text, *details, *serial, *address;
	int64_t hops; /* servers that passed it on before us (forward.h) */
};

/* What is remembered. No member is NULL. */
struct alarm {
	const char *from, *code; /* its key in the store */
	int64_t severity;
	const char *source, *text, *details, *serial,
	    *address;               /* of the last report that said so */
	int64_t first, last, count; /* reports that raised it, or were events */
	int64_t raised;             /* active since then; 0: not active */
	int64_t cleared;            /* when it was last cleared; 0: never */
	int64_t acked; /* somebody has taken note of it, since it was raised; 0: nobody */
	const char *acked_by, *note;
};

/*
 * What an entry of /ap/alarm.fcgi reports. Without a code its text is one: two alarms of the same text are the
 * same then. Without `from`, or when that is ALARM_SERVER, the address is whose it is. Arena.
 */
void alarm_report_of(struct arena *a, const struct entry *entry, struct alarm_report *out);
/* "IP24-1d-00-8d\tc0ffee", which is how an alarm is called in changes and in the store. Arena. */
const char *alarm_id(struct arena *a, const char *from, const char *code);
bool alarm_is_id(const char *id, size_t size);

/* What is worth telling others: it was raised and was not active, was active and was cleared, or is an event. */
enum alarm_news { ALARM_NOTHING, ALARM_NEWS };
/*
 * Takes a report into `a`; one with count 0 is new. A report that is older than what is remembered is counted and
 * changes nothing else; clearing what is not active changes nothing at all.
 */
enum alarm_news alarm_take(struct alarm *a, const struct alarm_report *r);

/* Records (core/record.h); ids are fixed for ever. `a`: arena for what is read. */
/* The fields in which `now` differs from `was`; `was` NULL: all that are not empty. */
void alarm_encode(struct buf *out, const struct alarm *was, const struct alarm *now);
bool alarm_decode(struct arena *a, const char *id, size_t id_size, const void *bytes, size_t size,
    struct alarm *out);
void alarm_report_encode(struct buf *out, const struct alarm_report *r);
bool alarm_report_decode(struct arena *a, const void *bytes, size_t size, struct alarm_report *out);

/* "raise", "clear", "event"; "minor", "indeterminate", "major". */
const char *alarm_act_word(int64_t act);
const char *alarm_severity_word(int64_t severity);

#endif
