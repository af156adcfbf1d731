/* SPDX-License-Identifier: ISC */
#include "base/log.h"

#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *program = "rollcall";
static int file_fd = -1;
static int to_stderr = 1;
static enum log_level level_least = LOG_LEVEL_INFO;

static const char *const names[] = {"debug", "info", "warn", "fatal", "panic"};

void log_init(const char *name)
{
	program = name;
}

void log_stderr(int on)
{
	to_stderr = on;
}

void log_set_level(enum log_level least)
{
	level_least = least < LOG_LEVEL_WARN ? least : LOG_LEVEL_WARN;
}

int log_set_level_named(const char *word)
{
	for (enum log_level l = LOG_LEVEL_DEBUG; l <= LOG_LEVEL_WARN; l++) {
		if (!text_same(names[l], word))
			continue;
		log_set_level(l);
		return 1;
	}
	return 0;
}

int log_says(enum log_level level)
{
	return level >= level_least;
}

int log_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	if (fd < 0)
		return 0;
	if (file_fd >= 0)
		close(file_fd);
	file_fd = fd;
	return 1;
}

static void write_all(int fd, const char *line, size_t n)
{
	while (n) {
		ssize_t did = write(fd, line, n);
		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return; /* nobody is left to tell */
		line += did;
		n -= (size_t)did;
	}
}

static void say(enum log_level level, const char *subject, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void say(enum log_level level, const char *subject, const char *format, va_list args)
{
	char text[LIMIT_LOG_LINE], line[LIMIT_LOG_LINE];
	int number = errno;
	time_t now = time(NULL);
	struct tm tm;

	if (!log_says(level))
		return;
	gmtime_r(&now, &tm);
	size_t used = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%SZ", &tm);
	used += (size_t)snprintf(line + used, sizeof line - used, " %.32s[%d] %s: ", program,
	    (int)getpid(), names[level]);
	vsnprintf(text, sizeof text, format, args);
	used += text_clean(line + used, LIMIT_LOG_SUBJECT, subject, strlen(subject));
	used += text_clean(line + used, 3, ": ", 2);
	used += text_clean(line + used, sizeof line - used - 1, text, strlen(text));
	line[used++] = '\n';
	if (to_stderr)
		write_all(STDERR_FILENO, line, used);
	if (file_fd >= 0)
		write_all(file_fd, line, used);
	errno = number;
}

#define LOG_AS(level)                      \
	va_list args;                      \
	va_start(args, format);            \
	say(level, subject, format, args); \
	va_end(args)

void log_debug(const char *subject, const char *format, ...)
{
	LOG_AS(LOG_LEVEL_DEBUG);
}

void log_info(const char *subject, const char *format, ...)
{
	LOG_AS(LOG_LEVEL_INFO);
}

void log_warn(const char *subject, const char *format, ...)
{
	LOG_AS(LOG_LEVEL_WARN);
}

void log_fatal(const char *subject, const char *format, ...)
{
	LOG_AS(LOG_LEVEL_FATAL);
}

void log_panic(const char *subject, const char *format, ...)
{
	LOG_AS(LOG_LEVEL_PANIC);
	abort();
}
