/* SPDX-License-Identifier: ISC */
/*
 * What a poll changes in what is remembered of its device (spec §11). Pure: the decision goes in,
 * changes come out (change.h).
 */
#ifndef CORE_TRACK_H
#define CORE_TRACK_H

#include "base/buf.h"
#include "core/plan.h"

#include <stdbool.h>

/*
 * Adds the changes to `list`. False: it is a sighting, nothing but that the device was seen; that may
 * be written late. True: the reply must not leave before the list is on disk. Only for a plan with
 * in->device. What is not a poll of a device (arguments are missing) changes nothing: false, and the
 * list stays empty; *sighted says whether the device is to be noted as seen.
 */
bool track_poll(const struct plan_input *in, const struct plan *p, struct buf *list, bool *sighted);

/* A device that sent something before it ever polled, as it is to be made. */
void track_stranger(struct device *d, const char *sn, int64_t now);

#endif
