/* SPDX-License-Identifier: ISC */
/* rollcall/program: when a program that died is started again. */
#include "tools/rollcall/program.h"

#include "test/unit/helpers.h"

#define GIVE_UP (-1)

static void deaths(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		int64_t died[6], delay[6]; /* ms; a death at 0 ends the list */
	} cases[] = {
	    {"once", {5000}, {0}},
	    {"now and then", {5000, 16000, 27000, 38000, 49000, 60000}, {0, 0, 0, 0, 0, 0}},
	    {"again and again", {5000, 5100, 5400, 5900, 6800}, {0, 200, 400, 800, GIVE_UP}},
	    {"the fifth just in time", {5000, 5001, 5002, 5003, 14999},
		{0, 200, 400, 800, GIVE_UP}},
	    {"the fifth just too late", {5000, 5001, 5002, 5003, 15000}, {0, 200, 400, 800, 800}},
	    {"a pause forgives", {5000, 5100, 5400, 20000, 20100}, {0, 200, 400, 0, 200}},
	    {"right after the machine has started", {1, 2, 3, 4, 5}, {0, 200, 400, 800, GIVE_UP}},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct program p = {.name = "program"};
		for (size_t k = 0; k < COUNT(cases[i].died) && cases[i].died[k]; k++) {
			int64_t now = cases[i].died[k];
			bool again = program_died(&p, now);
			int64_t delay = again ? p.start_at - now : GIVE_UP;
			if (delay != cases[i].delay[k])
				fail_msg("%s, death %zu: %lld", cases[i].what, k, (long long)delay);
		}
	}
}

static void arguments(void **state)
{
	(void)state;
	struct program p = {.name = "program"};
	program_arg(&p, "/bin/program");
	program_option(&p, "--home", "/h");
	assert_int_equal(p.nargs, 3);
	assert_string_equal(p.args[2], "/h");
	assert_null(p.args[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(deaths),
	    cmocka_unit_test(arguments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
