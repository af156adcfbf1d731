/* SPDX-License-Identifier: ISC */
#include "pages/web.h"

#include "base/address.h"
#include "base/num.h"
#include "base/pct.h"
#include "base/text.h"
#include "core/req.h"
#include "guard/password.h"
#include "pages/session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define AGENT 200 /* bytes of what a browser says of itself */
#define LANGUAGE_COOKIE "rollcall-language"
#define SCHEME_BEARER "Bearer"
#define PORT_HTTPS 443

/* ---- where it goes ---- */

static bool find_base(struct page *p, const char *path)
{
	const struct page_site *s = p->site;
	for (size_t i = 0; i < s->nbases; i++) {
		size_t n = strlen(s->bases[i]);
		if (strncmp(path, s->bases[i], n) != 0 || path[n] != '/')
			continue;
		p->request.base = s->bases[i];
		p->request.path = path + n + 1;
		return true;
	}
	p->request.base = s->bases[0];
	p->request.path = path;
	return false;
}

/* Without its port. */
static const char *host_name(struct page *p)
{
	const char *host = p->request.host;
	const char *end = *host == '[' ? strchr(host, ']') + 1 : host + strcspn(host, ":");
	return arena_strndup(&p->arena, host, (size_t)(end - host));
}

/* HOST without its port, or with another one. */
static const char *host_at(struct page *p, long port)
{
	const char *name = host_name(p);
	return port == PORT_HTTPS ? name : arena_printf(&p->arena, "%s:%ld", name, port);
}

/* Nobody types a password where others can read it, when there is another way. */
static bool send_to_tls(struct page *p, const struct page_input *in)
{
	const struct page_request *r = &p->request;
	if (r->https || !r->https_port)
		return false;
	if (r->method != METHOD_GET) {
		page_fail(p, 403, "Forms are taken over HTTPS only.");
		return true;
	}
	p->reply.status = 301;
	buf_addf(&p->reply.headers, "Location: https://%s%s%s%s\r\n", host_at(p, r->https_port),
	    in->in.path, in->in.query && *in->in.query ? "?" : "",
	    in->in.query ? in->in.query : "");
	return true;
}

/* ---- who asks, as far as the request itself tells ---- */

static bool is_loopback(const char *peer)
{
	return peer && (text_starts(peer, "127.") || text_starts(peer, "::ffff:127.") ||
			   strcmp(peer, "::1") == 0);
}

/* What this machine calls itself. Any other name could be one that somebody let point here (DNS rebinding). */
static bool is_loopback_name(const char *name)
{
	struct in6_addr parsed;
	return strcasecmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0 ||
	       (text_starts(name, "127.") && address_parse(name, strlen(name), &parsed));
}

/* No browser speaks HTTP/1.0; proxies do that say nothing of themselves (nginx, as it is set up at first). */
static bool is_browser(const char *protocol)
{
	return !protocol || strcmp(protocol, "HTTP/1.0") != 0;
}

