/* SPDX-License-Identifier: ISC */
/* rollcall/device_text: what devices say, cut and broken into lines. */
#include "tools/rollcall/device_text.h"

#include "test/unit/helpers.h"

static struct buf out;

static int teardown(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

static void cut(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t most;
		const char *expected;
	} cases[] = {
	    {"abcdef", 0, "abcdef"},
	    {"abcdef", 6, "abcdef"},
	    {"abcdef", 5, "abcd…"},
	    {"äöüß", 4, "äöüß"},
	    {"äöüß", 3, "äö…"},
	    {"abc", 1, "…"},
	    {"", 3, ""},
	    {"\x1b[31m", 5, "\\x1b…"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&out);
		buf_adds(&out, "> ");
		cell_cut(&out, cases[i].text, cases[i].most);
		assert_string_equal(buf_text(&out) + 2, cases[i].expected);
		if (cases[i].most)
			assert_true(cell_width(buf_text(&out) + 2) <= cases[i].most);
	}
}

static void fold(void **state)
{
	(void)state;
	static const struct {
		size_t width;
		const char *text, *expected;
	} cases[] = {
	    {0, "name  one, two, three\n", "name  one, two, three\n"},
	    {21, "name  one, two, three\n", "name  one, two, three\n"},
	    {20, "name  one, two, three\n", "name  one, two,\n      three\n"},
	    {15, "name  one, two, three\n", "name  one, two,\n      three\n"},
	    {14, "name  one, two, three\n", "name  one,\n      two,\n      three\n"},
	    {12, "name  one, two, three\na b\n", "name  one,\n      two,\n      three\na b\n"},
	    {12, "name  much-too-long x\n", "name  much-too-long\n      x\n"},
	    {12, "name  much-too-long\n", "name  much-too-long\n"},
	    {12, "name  äöüß äöüß", "name  äöüß\n      äöüß"},
	    {11, "name  one, two, three\n", "name  one, two, three\n"}, /* no room for that */
	    {12, "\n\n", "\n\n"},
	    {20, "", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&out);
		buf_adds(&out, "what was there before stays as long as it is\n");
		size_t from = out.size;
		buf_adds(&out, cases[i].text);
		cell_fold(&out, from, 6, cases[i].width);
		assert_string_equal(buf_text(&out) + from, cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cut),
	    cmocka_unit_test(fold),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
