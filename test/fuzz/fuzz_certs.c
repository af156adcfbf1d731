/* SPDX-License-Identifier: ISC */
/*
 * core/cert_answer: any answer gives facts of a device that can be shown and stored, the same ones each
 * time; any text is a date that can be, or none.
 */
#include "core/cert_answer.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/answer.h"

#include <libxml/xmlerror.h>

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1767225600
#define FIRST (-631152000 - 86400)  /* a day before 1950 */
#define LAST (253402300799 + 86400) /* a day after 9999 */

static void check_line(const char *text, size_t most)
{
	size_t n = strlen(text);
	assert(n <= most && text_is_utf8(text, n) && !text_has_control(text, n));
}

/* Tabs between, no part twice or empty. */
static void check_issuers(const char *names, bool any)
{
	assert(strlen(names) <= LIMIT_CERT_NAMES && (*names != '\0') == any);
	while (*names) {
		char name[LIMIT_CERT_NAME + 1];
		size_t n = strcspn(names, "\t");
		assert(n && n < sizeof name);
		memcpy(name, names, n);
		name[n] = '\0';
		check_line(name, LIMIT_CERT_NAME);
		names += n;
		assert(!*names || names[1]);
		names += *names == '\t';
	}
}

static void check_device(const struct device *d, const char *problem)
{
	bool none = cert_answer_says(d, CERT_SAYS_NONE);
	bool undated = cert_answer_says(d, CERT_SAYS_UNDATED);
	assert(d->cert_at == 0 || d->cert_at == NOW);
	check_line(d->cert_subject, LIMIT_CERT_NAME);
	check_line(d->cert_says, 80);
	check_issuers(d->cert_issuer, d->cert_at && !none);
	assert(d->cert_from >= 0 && d->cert_from <= LAST);
	assert(d->cert_until >= 0 && d->cert_until <= LAST);
	assert(!none || (!d->cert_from && !d->cert_until && !undated));
	/* Not known is said. */
	assert(!d->cert_at || none || undated || (d->cert_from && d->cert_until));
	assert((problem != NULL) == (undated || !d->cert_at));
	if (problem)
		check_line(problem, 400);
}

static void check_same(const struct device *a, const struct device *b)
{
	struct buf out = {0};
	device_encode(&out, a, b);
	assert(out.size == 0);
	buf_free(&out);
}

static void check_answer(const char *xml, size_t size)
{
	struct arena a = {0};
	struct device d, again;
	const char *problem = "not set";
	device_init(&d, "00-90-33-30-00-af");
	again = d;
	again.cert_issuer = again.cert_says = "of another answer";
	cert_answer_take(&a, &d, xml, size, NOW, &problem);
	check_device(&d, problem);
	cert_answer_take(&a, &again, xml, size, NOW, &problem);
	check_same(&d, &again);
	arena_free(&a);
}

static void check_date(const uint8_t *data, size_t size)
{
	char text[256];
	size_t n = size < sizeof text ? size : sizeof text - 1;
	int64_t seconds = 12345, again;
	memcpy(text, data, n);
	text[n] = '\0';
	if (!cert_date_parse(text, &seconds)) {
		assert(seconds == 12345);
		return;
	}
	assert(seconds >= FIRST && seconds <= LAST);
	/* With something behind it, it is none. */
	if (n + 1 < sizeof text && strlen(text) == n) {
		text[n] = '_';
		text[n + 1] = '\0';
		assert(!cert_date_parse(text, &again));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = {0};
	if (answer_parse((const char *)data, size, &out, NULL))
		check_answer(out.data, out.size);
	buf_free(&out);
	/* Nobody should, but: what was not let in does no harm. */
	check_answer((const char *)data, size);
	check_date(data, size);
	xmlResetLastError();
	return 0;
}
