/* SPDX-License-Identifier: ISC */
/*
 * guard/csr: any bytes are a request or none; what is shown of it is fit to be shown, one that is not weak
 * has a clean name. And its answer: a request is never answered by itself.
 *
 * The input is a request and a certificate; its first two bytes say how long the former is.
 */
#include "base/limits.h"
#include "base/text.h"
#include "guard/csr.h"

#include <assert.h>
#include <openssl/err.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_shown(const char *text)
{
	size_t n = strlen(text);
	assert(n < 2048 && text_is_utf8(text, n) && !text_has_control(text, n));
}

static void check_request(struct arena *a, const uint8_t *bytes, size_t size)
{
	struct csr c;
	struct err e = {""};
	if (!csr_read(a, bytes, size, &c, &e)) {
		assert(*e.text && !text_has_control(e.text, strlen(e.text)));
		return;
	}
	assert(size <= CSR_MOST && strlen(c.digest) == 64);
	check_shown(c.subject);
	check_shown(c.cn);
	check_shown(c.key);
	check_shown(c.signature);
	check_shown(c.san);
	if (c.weak)
		check_shown(c.weak);
	else
		assert(*c.cn && strlen(c.cn) <= LIMIT_CERT_NAME);
}

static void check_answer(struct arena *a, const uint8_t *request, size_t request_size,
    const uint8_t *cert, size_t cert_size)
{
	struct cert c;
	struct err e = {""};
	if (csr_answered(a, request, request_size, cert, cert_size, &c, &e)) {
		check_shown(c.cn);
		check_shown(c.issuer);
	} else {
		assert(*e.text && !text_has_control(e.text, strlen(e.text)));
	}
	assert(!csr_answered(a, request, request_size, request, request_size, &c, &e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	if (size < 2)
		return 0;
	size_t rest = size - 2, split = (size_t)(data[0] << 8 | data[1]);
	if (split > rest)
		split = rest;
	check_request(&a, data + 2, split);
	check_answer(&a, data + 2, split, data + 2 + split, rest - split);
	assert(ERR_peek_error() == 0);
	arena_free(&a);
	return 0;
}
