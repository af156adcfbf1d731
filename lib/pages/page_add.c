/* SPDX-License-Identifier: ISC */
/*
 * How a device comes here: the URL that it is given, in the forms in which it can be given. Nothing changes by it; a
 * device is known from its first poll on.
 *
 * The URL needs nothing but the environment: a device whose URL lacks the required arguments is told the whole one
 * with its first poll (spec §4, §5). What it is told then is shown, too, as plan_make() has it.
 */
#include "pages/page_add.h"
#include "base/num.h"
#include "base/pct.h"
#include "base/text.h"
#include "core/caller.h"
#include "core/plan.h"
#include "desk/serving.h"
#include "pages/page.h"
#include "pages/pages.h"
#include "proc/clock.h"

#include <string.h>

#define PORT_HTTP 80
#define PORT_HTTPS 443
#define WAYS (SERVING_ADDRESSES + 3)

/* A way in which devices can call: a port, and what is spoken there. */
struct way {
	const char *id; /* "https:8443", in forms */
	const char *scheme;
	long port;
	bool tls, mutual;
};

struct choice {
	struct way ways[WAYS];
	size_t nways;
	const struct way *way;         /* the one that was chosen */
	const char *host;              /* with a port where it needs one */
	struct conf_list named;        /* environments that were chosen, as configured */
	struct conf_list environments; /* what they come to (§4) */
	struct conf_list dropped;
	const char *name;
	const char *url;
	const char *wrong, *why; /* the field that is wrong, NULL: none is; one sentence */
};

/* ---- ways ---- */

/* Where the port of a host stands: at its ":", or at its end. */
static const char *port_of(const char *host)
{
	const char *end = *host == '[' ? strchr(host, ']') + 1 : host;
	return end + strcspn(end, ":");
}

static void add_way(struct page *p, struct choice *c, bool tls, long port, bool mutual)
{
	const char *scheme = tls ? "https" : "http";
	const char *id = arena_printf(&p->arena, "%s:%ld", scheme, port);
	size_t i = 0;
	while (i < c->nways && strcmp(c->ways[i].id, id) != 0)
		i++;
	if (i == WAYS)
		return;
	if (i == c->nways)
		c->ways[c->nways++] = (struct way){id, scheme, port, tls, false};
	c->ways[i].mutual |= mutual;
}

/* "mtls://192.0.2.1:8444/update/", as `rollcall serve` says of itself. */
static void add_address(struct page *p, struct choice *c, const char *address)
{
	const char *host = strstr(address, "://");
	if (!host)
		return;
	bool mutual = text_starts(address, "mtls:"), tls = mutual || text_starts(address, "https:");
	host += 3;
	host = arena_strndup(&p->arena, host, strcspn(host, "/"));
	const char *text = req_is_host(host) ? port_of(host) : "";
	long port = tls ? PORT_HTTPS : PORT_HTTP;
	if (*text && !num_parse(text + 1, 1, 65535, &port))
		return;
	add_way(p, c, tls, port, mutual);
}

static bool has_scheme(const struct choice *c, bool tls)
{
	size_t i = 0;
	while (i < c->nways && c->ways[i].tls != tls)
		i++;
	return i < c->nways;
}

/* First the one that the browser came by. A server that says nothing of its ports has the usual ones. */
static void find_ways(struct page *p, struct choice *c)
{
	const struct page_request *r = &p->request;
	struct serving serving;
	long port = r->https ? PORT_HTTPS : PORT_HTTP;
	const char *text = port_of(r->host);
	if (*text)
		num_parse(text + 1, 1, 65535, &port);
	add_way(p, c, r->https, port, false);
	serving_read(p->site->home, &serving);
	for (size_t i = 0; i < serving.naddresses; i++)
		add_address(p, c, serving.addresses[i]);
	if (!has_scheme(c, true) && r->https_port)
		add_way(p, c, true, r->https_port, false);
	if (!has_scheme(c, false))
		add_way(p, c, false, PORT_HTTP, false);
}

/* ---- what was chosen ---- */

static void wrong(struct choice *c, const char *field, const char *why)
{
	if (c->wrong)
		return;
	c->wrong = field;
	c->why = why;
}

static void choose_way(struct page *p, struct choice *c)
{
	const char *wanted = page_value(p, "way");
	find_ways(p, c);
	c->way = &c->ways[0];
	size_t i = 0;
	while (i < c->nways && strcmp(c->ways[i].id, wanted) != 0)
		i++;
	if (i < c->nways)
		c->way = &c->ways[i];
	else if (*wanted)
		wrong(c, "way", "This server is not reached in this way.");
}

