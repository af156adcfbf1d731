/* SPDX-License-Identifier: ISC */
/* base/path: relative paths as text. */
#include "base/path.h"

#include "test/unit/helpers.h"

static void normal(void **state)
{
	static const struct {
		const char *path, *normal; /* NULL: it leads out */
	} cases[] = {
	    {"", ""},
	    {".", ""},
	    {"a", "a"},
	    {"./a//b/", "a/b"},
	    {"a/../b", "b"},
	    {"a/b/../../c", "c"},
	    {"a/..", ""},
	    {"..a/b..", "..a/b.."},
	    {"...", "..."},
	    {"/a", "a"},
	    {"..", NULL},
	    {"a/../..", NULL},
	    {"a/../../a", NULL},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char out[64];
		bool ok = path_normal(out, cases[i].path);
		assert_int_equal(ok, cases[i].normal != NULL);
		if (ok)
			assert_string_equal(out, cases[i].normal);
	}
}

static void inside(void **state)
{
	(void)state;
	assert_true(path_is_in("a", "a") && path_is_in("a/b", "a") && path_is_in("a/b", ""));
	assert_false(path_is_in("ab", "a") || path_is_in("a", "a/b") || path_is_in("", "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(normal), cmocka_unit_test(inside)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
