/* SPDX-License-Identifier: ISC */
/* base/metric: what is written is what a program reads, whatever stands in a label. */
#include "base/metric.h"

#include "test/unit/helpers.h"

static struct buf out;

static int empty(void **state)
{
	(void)state;
	buf_reset(&out);
	return 0;
}

static void a_family(void **state)
{
	(void)state;
	metric_family(&out, "x_total", "counter", "What x is.");
	metric_add(&out, "x_total", NULL, NULL, 1);
	metric_add(&out, "x_total", "a", "b", 2);
	metric_add_two(&out, "x_total", "a", "b", "c", "d", 3);
	assert_string_equal(buf_text(&out), "# HELP x_total What x is.\n"
					    "# TYPE x_total counter\n"
					    "x_total 1\n"
					    "x_total{a=\"b\"} 2\n"
					    "x_total{a=\"b\",c=\"d\"} 3\n");
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		double number;
		const char *text;
	} rows[] = {{0, "x 0\n"}, {-1, "x -1\n"}, {1e15, "x 1000000000000000\n"},
	    {0.25, "x 0.25\n"}, {0.000123, "x 0.000123\n"}, {1e300, "x 1e+300\n"},
	    {1784000000, "x 1784000000\n"}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&out);
		metric_add(&out, "x", NULL, NULL, rows[i].number);
		assert_string_equal(buf_text(&out), rows[i].text);
	}
}

static void nothing_breaks_out_of_a_label(void **state)
{
	(void)state;
	static const struct {
		const char *value, *text;
	} rows[] = {
	    {"", "x{l=\"\"} 1\n"},
	    {"a\"} 9\nx{l=\"b", "x{l=\"a\\\"} 9\\\\x0ax{l=\\\"b\"} 1\n"},
	    {"\\", "x{l=\"\\\\\"} 1\n"},
	    {"\xc3\xa4", "x{l=\"\xc3\xa4\"} 1\n"},
	    {"\xff", "x{l=\"\\\\xff\"} 1\n"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&out);
		metric_add(&out, "x", "l", rows[i].value, 1);
		assert_string_equal(buf_text(&out), rows[i].text);
	}
}

static int done(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_family, empty),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(nothing_breaks_out_of_a_label),
	};
	return cmocka_run_group_tests(tests, NULL, done);
}
