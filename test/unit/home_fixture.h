/* SPDX-License-Identifier: ISC */
/* A home in the folder of store_fixture.h, without a server, and a configuration: for tests of desk and pages. */
#ifndef TEST_HOME_FIXTURE_H
#define TEST_HOME_FIXTURE_H

#include "home/home.h"

#include "test/unit/core/conf_fixture.h"
#include "test/unit/store_fixture.h"

static struct home home;
static struct config *config;

/* Its folders are not made: home_make() does. */
static inline void home_fixture_setup(const char *inside)
{
	store_fixture_setup(NULL);
	if (!home_open(&home, w.folder, &w.e))
		fail_msg("%s", w.e.text);
	config = conf_fixture(inside);
}

static inline int home_fixture_teardown(void **state)
{
	home_close(&home);
	conf_free(config);
	config = NULL;
	return store_fixture_teardown(state);
}

static inline void home_fixture_configure(const char *inside)
{
	conf_free(config);
	config = conf_fixture(inside);
}

#endif
