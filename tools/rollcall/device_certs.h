/* SPDX-License-Identifier: ISC */
/* What is known of the certificates of a device, for a person. */
#ifndef ROLLCALL_DEVICE_CERTS_H
#define ROLLCALL_DEVICE_CERTS_H

#include "tools/rollcall/device_data.h"

/* A few lines of "label  fact"; nothing when nothing is known and nothing is looked at. */
void device_report_certs(const struct device_data *data, const struct device *d, struct buf *out);

#endif
