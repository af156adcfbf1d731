/* SPDX-License-Identifier: ISC */
/* The configuration backups of a device. They hold secrets: only who may act may read them. */
#include "pages/page_device.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/num.h"
#include "pages/pages.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#define BACKUP_MOST \
	((size_t)LIMIT_BODY * 2) /* what is stored has CRLF where it may have come with LF */

static void add_file(struct device_page *v, const struct backups_file *f)
{
	struct doc *d = v->doc;
	doc_open(d, "backup");
	doc_attr(d, "file", f->name);
	doc_number(d, "number", f->number);
	doc_time(d, "stored", f->stored);
	doc_number(d, "size", (int64_t)f->size);
	device_url(v, "url", "device/backup", "file", f->name, NULL);
	doc_close(d);
}

/* Newest first. */
void device_add_backups(struct device_page *v)
{
	size_t more = v->nbackups > DEVICE_BACKUPS ? v->nbackups - DEVICE_BACKUPS : 0;
	doc_open(v->doc, "backups");
	doc_flag(v->doc, "on", v->backup_dir);
	doc_flag(v->doc, "nameless", !*v->state.device.hwid);
	doc_attr(v->doc, "problem", v->backup_fail);
	if (more)
		doc_number(v->doc, "more", (int64_t)more);
	for (size_t i = v->nbackups; i-- > more;)
		add_file(v, &v->backups[i]);
	doc_close(v->doc);
}

const struct backups_file *device_backup_find(struct device_page *v, const char *number)
{
	long wanted;
	if (!num_parse(number, 0, LONG_MAX - 1, &wanted)) {
		page_fail(v->p, 400, "Which backup? Its number is missing, or it is none.");
		return NULL;
	}
	for (size_t i = 0; i < v->nbackups; i++) {
		if (v->backups[i].number == wanted)
			return &v->backups[i];
	}
	page_fail(v->p, 404, "There is no backup %ld of this device (any more).", wanted);
	return NULL;
}

/* ---- one alone ---- */

static bool is_listed(const struct device_page *v, const char *name)
{
	for (size_t i = 0; i < v->nbackups; i++) {
		if (strcmp(v->backups[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool read_file(struct device_page *v, const char *name, struct err *e)
{
	size_t size;
	int fd = backups_open(v->backup_dir, v->state.device.hwid, name, &size, e);
	bool ok = fd >= 0 && file_read_fd(fd, name, BACKUP_MOST, &v->p->reply.body, e);
	if (fd >= 0)
		close(fd);
	return ok;
}

void page_device_backup(struct page *p)
{
	struct device_page v;
	struct err e = {""};
	const char *name = page_value(p, "file");
	if (!device_page_read(p, &v))
		return;
	if (!is_listed(&v, name))
		page_fail(p, 404, "There is no backup of that name of this device (any more).");
	else if (!read_file(&v, name, &e))
		page_fail(p, 404, "This backup cannot be read: %s.", e.text);
	else
		page_download(p, "text/plain; charset=utf-8", name);
}
