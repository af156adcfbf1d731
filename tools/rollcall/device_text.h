/* SPDX-License-Identifier: ISC */
/*
 * What is known of devices, for people and for programs. Devices say what they like: what comes from here
 * can neither speak to a terminal nor leave its line.
 */
#ifndef ROLLCALL_DEVICE_TEXT_H
#define ROLLCALL_DEVICE_TEXT_H

#include "base/buf.h"
#include "core/conf.h"
#include "core/device.h"
#include "view/state.h"

#include <stdbool.h>
#include <stdint.h>

/* Adds a text with everything visible in it. */
void text_add(struct buf *out, const char *text);
/* How many columns wide a text is. */
size_t text_width(const char *text);
/* Adds blanks until what was added since `from` is `width` letters wide. */
void text_pad(struct buf *out, size_t from, size_t width);
/* "3.0 h"; of a moment to come "0 s". */
void text_age(struct buf *out, int64_t when, int64_t now);
/* "3.0 h ago (2026-03-01T12:00:00Z)" */
void text_when(struct buf *out, int64_t when, int64_t now);
/* "130774→130986": what it has, and what it was told to load when that is another one. */
void text_build(struct buf *out, const char *has, const char *wanted);

/* A number, quickly. */
void text_number(struct buf *out, int64_t number);

/* The value of a field in the table of core/device.h. */
const char *device_text(const struct device *d, const struct device_field *f);
int64_t device_number(const struct device *d, const struct device_field *f);

/* "sn": …, …, "missing": false: the members of an object. */
void device_json(struct buf *out, const struct device *d, bool missing);
/* "answers": […], "shows": […]: those of one query, or all (NULL). */
void device_json_answers(struct buf *out, const struct config *c, const struct state *s,
    const struct state_show *shows, size_t nshows, const char *query);
/* The `show` values of one query, a line each, `indent` blanks before them. */
void device_text_shows(struct buf *out, const struct state_show *shows, size_t nshows,
    const char *query, size_t indent);
/* "Certificate (certificates)": the title of a query with its id. */
void device_text_query(struct buf *out, const struct config *c, const char *query);

#endif
