/* SPDX-License-Identifier: ISC */
#include "test/unit/helpers.h"

#include "base/limits.h"
#include "core/urlmod.h"

static void substitutions(void **state)
{
	static const struct {
		const char *mod, *url, *result;
	} cases[] = {
	    {"!mtls/!!i", "http://h/MTLS/update/update.php?a=b", "http://h/update/update.php?a=b"},
	    {"!a!b!", "aXa", "bXb"},
	    {"!A!b!", "aXa", "aXa"},
	    {"#(\\d+)#<$1>#", "x12y3", "x<12>y<3>"},
	    {"#(\\d+)#<${1}0\\1>#", "x12", "x<12012>"},
	    {"!(a)(b)?!$2$1!", "a", "a"},
	    {"!x!$0$0!", "x", "xx"},
	    {"!x!$!", "x", "$"},
	    {"!x!$$y${z}!", "x", "$$y${z}"},
	    {"!x!\\$1\\\\!", "x", "$1\\"},
	    {"!x!a\\!b!", "x", "a!b"},
	    {"!a\\!b!c!", "a!b", "c"},
	    {"!hostname1:444/mtls/!hostname2:444/!i", "https://hostname1:444/mtls/u",
		"https://hostname2:444/u"},
	    {"!^!x!", "abc", "xabc"},
	    {"!b*!-!", "abc", "-a--c-"},
	    {"!a . c!x!x", "abc", "x"},
	    {"!a.c!x!s", "a\nc", "x"},
	    {"!^b!x!m", "a\nb", "a\nx"},
	    {"!a+!x!U", "aa", "xx"},
	    {"!b!x!A", "ab", "ab"},
	    {"!a$!x!D", "a", "x"},
	    {"!.!x!u", "\xc3\xbc", "x"},
	};
	struct arena a = {0};
	struct err e;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct urlmod *m = urlmod_new(cases[i].mod, &e);
		if (!m)
			fail_msg("%s: %s", cases[i].mod, e.text);
		const char *result = urlmod_apply(m, cases[i].url, &a, &e);
		if (!result || strcmp(result, cases[i].result) != 0)
			fail_msg(
			    "%s on %s: %s", cases[i].mod, cases[i].url, result ? result : e.text);
		urlmod_free(m);
	}
	arena_free(&a);
}

#define NO_GROUP(n)                 \
	"the replacement names $" n \
	", but the pattern has no such group: a group is what stands in (parentheses)"

static void mistakes(void **state)
{
	static const char delimiters[] =
	    "the first character delimits the parts: it must not be a letter, a digit, a blank or a backslash";
	static const char three[] = "there must be three delimiters, as in !pattern!replacement!i";
	static const struct {
		const char *mod, *why;
	} cases[] = {
	    {"", delimiters},
	    {"abac", delimiters},
	    {"\\a\\b\\", delimiters},
	    {" a b ", delimiters},
	    {"!", three},
	    {"!a!b", three},
	    {"!a!b\\!", three},
	    {"!a!b!e", "\"e\" is no flag: behind the third delimiter may stand i m s x u U A D"},
	    {"!a(!b!", "the pattern is wrong at character 3: missing closing parenthesis"},
	    {"!a(b)!$1$2!", NO_GROUP("2")},
	    {"!a!${3}!", NO_GROUP("3")},
	    {"!(a)!\\12!", NO_GROUP("12")},
	    {"!(?:a)!$1!", NO_GROUP("1")},
	    {"!\\C!b!",
		"the pattern is wrong at character 3: using \\C is disabled by the application"},
	};
	struct err e;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_null(urlmod_new(cases[i].mod, &e));
		assert_string_equal(e.text, cases[i].why);
		assert_null(urlmod_new(cases[i].mod, NULL));
	}
}

static void refuse(const char *mod, const char *url, const char *why)
{
	struct arena a = {0};
	struct err e;
	struct urlmod *m = urlmod_new(mod, &e);
	assert_non_null(m);
	assert_null(urlmod_apply(m, url, &a, &e));
	assert_string_equal(e.text, why);
	urlmod_free(m);
	arena_free(&a);
}

static void bounded(void **state)
{
	char url[LIMIT_QUERY + 2] = {0};
	(void)state;
	memset(url, 'a', 60);
	url[60] = 'c';
	refuse(
	    "!(a+)+$!x!", url, "the pattern cannot be applied to this URL: match limit exceeded");
	refuse("!a!"
	       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb!",
	    url, "the URL would be longer than 8192 bytes");
	refuse("!.!x!u", "\xff",
	    "the pattern cannot be applied to this URL: UTF-8 error: illegal byte (0xfe or 0xff)");
	memset(url, 'a', LIMIT_QUERY + 1);
	refuse("!b!b!", url, "the URL would be longer than 8192 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(substitutions),
	    cmocka_unit_test(mistakes),
	    cmocka_unit_test(bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
