/* SPDX-License-Identifier: ISC */
/*
 * The names of snippet files (spec §5): PHASE-CLASS-ENVIRONMENT.txt, in lower case.
 *
 * What is said here of a name and what plan_files.c looks for are one and the same: every name that some
 * device can be looked up under is used, every other is not. One exception: a type or a serial number
 * "all" would be let in, but no device is called that, and the word means any.
 */
#ifndef CORE_SNIP_NAME_H
#define CORE_SNIP_NAME_H

#include "base/arena.h"
#include "core/conf.h"

#include <stdbool.h>

#define SNIP_NAME_ALL \
	"all" /* in place of a part: any, where there is more than one to choose from */

enum snip_use {
	SNIP_USED,      /* by the devices that its parts say */
	SNIP_USED_TYPE, /* only by devices of the type that its class part says: no class lists it */
	SNIP_UNUSED,    /* by nobody */
};

enum snip_part { SNIP_PHASE, SNIP_CLASS, SNIP_ENVIRONMENT, SNIP_PARTS };

struct snip_name {
	enum snip_use use;
	const char *parts[SNIP_PARTS]; /* as in the name; "" when it has not three of them */
	bool
	    serial; /* no environment is called like the third part: it is a serial number, with _ for - */
	enum snip_part
	    unknown; /* of SNIP_UNUSED: the first wrong part; SNIP_PARTS: it has not three */
	/*
	 * The name that is nearest to this one and right, or NULL: nothing is near. Also given for
	 * SNIP_USED_TYPE and `serial`, where a part may be a slip of the pen as well as a device's own.
	 */
	const char *nearest;
};

/* What a file of this name is for. Texts live in the arena. */
struct snip_name snip_name_parse(struct arena *a, const struct config *c, const char *file);
/* "update-phone-default.txt"; the parts are in lower case already. */
const char *snip_name_make(
    struct arena *a, const char *phase, const char *class, const char *environment);

#endif
