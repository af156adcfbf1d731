/* SPDX-License-Identifier: ISC */
/*
 * Requests of devices that are traced (home/traces.h), and what they were answered, whole: HOME/log/trace-SN.log,
 * rotated, so it stays bounded. What a device sends along (a backup, an answer) is not in it, and passwords
 * in URLs are hidden; it is for those who may read HOME/log.
 */
#ifndef FCGI_TRACE_H
#define FCGI_TRACE_H

#include "fcgi/endpoints.h"

#include <stdint.h>

/* After the reply was made; `us`: how long that took. Nothing for a device that is not traced. */
void trace_request(struct exchange *x, const char *method, int64_t us);

#endif