/* A browser says from which page a request comes; one that says nothing is no browser, or an old one. */
static bool is_own(struct page *p, const struct page_input *in)
{
	const char *ours = arena_printf(
	    &p->arena, "%s://%s", p->request.https ? "https" : "http", p->request.host);
	const char *site = in->fetch_site;
	if (in->origin && strcmp(in->origin, ours) != 0)
		return false;
	return !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static const char *find_language(struct page *p, const struct page_input *in)
{
	const char *chosen = form_cookie(&p->arena, in->cookie, LANGUAGE_COOKIE);
	for (const char *const *l = render_languages; chosen && *l; l++) {
		if (strcmp(*l, chosen) == 0)
			return *l;
	}
	return render_language(in->language);
}

static const char *find_agent(struct page *p, const struct page_input *in)
{
	const char *agent = in->agent ? in->agent : "";
	char *out = arena_alloc(&p->arena, AGENT + 1);
	text_clean(out, AGENT + 1, agent, strlen(agent));
	return out;
}

static const char *find_token(struct page *p, const struct page_input *in)
{
	const char *token = form_cookie(&p->arena, in->cookie, session_cookie(p->request.https));
	return token && token_is(token) ? token : NULL;
}

/* "Bearer TOKEN" (RFC 6750) */
static const char *find_bearer(const struct page_input *in)
{
	const char *text = in->authorization ? in->authorization : "";
	size_t scheme = strcspn(text, " "), gap = strspn(text + scheme, " ");
	if (!gap || scheme != strlen(SCHEME_BEARER) ||
	    strncasecmp(text, SCHEME_BEARER, scheme) != 0)
		return NULL;
	return text + scheme + gap;
}

static void read_about(struct page *p, const struct page_input *in)
{
	struct page_request *r = &p->request;
	r->language = find_language(p, in);
	r->agent = find_agent(p, in);
	r->token = find_token(p, in);
	r->bearer = find_bearer(in);
	r->own = is_own(p, in);
	r->local = is_loopback(in->in.peer) && !in->forwarded && is_browser(in->protocol) &&
		   is_loopback_name(host_name(p));
	r->if_none_match = in->if_none_match ? in->if_none_match : "";
	if (!in->https_port || !num_parse(in->https_port, 1, 65535, &r->https_port))
		r->https_port = 0;
}

/* ---- what it says ---- */

static const char *here(struct page *p, const char *path)
{
	struct buf out = {0};
	buf_adds(&out, path);
	for (size_t i = 0; i < p->request.query.count; i++) {
		const struct form_field *f = &p->request.query.list[i];
		if (strcmp(f->name, "lang") == 0 || strcmp(f->name, "done") == 0 ||
		    strcmp(f->name, "live") == 0)
			continue;
		buf_addc(&out, strchr(buf_text(&out), '?') ? '&' : '?');
		pct_encode(&out, f->name, strlen(f->name));
		buf_addc(&out, '=');
		pct_encode(&out, f->value, strlen(f->value));
	}
	const char *copy = arena_strdup(&p->arena, buf_text(&out));
	buf_free(&out);
	return copy;
}

static bool read_forms(struct page *p, const struct page_input *in)
{
	struct page_request *r = &p->request;
	struct err e;
	const char *query = in->in.query ? in->in.query : "";
	if (strlen(query) > LIMIT_QUERY) {
		page_fail(p, 414, "The address is longer than is allowed.");
		return false;
	}
	if (!form_parse(&p->arena, query, strlen(query), &r->query, &e)) {
		page_fail(p, 400, "The address is not right: %s.", e.text);
		return false;
	}
	r->live = form_value(&r->query, "live") != NULL;
	if (r->method == METHOD_POST &&
	    !form_parse_body(&p->arena, in->content_type ? in->content_type : "", in->body,
		in->size, &r->form, &e)) {
		page_fail(p, 400, "What was sent is not right: %s.", e.text);
		return false;
	}
	return true;
}

static bool refuse(struct page *p, int status, const char *text)
{
	page_fail(p, status, "%s", text);
	return false;
}

bool web_read(struct page *p, const struct page_input *in)
{
	struct page_request *r = &p->request;
	struct request door;
	struct req_input bare = in->in;
	bare.query = NULL;
	*r = (struct page_request){.host = "", .path = "", .here = "", .agent = ""};
	req_parse(&p->arena, &bare, p->site->config, &door);
	r->method = door.method == METHOD_HEAD ? METHOD_GET : door.method;
	r->host = door.host;
	r->https = door.https;
	r->address = req_client(&p->arena, &in->in, p->site->config);
	bool below = find_base(p, door.path);
	read_about(p, in);
	r->here = door.path;
	if (door.refused)
		return refuse(p, door.status == 200 ? 400 : door.status, door.refused);
	if (!below || strstr(door.path, "//")) /* "//HOST" in a Location is another host */
		return refuse(p, 404, "There is nothing at this address.");
	if (send_to_tls(p, in) || !read_forms(p, in))
		return false;
	r->here =
	    r->method == METHOD_GET ? here(p, door.path) : ""; /* nobody can come back to a form */
	return true;
}

/* ---- headers ---- */

void web_headers(const struct page *p, struct buf *out)
{
	buf_adds(out,
	    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
	    "img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
	    "base-uri 'none'\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Frame-Options: DENY\r\n"
	    /* Not no-referrer: browsers then send "Origin: null" with our own forms. */
	    "Referrer-Policy: same-origin\r\n"
	    "Cross-Origin-Opener-Policy: same-origin\r\n"
	    "Cross-Origin-Resource-Policy: same-origin\r\n");
	buf_adds(out, p->reply.keep ? "Cache-Control: public, max-age=31536000, immutable\r\n"
				    : "Cache-Control: no-store\r\n");
	/* It holds for all ports of a host: where HTTPS is elsewhere, it would cut off plain HTTP. */
	if (p->request.https && p->request.https_port == PORT_HTTPS)
		buf_adds(out, "Strict-Transport-Security: max-age=31536000\r\n");
}
