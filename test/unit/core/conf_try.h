/* SPDX-License-Identifier: ISC */
/*
 * Loading a configuration to see what is found: the shipped defaults, a user's file given as bytes,
 * and the findings as text. Run from the root of the source tree.
 */
#ifndef TEST_CONF_TRY_H
#define TEST_CONF_TRY_H

#include "test/unit/core/conf_fixture.h"

#include <time.h>

struct tried {
	struct config *config; /* NULL: there were errors */
	struct findings found;
	struct buf text; /* the findings, as they are printed */
	double seconds;
};

static inline double conf_try_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* `defaults` NULL: the shipped ones. `bytes` NULL: no user's file. */
static inline struct tried conf_try_over(const char *defaults, const char *bytes, size_t size)
{
	struct tried t = {0};
	struct buf shipped = {0}, schema = {0};
	if (defaults)
		buf_adds(&shipped, defaults);
	else
		conf_fixture_read("conf/default-config.xml", &shipped);
	conf_fixture_read("conf/user-config.rng", &schema);
	const struct conf_source d = {"default-config.xml", buf_text(&shipped), shipped.size},
				 s = {"user-config.rng", buf_text(&schema), schema.size},
				 u = {"user-config.xml", bytes, size};
	double before = conf_try_clock();
	t.config = conf_load(&d, bytes ? &u : NULL, &s, &t.found);
	t.seconds = conf_try_clock() - before;
	findings_print(&t.found, &t.text);
	buf_free(&shipped);
	buf_free(&schema);
	assert_true((t.config != NULL) == (t.found.errors == 0));
	return t;
}

static inline struct tried conf_try(const char *xml)
{
	return conf_try_over(NULL, xml, strlen(xml));
}

static inline void conf_try_free(struct tried *t)
{
	conf_free(t->config);
	findings_free(&t->found);
	buf_free(&t->text);
}

/* Loads; fails the test with the findings when there is an error. */
static inline struct tried conf_try_good(const char *xml)
{
	struct tried t = conf_try(xml);
	if (!t.config)
		fail_msg("%s\n%s", xml, buf_text(&t.text));
	return t;
}

#endif
