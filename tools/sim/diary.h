/* SPDX-License-Identifier: ISC */
/*
 * What a device logs and reports beside its polls (platform.md, "Logs and alarms"): entries with a number each, and
 * an alarm now and then that is cleared some polls later. What the server has not acknowledged is kept and sent
 * again, up to DIARY_KEPT entries, as in a device. Pure.
 */
#ifndef SIM_DIARY_H
#define SIM_DIARY_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define DIARY_KEPT 1000

struct device;

/* Part of struct device. */
struct diary {
	uint32_t logged;       /* the number of the next entry */
	uint32_t owed;         /* entries that are to be sent */
	uint32_t lasts;        /* polls until the alarm is over */
	unsigned alarm;        /* which one, from 1; 0: none */
	bool raising, ceasing; /* the server is still to be told so */
};

enum diary_kind { DIARY_NOTHING, DIARY_LOG, DIARY_ALARM };

/* One entry on its way. Initialise with {0}. */
struct diary_page {
	enum diary_kind kind;
	bool posted; /* `body` is sent to `url`; else all is in `url` */
	struct buf url, body;
};
void diary_page_free(struct diary_page *p);

/* A poll was answered: `entries` more are to be logged, and with `alarms` one may begin or end. */
void diary_go_on(struct device *d, long entries, bool alarms);
/* What is to be sent next, to the server that the device polls; `now`: seconds since 1970. */
void diary_next(const struct device *d, int64_t now, struct diary_page *out);
/* That was acknowledged. */
void diary_taken(struct device *d, enum diary_kind kind);

#endif
