/* SPDX-License-Identifier: ISC */
/* core/urlmod: the first line of the input is the substitution, the rest the URL it is applied to. */
#include "base/limits.h"
#include "core/urlmod.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void apply(const struct urlmod *m, const char *url)
{
	struct arena a = {0};
	struct err e = {""};
	const char *result = urlmod_apply(m, url, &a, &e);
	if (result)
		assert(strlen(result) <= LIMIT_QUERY);
	else
		assert(*e.text);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = {""};
	if (size > LIMIT_SETTING + LIMIT_QUERY)
		return 0;
	char *text = malloc(size + 1);
	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	char *end = strchr(text, '\n');
	if (end)
		*end = '\0';
	struct urlmod *m = urlmod_new(text, &e);
	if (m)
		apply(m, end ? end + 1 : "http://update.example/mtls/update.php?a=b");
	else
		assert(*e.text);
	urlmod_free(m);
	free(text);
	return 0;
}
