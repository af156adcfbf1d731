/* SPDX-License-Identifier: ISC */
/*
 * The door: what a web server hands over becomes a struct request, typed and validated (spec §2, §4).
 *
 * Nothing raw goes further than this file. A request that breaks a rule is `refused`: it has a status
 * and a reason for the device's reply and the log, and no field of it may be used for a command.
 */
#ifndef CORE_REQ_H
#define CORE_REQ_H

#include "base/arena.h"
#include "core/cert.h"
#include "core/conf.h"

#include <stdbool.h>
#include <stddef.h>

enum method { METHOD_GET, METHOD_HEAD, METHOD_PUT, METHOD_POST, METHOD_OTHER };

/* As FastCGI gives it; any pointer may be NULL. Only un-prefixed names are believed (PITFALLS §1.1). */
struct req_input {
	const char *method; /* REQUEST_METHOD */
	const char *path;   /* SCRIPT_NAME + PATH_INFO: decoded and simplified by the web server */
	const char *query;  /* QUERY_STRING, as sent */
	const char *host;   /* HTTP_HOST */
	const char *https;  /* HTTPS */
	const char *port;   /* SERVER_PORT */
	const char *peer;   /* REMOTE_ADDR */
	const char *forwarded_for; /* HTTP_X_FORWARDED_FOR; NULL also when it came more than once */
	const char *content_length; /* CONTENT_LENGTH */
};

/* The names of the arguments that a URL must have (§4), in the order in which a new one gets them. */
#define REQ_REQUIRED 4
extern const char *const req_required[REQ_REQUIRED];

struct arg {
	const char *name, *value; /* decoded */
};

struct request {
	enum method method;
	const char *path;
	const char *query; /* as sent; anything may be in it */
	bool https;
	long port;           /* the one it came in on */
	const char *host;    /* as sent, port included: letters, digits, ".-_:[]" */
	const char *address; /* whose request it is: the peer, or what a trusted proxy says */
	const char *proxy;   /* the trusted proxy, "" without one */
	long content_length; /* 0 when there is none */
	/* What the client proved itself with, verified (guard/client.h); NULL: nothing. req_parse() leaves
	   it NULL: only who has verified it may set it. */
	const struct cert *cert;

	/* In order, decoded; of repeated ones the last value, at the place of the first. */
	struct arg *args;
	size_t nargs;
	/* Well-known arguments; NULL when absent. */
	const char *mode, *type, *sn, *hwid, *ip, *phase, *env, *polling;
	const char *prot, *boot, *check; /* PROT, BOOT, CHECK */

	int status;          /* 200, or the HTTP status of a refusal */
	const char *refused; /* NULL, or why: one sentence, safe to print */
};

/*
 * Fills `r` from `in`; everything lives in the arena or in `in`. `c` says which proxies are trusted;
 * it may be NULL (none is). Always fills `r`: look at r->refused.
 */
void req_parse(
    struct arena *a, const struct req_input *in, const struct config *c, struct request *r);
/*
 * Whose request it is, as far as nobody can make it up: the last address in X-Forwarded-For that is no trusted
 * proxy's. What stands before it came with the request. (r->address is the first one, as devices have it.)
 */
const char *req_client(struct arena *a, const struct req_input *in, const struct config *c);
/* A device that asks what to do; not `mode=…` or a lone `show`, which were for people. */
bool req_is_poll(const struct request *r);
/* The value of an argument, NULL when absent. Names are case-sensitive. */
const char *req_arg(const struct request *r, const char *name);
/* An absolute URL below the folder of the request's path; an absolute `relative` stays as it is. */
const char *req_url(struct arena *a, const struct request *r, const char *relative);
/*
 * The whole URL, as it was asked for: printable ASCII without blanks. "" when it is longer than LIMIT_ASKED, or
 * has something else in it.
 */
const char *req_asked(struct arena *a, const struct request *r);
/* Is this a type, a serial number, a hardware id, as the door lets them in? */
bool req_is_type(const char *text);
bool req_is_serial(const char *text);
bool req_is_hwid(const char *text);
/* Is it what a Host header may say: a name or an address, maybe with a port? */
bool req_is_host(const char *text);
/* For the log: the SN if it is a proper one, else the address. Never NULL. */
const char *req_subject(const struct request *r);
/* A text for comments and logs: control characters and bytes that are no UTF-8 become \xNN, cut at 80. */
const char *req_show(struct arena *a, const char *text);

#endif
