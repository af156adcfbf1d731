/* SPDX-License-Identifier: ISC */
#include "fcgi/update.h"

#include "fcgi/endpoints.h"
#include "fcgi/route.h"
#include "fcgi/worker.h"
#include "proc/clock.h"

#include <stdlib.h>
#include <string.h>

static const char *env(const struct exchange *x, const char *name)
{
	return FCGX_GetParam(name, x->fcgi->envp);
}

/* NULL when it came more than once: X_Forwarded_For and X-Forwarded-For have the same name here. */
static const char *env_once(const struct exchange *x, const char *name)
{
	size_t n = strlen(name);
	const char *found = NULL;
	for (char **p = x->fcgi->envp; *p; p++) {
		if (strncmp(*p, name, n) != 0 || (*p)[n] != '=')
			continue;
		if (found)
			return NULL;
		found = *p + n + 1;
	}
	return found;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void read_request(struct exchange *x)
{
	const char *script = or_empty(env(x, "SCRIPT_NAME")), *info = or_empty(env(x, "PATH_INFO"));
	struct req_input in = {
	    .method = env(x, "REQUEST_METHOD"),
	    .path = *script ? arena_printf(&x->arena, "%s%s", script, info) : info,
	    .query = env(x, "QUERY_STRING"),
	    .host = env(x, "HTTP_HOST"),
	    .https = env(x, "HTTPS"),
	    .port = env(x, "SERVER_PORT"),
	    .peer = env(x, "REMOTE_ADDR"),
	    .forwarded_for = env_once(x, "HTTP_X_FORWARDED_FOR"),
	    .content_length = env(x, "CONTENT_LENGTH"),
	};
	req_parse(&x->arena, &in, x->server->config, &x->request);
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

static void serve(void *state, FCGX_Request *fcgi)
{
	struct exchange *x = state;
	struct route_result found;
	x->fcgi = fcgi;
	arena_reset(&x->arena);
	reply_reset(&x->reply);
	read_request(x);
	const struct route_query q = {
	    .bases = x->server->options.bases,
	    .nbases = x->server->options.nbases,
	    .path = x->request.path,
	    .method = env(x, "REQUEST_METHOD"),
	    .length = env(x, "CONTENT_LENGTH"),
	};
	route_find(&q, &found);
	if (found.route)
		found.route->handle(x);
	else
		refuse_route(x, &found);
	reply_send(&x->reply, x->request.method == METHOD_HEAD, fcgi->out);
}

int update_main(const struct proc_self *self, void *context)
{
	const struct server *server = context;
	struct exchange x = {.server = server};
	char *folder = home_path(&server->home, server->config->times_dir);
	x.snippets = snipdir_new(folder);
	free(folder);
	x.md5 = md5_new();
	snipdir_refresh(x.snippets, clock_now_ms()); /* so that the first poll need not wait */

	const struct worker_pool pool = {
	    .listen_fd = server->listen_fd, .serve = serve, .state = &x};
	int status = worker_run(self, &pool);

	md5_free(x.md5);
	snipdir_free(x.snippets);
	arena_free(&x.arena);
	buf_free(&x.reply.headers);
	buf_free(&x.reply.body);
	return status;
}
