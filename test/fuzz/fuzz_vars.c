/* SPDX-License-Identifier: ISC */
/* core/vars: any bytes are a value within the limit, nothing, or wrong for a reason that can be shown. */
#include "core/vars.h"

#include "base/text.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST 64

static enum vars_result give(const char *bytes, size_t size, bool binary)
{
	struct buf out = {0};
	struct err e = {""};
	buf_addc(&out, '<');
	enum vars_result result = vars_read(bytes, size, "X509/REQUEST", binary, MOST, &out, &e);
	size_t added = out.size - 1;
	assert(out.data[0] == '<' && out.data[out.size] == '\0');
	assert(result == VARS_SET ? added <= MOST : added == 0);
	assert(result == VARS_SET ? !binary || added : true);
	assert((result == VARS_WRONG) == (*e.text != '\0'));
	assert(!text_has_control(e.text, strlen(e.text)));
	assert(text_is_utf8(e.text, strlen(e.text)) && strlen(e.text) < 300);
	buf_free(&out);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	enum vars_result binary = give(bytes, size, true), text = give(bytes, size, false);
	/* What is right as binary is right in any case; nothing is nothing. */
	assert(binary != VARS_SET || text == VARS_SET);
	assert((binary == VARS_UNSET) == (text == VARS_UNSET));
	return 0;
}
