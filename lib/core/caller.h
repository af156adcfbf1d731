/* SPDX-License-Identifier: ISC */
/*
 * Who is calling (spec §4): the classes, environments and phase of a device, from its request.
 *
 * Everything that comes out lives in the arena, in the configuration or in the request; free nothing, and
 * keep it no longer than the shortest of them.
 */
#ifndef CORE_CALLER_H
#define CORE_CALLER_H

#include "base/arena.h"
#include "core/conf.h"
#include "core/req.h"

struct caller {
	const char *missing; /* NULL, or the required arguments that are absent: "type, sn" */
	const char *unknown; /* NULL, or a sentence: which phase or environment is not configured */
	struct conf_list classes;              /* as configured, then the type in lower case */
	struct conf_list environments;         /* after expansion and combination */
	struct conf_list dropped;              /* environments that lost their position (§4) */
	const struct conf_phase *phase, *next; /* next is NULL in the last phase */
	const char *sn_env; /* the SN as the name of an environment: 00_90_33_30_00_af */
};

void caller_find(
    struct arena *a, const struct config *c, const struct request *r, struct caller *who);
/* Does a condition hold for this device? */
bool caller_applies(const struct caller *who, const struct conf_applies *applies);

/*
 * Expands and combines environment names (§4); also used to check a configuration. `names` must all
 * be configured. What positions cost is put into `dropped` (may be NULL).
 */
struct conf_list caller_environments(struct arena *a, const struct config *c,
    const struct conf_list *names, struct conf_list *dropped);

#endif
