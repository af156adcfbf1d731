/* SPDX-License-Identifier: ISC */
/* A signing request of a device, with all that belongs to it. */
#ifndef DESK_CSR_CASE_H
#define DESK_CSR_CASE_H

#include "core/cert.h"
#include "core/certs.h"
#include "desk/desk.h"
#include "guard/csr.h"

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

/*
 * All about one device, which was read from the store, or (`known` false) only made of its serial number. In
 * the arena. `s` may be NULL: then what only messages tell is not known. In a snapshot of its own.
 */
void csr_case_read(const struct desk *k, struct store *s, struct arena *a,
    const struct device *device, bool known, struct csr_case *out);
/* There is a request that can be read. False: e says what to do. */
bool csr_case_needs(const struct csr_case *k, struct err *e);
/* The DER or PEM file of the request that is to be looked at. */
enum certs_file csr_case_request(const struct csr_case *k);
/* Adds the request as PEM or as DER. */
bool csr_case_export(const struct csr_case *k, bool der, struct buf *out, struct err *e);
/* "waiting", for programs. */
const char *csr_state_word(enum csr_state state);
/* The members of a JSON object, without braces. */
void csr_case_json(const struct csr_case *k, struct buf *out);

/* A part of a request that the configuration wants. */
struct csr_wanted {
	const char *what;  /* for people */
	const char *value; /* "" : it does not matter */
	const char *key;   /* how it stands in a name or in the list of other names: "O=", "DNS:" */
	bool other;        /* in that list */
};
#define CSR_WANTED 11
void csr_case_wanted(struct arena *a, const struct config *c, const struct device *d,
    struct csr_wanted list[CSR_WANTED]);
/* It matters, and is not there. */
bool csr_case_lacks(struct arena *a, const struct csr *csr, const struct csr_wanted *w);
/* How a request differs from what the configuration wants: one line each, "" when it does not. Arena. */
const char *csr_case_differs(struct arena *a, const struct desk *k, const struct csr_case *c);

#endif
