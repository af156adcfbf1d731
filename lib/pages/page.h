/* SPDX-License-Identifier: ISC */
/*
 * A request of a browser, and the page that answers it. Knows nothing of FastCGI: fcgi/admin.c hands over what
 * it was given, and writes what comes back.
 *
 * How a request goes: web.c reads it (the door), session.c says who it is, route.c finds the row of the page and
 * checks role, method and token; then the page's function builds a document and shows it, or acts and redirects.
 */
#ifndef PAGES_PAGE_H
#define PAGES_PAGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/md5.h"
#include "core/account.h"
#include "core/fleet.h"
#include "core/form.h"
#include "core/req.h"
#include "desk/desk.h"
#include "guard/throttle.h"
#include "home/home.h"
#include "proc/board.h"
#include "store/store.h"
#include "view/doc.h"
#include "view/render.h"
#include "view/roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What pages are made of; one a worker. */
struct page_site {
	const struct home *home;
	const char *pki; /* the folder with the keys of the web server */
	const struct config *config;
	const struct board *board;
	const char *const *bases; /* base paths, "/update"; "" for the root */
	size_t nbases;
	struct render *render;
	struct throttle *throttle; /* NULL: nothing is counted (tests) */
	struct store *store;       /* NULL: not open yet; page_store() opens it */
	struct roster *roster;
	struct snipdir *snippets;
	struct delivered *delivered; /* page_snippets.h; NULL: not looked at yet */
	struct fleet_sum *fleet;     /* page_fleet_sum.h; NULL: not counted yet */
	struct md5 *md5;
};

/* As FastCGI gives it; any pointer may be NULL. */
struct page_input {
	struct req_input
	    in; /* method, path, query, host, https, port, peer, forwarded_for, content_length */
	const char *content_type, *cookie, *origin, *fetch_site, *language, *agent, *if_none_match;
	const char *authorization;
	const char *
	    https_port; /* ROLLCALL_HTTPS: the port where there is TLS; "" or NULL: there is none */
	const char *protocol; /* SERVER_PROTOCOL; NULL: not said */
	bool forwarded;       /* anything says that a proxy passed it on */
	const void *body;
	size_t size;
};

struct page_request {
	enum method method; /* HEAD counts as GET */
	const char *base;   /* "/update"; "" for the root */
	const char *path;   /* below it: "admin/devices" */
	const char
	    *here; /* path and query as they came, for links back: "/update/admin/devices?q=x" */
	struct form query, form;
	const char *host; /* as sent, checked */
	bool https;
	long https_port;     /* 0: there is no TLS */
	const char *address; /* of the browser; what a trusted proxy says counts */
	bool local;          /* it runs on this machine, calls it so, and nobody passed it on */
	const char *agent;   /* the browser, cut */
	const char *language;
	bool live; /* asked for by the script of a page that is looked at, not by somebody */
	bool
	    own; /* Origin and Sec-Fetch-Site say that it comes from a page of ours, or are not there */
	const char *if_none_match;
	const char *token;  /* of the session, as sent; NULL: none, or no proper one */
	const char *bearer; /* the token of a program, as sent; NULL: none */
	/* Who it is (session.c); NULL and ROLE_NOBODY before, or when nobody is signed in. */
	const struct account *account;
	const struct session *session;
	enum role role;
	char csrf[65]; /* the token that forms must carry */
};

struct page_reply {
	int status;
	const char *type;   /* Content-Type */
	struct buf headers; /* more of them, each with CRLF */
	struct buf body;
	bool keep; /* a file that may be kept for ever; else nobody keeps anything */
};

struct page {
	struct page_site *site;
	struct arena arena; /* of this request, up to page_end() */
	struct page_request request;
	struct page_reply reply;
	struct doc *doc; /* NULL before page_begin() */
	int64_t now;     /* seconds since 1970 */
};

/*
 * Answers a request: all of the above. p->reply is the answer. One struct page may be used for one request after
 * the other, with p->site set before; page_end() after each, page_free() in the end.
 */
void page_serve(struct page *p, const struct page_input *in);
void page_end(struct page *p);
void page_free(struct page *p);

/* ---- for pages ---- */

/*
 * Begins the document <page> with what every page shows: name, base, language, user, role, csrf, now, version,
 * what everybody must be told (the default password), and what was just done (`done` in the query: the key of a
 * text, "done.…"). Then the page adds its own element.
 */
struct doc *page_begin(struct page *p, const char *name);
/* Renders it with templates/NAME.xsl. */
void page_show(struct page *p, const char *stylesheet);
/*
 * After a change: to another page (status 303). `path` is below BASE/admin/: "device?sn=…", see page_url(). The
 * text with the key "done.DONE" is shown there; NULL: none.
 */
void page_redirect(struct page *p, const char *path, const char *done);
/* "PATH?NAME=VALUE&…", percent-encoded; names and values alternate until NULL; a value NULL is left out. Arena. */
#define page_url(p, path, ...) page_url_list((p), (path), (const char *const[]){__VA_ARGS__})
const char *page_url_list(struct page *p, const char *path, const char *const *pairs);
/*
 * A page that says what is wrong: 400, 403, 404, 409, 503. One sentence, what to do included; it is shown as it is
 * and in English, like everything that the server says of particular things (findings, reasons of plan()).
 */
void page_fail(struct page *p, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A file: p->reply.body is filled by the caller. `name` becomes a safe file name. */
void page_download(struct page *p, const char *type, const char *name);
/* A fragment or data for the script of a page: p->reply.body is filled by the caller. */
void page_data(struct page *p, const char *type);

/* The store, open, no snapshot. NULL: page_fail() was called. */
struct store *page_store(struct page *p);
/* The fleet, at most a second old. NULL: page_fail() was called. */
struct roster *page_roster(struct page *p);
/* What devices are judged by now. */
struct fleet_judge page_judge(struct page *p, struct master *master);
/* For acts of lib/desk: by the one who is signed in. */
struct desk page_desk(struct page *p);
/* The device that `sn` in the query or form names, in the arena. NULL: page_fail() was called. */
const struct device *page_find_device(struct page *p);
/* A value of the query (GET) or of the form (POST); "" when there is none. */
const char *page_value(const struct page *p, const char *name);

#endif
