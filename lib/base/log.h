/* SPDX-License-Identifier: ISC */
/*
 * The log: one line a message, on stderr and, when asked for, at the end of a file.
 *
 *     2026-03-01T12:00:00Z rollcalld[4711] warn: 00-90-33-30-00-af: phase "x" is not configured
 *
 * A message starts with its subject (a serial number, FILE:LINE, a process). Whatever a device sent
 * may stand in it: bytes that are not printable ASCII or UTF-8 are written as \xNN, so a message
 * can neither forge a second line nor speak to a terminal.
 *
 *   debug  what goes on; only when asked for
 *   info   something that an administrator may want to know; nothing is wrong
 *   warn   somebody else's mistake: a device, a browser, a file. The most that a request can cause
 *   fatal  the environment does not let this process go on; the supervisor tries again, throttled
 *   panic  a bug of ours; ends in abort() and a core file
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_FATAL,
	LOG_LEVEL_PANIC
};

/* `name` stands before the process id; it is not copied. */
void log_init(const char *name);
/* Also append to this file from now on; call again after a rotation. False: errno says why. */
int log_open(const char *path);
/* 0: not on stderr (the file alone). On by default. */
void log_stderr(int on);

/* Only what is at least so bad is said from now on; info at first. More than warn is always said. */
void log_set_level(enum log_level least);
/* Is anything of this level said? For what takes its time to find out. */
int log_says(enum log_level level);
/* "debug", "info", "warn". False: it is another word; nothing is changed. */
int log_set_level_named(const char *word);

void log_debug(const char *subject, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *subject, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const char *subject, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Returns; the caller ends the process. */
void log_fatal(const char *subject, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_panic(const char *subject, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

#endif
