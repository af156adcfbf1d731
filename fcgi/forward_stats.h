/* SPDX-License-Identifier: ISC */
/*
 * What becomes of the statistics of a month that is over (statistics/@copy, @mail). That it is to be done stands in
 * files, until it was done: HOME/data/statistics/2026-03-server.csv.mail
 */
#ifndef FCGI_FORWARD_STATS_H
#define FCGI_FORWARD_STATS_H

#include "base/err.h"
#include "core/conf.h"
#include "home/home.h"

#include <stdbool.h>

/* Notes that the file of this name is to be copied and mailed, as far as that is configured. */
bool stats_to_send(const struct home *h, const struct config *c, const char *name, struct err *e);

#endif
