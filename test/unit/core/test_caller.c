/* SPDX-License-Identifier: ISC */
/* core/caller: the classes, environments and phase of a device (spec §4). */
#include "core/caller.h"

#include "base/limits.h"

#include "test/unit/core/conf_fixture.h"

#define DEVICE "type=IP232&sn=00-90-33-30-00-AF&hwid=IP232-30-00-af&ip=172.16.1.9"

static struct arena arena;
static struct config *config;

static int setup(void **state)
{
	(void)state;
	config = conf_fixture(
	    "<phases><phase id='staging' seq='100'/><phase id='last' seq='300'/></phases>"
	    "<environments>"
	    "<environment id='a'><implies>x</implies><implies>y</implies></environment>"
	    "<environment id='b'><implies>z</implies></environment>"
	    "<environment id='c'><implies>p</implies><implies>q</implies><implies>r</implies>"
	    "</environment>"
	    "<environment id='d'><implies>a</implies></environment>"
	    "<environment id='e'><implies>x</implies></environment>"
	    "<environment id='x'/><environment id='y'/><environment id='z'/>"
	    "<environment id='p'/><environment id='q'/><environment id='r'/>"
	    "</environments>");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	conf_free(config);
	arena_free(&arena);
	return 0;
}

static int reset(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

static struct caller find(const char *query)
{
	const struct req_input in = {.method = "GET",
	    .path = "/update/update.php",
	    .query = query,
	    .host = "update.example",
	    .peer = "192.0.2.7"};
	struct request *r = arena_alloc(&arena, sizeof *r);
	struct caller who;
	req_parse(&arena, &in, config, r);
	assert_null(r->refused);
	caller_find(&arena, config, r, &who);
	return who;
}

static void required_arguments(void **state)
{
	(void)state;
	static const char *const names[] = {"type", "sn", "hwid", "ip"};
	for (unsigned absent = 0; absent < 16; absent++) {
		const char *query = "x=1", *missing = "";
		for (unsigned i = 0; i < 4; i++) {
			if (absent & 1U << i)
				missing = arena_printf(
				    &arena, "%s%s%s", missing, *missing ? ", " : "", names[i]);
			else
				query = arena_printf(&arena, "%s=1&%s", names[i], query);
		}
		struct caller who = find(query);
		assert_string_equal(who.missing ? who.missing : "", missing);
		assert_int_equal(who.missing != NULL, absent != 0);
	}
}

static void classes(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"IP232", "phone+pre_opus_phone+phone_newui+ip232"},
	    {"ip232", "phone+pre_opus_phone+phone_newui+ip232"},
	    {"MyPBXa", "phone+opus_phone+phone_newui+mobile+mypbxa"},
	    {"IP38", "gw+fxogw+ip38"},
	    {"IP29-20", "ip29-20"},
	    {"Unheard_of", "unheard_of"},
	    {"Phone", "phone"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct caller who =
		    find(arena_printf(&arena, "type=%s&sn=1&hwid=1&ip=1", cases[i][0]));
		assert_string_equal(conf_list_join(&arena, &who.classes, "+"), cases[i][1]);
	}
}

static void phases(void **state)
{
	(void)state;
	static const struct {
		const char *query, *phase, *next;
	} cases[] = {
	    {DEVICE, "staging", "update"},
	    {DEVICE "&phase=", "staging", "update"},
	    {DEVICE "&phase=staging", "staging", "update"},
	    {DEVICE "&phase=update", "update", "last"},
	    {DEVICE "&phase=last", "last", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct caller who = find(cases[i].query);
		assert_null(who.unknown);
		assert_string_equal(who.phase->id, cases[i].phase);
		assert_int_equal(who.next != NULL, cases[i].next != NULL);
		if (cases[i].next)
			assert_string_equal(who.next->id, cases[i].next);
	}
}

/* As configured above: a=[a x y] b=[b z] c=[c p q r] d=[d a] e=[e x]. */
static void environments(void **state)
{
	(void)state;
	static const struct {
		const char *env, *position, *dropped, *all;
	} cases[] = {
	    {"a", "a x y", "", "a x y"},
	    {"x", "x", "", "x"},
	    {"d", "d a", "", "d a"}, /* not recursive */
	    {"a,b", "a x y", "b z", "a x y b z"},
	    {"b,a", "b z y", "a x", "b z a x y"},
	    {"b,c", "b z q r", "c p", "b z c p q r"},
	    {"x,b,a,c", "x z y r", "b a c p q", "x b z a y c p q r"},
	    {"x,y,z", "x", "y z", "x y z"},
	    {"a,a", "a x y", "", "a x y"},
	    {"e,a", "e x y", "a", "e x a y"}, /* x has a place, if not this one */
	    {"x,e", "x", "e", "x e"},         /* once */
	    {"d,a", "d a y", "x", "d a x y"},
	    {" b , a ", "b z y", "a x", "b z a x y"},
	};
	const char *before = config->environments_combine;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *query = arena_printf(&arena, DEVICE "&env=%s", cases[i].env);
		config->environments_combine = "position";
		struct caller who = find(query);
		assert_null(who.unknown);
		assert_string_equal(
		    conf_list_join(&arena, &who.environments, " "), cases[i].position);
		assert_string_equal(conf_list_join(&arena, &who.dropped, " "), cases[i].dropped);
		config->environments_combine = "all";
		who = find(query);
		assert_string_equal(conf_list_join(&arena, &who.environments, " "), cases[i].all);
		assert_int_equal(who.dropped.count, 0);
	}
	config->environments_combine = before;
	struct caller who = find(DEVICE);
	assert_string_equal(conf_list_join(&arena, &who.environments, " "), "default");
}

