/* SPDX-License-Identifier: ISC */
/*
 * The plan, a line each:
 *
 *   aside NAME        the folder for what was there before
 *   put FROM TAB TO   new/FROM becomes HOME/TO
 *   away NAME         HOME/NAME goes aside
 *
 * Each step can be done again: what is not in new/ any more is in its place already.
 */
#include "home/swap.h"

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLAN_MOST 65536 /* bytes */
#define ASIDE "aside "
#define PUT "put "
#define AWAY "away "
#define DEPTH 64
#define GONE "restore.gone" /* being removed */

/* ---- the plan ---- */

void swap_plan(struct buf *plan, const struct home *h, time_t now)
{
	char stamp[32], path[PATH_MAX];
	struct tm tm;
	struct stat st;
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	buf_addf(plan, ASIDE SWAP_ASIDE "%s", stamp);
	size_t size = plan->size;
	for (int n = 2; n < 1000; n++) {
		snprintf(path, sizeof path, "%s/%s", h->dir, plan->data + strlen(ASIDE));
		if (lstat(path, &st) != 0)
			break;
		plan->size = size;
		buf_addf(plan, "-%d", n);
	}
	buf_addc(plan, '\n');
}

void swap_plan_put(struct buf *plan, const char *from, const char *to)
{
	buf_addf(plan, PUT "%s\t%s\n", from, to);
}

void swap_plan_away(struct buf *plan, const char *name)
{
	buf_addf(plan, AWAY "%s\n", name);
}

const char *swap_aside(const struct buf *plan, char *name, size_t size)
{
	const char *text = buf_text(plan);
	text += text_starts(text, ASIDE) ? strlen(ASIDE) : strlen(text);
	snprintf(name, size, "%.*s", (int)strcspn(text, "\n"), text);
	return name;
}

/* ---- folders ---- */

struct swap {
	int home, begun; /* open folders */
	char aside[NAME_MAX + 1];
};

static bool is_there(int folder, const char *name)
{
	struct stat st;
	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Those above `name`. */
static bool make_parents(int folder, const char *name, struct err *e)
{
	char path[PATH_MAX];
	/* What was put aside may have lain where nobody else could read it. */
	mode_t mode = text_starts(name, SWAP_ASIDE) ? 0700 : 0750;
	snprintf(path, sizeof path, "%s", name);
	for (char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdirat(folder, path, mode) != 0 && errno != EEXIST)
			return err_sys(e, "the folder %s cannot be made", path);
		*p = '/';
	}
	return true;
}

static bool sync_parent(int folder, const char *name, struct err *e)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "./%s", name);
	*strrchr(path, '/') = '\0';
	int fd = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok || err_sys(e, "the folder of %s cannot be synchronised", name);
}

static bool move(int from, const char *old, int to, const char *name, struct err *e)
{
	if (!make_parents(to, name, e))
		return false;
	if (renameat(from, old, to, name) != 0)
		return err_sys(e, "%s cannot be renamed to %s", old, name);
	return sync_parent(to, name, e) && sync_parent(from, old, e);
}

/* With all that is in it. */
static bool remove_all(int folder, const char *name, int depth)
{
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return true;
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir && fd >= 0)
		close(fd);
	bool ok = dir && depth < DEPTH;
	if (ok) /* a folder that was read-only is one of ours */
		ok = fchmod(fd, 0700) == 0;
	for (const struct dirent *one; ok && (one = readdir(dir));)
		ok = strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0 ||
		     remove_all(fd, one->d_name, depth + 1);
	if (dir)
		closedir(dir);
	return ok && unlinkat(folder, name, AT_REMOVEDIR) == 0;
}

/* ---- the steps ---- */

/* An empty folder is nothing to keep. What came back there meanwhile does not replace what went aside before. */
static bool step_aside(const struct swap *s, const char *name, struct err *e)
{
	char to[PATH_MAX];
	if (!is_there(s->home, name) || unlinkat(s->home, name, AT_REMOVEDIR) == 0)
		return true;
	snprintf(to, sizeof to, "%s/%s", s->aside, name);
	for (int n = 2; is_there(s->home, to) && n < 1000; n++)
		snprintf(to, sizeof to, "%s/%s.%d", s->aside, name, n);
	return move(s->home, name, s->home, to, e);
}

static bool step_put(const struct swap *s, const char *from, const char *to, struct err *e)
{
	char new[PATH_MAX];
	snprintf(new, sizeof new, SWAP_NEW "/%s", from);
	if (!is_there(s->begun, new))
		return true;
	return step_aside(s, to, e) && move(s->begun, new, s->home, to, e);
}

static bool step(struct swap *s, char *line, struct err *e)
{
	char *tab = strchr(line, '\t');
	if (text_starts(line, ASIDE) && strlen(line + strlen(ASIDE)) < sizeof s->aside) {
		snprintf(s->aside, sizeof s->aside, "%s", line + strlen(ASIDE));
		return true;
	}
	if (text_starts(line, AWAY) && *s->aside)
		return step_aside(s, line + strlen(AWAY), e);
	if (!text_starts(line, PUT) || !tab || !*s->aside)
		return err_set(e, "the plan in " SWAP_BEGUN " is not one");
	*tab = '\0';
	return step_put(s, line + strlen(PUT), tab + 1, e);
}

