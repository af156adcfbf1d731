/* SPDX-License-Identifier: ISC */
/*
 * The page of one device, for its parts only (page_device*.c): what is known is read once, and each part adds
 * its element to the document.
 */
#ifndef PAGES_PAGE_DEVICE_H
#define PAGES_PAGE_DEVICE_H

#include "desk/csr_case.h"
#include "home/backups.h"
#include "pages/page.h"
#include "view/state.h"

#define DEVICE_BACKUPS 200 /* that a page lists, the newest ones */

struct device_page {
	struct page *p;
	struct doc *doc;
	struct state state; /* of one that is not known its serial number only */
	bool known;         /* else only files of its request are here */
	struct master master;
	struct fleet_judge judge;
	struct desk desk;
	const struct snippets *snippets;
	/* Its backups, by number. */
	const char *backup_dir;  /* NULL: none are kept */
	const char *backup_fail; /* NULL, or why they cannot be read */
	struct backups_file *backups;
	size_t nbackups;
	const struct csr_case *csr; /* NULL: certificates are not looked after */
	/* What was tried at the panel of the certificate. */
	const char *tried;   /* "import", "approve", "clear"; NULL: nothing */
	const char *refused; /* why not */
	const char *said;    /* warnings, a line each */
	const char *pasted;  /* what was refused, as it came; NULL: nothing was */
};

/* Reads all that a page about the device needs that `sn` names. False: page_fail() or so was called. */
bool device_page_read(struct page *p, struct device_page *v);
/* Shows the page of the device. */
void device_page_show(struct device_page *v);
/* The page that says that there is no such device. */
void device_page_unknown(struct page *p, const char *sn);

/* Adds ATTRIBUTE="…", a URL below BASE/admin/; names and values as page_url() has them, `sn` first. */
#define device_url(v, attribute, path, ...) \
	doc_attr(                           \
	    (v)->doc, attribute, page_url((v)->p, path, "sn", (v)->state.device.sn, __VA_ARGS__))

void device_add_head(struct device_page *v);    /* page_device_head.c */
void device_add_preview(struct device_page *v); /* page_device_plan.c */
bool device_add_alarms(
    struct device_page *v); /* page_device_alarms.c; false: page_fail() was called */
void device_add_line(struct device_page *v);    /* page_device_line.c */
void device_add_kept(struct device_page *v);    /* page_device_kept.c: snippets, answers */
void device_add_backups(struct device_page *v); /* page_device_backups.c */
void device_add_certs(struct device_page *v);   /* page_device_certs.c */

/* page_device_backups.c: the one of that number. NULL: page_fail() was called. */
const struct backups_file *device_backup_find(struct device_page *v, const char *number);

/*
 * page_device_acts.c: asks once more before something is destroyed. The form is sent to `path` with the same
 * `action`, and with the argument NAME as it came (NULL: there is none).
 */
void device_ask(struct device_page *v, const char *path, const char *action, const char *name);

#endif
