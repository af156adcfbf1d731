/* SPDX-License-Identifier: ISC */
/*
 * The text format of Prometheus (version 0.0.4): families of numbers, each with a name, a type and a sentence, and with
 * labels that tell their members apart. Values of labels may come from anybody; all else is ours.
 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/buf.h"

#include <stdint.h>

#define METRIC_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* `type`: "counter", "gauge", "histogram". All members of a family follow at once. */
void metric_family(struct buf *out, const char *name, const char *type, const char *help);
/* NAME{LABEL="VALUE"} NUMBER; `label` NULL: none. */
void metric_add(
    struct buf *out, const char *name, const char *label, const char *value, double number);
/* With two labels. */
void metric_add_two(struct buf *out, const char *name, const char *label, const char *value,
    const char *other, const char *other_value, double number);

#endif
