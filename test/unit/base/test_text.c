/* SPDX-License-Identifier: ISC */
/* base/text: what is UTF-8, a control character, a word; and the small helpers around them. */
#include "base/text.h"

#include "test/unit/helpers.h"

static void utf8(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n;
		bool ok;
	} cases[] = {
	    {"", 0, true},
	    {"abc", 3, true},
	    {"a\0b", 3, true},
	    {"\x7f", 1, true},
	    {"\xc2\x80", 2, true},
	    {"\xdf\xbf", 2, true},
	    {"\xe0\xa0\x80", 3, true},
	    {"\xed\x9f\xbf", 3, true},
	    {"\xee\x80\x80", 3, true},
	    {"\xf0\x90\x80\x80", 4, true},
	    {"\xf4\x8f\xbf\xbf", 4, true},
	    /* a continuation without a start, and the other way round */
	    {"\x80", 1, false},
	    {"\xbf", 1, false},
	    {"\xc3", 1, false},
	    {"\xc3z", 2, false},
	    {"\xc3\xc3", 2, false},
	    {"\xe2\x82", 2, false},
	    {"\xf0\x9f\x93", 3, false},
	    {"\xe2\x82z", 3, false},
	    /* overlong */
	    {"\xc0\x80", 2, false},
	    {"\xc0\xaf", 2, false},
	    {"\xc1\xbf", 2, false},
	    {"\xe0\x9f\xbf", 3, false},
	    {"\xf0\x8f\xbf\xbf", 4, false},
	    /* surrogates, too large, no such lead */
	    {"\xed\xa0\x80", 3, false},
	    {"\xed\xbf\xbf", 3, false},
	    {"\xf4\x90\x80\x80", 4, false},
	    {"\xf7\xbf\xbf\xbf", 4, false},
	    {"\xf8\x88\x80\x80\x80", 5, false},
	    {"\xfe", 1, false},
	    {"\xff", 1, false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* Exact room: valgrind and ASan see a byte too many. */
		char *exact = malloc(cases[i].n + !cases[i].n);
		memcpy(exact, cases[i].text, cases[i].n);
		if (text_is_utf8(exact, cases[i].n) != cases[i].ok)
			fail_msg("case %zu should %s UTF-8", i, cases[i].ok ? "be" : "not be");
		free(exact);
	}
}

static void cuts(void **state)
{
	(void)state;
	assert_int_equal(text_cut("", 0), 0);
	assert_int_equal(text_cut("abc", 5), 3);
	assert_int_equal(text_cut("abc", 3), 3);
	assert_int_equal(text_cut("abc", 2), 2);
	assert_int_equal(text_cut("a\xc3\xbc", 3), 3);
	assert_int_equal(text_cut("a\xc3\xbc", 2), 1);
	assert_int_equal(text_cut("\xe2\x82\xac", 2), 0);
	assert_int_equal(text_cut("\xbc\xbc\xbc", 1), 0); /* no UTF-8: it ends all the same */
}

/* The first letter, and nothing when it is cut or none. */
static void first_letters(void **state)
{
	(void)state;
	assert_int_equal(text_letter("", 0), 0);
	assert_int_equal(text_letter("ab", 2), 1);
	assert_int_equal(text_letter("\0b", 2), 1);
	assert_int_equal(text_letter("\xc3\xbc"
				     "b",
			     3),
	    2);
	assert_int_equal(text_letter("\xe2\x82\xac", 3), 3);
	assert_int_equal(text_letter("\xf0\x9f\x98\x80", 4), 4);
	assert_int_equal(text_letter("\xf0\x9f\x98\x80", 3), 0);
	assert_int_equal(text_letter("\xc3", 1), 0);
	assert_int_equal(text_letter("\xbc", 1), 0);
	assert_int_equal(text_letter("\xc0\x80", 2), 0);
}

static void controls(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char text[] = {'a', (char)c, 'b'};
		assert_int_equal(text_has_control(text, 3), c < 0x20 || c == 0x7f);
	}
	for (int c = 0x80; c < 0xc0; c++) {
		const char c1[] = {(char)0xc2, (char)c}, not_c1[] = {(char)0xc3, (char)c};
		assert_int_equal(text_has_control(c1, 2), c < 0xa0);
		assert_false(text_has_control(not_c1, 2));
	}
	assert_false(text_has_control("\xc2\x85", 1)); /* looks at no byte more */
	assert_false(text_has_control("\n", 0));
}

