/* SPDX-License-Identifier: ISC */
/* base/date, base/hex: moments and bytes as text. */
#include "base/date.h"

#include "base/hex.h"

#include "test/unit/helpers.h"

static void moments(void **state)
{
	static const struct {
		int64_t seconds;
		const char *day, *minute, *second;
	} list[] = {
	    {0, "1970-01-01", "1970-01-01 00:00 UTC", "1970-01-01T00:00:00Z"},
	    {1772366461, "2026-03-01", "2026-03-01 12:01 UTC", "2026-03-01T12:01:01Z"},
	    {-1, "1969-12-31", "1969-12-31 23:59 UTC", "1969-12-31T23:59:59Z"},
	    {INT64_MAX, "?", "?", "?"},
	    {INT64_MIN, "?", "?", "?"},
	};
	char text[DATE_SIZE];
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		assert_string_equal(date_day(list[i].seconds, text), list[i].day);
		assert_string_equal(date_minute(list[i].seconds, text), list[i].minute);
		assert_string_equal(date_second(list[i].seconds, text), list[i].second);
	}
}

static void days_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: there is no such day */
	} list[] = {
	    {"1970-01-01", 0},
	    {"2026-03-01", 1772323200},
	    {"2024-02-29", 1709164800},
	    {"9999-12-31", 253402214400},
	    {"2026-02-29", -1},
	    {"2026-13-01", -1},
	    {"2026-00-10", -1},
	    {"2026-01-00", -1},
	    {"1969-12-31", -1},
	    {"0000-00-00", -1},
	    {"2026-3-1", -1},
	    {"2026-03-01 ", -1},
	    {"2026-03-011", -1},
	    {"2026/03/01", -1},
	    {"-026-03-01", -1},
	    {"2026-03", -1},
	    {"", -1},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		int64_t seconds = -1;
		assert_int_equal(date_parse_day(list[i].text, &seconds), list[i].seconds >= 0);
		assert_int_equal(seconds, list[i].seconds);
	}
}

static void digits(void **state)
{
	char text[9];
	(void)state;
	hex_encode(text, "\0\x0f\xf0\xff", 4);
	assert_string_equal(text, "000ff0ff");
	hex_encode(text, "", 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(moments), cmocka_unit_test(days_are_read), cmocka_unit_test(digits)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
