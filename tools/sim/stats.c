/* SPDX-License-Identifier: ISC */
/* Counters and percentiles; see stats.h. Touches nothing but its arguments. */
#include "tools/sim/stats.h"

#define STEPS 32UL /* buckets to each doubling; a power of two */
#define STEP_BITS 5

/* Values below 2 * STEPS have a bucket of their own; above, the highest STEP_BITS + 1 bits count. */
static size_t bucket_of(uint64_t us)
{
	unsigned shift = 0;
	while (us >> shift >= 2 * STEPS)
		shift++;
	size_t i = shift * STEPS + (size_t)(us >> shift);
	return i < HISTOGRAM_BUCKETS ? i : HISTOGRAM_BUCKETS - 1;
}

/* The highest value that falls into the bucket. */
static uint64_t bucket_top(size_t i)
{
	if (i < 2 * STEPS)
		return i;
	unsigned shift = (unsigned)(i >> STEP_BITS) - 1;
	return ((uint64_t)(i - shift * STEPS) + 1) * ((uint64_t)1 << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t us)
{
	h->buckets[bucket_of(us)]++;
	h->count++;
	if (us > h->max)
		h->max = us;
}

uint64_t histogram_at(const struct histogram *h, unsigned percent)
{
	uint64_t want = (h->count * percent + 99) / 100, seen = 0;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS && want > 0; i++) {
		seen += h->buckets[i];
		if (seen >= want)
			return bucket_top(i) < h->max ? bucket_top(i) : h->max;
	}
	return 0;
}

const char *fault_name(enum fault fault)
{
	static const char *const names[FAULTS] = {"none", "connect", "tls", "timeout", "broken",
	    "url", "http-other", "http-3xx", "http-4xx", "http-5xx", "reply"};
	return names[fault];
}

uint64_t stats_errors(const struct stats *s)
{
	uint64_t sum = s->script.bad;
	for (size_t i = FAULT_NONE + 1; i < FAULTS; i++)
		sum += s->faults[i];
	return sum;
}
