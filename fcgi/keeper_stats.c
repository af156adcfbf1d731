/* SPDX-License-Identifier: ISC */
/*
 * Writes statistics (desk/stats.h): a row of the server each quarter of an hour, those of devices when their day is over.
 * What could not be written in time is made up for. A month that is over is
 * closed: nobody may write its files any more, and what is to become of them (statistics/@copy, @mail) is noted for
 * the process that may wait for others (forward_stats.c).
 */
#include "fcgi/keeper_jobs.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "desk/stats.h"
#include "fcgi/forward_stats.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SUBJECT "statistics"
#define LOOK_MS 2000
#define RETRY_MS 30000
/* Seconds behind the end of a quarter of an hour: what was counted in it is in the store then. */
#define LATE 2
#define MADE_UP_DAYS 400 /* what was counted longer ago has no row any more */
#define FOLDER_MODE 0755
#define RUNNING_MODE 0644 /* of a file that is added to … */
#define OVER_MODE 0444    /* … and of one that is not */
#define AT_ONCE (64 << 10)

static bool busy(void *context)
{
	const struct keeper *k = context;
	proc_busy(k->self); /* a large fleet takes its time */
	return true;
}

/* Open for reading, in a snapshot of its own. NULL: e says why. */
static bool source_of(struct keeper *k, struct stats_source *s, struct err *e)
{
	*s = (struct stats_source){.home = &k->server->home,
	    .config = k->server->config,
	    .board = k->server->board,
	    .store = memory_store(&k->memory, e),
	    .now = (int64_t)time(NULL),
	    .go_on = busy,
	    .context = k};
	return s->store != NULL;
}

/* ---- adding to a file ---- */

/* A file that rows are added to: all of them, or it is as it was. */
struct adding {
	char *path;
	int fd;
	off_t before; /* its size */
	char separator;
	struct err *e; /* of what is added to it */
};

/* Where its last whole line ends: a row that was cut off by a crash goes. */
static off_t whole_size(int fd, off_t size)
{
	char bytes[AT_ONCE];
	off_t from = size > (off_t)sizeof bytes ? size - (off_t)sizeof bytes : 0;
	ssize_t n = pread(fd, bytes, sizeof bytes, from);
	const char *end = n > 0 ? memrchr(bytes, '\n', (size_t)n) : NULL;
	return end ? from + (end - bytes) + 1 : 0;
}

/* Its own, as long as it has one. */
static char separator_in(int fd, char usual)
{
	char head[16];
	ssize_t n = pread(fd, head, sizeof head, 0);
	char own = n > 0 ? stats_separator(head, (size_t)n) : '\0';
	return own ? own : usual;
}

static bool cut(struct adding *f, off_t size, struct err *e)
{
	return ftruncate(f->fd, size) == 0 || err_sys(e, "%s cannot be written", f->path);
}

static int open_to_add(const char *path)
{
	int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int fd = open(path, flags, RUNNING_MODE);
	if (fd < 0 && errno == EACCES && chmod(path, RUNNING_MODE) == 0)
		fd = open(
		    path, flags, RUNNING_MODE); /* the clock was ahead, and its month was over */
	return fd;
}

