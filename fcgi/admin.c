/* SPDX-License-Identifier: ISC */
/*
 * From FastCGI to the pages and back. They read the store themselves, and have it changed by the writer, like
 * the workers for devices; but they are slower, larger, and wait politely: devices come first.
 */
#include "fcgi/admin.h"

#include "base/log.h"
#include "base/num.h"
#include "fcgi/env.h"
#include "fcgi/reply.h"
#include "fcgi/server.h"
#include "fcgi/worker.h"
#include "pages/page.h"
#include "pages/page_fleet_sum.h"
#include "pages/page_snippets.h"
#include "proc/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define KEEP ((size_t)4 << 20) /* bytes of a reply whose memory the next one gets */
#define NICE 5                 /* of each process, so that a page never keeps a device waiting */

struct admin {
	const struct server *server;
	struct page_site site;
	struct page page;
	struct reply reply;
	struct buf body;
	bool warm; /* the fleet was read */
};

/* What is read of the environment that the web server hands over. */
struct variables {
	const char *script, *info; /* the path in two parts, as CGI has it */
	const char *forwarded, *via, *real_ip;
	const char *enforced; /* ROLLCALL_MTLS: it came to the port for mutual TLS */
	struct page_input input;
};

#define VARIABLE(name, field) ENV_ROW(struct variables, name, field)
static const struct env_row variables[] = {
    VARIABLE("SCRIPT_NAME", script),
    VARIABLE("PATH_INFO", info),
    VARIABLE("REQUEST_METHOD", input.in.method),
    VARIABLE("QUERY_STRING", input.in.query),
    VARIABLE("HTTP_HOST", input.in.host),
    VARIABLE("HTTPS", input.in.https),
    VARIABLE("SERVER_PORT", input.in.port),
    VARIABLE("SERVER_PROTOCOL", input.protocol),
    VARIABLE("REMOTE_ADDR", input.in.peer),
    ENV_ONCE(struct variables, "HTTP_X_FORWARDED_FOR", input.in.forwarded_for),
    VARIABLE("CONTENT_LENGTH", input.in.content_length),
    VARIABLE("CONTENT_TYPE", input.content_type),
    VARIABLE("HTTP_COOKIE", input.cookie),
    ENV_ONCE(struct variables, "HTTP_AUTHORIZATION", input.authorization),
    VARIABLE("HTTP_ORIGIN", input.origin),
    VARIABLE("HTTP_SEC_FETCH_SITE", input.fetch_site),
    VARIABLE("HTTP_ACCEPT_LANGUAGE", input.language),
    VARIABLE("HTTP_USER_AGENT", input.agent),
    VARIABLE("ROLLCALL_HTTPS", input.https_port),
    VARIABLE("ROLLCALL_MTLS", enforced),
    VARIABLE("HTTP_FORWARDED", forwarded),
    VARIABLE("HTTP_VIA", via),
    VARIABLE("HTTP_X_REAL_IP", real_ip),
};

static void read_variables(struct admin *a, char **envp, struct variables *v)
{
	struct page_input *in = &v->input;
	*v = (struct variables){.script = NULL};
	env_read(envp, variables, sizeof variables / sizeof *variables, v);
	in->in.path = v->info ? v->info : "";
	if (v->script && *v->script)
		in->in.path = arena_concat(&a->page.arena, v->script, in->in.path);
	for (char **p = envp; *p; p++) /* also when there were two, which say nothing */
		in->forwarded |= strncmp(*p, "HTTP_X_FORWARDED", 16) == 0;
	in->forwarded |= v->forwarded || v->via || v->real_ip;
}

/* False: it was answered. */
static bool read_body(struct admin *a, FCGX_Request *fcgi, struct page_input *in)
{
	long size = 0;
	const char *length = in->in.content_length;
	buf_reset(&a->body);
	if (!length || !*length)
		return true;
	if (!num_parse(length, 0, FORM_BODY, &size))
		reply_refuse(&a->reply, 413, "A form may be %d bytes long.", FORM_BODY);
	else if (!reply_read_body(fcgi->in, (size_t)size, &a->body))
		reply_refuse(&a->reply, 400, "The form broke off; nothing was changed.");
	else
		return true;
	return false;
}

static void take_reply(struct admin *a)
{
	struct page_reply *from = &a->page.reply;
	const struct buf headers = a->reply.headers, body = a->reply.body;
	a->reply.status = from->status;
	a->reply.type = from->type;
	a->reply.bare = true;
	/* Exchanged rather than copied: a list of all devices is large. */
	a->reply.headers = from->headers;
	a->reply.body = from->body;
	from->headers = headers;
	from->body = body;
}

/* All devices as JSON are 1 KB each: not for ever, and not twice. */
static void shrink(struct buf *b)
{
	if (b->room > KEEP)
		buf_free(b);
}

/* The port for mutual TLS is for devices; the second lock behind lighttpd's. */
static bool is_for_pages(struct admin *a, const struct variables *v)
{
	if (v->enforced)
		reply_refuse(&a->reply, 403, "There are no pages on this port.");
	return !v->enforced;
}

static void serve(void *state, FCGX_Request *fcgi)
{
	struct admin *a = state;
	struct variables v;
	reply_reset(&a->reply);
	read_variables(a, fcgi->envp, &v);
	if (is_for_pages(a, &v) && read_body(a, fcgi, &v.input)) {
		v.input.body = buf_text(&a->body);
		v.input.size = a->body.size;
		page_serve(&a->page, &v.input);
		take_reply(a);
	}
	const char *method = v.input.in.method;
	reply_send(&a->reply, method && strcmp(method, "HEAD") == 0, fcgi->out);
	page_end(&a->page);
	if (a->body.data) /* it may hold a password */
		explicit_bzero(a->body.data, a->body.room);
	shrink(&a->reply.body);
	shrink(&a->page.reply.body);
}

/* The first page after a start shall not be the one that reads the whole fleet. */
static void idle(void *state)
{
	struct admin *a = state;
	struct err e = {""};
	if (a->warm)
		return;
	a->warm = true;
	if (!a->site.store)
		a->site.store = desk_store(&a->server->home, &e);
	if (a->site.store)
		roster_refresh(a->site.roster, a->site.store, clock_now_ms(), 0, &e);
}

int admin_main(const struct proc_self *self, void *context)
{
	const struct server *server = context;
	struct admin a = {.server = server};
	char *folder = home_path(&server->home, server->config->times_dir);
	close(server->signer_fd);
	setpriority(PRIO_PROCESS, 0, NICE);
	a.site = (struct page_site){
	    .home = &server->home,
	    .pki = server->pki,
	    .config = server->config,
	    .board = server->board,
	    .bases = server->options.bases,
	    .nbases = server->options.nbases,
	    .render = server->render,
	    .throttle = server->throttle,
	    .roster = roster_new(),
	    .snippets = snipdir_new(folder, false),
	    .md5 = md5_new(),
	};
	free(folder);
	a.page.site = &a.site;

	const struct worker_pool pool = {
	    .listen_fd = server->admin_fd, .serve = serve, .idle = idle, .state = &a};
	int status = worker_run(self, &pool);

	page_free(&a.page);
	store_close(a.site.store);
	roster_free(a.site.roster);
	snipdir_free(a.site.snippets);
	delivered_free(a.site.delivered);
	fleet_sum_free(a.site.fleet);
	md5_free(a.site.md5);
	reply_free(&a.reply);
	buf_free(&a.body);
	return status;
}