/* A name that was typed may bring its own port. */
static void choose_host(struct page *p, struct choice *c)
{
	const char *typed = page_value(p, "host"), *host = *typed ? typed : p->request.host;
	if (!req_is_host(host)) {
		wrong(c, "host", "A host is a name or an address, maybe with a colon and a port.");
		host = p->request.host;
	}
	const char *port = port_of(host);
	if (typed == host && *port) {
		c->host = host;
		return;
	}
	c->host = arena_strndup(&p->arena, host, (size_t)(port - host));
	if (c->way->port != (c->way->tls ? PORT_HTTPS : PORT_HTTP))
		c->host = arena_printf(&p->arena, "%s:%ld", c->host, c->way->port);
}

static bool is_chosen(const struct page *p, const char *environment)
{
	const struct form *q = &p->request.query;
	for (size_t i = 0; i < q->count; i++) {
		if (strcmp(q->list[i].name, "env") == 0 &&
		    strcmp(q->list[i].value, environment) == 0)
			return true;
	}
	return false;
}

/* In the order in which they were named: where two say different things, the first counts (§4). */
static void choose_environments(struct page *p, struct choice *c)
{
	const struct config *config = p->site->config;
	const struct form *q = &p->request.query;
	c->named.items = arena_calloc(&p->arena, LIMIT_ENVS, sizeof(const char *));
	for (size_t i = 0; i < q->count; i++) {
		const char *name = q->list[i].value;
		if (strcmp(q->list[i].name, "env") != 0 || !*name || conf_list_has(&c->named, name))
			continue;
		if (!conf_environment_find(config, name))
			wrong(c, "env", "No environment of this name is configured.");
		else if (c->named.count == LIMIT_ENVS)
			wrong(c, "env", "A device cannot name so many environments.");
		else
			c->named.items[c->named.count++] = name;
	}
	struct conf_list names = c->named;
	if (!names.count)
		names = (struct conf_list){&config->environments[0].id, 1};
	c->environments = caller_environments(&p->arena, config, &names, &c->dropped);
}

static void choose_name(struct page *p, struct choice *c)
{
	const char *name = page_value(p, "name");
	size_t size = strlen(name);
	text_trim(&name, &size);
	c->name = arena_strndup(&p->arena, name, size);
	if (size <= LIMIT_NAME_DEVICE && !text_has_control(name, size))
		return;
	wrong(c, "name", "A name has no control characters and is not longer than 128 bytes.");
	c->name = "";
}

static const char *encoded(struct arena *a, const char *text)
{
	struct buf out = {0};
	pct_encode(&out, text, strlen(text));
	const char *copy = arena_strdup(a, buf_text(&out));
	buf_free(&out);
	return copy;
}

static void make_url(struct page *p, struct choice *c)
{
	struct arena *a = &p->arena;
	c->url = arena_concat(a, c->way->scheme, "://", c->host, p->request.base, "/update.php");
	for (size_t i = 0; i < c->named.count; i++)
		c->url = arena_concat(a, c->url, i ? "," : "?env=", encoded(a, c->named.items[i]));
}

static void choose(struct page *p, struct choice *c)
{
	*c = (struct choice){.nways = 0};
	choose_way(p, c);
	choose_host(p, c);
	choose_environments(p, c);
	choose_name(p, c);
	make_url(p, c);
}

/* ---- commands ---- */

/* For an application on a mobile phone: no DHCP tells it an address, and nothing of it is reset. */
static void add_commands(struct buf *out, struct arena *a, const struct choice *c, bool mobile)
{
	buf_addf(out, "config add UP1 /url %s\r\n", encoded(a, c->url));
	buf_adds(out, "config add UP1 /poll 1\r\n");
	if (!mobile)
		buf_adds(out, "config add UP1 /no-dhcp\r\n");
	if (*c->name)
		buf_addf(out, "config add CMD0 /name %s\r\n", encoded(a, c->name));
	buf_adds(out, "config write\r\nconfig activate\r\n");
	if (!mobile)
		buf_adds(out, "iresetn\r\n");
}

static const char *commands(struct page *p, const struct choice *c, bool mobile)
{
	struct buf out = {0};
	add_commands(&out, &p->arena, c, mobile);
	const char *copy = arena_strdup(&p->arena, buf_text(&out));
	buf_free(&out);
	return copy;
}

/* What a device is answered at first: it knows nothing but this URL. */
static void add_first_reply(struct page *p, const struct choice *c)
{
	struct request r;
	struct plan plan;
	const char *query = strchr(c->url, '?');
	const struct req_input in = {
	    .method = "GET",
	    .path = arena_concat(&p->arena, p->request.base, "/update.php"),
	    .query = query ? query + 1 : "",
	    .host = c->host,
	    .https = c->way->tls ? "on" : NULL,
	    .port = arena_printf(&p->arena, "%ld", c->way->port),
	    .peer = "192.0.2.1",
	};
	req_parse(&p->arena, &in, p->site->config, &r);
	const struct plan_input with = {
	    .config = p->site->config,
	    .snippets = snipdir_refresh(p->site->snippets, clock_now_ms()),
	    .request = &r,
	    .md5 = p->site->md5,
	    .now = (time_t)p->now,
	};
	plan_make(&p->arena, &with, &plan);
	doc_open(p->doc, "reply");
	for (size_t i = 0; i < plan.count; i++) {
		if (plan.steps[i].kind == STEP_COMMAND)
			doc_leaf(p->doc, "command", plan.steps[i].text);
	}
	doc_close(p->doc);
}

