/* SPDX-License-Identifier: ISC */
/*
 * Whom a client certificate makes of a caller (spec §8, "Forced trust"). Pure: that the certificate is
 * genuine (chain, validity, revocation) was found out before, by guard/client.h.
 */
#ifndef CORE_TRUST_H
#define CORE_TRUST_H

#include "base/arena.h"
#include "core/conf.h"
#include "core/req.h"

#include <stdbool.h>
#include <stdint.h>

enum trust {
	TRUST_NONE,    /* it showed no certificate */
	TRUST_FOREIGN, /* the certificate is that of another device: nothing it asks may be done */
	TRUST_UNKNOWN, /* it is its own, but the issuer is not in customcerts/@CAname, or it is not valid now */
	TRUST_GOOD,
};

/* Is this the name of a CA that is trusted (customcerts/@CAname)? */
bool trust_is_ca(const struct config *c, const char *issuer);
/*
 * Is this the common name of the device: its hardware id, its serial number without dashes,
 * literally customcerts/@CAwildcard? Case does not count but in the last; IP222s IP232s IP240a IP200a at
 * its beginning stand for IP222 IP232 IP240 IP200.
 *
 * A certificate must prove the serial number, by which snippets are chosen. A hardware id that ends in three
 * bytes (IP232-30-00-af) and a serial number that does not end in the same are not those of one device, and
 * one without such an end proves nothing of a serial number. Without `hwid` (requests that bring only a
 * serial number), a common name that ends in three bytes is right when the serial number ends in them;
 * without `sn` the hardware id alone counts. When both are NULL nothing is right but the wildcard.
 */
bool trust_is_name(const struct config *c, const char *cn, const char *sn, const char *hwid);
/*
 * Does the certificate of a request also prove the hardware id, by which backups are kept? After
 * trust_of() found it good.
 */
bool trust_is_hwid(const struct config *c, const struct request *r);
/* Can these be of one device: does the hardware id end in the last three bytes of the serial number? */
bool trust_is_pair(const char *sn, const char *hwid);
/* Is this the same serial number, dashes and case aside? */
bool trust_same_serial(const char *a, const char *b);
/* Is this customcerts/@CAwildcard? Right for every device, so it proves none of them. */
bool trust_is_wildcard(const struct config *c, const char *cn);
/*
 * `*why` becomes a sentence for the reply and the log: "certificate of …, issued by …", or what is
 * wrong and what would help. It lives in the arena.
 */
enum trust trust_of(struct arena *a, const struct config *c, const struct request *r, int64_t now,
    const char **why);
/* times/@forcehttps and times/@forcetrust are set: the latter does nothing alone. */
bool trust_is_forced(const struct config *c);

#endif
