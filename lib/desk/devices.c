/* SPDX-License-Identifier: ISC */
/*
 * Devices: reading one, counting some as seen, forgetting some, and removing a backup. Many at once go to the
 * writer in lists of at most BATCH: each is done as a whole or not at all.
 */
#include "core/cert_answer.h"
#include "core/change.h"
#include "core/req.h"
#include "desk/desk.h"
#include "home/backups.h"
#include "home/certdir.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH 100 /* devices; their changes take a small part of LIMIT_POST */

/* ---- reading ---- */

void desk_take_answer(struct store *s, struct arena *a, struct device *d)
{
	struct store_answer answer;
	const char *problem;
	if (!d->cert_at && store_answer(s, a, d->sn, CERT_QUERY, &answer))
		cert_answer_take(a, d, answer.xml, answer.size, answer.received, &problem);
}

const struct device *desk_device(struct store *s, struct arena *a, const char *sn, struct err *e)
{
	struct device *d = arena_alloc(a, sizeof *d);
	if (!store_begin(s, e))
		return NULL;
	bool known = store_device(s, a, arena_strdup(a, sn), d);
	if (known) {
		store_seen(s, d);
		desk_take_answer(s, a, d);
	}
	return store_end(s, e) && known ? d : NULL;
}

/* ---- several at once ---- */

struct batch {
	const struct desk *desk;
	const char *const *sns; /* that are known, sorted as they came */
	size_t count;
};

/* Those that the store knows, in the arena. */
static bool known_of(const struct desk *k, struct store *s, struct arena *a, const char *const *sns,
    size_t count, struct batch *out, struct err *e)
{
	const char **list = arena_calloc(a, count + 1, sizeof *list);
	struct device d;
	*out = (struct batch){.desk = k, .sns = list};
	if (!store_begin(s, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (store_device(s, a, sns[i], &d))
			list[out->count++] = sns[i];
	}
	return store_end(s, e);
}

/* The store is closed again before anything is changed, unless it was open before. */
static bool find_known(const struct desk *k, struct arena *a, const char *const *sns, size_t count,
    struct batch *out, struct err *e)
{
	struct store *s = k->store ? k->store : desk_store(k->home, e);
	bool ok = s && known_of(k, s, a, sns, count, out, e);
	if (!k->store && s)
		store_close(s);
	return ok;
}

/* How far it went. */
static bool stopped(const struct batch *b, size_t done, const char *why, struct err *e)
{
	if (b->count == 1)
		return err_set(e, "%s: nothing was changed: %s", b->sns[0], why);
	if (!done)
		return err_set(e, "nothing was changed: %s", why);
	return err_set(e, "%zu of %zu devices were changed, then: %s", done, b->count, why);
}

static size_t end_of(const struct batch *b, size_t from)
{
	return b->count - from < BATCH ? b->count : from + BATCH;
}

/* ---- touch ---- */

static bool touch(const struct batch *b, size_t from, size_t to, struct err *e)
{
	const struct desk *k = b->desk;
	struct buf list = {0};
	for (size_t i = from; i < to; i++) {
		change_touch(&list, b->sns[i], k->now);
		change_audit(&list, b->sns[i], k->now, "device touch", k->who, "it counts as seen");
	}
	bool ok = desk_apply(k->home, &list, e);
	buf_free(&list);
	return ok;
}

bool desk_touch(const struct desk *k, const char *const *sns, size_t count, struct err *e)
{
	struct arena a = {0};
	struct batch b;
	struct err why = {""};
	bool ok = find_known(k, &a, sns, count, &b, e);
	for (size_t i = 0; ok && i < b.count; i = end_of(&b, i))
		ok = touch(&b, i, end_of(&b, i), &why) || stopped(&b, i, why.text, e);
	arena_free(&a);
	return ok;
}

/* ---- forget ---- */

/* With entries in the audit; on a full disk also without, because forgetting is what makes room. */
static bool forget(const struct batch *b, size_t from, size_t to, struct err *why, struct err *e)
{
	const struct desk *k = b->desk;
	struct buf list = {0};
	for (size_t i = from; i < to; i++)
		change_forget(&list, b->sns[i], CHANGE_ALWAYS);
	size_t alone = list.size;
	for (size_t i = from; i < to; i++)
		change_audit(&list, b->sns[i], k->now, "device forget", k->who,
		    "all that was known of it is forgotten");
	bool ok = desk_apply(k->home, &list, why);
	if (!ok) {
		list.size = alone;
		ok = desk_apply(k->home, &list, NULL);
		if (ok)
			err_set(e, "%s%s: the audit has no entry of this: %s", b->sns[from],
			    to - from > 1 ? " and others" : "", why->text);
	}
	buf_free(&list);
	return ok;
}

/* The files of its signing request: another device may have its name one day. */
static bool remove_files(const struct desk *k, const char *sn, struct err *e)
{
	struct err why = {""};
	if (!*k->config->customcerts_dir)
		return true;
	int lock = certdir_lock(k->home, sn, &why);
	bool ok = lock >= 0 && certdir_remove(k->home, k->config, sn, &why);
	if (lock >= 0)
		close(lock);
	return ok || err_set(e, "%s: it is forgotten, but the files of its request stay: %s", sn,
			 why.text);
}

bool desk_forget(const struct desk *k, const char *const *sns, size_t count, struct err *e)
{
	struct arena a = {0};
	struct batch b;
	struct err why = {""};
	bool ok = find_known(k, &a, sns, count, &b, e), removed = true;
	for (size_t i = 0; ok && i < b.count; i = end_of(&b, i)) {
		size_t to = end_of(&b, i);
		ok = forget(&b, i, to, &why, e) || stopped(&b, i, why.text, e);
		for (size_t n = i; ok && n < to; n++)
			removed = remove_files(k, b.sns[n], e) && removed;
	}
	arena_free(&a);
	return ok && removed;
}

/* ---- a backup ---- */

struct drop {
	const struct desk *desk;
	const char *sn, *hwid, *file;
	struct arena arena;
	const struct device *device; /* NULL: it is not known */
	char *dir;
};

static bool is_there(struct drop *x, struct err *e)
{
	struct backups_file *list;
	size_t count;
	if (!backups_list(&x->arena, x->dir, x->hwid, &list, &count, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].name, x->file) == 0)
			return true;
	}
	return err_set(e, "there is no such backup of %s (any more)", x->hwid);
}