/* ---- the page ---- */

/* How the link to an application begins; the commands follow, percent-encoded. */
static const struct {
	const char *id, *start;
} links[] = {
    {"ios", "com.innovaphone.commands:"},
    {"android", "https://com.innovaphone.commands/"},
    {"scheme", "com.innovaphone.commands://"},
};

static void add_link(struct page *p, const char *id, const char *start, const char *text)
{
	const char *url = arena_concat(&p->arena, start, text);
	doc_open(p->doc, "link");
	doc_attr(p->doc, "id", id);
	doc_attr(p->doc, "url", url);
	page_add_qr(p->doc, url);
	doc_close(p->doc);
}

static void add_links(struct page *p, const struct choice *c)
{
	const char *text = encoded(&p->arena, commands(p, c, true));
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		add_link(p, links[i].id, links[i].start, text);
}

static void add_ways(struct page *p, const struct choice *c)
{
	struct doc *d = p->doc;
	for (size_t i = 0; i < c->nways; i++) {
		const struct way *w = &c->ways[i];
		doc_open(d, "way");
		doc_attr(d, "id", w->id);
		doc_attr(d, "scheme", w->scheme);
		doc_number(d, "port", w->port);
		doc_flag(d, "usual", w->port == (w->tls ? PORT_HTTPS : PORT_HTTP));
		doc_flag(d, "mutual", w->mutual);
		doc_flag(d, "chosen", w == c->way);
		doc_close(d);
	}
}

static void add_environments(struct page *p, const struct choice *c)
{
	const struct config *config = p->site->config;
	struct doc *d = p->doc;
	for (size_t i = 0; i < config->nenvironments; i++) {
		const struct conf_environment *e = &config->environments[i];
		doc_open(d, "environment");
		doc_attr(d, "id", e->id);
		doc_flag(d, "chosen", is_chosen(p, e->id));
		if (e->implies.count)
			doc_attr(d, "implies", conf_list_join(&p->arena, &e->implies, ", "));
		doc_close(d);
	}
	doc_attr(d, "environments", conf_list_join(&p->arena, &c->environments, ", "));
	if (c->dropped.count)
		doc_attr(d, "dropped", conf_list_join(&p->arena, &c->dropped, ", "));
}

/* Where only this machine itself would find the server. */
static bool is_here_only(const char *host)
{
	return text_starts(host, "127.") || text_starts(host, "[::1]") ||
	       strncasecmp(host, "localhost", strlen("localhost")) == 0;
}

/* The page's own query, for the link to the file. */
static const char *script_address(struct page *p)
{
	const char *query = strchr(p->request.here, '?');
	return arena_concat(&p->arena, "add/script", query ? query : "");
}

void page_add(struct page *p)
{
	struct choice c;
	choose(p, &c);
	struct doc *d = page_begin(p, "add");
	doc_open(d, "add");
	doc_attr(d, "host", page_value(p, "host"));
	doc_attr(d, "shown-host", c.host);
	doc_attr(d, "device", c.name);
	doc_attr(d, "wrong", c.wrong);
	doc_attr(d, "why", c.why);
	doc_attr(d, "first", p->site->config->environments[0].id);
	doc_attr(d, "combine", p->site->config->environments_combine);
	doc_flag(d, "here-only", is_here_only(c.host));
	doc_flag(d, "forced", p->site->config->times_forcehttps);
	doc_flag(d, "tls", c.way->tls);
	add_ways(p, &c);
	add_environments(p, &c);
	if (c.wrong) {
		p->reply.status = 400;
	} else {
		doc_attr(d, "url", c.url);
		doc_attr(d, "script", script_address(p));
		doc_leaf(d, "commands", commands(p, &c, false));
		page_add_qr(d, c.url);
		add_links(p, &c);
		add_first_reply(p, &c);
	}
	doc_close(d);
	page_show(p, "add");
}

void page_add_script(struct page *p)
{
	struct choice c;
	choose(p, &c);
	if (c.wrong) {
		page_fail(p, 400, "%s", c.why);
		return;
	}
	const char *environments = conf_list_join(&p->arena, &c.named, "-");
	if (!c.named.count)
		environments = p->site->config->environments[0].id;
	add_commands(&p->reply.body, &p->arena, &c, false);
	page_download(p, "text/plain; charset=utf-8",
	    arena_concat(&p->arena, "rollcall-", environments, ".txt"));
}
