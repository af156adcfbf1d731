/* SPDX-License-Identifier: ISC */
/* rollcall/listener: which two cannot both be opened. */
#include "tools/rollcall/listener.h"

#include "test/unit/helpers.h"

static bool clash(const char *a, const char *b)
{
	struct listener one, other;
	assert_true(listener_parse("--http", a, &one, NULL));
	assert_true(listener_parse("--https", b, &other, NULL));
	assert_int_equal(listener_clash(&one, &other), listener_clash(&other, &one));
	return listener_clash(&one, &other);
}

static void clashes(void **state)
{
	(void)state;
	assert_true(clash("127.0.0.1:80", "127.0.0.1:80"));
	assert_true(clash("127.0.0.1:80", "0.0.0.0:80"));
	assert_true(clash("[::]:80", "127.0.0.1:80"));
	assert_true(clash("[::1]:80", "[0:0::1]:80"));
	assert_false(clash("127.0.0.1:80", "127.0.0.2:80"));
	assert_false(clash("127.0.0.1:80", "127.0.0.1:81"));
	assert_false(clash("127.0.0.1:80", "[::1]:80"));
	assert_false(clash("0.0.0.0:0", "0.0.0.0:0")); /* any two */
	assert_false(clash("127.0.0.1:80", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clashes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