/* How many environments a device may name. */
static const char *many(unsigned n)
{
	const char *list = "x";
	while (--n)
		list = arena_printf(&arena, "%s,x", list);
	return list;
}

static const char *long_name(size_t n)
{
	return memset(arena_alloc(&arena, n + 1), 'x', n);
}

static void what_is_not_configured(void **state)
{
	(void)state;
	const char *const cases[][2] = {
	    {"phase=nope", "phase \"nope\" is not configured"},
	    {"phase=Update", "phase \"Update\" is not configured"},
	    {"phase=all", "phase \"all\" is not configured"},
	    {"phase=_", "phase \"_\" is not configured"},
	    {"phase=_first_last", "phase \"_first_last\" is not configured"},
	    {"env=nope", "environment \"nope\" is not configured"},
	    {"env=A", "environment \"A\" is not configured"},
	    {"env=", "environment \"\" is not configured"},
	    {"env=a,", "environment \"\" is not configured"},
	    {"env=a,,b", "environment \"\" is not configured"},
	    {"env=a,nope,b", "environment \"nope\" is not configured"},
	    {"env=a%20b", "environment \"a b\" is not configured"},
	    {arena_printf(&arena, "env=%s", many(LIMIT_ENVS + 1)),
		"33 environments are named, at most 32 are allowed"},
	    {arena_printf(&arena, "env=a,%s", long_name(LIMIT_ENV + 1)),
		"the name of an environment is 65 bytes long, at most 64 are allowed"},
	    {arena_printf(&arena, "env=a,%s", long_name(LIMIT_ENV)), "is not configured"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct caller who = find(arena_printf(&arena, DEVICE "&%s", cases[i][0]));
		assert_non_null(who.unknown);
		if (!strstr(who.unknown, cases[i][1]))
			fail_msg("\"%s\" should say \"%s\"", who.unknown, cases[i][1]);
	}
	struct caller who = find(arena_printf(&arena, DEVICE "&env=%s", many(LIMIT_ENVS)));
	assert_null(who.unknown);
	assert_string_equal(conf_list_join(&arena, &who.environments, " "), "x");
}

static void the_serial_number_is_an_environment(void **state)
{
	(void)state;
	struct caller who = find(DEVICE);
	assert_string_equal(who.sn_env, "00_90_33_30_00_af");
	who = find("type=IP232");
	assert_null(who.sn_env);
}

static void conditions(void **state)
{
	(void)state;
	static const struct {
		struct conf_applies applies;
		bool holds;
	} cases[] = {
	    {{"*", false}, true},
	    {{"*", true}, true},
	    {{"phone", false}, true},
	    {{"ip232", false}, true},
	    {{"gw", false}, false},
	    {{"b", false}, false}, /* an environment, but a class is asked for */
	    {{"b", true}, true},
	    {{"z", true}, true},
	    {{"a", true}, false}, /* without a place */
	    {{"phone", true}, false},
	};
	struct caller who = find(DEVICE "&env=b,a");
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(caller_applies(&who, &cases[i].applies), cases[i].holds);
}

#define TEST(f) cmocka_unit_test_teardown(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(required_arguments),
	    TEST(classes),
	    TEST(phases),
	    TEST(environments),
	    TEST(what_is_not_configured),
	    TEST(the_serial_number_is_an_environment),
	    TEST(conditions),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
