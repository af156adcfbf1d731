/* SPDX-License-Identifier: ISC */
#include "home/traces.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "base/text.h"
#include "core/req.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define NAME "data/traces"
#define FILE_MOST (64 << 10)
#define MODE 0640

/* ---- the file ---- */

/* "SN UNTIL" */
static bool parse_line(char *line, struct traced *out)
{
	long until;
	char *blank = strchr(line, ' ');
	if (!blank)
		return false;
	*blank = '\0';
	if (!req_is_serial(line) || !num_parse(blank + 1, 1, LONG_MAX, &until))
		return false;
	snprintf(out->sn, sizeof out->sn, "%s", line);
	out->until = until;
	return true;
}

static void parse(struct traces *t, struct buf *text, int64_t now)
{
	const char *stop = text->data + text->size;
	for (char *line = text->data, *end; (end = memchr(line, '\n', (size_t)(stop - line)));
	     line = end + 1) {
		*end = '\0';
		if (t->count < TRACES_MOST && parse_line(line, &t->list[t->count]) &&
		    t->list[t->count].until > now)
			t->count++;
	}
}

bool traces_read(struct traces *t, const struct home *h, int64_t now, struct err *e)
{
	struct buf text = {0};
	char *path = home_path(h, NAME);
	t->count = 0;
	bool ok = access(path, F_OK) != 0 && errno == ENOENT;
	if (!ok && file_read(AT_FDCWD, path, FILE_MOST, &text, e)) {
		ok = true;
		if (text.size)
			parse(t, &text, now);
	}
	free(path);
	buf_free(&text);
	return ok;
}

static bool write_file(const struct traces *t, const struct home *h, struct err *e)
{
	struct buf text = {0};
	char *path = home_path(h, NAME);
	for (size_t i = 0; i < t->count; i++)
		buf_addf(&text, "%s %" PRId64 "\n", t->list[i].sn, t->list[i].until);
	bool ok = file_write(path, buf_text(&text), text.size, MODE, e);
	free(path);
	buf_free(&text);
	return ok;
}

/* ---- changing it ---- */

static size_t find(const struct traces *t, const char *sn)
{
	size_t i = 0;
	while (i < t->count && !text_same(t->list[i].sn, sn))
		i++;
	return i;
}

static bool set(struct traces *t, const char *sn, int64_t until, struct err *e)
{
	size_t i = find(t, sn);
	if (until && i == TRACES_MOST)
		return err_set(e,
		    "%d devices are traced already, more cannot be: end one with rollcall trace SN --off",
		    TRACES_MOST);
	if (!until && i == t->count)
		return true;
	if (until) {
		snprintf(t->list[i].sn, sizeof t->list[i].sn, "%s", sn);
		t->list[i].until = until;
		t->count += i == t->count;
		return true;
	}
	t->list[i] = t->list[--t->count];
	return true;
}

/* Two administrators at once: each change begins where the other ended. */
static int lock(const struct home *h, struct err *e)
{
	int fd = open(h->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_EX) != 0) {
		if (errno == EINTR)
			continue;
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		err_sys(e, "%s cannot be locked", h->data);
	return fd;
}

bool traces_set(
    const struct home *h, const char *sn, int64_t until, int64_t now, bool *was, struct err *e)
{
	struct traces t = {.count = 0};
	int fd = lock(h, e);
	if (fd < 0)
		return false;
	bool ok = traces_read(&t, h, now, e);
	if (ok && was)
		*was = find(&t, sn) < t.count;
	ok = ok && set(&t, sn, until, e) && write_file(&t, h, e);
	close(fd);
	return ok;
}

/* ---- looking at it ---- */

void traces_refresh(struct traces *t, const struct home *h, int64_t now_ms)
{
	if (t->looked_ms && now_ms - t->looked_ms < TRACES_LOOK_MS)
		return;
	t->looked_ms = now_ms;
	char *path = home_path(h, NAME);
	struct stamp now = stamp_at(path);
	free(path);
	if (stamp_same(&now, &t->seen))
		return;
	/* What cannot be read this time is tried again the next. */
	if (traces_read(t, h, (int64_t)time(NULL), NULL))
		t->seen = now;
}

bool traces_has(const struct traces *t, const char *sn, int64_t now)
{
	size_t i = find(t, sn);
	return i < t->count && t->list[i].until > now;
}

char *traces_file(const struct home *h, const char *sn)
{
	struct buf name = {0};
	buf_addf(&name, "log/trace-%s.log", sn);
	char *path = home_path(h, buf_text(&name));
	buf_free(&name);
	return path;
}
