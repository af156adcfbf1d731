/* SPDX-License-Identifier: ISC */
#include "base/metric.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void metric_family(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Printable UTF-8 on one line, with a backslash before what would end it. */
static void add_value(struct buf *out, const char *value)
{
	size_t n = strlen(value), room = 4 * n + 1;
	struct buf clean = {0};
	buf_took(&clean, text_clean(buf_want(&clean, room), room, value, n));
	for (const char *p = buf_text(&clean); *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *p);
	}
	buf_free(&clean);
}

static void add_label(struct buf *out, const char *before, const char *label, const char *value)
{
	buf_addf(out, "%s%s=\"", before, label);
	add_value(out, value);
	buf_addc(out, '"');
}

/* Whole numbers as they are: %g would write 1e+07. */
static void add_number(struct buf *out, double number)
{
	const double exact = 9007199254740992.0; /* 2^53 */
	if (number > -exact && number < exact && number == (double)(int64_t)number)
		buf_addf(out, " %.0f\n", number);
	else
		buf_addf(out, " %.9g\n", number);
}

void metric_add(
    struct buf *out, const char *name, const char *label, const char *value, double number)
{
	buf_adds(out, name);
	if (label) {
		add_label(out, "{", label, value);
		buf_addc(out, '}');
	}
	add_number(out, number);
}

void metric_add_two(struct buf *out, const char *name, const char *label, const char *value,
    const char *other, const char *other_value, double number)
{
	buf_adds(out, name);
	add_label(out, "{", label, value);
	add_label(out, ",", other, other_value);
	buf_addc(out, '}');
	add_number(out, number);
}
