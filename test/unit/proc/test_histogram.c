/* SPDX-License-Identifier: ISC */
/* proc/histogram: each value is counted once, in the range that it belongs to; and what is told of all of them. */
#include "proc/histogram.h"

#include "test/unit/helpers.h"

static struct board_histogram h;

static int empty(void **state)
{
	(void)state;
	memset(&h, 0, sizeof h);
	return 0;
}

static void bounds_grow(void **state)
{
	(void)state;
	const struct histogram_bounds *const all[] = {&histogram_times, &histogram_sizes};
	for (size_t i = 0; i < COUNT(all); i++) {
		assert_in_range(all[i]->count, 1, BOARD_BUCKETS - 1);
		for (size_t n = 1; n < all[i]->count; n++)
			assert_true(all[i]->list[n - 1] < all[i]->list[n]);
	}
}

static void a_bound_belongs_to_what_is_below_it(void **state)
{
	(void)state;
	static const struct {
		uint64_t value;
		size_t range;
	} rows[] = {{0, 0}, {250, 0}, {251, 1}, {500, 1}, {501, 2}, {10000000, 14}, {10000001, 15},
	    {UINT64_MAX / 8, 15}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		empty(NULL);
		histogram_add(&h, &histogram_times, rows[i].value);
		for (size_t n = 0; n < BOARD_BUCKETS; n++)
			assert_int_equal(BOARD_GET(h.counts[n]), n == rows[i].range);
		assert_int_equal(BOARD_GET(h.sum), rows[i].value);
	}
}

static void counts_add_up(void **state)
{
	(void)state;
	struct histogram copy;
	static const uint64_t values[] = {0, 1, 1, 3, 300};
	for (size_t i = 0; i < COUNT(values); i++)
		histogram_add(&h, &histogram_sizes, values[i]);
	histogram_read(&h, &copy);
	assert_int_equal(copy.all, 5);
	assert_int_equal(copy.sum, 305);
	assert_int_equal(copy.counts[0], 1);
	assert_int_equal(copy.counts[1], 3);
	assert_int_equal(copy.counts[2], 3);
	assert_int_equal(copy.counts[3], 4);
	assert_int_equal(copy.counts[histogram_sizes.count - 1], 4);
	assert_int_equal(copy.counts[BOARD_BUCKETS - 1], 5);
}

static uint64_t quantile(unsigned percent)
{
	struct histogram copy;
	histogram_read(&h, &copy);
	return histogram_quantile(&copy, &histogram_times, percent);
}

static void quantiles(void **state)
{
	(void)state;
	assert_int_equal(quantile(50), 0);
	for (int i = 0; i < 980; i++)
		histogram_add(&h, &histogram_times, 100);
	for (int i = 0; i < 15; i++)
		histogram_add(&h, &histogram_times, 30000);
	for (int i = 0; i < 5; i++)
		histogram_add(&h, &histogram_times, 20000000);
	assert_int_equal(quantile(50), 250);
	assert_int_equal(quantile(98), 250);
	assert_int_equal(quantile(99), 50000);
	assert_true(quantile(100) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bounds_grow),
	    cmocka_unit_test_setup(a_bound_belongs_to_what_is_below_it, empty),
	    cmocka_unit_test_setup(counts_add_up, empty),
	    cmocka_unit_test_setup(quantiles, empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
