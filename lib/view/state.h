/* SPDX-License-Identifier: ISC */
/*
 * The state document of a device (spec §11): what `show`, scripts and pages see. A view, made of what
 * the store knows; nothing is kept in this form.
 */
#ifndef VIEW_STATE_H
#define VIEW_STATE_H

#include "base/buf.h"
#include "core/conf.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* A value that an administrator wants to see of a device. */
struct state_show {
	const char *query, *query_title; /* its id; title, else the id */
	const char *title;               /* of the value; "" when there is none */
	const char *value;               /* NULL: see error */
	const char *error;
};
/* All that is known of one device; in an arena. */
struct state {
	struct device device;
	struct store_answer *answers;
	size_t nanswers;
	struct store_delivery *deliveries;
	size_t ndeliveries;
	struct store_message *messages;
	size_t nmessages;
	struct state_show *shows; /* none before state_shows() */
	size_t nshows;
};

/*
 * Reads it, in a snapshot of its own. Messages older than `logkeep` seconds are left out (CONF_ABSENT:
 * none is). False with e->text "": the device is not known.
 */
bool state_read(struct store *s, struct arena *a, const char *sn, int64_t now, long logkeep,
    struct state *out, struct err *e);
/*
 * The same of a device that was read, within a snapshot that is open. Nothing of it may be used when
 * store_end() fails.
 */
void state_take(struct store *s, struct arena *a, const struct device *d, int64_t now, long logkeep,
    struct state *out);

/* Which parts of the document are wanted. */
enum state_part { STATE_ANSWERS = 1, STATE_DELIVERIES = 2, STATE_MESSAGES = 4, STATE_ALL = 7 };
/*
 * The document as XML, indented, without a declaration. `snippets` is times/@dir, which stands before
 * the names of delivered snippets.
 */
void state_print(const struct state *s, const char *snippets, unsigned parts, struct buf *out);

/*
 * Fills in the `show` values of a device, for the queries it has answered, in configuration order; in the
 * arena. What cannot be worked out has an error, never a blank.
 */
void state_shows(struct arena *a, const struct config *c, struct state *s);

#endif
