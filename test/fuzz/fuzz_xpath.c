/* SPDX-License-Identifier: ISC */
/*
 * core/xpath: an expression (the first line) on a document (the rest). Either a value comes out or a
 * reason, soon.
 */
#include "core/xpath.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/answer.h"

#include <libxml/xmlerror.h>

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_reason(const struct err *e)
{
	assert(*e->text && !text_has_control(e->text, strlen(e->text)));
}

static void ask(const char *expression, const char *xml, size_t size)
{
	struct arena a = {0};
	struct err e = {""};
	struct xpath_doc *d = xpath_doc_open(xml, size, &e);
	struct xpath *x = d ? xpath_compile(expression, &e) : NULL;
	const char *value = x ? xpath_value(&a, x, d, &e) : NULL;
	if (value)
		assert(strlen(value) <= LIMIT_XPATH_VALUE && text_is_utf8(value, strlen(value)));
	else
		check_reason(&e);
	xpath_free(x);
	xpath_doc_close(d);
	arena_free(&a);
}

/* The check of a configuration. The sample keeps all names that it ever had, so it is made anew at times. */
static void ask_sample(const char *expression)
{
	static struct xpath_doc *sample;
	static int asked;
	struct arena a = {0};
	struct err e = {""};
	struct xpath *x = xpath_compile(expression, &e);
	if (x) {
		if (asked++ % 100 == 0) {
			xpath_doc_close(sample);
			sample = xpath_doc_sample();
		}
		xpath_doc_sample_for(sample, expression);
		if (!xpath_value(&a, x, sample, &e))
			check_reason(&e);
	}
	xpath_free(x);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf expression = {0}, xml = {0};
	struct err e;
	const char *text = (const char *)data;
	const char *end = size ? memchr(text, '\n', size) : NULL;
	size_t n = end ? (size_t)(end - text) : size;
	buf_add(&expression, text, n);
	/* As it comes from the store. */
	if (!end || !answer_parse(end + 1, size - n - 1, &xml, &e)) {
		buf_reset(&xml);
		buf_adds(&xml, "<r a='1' b='x'><a>1<b c='2'>two</b>x</a><a/><c a='1'>3</c></r>");
	}
	ask(buf_text(&expression), xml.data, xml.size);
	ask_sample(buf_text(&expression));
	buf_free(&expression);
	buf_free(&xml);
	xmlResetLastError();
	return 0;
}
