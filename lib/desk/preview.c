/* SPDX-License-Identifier: ISC */
#include "desk/preview.h"

#include "base/pct.h"
#include "base/text.h"
#include "core/trust.h"
#include "guard/delivery.h"
#include "home/base_path.h"
#include "home/certdir.h"

#include <string.h>

/* Where a device asks of which nothing else is known. */
#define MADE_UP "localhost" BASE_PATH "/update.php"

/* ---- the URL ---- */

/* The port in "host:port" or "[::1]:port", NULL when there is none. */
static const char *find_port(const char *host)
{
	const char *colon = strrchr(host, ':');
	return colon && !strchr(colon, ']') ? colon + 1 : NULL;
}

bool preview_take_apart(struct arena *a, const char *url, struct req_input *in, struct err *e)
{
	bool https = text_starts(url, "https://");
	if (!https && !text_starts(url, "http://"))
		return err_set(e, "%s: it must begin with http:// or https://", url);
	const char *host = url + (https ? 8 : 7), *path = host + strcspn(host, "/?#");
	const char *query = path + strcspn(path, "?#");
	size_t size = (size_t)(query - path);
	char *decoded = arena_strndup(a, path, size);
	if (path == host || *path != '/')
		return err_set(e,
		    "%s: it must have a host and a path, like http://localhost/update/update.php?type=…",
		    url);
	if (!pct_decode(decoded, path, size, &size) || memchr(decoded, '\0', size))
		return err_set(e,
		    "%s: a %% in its path is not followed by two hexadecimal digits of a character",
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

static void add_arg(struct buf *url, const char *name, const char *value)
{
	if (!*value)
		return;
	buf_addf(url, "%s%s=", strchr(buf_text(url), '?') ? "&" : "?", name);
	pct_encode(url, value, strlen(value));
}

/* "a, b" → "a,b" */
static const char *without_blanks(struct arena *a, const char *list)
{
	char *out = arena_strdup(a, list), *to = out;
	for (const char *p = list; *p; p++) {
		if (*p != ' ')
			*to++ = *p;
	}
	*to = '\0';
	return out;
}

static const char *make_up_url(struct arena *a, const struct device *d)
{
	struct buf url = {0};
	buf_addf(&url, "%s://" MADE_UP, d->https ? "https" : "http");
	add_arg(&url, "type", d->type);
	add_arg(&url, "sn", d->sn);
	add_arg(&url, "hwid", d->hwid);
	add_arg(&url, "ip", d->realip);
	add_arg(&url, "phase", d->phase);
	add_arg(&url, "env", without_blanks(a, d->environments));
	add_arg(&url, "PROT", d->prot);
	add_arg(&url, "BOOT", d->boot);
	const char *out = arena_strdup(a, buf_text(&url));
	buf_free(&url);
	return out;
}

/* ---- the request ---- */

/*
 * A certificate like the one that it proved itself with; its name was found to be right then, so it is the
 * plainest that is. NULL: it showed none, or that one does not count any more.
 */
static const struct cert *assume_cert(struct arena *a, const struct device *d, int64_t now)
{
	if (!*d->tls_issuer || d->tls_until <= now || d->cert_revoked)
		return NULL;
	struct cert *cert = arena_alloc(a, sizeof *cert);
	char *name = arena_strdup(a, d->sn), *to = name;
	for (const char *p = d->sn; *p; p++) {
		if (*p != '-')
			*to++ = *p;
	}
	*to = '\0';
	*cert =
	    (struct cert){.cn = name, .issuer = d->tls_issuer, .serial = "", .until = d->tls_until};
	return cert;
}

static bool assume(const struct desk *k, struct arena *a, const struct device *d,
    struct preview *out, struct err *e)
{
	struct req_input in = {.peer = ""};
	struct request *r = &out->request;
	out->made_up = !*d->asked;
	out->url = out->made_up ? make_up_url(a, d) : d->asked;
	if (!preview_take_apart(a, out->url, &in, e))
		return false;
	req_parse(a, &in, k->config, r);
	if (r->refused)
		return err_set(e, "its request would be refused with status %d: %s (%s)", r->status,
		    r->refused, out->url);
	r->address = d->ip;
	r->proxy = d->proxy;
	r->cert = r->https ? assume_cert(a, d, k->now) : NULL;
	out->proven = r->cert;
	return true;
}

/* ---- what lies there for it ---- */

const struct plan_certs *preview_certs(
    struct arena *a, const struct home *h, const struct config *c, const char *sn)
{
	struct plan_certs *out = arena_calloc(a, 1, sizeof *out);
	struct err e = {""};
	size_t count;
	out->request = certdir_has(h, c, CERTS_REQUEST_DER, sn) != 0;
	if (!certdir_has(h, c, CERTS_SIGNED, sn))
		return out;
	const struct certs_bytes *files = certdir_chain(a, h, c, sn, &count, &e);
	if (files)
		delivery_make(a, certdir_request(a, h, c, sn), files, count, out);
	else
		out->problem = arena_strdup(a, e.text);
	return out;
}

bool preview_make(const struct desk *k, struct arena *a, const struct device *device,
    const struct preview_with *with, struct preview *out, struct err *e)
{
	const struct config *c = k->config;
	*out = (struct preview){.made_up = false};
	if (!assume(k, a, device, out, e))
		return false;
	struct plan_input in = {.config = c,
	    .snippets = with->snippets,
	    .master = with->master,
	    .request = &out->request,
	    .device = *c->status_dir ? device : NULL,
	    .md5 = with->md5,
	    .now = (time_t)k->now};
	if (plan_wants_certs(c, in.device))
		in.certs = preview_certs(a, k->home, c, device->sn);
	plan_make(a, &in, &out->plan);
	return true;
}
