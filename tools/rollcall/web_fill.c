/* SPDX-License-Identifier: ISC */
/*
 * lighttpd/lighttpd.conf, filled in (web_fill.h): @WORD@ is replaced, lines from "#@ PART" to "#@ end" are kept when
 * that part is wanted. A table of each.
 */
#include "tools/rollcall/web_fill.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "home/web_users.h"
#include "tools/rollcall/web_access.h"
#include "tools/rollcall/web_proxies.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TEMPLATE "lighttpd/lighttpd.conf"
/* lighttpd waits longer than the watchdog by what a request may spend in the queue of the socket. */
#define QUEUE_SECONDS 110

struct word {
	const char *name, *value;
};

/* Made of parts that stand in other words, with the quotation marks they need. */
static const char *const made[] = {"MODULES", "FW_ALIASES", "HTTP_PROXIES", "HTTPS_PROXIES"};

/* ---- the words ---- */

/* "^(?:/update|/mtls/update)" and what comes after it, a pattern itself. */
static const char *pattern(struct arena *a, const struct web *w, const char *after)
{
	struct buf out = {0};
	buf_adds(&out, "^(?:");
	for (size_t i = 0; i < w->nbases; i++) {
		if (i)
			buf_addc(&out, '|');
		for (const char *p = w->bases[i]; *p; p++)
			buf_addf(&out, *p == '.' ? "[%c]" : "%c", *p);
	}
	buf_addf(&out, ")%s", after);
	const char *copy = arena_strdup(a, buf_text(&out));
	buf_free(&out);
	return copy;
}

static const char *firmware_aliases(struct arena *a, const struct web *w, const char *fw)
{
	const char *out = "";
	for (size_t i = 0; i < w->nbases; i++)
		out = arena_printf(
		    a, "%s%s\"%s/fw/\" => \"%s/\"", out, i ? ", " : "", w->bases[i], fw);
	return out;
}

/* Where a folder really is: symbolic links in it are not followed, itself may be one. */
static const char *real_folder(struct arena *a, const char *path)
{
	char real[PATH_MAX];
	return realpath(path, real) ? arena_strdup(a, real) : path;
}

/* What is set to nothing where something is open: it asks for a password, or there are no users and nobody may. */
static const char *gate(bool users)
{
	return users ? "auth.require" : "url.access-deny";
}

static const char *number(struct arena *a, long n)
{
	return arena_printf(a, "%ld", n);
}

/*
 * As many as are wanted, as the limit of descriptors allows, and as may wait for the workers (a full backlog of a Unix
 * socket is answered with 500).
 */
long web_connections(const struct web *w)
{
	struct rlimit limit;
	long most = w->options->connections;
	if (most > web_backlog())
		most = web_backlog();
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_max / WEB_FDS_A_CONNECTION < (rlim_t)most)
		most = (long)(limit.rlim_max / WEB_FDS_A_CONNECTION);
	return most;
}

static bool is_ipv6(const struct listener *l)
{
	return l->address.ss_family == AF_INET6;
}

static const char *port_of(struct arena *a, const struct listener *l)
{
	return !listener_wanted(l) || l->port == 443 ? "" : arena_printf(a, ":%u", l->port);
}

