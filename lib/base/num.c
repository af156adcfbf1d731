/* SPDX-License-Identifier: ISC */
#include "base/num.h"

#include "base/text.h"

#include <limits.h>
#include <stdio.h>

bool num_parse(const char *text, long min, long max, long *out)
{
	long value = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (!text_is_digit(*text))
			return false;
		int digit = *text - '0';
		if (value > (LONG_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

const char *num_age(long seconds, char *out, size_t size)
{
	static const struct {
		long below, unit;
		const char *name;
	} steps[] = {{7200, 60, "min"}, {2L * 86400, 3600, "h"}, {LONG_MAX, 86400, "days"}};

	if (seconds < 120) {
		snprintf(out, size, "%ld s", seconds);
		return out;
	}
	size_t i = 0;
	while (i < 2 && seconds >= steps[i].below)
		i++;
	snprintf(out, size, "%.1f %s", (double)seconds / (double)steps[i].unit, steps[i].name);
	return out;
}
