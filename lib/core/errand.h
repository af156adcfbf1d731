/* SPDX-License-Identifier: ISC */
/*
 * The command file of a platform (platform.md, "The platform's own backup"): what it says, and what of it is due. Pure.
 *
 *   # of everything, each time that the file is fetched
 *   saveinnovaphonecfgs http://192.0.2.1/webdav/cfg-#i-#b10.tar.gz
 *   times day:1,2,3,4,5 hour:10,11
 *   saveinnovaphonelogs http://192.0.2.1/webdav/logs-#m-#d.tar.gz
 *
 * `times` is for the lines behind it, up to the next one: they are carried out only on these days (1 is Monday) and in
 * these hours (0 to 23, local time), and once in each of these hours. A day or hour that is not said is any. Lines that
 * are not understood are said, and change nothing else.
 *
 *   saveinnovaphonecfgs, saveconfig    configuration, devices and their backups: all that restores this server
 *   saveinnovaphonelogs, savelogs      logs
 *   saveinnovaphone-rollcallcfgs       the configuration alone
 *   saveinnovaphone-rollcalllogs       logs
 *   saveinnovaphone-rollcalldb, savedb devices and their backups alone
 *
 * In a URL: #i our IP address, #m our MAC address, #d 20260301-121500, #bNN the number of the backup, from 1 to NN and
 * then from 1 again.
 */
#ifndef CORE_ERRAND_H
#define CORE_ERRAND_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum errand_what { ERRAND_ALL, ERRAND_CONFIG, ERRAND_DEVICES, ERRAND_LOGS };

struct errand {
	const char *name; /* the command, as it is written */
	enum errand_what what;
	const char *url;
	bool timed;     /* there is a `times` before it: once an hour */
	uint8_t days;   /* bit 1: Monday … bit 7: Sunday */
	uint32_t hours; /* bits 0 to 23 */
};

struct errands {
	struct errand *list;
	size_t count;
	const char **said; /* "line 3: …" */
	size_t nsaid;
};

/* Arena. At most LIMIT_ERRANDS commands are taken. */
void errand_parse(struct arena *a, const char *text, size_t size, struct errands *out);

/* A number for what is wrong with the file, so that it is said once; 0: nothing. */
int64_t errand_said(const struct errands *e);

/* ---- when ---- */

/* What was done of a command; known by its name and URL. */
struct errand_done {
	const char *name, *url;
	int64_t hour; /* errand_hour() of the last time */
	long number;  /* that #bNN was then; 0: it has none */
};
struct errand_memory {
	int64_t fetched; /* when the file was fetched last; seconds since 1970 */
	int64_t said;    /* errand_said() of what was wrong with it then */
	struct errand_done *list;
	size_t count;
};

/* An hour of local time as a number; the next hour has a greater one. */
int64_t errand_hour(const struct tm *local);
/* `done` NULL: it never was. */
bool errand_is_due(const struct errand *e, const struct errand_done *done, const struct tm *local);
/* NULL: it never was. */
const struct errand_done *errand_find(const struct errand_memory *m, const struct errand *e);
/* It was done. Arena. */
void errand_note(
    struct arena *a, struct errand_memory *m, const struct errand *e, int64_t hour, long number);

/* Lines of text; what is not understood is left out. Of commands that are not in the file any more nothing stays. */
void errand_memory_read(struct arena *a, const char *text, size_t size, struct errand_memory *out);
void errand_memory_print(struct buf *out, const struct errand_memory *m, const struct errands *now);

/* ---- where to ---- */

struct errand_place {
	const char *ip, *mac, *date;
};
/* The number of the backup that comes next, 0 when the URL has no #bNN. */
long errand_number(const struct errand *e, const struct errand_done *done);
/* The URL with everything replaced. Arena. */
const char *errand_url(
    struct arena *a, const char *url, const struct errand_place *place, long number);

#endif
