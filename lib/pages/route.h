/* SPDX-License-Identifier: ISC */
/*
 * Which page an address is, and who may have it: one table (route.c), a row for each address and method.
 */
#ifndef PAGES_ROUTE_H
#define PAGES_ROUTE_H

#include "core/account.h"
#include "core/req.h"

#include <stdbool.h>
#include <stddef.h>

struct page;

struct page_route {
	const char
	    *path; /* below BASE/: "admin/devices"; a "*" at its end stands for a file name */
	enum method method;
	enum role role; /* the least; ROLE_NOBODY: everybody, signed in or not */
	bool checked;   /* the form must carry the token of the session */
	void (*handle)(struct page *p);
};

/* `*known`: there is such an address, with another method. NULL: there is no such row. */
const struct page_route *page_route_find(const char *path, enum method method, bool *known);
/* All of them, for the test of the table of roles. */
const struct page_route *page_routes(size_t *count);

#endif
