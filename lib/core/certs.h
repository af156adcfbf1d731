/* SPDX-License-Identifier: ISC */
/*
 * The certificate decision (spec §8): where a device stands, and what follows from it. Pure. plan_certs.c
 * makes commands of it, the command line and the pages show it.
 */
#ifndef CORE_CERTS_H
#define CORE_CERTS_H

#include "base/arena.h"
#include "core/caller.h"
#include "core/conf.h"
#include "core/device.h"
#include "core/req.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum certs_state {
	CERTS_OFF, /* customcerts/@dir or status/@dir is not set */
	CERTS_NOT_ASKED, /* the query `certificates` does not apply to this device: nothing is looked at */
	CERTS_UNKNOWN, /* no answer yet: wait */
	CERTS_CLEAR, /* an administrator wants requests and errors on the device removed (cert_clear) */
	CERTS_ERROR, /* request-error: stop */
	CERTS_BUSY,  /* wait */
	CERTS_EARLY, /* not valid yet: leave alone */
	CERTS_GOOD,
	CERTS_PROVED, /* the certificate that it shows is good; what is known of the rest may be another's word */
	CERTS_LAPSED, /* found expired for the first time: nothing is sent at this poll (see certs.c) */
	CERTS_STUCK, /* its dates are not understood, though we sent the certificate: leave alone */
	CERTS_NEEDED, /* a new certificate is needed */
};

/*
 * Where a device stands, and why: a sentence in the arena, for comments, device.certstat and the command
 * line. `asked`: the query applies to it (certs_is_asked()). `proves`: it shows a trusted certificate now;
 * then an answer that came without one does not count, because anybody could have sent it.
 */
enum certs_state certs_state(struct arena *a, const struct config *c, const struct device *d,
    bool asked, bool proves, int64_t now, const char **why);
/* Does the query `certificates` apply to this caller? */
bool certs_is_asked(const struct config *c, const struct caller *who);
/* How long before its end a certificate is renewed (customcerts/@renew), seconds. */
int64_t certs_renewal(const struct config *c);
/*
 * When the certificate ends that a device comes with, as far as is known; 0: not known. It is what it says, or
 * what it last proved itself with: anybody may have said what came without a proof.
 */
int64_t certs_end(const struct device *d, int64_t now);
/* "good", "needed", … for --json and tables. */
const char *certs_state_name(enum certs_state state);

/*
 * The files of a device in customcerts/@dir, `sn` as the device writes it: SN-request.p10.der, … Names
 * without the folder; the text lives in the arena.
 */
enum certs_file {
	CERTS_REQUEST_DER,
	CERTS_REQUEST_PEM,
	CERTS_SIGNED,
	CERTS_REQUEST_ERROR,
	CERTS_FILES
};
const char *certs_file(struct arena *a, enum certs_file which, const char *sn);
/* The reverse: which file of whom is this? `sn` is cut out into the arena. False: it is none of them. */
bool certs_file_parse(struct arena *a, const char *name, enum certs_file *which, const char **sn);

/* A file of customcerts/@dir, read. */
struct certs_bytes {
	const char *name; /* without the folder */
	const char *bytes;
	size_t size;
};

/*
 * What mode=vardump may bring, a row per variable. `file` is the value that the argument `file` must
 * have, in a command and in a request: customcerts/@dir, a slash, the name.
 */
struct certs_variable {
	const char *name; /* "X509/REQUEST" */
	enum certs_file file;
	const char *proc, *postproc; /* NULL: the argument is absent */
	bool binary;
};
enum certs_which { CERTS_VARIABLE_ERROR, CERTS_VARIABLE_REQUEST, CERTS_VARIABLES };
extern const struct certs_variable certs_variables[CERTS_VARIABLES];
const char *certs_variable_file(
    struct arena *a, const struct config *c, const struct certs_variable *v, const char *sn);

/* A signing request as the configuration wants it for a device (CSRdn-*, CSRsan-*). */
struct certs_subject {
	const char *cn, *ou, *o, *l, *st, *c;
	const char *dns[3], *ip[2]; /* "" where nothing is to stand */
};
/*
 * Replaces {realip} {ip} {proxy} {sn} {hwid} {name} {rdns} by what is known of the device; a value
 * that uses something that is not known, or another word in braces, becomes "". {sn} is without dashes,
 * {name} in the form of a DNS name ("Reception Desk 1" → reception-desk-1).
 */
void certs_subject(
    struct arena *a, const struct config *c, const struct device *d, struct certs_subject *out);
/* Has a value of CSR* a word in it that a device can make say anything: {name}, {realip}, {rdns}? */
bool certs_is_claimed(const char *value);
/* {rdns} is used and the device's address was not looked up yet: the lookup is to be waited for. */
bool certs_wants_rdns(const struct config *c, const struct device *d);

/*
 * May a request that came with `r` be signed without an administrator (customcerts/@CAtype="internal")?
 * Because the device proved itself with a trusted certificate that is its own (not CAwildcard), or because its address is in
 * customcerts/auto-sign-off and it has no certificate from us that is still good (`has_one`). Never a
 * certificate for servers with names in it that the device claims ({name}, {realip}, {rdns}): it could be that
 * of any server. NULL: no; else why, in the arena.
 */
const char *certs_auto(
    struct arena *a, const struct config *c, const struct request *r, bool has_one, int64_t now);

#endif
