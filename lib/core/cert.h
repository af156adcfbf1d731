/* SPDX-License-Identifier: ISC */
/*
 * What is known of a certificate: facts that guard/ takes from it, and only after it has verified it
 * where that is said. Texts are UTF-8 without control characters.
 */
#ifndef CORE_CERT_H
#define CORE_CERT_H

#include <stdint.h>

struct cert {
	const char *cn;      /* common name of the subject; exactly one, never "" */
	const char *issuer;  /* common name of the issuer */
	const char *serial;  /* hexadecimal, upper case, without leading zeros */
	int64_t from, until; /* seconds since 1970 */
	const char *sn;      /* the device that our own CA made it for; NULL: that is not known */
};

#endif
