/* SPDX-License-Identifier: ISC */
/* base/err: a sentence comes out, the result is false, errno stays. */
#include "base/err.h"

#include "test/unit/helpers.h"

#include <errno.h>

static void a_sentence(void **state)
{
	(void)state;
	struct err e;
	assert_false(err_set(&e, "%s is %d bytes", "x.txt", 5));
	assert_string_equal(e.text, "x.txt is 5 bytes");
}

static void with_the_systems_reason(void **state)
{
	(void)state;
	struct err e;
	errno = ENOENT;
	assert_false(err_sys(&e, "%s cannot be opened", "x.txt"));
	assert_string_equal(e.text, "x.txt cannot be opened: No such file or directory");
	assert_int_equal(errno, ENOENT);
}

static void nobody_wants_to_know(void **state)
{
	(void)state;
	assert_false(err_set(NULL, "x"));
	errno = EIO;
	assert_false(err_sys(NULL, "x"));
	assert_int_equal(errno, EIO);
}

static void a_long_one_is_cut(void **state)
{
	(void)state;
	struct err e;
	errno = ENOENT;
	for (int n = 500; n < 520; n++) {
		assert_false(err_set(&e, "%*d", n, 1));
		assert_true(strlen(e.text) < sizeof e.text);
		assert_false(err_sys(&e, "%*d", n, 1));
		assert_true(strlen(e.text) < sizeof e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sentence),
	    cmocka_unit_test(with_the_systems_reason),
	    cmocka_unit_test(nobody_wants_to_know),
	    cmocka_unit_test(a_long_one_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