/* `place`: where rows are to begin; -1: at its end. */
static bool begin(const struct stats_source *s, int month, enum stats_kind kind, off_t place,
    struct adding *f, struct err *e)
{
	struct stat st;
	*f = (struct adding){.path = stats_path(s->home, s->config, month, kind), .e = e};
	f->fd = open_to_add(f->path);
	if (f->fd < 0 || fstat(f->fd, &st) != 0 || fchmod(f->fd, RUNNING_MODE) != 0)
		return err_sys(e, "%s cannot be written", f->path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s is no file", f->path);
	f->before = whole_size(f->fd, st.st_size);
	if (place >= 0 && place < f->before)
		f->before = place;
	f->separator = f->before ? separator_in(f->fd, '\0') : stats_usual_separator(s->config);
	if (!f->separator)
		return err_set(e, "%s is no file of statistics: move it away", f->path);
	return f->before == st.st_size || cut(f, f->before, e);
}

static bool add(void *context, const char *bytes, size_t size)
{
	const struct adding *f = context;
	return file_write_fd(f->fd, bytes, size) || err_sys(f->e, "%s cannot be written", f->path);
}

static bool add_head(struct adding *f, enum stats_kind kind)
{
	struct buf head = {0};
	bool ok = true;
	if (!f->before) {
		stats_head(&head, kind, f->separator);
		ok = add(f, head.data, head.size);
	}
	buf_free(&head);
	return ok;
}

/* Returns `ok`, or false when it cannot be put on the disk. */
static bool end(struct adding *f, bool ok, struct err *e)
{
	if (ok && fsync(f->fd) != 0)
		ok = err_sys(e, "%s cannot be written", f->path);
	if (!ok && f->fd >= 0 && ftruncate(f->fd, f->before) != 0)
		log_warn(SUBJECT, "%s has half a row: %s", f->path, strerror(errno));
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	return ok;
}

/* ---- the server ---- */

/* The last quarter of an hour that has a row. */
static bool read_written(const struct stats_source *s, int64_t *written, struct err *e)
{
	for (int back = 0; back < 2 && !*written; back++) {
		char *path =
		    stats_path(s->home, s->config, stats_month(s->now) - back, STATS_SERVER);
		bool ok = stats_last(path, written, e);
		free(path);
		if (!ok)
			return false;
	}
	return true;
}

/* Of one month. Where nothing was counted there is no file either. */
static bool write_quarters(const struct stats_source *s, struct stats_quarters *q, struct err *e)
{
	struct adding f;
	struct buf rows = {0};
	q->separator = stats_usual_separator(s->config);
	bool ok = stats_add_quarters(s, q, &rows, e);
	if (ok && rows.size) {
		ok = begin(s, stats_month(q->from), STATS_SERVER, -1, &f, e);
		if (ok && f.separator != q->separator) {
			q->separator = f.separator;
			buf_reset(&rows);
			ok = stats_add_quarters(s, q, &rows, e);
		}
		ok = end(&f, ok && add_head(&f, STATS_SERVER) && add(&f, rows.data, rows.size), e);
	}
	buf_free(&rows);
	return ok;
}

static int64_t first_quarter(const struct stats_source *s, int64_t written, int64_t until)
{
	int64_t least = until - (int64_t)MADE_UP_DAYS * DATE_DAY;
	int64_t from = written ? written + STATS_QUARTER : stats_month_begins(stats_month(s->now));
	from = from < least ? least : from;
	return from - from % STATS_QUARTER;
}

/* Rows of what is not written yet, month by month. *written follows. */
static bool write_server(const struct stats_source *s, int64_t *written, struct err *e)
{
	struct stats_gauges gauges;
	int64_t until = s->now - s->now % STATS_QUARTER;
	if (*written > until) /* the clock was ahead */
		*written = until - STATS_QUARTER;
	int64_t from = first_quarter(s, *written, until);
	if (from >= until)
		return true;
	if (!stats_gauge(s, &gauges, e))
		return false;
	while (from < until) {
		int64_t ends = stats_month_begins(stats_month(from) + 1);
		struct stats_quarters q = {.from = from, .until = ends < until ? ends : until};
		q.last = q.until == until && BOARD_GET(s->board->started) < until;
		q.gauges = q.last ? &gauges : NULL;
		if (!write_quarters(s, &q, e))
			return false;
		from = q.until;
		*written = from - STATS_QUARTER;
	}
	return true;
}

/* ---- devices ---- */

/* The rows of a day that is over, and what the next one begins with. */
static bool write_rows(
    const struct stats_source *s, const struct stats_day *day, struct buf *next, struct err *e)
{
	struct adding f;
	bool ok = begin(s, stats_month(day->day), STATS_DEVICES, (off_t)day->place, &f, e) &&
		  add_head(&f, STATS_DEVICES);
	const struct stats_devices d = {
	    .day = day, .separator = f.separator, .take = add, .context = &f, .next = next};
	return end(&f, ok && stats_devices(s, &d, e), e);
}

static int64_t size_of(const struct stats_source *s, int month)
{
	struct stat st;
	char *path = stats_path(s->home, s->config, month, STATS_DEVICES);
	int64_t size = stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
	free(path);
	return size;
}

/* A day that has not come yet is one of a clock that was ahead: then what was counted is of today. */
static bool write_devices(const struct stats_source *s, struct err *e)
{
	struct stats_day day, today = {.day = s->now - s->now % DATE_DAY};
	struct buf next = {0};
	if (!stats_day(s->home, &day, e))
		return false;
	if (day.day == today.day)
		return true;
	const struct stats_devices only_next = {.day = &today, .next = &next};
	bool rows = day.day && day.day < today.day;
	bool ok = rows ? write_rows(s, &day, &next, e) : stats_devices(s, &only_next, e);
	today.place = size_of(s, stats_month(today.day));
	ok = ok && stats_next_day(s->home, &today, &next, e);
	buf_free(&next);
	return ok;
}

/* ---- months that are over ---- */

/* What is to become of it is noted first: it is closed once. */
static bool close_file(const struct stats_source *s, int folder, const char *name, struct err *e)
{
	struct stat st;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) ||
	    !(st.st_mode & 0222))
		return true;
	if (!stats_to_send(s->home, s->config, name, e))
		return false;
	return fchmodat(folder, name, OVER_MODE, 0) == 0 ||
	       err_sys(e, "%s cannot be made read-only", name);
}

