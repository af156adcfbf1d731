/* SPDX-License-Identifier: ISC */
#include "proc/histogram.h"

const struct histogram_bounds histogram_times = {
    15, {250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000,
	    5000000, 10000000}};

const struct histogram_bounds histogram_sizes = {10, {0, 1, 2, 4, 8, 16, 32, 64, 128, 256}};

void histogram_add(struct board_histogram *h, const struct histogram_bounds *b, uint64_t value)
{
	size_t i = 0;
	while (i < b->count && value > b->list[i])
		i++;
	BOARD_COUNT(h->counts[i]);
	atomic_fetch_add_explicit(&h->sum, value, memory_order_relaxed);
}

void histogram_read(const struct board_histogram *h, struct histogram *out)
{
	*out = (struct histogram){.sum = BOARD_GET(h->sum)};
	for (size_t i = 0; i < BOARD_BUCKETS; i++) {
		out->all += BOARD_GET(h->counts[i]);
		out->counts[i] = out->all;
	}
}

uint64_t histogram_quantile(
    const struct histogram *h, const struct histogram_bounds *b, unsigned percent)
{
	if (!h->all)
		return 0;
	for (size_t i = 0; i < b->count; i++) {
		if ((double)h->counts[i] * 100 >= (double)h->all * percent)
			return b->list[i];
	}
	return UINT64_MAX;
}
