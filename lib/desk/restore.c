/* SPDX-License-Identifier: ISC */
#include "desk/restore.h"

#include "base/date.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "core/change.h"
#include "core/findings.h"
#include "desk/apart.h"
#include "desk/restore_parts.h"
#include "home/swap.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAID_MOST 65536

void restore_say(struct restoring *r, bool finding, const char *format, ...)
{
	va_list args;
	r->facts->finding |= finding;
	if (r->facts->said.size > SAID_MOST)
		return;
	va_start(args, format);
	buf_addv(&r->facts->said, format, args);
	va_end(args);
	buf_addc(&r->facts->said, '\n');
}

bool restore_go_on(const struct restoring *r)
{
	return !r->w->go_on || r->w->go_on(r->w->context) || err_set(r->e, "it was given up");
}

int restore_lock(const struct home *h, struct err *e)
{
	int fd = open(h->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	err_sys(e, "%s cannot be locked (does another restore or import run?)", h->dir);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---- what goes where ---- */

static bool stat_in_home(const struct restoring *r, const char *name, struct stat *st)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", r->w->home->dir, name);
	return lstat(path, st) == 0;
}

/* Nothing can be renamed to there: it, or a folder above it, is a file system of its own. */
static bool is_mounted(struct restoring *r, const char *name)
{
	struct stat home, st;
	char *path = arena_strdup(&r->arena, name);
	if (!stat_in_home(r, ".", &home))
		return false;
	for (;;) {
		if (stat_in_home(r, path, &st) && st.st_dev != home.st_dev)
			return true;
		char *slash = strrchr(path, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
}

static bool has_any(const struct restoring *r, const char *name)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", r->w->home->dir, name);
	DIR *dir = opendir(path);
	bool any = !dir && errno != ENOENT;
	for (const struct dirent *one; dir && !any && (one = readdir(dir));)
		any = strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0;
	if (dir)
		closedir(dir);
	return any;
}

static void place_one(struct restoring *r, size_t i)
{
	const struct archive_part *p = &r->head.parts.list[i];
	r->places[i].to = p->name;
	if (p->kind == ARCHIVE_LOGS && has_any(r, p->name)) {
		r->places[i].skip = true;
		restore_say(r, false, "%s stays in the backup: there are logs here", p->name);
	} else if (path_is_in(p->name, ARCHIVE_OUTSIDE)) {
		restore_say(r, true,
		    "%s lay outside the home: it comes to %s/%s, copy it to where it belongs",
		    p->path ? p->path : p->name, r->w->home->dir, p->name);
	} else if (is_mounted(r, p->name)) {
		r->places[i].to = arena_concat(&r->arena, ARCHIVE_OUTSIDE "/", p->name);
		restore_say(r, true,
		    "%s/%s is a file system of its own: it comes to %s/%s, copy it to where it belongs%s",
		    r->w->home->dir, p->name, r->w->home->dir, r->places[i].to,
		    p->kind == ARCHIVE_STORE ? " (rollcall repair --from)" : "");
	}
}

static bool take_head(struct restoring *r)
{
	const struct archive_head *h = &r->head;
	r->facts->made = h->made;
	memcpy(r->facts->version, h->version, sizeof h->version);
	memcpy(r->facts->host, h->host, sizeof h->host);
	r->facts->keys = (h->kinds & ARCHIVE_KEYS) != 0;
	r->facts->passwords = (h->kinds & ARCHIVE_PASSWORDS) != 0;
	for (size_t i = 0; i < h->parts.count; i++) {
		r->facts->store |= h->parts.list[i].kind == ARCHIVE_STORE;
		place_one(r, i);
	}
	return true;
}

/* ---- is it good? ---- */

static bool is_new(const struct restoring *r, const char *name)
{
	struct stat st;
	return fstatat(r->into, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Of what was unpacked. */
static const char *new_path(struct restoring *r, const char *name)
{
	return arena_concat(&r->arena, r->w->home->dir, "/" SWAP_PREPARED "/" SWAP_NEW "/", name);
}

/* False: `why` says what is wrong with it. */
static bool compiles(struct restoring *r, const char *name, struct err *why)
{
	struct buf bytes = {0};
	struct findings f = {0};
	struct config *config = NULL;
	if (file_read(r->into, name, LIMIT_CONFIG, &bytes, why))
		config = home_compile(name, &bytes, &f);
	for (size_t i = 0; !config && i < f.count; i++) {
		if (f.list[i].kind == FINDING_ERROR) {
			err_set(why, "%s:%u: %s", name, f.list[i].line, f.list[i].text);
			break;
		}
	}
	bool ok = config != NULL;
	conf_free(config);
	findings_free(&f);
	buf_free(&bytes);
	return ok;
}

/* A server starts with the last good configuration when the other one has a mistake; without any, it makes one. */
static bool check_configuration(struct restoring *r)
{
	struct err why = {""}, unused;
	if (!is_new(r, ARCHIVE_CONFIG_NAME) && !is_new(r, ARCHIVE_GOOD_NAME))
		return true;
	if (is_new(r, ARCHIVE_CONFIG_NAME) && compiles(r, ARCHIVE_CONFIG_NAME, &why))
		return true;
	if (!is_new(r, ARCHIVE_CONFIG_NAME))
		err_set(&why, ARCHIVE_CONFIG_NAME " is missing");
	if (!is_new(r, ARCHIVE_GOOD_NAME) || !compiles(r, ARCHIVE_GOOD_NAME, &unused))
		return err_set(
		    r->e, "the configuration in the backup cannot be used: %s", why.text);
	restore_say(
	    r, true, "%s: the one before it is in force, as when the backup was made", why.text);
	return true;
}

static void check_ca(struct restoring *r)
{
	if (is_new(r, "ca/ca.pem") && !is_new(r, "ca/ca.key"))
		restore_say(r, true,
		    "ca/ca.key is not in the backup: until it is brought to %s/ca nothing can be signed",
		    r->w->home->dir);
}

struct store_work {
	const char *dir;
	const struct restore_wish *w;
	const char *text; /* for the audit */
};

/* Whoever signed out or lost his rights since the backup must not come back with it: all sign in again. */
static bool work_on_store(const void *context, struct err *e)
{
	const struct store_work *k = context;
	struct buf list = {0};
	enum store_outcome outcome = STORE_AGAIN;
	if (!apart_verify(k->dir, e))
		return false;
	change_sessions_trim(&list, INT64_MAX);
	change_audit(&list, "", k->w->now, "restore", k->w->who, k->text);
	struct store *s = store_open(k->dir, STORE_WRITE, STORE_MAP_MB, e);
	while (s && outcome == STORE_AGAIN && store_write(s, e)) {
		store_apply(s, list.data, list.size);
		outcome = store_commit(s, e);
	}
	store_close(s);
	buf_free(&list);
	return s && outcome == STORE_DONE;
}

static bool check_store(struct restoring *r)
{
	char made[DATE_SIZE];
	struct err why = {""};
	struct store_info info;
	struct store_work work = {new_path(r, ARCHIVE_STORE_NAME), r->w,
	    arena_printf(&r->arena, "from a backup of %s of %s", r->head.host,
		date_second(r->head.made, made))};
	if (!r->facts->store)
		return true;
	struct store *s =
	    apart(work_on_store, &work, &why) ? store_open(work.dir, STORE_READ, 0, &why) : NULL;
	if (!s)
		return err_set(r->e, "the store in the backup cannot be used: %s", why.text);
	bool ok = store_begin(s, r->e);
	if (ok) {
		store_info(s, &info);
		r->facts->devices = info.devices;
		ok = store_end(s, r->e);
	}
	store_close(s);
	return ok;
}

/* ---- the plan ---- */

static bool write_plan(struct restoring *r)
{
	struct buf plan = {0};
	swap_plan(&plan, r->w->home, (time_t)r->w->now);
	swap_aside(&plan, r->facts->aside, sizeof r->facts->aside);
	for (size_t i = 0; i < r->head.parts.count; i++) {
		const struct archive_part *p = &r->head.parts.list[i];
		if (r->places[i].skip || !is_new(r, p->name))
			continue;
		swap_plan_put(&plan, p->name, r->places[i].to);
		if (p->kind == ARCHIVE_STORE && strcmp(p->name, r->places[i].to) == 0)
			swap_plan_away(&plan, ARCHIVE_STORE_NAME STORE_BESIDE_COPY);
	}
	const char *path =
	    arena_concat(&r->arena, r->w->home->dir, "/" SWAP_PREPARED "/" SWAP_PLAN);
	bool ok =
	    syncfs(r->into) == 0 || err_sys(r->e, "what is restored cannot be kept on the disk");
	ok = ok && file_write(path, plan.data, plan.size, 0600, r->e);
	buf_free(&plan);
	return ok;
}

/* ---- for others ---- */

static bool open_place(struct restoring *r)
{
	const char *dir = arena_concat(&r->arena, r->w->home->dir, "/" SWAP_PREPARED);
	const char *path = new_path(r, "");
	if (mkdir(dir, 0700) != 0 || mkdir(path, 0700) != 0)
		return err_sys(r->e, "%s cannot be made", dir);
	r->into = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return r->into >= 0 || err_sys(r->e, "%s cannot be opened", path);
}

static bool prepare(struct restoring *r, int fd)
{
	if (!open_place(r) || !restore_unpack(r, fd, take_head) || !restore_keep(r) ||
	    !check_configuration(r) || !check_store(r))
		return false;
	check_ca(r);
	return write_plan(r);
}

bool restore_prepare(const struct restore_wish *w, int fd, struct restore_facts *f, struct err *e)
{
	struct restoring *r = mem_alloc(sizeof *r);
	*r = (struct restoring){.w = w, .facts = f, .into = -1, .e = e};
	*f = (struct restore_facts){0};
	bool ok = swap_finish(w->home, e) && swap_drop(w->home, e) && prepare(r, fd);
	if (r->into >= 0)
		close(r->into);
	if (!ok)
		restore_drop(w->home);
	arena_free(&r->arena);
	free(r);
	return ok;
}

void restore_drop(const struct home *h)
{
	struct err e = {""};
	if (!swap_drop(h, &e))
		log_warn("restore", "%s", e.text);
}

bool restore_here(const struct home *h, struct err *e)
{
	bool ok = swap_begin(h, e);
	if (!ok && !swap_is_begun(h))
		restore_drop(h);
	return ok;
}
