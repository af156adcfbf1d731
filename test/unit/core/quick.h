/* SPDX-License-Identifier: ISC */
/* Is it done within so much processor time? Sanitizers and valgrind take ten times as long, and more. */
#ifndef TEST_QUICK_H
#define TEST_QUICK_H

#include "test/unit/helpers.h"

#include <time.h>

static inline double quick_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline bool quick_is_slowed(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#else
	const char *preload = getenv("LD_PRELOAD");
	return preload && strstr(preload, "valgrind");
#endif
}

static inline void assert_quick(double since, double seconds, const char *what)
{
	double took = quick_now() - since;
	if (took > (quick_is_slowed() ? 30 * seconds : seconds))
		fail_msg("%.60s took %.0f ms", what, 1000 * took);
}

#endif
