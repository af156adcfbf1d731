/* SPDX-License-Identifier: ISC */
/*
 * The answer of a device to a query: XML from the network (spec §10).
 *
 * What comes out is UTF-8, one well-formed element without an XML declaration, a DOCTYPE, comments or
 * processing instructions, within LIMIT_BODY_ANSWER bytes, LIMIT_ANSWER_NODES elements and
 * LIMIT_ANSWER_DEPTH levels: it can be put into the state document as it is.
 */
#ifndef CORE_ANSWER_H
#define CORE_ANSWER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Checks what a device sent, and adds it to `out` as described above. False: `out` is as it was, `e`
 * says in one sentence what is wrong with it. Quick for any input of up to 64 KB (PITFALLS §4.1).
 */
bool answer_parse(const char *bytes, size_t size, struct buf *out, struct err *e);

/*
 * What an answer tells about its device; only the query `admin` does: info/@name, else
 * info/sys/@name. Returns the name with control characters made visible and cut at LIMIT_NAME_DEVICE
 * bytes, in the arena; "" when there is none. `xml` is what answer_parse() gave.
 */
const char *answer_name(struct arena *a, const char *query, const char *xml, size_t size);

#endif
