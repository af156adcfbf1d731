/* SPDX-License-Identifier: ISC */
/* Whose signing request `rollcall csr` is to work on. Functions that fail have said why on stderr. */
#ifndef ROLLCALL_CSR_FIND_H
#define ROLLCALL_CSR_FIND_H

#include "desk/csr_case.h"
#include "tools/rollcall/device_data.h"

#include <stdbool.h>

/* The configuration and the store, for a command that needs customcerts/@dir. device_close() in any case. */
bool csr_open(struct device_data *d, const struct home *h);
/*
 * The device that somebody means (device_find()), or one that is no longer known but has files
 * there: then its serial number as it stands there.
 */
bool csr_find(struct device_data *d, const char *text, struct csr_case *out);
/* The same, and there is a request that can be read. */
bool csr_find_request(struct device_data *d, const char *text, struct csr_case *out);
/* Reads it again, after it was changed. */
void csr_again(struct device_data *d, struct csr_case *k);

#endif
