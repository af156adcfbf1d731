/* SPDX-License-Identifier: ISC */
/*
 * What is known of devices, for people and for programs. Devices say what they like: what comes from here
 * can neither speak to a terminal nor leave its line. Escaping for HTML is not done here.
 */
#ifndef DESK_CELLS_H
#define DESK_CELLS_H

#include "base/buf.h"
#include "core/conf.h"
#include "core/device.h"
#include "view/state.h"

#include <stdbool.h>
#include <stdint.h>

/* Adds a text with everything visible in it. */
void cell_add(struct buf *out, const char *text);
/* "3.0 h"; of a moment to come "0 s". */
void cell_age(struct buf *out, int64_t when, int64_t now);
/* "3.0 h ago (2026-03-01T12:00:00Z)" */
void cell_when(struct buf *out, int64_t when, int64_t now);
/* "2026-03-01T12:00:00Z" */
void cell_moment(struct buf *out, int64_t when);
/* "2026-03-01, in 30 days", "2026-03-01, 3.0 h ago" */
void cell_until(struct buf *out, int64_t when, int64_t now);
/* "130774→130986": what it has, and what it was told to load when that is another one. */
void cell_build(struct buf *out, const char *has, const char *wanted);

/* "Certificate (certificates)": the title of a query with its id; or that it is no longer configured. */
void device_text_query(struct buf *out, const struct config *c, const char *query);

/* A number, quickly. */
void cell_number(struct buf *out, int64_t number);
/* A string, quickly. */
void cell_json(struct buf *out, const char *text);
/*
 * A field of CSV (RFC 4180). Nothing in it is a formula for a spreadsheet, neither for one that cuts
 * lines at ";".
 */
void cell_csv(struct buf *out, const char *text);

/* "sn": …, …, "missing": false: the members of an object. */
void device_json(struct buf *out, const struct device *d, bool missing);
/* "answers": […], "shows": […]: those of one query, or all (NULL). */
void device_json_answers(
    struct buf *out, const struct config *c, const struct state *s, const char *query);

#endif
