/* SPDX-License-Identifier: ISC */
/* sim/heap: the earliest comes first, whatever was put in. */
#include "tools/sim/heap.h"

#include "test/unit/helpers.h"

static void empty(void **state)
{
	(void)state;
	struct heap h = {0};
	assert_null(heap_first(&h));
	heap_push(&h, -5, 7);
	assert_int_equal(heap_first(&h)->due, -5);
	assert_int_equal(heap_first(&h)->who, 7);
	heap_pop(&h);
	assert_null(heap_first(&h));
	heap_free(&h);
}

static void every_order_of_seven(void **state)
{
	(void)state;
	enum { N = 7, ORDERS = 5040 };
	for (unsigned order = 0; order < ORDERS; order++) {
		struct heap h = {0};
		int64_t left[N] = {0, 10, 20, 20, 30, 40, 50};
		unsigned code = order;
		for (unsigned n = N; n > 0; n--) {
			unsigned pick = code % n;
			code /= n;
			heap_push(&h, left[pick], (uint32_t)left[pick] + 1);
			left[pick] = left[n - 1];
		}
		int64_t before = INT64_MIN;
		for (unsigned i = 0; i < N; i++) {
			const struct heap_entry *first = heap_first(&h);
			assert_true(first->due >= before);
			assert_int_equal(first->who, first->due + 1);
			before = first->due;
			heap_pop(&h);
		}
		assert_null(heap_first(&h));
		heap_free(&h);
	}
}

/* As the fleet uses it: who was first is put in again, later. */
static void thousands_in_turn(void **state)
{
	(void)state;
	enum { N = 3000 };
	struct heap h = {0};
	for (uint32_t i = 0; i < N; i++)
		heap_push(&h, (int64_t)(i * 2654435761U % 100000), i);
	int64_t now = 0;
	for (int i = 0; i < 3 * N; i++) {
		struct heap_entry first = *heap_first(&h);
		assert_true(first.due >= now);
		now = first.due;
		heap_pop(&h);
		heap_push(&h, now + 1000 + first.who % 7, first.who);
	}
	assert_int_equal(h.count, N);
	heap_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(empty),
	    cmocka_unit_test(every_order_of_seven),
	    cmocka_unit_test(thousands_in_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
