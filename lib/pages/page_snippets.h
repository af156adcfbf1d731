/* SPDX-License-Identifier: ISC */
/*
 * What the pages of snippets need: for how many devices each file is, and when each was last delivered.
 */
#ifndef PAGES_PAGE_SNIPPETS_H
#define PAGES_PAGE_SNIPPETS_H

#include "base/arena.h"
#include "base/err.h"
#include "core/conf.h"
#include "core/snip_name.h"
#include "desk/check_files.h"
#include "store/store.h"
#include "view/doc.h"
#include "view/roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page;

/* ---- for whom (page_snippets_count.c) ---- */

struct snippet_use {
	struct snip_name name; /* filled by the caller */
	size_t devices;        /* it is for so many of the fleet, by snip_is_for() … */
	size_t now;            /* … of which so many are in its phase */
};
/* One pass over the fleet, however many files there are. */
void snippets_count(struct arena *a, const struct config *c, const struct roster *r,
    struct snippet_use *list, size_t count);

/* ---- when (page_snippets_delivered.c) ---- */

/*
 * When each file was last delivered to any device. The store has that by device, so all of them are looked at once;
 * afterwards only those that have changed. Lives as long as the process.
 */
struct delivered;
struct delivered *delivered_new(void) __attribute__((returns_nonnull));
void delivered_free(struct delivered *d);
/* Devices that one call looks at. */
#define DELIVERED_PART 100000
/*
 * Goes on looking, in snapshots of its own: no one may be open. False: the store cannot be read, `e` says why.
 */
bool delivered_refresh(struct delivered *d, struct store *s, const struct roster *r, struct err *e);
/* Was every device looked at? Else files may have been delivered later than is known. */
bool delivered_is_whole(const struct delivered *d);
/* 0: to no device. */
int64_t delivered_last(const struct delivered *d, const char *file);

/* ---- what both pages say of a file (page_snippets.c) ---- */

struct snippet_folder {
	const char *path;
	const struct snippets *all;
	struct check_files files; /* the catalogue, and what else lies there */
};
void snippets_look(struct page *p, struct snippet_folder *out);
/* A link is sent to devices, but its file is not shown. */
bool snippets_is_link(const struct snippet_folder *f, const char *name);
/* The fleet, with what was delivered to it looked at. NULL: page_fail() was called. */
struct roster *snippets_roster(struct page *p);

struct snippet_facts {
	const struct check_file *file;
	const struct snip_name *name;
	int64_t delivered; /* 0: never */
};
/* Adds them as attributes to the element that is open. */
void snippets_add_facts(struct page *p, const struct snippet_facts *facts);

#endif