static void plain(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char text[] = {'a', (char)c};
		assert_int_equal(text_is_plain(text, 2), c >= 0x20 && c < 0x7f);
	}
	assert_true(text_is_plain("", 0));
	for (size_t n = 0; n < 40; n++) { /* wherever it stands */
		char text[40];
		memset(text, 'x', sizeof text);
		text[n] = '\n';
		assert_false(text_is_plain(text, sizeof text));
		assert_true(text_is_plain(text, n));
	}
}

static void cleaned(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n, room;
		const char *clean;
	} cases[] = {
	    {"", 0, 1, ""},
	    {"plain", 5, 6, "plain"},
	    {"plain", 5, 5, "plai"},
	    {"plain", 2, 6, "pl"},
	    {"x", 1, 1, ""},
	    {"a\r\nb", 4, 99, "a\\x0d\\x0ab"},
	    {"a\0b\x7f", 4, 99, "a\\x00b\\x7f"},
	    {"gr\xc3\xbc\xc3\x9f", 6, 99, "gr\xc3\xbc\xc3\x9f"},
	    {"gr\xfc\xdf", 4, 99, "gr\\xfc\\xdf"},
	    {"\xc3\xbc\xff", 3, 99, "\\xc3\\xbc\\xff"}, /* no UTF-8 as a whole */
	    {"a\xc2\x85"
	     "b",
		4, 99, "a\\xc2\\x85b"},
	    {"\xc2\x85\xff", 3, 99, "\\xc2\\x85\\xff"},
	    /* what turns those around it, or breaks the line */
	    {"a\xe2\x80\xae"
	     "b",
		5, 99, "a\\xe2\\x80\\xaeb"},
	    {"\xe2\x80\xa8\xd8\x9c\xe2\x81\xa9", 8, 99, "\\xe2\\x80\\xa8\\xd8\\x9c\\xe2\\x81\\xa9"},
	    {"\xe2\x80\xae", 3, 12, ""},
	    {"\xe2\x82\xac\xe2\x80\x93", 6, 99, "\xe2\x82\xac\xe2\x80\x93"},
	    /* cut, but never within an escape or a letter */
	    {"a\n", 2, 6, "a\\x0a"},
	    {"a\n", 2, 5, "a"},
	    {"a\xc2\x85", 3, 9, "a"},
	    {"a\xc2\x85", 3, 10, "a\\xc2\\x85"},
	    {"\xf0\x9f\x93\x9e", 4, 4, ""},
	    {"\xf0\x9f\x93\x9e", 4, 5, "\xf0\x9f\x93\x9e"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* Exact room: valgrind and ASan see a byte too many. */
		char *out = malloc(cases[i].room), *in = malloc(cases[i].n + !cases[i].n);
		memcpy(in, cases[i].text, cases[i].n);
		size_t n = text_clean(out, cases[i].room, in, cases[i].n);
		assert_string_equal(out, cases[i].clean);
		assert_int_equal(n, strlen(out));
		free(out);
		free(in);
	}
}

static void words(void **state)
{
	(void)state;
	static const struct {
		const char *text, *also;
		bool ok;
	} cases[] = {
	    {"azAZ09", "", true},
	    {"00-90-33", "-", true},
	    {"00-90-33", "", false},
	    {"", "-", false},
	    {"a b", "-", false},
	    {"a/b", "-_.", false},
	    {"a\n", "-", false},
	    {"\xc3\xa4", "", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_is_word(cases[i].text, cases[i].also), cases[i].ok);
}

static void letters(void **state)
{
	(void)state;
	char mixed[] = "IP222-\xc3\x84[Z@`{";
	text_lower_all(mixed);
	assert_string_equal(mixed, "ip222-\xc3\x84[z@`{");
	assert_true(text_same("MyPBXa", "mypbxA"));
	assert_true(text_same("", ""));
	assert_false(text_same("ip222", "ip22"));
	assert_false(text_same("ip22", "ip222"));
	assert_false(text_same("[", "{")); /* 0x20 apart, but no letters */
}

static void trimmed(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"  a b\t", "a b"}, {"\r\n\v\fx", "x"}, {"x", "x"}, {" \t\r\n", ""}, {"", ""}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *s = cases[i][0];
		size_t n = strlen(s);
		text_trim(&s, &n);
		assert_int_equal(n, strlen(cases[i][1]));
		assert_memory_equal(s, cases[i][1], n);
	}
	const char nbsp[] = "\xa0"; /* no locale is asked */
	const char *s = nbsp;
	size_t n = 1;
	text_trim(&s, &n);
	assert_int_equal(n, 1);
}

