/* SPDX-License-Identifier: ISC */
/* fcgi/options: the command line of rollcalld, and its manual page. */
#include "fcgi/options.h"

#include "test/unit/options.h"

static void defaults(void **state)
{
	(void)state;
	struct argv a;
	struct options o;
	assert_true(parse("", &a, &o, NULL));
	assert_null(o.home);
	assert_null(o.log);
	assert_null(o.pki);
	assert_int_equal(o.nbases, 1);
	assert_string_equal(o.bases[0], "/update");
	assert_in_range(o.workers, 2, LIMIT_WORKERS);
	assert_int_equal(o.watchdog, LIMIT_REQUEST_SECONDS);
	assert_int_equal(o.ready_fd, -1);
	options_free(&o);
}

static void values(void **state)
{
	(void)state;
	struct argv a;
	struct options o;
	assert_true(parse("--home /h --workers=3 --base / --base /mtls/update --watchdog 3600 "
			  "--pki /p --log l --ready-fd 2",
	    &a, &o, NULL));
	assert_string_equal(o.home, "/h");
	assert_int_equal(o.workers, 3);
	assert_int_equal(o.nbases, 2);
	assert_string_equal(o.bases[0], "");
	assert_string_equal(o.bases[1], "/mtls/update");
	assert_int_equal(o.watchdog, 3600);
	assert_string_equal(o.log, "l");
	assert_string_equal(o.pki, "/p");
	assert_int_equal(o.ready_fd, 2);
	options_free(&o);
}

static void wrong_use(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"--base update", "--base update: it must begin with a slash"},
	    {"--base /update/", "--base /update/: it must begin with a slash, end without one"},
	    {"--base /1 --base /2 --base /3 --base /4 --base /5 --base /6 --base /7 --base /8 "
	     "--base /9",
		"--base may have 8 values, not more"},
	    {"--workers 65", "from 1 to 64"},
	    {"--watchdog 3601", "from 1 to 3600"},
	    {"--ready-fd 999", "--ready-fd must be the number of an open descriptor, not 999"},
	    {"--log=", "--log needs a value"},
	    {"--pki=", "--pki needs a value"},
	    {"extra", "one word too many"},
	};
	assert_refused(cases, COUNT(cases));
}

static void the_manual_agrees(void **state)
{
	(void)state;
	manual_agrees("man/rollcalld.8", &options_table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(values),
	    cmocka_unit_test(wrong_use),
	    cmocka_unit_test(the_manual_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
