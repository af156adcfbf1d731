/* SPDX-License-Identifier: ISC */
/* rollcall/web_proxies: what mod_extforward is told of proxies, by the family of the socket. */
#include "tools/rollcall/web_proxies.h"

#include "test/unit/helpers.h"

static char *items[4];

static struct opt_list list_of(const char *one, const char *other)
{
	struct opt_list l = {items, other ? 2 : 1};
	items[0] = (char *)(uintptr_t)one;
	items[1] = (char *)(uintptr_t)other;
	return l;
}

static void assert_rows(const char *one, const char *other, bool ipv6, const char *expected)
{
	struct opt_list l = list_of(one, other);
	struct arena a = {0};
	assert_string_equal(web_proxies(&a, &l, ipv6), expected);
	arena_free(&a);
}

static void rows(void **state)
{
	(void)state;
	/* Text by text, in both forms. */
	assert_rows("192.0.2.1", NULL, false,
	    "\"192.0.2.1\" => \"trust\", \"::ffff:192.0.2.1\" => \"trust\"");
	assert_rows("192.0.2.1", NULL, true,
	    "\"192.0.2.1\" => \"trust\", \"::ffff:192.0.2.1\" => \"trust\"");
	assert_rows("2001:DB8:0::1", NULL, false, "\"2001:db8::1\" => \"trust\"");
	/* A network of IPv4 never where addresses are mapped. */
	assert_rows("192.0.2.0/24", NULL, false, "\"192.0.2.0/24\" => \"trust\"");
	assert_rows("192.0.2.0/24", NULL, true, "\"::ffff:192.0.2.0/120\" => \"trust\"");
	assert_rows("2001:db8::/32", "192.0.2.0/24", true,
	    "\"2001:db8::/32\" => \"trust\", \"::ffff:192.0.2.0/120\" => \"trust\"");
}

static bool is_right(const char *proxy)
{
	struct opt_list l = list_of(proxy, NULL);
	struct err e;
	return web_proxies_check(&l, &e);
}

static void checks(void **state)
{
	(void)state;
	assert_true(is_right("192.0.2.1"));
	assert_true(is_right("192.0.2.0/1"));
	assert_true(is_right("::1"));
	assert_true(is_right("2001:db8::/1"));
	assert_false(is_right("0.0.0.0/0"));
	assert_false(is_right("192.0.2.1/0"));
	assert_false(is_right("::/0"));
	assert_false(is_right("::ffff:0:0/96"));
	assert_false(is_right("fe80::1%eth0"));
	assert_false(is_right("proxy.example"));
	assert_false(is_right("192.0.2.1/33"));
	assert_false(is_right(""));
}

static void networks(void **state)
{
	struct opt_list l = list_of("192.0.2.1", "2001:db8::/32");
	(void)state;
	assert_false(web_proxies_has_ipv4_net(&l));
	l = list_of("192.0.2.1", "198.51.100.0/24");
	assert_true(web_proxies_has_ipv4_net(&l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows),
	    cmocka_unit_test(checks),
	    cmocka_unit_test(networks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
