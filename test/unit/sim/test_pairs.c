/* SPDX-License-Identifier: ISC */
/* sim/pairs: what a device keeps. */
#include "tools/sim/pairs.h"

#include "test/unit/helpers.h"

static void set_and_get(void **state)
{
	(void)state;
	struct pairs p = {0};
	assert_null(pairs_get(&p, "a"));
	assert_true(pairs_set(&p, "a", "1"));
	assert_true(pairs_set(&p, "ab", ""));
	assert_true(pairs_set(&p, "a", "2"));
	assert_int_equal(p.count, 2);
	assert_string_equal(pairs_get(&p, "a"), "2");
	assert_string_equal(pairs_get(&p, "ab"), "");
	assert_null(pairs_get(&p, "A"));
	assert_string_equal(pairs_name(&p, 1), "ab"); /* in the order of creation */
	assert_string_equal(pairs_value(&p, 0), "2");
	pairs_free(&p);
	assert_null(pairs_get(&p, "a"));
}

static void a_value_made_of_the_one_it_replaces(void **state)
{
	(void)state;
	struct pairs p = {0};
	pairs_set(&p, "a", "one two");
	assert_true(pairs_set(&p, "a", pairs_get(&p, "a") + 4));
	assert_string_equal(pairs_get(&p, "a"), "two");
	pairs_free(&p);
}

static void deletion(void **state)
{
	(void)state;
	static const char *const names[] = {"UP1 /url", "UP1 /poll", "UP10 /url", "CMD0 /name"};
	struct pairs p = {0};
	for (size_t i = 0; i < COUNT(names); i++)
		pairs_set(&p, names[i], "x");
	pairs_del(&p, "UP1");
	assert_int_equal(p.count, 4);
	pairs_del_below(&p, "UP1 /");
	assert_int_equal(p.count, 2);
	assert_non_null(pairs_get(&p, "UP10 /url"));
	pairs_del(&p, "UP10 /url");
	pairs_del(&p, "UP10 /url");
	assert_int_equal(p.count, 1);
	assert_string_equal(pairs_name(&p, 0), "CMD0 /name");
	pairs_del_below(&p, "");
	assert_int_equal(p.count, 0);
	pairs_free(&p);
}

static void a_table_that_is_full(void **state)
{
	(void)state;
	struct pairs p = {0};
	char name[16];
	for (int i = 0; i < PAIRS_MAX; i++) {
		snprintf(name, sizeof name, "%d", i);
		assert_true(pairs_set(&p, name, ""));
	}
	assert_false(pairs_set(&p, "more", ""));
	assert_true(pairs_set(&p, "0", "again"));
	assert_string_equal(pairs_get(&p, "0"), "again");
	pairs_free(&p);
}

/* Each line is a table, "name=value name=value"; a mark says which are equal. */
static void sums(void **state)
{
	(void)state;
	static const struct {
		const char *pairs[3][2];
		char mark;
	} cases[] = {
	    {{{NULL}}, 'a'},
	    {{{"x", "1"}}, 'b'},
	    {{{"x", "2"}}, 'c'},
	    {{{"x1", ""}}, 'd'}, /* where a name ends counts */
	    {{{"", "x1"}}, 'e'},
	    {{{"x", "1"}, {"y", "2"}}, 'f'},
	    {{{"y", "2"}, {"x", "1"}}, 'f'},
	    {{{"x", "2"}, {"y", "1"}}, 'g'},
	};
	uint64_t sum[COUNT(cases)];
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pairs p = {0};
		for (size_t k = 0; cases[i].pairs[k][0]; k++)
			pairs_set(&p, cases[i].pairs[k][0], cases[i].pairs[k][1]);
		sum[i] = pairs_sum(&p);
		pairs_free(&p);
		for (size_t k = 0; k < i; k++) {
			if ((sum[i] == sum[k]) != (cases[i].mark == cases[k].mark))
				fail_msg("%zu and %zu", i, k);
		}
	}
}

/* Whatever was there in between. */
static void sums_of_tables_that_change(void **state)
{
	(void)state;
	struct pairs p = {0}, q = {0};
	pairs_set(&q, "y", "2");
	pairs_set(&p, "x", "1");
	pairs_set(&p, "y", "1");
	pairs_set(&p, "y", "2");
	pairs_set(&p, "z 1", "1");
	pairs_set(&p, "z 2", "1");
	assert_true(pairs_sum(&p) != pairs_sum(&q));
	pairs_del(&p, "x");
	pairs_del(&p, "x");
	pairs_del_below(&p, "z ");
	assert_true(pairs_sum(&p) == pairs_sum(&q));
	pairs_del(&p, "y");
	assert_true(pairs_sum(&p) == 0);
	pairs_free(&p);
	pairs_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(set_and_get),
	    cmocka_unit_test(a_value_made_of_the_one_it_replaces),
	    cmocka_unit_test(deletion),
	    cmocka_unit_test(a_table_that_is_full),
	    cmocka_unit_test(sums),
	    cmocka_unit_test(sums_of_tables_that_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
