/* SPDX-License-Identifier: ISC */
/*
 * The modules of lighttpd: which ones are wanted, and which of them this lighttpd has. A part whose module is
 * missing is left out and said so; the rest is served.
 */
#ifndef ROLLCALL_WEB_MODULES_H
#define ROLLCALL_WEB_MODULES_H

#include "base/arena.h"

#include <stdbool.h>

/* In the order in which they look at a request: a browser is sent to HTTPS before it is asked for a password. */
enum web_module {
	WEB_MODULE_REDIRECT,
	WEB_MODULE_ACCESS,
	WEB_MODULE_AUTH,
	WEB_MODULE_AUTHN_FILE,
	WEB_MODULE_EXTFORWARD,
	WEB_MODULE_ALIAS,
	WEB_MODULE_WEBDAV,
	WEB_MODULE_FASTCGI,
	WEB_MODULE_SETENV,
	WEB_MODULE_EXPIRE,
	WEB_MODULE_STATICFILE,
	WEB_MODULE_ACCESSLOG,
	WEB_MODULE_OPENSSL,
	WEB_MODULES,
};

struct web_modules {
	bool wanted[WEB_MODULES];  /* set by the caller … */
	bool missing[WEB_MODULES]; /* … and this by web_modules_find(): wanted, and not there */
};

/*
 * Asks this lighttpd, which is given a configuration of its own at `path` for it. What is missing is
 * logged when it was not missing before. Modules without which nothing is served are not asked for: lighttpd says
 * so itself.
 */
void web_modules_find(struct web_modules *m, const char *lighttpd, const char *path);
/*
 * Does this lighttpd take these modules ("\"mod_access\", …") and these settings of theirs? False also when that cannot
 * be found out.
 */
bool web_modules_try(
    const char *lighttpd, const char *path, const char *list, const char *settings);
bool web_modules_has(const struct web_modules *m, enum web_module module);
/* "\"mod_access\", …": those that are wanted and there. */
const char *web_modules_list(struct arena *a, const struct web_modules *m);

#endif
