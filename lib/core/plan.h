/* SPDX-License-Identifier: ISC */
/*
 * The decision: what does this device get now, and why (spec §4 to §7, order of §6).
 *
 * plan_make() is pure: configuration, snippets, what is known of the master device, the request and the
 * time go in; steps come out. It can be replayed from files and run for a whole fleet. The same
 * steps are the reply (script.h writes them), the dry run of `rollcall plan` and the explanation on
 * a page.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "base/arena.h"
#include "base/md5.h"
#include "core/caller.h"
#include "core/conf.h"
#include "core/device.h"
#include "core/master.h"
#include "core/req.h"
#include "core/snip.h"

#include <time.h>

enum step_kind {
	STEP_COMMAND, /* `text` is a command line */
	STEP_SNIPPET, /* `snippet` is sent as it is */
	STEP_NOTE,    /* nothing is sent; `reason` says what was considered, found or left out */
};

/* What a step is about. */
enum concern {
	CONCERN_CALLER,
	CONCERN_FILES,
	CONCERN_BACKUP,
	CONCERN_GRACE,
	CONCERN_CERTIFICATES,
	CONCERN_QUERIES,
	CONCERN_TIMES,
	CONCERN_FIRMWARE,
	CONCERN_HTTPS,
	CONCERN_TRUST,
	CONCERN_SNIPPETS,
	CONCERN_ADDRESS,
	CONCERN_CHECK,
	CONCERN_END,
};

struct step {
	enum step_kind kind;
	enum concern concern;
	const char *text;   /* of a command; no CR, no LF, no NUL */
	const char *reason; /* why it is there (NULL: the reason of the step before it holds) */
	const struct snippet *snippet;
};

struct plan {
	struct arena *arena;
	struct step *steps;
	size_t count, room;
	struct caller who;
	bool settled; /* the device is in its last phase and nothing had to be sent */
	/* What is to be remembered of it (track.h); NULL: nothing. */
	bool only_queries; /* skip-next was set, and is done with */
	bool foreign;      /* it proved to be another device: nothing of this may be remembered */
	const char *handed_on;           /* the phase that it goes on to */
	const char *firmware, *bootcode; /* the builds that it is to load */
	const char *certstat;            /* what was decided about its certificates */
	bool skip_next;                  /* its next poll gets queries only */
	bool cert_lapsed;                /* its certificate was found expired */
	bool cert_fetch;                 /* it is to send its signing request */
	bool cert_drop;    /* the files of its request are to be removed (before this is on disk) */
	bool cert_sent;    /* it is sent its signed certificate */
	bool cert_cleared; /* it was told to remove what it holds */
	bool cert_sign;    /* its request may be signed without an administrator and is not yet */
	bool cert_again;   /* what it proved itself with counts no more: it is asked anew */
	bool rdns_wanted;  /* the DNS name of its address is to be looked up */
	const char *warn;  /* NULL, or something for the log: bad input, a snippet left out */
};

/* What lies in customcerts/@dir for a device. */
struct plan_certs {
	bool request; /* its signing request */
	const char *const
	    *hex;            /* the signed certificate and the CA's, as hexadecimal DER, in order */
	size_t count;        /* 0: it is not signed yet */
	const char *problem; /* NULL, or why what lies there is not sent */
};

struct plan_input {
	const struct config *config;
	const struct snippets *snippets;
	const struct master *master; /* NULL: nothing is known */
	const struct request *request;
	const struct device
	    *device; /* what is known of it; NULL: nothing is remembered of devices */
	/* NULL: nothing lies there. Only looked at when plan_wants_certs(). */
	const struct plan_certs *certs;
	struct md5 *md5; /* working memory for check sums */
	time_t now;
};

/* Everything in `out` lives in the arena, or in what the input points to. */
void plan_make(struct arena *a, const struct plan_input *in, struct plan *out);

/* Does the decision depend on what lies in customcerts/@dir? In the common case it does not. */
bool plan_wants_certs(const struct config *c, const struct device *d);

/*
 * Why no backup is taken from a device on this connection; NULL: all is well. Who may not be given the
 * snippets may not push out what is kept of a device either. Answers to queries are taken: devices are
 * asked on every connection (§6 step 6), and only their answers lead to a certificate.
 */
const char *plan_backup_refused(
    struct arena *a, const struct config *c, const struct request *r, time_t now);

/* The name of a concern: "firmware". */
const char *plan_concern_name(enum concern concern);

#endif
