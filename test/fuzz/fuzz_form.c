/* SPDX-License-Identifier: ISC */
/* core/form: the first byte says of what kind the rest is; whatever is taken keeps the promises of form.h. */
#include "core/form.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct form *f)
{
	assert(f->count <= FORM_FIELDS);
	for (size_t i = 0; i < f->count; i++) {
		const struct form_field *field = &f->list[i];
		size_t name = strlen(field->name);
		assert(name && name <= FORM_NAME);
		assert(field->value[field->size] == '\0');
		assert(field->is_file || strlen(field->value) == field->size);
		assert(form_find(f, field->name));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"application/x-www-form-urlencoded",
	    "multipart/form-data; boundary=x", "multipart/form-data; boundary=\"--\""};
	struct arena a = {0};
	struct form f;
	struct err e = {""};
	if (!size)
		return 0;
	const char *rest = (const char *)data + 1;
	size_t kind = data[0] % 4, n = size - 1;
	if (kind == 3) {
		const char *header = arena_strndup(&a, rest, n);
		const char *value = form_cookie(&a, header, "sid");
		assert(!value || strlen(value) < n);
	} else if (form_parse_body(&a, types[kind], rest, n, &f, &e)) {
		check(&f);
	} else {
		assert(*e.text);
	}
	arena_free(&a);
	return 0;
}
