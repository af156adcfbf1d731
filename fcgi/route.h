/* SPDX-License-Identifier: ISC */
/*
 * Which endpoint a request is for. One table (route.c) has a row per endpoint and method, with every
 * fact of it. Only the path that the web server has decoded counts, never the URL as it was sent.
 */
#ifndef FCGI_ROUTE_H
#define FCGI_ROUTE_H

#include <stddef.h>

struct exchange;

struct route {
	const char *path;   /* below the base path: "update.php"; with a slash: the whole path */
	const char *method; /* "GET" stands for HEAD, too */
	int body;           /* the longest, bytes */
	void (*handle)(struct exchange *x);
};

struct route_result {
	const struct route *route; /* NULL: see status */
	int status;                /* 200, 404, 405, 413 */
	const char *allow;         /* with 405: what would be right, "GET, HEAD, PUT" */
};

/* What is looked for, as the web server hands it over; texts may be NULL. */
struct route_query {
	const char *const *bases; /* base paths: "/update", "" */
	size_t nbases;
	const char *path;   /* "/update/update.php" */
	const char *method; /* "GET" */
	const char *length; /* CONTENT_LENGTH; NULL or "": no body */
};

void route_find(const struct route_query *q, struct route_result *out);

#endif
