/* SPDX-License-Identifier: ISC */
#include "fcgi/route.h"

#include "base/limits.h"
#include "base/num.h"
#include "fcgi/endpoints.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NO_BODY 0

static const struct route routes[] = {
    {"update.php", "GET", NO_BODY, ep_poll},
    {"update.php", "PUT", LIMIT_BODY, ep_put},
    {"/healthz", "GET", NO_BODY, ep_health},
    {"/status", "GET", NO_BODY, ep_moved},
    {"/status.php", "GET", NO_BODY, ep_moved},
    {"/status.xml", "GET", NO_BODY, ep_moved},
    {"/metrics", "GET", NO_BODY, ep_moved},
};
#define NROUTES (sizeof routes / sizeof *routes)

/* What stands after "BASE/"; NULL: the path is not below that base. */
static const char *below(const char *path, const char *base)
{
	size_t n = strlen(base);
	return strncmp(path, base, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

static bool is_path(const struct route *r, const struct route_query *q)
{
	if (*r->path == '/')
		return q->path && strcmp(q->path, r->path) == 0;
	for (size_t i = 0; q->path && i < q->nbases; i++) {
		const char *rest = below(q->path, q->bases[i]);
		if (rest && strcmp(rest, r->path) == 0)
			return true;
	}
	return false;
}

static bool is_method(const struct route *r, const char *method)
{
	if (method && strcmp(method, "HEAD") == 0)
		method = "GET";
	return method && strcmp(method, r->method) == 0;
}

/* A length that is no number is too long, too. */
static bool fits(const struct route *r, const char *length)
{
	long n = 0;
	if (!length || !*length)
		return true;
	return num_parse(length, 0, LONG_MAX, &n) && n <= r->body;
}

static void allow(char *list, size_t size, const struct route *r)
{
	size_t used = strlen(list);
	snprintf(list + used, size - used, "%s%s%s", used ? ", " : "", r->method,
	    strcmp(r->method, "GET") == 0 ? ", HEAD" : "");
}

void route_find(const struct route_query *q, struct route_result *out)
{
	static char allowed[64];
	*out = (struct route_result){.status = 404};
	allowed[0] = '\0';
	for (size_t i = 0; i < NROUTES; i++) {
		if (!is_path(&routes[i], q))
			continue;
		out->status = 405;
		out->allow = allowed;
		allow(allowed, sizeof allowed, &routes[i]);
		if (!is_method(&routes[i], q->method))
			continue;
		bool ok = fits(&routes[i], q->length);
		*out = (struct route_result){ok ? &routes[i] : NULL, ok ? 200 : 413, NULL};
		return;
	}
}
