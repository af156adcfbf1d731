/* SPDX-License-Identifier: ISC */
/*
 * core/state_parse: any bytes as the state document of a device. Either it is refused with one line, or
 * what comes out keeps the promises of the header, and can be sent to the writer.
 */
#include "core/state_parse.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/answer.h"
#include "core/change.h"
#include "core/req.h"

#include <libxml/parser.h>

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const char *text, size_t most)
{
	size_t n = strlen(text);
	assert(n <= most && text_is_utf8(text, n) && !text_has_control(text, n));
}

static void check_device(const struct device *d)
{
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			check_line(device_text(d, f), LIMIT_SETTING);
		else
			assert(device_number(d, f) >= 0);
	}
	assert(!*d->sn || req_is_serial(d->sn));
	assert(!*d->type || req_is_type(d->type));
	assert(!strchr(d->hwid, '/') && *d->hwid != '.');
	assert(d->seen >= 0);
}

/* It went through answer_parse(), which finds nothing more to do. */
static void check_answer(const struct parsed_answer *one)
{
	struct buf again = {0};
	assert(one->received >= 0 && *one->query);
	assert(answer_parse(one->xml, one->size, &again, NULL));
	assert(again.size == one->size && memcmp(again.data, one->xml, one->size) == 0);
	buf_free(&again);
}

static void check(const struct state_parsed *p)
{
	struct buf list = {0};
	const char *sn = *p->device.sn ? p->device.sn : "1";
	check_device(&p->device);
	change_device(&list, sn, NULL, &p->device);
	for (size_t i = 0; i < p->nanswers; i++) {
		check_answer(&p->answers[i]);
		change_answer(&list, sn, p->answers[i].query, p->answers[i].received,
		    p->answers[i].xml, p->answers[i].size);
	}
	for (size_t i = 0; i < p->ndeliveries; i++) {
		const struct parsed_delivery *one = &p->deliveries[i];
		check_line(one->snippet, 255);
		assert(!strchr(one->snippet, '/') && one->sent > 0 && one->version >= 0);
		change_delivery(&list, sn, one->snippet, one->sent, one->version);
	}
	for (size_t i = 0; i < p->nmessages; i++) {
		check_line(p->messages[i].text, LIMIT_MESSAGE);
		assert(p->messages[i].time > 0 && *p->messages[i].text);
		change_message(&list, sn, p->messages[i].time, p->messages[i].text);
	}
	assert(change_is_whole(buf_text(&list), list.size));
	assert(!p->lost == !*p->why);
	check_line(p->why, 4096);
	buf_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct state_parsed parsed;
	struct err e = {""};
	if (state_parse(&a, (const char *)data, size, &parsed, &e))
		check(&parsed);
	else
		assert(*e.text);
	arena_free(&a);
	xmlResetLastError();
	return 0;
}
