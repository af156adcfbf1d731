/* SPDX-License-Identifier: ISC */
/* A store with one device, and an operator who asks for pages about it: for tests of page_device*.c. */
#ifndef TEST_DEVICE_FIXTURE_H
#define TEST_DEVICE_FIXTURE_H

#include "test/unit/pages/page_fixture.h"

#define NOW 2000000000
#define SN "00-90-33-30-00-af"
#define HWID "IP232-30-00-af"

static int setup(void **state)
{
	(void)state;
	page_fixture_setup("<status dir=\"status\" logkeep=\"100000\"/><backup dir=\"backup\"/>");
	page_fixture_serve();
	assert_int_equal(mkdir(folder_path(w.folder, "scripts"), 0700), 0);
	assert_int_equal(mkdir(folder_path(w.folder, "backup"), 0700), 0);
	site.snippets = snipdir_new(folder_path(w.folder, "scripts"), false);
	site.md5 = md5_new();
	page.now = NOW;
	asked.path = "admin/device";
	asked.here = "/update/admin/device";
	asked.role = ROLE_OPERATOR;
	return 0;
}

static int teardown(void **state)
{
	snipdir_free(site.snippets);
	md5_free(site.md5);
	return page_fixture_teardown(state);
}

/* A device as device_init() makes it, with what every test needs. */
static struct device one(void)
{
	struct device d;
	device_init(&d, SN);
	d.created = NOW - 1000;
	d.type = "IP232";
	d.hwid = HWID;
	d.realip = "10.0.0.7";
	d.ip = "127.0.0.1";
	d.phase = "update";
	d.environments = "default";
	d.polls = 1;
	return d;
}

static void know(const struct device *d)
{
	change_device(&w.list, SN, NULL, d);
	change_seen(&w.list, SN, NOW - 10);
	keep();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
