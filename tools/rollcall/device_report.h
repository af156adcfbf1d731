/* SPDX-License-Identifier: ISC */
/* Everything about one device, for a person. */
#ifndef ROLLCALL_DEVICE_REPORT_H
#define ROLLCALL_DEVICE_REPORT_H

#include "tools/rollcall/device_data.h"

/* `width` of the terminal it is for; 0: it is for none, and no line is broken. */
void device_report(
    const struct device_data *d, const struct state *s, size_t width, struct buf *out);

/*
 * Whether a delivered snippet is still what lies in the folder: "current", "changed" or "gone".
 */
const char *device_snippet(const struct device_data *d, const struct store_delivery *one);

#endif
