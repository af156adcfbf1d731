/* SPDX-License-Identifier: ISC */
/* sim/words: a command line in words. */
#include "tools/sim/words.h"

#include "test/unit/helpers.h"

static struct words split(const char *line)
{
	static char copy[4096];
	struct words w;
	snprintf(copy, sizeof copy, "%s", line);
	assert_true(words_split(copy, &w));
	return w;
}

static void lines(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"", ""}, {" \t ", ""}, {"ser", "ser"}, {"  mod\tcmd  UP0 ", "mod|cmd|UP0"},
	    {"a \"b c\"", "a|\"b|c\""}, /* there is no quoting */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct words w = split(cases[i][0]);
		char all[64] = "";
		for (size_t k = 0; k < w.count; k++) {
			strcat(all, k ? "|" : "");
			strcat(all, w.word[k]);
		}
		assert_string_equal(all, cases[i][1]);
	}
}

static void too_many(void **state)
{
	(void)state;
	char line[2 * WORDS_MAX + 3];
	struct words w;
	for (size_t i = 0; i < sizeof line - 1; i++)
		line[i] = i % 2 ? ' ' : 'x';
	line[2 * WORDS_MAX] = '\0';
	assert_true(words_split(line, &w));
	assert_int_equal(w.count, WORDS_MAX);
	for (size_t i = 0; i < sizeof line - 1; i++)
		line[i] = i % 2 ? ' ' : 'x';
	line[sizeof line - 1] = '\0';
	assert_false(words_split(line, &w));
}

static void starts(void **state)
{
	(void)state;
	static const struct {
		const char *line, *name;
		size_t named;
	} cases[] = {
	    {"mod cmd UP0 prot x", "mod cmd UP0 prot", 4},
	    {"mod cmd UP0 prot", "mod cmd UP0 prot", 4},
	    {"mod cmd UP0", "mod cmd UP0 prot", 0},
	    {"mod cmd UP0 protx", "mod cmd UP0 prot", 0},
	    {"mod cmd UP0 pro", "mod cmd UP0 prot", 0},
	    {"MOD cmd UP0 prot", "mod cmd UP0 prot", 0},
	    {"ser", "ser", 1},
	    {"", "ser", 0},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct words w = split(cases[i].line);
		assert_int_equal(words_start(&w, cases[i].name), cases[i].named);
	}
}

static void parts(void **state)
{
	(void)state;
	struct words w = split("PHONE SIG /prot SIP /tls on /last");
	struct buf out = {0};
	assert_int_equal(words_option(&w, 0), 2);
	assert_int_equal(words_option(&w, 3), 4);
	assert_int_equal(words_option(&w, 7), w.count);
	assert_string_equal(words_value(&w, "/prot"), "SIP");
	assert_null(words_value(&w, "/last"));
	assert_null(words_value(&w, "/none"));
	words_join(&w, 0, 2, &out);
	assert_string_equal(buf_text(&out), "PHONE SIG");
	words_join(&w, 3, 3, &out);
	assert_string_equal(buf_text(&out), "PHONE SIG");
	struct words rest = words_from(&w, 5);
	assert_int_equal(rest.count, 2);
	assert_string_equal(rest.word[0], "on");
	assert_int_equal(words_from(&w, w.count).count, 0);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(starts),
	    cmocka_unit_test(parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
