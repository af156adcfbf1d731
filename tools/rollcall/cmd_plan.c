/* SPDX-License-Identifier: ISC */
/*
 * rollcall plan: what a device would be answered that asks a URL, from the files of a home, without any
 * server. The URL is taken apart as lighttpd does it and goes through the same door (req.h).
 */
#include "tools/rollcall/cli.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/pct.h"
#include "base/text.h"
#include "core/plan.h"
#include "core/script.h"
#include "guard/client.h"
#include "guard/x509.h"
#include "home/certdir.h"
#include "proc/clock.h"
#include "tools/rollcall/ca_files.h"
#include "tools/rollcall/plan_known.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Digits are seconds since 1970; else ISO 8601, in UTC, as the log writes it. */
static bool parse_time(const char *text, time_t *out)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"};
	long seconds;
	if (num_parse(text, 0, LONG_MAX, &seconds)) {
		*out = (time_t)seconds;
		return true;
	}
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct tm tm = {0};
		const char *end = strptime(text, forms[i], &tm);
		if (end && !*end) {
			*out = timegm(&tm);
			return true;
		}
	}
	return false;
}

/* The port in "host:port" or "[::1]:port", NULL when there is none. */
static const char *find_port(const char *host)
{
	const char *colon = strrchr(host, ':');
	return colon && !strchr(colon, ']') ? colon + 1 : NULL;
}

/* "http://host:8080/update/update.php?type=…" → what a web server would hand over. */
static bool take_apart(struct arena *a, const char *url, struct req_input *in, struct err *e)
{
	bool https = text_starts(url, "https://");
	if (!https && !text_starts(url, "http://"))
		return err_set(e, "--url %s: it must begin with http:// or https://", url);
	const char *host = url + (https ? 8 : 7), *path = host + strcspn(host, "/?#");
	const char *query = path + strcspn(path, "?#");
	size_t size = (size_t)(query - path);
	char *decoded = arena_strndup(a, path, size);
	if (path == host || *path != '/')
		return err_set(e,
		    "--url %s: it must have a host and a path, like http://localhost/update/update.php?type=…",
		    url);
	if (!pct_decode(decoded, path, size, &size) || memchr(decoded, '\0', size))
		return err_set(e,
		    "--url %s: a %% in its path is not followed by two hexadecimal digits of a character",
		    url);
	decoded[size] = '\0';
	in->method = "GET";
	in->host = arena_strndup(a, host, (size_t)(path - host));
	in->https = https ? "on" : NULL;
	in->port = find_port(in->host);
	if (!in->port)
		in->port = https ? "443" : "80";
	in->path = decoded;
	in->query = *query == '?' ? arena_strndup(a, query + 1, strcspn(query + 1, "#")) : "";
	return true;
}

/* What stands between us and the right plan; the plan itself says what is wrong with single snippets. */
static void say_folder(const char *folder, const struct snipdir *snippets)
{
	if (*snipdir_problem(snippets))
		cli_fail("%s: %s", folder, snipdir_problem(snippets));
}

static int print_plan(const struct plan *plan, bool json)
{
	struct buf out = {0};
	if (json)
		script_write_json(plan, &out);
	else
		script_write(plan, &out);
	return cli_print(&out, CLI_FINE);
}

static int make_plan(const struct home *h, const struct config *c, struct arena *a,
    const struct request *r, const struct master *master, time_t now, bool json)
{
	struct plan plan;
	struct plan_known known;
	char *folder = home_path(h, c->times_dir);
	struct snipdir *snippets = snipdir_new(folder, false);
	struct plan_input in = {
	    .config = c, .request = r, .master = master, .md5 = md5_new(), .now = now};
	plan_known(a, h, c, r, &known);
	in.device = known.device;
	in.certs = known.certs;
	in.snippets = snipdir_refresh(snippets, clock_now_ms());
	say_folder(folder, snippets);
	free(folder);
	plan_make(a, &in, &plan);
	int status = print_plan(&plan, json);
	md5_free(in.md5);
	snipdir_free(snippets);
	return status;
}

/* A poll has its path below some base; which bases a server has, its command line says. */
#define POLL_PATH "/update.php"

/* What is no poll has no plan; CLI_FINE: it is one. */
static int refuse(const struct req_input *in, const struct request *r)
{
	if (!text_ends(in->path, POLL_PATH))
		return cli_fail("no poll: a server answers 404 at %s; devices poll BASE" POLL_PATH
				", like /update" POLL_PATH,
		    in->path);
	if (r->refused)
		return cli_fail("refused with status %d: %s", r->status, r->refused);
	if (!req_is_poll(r))
		return cli_fail(
		    "no poll: with %s a server answers a comment that says so, and no command",
		    r->mode ? "mode=…" : "nothing but show");
	return CLI_FINE;
}

static int plan_request(const struct home *h, const struct options *o, struct arena *a,
    const struct config *c, const struct request *r, time_t now)
{
	struct master master = {0};
	struct err e = {""};
	if (master_is_asked(c) && !home_read_master(h, c, &master, &e))
		return cli_fail("what the master device answered cannot be read: %s", e.text);
	return make_plan(h, c, a, r, &master, now, o->json);
}

/* As a worker verifies one. Says why not. */
static const struct cert *read_cert(
    const struct home *h, const struct options *o, struct arena *a, time_t now)
{
	const char *crls[] = {h->ca_crl, NULL, NULL}, *cas = ca_clients(a, h, o->pki);
	struct cert *cert = arena_alloc(a, sizeof *cert);
	struct buf pem = {0};
	struct err e = {""};
	crls[1] = arena_concat(a, o->pki ? o->pki : h->pki, "/client-crl.pem");
	struct client_trust *t = client_trust_load(cas, crls, &e);
	bool ok = t && file_read(AT_FDCWD, o->cert, X509_MOST, &pem, &e) &&
		  client_verify(t, a, buf_text(&pem), now, cert, &e);
	client_trust_free(t);
	buf_free(&pem);
	if (!ok)
		cli_fail("--cert %s: refused with status 403: %s", o->cert, e.text);
	return ok ? cert : NULL;
}

static int plan_url(const struct home *h, const struct options *o, struct arena *a, time_t now)
{
	struct err e = {""};
	struct req_input in = {.peer = o->peer};
	struct request r;
	if (!take_apart(a, o->url, &in, &e))
		return cli_misuse("%s", e.text);
	struct config *c = cli_config(h->user_config);
	if (!c)
		return CLI_FINDING;
	req_parse(a, &in, c, &r);
	int status = refuse(&in, &r);
	if (status == CLI_FINE && o->cert && !(r.cert = read_cert(h, o, a, now)))
		status = CLI_FINDING;
	if (status == CLI_FINE)
		status = plan_request(h, o, a, c, &r, now);
	conf_free(c);
	return status;
}

static bool is_address(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

int cmd_plan(const struct home *h, const struct options *o)
{
	time_t now = time(NULL);
	struct arena a = {0};
	if (!o->url)
		return cli_misuse("plan needs --url URL, what the device asks");
	if (o->cert && !text_starts(o->url, "https://"))
		return cli_misuse("--cert FILE goes with a --url that begins with https://");
	if (o->pki && !o->cert)
		return cli_misuse("--pki goes with --cert FILE");
	if (o->at && !parse_time(o->at, &now))
		return cli_misuse(
		    "--at %s: it must be like 2026-03-01T12:00:00Z, or seconds since 1970", o->at);
	if (!is_address(o->peer))
		return cli_misuse("--peer %s: it must be an address, like 192.0.2.7", o->peer);
	int status = plan_url(h, o, &a, now);
	arena_free(&a);
	return status;
}
