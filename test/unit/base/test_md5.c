/* SPDX-License-Identifier: ISC */
/* base/md5: the sums of RFC 1321; parts sum up like the whole. */
#include "base/md5.h"

#include "test/unit/helpers.h"

static void known_answers(void **state)
{
	(void)state;
	static const struct {
		const char *text, *sum;
	} cases[] = {
	    {"", "d41d8cd98f00b204e9800998ecf8427e"},
	    {"abc", "900150983cd24fb0d6963f7d28e17f72"},
	    {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
	    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
		"57edf4a22be3c955ac49da2e2107b67a"},
	};
	struct md5 *m = md5_new();
	char sum[MD5_HEX];
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].text);
		md5_reset(m);
		md5_add(m, cases[i].text, n);
		md5_hex(m, sum);
		assert_string_equal(sum, cases[i].sum);
		md5_reset(m);
		md5_add(m, cases[i].text, n / 3);
		md5_add(m, cases[i].text + n / 3, 0);
		md5_add(m, cases[i].text + n / 3, n - n / 3);
		md5_hex(m, sum);
		assert_string_equal(sum, cases[i].sum);
	}
	md5_free(m);
	md5_free(NULL);
}

/* The first one needs no reset, and one that was not finished leaves nothing behind. */
static void starts_over(void **state)
{
	(void)state;
	struct md5 *m = md5_new();
	char sum[MD5_HEX];
	md5_add(m, "abc", 3);
	md5_hex(m, sum);
	assert_string_equal(sum, "900150983cd24fb0d6963f7d28e17f72");
	md5_reset(m);
	md5_add(m, "thrown away", 11);
	md5_reset(m);
	md5_hex(m, sum);
	assert_string_equal(sum, "d41d8cd98f00b204e9800998ecf8427e");
	md5_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(starts_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
