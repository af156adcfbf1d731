/* SPDX-License-Identifier: ISC */
/*
 * Where a device polls next, and how often (spec §5 "URL rewriting", §6 step 10).
 */
#include "core/plan_parts.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/pct.h"
#include "base/text.h"
#include "core/urlmod.h"

#include <stdlib.h>
#include <string.h>

/* ---- what differs ---- */

/* A decimal number as PHP takes one, "5", "5.0", "50e-1"; strtod() alone would also take 0x5. */
static bool is_number(const char *text, double *value)
{
	char *end;
	if (!text_is_digit(*text) || text[strspn(text, "0123456789.eE+-")] != '\0')
		return false;
	*value = strtod(text, &end);
	return *end == '\0';
}

/* As PHP compares (§5): absent or empty equals 0, "05" equals "5". */
static bool same_polling(const char *has, const char *wanted)
{
	double a, b;
	if (!has || !*has)
		has = "0";
	if (is_number(has, &a) && is_number(wanted, &b))
		return a == b;
	return strcmp(has, wanted) == 0;
}

static bool same_phase(const char *has, const char *wanted)
{
	return strcmp(has ? has : "", wanted) == 0;
}

/* ---- the new URL ---- */

static const struct conf_stdarg *stdarg_of(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->nstdargs; i++) {
		if (strcmp(c->stdargs[i].key, name) == 0)
			return &c->stdargs[i];
	}
	return NULL;
}

static void add_pair(struct buf *url, const char *name, const char *value, bool encoded)
{
	buf_addc(url, memchr(buf_text(url), '?', url->size) ? '&' : '?');
	pct_encode(url, name, strlen(name));
	buf_addc(url, '=');
	if (encoded)
		buf_adds(url, value);
	else
		pct_encode(url, value, strlen(value));
}

static void add_arg(struct buf *url, const struct config *c, const char *name, const char *value)
{
	const struct conf_stdarg *as = stdarg_of(c, name);
	if (as && !as->value)
		return;
	add_pair(url, name, as ? as->value : value, as != NULL);
}

static void add_missing(struct buf *url, const struct config *c, const struct request *r)
{
	for (size_t i = 0; i < REQ_REQUIRED; i++) {
		if (!req_arg(r, req_required[i]))
			add_arg(url, c, req_required[i], "");
	}
}

static void add_others(struct buf *url, const struct config *c, const struct request *r, bool all)
{
	for (size_t i = 0; i < r->nargs; i++) {
		const char *name = r->args[i].name;
		bool state = strcmp(name, "phase") == 0 || strcmp(name, "polling") == 0;
		if (all || !state)
			add_arg(url, c, name, r->args[i].value);
	}
}

static void add_place(struct buf *url, const struct plan_input *in, bool to_https)
{
	const struct request *r = in->request;
	const char *port = r->host[0] == '[' ? strchr(r->host, ']') : r->host;
	port = port ? strchr(port, ':') : NULL;
	if (!to_https) {
		buf_addf(url, "%s://%s%s", r->https ? "https" : "http", r->host, r->path);
		return;
	}
	int name = (int)(port ? (size_t)(port - r->host) : strlen(r->host));
	buf_addf(url, "https://%.*s", name, r->host);
	if (in->config->times_httpsport != CONF_ABSENT)
		buf_addf(url, ":%ld", in->config->times_httpsport);
	buf_adds(url, r->path);
}

static const char *changed_args(bool polling, bool phase)
{
	static const char *const names[2][2] = {{"", "phase"}, {"polling", "polling, phase"}};
	return names[polling][phase];
}

static const char *make_url(
    struct plan *p, const struct plan_input *in, const struct plan_address *want, bool changed)
{
	const struct request *r = in->request;
	struct buf url = {0};

	add_place(&url, in, want->to_https);
	if (changed) {
		const char *polling = want->polling ? want->polling : r->polling;
		const char *phase = want->phase ? want->phase : r->phase;
		add_arg(&url, in->config, "polling", polling ? polling : "");
		add_arg(&url, in->config, "phase", phase ? phase : "");
	}
	if (want->incomplete)
		add_missing(&url, in->config, r);
	add_others(&url, in->config, r, !changed);
	const char *text = arena_strndup(p->arena, url.data, url.size);
	buf_free(&url);
	return text;
}

static const char *modify(
    struct plan *p, const struct plan_input *in, const struct plan_address *want)
{
	struct err e;
	const char *url = want->url;
	if (!in->config->urlmod)
		return url;
	const char *text = urlmod_apply(in->config->urlmod, url, p->arena, &e);
	if (!text) {
		plan_warn(p, CONCERN_ADDRESS, "times/@httpsurlmod does not work on %s: %s",
		    req_show(p->arena, url), e.text);
	} else if (text_has_control(text, strlen(text))) {
		plan_warn(p, CONCERN_ADDRESS,
		    "times/@httpsurlmod makes a URL with a control character in it");
		text = NULL;
	} else if (strcmp(text, url) != 0) {
		plan_note(p, CONCERN_HTTPS, "times/@httpsurlmod changes the URL, before: %s", url);
	}
	return text;
}

