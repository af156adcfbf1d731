/* SPDX-License-Identifier: ISC */
/*
 * rollcall plan: what a device would be answered that asks a URL, from the files of a home, without any
 * server; or what a device that is known would get if it polled now (desk/preview.h). The URL is taken apart
 * as lighttpd does it and goes through the same door (req.h).
 */
#include "tools/rollcall/cli.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "core/plan.h"
#include "core/script.h"
#include "desk/ca_files.h"
#include "desk/preview.h"
#include "guard/client.h"
#include "guard/x509.h"
#include "proc/clock.h"
#include "tools/rollcall/device_data.h"
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

/* What both kinds of plans are made with. */
struct tools {
	char *folder;
	struct snipdir *dir;
	const struct snippets *snippets;
	struct md5 *md5;
	struct master master;
};

static bool tools_open(struct tools *t, const struct home *h, const struct config *c, struct err *e)
{
	*t = (struct tools){.folder = NULL};
	if (master_is_asked(c) && !home_read_master(h, c, &t->master, e))
		return false;
	t->folder = home_path(h, c->times_dir);
	t->dir = snipdir_new(t->folder, false);
	t->snippets = snipdir_refresh(t->dir, clock_now_ms());
	t->md5 = md5_new();
	say_folder(t->folder, t->dir);
	return true;
}

static void tools_close(struct tools *t)
{
	if (!t->dir)
		return;
	md5_free(t->md5);
	snipdir_free(t->dir);
	free(t->folder);
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
	struct tools tools;
	struct plan plan;
	struct plan_known known;
	struct err e = {""};
	if (!tools_open(&tools, h, c, &e))
		return cli_fail("what the master device answered cannot be read: %s", e.text);
	plan_known(a, h, c, r, &known);
	struct plan_input in = {.config = c,
	    .request = r,
	    .master = &tools.master,
	    .md5 = tools.md5,
	    .now = now,
	    .device = known.device,
	    .certs = known.certs,
	    .snippets = tools.snippets};
	plan_make(a, &in, &plan);
	int status = print_plan(&plan, o->json);
	tools_close(&tools);
	return status;
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
	if (!preview_take_apart(a, o->url, &in, &e))
		return cli_misuse("--url %s", e.text);
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

/* ---- of a device that is known ---- */

/* What was assumed stands before the rest. */
static void say_assumed(struct arena *a, struct preview *p)
{
	struct plan *plan = &p->plan;
	struct step *steps = arena_calloc(a, plan->count + 1, sizeof *steps);
	memcpy(steps + 1, plan->steps, plan->count * sizeof *steps);
	steps[0] = (struct step){.kind = STEP_NOTE,
	    .concern = CONCERN_CALLER,
	    .reason = arena_concat(a, "assumed: it asks ", p->url,
		p->made_up ? ", which is made of what is known of it" : ", as it did last",
		p->proven ? ", and shows a certificate like the one it proved itself with last"
			  : "")};
	plan->steps = steps;
	plan->count++;
}

static int plan_device(struct device_data *d, const struct options *o, const struct device *device)
{
	const struct desk desk = device_desk(d);
	struct tools tools;
	struct preview preview;
	struct err e = {""};
	int status = CLI_FINDING;
	if (!tools_open(&tools, d->home, d->config, &e))
		return cli_fail("what the master device answered cannot be read: %s", e.text);
	const struct preview_with with = {tools.snippets, &tools.master, tools.md5};
	if (preview_make(&desk, &d->arena, device, &with, &preview, &e)) {
		say_assumed(&d->arena, &preview);
		status = print_plan(&preview.plan, o->json);
	} else {
		cli_fail("%s: %s", device->sn, e.text);
	}
	tools_close(&tools);
	return status;
}

static int plan_known_device(const struct home *h, const struct options *o, time_t now)
{
	struct device_data d;
	int status = CLI_FINDING;
	if (device_open(&d, h)) {
		const struct device *device = device_find(&d, o->line.words[1]);
		d.now = now;
		if (device)
			status = plan_device(&d, o, device);
	}
	device_close(&d);
	return status;
}

/* ---- what is meant ---- */

static bool is_address(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

/* NULL, or what is wrong with what was given. */
static const char *misuse_of(const struct options *o)
{
	bool named = o->line.nwords > 1;
	if (!o->url && !named)
		return "plan needs a device, or --url URL, what the device asks";
	if (o->url && named)
		return "a device or --url URL, not both";
	if (o->cert && !(o->url && text_starts(o->url, "https://")))
		return "--cert FILE goes with a --url that begins with https://";
	if (o->pki && !o->cert)
		return "--pki goes with --cert FILE";
	return NULL;
}

int cmd_plan(const struct home *h, const struct options *o)
{
	time_t now = time(NULL);
	struct arena a = {0};
	const char *misuse = misuse_of(o);
	if (misuse)
		return cli_misuse("%s", misuse);
	if (o->at && !parse_time(o->at, &now))
		return cli_misuse(
		    "--at %s: it must be like 2026-03-01T12:00:00Z, or seconds since 1970", o->at);
	if (!is_address(o->peer))
		return cli_misuse("--peer %s: it must be an address, like 192.0.2.7", o->peer);
	int status = o->url ? plan_url(h, o, &a, now) : plan_known_device(h, o, now);
	arena_free(&a);
	return status;
}
