/* SPDX-License-Identifier: ISC */
/*
 * What `rollcall import` has done: per kind how much was found and what became of it, and one line for
 * each thing that was not taken as it was, with the reason.
 */
#ifndef ROLLCALL_IMPORT_REPORT_H
#define ROLLCALL_IMPORT_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "core/findings.h"

#include <stdbool.h>
#include <stddef.h>

enum import_kind {
	IMPORT_CONFIG,
	IMPORT_SCRIPTS,
	IMPORT_CERTS,
	IMPORT_BACKUPS,
	IMPORT_MASTER,
	IMPORT_DEVICES,
	IMPORT_KINDS
};

enum import_outcome {
	IMPORT_TAKEN,
	IMPORT_THERE,    /* HOME has just that */
	IMPORT_KEPT,     /* HOME has something else, of a device something newer: that stays */
	IMPORT_LEFT_OUT, /* it cannot be taken */
	IMPORT_IGNORED,  /* it is none of those things: nobody misses it */
	IMPORT_OUTCOMES
};

struct import_line {
	enum import_outcome outcome; /* IMPORT_TAKEN: in part */
	const char *what, *why;
};

/* Initialise with {0}, free with import_report_free(). */
struct import_report {
	struct arena arena;
	struct import_count {
		size_t by[IMPORT_OUTCOMES];
		struct import_line lines[LIMIT_IMPORT_LINES];
		size_t nlines; /* how many there would be */
		bool partial;  /* one of them is of something that was to be taken */
	} kinds[IMPORT_KINDS];
	struct findings findings; /* in the configuration that was to be taken */
	const char *firmware;     /* a folder that was not copied; NULL: there is none */
	const char *next;         /* what is to be done now; in the arena, or NULL */
	struct err stopped;       /* why it ended before its end; "" when it did not */
};

void import_report_free(struct import_report *r);
/* One more of a kind. With a reason it gets a line. */
void import_add(struct import_report *r, enum import_kind kind, enum import_outcome outcome,
    const char *what, const char *why);
/* Was anything left out, kept back with a reason, or taken in part? Not: ignored. */
bool import_is_partial(const struct import_report *r);

struct import_ends {
	const char *from, *home;
};
void import_print(const struct import_report *r, const struct import_ends *ends, struct buf *out);
void import_print_json(
    const struct import_report *r, const struct import_ends *ends, struct buf *out);

#endif
