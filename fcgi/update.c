/* SPDX-License-Identifier: ISC */
#include "fcgi/update.h"

#include "base/log.h"
#include "core/order.h"
#include "fcgi/endpoints.h"
#include "fcgi/env.h"
#include "fcgi/route.h"
#include "fcgi/trace.h"
#include "fcgi/worker.h"
#include "proc/clock.h"
#include "proc/histogram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is read of the environment that the web server hands over. */
struct variables {
	const char *script, *info; /* the path in two parts, as CGI has it */
	struct req_input in;
	const char *enforced;        /* ROLLCALL_MTLS: set by the web server on that port alone */
	const char *client_verified; /* SSL_CLIENT_VERIFY */
	const char *client_cert;     /* SSL_CLIENT_CERT, PEM */
};

#define VARIABLE(name, field) ENV_ROW(struct variables, name, field)
static const struct env_row variables[] = {
    VARIABLE("SCRIPT_NAME", script),
    VARIABLE("PATH_INFO", info),
    VARIABLE("REQUEST_METHOD", in.method),
    VARIABLE("QUERY_STRING", in.query),
    VARIABLE("HTTP_HOST", in.host),
    VARIABLE("HTTPS", in.https),
    VARIABLE("SERVER_PORT", in.port),
    VARIABLE("REMOTE_ADDR", in.peer),
    ENV_ONCE(struct variables, "HTTP_X_FORWARDED_FOR", in.forwarded_for),
    VARIABLE("CONTENT_LENGTH", in.content_length),
    VARIABLE("ROLLCALL_MTLS", enforced),
    VARIABLE("SSL_CLIENT_VERIFY", client_verified),
    VARIABLE("SSL_CLIENT_CERT", client_cert),
};

static void read_variables(struct exchange *x, struct variables *v)
{
	*v = (struct variables){.script = NULL};
	env_read(x->fcgi->envp, variables, sizeof variables / sizeof *variables, v);
	v->in.path = v->info ? v->info : "";
	if (v->script && *v->script)
		v->in.path = arena_printf(&x->arena, "%s%s", v->script, v->in.path);
}

static bool is_verified(const struct variables *v)
{
	return v->client_verified && strcmp(v->client_verified, "SUCCESS") == 0;
}

/*
 * The second lock of the port that asks for client certificates: a TLS session that was begun on another
 * port must not count here, whatever the web server made of it.
 */
static bool is_intruder(const struct variables *v)
{
	return v->enforced && !is_verified(v);
}

/*
 * What our own CA knows of a certificate that it made: for which device, whatever the names in it say, and
 * whether it was revoked, also while no list could be written. When the store cannot be read now nothing is
 * known, as of a certificate of another CA. False: e says that it was revoked.
 */
static bool look_up(struct exchange *x, struct cert *cert, struct err *e)
{
	struct issued made;
	struct store *s = memory_store(&x->memory, NULL);
	if (!s || !store_begin(s, NULL))
		return true;
	bool found = store_issued(s, &x->arena, cert->serial, &made);
	if (!store_end(s, NULL) || !found || strcmp(made.issuer, cert->issuer) != 0)
		return true;
	cert->sn = made.sn;
	return !made.revoked || err_set(e, "it was revoked here");
}

static const struct cert *verify(struct exchange *x, const char *pem, struct err *e)
{
	struct cert *cert = identity_verify(&x->identity, &x->arena, pem, e);
	return cert && look_up(x, cert, e) ? cert : NULL;
}

/*
 * Takes the client's certificate. One that the web server has not verified counts as none, on a port that
 * does not insist. False: the client is refused.
 */
static bool identify(struct exchange *x, const struct variables *v)
{
	struct err e;
	if (is_intruder(v)) {
		reply_refuse(&x->reply, 403, "A verified client certificate is needed here.");
		return false;
	}
	if (!x->request.https || !v->client_cert || !is_verified(v))
		return true;
	x->request.cert = verify(x, v->client_cert, &e);
	if (x->request.cert)
		return true;
	quiet_warn(
	    &x->quiet, req_subject(&x->request), "its client certificate is refused: %s", e.text);
	reply_refuse(&x->reply, 403, "The client certificate is refused: %s.", e.text);
	return false;
}

