/* SPDX-License-Identifier: ISC */
/* base/hide: no password in a URL is shown, wherever it stands; the rest stays as it is. */
#include "base/hide.h"

#include "test/unit/helpers.h"

static void passwords(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"", ""},
	    {"nothing of the kind: a@b", "nothing of the kind: a@b"},
	    {"http://192.0.2.1:80/x@y", "http://192.0.2.1:80/x@y"},
	    {"http://user@host/", "http://user@host/"},
	    {"http://u:p@host/x:y@z", "http://u:(hidden)@host/x:y@z"},
	    {"http://u:p:q@r@host", "http://u:(hidden)@host"},
	    {"htp://u:p@host?x#y", "htp://u:(hidden)@host?x#y"},
	    {"http://u:@host/", "http://u:(hidden)@host/"},
	    {"x is \"http://u:p@h/\": or https://v:q@i/, none",
		"x is \"http://u:(hidden)@h/\": or https://v:(hidden)@i/, none"},
	    {"is \"http://u:cut off\": x", "is \"http://u:(hidden) off\": x"},
	    {"is \"http://u:cut\": x", "is \"http://u:(hidden)\": x"},
	    {"is \"http://h:8080\": x", "is \"http://h:8080\": x"},
	    {"http://[2001:db8::1]:80/ http://[2001:db8::1]",
		"http://[2001:db8::1]:80/ http://[2001:db8::1]"},
	    {"://", "://"},
	    {"://:@", "://:(hidden)@"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = {0};
		hide_passwords(&out, cases[i][0]);
		assert_string_equal(buf_text(&out), cases[i][1]);
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passwords),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
