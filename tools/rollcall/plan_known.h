/* SPDX-License-Identifier: ISC */
/* What a plan is made with beside the request, as a worker has it: the device, and its certificates. */
#ifndef ROLLCALL_PLAN_KNOWN_H
#define ROLLCALL_PLAN_KNOWN_H

#include "core/plan.h"
#include "home/home.h"

struct plan_known {
	const struct device *device;    /* NULL: nothing is remembered of devices */
	const struct plan_certs *certs; /* NULL: they do not matter */
};

/*
 * Without status/@dir, a store or a serial number nothing is known; of a store that cannot be read that is
 * said on stderr. Everything lives in the arena.
 */
void plan_known(struct arena *a, const struct home *h, const struct config *c,
    const struct request *r, struct plan_known *out);

#endif
