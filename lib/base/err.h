/* SPDX-License-Identifier: ISC */
/*
 * Why something failed, as a sentence for a person: what is wrong, what would be right.
 * Functions that can fail return false and fill the `struct err` they were given.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

struct err {
	char text[512];
};

/* Always returns false, so that `return err_set(e, …);` reads well. `e` may be NULL. */
bool err_set(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, followed by ": " and strerror(errno). */
bool err_sys(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
