/* SPDX-License-Identifier: ISC */
/* sim/stats: percentiles that are exact when small and at most 3 % too high, and the sum of errors. */
#include "tools/sim/stats.h"

#include "test/unit/helpers.h"

static void nothing(void **state)
{
	(void)state;
	static struct histogram h;
	assert_int_equal(histogram_at(&h, 0), 0);
	assert_int_equal(histogram_at(&h, 50), 0);
	assert_int_equal(histogram_at(&h, 100), 0);
}

static void one_value(void **state)
{
	(void)state;
	static const uint64_t values[] = {0, 1, 63, 64, 65, 1000, 123456, 3600000000};
	for (size_t i = 0; i < COUNT(values); i++) {
		struct histogram h = {0};
		histogram_add(&h, values[i]);
		assert_true(h.max == values[i]);
		for (unsigned percent = 1; percent <= 100; percent += 33)
			assert_true(histogram_at(&h, percent) == values[i]);
	}
}

/* Longer than anything lasts: it is counted, as the longest there is a bucket for. */
static void a_value_beyond_all_buckets(void **state)
{
	(void)state;
	struct histogram h = {0};
	histogram_add(&h, UINT64_MAX);
	assert_int_equal(h.count, 1);
	assert_true(histogram_at(&h, 100) > UINT64_C(86400) * 1000000);
}

static void small_values_are_exact(void **state)
{
	(void)state;
	struct histogram h = {0};
	static const unsigned cases[][2] = {
	    {1, 1}, {10, 5}, {50, 25}, {90, 45}, {98, 49}, {99, 50}, {100, 50}};
	for (uint64_t us = 1; us <= 50; us++)
		histogram_add(&h, us);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(histogram_at(&h, cases[i][0]), cases[i][1]);
}

/* Whatever the value, the bucket it is in ends at most 3 % above it. */
static void large_values_are_near(void **state)
{
	(void)state;
	for (uint64_t us = 1; us < UINT64_C(1) << 36; us = us * 17 / 16 + 1) {
		struct histogram h = {0};
		histogram_add(&h, us);
		histogram_add(&h, UINT64_C(1) << 40);
		uint64_t said = histogram_at(&h, 50);
		if (said < us || (double)said > (double)us * 1.0322)
			fail_msg("%llu for %llu", (unsigned long long)said, (unsigned long long)us);
	}
}

static void percentiles_of_many(void **state)
{
	(void)state;
	static const unsigned percents[] = {1, 50, 90, 95, 99, 100};
	struct histogram h = {0};
	for (uint64_t us = 1; us <= 100000; us++)
		histogram_add(&h, us * 10);
	for (size_t i = 0; i < COUNT(percents); i++) {
		double right = percents[i] * 10000.0, said = (double)histogram_at(&h, percents[i]);
		assert_true(said >= right && said <= right * 1.0322);
	}
	assert_int_equal(histogram_at(&h, 100), 1000000); /* never above what there was */
}

static void names_and_sums(void **state)
{
	(void)state;
	static const struct stats none;
	struct stats s = none;
	for (int i = 0; i < FAULTS; i++) {
		assert_non_null(fault_name((enum fault)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
			    fault_name((enum fault)i), fault_name((enum fault)k));
	}
	assert_string_equal(fault_name(FAULT_REPLY), "reply");
	assert_int_equal(stats_errors(&s), 0);
	s.faults[FAULT_NONE] = 100;
	assert_int_equal(stats_errors(&s), 0);
	s.faults[FAULT_CONNECT] = 1;
	s.faults[FAULT_REPLY] = 20;
	s.script.bad = 300;
	assert_int_equal(stats_errors(&s), 321);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing),
	    cmocka_unit_test(one_value),
	    cmocka_unit_test(a_value_beyond_all_buckets),
	    cmocka_unit_test(small_values_are_exact),
	    cmocka_unit_test(large_values_are_near),
	    cmocka_unit_test(percentiles_of_many),
	    cmocka_unit_test(names_and_sums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
