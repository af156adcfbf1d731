/* SPDX-License-Identifier: ISC */
/* home/base_path: what may stand before every URL. */
#include "home/base_path.h"

#include "test/unit/helpers.h"

static void paths(void **state)
{
	(void)state;
	static const struct {
		const char *text, *path; /* NULL: it is none */
	} cases[] = {
	    {"/update", "/update"},
	    {"/mtls/update", "/mtls/update"},
	    {"/Up_date-2.0", "/Up_date-2.0"},
	    {"/", ""},
	    {BASE_PATH, BASE_PATH},
	    {"", NULL},
	    {"update", NULL},
	    {"/update/", NULL},
	    {"//", NULL},
	    {"//update", NULL},
	    {"/mtls//update", NULL},
	    {"/.hidden", NULL},
	    {"/update/..", NULL},
	    {"/./update", NULL},
	    {"/up date", NULL},
	    {"/up\"date", NULL},
	    {"/up?date", NULL},
	    {"/up%20date", NULL},
	    {"/update\n", NULL},
	    {"/\xc3\xbcpdate", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err e = {""};
		const char *path = base_path_parse(cases[i].text, &e);
		if (!path != !cases[i].path || (path && strcmp(path, cases[i].path) != 0))
			fail_msg("\"%s\" became %s", cases[i].text, path ? path : "nothing");
		assert_true(path || strstr(e.text, "must begin with a slash"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
