/* SPDX-License-Identifier: ISC */
/*
 * The certificates of a fleet: who issued them, until when they are valid, and who would get no snippets
 * if trust were enforced now, or if a CA were dropped besides. Pure: devices go in, one after the other.
 *
 * Two things are known of a device: what it says of its certificates (cert_*), and what it proved itself
 * with last (tls_*). It counts as locked out when either speaks against it; but
 *   - that what it proved itself with has expired says nothing once it says that it has a good one;
 *   - where it says a date or a name that is not understood, a good proof is enough: unless that name is a
 *     hardware id that has nothing of its serial number in it, which was good enough once (core/trust.h).
 */
#ifndef CORE_CENSUS_H
#define CORE_CENSUS_H

#include "base/arena.h"
#include "base/date.h"
#include "core/cert.h"
#include "core/conf.h"
#include "core/device.h"
#include "core/issued.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CENSUS_ROWS 400 /* issuer and month; what is more stands together in one row */

/* Why a device gets no snippets. */
enum census_fault {
	CENSUS_FINE,
	CENSUS_UNKNOWN, /* it has neither answered the query nor proved anything */
	CENSUS_ERROR,   /* it could not install what it was sent, and stopped */
	CENSUS_NONE,    /* it has no certificate */
	CENSUS_SELF_SIGNED,
	CENSUS_STRANGER,    /* its issuer is not in customcerts/@CAname */
	CENSUS_NOT_IN_FILE, /* the port for mutual TLS does not know its issuer (client-ca.pem) */
	CENSUS_UNDATED,
	CENSUS_EARLY, /* not valid yet */
	CENSUS_EXPIRED,
	CENSUS_NAME, /* the common name is not that of the device */
	CENSUS_REVOKED,
	CENSUS_DROPPED, /* the CA in question is that of its certificate */
	CENSUS_STATES,
	/* It is fine, but its certificate ends soon: */
	CENSUS_ABSENT = CENSUS_STATES, /* and it was not seen lately */
	CENSUS_IDLE,                   /* and nothing is done about that */
	CENSUS_FAULTS
};

#define CENSUS_SOON (30L * DATE_DAY) /* a certificate that ends within these seconds */
#define CENSUS_LATELY (7L * DATE_DAY)

struct census_one {
	const char *sn, *name;
	enum census_fault fault;
	const char *why; /* a sentence */
	bool missing;    /* not seen for longer than status/@missing */
};
struct census_list {
	struct census_one *list;
	size_t count, room;
	size_t missing; /* of them */
};

#define CENSUS_ITSELF "(signed by itself)"

struct census_row {
	const char *issuer;  /* "": none; several with ", " between; or CENSUS_ITSELF */
	int month;           /* year * 12 + month from 0; CENSUS_NO_MONTH, CENSUS_PAST */
	size_t says, proved; /* devices */
};
#define CENSUS_PAST (-1)     /* expired */
#define CENSUS_NO_MONTH (-2) /* no date that is understood */

struct census_ca {
	const char *name;        /* in customcerts/@CAname */
	bool in_file;            /* client-ca.pem has one of that name that is valid now */
	size_t devices;          /* whose certificate is of it, as they say or have proved */
	struct census_list lost; /* fine now, but not without it */
};

struct census_signed;

struct census {
	const struct config *config;
	const struct cert *cas; /* of client-ca.pem; NULL: not known, and not looked at */
	size_t ncas;
	int64_t now;
	struct arena arena;
	size_t devices, missing, faults[CENSUS_STATES];
	struct census_row rows[CENSUS_ROWS + 1]; /* sorted; the last one is for what is more */
	size_t nrows;
	struct census_list locked; /* if trust were enforced now */
	struct census_list soon;   /* fine now, but not for long, if nothing happens */
	struct census_ca *ca;      /* as in customcerts/@CAname */
	size_t nca;
	struct census_signed *signed_by_us; /* the newest of each device, by SN, once sorted */
	size_t nsigned, signed_room;
	bool sorted;
};

/* Set config, cas, ncas and now before, the rest to zero. */
void census_begin(struct census *s);
/* Certificates that our CA signed: all of them, before the first device. */
void census_issued(struct census *s, const struct issued *i);
void census_add(struct census *s, const struct device *d);
void census_free(struct census *s);

/* Would it get snippets with trust enforced, and without CA `without` (NULL: with all of them)? */
enum census_fault census_fault(struct census *s, const struct device *d, const char *without);
/*
 * Of one that is fine: will it be locked out if nothing happens? Its certificate ends soon, and it was not
 * seen lately, or is to be renewed by now and nobody has begun with it. Else CENSUS_FINE.
 */
enum census_fault census_soon(const struct census *s, const struct device *d);
/* "no certificate", …: for counts. */
const char *census_fault_name(enum census_fault fault);
/* NULL: there is none of that name. */
const struct census_ca *census_ca(const struct census *s, const char *name);

#endif
