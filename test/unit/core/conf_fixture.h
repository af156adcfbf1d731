/* SPDX-License-Identifier: ISC */
/*
 * A configuration for tests of core: the shipped defaults and a user's file given as text. Run from
 * the root of the source tree, as test/run-unit does.
 */
#ifndef TEST_CONF_FIXTURE_H
#define TEST_CONF_FIXTURE_H

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "core/conf.h"

#include "test/unit/helpers.h"

static inline void conf_fixture_read(const char *path, struct buf *out)
{
	struct err e;
	if (!file_read(AT_FDCWD, path, LIMIT_CONFIG, out, &e))
		fail_msg("%s (is this the root of the source tree?)", e.text);
}

/* `inside` stands between <config> and </config>; fails the test when it has an error. */
static inline struct config *conf_fixture(const char *inside)
{
	struct buf defaults = {0}, schema = {0}, user = {0}, text = {0};
	struct findings found = {0};
	conf_fixture_read("conf/default-config.xml", &defaults);
	conf_fixture_read("conf/user-config.rng", &schema);
	buf_addf(&user, "<config>%s</config>", inside);
	const struct conf_source d = {"default-config.xml", buf_text(&defaults), defaults.size},
				 s = {"user-config.rng", buf_text(&schema), schema.size},
				 u = {"user-config.xml", buf_text(&user), user.size};
	struct config *c = conf_load(&d, &u, &s, &found);
	if (!c) {
		findings_print(&found, &text);
		fail_msg("%s\n%s", user.data, buf_text(&text));
	}
	findings_free(&found);
	buf_free(&defaults);
	buf_free(&schema);
	buf_free(&user);
	buf_free(&text);
	return c;
}

#endif
