/* SPDX-License-Identifier: ISC */
/*
 * A signing request of a device, with all that belongs to it: what `rollcall csr` works on. Functions that
 * fail have said why on stderr.
 */
#ifndef ROLLCALL_CSR_CASE_H
#define ROLLCALL_CSR_CASE_H

#include "base/buf.h"
#include "core/cert.h"
#include "core/certs.h"
#include "guard/csr.h"
#include "tools/rollcall/device_data.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum csr_state {
	CSR_WAITING, /* for a signature */
	CSR_SIGNED,  /* its next poll brings the certificate */
	CSR_SENT,    /* it was sent the certificate */
	CSR_MISFIT,  /* what was put there as its certificate is none for this key */
	CSR_ERROR,   /* the device could not install what it was sent */
	CSR_DAMAGED, /* what it sent is no request */
	CSR_GONE,    /* there is no file of a request */
};

struct csr_case {
	const struct device *device; /* never NULL */
	bool known;                  /* the store knows it */
	enum csr_state state;
	const char *text;               /* the state, for people */
	const void *bytes[CERTS_FILES]; /* of its files; NULL: there is none */
	size_t sizes[CERTS_FILES];
	time_t changed[CERTS_FILES];
	const struct csr *csr;   /* NULL: there is none, or it is damaged */
	const struct cert *cert; /* the signed one, for this very key; NULL: none */
	const char *problem; /* NULL, or what is wrong with the request, or with the signed file */
	const char *error;   /* what the device says of what it was sent; NULL: nothing */
	int64_t received;    /* 0: not known */
	bool replaced;       /* it came while another one waited, as far as messages tell */
};

/* The configuration and the store, for a command that needs customcerts/@dir. device_close() in any case. */
bool csr_open(struct device_data *d, const struct home *h);
/* All about one device; texts live in d->arena. */
void csr_case_read(
    struct device_data *d, const struct device *device, bool known, struct csr_case *out);
/*
 * The device that somebody means (device_find()), or one that is no longer known but has files
 * there: then its serial number as it stands there.
 */
bool csr_case_find(struct device_data *d, const char *text, struct csr_case *out);
/* There is a request that can be read. Says so if not. */
bool csr_case_needs(const struct csr_case *k);

/* The DER or PEM file of the request that is to be looked at. */
enum certs_file csr_case_request(const struct csr_case *k);
/* "waiting", for programs. */
const char *csr_state_word(enum csr_state state);
/* The members of a JSON object, without braces. */
void csr_case_json(const struct csr_case *k, struct buf *out);

#endif
