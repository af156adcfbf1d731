/* SPDX-License-Identifier: ISC */
/*
 * Changes: what a process asks the writer to do (DESIGN, "Writer").
 *
 * A change is a merge ("set these fields of device X", "store answer Y"), never a whole record, so two
 * requests of one device cannot undo each other. Those of one list are applied together or not at all.
 *
 * On the wire, and in a list in memory: each change is a length (4 bytes, big-endian) and a record
 * (record.h).
 */
#ifndef CORE_CHANGE_H
#define CORE_CHANGE_H

#include "base/buf.h"
#include "core/account.h"
#include "core/alarm.h"
#include "core/device.h"
#include "core/forward.h"
#include "core/issued.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum change_kind {
	CHANGE_DEVICE = 1,   /* bytes: fields of a device (device_encode()); made when it is new */
	CHANGE_SEEN = 2,     /* it polled at `time`; nothing when the device is not known */
	CHANGE_ANSWER = 3,   /* name: the query's id, bytes: XML, time: received */
	CHANGE_DELIVERY = 4, /* name: the snippet, number: its version (mtime), time: sent */
	CHANGE_MESSAGE = 5,  /* bytes: one line of text, time */
	CHANGE_FORGET = 6,   /* all of a device that was last seen (or made) at or before `time` */
	CHANGE_TRIM = 7,     /* its messages from before `time` */
	CHANGE_TOUCH = 8,    /* it counts as seen at `time`, without a poll */
	/* About no device that must be known: they stay when it is forgotten. `bytes`: see issued.h. */
	CHANGE_AUDIT = 9,   /* name: what was done ("csr approve": small letters), bytes, time */
	CHANGE_ISSUED = 10, /* name: serial number of a certificate, bytes; made when it is new */
	/* Of the administrator's pages; about no device. `bytes`: see account.h. */
	CHANGE_ACCOUNT = 11,       /* name: the user, bytes; made when it is new */
	CHANGE_ACCOUNT_DROP = 12,  /* name: the user; its sessions go, too */
	CHANGE_SESSION = 13,       /* name: its id, bytes; made when it is new */
	CHANGE_SESSION_END = 14,   /* name: its id */
	CHANGE_SESSIONS_END = 15,  /* name: the user, all of whose sessions end */
	CHANGE_SESSIONS_TRIM = 16, /* time: sessions that were last used before it go */
	CHANGE_TALLY = 17, /* name: what was counted ("polls"), time: when, number: how many more */
	/* Of alarms; about no device that must be known. `bytes`: see alarm.h. */
	CHANGE_ALARM = 18,     /* name: alarm_id(), bytes: a report */
	CHANGE_ALARM_ACK = 19, /* name: alarm_id(), bytes: acked, acked_by and note of an alarm */
	CHANGE_ALARMS_TRIM =
	    20,              /* time: those that are not active and were last heard of before it */
	CHANGE_FORWARD = 21, /* name: where news are passed on to, bytes: see forward.h */
	CHANGE_NEWS_TRIM = 22, /* number: news up to and with this one are not needed any more */
};

#define CHANGE_ALWAYS INT64_MAX /* the time of a CHANGE_FORGET without a condition */

struct change {
	enum change_kind kind;
	const char *sn, *name; /* not terminated after change_next(): see the sizes */
	size_t sn_size, name_size;
	int64_t time, number;
	const char *bytes;
	size_t size;
};

/* ---- making a list ---- */

void change_device(
    struct buf *list, const char *sn, const struct device *was, const struct device *now);
void change_seen(struct buf *list, const char *sn, int64_t time);
void change_answer(struct buf *list, const char *sn, const char *query, int64_t time,
    const void *xml, size_t size);
void change_delivery(
    struct buf *list, const char *sn, const char *snippet, int64_t time, int64_t version);
void change_message(struct buf *list, const char *sn, int64_t time, const char *text);
void change_forget(struct buf *list, const char *sn, int64_t time);
void change_trim(struct buf *list, const char *sn, int64_t time);
void change_touch(struct buf *list, const char *sn, int64_t time);
/* `sn` "": it is about no device. (On the wire that is "-".) Texts that are too long are cut. */
void change_audit(struct buf *list, const char *sn, int64_t time, const char *what, const char *who,
    const char *text);
/* Makes the entry of a certificate, or merges what differs into it. */
void change_issued(struct buf *list, const char *sn, const char *serial, const struct issued *was,
    const struct issued *now);

void change_account(struct buf *list, const struct account *was, const struct account *now);
void change_account_drop(struct buf *list, const char *name);
void change_session(struct buf *list, const struct session *was, const struct session *now);
void change_session_end(struct buf *list, const char *id);
void change_sessions_end(struct buf *list, const char *user);
void change_sessions_trim(struct buf *list, int64_t time);
void change_tally(struct buf *list, const char *what, int64_t time, int64_t more);

void change_alarm(struct buf *list, const struct alarm_report *r);
/* Somebody has taken note of it; `acked` 0: takes that back. Of an alarm that is not there: nothing. */
void change_alarm_ack(struct buf *list, const char *from, const char *code, int64_t acked,
    const char *who, const char *note);
void change_alarms_trim(struct buf *list, int64_t time);
/* Merges what differs; `was` NULL: nothing is known of it. */
void change_forward(
    struct buf *list, const struct forward_state *was, const struct forward_state *now);
void change_news_trim(struct buf *list, int64_t number);

/* ---- reading one ---- */

struct change_cursor {
	const char *at, *end;
	bool broken; /* the bytes are no list, or a change in it is not complete or too long */
};

void change_open(struct change_cursor *c, const void *bytes, size_t size);
/* The next change, checked. False: there is none any more, or c->broken. */
bool change_next(struct change_cursor *c, struct change *out);
/* Every change in it is right. */
bool change_is_whole(const void *bytes, size_t size);

#endif
