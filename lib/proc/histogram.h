/* SPDX-License-Identifier: ISC */
/*
 * How large what is measured over and over is, on the board: a count for each range of values, and their sum. To add
 * one costs two atomic additions; who reads it meanwhile may see the one without the other.
 */
#ifndef PROC_HISTOGRAM_H
#define PROC_HISTOGRAM_H

#include "proc/board.h"

#include <stddef.h>
#include <stdint.h>

/* The ranges: a value belongs to the first bound that it is not above; behind them all is one range more. */
struct histogram_bounds {
	size_t count;
	uint64_t list[BOARD_BUCKETS - 1];
};
extern const struct histogram_bounds histogram_times; /* microseconds */
extern const struct histogram_bounds histogram_sizes; /* of things that are done at once */

void histogram_add(struct board_histogram *h, const struct histogram_bounds *b, uint64_t value);

/* A copy; `counts` add up: those that are not above a bound, the last one: all. */
struct histogram {
	uint64_t counts[BOARD_BUCKETS], sum, all;
};
void histogram_read(const struct board_histogram *h, struct histogram *out);
/*
 * The least bound that so many of a hundred are not above; 0: nothing was measured; UINT64_MAX: not even the greatest
 * bound.
 */
uint64_t histogram_quantile(
    const struct histogram *h, const struct histogram_bounds *b, unsigned percent);

#endif
