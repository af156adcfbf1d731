/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/web_logs.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_long(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > LIMIT_WEB_LOG;
}

static const char *name_of(struct arena *a, const char *path, int n)
{
	return n ? arena_printf(a, "%s.%d", path, n) : path;
}

/* Oldest first; the last one is overwritten. */
static bool rotate(struct arena *a, const char *path, struct err *e)
{
	for (int n = LIMIT_WEB_LOG_KEEP; n > 0; n--) {
		if (rename(name_of(a, path, n - 1), name_of(a, path, n)) != 0 && errno != ENOENT)
			return err_sys(e, "%s cannot be rotated", name_of(a, path, n - 1));
	}
	return true;
}

bool web_logs_rotate(const struct home *h, struct err *said)
{
	const char *const logs[] = {h->web_log, h->access_log};
	struct arena a = {0};
	struct err e = {""};
	bool any = false;
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
		any |= is_long(logs[i]) && rotate(&a, logs[i], &e);
	if (*e.text && strcmp(e.text, said->text) != 0)
		log_warn("lighttpd", "%s; it grows on", e.text);
	*said = e;
	arena_free(&a);
	return any;
}
