/* SPDX-License-Identifier: ISC */
/*
 * The web server, as `rollcall check` sees it: what it is told to do, what it publishes, the certificate it shows,
 * whether it is large enough. What is wrong or doubtful becomes a finding.
 */
#ifndef DESK_CHECK_WEB_H
#define DESK_CHECK_WEB_H

#include "base/opt.h"
#include "core/conf.h"
#include "core/findings.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define CHECK_WEB_DAYS \
	30 /* a certificate that expires sooner is told about, unless alarms/@certs says otherwise */
#define CHECK_WEB_HOSTS 32 /* names that devices ask for us by, as many as are told about */

/*
 * What the web server is told to do; texts as they stand in HOME/config/server.conf. What it does not say and has
 * no default is NULL, 0 or empty. Lists are somebody else's.
 */
struct check_web {
	const char *http, *https, *mtls; /* ADDR:PORT */
	const char *auth;                /* digest, basic */
	long connections;
	bool force_https;
	bool comes; /* a user of the web server is about to be made */
	struct opt_list bases, public_paths, webdav_public, webdav_writable, proxies;
};

/* What devices know of us. */
struct check_web_fleet {
	size_t devices;
	struct check_web_host {
		char name[256];
		size_t devices; /* that asked for us by it, over HTTPS or to be moved there */
	} hosts[CHECK_WEB_HOSTS];
	size_t nhosts;
};

/* Adds the host of the URL that a device asked (core/device.h); `forced`: it is going to be moved to HTTPS. */
void check_web_note(struct check_web_fleet *fleet, const char *asked, bool forced);

/* Is this path within one of these: /x is a folder with its files, /x/ also what is below, / everything? */
bool check_web_covers(const struct opt_list *paths, const char *path);

/* The settings alone: ports, what is public, what is protected by nothing. */
void check_web_settings(const struct home *h, const struct check_web *w, struct findings *f);
/* The server that runs, if one does: is its port for mutual TLS one that others come to? */
void check_web_running(const struct home *h, struct findings *f);
/* Is it large enough for so many devices? `w` NULL: the defaults. */
void check_web_limits(
    const struct home *h, const struct check_web *w, size_t devices, struct findings *f);
/* PKI/server.pem: whole, valid for `days` to come, and for the names that it is asked for by. */
void check_web_cert(const char *pki, const struct check_web_fleet *fleet, time_t now, long days,
    struct findings *f);
/*
 * HOME/fw and HOME/webdav: readable for whoever runs this, and nothing private in them. `c` NULL: the folders that it
 * would name are not known. `pki`: the folder with the keys.
 */
void check_web_files(
    const struct home *h, const struct config *c, const char *pki, struct findings *f);
/* Asks the server that runs, if one does, for what is nobody's business. */
void check_web_ask(const struct home *h, struct findings *f);

#endif
