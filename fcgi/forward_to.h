/* SPDX-License-Identifier: ISC */
/* Where news of alarms go: a row for each kind of target (alarms/forward/@to). */
#ifndef FCGI_FORWARD_TO_H
#define FCGI_FORWARD_TO_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/conf.h"
#include "core/forward.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORWARD_AT_ONCE 100 /* news in one mail, at most */

/*
 * Passes on the first of `n` news, or as many as this kind of target takes at once; *taken is how many that were. False:
 * none of them; e says why.
 */
bool forward_to(struct arena *a, const struct conf_forward *target, const struct news *news,
    size_t n, int leave_fd, size_t *taken, struct err *e);

/* A mail, for others that send one: the head with nothing behind it, and how it goes. */
void forward_mail_head(struct buf *out, const char *from, const char *to, const char *subject);
bool forward_mail(const char *letter, size_t size, int leave_fd, struct err *e);

/* For how long it is told nothing after that, so that what comes meanwhile is told at once. */
int64_t forward_rest_ms(const struct conf_forward *target);

#endif
