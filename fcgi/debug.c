/* SPDX-License-Identifier: ISC */
#include "fcgi/debug.h"

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MODE 0640

static void say_once(const char *path, const char *what)
{
	static bool said;
	if (!said)
		log_warn(path, "%s; nothing more is written to it", what);
	said = true;
}

static void append(const struct home *h, const char *name, const struct buf *text)
{
	struct stat st;
	char *path = home_path(h, name);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, MODE);
	if (fd < 0 || fstat(fd, &st) != 0)
		say_once(path, strerror(errno));
	else if (st.st_size + (off_t)text->size > DEBUG_MAX)
		say_once(path, "is full");
	else if (write(fd, buf_text(text), text->size) < 0)
		say_once(path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(path);
}

static void add_heading(struct buf *out, const char *subject)
{
	char when[32];
	time_t now = time(NULL);
	struct tm tm;
	gmtime_r(&now, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_addf(out, "==== %s %s\n", when, subject);
}

void debug_merge(const struct home *h, const struct config *c)
{
	struct err e;
	struct buf text = {0};
	char *path = home_path(h, "log/debug-merge.txt");
	conf_print(c, &text);
	if (!file_write(path, buf_text(&text), text.size, MODE, &e))
		log_warn("debugmerge", "%s", e.text);
	free(path);
	buf_free(&text);
}

void debug_script(const struct home *h, const char *subject, const struct buf *reply)
{
	struct buf text = {0};
	add_heading(&text, subject);
	buf_add(&text, buf_text(reply), reply->size);
	buf_addc(&text, '\n');
	append(h, "log/debug-script.txt", &text);
	buf_free(&text);
}

/*
 * What a client has put into its certificate stays within its variable: each further line of a value (PEM has
 * some) is set in.
 */
static void add_variable(struct buf *out, const char *text)
{
	for (bool first = true; first || *text; first = false) {
		size_t n = strcspn(text, "\n"), room = 4 * n + 1;
		if (!first)
			buf_adds(out, "    ");
		buf_took(out, text_clean(buf_want(out, room), room, text, n));
		buf_addc(out, '\n');
		text += n + (text[n] != '\0');
	}
}

void debug_certs(const struct home *h, const char *subject, char *const *env)
{
	struct buf text = {0};
	add_heading(&text, subject);
	for (; *env; env++)
		if (text_starts(*env, "SSL_") || text_starts(*env, "HTTPS="))
			add_variable(&text, *env);
	append(h, "log/debug-certs.txt", &text);
	buf_free(&text);
}