static const struct word *make_words(struct arena *a, const struct web *w, const char *suffix)
{
	const char *fw = real_folder(a, w->home->fw);
	const struct web_tls *tls = &w->tls;
	const struct options *o = w->options;
	const struct listener *http = &w->listeners[WEB_HTTP], *https = &w->listeners[WEB_HTTPS];
	const struct opt_list *shown = &o->webdav_public, *writable = &o->webdav_writable;
	long connections = web_connections(w);
	const struct word words[] = {
	    {"MODULES", web_modules_list(a, &w->modules)},
	    {"HTTP_HOST", arena_printf(a, strchr(http->host, ':') ? "[%s]" : "%s", http->host)},
	    {"HTTP_PORT", number(a, http->port)},
	    {"HTTPS_PORT", number(a, https->port)},
	    {"HTTPS_AT", port_of(a, https)},
	    {"HTTPS_SOCKET", https->socket},
	    {"MTLS_SOCKET", w->listeners[WEB_MTLS].socket},
	    {"FW", fw},
	    {"FW_URL", pattern(a, w, "/fw/")},
	    {"UPDATE_URL", pattern(a, w, "/update[.]php$")},
	    {"ADMIN_URL", pattern(a, w, "/(admin|web)(/|$)")},
	    {"FW_ALIASES", firmware_aliases(a, w, fw)},
	    {"ERROR_LOG", w->home->web_log},
	    {"ACCESS_LOG", w->home->access_log},
	    {"SOCKET", w->home->socket},
	    {"ADMIN_SOCKET", w->home->admin},
	    {"AP_SOCKET", w->home->ap},
	    {"UPLOADS", w->home->uploads},
	    {"SERVER_PEM", web_tls_path(a, tls, WEB_TLS_SERVER, suffix)},
	    {"CLIENT_CA", web_tls_path(a, tls, WEB_TLS_CAS, suffix)},
	    {"CLIENT_CRL", web_tls_path(a, tls, WEB_TLS_GIVEN, suffix)},
	    {"AUTH", o->auth},
	    {"REALM", WEB_USERS_REALM},
	    {"OPEN_URL", web_access_open(a, &o->public, w->bases, w->nbases)},
	    {"WEB_USERS", w->home->web_users},
	    {"WEB_GATE", gate(w->asks)},
	    {"WEBDAV", real_folder(a, w->home->webdav)},
	    {"WEBDAV_DB", w->home->webdav_db},
	    {"WEBDAV_USERS", w->home->webdav_users},
	    {"WEBDAV_GATE", gate(w->asks_webdav)},
	    {"SHOWN_TREES", web_access_webdav(a, shown, writable, WEB_ACCESS_TREES, "(?:/|$)")},
	    {"SHOWN_FOLDERS", web_access_webdav(a, shown, writable, WEB_ACCESS_FOLDERS, "/?$")},
	    {"SHOWN_FILES", web_access_webdav(a, shown, writable, WEB_ACCESS_FOLDERS, "/[^/]+$")},
	    {"WRITABLE_TREES", web_access_webdav(a, writable, NULL, WEB_ACCESS_TREES, "/.")},
	    {"WRITABLE_FILES", web_access_webdav(a, writable, NULL, WEB_ACCESS_FOLDERS, "/[^/]+$")},
	    {"WRITABLE_DESTINATION", web_access_destination(a, writable)},
	    {"DESTINATION", web_access_destination(a, NULL)},
	    {"HTTP_PROXIES", web_proxies(a, &o->trust_proxy, is_ipv6(http))},
	    {"HTTPS_PROXIES", web_proxies(a, &o->trust_proxy, is_ipv6(https))},
	    {"CONNECTIONS", number(a, connections)},
	    {"FDS", number(a, connections * WEB_FDS_A_CONNECTION)},
	    {"BACKLOG", number(a, web_backlog())},
	    {"HEADER", number(a, LIMIT_HEADER)},
	    {"BODY_KB", number(a, LIMIT_BODY / 1024)},
	    {"OTHER_KB", number(a, LIMIT_BODY_ANSWER / 1024)},
	    {"WEBDAV_KB", number(a, LIMIT_WEBDAV / 1024)},
	    {"GRACE", number(a, WEB_GRACE)},
	    {"READ_TIMEOUT", number(a, o->watchdog + QUEUE_SECONDS)},
	    {NULL, NULL},
	};
	return memcpy(arena_alloc(a, sizeof words), words, sizeof words);
}

/* ---- the template ---- */

static bool has(const struct web *w, enum web_module module)
{
	return web_modules_has(&w->modules, module);
}