static bool carry_out(struct swap *s, struct err *e)
{
	struct buf plan = {0};
	char *rest = NULL;
	bool ok = file_read(s->begun, SWAP_PLAN, PLAN_MOST, &plan, e);
	buf_addc(&plan, '\0');
	for (char *line = strtok_r(plan.data, "\n", &rest); ok && line;
	     line = strtok_r(NULL, "\n", &rest))
		ok = step(s, line, e);
	buf_free(&plan);
	return ok;
}

/* ---- for others ---- */

static int open_home(const struct home *h, struct err *e)
{
	int fd = open(h->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err_sys(e, "%s cannot be opened", h->dir);
	return fd;
}

static bool is_in_home(const struct home *h, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	snprintf(path, sizeof path, "%s/%s", h->dir, name);
	return lstat(path, &st) == 0;
}

bool swap_is_prepared(const struct home *h)
{
	return is_in_home(h, SWAP_PREPARED);
}

bool swap_is_begun(const struct home *h)
{
	return is_in_home(h, SWAP_BEGUN);
}

/* Two may come to finish it at once: the second one waits, and finds it done. */
static bool finish(struct swap *s, struct err *e)
{
	struct stat mine, there;
	if (flock(s->begun, LOCK_EX) != 0 || fstat(s->begun, &mine) != 0)
		return err_sys(e, SWAP_BEGUN " cannot be locked");
	if (fstatat(s->home, SWAP_BEGUN, &there, AT_SYMLINK_NOFOLLOW) != 0 ||
	    there.st_ino != mine.st_ino)
		return true;
	if (!carry_out(s, e))
		return false;
	/* At once: a plan without its folder, or the other way round, could not be carried out again. */
	bool ok = remove_all(s->home, GONE, 0) &&
		  renameat(s->home, SWAP_BEGUN, s->home, GONE) == 0 && fsync(s->home) == 0;
	if (!ok)
		return err_sys(e, SWAP_BEGUN " cannot be removed");
	remove_all(s->home, GONE, 0); /* or the next one does */
	return true;
}

bool swap_finish(const struct home *h, struct err *e)
{
	struct swap s = {.begun = -1};
	struct err why = {""};
	if (!swap_is_begun(h))
		return true;
	s.home = open_home(h, &why);
	if (s.home >= 0)
		s.begun =
		    openat(s.home, SWAP_BEGUN, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool gone = s.home >= 0 && s.begun < 0 && errno == ENOENT;
	if (s.begun < 0 && !gone && !*why.text)
		err_sys(&why, SWAP_BEGUN " cannot be opened");
	bool ok = gone || (s.begun >= 0 && finish(&s, &why));
	if (s.begun >= 0)
		close(s.begun);
	if (s.home >= 0)
		close(s.home);
	return ok ||
	       err_set(e, "%s is being restored from a backup, and that cannot be finished: %s",
		   h->dir, why.text);
}

bool swap_begin(const struct home *h, struct err *e)
{
	int home = open_home(h, e);
	bool ok = home >= 0 && (is_there(home, SWAP_PREPARED "/" SWAP_PLAN) ||
				   err_set(e, "%s/" SWAP_PREPARED " is not complete", h->dir));
	if (ok && renameat(home, SWAP_PREPARED, home, SWAP_BEGUN) != 0)
		ok = err_sys(e, "%s/" SWAP_PREPARED " cannot be renamed", h->dir);
	if (ok && fsync(home) != 0)
		ok = err_sys(e, "%s cannot be synchronised", h->dir);
	if (home >= 0)
		close(home);
	return ok && swap_finish(h, e);
}

void swap_refuse(const struct home *h, const struct err *why)
{
	char path[PATH_MAX];
	struct err e;
	snprintf(path, sizeof path, "%s/" SWAP_PREPARED "/" SWAP_REFUSED, h->dir);
	if (!file_write(path, why->text, strlen(why->text), 0600, &e))
		log_warn("restore", "%s", e.text);
}

bool swap_is_refused(const struct home *h, struct err *why)
{
	char path[PATH_MAX];
	struct buf text = {0};
	snprintf(path, sizeof path, "%s/" SWAP_PREPARED "/" SWAP_REFUSED, h->dir);
	bool is = file_read(AT_FDCWD, path, sizeof why->text, &text, NULL);
	if (is)
		err_set(why, "%s", buf_text(&text));
	buf_free(&text);
	return is;
}

/* First under another name: who begins it at this moment takes all of it, or nothing. */
bool swap_drop(const struct home *h, struct err *e)
{
	int home = open_home(h, e);
	if (home < 0)
		return false;
	bool had = remove_all(home, GONE, 0) && renameat(home, SWAP_PREPARED, home, GONE) == 0;
	bool none = !had && errno == ENOENT && !swap_is_begun(h);
	bool ok = none || (had && remove_all(home, GONE, 0)) ||
		  err_sys(e, "%s/" SWAP_PREPARED " cannot be removed", h->dir);
	close(home);
	return ok;
}