static void starts_and_ends(void **state)
{
	(void)state;
	assert_true(text_starts("phase", "ph") && text_starts("phase", ""));
	assert_false(text_starts("ph", "phase"));
	assert_true(text_ends("a.txt", ".txt") && text_ends("a", ""));
	assert_false(text_ends("txt", ".txt") || text_ends("a.txt.bak", ".txt"));
}

static void distances(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		unsigned distance;
	} cases[] = {
	    {"", "", 0},
	    {"polling", "polling", 0},
	    {"Polling", "pOLLING", 0},
	    {"poling", "polling", 1},
	    {"polllling", "polling", 2},
	    {"pollign", "polling", 1}, /* swapped */
	    {"lopping", "polling", 3},
	    {"", "grace", 5},
	    {"xyz", "abc", 3},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(text_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(text_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
	/* Too long to be looked at: as far as can be, and not out of its table. */
	char longest[41], too_long[42];
	memset(longest, 'x', 40);
	memset(too_long, 'x', 41);
	longest[40] = too_long[41] = '\0';
	assert_int_equal(text_distance(longest, longest), 0);
	assert_int_equal(text_distance(too_long, too_long), 40);
}

static void nearest(void **state)
{
	(void)state;
	static const char *const words[] = {"phase", "class", "environment", "at"};
	static const struct {
		const char *word, *meant;
	} cases[] = {
	    {"phase", "phase"},
	    {"phsae", "phase"},
	    {"pase", "phase"},
	    {"CLASS", "class"},
	    {"clas", "class"},
	    {"glas", NULL}, /* two of five are more than a third */
	    {"enviroment", "environment"},
	    {"evnironmnts", "environment"},
	    {"h", NULL}, /* a single letter is no hint */
	    {"", NULL},
	    {"t", NULL},
	    {"elsewhere", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *meant = text_nearest(cases[i].word, words, COUNT(words));
		if (!meant != !cases[i].meant || (meant && strcmp(meant, cases[i].meant) != 0))
			fail_msg("%s: %s", cases[i].word, meant ? meant : "none");
	}
	assert_null(text_nearest("phase", words, 0));
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void collated(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		int order;
	} cases[] = {
	    {"", "", 0},
	    {"", "a", -1},
	    {"a", "B", -1},
	    {"Phone", "pHONE", 0},
	    {"10.0.0.9", "10.0.0.10", -1},
	    {"10.0.0.10", "10.0.0.1", 1},
	    {"99999", "130986", -1},
	    {"007", "7", 0},
	    {"x12345678901234567890", "x12345678901234567891", -1},
	    {"a9", "a10b", -1},
	    {"a1", "ab", -1},
	    {"1", "a", -1},
	    {"z", "\xc3\xa4", -1},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (sign(text_collate(cases[i].a, cases[i].b)) != cases[i].order ||
		    sign(text_collate(cases[i].b, cases[i].a)) != -cases[i].order)
			fail_msg("case %zu: %s, %s", i, cases[i].a, cases[i].b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cuts),
	    cmocka_unit_test(utf8),
	    cmocka_unit_test(first_letters),
	    cmocka_unit_test(controls),
	    cmocka_unit_test(plain),
	    cmocka_unit_test(cleaned),
	    cmocka_unit_test(words),
	    cmocka_unit_test(letters),
	    cmocka_unit_test(trimmed),
	    cmocka_unit_test(starts_and_ends),
	    cmocka_unit_test(distances),
	    cmocka_unit_test(nearest),
	    cmocka_unit_test(collated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
