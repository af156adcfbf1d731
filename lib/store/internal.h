/* SPDX-License-Identifier: ISC */
/* What the files of lib/store share: the open store, and how its own records are read. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "base/buf.h"
#include "store/db.h"
#include "store/store.h"

#include <stdbool.h>

struct store {
	struct db *db;
	char *dir;
	int lock;               /* of the process that writes; -1 */
	size_t audit_most;      /* entries: LIMIT_AUDIT, and less in a test */
	struct buf work, patch; /* for records that are being made */
};

struct seen {
	int64_t last, polls;
};
/* Of bytes that are no record, all is 0 and the failure is latched. */
void seen_decode(struct store *s, const struct db_bytes *b, struct seen *out);

/* Goes through the fields of a record; a broken one is latched as damage in `table`. */
struct record_field;
bool store_fields(struct store *s, const char *table, const struct db_bytes *b,
    void (*take)(void *context, const struct record_field *f), void *context);

#endif