bool plan_address_make(struct plan *p, const struct plan_input *in, struct plan_address *want)
{
	const struct request *r = in->request;
	bool polling = want->polling && !same_polling(r->polling, want->polling);
	bool phase = want->phase && !same_phase(r->phase, want->phase);

	want->polling_commands =
	    want->polling && !same_polling(want->incomplete ? NULL : r->polling, want->polling);
	want->changed = changed_args(polling, phase);
	want->needed = polling || phase || want->incomplete || want->to_https;
	if (!want->needed)
		return true;
	want->url = make_url(p, in, want, polling || phase);
	if (want->to_https)
		want->url = modify(p, in, want);
	if (!want->url)
		return false;
	size_t n = strlen(want->url);
	if (n <= LIMIT_NEW_URL)
		return true;
	plan_warn(p, CONCERN_ADDRESS,
	    "the new URL would be %zu bytes long, at most %d are allowed: it is not rewritten, and no snippet is sent",
	    n, LIMIT_NEW_URL);
	return false;
}

/* ---- the commands ---- */

static void polling_commands(
    struct plan *p, const struct plan_input *in, const struct plan_address *want)
{
	long interval = in->config->times_interval;
	double seconds = 0;
	if (!want->polling_commands)
		return;
	if (is_number(want->polling, &seconds) && seconds > 0) {
		plan_command(p, CONCERN_ADDRESS, "poll fast until the device has settled",
		    "mod cmd UP1 provision %s", want->polling);
		plan_command(p, CONCERN_ADDRESS, NULL, "config add UP1 /poll 1");
		return;
	}
	plan_command(p, CONCERN_ADDRESS, "back to normal polling", "mod cmd UP1 provision 0");
	plan_command(p, CONCERN_ADDRESS, NULL, "config rem UP1 /provision");
	if (interval != CONF_ABSENT)
		plan_command(p, CONCERN_ADDRESS, NULL, "config add UP1 /poll %ld", interval);
}

void plan_address_commands(
    struct plan *p, const struct plan_input *in, const struct plan_address *want)
{
	struct buf encoded = {0};

	polling_commands(p, in, want);
	if (*want->changed || want->to_https)
		plan_note(p, CONCERN_ADDRESS, "changed in the URL: %s%s%s", want->changed,
		    *want->changed && want->to_https ? ", " : "",
		    want->to_https ? "scheme, port" : "");
	pct_encode(&encoded, want->url, strlen(want->url));
	plan_command(p, CONCERN_ADDRESS, arena_printf(p->arena, "new URL: %s", want->url),
	    "config add UP1 /url %s", buf_text(&encoded));
	buf_free(&encoded);
	plan_command(p, CONCERN_ADDRESS, NULL, "config add UP1 /no-dhcp");
	plan_command(p, CONCERN_ADDRESS, NULL, "config write");
	plan_command(p, CONCERN_ADDRESS, NULL, "config activate");
}

/* A request's own `polling`, when a command may be made of it. */
static const char *own_polling(const struct request *r)
{
	long seconds;
	return r->polling && num_parse(r->polling, 0, 86400, &seconds) ? r->polling : NULL;
}

void plan_first_contact(struct plan *p, const struct plan_input *in)
{
	const struct request *r = in->request;
	struct plan_address want = {
	    .phase = r->phase ? NULL : in->config->phases[0].id,
	    .polling = r->polling ? own_polling(r) : plan_decimal(p, in->config->times_polling),
	    .incomplete = true,
	};
	plan_note(p, CONCERN_CALLER, "the URL does not say enough, missing: %s", p->who.missing);
	if (plan_address_make(p, in, &want))
		plan_address_commands(p, in, &want);
}

static long right_port(const struct config *c)
{
	return c->times_httpsport == CONF_ABSENT ? 443 : c->times_httpsport;
}

bool plan_is_elsewhere(const struct plan_input *in)
{
	const struct request *r = in->request;
	return in->config->times_forcehttps && !(r->https && r->port == right_port(in->config));
}

bool plan_https(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	const struct request *r = in->request;
	if (!plan_is_elsewhere(in))
		return true;
	struct plan_address want = {.polling = plan_decimal(p, c->times_polling), .to_https = true};
	if (r->https)
		plan_note(p, CONCERN_HTTPS,
		    "HTTPS on port %ld, but times/@forcehttps wants port %ld: the device is moved there, no snippet is sent here",
		    r->port, right_port(c));
	else
		plan_say(p, CONCERN_HTTPS,
		    "plain HTTP, but times/@forcehttps is set: the device is moved to HTTPS, no snippet is sent here");
	if (plan_address_make(p, in, &want))
		plan_address_commands(p, in, &want);
	return false;
}
