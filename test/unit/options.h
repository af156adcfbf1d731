/* SPDX-License-Identifier: ISC */
/* For the tests of a program's command line; include the header with its options before this one. */
#ifndef TEST_OPTIONS_H
#define TEST_OPTIONS_H

#include "test/unit/argv.h"
#include "test/unit/helpers.h"
#include "test/unit/manual.h"

static inline bool parse(const char *text, struct argv *a, struct options *o, struct err *e)
{
	argv_split(a, text);
	return options_parse(o, a->count, a->word, e);
}

/* Each case: a command line that is refused, and what the message must say. */
static inline void assert_refused(const char *const (*cases)[2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct argv a;
		struct options o;
		struct err e = {""};
		assert_false(parse(cases[i][0], &a, &o, &e));
		if (!strstr(e.text, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], e.text);
		options_free(&o);
	}
}

#endif
