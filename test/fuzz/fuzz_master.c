/* SPDX-License-Identifier: ISC */
/* core/master: an answer gives builds that are numbers, or a reason and nothing else. */
#include "core/master.h"

#include "base/text.h"

#include <libxml/parser.h>

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_build(const char *build)
{
	size_t n = strlen(build);
	assert(n < MASTER_BUILD && strspn(build, "0123456789") == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct master m;
	struct err e = {""};
	memset(&m, 0, sizeof m);
	strcpy(m.firmware, "1");
	strcpy(m.bootcode, "2");
	const struct master before = m;
	if (master_parse((const char *)data, size, &m, &e)) {
		assert(*m.firmware);
		check_build(m.firmware);
		check_build(m.bootcode);
	} else {
		assert(memcmp(&m, &before, sizeof m) == 0);
		assert(*e.text && !text_has_control(e.text, strlen(e.text)));
	}
	assert(m.answered_at == 0 && m.asked_at == 0 && !*m.problem);
	xmlResetLastError();
	return 0;
}
