/* SPDX-License-Identifier: ISC */
#include "fcgi/forward_stats.h"

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "desk/stats.h"
#include "fcgi/forward_alarm.h"
#include "fcgi/forward_aside.h"
#include "fcgi/forward_to.h"
#include "fcgi/keeper_jobs.h"
#include "proc/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUBJECT "statistics"
#define FOLDER "statistics"
#define LOOK_MS 5000
#define BUSY_MS 250
#define SECONDS 600 /* to copy or mail a file */
#define FIRST_PAUSE_MS 60000
#define LAST_PAUSE_MS 3600000
#define COPY_MODE 0444
#define ATTACHED_MOST (10 << 20) /* a larger file stays where it is, and the mail says so */
#define BASE64_LINE 57           /* bytes that become a line of 76 letters */
#define BOUNDARY "----=_rollcall_statistics"

/* A file that something is to be done with. */
struct sending {
	struct keeper *keeper;
	char name[DATE_SIZE];
	char *path; /* of the file */
};

/* ---- copying ---- */

static bool copy_bytes(int from, int to)
{
	char bytes[64 << 10];
	ssize_t n;
	while ((n = read(from, bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0 && !file_write_fd(to, bytes, (size_t)n))
			return false;
	}
	return n == 0 && fchmod(to, COPY_MODE) == 0 && fsync(to) == 0;
}

static bool copy_to(int from, const char *path, struct err *e)
{
	struct buf other = {0};
	buf_addf(&other, "%s" FILE_TEMPORARY "XXXXXX", path);
	int to = mkostemp(other.data, O_CLOEXEC);
	bool ok = to >= 0 && copy_bytes(from, to) && rename(other.data, path) == 0;
	if (!ok)
		err_sys(e, "%s cannot be written", path);
	if (!ok && to >= 0)
		unlink(other.data);
	if (to >= 0)
		close(to);
	buf_free(&other);
	return ok;
}

/* A folder in the home is made; one elsewhere may be where nothing is mounted now. */
static bool copy_file(const struct sending *s, struct err *e)
{
	const struct server *server = s->keeper->server;
	const char *dir = server->config->statistics_copy;
	char *folder = home_path(&server->home, dir);
	struct buf path = {0};
	buf_addf(&path, "%s/%s", folder, s->name);
	bool ok = *dir == '/' || file_mkdirs(folder, 0755, e);
	int from = ok ? open(s->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (ok && from < 0)
		ok = err_sys(e, "%s cannot be read", s->path);
	ok = ok && copy_to(from, path.data, e);
	if (from >= 0)
		close(from);
	buf_free(&path);
	free(folder);
	return ok;
}

/* ---- mailing ---- */

static void add_base64(struct buf *out, const struct buf *bytes)
{
	for (size_t at = 0; at < bytes->size; at += BASE64_LINE) {
		size_t left = bytes->size - at;
		int n = EVP_EncodeBlock((unsigned char *)buf_want(out, BASE64_LINE * 4 / 3 + 4),
		    (const unsigned char *)bytes->data + at,
		    (int)(left < BASE64_LINE ? left : BASE64_LINE));
		buf_took(out, (size_t)n);
		buf_addc(out, '\n');
	}
}

static void add_letter(const struct sending *s, const struct buf *bytes, struct buf *out)
{
	struct buf subject = {0};
	buf_addf(&subject, "[rollcall] %s", s->name);
	forward_mail_head(out, "", s->keeper->server->config->statistics_mail, subject.data);
	buf_free(&subject);
	buf_adds(out, "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\n\n"
		      "--" BOUNDARY "\n"
		      "Content-Type: text/plain; charset=utf-8\n"
		      "Content-Transfer-Encoding: 8bit\n\n");
	buf_addf(out, "The statistics of a month that is over: %s\n", s->name);
	if (!bytes)
		buf_addf(
		    out, "The file is too large for a mail. It is %s on the server.\n", s->path);
	else {
		buf_addf(out,
		    "\n--" BOUNDARY "\nContent-Type: text/csv; charset=utf-8; name=\"%s\"\n"
		    "Content-Disposition: attachment; filename=\"%s\"\n"
		    "Content-Transfer-Encoding: base64\n\n",
		    s->name, s->name);
		add_base64(out, bytes);
	}
	buf_adds(out, "\n--" BOUNDARY "--\n");
}

static bool mail_file(const struct sending *s, struct err *e)
{
	struct buf bytes = {0}, letter = {0};
	struct stat st;
	bool large = stat(s->path, &st) == 0 && st.st_size > ATTACHED_MOST;
	bool ok = large || file_read(AT_FDCWD, s->path, ATTACHED_MOST, &bytes, e);
	if (ok) {
		add_letter(s, large ? NULL : &bytes, &letter);
		ok = forward_mail(letter.data, letter.size, s->keeper->self->leave_fd, e);
	}
	buf_free(&bytes);
	buf_free(&letter);
	return ok;
}

/* ---- the ways ---- */

static const struct way {
	const char *word; /* behind the name of a file that says what is to be done */
	const char *what; /* for people */
	size_t setting;   /* in struct config; empty: nothing is done */
	bool (*send)(const struct sending *s, struct err *e);
} ways[] = {
    {".copy", "copied", offsetof(struct config, statistics_copy), copy_file},
    {".mail", "mailed", offsetof(struct config, statistics_mail), mail_file},
};
#define WAYS (sizeof ways / sizeof *ways)

static const char *setting_of(const struct config *c, const struct way *w)
{
	return *(const char *const *)(const void *)((const char *)c + w->setting);
}

static char *notes_path(const struct home *h, const char *name, const char *word)
{
	struct buf path = {0};
	buf_addf(&path, "%s/" FOLDER "%s%s%s", h->data, *name ? "/" : "", name, word);
	return path.data;
}

bool stats_to_send(const struct home *h, const struct config *c, const char *name, struct err *e)
{
	char *folder = notes_path(h, "", "");
	bool ok = file_mkdirs(folder, 0700, e);
	for (size_t i = 0; ok && i < WAYS; i++) {
		if (!*setting_of(c, &ways[i]))
			continue;
		char *path = notes_path(h, name, ways[i].word);
		ok = file_write(path, "", 0, 0600, e);
		free(path);
	}
	free(folder);
	return ok;
}

/* ---- the job ---- */

/* What is being done, and when a way that failed is tried again. */
static struct {
	struct aside aside;
	struct sending sending;
	const struct way *way;
	struct {
		int64_t pause_ms, next_ms;
	} ways[WAYS];
} the;

/* The first thing that may be done now. False: there is none. */
static bool find_next(struct keeper *k)
{
	char *path = notes_path(&k->server->home, "", "");
	DIR *dir = opendir(path);
	bool found = false;
	int month;
	enum stats_kind kind;
	for (const struct dirent *entry; !found && dir && (entry = readdir(dir));) {
		for (size_t i = 0; !found && i < WAYS; i++) {
			if (!text_ends(entry->d_name, ways[i].word) ||
			    the.ways[i].next_ms > clock_now_ms())
				continue;
			size_t n = strlen(entry->d_name) - strlen(ways[i].word);
			snprintf(the.sending.name, sizeof the.sending.name, "%.*s", (int)n,
			    entry->d_name);
			the.way = &ways[i];
			found = stats_file_parse(the.sending.name, &month, &kind);
		}
	}
	if (dir)
		closedir(dir);
	free(path);
	return found;
}

static bool work(void *context, struct err *e)
{
	(void)context;
	return the.way->send(&the.sending, e);
}

/* It is done, or there is nothing to do any more. */
static void forget(const struct keeper *k)
{
	char *note = notes_path(&k->server->home, the.sending.name, the.way->word);
	if (unlink(note) != 0)
		log_warn(SUBJECT, "%s cannot be removed: %s", note, strerror(errno));
	free(note);
}

static void failed(struct keeper *k, const struct err *e)
{
	size_t i = (size_t)(the.way - ways);
	int64_t pause = the.ways[i].pause_ms ? 2 * the.ways[i].pause_ms : FIRST_PAUSE_MS;
	if (!the.ways[i].pause_ms)
		log_warn(
		    SUBJECT, "%s cannot be %s now: %s", the.sending.name, the.way->what, e->text);
	the.ways[i].pause_ms = pause < LAST_PAUSE_MS ? pause : LAST_PAUSE_MS;
	the.ways[i].next_ms = clock_now_ms() + the.ways[i].pause_ms;
	forward_alarm(k, FORWARD_ALARM_STATISTICS, "%s cannot be %s: %s", the.sending.name,
	    the.way->what, e->text);
}

static void done(struct keeper *k)
{
	log_info(SUBJECT, "%s was %s", the.sending.name, the.way->what);
	the.ways[the.way - ways].pause_ms = 0;
	forget(k);
	forward_alarm(k, FORWARD_ALARM_STATISTICS, NULL);
}

static bool is_there(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 || errno != ENOENT;
}

static void begin(struct keeper *k)
{
	struct err e;
	const struct config *c = k->server->config;
	struct buf path = {0};
	char *folder = stats_folder(&k->server->home, c);
	buf_addf(&path, "%s/%s", folder, the.sending.name);
	free(folder);
	free(the.sending.path);
	the.sending.path = path.data;
	the.sending.keeper = k;
	if (!*setting_of(c, the.way) || !is_there(path.data)) {
		forget(k);
		forward_alarm(k, FORWARD_ALARM_STATISTICS, NULL);
	} else if (!aside_begin(&the.aside, work, NULL, SECONDS, &e))
		failed(k, &e);
}

int64_t forward_stats(struct keeper *k)
{
	struct err e;
	switch (aside_look(&the.aside, &e)) {
	case ASIDE_BUSY:
		return BUSY_MS;
	case ASIDE_DONE:
		done(k);
		break;
	case ASIDE_FAILED:
		failed(k, &e);
		break;
	case ASIDE_NONE:
		break;
	}
	if (!stats_are_on(k->server->config) || !find_next(k))
		return LOOK_MS;
	begin(k);
	return BUSY_MS;
}