static void refuse_route(struct exchange *x, const struct route_result *found)
{
	switch (found->status) {
	case 405:
		buf_addf(&x->reply.headers, "Allow: %s\r\n", found->allow);
		reply_refuse(&x->reply, 405, "This method is not allowed here; allowed are: %s.",
		    found->allow);
		return;
	case 413:
		reply_refuse(&x->reply, 413, "The body is larger than is allowed here.");
		return;
	default:
		reply_refuse(&x->reply, 404, "There is nothing at this address.");
		return;
	}
}

/* What became of it, for who watches the server. */
static void note(
    struct exchange *x, const struct route *route, const struct variables *v, int64_t us)
{
	struct board *b = x->server->board;
	const struct request *r = &x->request;
	if (route && route->handle == ep_poll && r->method == METHOD_GET)
		histogram_add(&b->polls.times, &histogram_times, (uint64_t)us);
	else if (route && route->handle == ep_put && x->reply.status == 200)
		BOARD_COUNT(b->uploads.taken);
	else if (route && route->handle == ep_put)
		BOARD_COUNT(b->uploads.refused);
	trace_request(x, v->in.method, us);
	if (log_says(LOG_LEVEL_DEBUG))
		log_debug(req_subject(r), "%s %s from %s: %d, %zu bytes, %ld.%03d ms",
		    v->in.method ? v->in.method : "?", r->path, r->address, x->reply.status,
		    x->reply.body.size, (long)(us / 1000), (int)(us % 1000));
}

static void serve(void *state, FCGX_Request *fcgi)
{
	struct exchange *x = state;
	struct route_result found;
	struct variables v;
	int64_t began_us = clock_now_us();
	x->fcgi = fcgi;
	arena_reset(&x->arena);
	reply_reset(&x->reply);
	buf_reset(&x->changes);
	read_variables(x, &v);
	req_parse(&x->arena, &v.in, x->server->config, &x->request);
	const struct route_query q = {
	    .bases = x->server->options.bases,
	    .nbases = x->server->options.nbases,
	    .path = v.in.path,
	    .method = v.in.method,
	    .length = v.in.content_length,
	};
	route_find(&q, &found);
	if (identify(x, &v)) {
		if (found.route)
			found.route->handle(x);
		else
			refuse_route(x, &found);
	} else if (found.route && found.route->handle == ep_poll) {
		ep_poll_count(x, BOARD_POLL_REFUSED);
	}
	reply_send(&x->reply, x->request.method == METHOD_HEAD, fcgi->out);
	note(x, found.route, &v, clock_now_us() - began_us);
}

/* One worker says what is wrong with snippets, and does not wait for a poll to see it. */
static bool looks_after_snippets(const struct proc_self *self)
{
	return self->index == 0;
}

static void idle(void *state)
{
	struct exchange *x = state;
	quiet_flush(&x->quiet, false);
	if (x->says_snippets)
		snipdir_refresh(x->snippets, clock_now_ms());
}

int update_main(const struct proc_self *self, void *context)
{
	const struct server *server = context;
	struct exchange x = {.server = server};
	char *folder = home_path(&server->home, server->config->times_dir);
	x.says_snippets = looks_after_snippets(self);
	x.snippets = snipdir_new(folder, x.says_snippets);
	free(folder);
	x.md5 = md5_new();
	close(server->signer_fd);
	memory_init(&x.memory, server);
	identity_init(&x.identity, server);
	x.signer = (struct post){
	    .path = server->home.signer, .whom = "the signer", .most = ORDER_MOST, .fd = -1};
	snipdir_refresh(x.snippets, clock_now_ms()); /* so that the first poll need not wait */

	const struct worker_pool pool = {
	    .listen_fd = server->listen_fd, .serve = serve, .idle = idle, .state = &x};
	int status = worker_run(self, &pool);
	quiet_flush(&x.quiet, true);

	memory_close(&x.memory);
	identity_free(&x.identity);
	post_close(&x.signer);
	buf_free(&x.changes);
	md5_free(x.md5);
	snipdir_free(x.snippets);
	arena_free(&x.arena);
	reply_free(&x.reply);
	return status;
}
