/* SPDX-License-Identifier: ISC */
/* Moments as text for people and programs, always UTC. A time that no calendar has is "?". */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#define DATE_DAY 86400 /* seconds */
#define DATE_SIZE 40   /* room for each of them */

/* All return `text`; `seconds` since 1970. */
const char *date_day(int64_t seconds, char text[DATE_SIZE]);    /* 2026-03-01 */
const char *date_minute(int64_t seconds, char text[DATE_SIZE]); /* 2026-03-01 12:00 UTC */
const char *date_second(int64_t seconds, char text[DATE_SIZE]); /* 2026-03-01T12:00:00Z */

/* When a day begins, written as date_day() does, from 1970 on. False: there is no such day; *seconds stays. */
bool date_parse_day(const char *text, int64_t *seconds);
/* A moment, written as date_second() does, from 1970 on. False: there is no such moment; *seconds stays. */
bool date_parse_second(const char *text, int64_t *seconds);

#endif