static bool look_after_file(
    const struct stats_source *s, int folder, const char *name, struct err *e)
{
	enum stats_kind kind;
	int month, running = stats_month(s->now);
	if (!stats_file_parse(name, &month, &kind) || month >= running)
		return true;
	if (month < running - s->config->statistics_keep)
		return unlinkat(folder, name, 0) == 0 || err_sys(e, "%s cannot be removed", name);
	return close_file(s, folder, name, e);
}

static bool look_after_files(const struct stats_source *s, struct err *e)
{
	char *path = stats_folder(s->home, s->config);
	DIR *dir = opendir(path);
	bool ok = dir || err_sys(e, "%s cannot be read", path);
	for (const struct dirent *entry; ok && dir && (entry = readdir(dir));)
		ok = look_after_file(s, dirfd(dir), entry->d_name, e);
	if (dir)
		closedir(dir);
	free(path);
	return ok;
}

/* ---- the job ---- */

static bool make_folder(const struct stats_source *s, struct err *e)
{
	char *path = stats_folder(s->home, s->config);
	bool ok = file_mkdirs(path, FOLDER_MODE, e);
	free(path);
	return ok;
}

/* Everything that is due. */
static bool write_all(struct keeper *k, int64_t *next, struct err *e)
{
	static int64_t written; /* of the one keeper that there is */
	static bool known;
	struct stats_source s;
	bool ok =
	    source_of(k, &s, e) && make_folder(&s, e) && (known || read_written(&s, &written, e));
	known |= ok;
	*next = s.now - s.now % STATS_QUARTER + STATS_QUARTER + LATE;
	return ok && write_server(&s, &written, e) && write_devices(&s, e) &&
	       look_after_files(&s, e);
}

/* Somebody may set the clock: the time of day is looked at again and again. */
static bool is_due(int64_t next, int64_t now)
{
	return now >= next || now < next - STATS_QUARTER - LATE;
}

int64_t keeper_stats(struct keeper *k)
{
	static int64_t next; /* when there is something to do, by the time of day */
	static bool said;
	struct err e = {""};
	if (!stats_are_on(k->server->config))
		return KEEPER_NEVER;
	if (!k->begun || !is_due(next, (int64_t)time(NULL)))
		return LOOK_MS;
	bool ok = write_all(k, &next, &e);
	if (!ok)
		next = 0;
	if (!ok && !said)
		log_warn(SUBJECT, "they cannot be written now: %s", e.text);
	else if (ok && said)
		log_info(SUBJECT, "can be written again");
	said = !ok;
	return ok ? LOOK_MS : RETRY_MS;
}