/* The newest one but this. */
static struct backups_file next_newest(struct drop *x)
{
	struct backups_file *list, newest = {.name = ""};
	size_t count;
	if (backups_list(&x->arena, x->dir, x->hwid, &list, &count, NULL)) {
		for (size_t i = 0; i < count; i++) {
			if (strcmp(list[i].name, x->file) != 0)
				newest = list[i];
		}
	}
	return newest;
}

/* Whoever finds the file gone finds who removed it. */
static bool remember_drop(struct drop *x, struct err *e)
{
	const struct desk *k = x->desk;
	struct buf list = {0};
	if (x->device && strcmp(x->device->backup, x->file) == 0) {
		struct backups_file newest = next_newest(x);
		struct device now = *x->device;
		now.backup = newest.name;
		now.backup_at = newest.stored;
		change_device(&list, x->sn, x->device, &now);
	}
	change_audit(&list, x->sn, k->now, "backup drop", k->who,
	    arena_concat(&x->arena, "the backup ", x->file, " was removed"));
	bool ok = desk_apply(k->home, &list, e);
	buf_free(&list);
	return ok;
}

static bool read_device(struct drop *x, struct err *e)
{
	const struct desk *k = x->desk;
	struct err why = {""};
	struct store *s = k->store ? k->store : desk_store(k->home, e);
	x->device = s ? desk_device(s, &x->arena, x->sn, &why) : NULL;
	if (!k->store && s)
		store_close(s);
	return s && (!*why.text || err_set(e, "%s", why.text));
}

/* With several of one hardware id, only one whose backups these are. */
static bool is_its_own(const struct drop *x, struct err *e)
{
	return !x->device || strcmp(x->device->hwid, x->hwid) == 0 ||
	       err_set(e, "these are backups of %s, not of %s", x->hwid, x->device->hwid);
}

bool desk_backup_drop(
    const struct desk *k, const char *sn, const char *hwid, const char *file, struct err *e)
{
	struct drop x = {.desk = k, .sn = sn, .hwid = hwid, .file = file};
	struct err why = {""};
	bool ok = *k->config->backup_dir != '\0';
	if (ok)
		x.dir = home_path(k->home, k->config->backup_dir);
	else
		err_set(&why, "backup/@dir is not set: no backups are kept");
	ok = ok && req_is_serial(sn) && read_device(&x, &why) && is_its_own(&x, &why) &&
	     is_there(&x, &why) && remember_drop(&x, &why) && backups_drop(x.dir, hwid, file, &why);
	free(x.dir);
	arena_free(&x.arena);
	return ok || err_set(e, "%s: %s was not removed: %s", sn, file, why.text);
}
