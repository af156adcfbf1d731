/* SPDX-License-Identifier: ISC */
/*
 * What an administrator wants to know of a device at a glance: is it there, has it settled, does it run what
 * it should, how is its certificate. Pure. The numbers of a fleet, the list behind each number and the words
 * of the filter language ("cert:expired") come from the same functions, so they can never differ.
 */
#ifndef CORE_FLEET_H
#define CORE_FLEET_H

#include "core/conf.h"
#include "core/device.h"
#include "core/master.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What devices are judged by. */
struct fleet_judge {
	const struct config *config;
	const struct master *master; /* what the master device said; NULL: nothing is known */
	int64_t now;
};

enum fleet_presence {
	FLEET_PRESENT,
	FLEET_MISSING, /* not seen for longer than status/@missing */
	FLEET_PRESENCES
};
/* Of firmware or boot code. */
enum fleet_build {
	FLEET_BUILD_CURRENT, /* it runs the wanted build */
	FLEET_BUILD_LOADING, /* it was told to load the wanted one, and has not said yet that it runs it */
	FLEET_BUILD_OTHER,   /* it runs another one */
	FLEET_BUILD_UNKNOWN, /* it has not said which one it runs */
	FLEET_BUILD_UNWANTED, /* no build is wanted of it (none, its type or class gets none, not known yet) */
	FLEET_BUILDS
};
/* Of its certificate, the first that holds; FLEET_CERT_OFF for all when customcerts/@dir is not set. */
enum fleet_cert {
	FLEET_CERT_OFF,
	FLEET_CERT_ERROR, /* it could not install what it was sent, and stopped */
	FLEET_CERT_REVOKED,
	FLEET_CERT_APPROVAL, /* its request is here and waits for somebody's signature */
	FLEET_CERT_SIGNED,   /* ... is signed, and it has not answered since */
	FLEET_CERT_EXPIRED,
	FLEET_CERT_ASKED,    /* a request was asked of it, or is being made */
	FLEET_CERT_EXPIRING, /* ends within customcerts/@renew days */
	FLEET_CERT_STRANGER, /* of an issuer that is not trusted, signed by itself included */
	FLEET_CERT_NONE,     /* it has none */
	FLEET_CERT_UNKNOWN,  /* it has not answered yet, or with a date that is not understood */
	FLEET_CERT_FINE,
	FLEET_CERTS
};

/* "missing", "current", "expired", …: words of the filter language and of pages. */
const char *fleet_presence_name(enum fleet_presence p);
const char *fleet_build_name(enum fleet_build b);
const char *fleet_cert_name(enum fleet_cert c);

enum fleet_presence fleet_presence(const struct fleet_judge *j, const struct device *d);
/* It is in its last phase with nothing to do. */
bool fleet_settled(const struct device *d);
/* The build that is wanted of a device, "" when none is (§7). */
const char *fleet_wanted_firmware(const struct fleet_judge *j, const struct device *d);
const char *fleet_wanted_bootcode(const struct fleet_judge *j, const struct device *d);
enum fleet_build fleet_firmware(const struct fleet_judge *j, const struct device *d);
enum fleet_build fleet_bootcode(const struct fleet_judge *j, const struct device *d);
enum fleet_cert fleet_cert(const struct fleet_judge *j, const struct device *d);
/* When the certificate that it uses ends, as far as is known; 0: not known. */
int64_t fleet_cert_until(const struct fleet_judge *j, const struct device *d);

#endif
