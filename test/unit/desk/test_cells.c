/* SPDX-License-Identifier: ISC */
/* desk/cells: what devices say as CSV that no spreadsheet calculates. */
#include "desk/cells.h"

#include "test/unit/helpers.h"

static struct buf out;

static int teardown(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

static void csv(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"", ""},
	    {"plain text", "plain text"},
	    {"a,b", "\"a,b\""},
	    {"a\"b", "\"a\"\"b\""},
	    {"a;b", "\"a;b\""},
	    {"=1", "\"'=1\""},
	    {"+1", "\"'+1\""},
	    {"-1", "\"'-1\""},
	    {"@x", "\"'@x\""},
	    {"a=1", "a=1"},
	    {"a;=1", "\"a;'=1\""},
	    {"=1;+2;-3; @4", "\"'=1;'+2;'-3;' @4\""},
	    {"  =1", "\"'  =1\""},
	    {"a;  =1", "\"a;'  =1\""},
	    {"a;b=1", "\"a;b=1\""},
	    {"a;;=1", "\"a;;'=1\""},
	    {"a;\"=1\"", "\"a;'\"\"=1\"\"\""},
	    {"x\x1b;=1\r\n", "\"x\\x1b;'=1\\x0d\\x0a\""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&out);
		cell_csv(&out, cases[i][0]);
		assert_string_equal(buf_text(&out), cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(csv),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
