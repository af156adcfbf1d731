/* SPDX-License-Identifier: ISC */
/*
 * The list of devices, for its parts only (page_devices*.c): what the address asks for, and what is found.
 * Everything that a list was asked for stands in its address, so it can be kept, sent to somebody, and asked for
 * again in another form.
 */
#ifndef PAGES_PAGE_DEVICES_H
#define PAGES_PAGE_DEVICES_H

#include "core/snip_name.h"
#include "pages/page.h"

#define DEVICES_MOST 200 /* on one page, and in one act */

/* Of the query, or of a form that carries them on. */
struct devices_args {
	const char *q;       /* a filter (core/filter.h) */
	const char *snippet; /* only devices that this file is for; "": all */
	const char *sort;    /* the shown name of a field; "": by serial number */
	bool reverse;
	size_t page, per; /* page: from 1 */
};

/* The sizes of a page that one may choose. */
extern const size_t devices_pers[], devices_npers;

struct devices_list {
	struct page *p;
	struct devices_args args;
	struct store *store;
	struct roster *roster;
	struct master master;
	struct fleet_judge judge;
	struct err wrong; /* "": nothing is wrong with the filter */
	struct snip_name snippet;
	struct roster_result found;
	int64_t until_ms; /* the filter may take */
	size_t pages;     /* at least 1 */
};

/* What does not make sense counts as not said. */
void devices_args_read(struct page *p, struct devices_args *out);
/* The field that it is sorted by; NULL: by serial number. */
const struct device_field *devices_args_field(const struct devices_args *args);
/* PATH?…, with what is not as usual. Arena. */
const char *devices_url(struct page *p, const char *path, const struct devices_args *args);
/* The same as children <ELEMENT name= value=>, for the hidden fields of a form. */
void devices_args_add(struct page *p, const struct devices_args *args, const char *element);

/*
 * Reads the arguments and finds the devices of that page (`all`: of all pages). One that is behind the last page
 * becomes that. False: page_fail() was called.
 */
bool devices_find(struct page *p, struct devices_list *l, bool all);

/* ---- rows (page_devices_rows.c) ---- */

/*
 * What a page shows of a device changes with its stamp, but also with time and with what the master device says:
 * a number that is another one when anything did. And one of the whole list, its numbers included.
 */
uint64_t devices_row_version(const struct devices_list *l, const struct roster_row *row);
uint64_t devices_version(const struct devices_list *l);
/* Adds <row> for those that changed after `since`. False: page_fail() was called. */
bool devices_add_rows(struct devices_list *l, uint64_t since);

#endif
