/* SPDX-License-Identifier: ISC */
/* base/num: all of a text or nothing; ages as people say them. */
#include "base/num.h"

#include "test/unit/helpers.h"

static void numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		long min, max;
		bool ok;
		long value;
	} cases[] = {
	    {"0", 0, 10, true, 0},
	    {"10", 0, 10, true, 10},
	    {"007", 0, 10, true, 7},
	    {"9223372036854775807", 0, LONG_MAX, true, LONG_MAX},
	    {"11", 0, 10, false, 0},
	    {"4", 5, 10, false, 0},
	    {"9223372036854775808", 0, LONG_MAX, false, 0},
	    {"99999999999999999999999999", 0, LONG_MAX, false, 0},
	    {"", 0, 10, false, 0},
	    {"-1", -5, 10, false, 0},
	    {"+1", 0, 10, false, 0},
	    {" 1", 0, 10, false, 0},
	    {"1 ", 0, 10, false, 0},
	    {"1.0", 0, 10, false, 0},
	    {"0x1", 0, 10, false, 0},
	    {"1\n", 0, 10, false, 0},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		long value = -77;
		if (num_parse(cases[i].text, cases[i].min, cases[i].max, &value) != cases[i].ok)
			fail_msg("\"%s\" should %s", cases[i].text, cases[i].ok ? "do" : "not do");
		assert_int_equal(value, cases[i].ok ? cases[i].value : -77);
	}
}

static void ages(void **state)
{
	(void)state;
	static const struct {
		long seconds;
		const char *text;
	} cases[] = {
	    {0, "0 s"},
	    {119, "119 s"},
	    {120, "2.0 min"},
	    {246, "4.1 min"},
	    {7199, "120.0 min"},
	    {7200, "2.0 h"},
	    {86400, "24.0 h"},
	    {2 * 86400 - 1, "48.0 h"},
	    {2 * 86400, "2.0 days"},
	    {1080000, "12.5 days"},
	    {-3, "-3 s"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char out[32];
		assert_string_equal(num_age(cases[i].seconds, out, sizeof out), cases[i].text);
	}
	char small[4];
	assert_string_equal(num_age(1080000, small, sizeof small), "12."); /* cut, not over */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(ages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
