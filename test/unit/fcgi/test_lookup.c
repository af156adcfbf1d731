/* SPDX-License-Identifier: ISC */
/* fcgi/lookup: what may become a part of a certificate, and the pipe. */
#include "fcgi/lookup.h"

#include "test/unit/helpers.h"

static void names(void **state)
{
	(void)state;
	static const char *const good[] = {
	    "localhost", "phone-1.example.com", "1.2.3.4.example", "xn--bcher-kva.example", "A"};
	static const char *const bad[] = {"", ".", "a..b", ".a", "-a", "a b", "a_b", "a/b", "a\nb",
	    "a\x1b[31m", "b\xc3\xbc", "a%20b", "a,DNS:b", "*.example.com", "a\"b", "{sn}"};
	char longest[255];
	memset(longest, 'a', sizeof longest);
	longest[254] = '\0';
	assert_false(lookup_is_name(longest));
	longest[253] = '\0';
	assert_true(lookup_is_name(longest));
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(lookup_is_name(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (lookup_is_name(bad[i]))
			fail_msg("\"%s\" is no name", bad[i]);
	}
}

/* Who asks never waits: what does not fit is left out. */
static void a_full_pipe(void **state)
{
	(void)state;
	struct server s = {.listen_fd = -1};
	struct lookup one;
	struct err e;
	char much[LIMIT_IP + 2];
	assert_true(lookup_pipe(s.lookups, &e));
	memset(much, '1', sizeof much);
	much[sizeof much - 1] = '\0';
	lookup_want(&s, "1", much);
	for (int i = 0; i < 100000; i++)
		lookup_want(&s, "00-90-33-30-00-af", "192.0.2.1");
	size_t count = 0;
	while (read(s.lookups[0], &one, sizeof one) == (ssize_t)sizeof one) {
		assert_string_equal(one.sn, "00-90-33-30-00-af");
		assert_string_equal(one.address, "192.0.2.1");
		count++;
	}
	assert_in_range(count, 100, 99999);
	close(s.lookups[0]);
	close(s.lookups[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(a_full_pipe)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