static bool wanted_part(const struct web *w, const char *name, size_t size)
{
	const struct opt_list *shown = &w->options->webdav_public;
	const struct opt_list *writable = &w->options->webdav_writable;
	bool https = listener_wanted(&w->listeners[WEB_HTTPS]);
	bool mtls = listener_wanted(&w->listeners[WEB_MTLS]);
	bool proxies = has(w, WEB_MODULE_EXTFORWARD);
	bool write_trees = web_access_has(writable, WEB_ACCESS_TREES);
	bool write_folders = web_access_has(writable, WEB_ACCESS_FOLDERS);
	const struct {
		const char *name;
		bool wanted;
	} parts[] = {
	    {"access-log", has(w, WEB_MODULE_ACCESSLOG)},
	    {"force-https", has(w, WEB_MODULE_REDIRECT)},
	    {"fresh", has(w, WEB_MODULE_EXPIRE)},
	    {"password", w->asks},
	    {"closed", w->closed},
	    {"webdav-module", has(w, WEB_MODULE_WEBDAV)},
	    {"webdav-locks", has(w, WEB_MODULE_WEBDAV) && w->locks},
	    {"webdav-password", w->asks_webdav},
	    {"webdav-closed", !w->asks_webdav},
	    {"shown-trees", write_trees || web_access_has(shown, WEB_ACCESS_TREES)},
	    {"shown-folders", write_folders || web_access_has(shown, WEB_ACCESS_FOLDERS)},
	    {"writable-trees", write_trees},
	    {"writable-folders", write_folders},
	    {"proxies", proxies},
	    {"ipv4-proxies", proxies && web_proxies_has_ipv4_net(&w->options->trust_proxy)},
	    {"tls", web_has_tls(w)},
	    {"https", https},
	    {"https-proxies", https && proxies},
	    {"mtls", mtls},
	    {"mtls-proxies", mtls && proxies},
	    {"mtls-gate", mtls && (w->asks || w->closed)},
	    {"crl", w->tls.given},
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strlen(parts[i].name) == size && memcmp(parts[i].name, name, size) == 0)
			return parts[i].wanted;
	}
	log_panic(TEMPLATE, "has an unknown part %.*s", (int)size, name);
}

static const char *find_word(const struct word *words, const char *name, size_t size)
{
	for (; words->name; words++) {
		if (strlen(words->name) == size && memcmp(words->name, name, size) == 0)
			return words->value;
	}
	log_panic(TEMPLATE, "has an unknown word @%.*s@", (int)size, name);
}

static void fill_line(const struct word *words, const char *line, size_t size, struct buf *out)
{
	const char *end = line + size, *at, *close;
	while ((at = memchr(line, '@', (size_t)(end - line))) &&
	       (close = memchr(at + 1, '@', (size_t)(end - at - 1)))) {
		buf_add(out, line, (size_t)(at - line));
		buf_adds(out, find_word(words, at + 1, (size_t)(close - at - 1)));
		line = close + 1;
	}
	buf_add(out, line, (size_t)(end - line));
	buf_addc(out, '\n');
}

static void fill_template(const struct web *w, const struct word *words, struct buf *out)
{
	const struct home_shipped *file = home_shipped(TEMPLATE);
	if (!file)
		log_panic(TEMPLATE, "is not compiled in");
	const char *line = file->bytes, *end = file->bytes + file->size, *newline;
	bool wanted = true;
	for (; (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1) {
		size_t size = (size_t)(newline - line);
		if (size > 3 && memcmp(line, "#@ ", 3) == 0)
			wanted = (size == 6 && memcmp(line + 3, "end", 3) == 0) ||
				 wanted_part(w, line + 3, size - 3);
		else if (wanted)
			fill_line(words, line, size, out);
	}
}

static bool is_made(const struct word *word)
{
	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		if (strcmp(made[i], word->name) == 0)
			return true;
	}
	return false;
}

bool web_fill(const struct web *w, const char *suffix, struct buf *out, struct err *e)
{
	struct arena a = {0};
	const struct word *words = make_words(&a, w, suffix);
	bool ok = true;
	for (const struct word *word = words; word->name && ok; word++) {
		if (strpbrk(word->value, is_made(word) ? "\\\r\n" : "\"\\\r\n"))
			ok = err_set(e,
			    "%s: lighttpd's configuration cannot hold this path; it must be "
			    "without quotation marks, backslashes and line ends",
			    word->value);
	}
	if (ok)
		fill_template(w, words, out);
	arena_free(&a);
	return ok;
}
