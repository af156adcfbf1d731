/* SPDX-License-Identifier: ISC */
/*
 * Steps → bytes (spec §2: text/plain, lines end in CRLF). Decides nothing.
 *
 * Comments are for the administrator who reads a reply in a browser. A line that could break out of
 * its place (a control character in a command) is not written but said in a comment: the door
 * (req.h) lets none in, this is the second lock.
 */
#ifndef CORE_SCRIPT_H
#define CORE_SCRIPT_H

#include "base/buf.h"
#include "core/plan.h"

void script_write(const struct plan *plan, struct buf *out);
/* One comment line; control characters become \xNN. */
void script_comment(struct buf *out, const char *text);

/* For `rollcall plan --json`: the steps as a JSON array. */
void script_write_json(const struct plan *plan, struct buf *out);

#endif
