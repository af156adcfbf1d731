/* SPDX-License-Identifier: ISC */
/*
 * What a device would get if it polled now, and why: the decision of core/plan.h on what is known of it, without
 * a poll: nothing is remembered, counted or sent.
 */
#ifndef DESK_PREVIEW_H
#define DESK_PREVIEW_H

#include "core/plan.h"
#include "desk/desk.h"

struct preview {
	struct request request; /* the one that is assumed */
	struct plan plan;
	const char *url; /* of that request */
	bool made_up;    /* the URL of its last poll is not known: it was made of what is known */
	bool proven;     /* it is assumed to prove itself with the certificate that it used last */
};

/* What the decision needs besides. */
struct preview_with {
	const struct snippets *snippets;
	const struct master *master; /* NULL: nothing is known */
	struct md5 *md5;
};

/*
 * `device` was read from the store. Everything in `out` lives in the arena, or in what goes in. False: the URL
 * of its last poll is refused now, `e` says why.
 */
bool preview_make(const struct desk *k, struct arena *a, const struct device *device,
    const struct preview_with *with, struct preview *out, struct err *e);

/*
 * "http://host:8080/update/update.php?type=…" → what a web server would hand over; in the arena. False: `e` says
 * what is wrong with it, beginning with the URL.
 */
bool preview_take_apart(struct arena *a, const char *url, struct req_input *in, struct err *e);

/* What lies in customcerts/@dir for a device, as the decision wants it. Arena. */
const struct plan_certs *preview_certs(
    struct arena *a, const struct home *h, const struct config *c, const char *sn);

#endif
