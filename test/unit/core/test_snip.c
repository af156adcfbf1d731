/* SPDX-License-Identifier: ISC */
/* core/snip: lines as they are delivered, lines as they are summed, and what is no text. */
#include "core/snip.h"

#include "test/unit/helpers.h"

static void lines(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *text, *sum;
	} cases[] = {
	    {"", "", ""},
	    {"config write", "config write\r\n", "config write"},
	    {"a\nb\n", "a\r\nb\r\n", "ab"},
	    {"a\r\nb\r\n", "a\r\nb\r\n", "ab"},
	    {"a\rb\r", "a\r\nb\r\n", "ab"},
	    {"a\r\n\r\nb\n\nc\r\rd", "a\r\n\r\nb\r\n\r\nc\r\n\r\nd\r\n", "abcd"},
	    {"\n", "\r\n", ""},
	    {"\r\n", "\r\n", ""},
	    /* trimmed for the sum, delivered as they are */
	    {"  a b\t\n \t \n# c \n", "  a b\t\r\n \t \r\n# c \r\n", "a b# c"},
	    {"a\f\n\fb", "a\f\r\n\fb\r\n", "ab"},
	    /* a byte order mark would spoil the first command */
	    {"\xef\xbb\xbf"
	     "a\n",
		"a\r\n", "a"},
	    {"\xef\xbb\xbf", "", ""},
	    {"a\n\xef\xbb\xbf"
	     "b",
		"a\r\n\xef\xbb\xbf"
		"b\r\n",
		"a\xef\xbb\xbf"
		"b"},
	    {"vars create X p gr\xfc\xdf", "vars create X p gr\xfc\xdf\r\n",
		"vars create X p gr\xfc\xdf"},
	};
	struct snippets *all = snip_new();
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].bytes);
		snip_put(all, "x.txt", 1000, cases[i].bytes, n);
		const struct snippet *s = snip_find(all, "x.txt");
		assert_null(s->problem);
		assert_int_equal(s->size, n);
		assert_string_equal(s->text, cases[i].text);
		assert_int_equal(s->text_size, strlen(cases[i].text));
		assert_int_equal(s->sum_size, strlen(cases[i].sum));
		assert_memory_equal(s->sum, cases[i].sum, s->sum_size);
	}
	assert_int_equal(snip_count(all), 1);
	snip_free(all);
}

/* "A NUL or another control character than tab, CR, LF and FF": none may be sent. */
static void what_is_no_text(void **state)
{
	(void)state;
	struct snippets *all = snip_new();
	for (int c = 0; c < 0x80; c++) {
		const char bytes[] = {'a', (char)c, 'b'};
		bool text =
		    (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\r' || c == '\n' || c == '\f';
		snip_put(all, "x.txt", 1000, bytes, 3);
		const struct snippet *s = snip_find(all, "x.txt");
		if ((s->problem == NULL) != text)
			fail_msg("0x%02x should %s text", c, text ? "be" : "not be");
	}
	snip_put(all, "x.txt", 1000,
	    "\xff\xfe"
	    "a\0b\0",
	    6); /* UTF-16 */
	const struct snippet *s = snip_find(all, "x.txt");
	assert_non_null(strstr(s->problem, "save it as UTF-8"));
	assert_string_equal(s->text, "");
	assert_int_equal(s->text_size + s->sum_size, 0);
	assert_int_equal(s->size, 6);
	snip_free(all);
}

/* Bytes above 0x7f are sent as they are, but an editor should look at them. */
static void not_utf8_is_said(void **state)
{
	(void)state;
	struct snippets *all = snip_new();
	snip_put(all, "x.txt", 1, "gr\xc3\xbc", 4);
	assert_true(snip_find(all, "x.txt")->utf8);
	snip_put(all, "x.txt", 1, "gr\xfc", 3);
	assert_false(snip_find(all, "x.txt")->utf8);
	assert_null(snip_find(all, "x.txt")->problem);
	snip_free(all);
}

/* Every order of three names, put in and dropped again. */
static void sorted_by_name(void **state)
{
	(void)state;
	static const char *const orders[][3] = {{"a", "b", "c"}, {"a", "c", "b"}, {"b", "a", "c"},
	    {"b", "c", "a"}, {"c", "a", "b"}, {"c", "b", "a"}};
	for (size_t i = 0; i < COUNT(orders); i++) {
		struct snippets *all = snip_new();
		for (int k = 0; k < 3; k++)
			snip_put(all, orders[i][k], 1000 + k, orders[i][k], 1);
		assert_int_equal(snip_count(all), 3);
		for (size_t k = 0; k < 3; k++) {
			const char name[] = {(char)('a' + k), '\0'};
			assert_string_equal(snip_at(all, k)->name, name);
			assert_ptr_equal(snip_find(all, name), snip_at(all, k));
			assert_memory_equal(snip_find(all, name)->sum, name, 1);
		}
		snip_drop(all, orders[i][1]);
		snip_drop(all, "absent");
		assert_null(snip_find(all, orders[i][1]));
		assert_int_equal(snip_count(all), 2);
		assert_int_equal(snip_find(all, orders[i][2])->mtime, 1002);
		snip_free(all);
	}
	snip_free(NULL);
}

/* More than the first allocation holds; the names of spec §5 with their upper case apart. */
static void many_are_found(void **state)
{
	(void)state;
	struct snippets *all = snip_new();
	char name[64];
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "update-%d-default.txt", (i * 7919) % 1000);
		snip_put(all, name, i, name, strlen(name));
	}
	assert_int_equal(snip_count(all), 1000);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "update-%d-default.txt", i);
		assert_memory_equal(snip_find(all, name)->sum, name, strlen(name));
		if (i)
			assert_true(strcmp(snip_at(all, (size_t)i - 1)->name,
					snip_at(all, (size_t)i)->name) < 0);
	}
	assert_null(snip_find(all, "Update-1-default.txt"));
	assert_null(snip_find(all, ""));
	snip_free(all);
}

static void a_problem_comes_and_goes(void **state)
{
	(void)state;
	struct snippets *all = snip_new();
	snip_put(all, "x.txt", 1, "a", 1);
	snip_put_problem(all, "x.txt", 2, 77, "it cannot be read");
	const struct snippet *s = snip_find(all, "x.txt");
	assert_string_equal(s->problem, "it cannot be read");
	assert_string_equal(s->text, "");
	assert_int_equal(s->size, 77);
	assert_int_equal(s->mtime, 2);
	assert_int_equal(s->sum_size, 0);
	snip_put(all, "x.txt", 3, "b", 1);
	s = snip_find(all, "x.txt");
	assert_null(s->problem);
	assert_string_equal(s->text, "b\r\n");
	snip_free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(what_is_no_text),
	    cmocka_unit_test(not_utf8_is_said),
	    cmocka_unit_test(sorted_by_name),
	    cmocka_unit_test(many_are_found),
	    cmocka_unit_test(a_problem_comes_and_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
