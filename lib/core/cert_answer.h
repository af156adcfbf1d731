/* SPDX-License-Identifier: ISC */
/*
 * What a device says of its certificates: its answer to the query `certificates` (spec §8), taken apart
 * once, when it arrives. A poll looks at the fields of struct device only.
 */
#ifndef CORE_CERT_ANSWER_H
#define CORE_CERT_ANSWER_H

#include "base/arena.h"
#include "core/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CERT_QUERY "certificates" /* the query whose answer this is */

/* The words of device.cert_says. */
#define CERT_SAYS_NONE "none"       /* it has no certificate at all */
#define CERT_SAYS_UNDATED "undated" /* a date is missing, or in no form that we know */
#define CERT_SAYS_REQUEST "request" /* it holds a signing request */
#define CERT_SAYS_BUSY "busy"       /* it is making a key */
#define CERT_SAYS_ERROR "error"     /* what was uploaded could not be installed (request-error) */

/* In device.cert_issuer: an issuer that is not said, or does not fit any more. No CA may be called so. */
#define CERT_ISSUER_NONE "?"

/*
 * Sets the fields cert_at … cert_says of a device from an answer that answer_parse() let in. Texts live in
 * the arena, control characters in them are made visible, and names are cut at LIMIT_CERT_NAME, all issuers
 * at LIMIT_CERT_NAMES bytes (an issuer that does not fit becomes CERT_ISSUER_NONE).
 * A date before 1970 is the first second of it: 0 is one that is not known. With "undated" a date is that
 * of those certificates whose date is known. Words stand in the order of above, a blank between two.
 * Something else than an <info>: the fields become empty, as before any answer.
 * `*problem`: NULL, or a sentence for the log ("the date "…" of its certificate … is none, or in no form that is known").
 */
void cert_answer_take(struct arena *a, struct device *d, const char *xml, size_t size, int64_t now,
    const char **problem);
/*
 * The names in device.cert_issuer, one after the other: begin with *rest at the first. NULL: there is none any
 * more. Arena.
 */
const char *cert_issuers_next(struct arena *a, const char **rest);
/* All of them for people, "A, B"; arena. */
const char *cert_issuers_list(struct arena *a, const char *issuers);
/* Is this one of the words in device.cert_says? */
bool cert_answer_says(const struct device *d, const char *word);

/*
 * A date as devices write it: ISO 8601 (2026-03-01T12:00:00Z, with a zone, a blank for the T, or the day
 * alone), RFC 2822 (Sun, 01 Mar 2026 12:00:00 +0000), 01.03.2026 12:00[:00], OpenSSL's (Mar  1 12:00:00 2026 GMT).
 * Without a zone it is UTC. Seconds since 1970. False: it is none of these, or no real date.
 */
bool cert_date_parse(const char *text, int64_t *seconds);

#endif
