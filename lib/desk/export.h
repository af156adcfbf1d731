/* SPDX-License-Identifier: ISC */
/*
 * A fleet for programs: each device as a line of CSV or as members of a JSON object (device_json(), cells.h), and
 * its `show` values behind that, one column for each that is configured.
 */
#ifndef DESK_EXPORT_H
#define DESK_EXPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/conf.h"
#include "core/device.h"
#include "view/state.h"

#include <stdbool.h>
#include <stddef.h>

/* Adds the names of the fields, and the fields of a device; neither ends the line. */
void export_csv_head(struct buf *out);
void export_csv(struct buf *out, const struct device *d, bool missing);

/* The columns of `show` values. */
struct export_shows {
	const struct config *config;
	const char **names; /* all different: "QUERY: TITLE" */
	size_t count;
	struct arena arena;
};
/* export_shows_close() after it. */
void export_shows_open(struct export_shows *x, const struct config *c);
void export_shows_close(struct export_shows *x);
/* Adds ",NAME,NAME" for the first line of CSV. */
void export_shows_head(const struct export_shows *x, struct buf *out);
/* Adds ",VALUE" or `, "NAME": VALUE` for each column, of a device with its values (state_shows()). */
void export_shows_csv(const struct export_shows *x, const struct state *s, struct buf *out);
void export_shows_json(const struct export_shows *x, const struct state *s, struct buf *out);

#endif
