/* SPDX-License-Identifier: ISC */
/*
 * What a poll changes in what is remembered of its device (spec §11). Pure: the decision goes in,
 * changes come out (change.h).
 */
#ifndef CORE_TRACK_H
#define CORE_TRACK_H

#include "base/buf.h"
#include "core/plan.h"

#include <stdint.h>

enum track {
	TRACK_NOTHING,  /* it was no poll of a device: arguments are missing */
	TRACK_SIGHTED,  /* nothing but that the device was seen: that may be written late */
	TRACK_PROMISED, /* `list` must be on disk before the reply leaves */
};

/* Adds the changes to `list`: none, but with TRACK_PROMISED. Only for a plan with in->device. */
enum track track_poll(const struct plan_input *in, const struct plan *p, struct buf *list);

/* A device that sent something before it ever polled, as it is to be made. */
void track_stranger(struct device *d, const char *sn, int64_t now);

#endif
