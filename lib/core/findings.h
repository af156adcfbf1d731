/* SPDX-License-Identifier: ISC */
/*
 * What is wrong or doubtful in a file, collected: each with the file, the line, and a sentence that says
 * what is wrong and what would be right. A finding is one line, whatever stood in the file; passwords in URLs
 * are hidden.
 */
#ifndef CORE_FINDINGS_H
#define CORE_FINDINGS_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum finding_kind { FINDING_ERROR, FINDING_WARNING };

struct finding {
	enum finding_kind kind;
	const char *file; /* the name of the source */
	unsigned line;    /* 0: the file as a whole */
	const char *text;
};

/* A list of findings; initialise with {0}, free with findings_free(). */
struct findings {
	struct arena arena;
	struct finding *list;
	size_t count, room, errors;
};

void findings_add(struct findings *f, enum finding_kind kind, const char *file, unsigned line,
    const char *format, ...) __attribute__((format(printf, 5, 6)));
/*
 * Would one more be kept? A hundred are, of warnings half as many; who looks for more may stop when
 * there is no room.
 */
bool findings_room(const struct findings *f, enum finding_kind kind);
void findings_free(struct findings *f);
/* "FILE:LINE: error: TEXT", one line each. */
void findings_print(const struct findings *f, struct buf *out);
/* The same as a member of a JSON object, "findings", without what stands before or behind it. */
void findings_print_json(const struct findings *f, struct buf *out);

/* How many bytes of a value are to be shown in a finding, never cut within a letter. */
int findings_shown(const char *value);

#endif
