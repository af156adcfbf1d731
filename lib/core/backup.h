/* SPDX-License-Identifier: ISC */
/*
 * What of a device's configuration is worth keeping (spec §9). Pure: bytes in, bytes out.
 */
#ifndef CORE_BACKUP_H
#define CORE_BACKUP_H

#include "base/buf.h"

#include <stddef.h>

/*
 * Adds the lines of a configuration that count, each with CRLF. Left out: empty ones, and those
 * that change by themselves (what the update client notes down, TLS tickets, call lists).
 */
void backup_filter(struct buf *out, const char *bytes, size_t size);

#endif
