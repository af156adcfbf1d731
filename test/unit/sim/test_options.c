/* SPDX-License-Identifier: ISC */
/* sim/options: the command line of rollcall-sim, and its manual page. */
#include "tools/sim/options.h"

#include "test/unit/options.h"

static void defaults(void **state)
{
	(void)state;
	struct argv a;
	struct options o;
	assert_true(parse("--url http://h/", &a, &o, NULL));
	assert_int_equal(o.devices, 25);
	assert_int_equal(o.first, 0);
	assert_int_equal(o.parallel, 64);
	assert_int_equal(o.polls, 0);
	assert_int_equal(o.clock_hour, -1);
	assert_true(o.config_change == 0.05);
	assert_true(o.speed == 1 && o.spread == 0 && o.duration == 0);
	assert_int_equal(o.types.count, 8);
	assert_string_equal(o.types.items[7], "mypbxa");
	assert_null(o.types.items[8]);
	assert_int_equal(o.envs.count + o.resolve.count + o.sources.count, 0);
	options_free(&o);
}

static void values(void **state)
{
	(void)state;
	struct argv a;
	struct options o;
	assert_true(parse("--url=https://h/ --devices 3 --first 5 --types a,b --env x,y;z "
			  "--speed 0.5 --resolve h:443:127.0.0.1 --resolve i:80:::1 "
			  "--trace 00-90-33-00-00-07 --clock-hour 0 --config-change 0",
	    &a, &o, NULL));
	assert_int_equal(o.types.count, 2);
	assert_int_equal(o.envs.count, 2);
	assert_string_equal(o.envs.items[0], "x,y");
	assert_int_equal(o.resolve.count, 2);
	assert_string_equal(o.resolve.items[1], "i:80:::1");
	assert_true(o.speed == 0.5);
	assert_int_equal(o.traced, 7);
	assert_int_equal(o.clock_hour, 0);
	assert_true(o.config_change == 0);
	options_free(&o);
}

static void wrong_use(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"", "--url is missing"},
	    {"--url ftp://h/", "must start with http://"},
	    {"--url http://h/ --types a,b/c", "\"b/c\" is no model"},
	    {"--url http://h/ --types a,", "empty part"},
	    {"--url http://h/ --first 16777215 --devices 2", "must stay below 16777216"},
	    {"--url http://h/ --first 16777216", "from 0 to 16777215"},
	    {"--url http://h/ --speed 0", "from 0.001 to 1000000"},
	    {"--url http://h/ --clock-hour 24", "from 0 to 23"},
	    {"--url http://h/ --config-change 1.5", "from 0 to 1"},
	    {"--url http://h/ --resolve h:443", "must be HOST:PORT:ADDR"},
	    {"--url http://h/ --resolve :443:1.2.3.4", "must be HOST:PORT:ADDR"},
	    {"--url http://h/ --resolve h:x:1.2.3.4", "must be HOST:PORT:ADDR"},
	    {"--url http://h/ --source 127.0.0.1,here", "\"here\" is no address"},
	    {"--url http://h/ --trace 7", "must be a serial number"},
	    {"--url http://h/ --trace 00-90-33-00-00-19", "no device of this fleet"},
	    {"--url http://h/ --mtls /nowhere", "must be a folder"},
	    {"--url http://h/ --cacert /nowhere", "must be a file"},
	    {"--url http://h/ --keep", "needs --mtls"},
	    {"--url http://h/ --client-key a.pem", "--client-cert, which is missing"},
	    {"--url http://h/ --until-setled", "did you mean --until-settled?"},
	    {"http://h/", "one word too many"},
	};
	assert_refused(cases, COUNT(cases));
}

static void help_needs_no_url(void **state)
{
	(void)state;
	static const char *const cases[] = {"--help", "--version"};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct argv a;
		struct options o;
		assert_true(parse(cases[i], &a, &o, NULL));
		options_free(&o);
	}
}

static void the_manual_agrees(void **state)
{
	(void)state;
	manual_agrees("man/rollcall-sim.1", &options_table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(values),
	    cmocka_unit_test(wrong_use),
	    cmocka_unit_test(help_needs_no_url),
	    cmocka_unit_test(the_manual_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
