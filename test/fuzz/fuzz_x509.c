/* SPDX-License-Identifier: ISC */
/*
 * guard/x509, guard/pem: any bytes are certificates or none; what is said or shown of them has no control
 * character in it and an end; clean facts are clean; what is armoured comes back as it was.
 */
#include "base/limits.h"
#include "base/text.h"
#include "guard/x509.h"

#include <assert.h>
#include <openssl/err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MOST 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_shown(const char *text)
{
	size_t n = strlen(text);
	assert(n < SHOWN_MOST);
	assert(text_is_utf8(text, n) && !text_has_control(text, n));
}

/* What x509_facts() lets through. */
static void check_clean(const char *cn)
{
	size_t n = strlen(cn);
	assert(n > 0 && n <= LIMIT_CERT_NAME);
	assert(text_is_utf8(cn, n) && !text_has_control(cn, n));
}

static void check_facts(struct arena *a, const X509 *cert)
{
	struct cert c;
	struct err e = {""};
	if (x509_facts(a, cert, &c, &e)) {
		check_clean(c.cn);
		check_clean(c.issuer);
		assert(strspn(c.serial, "-0123456789ABCDEF") == strlen(c.serial));
		assert(strlen(c.serial) <= 65 && *c.serial);
	} else {
		assert(*e.text && !text_has_control(e.text, strlen(e.text)));
	}
	x509_show_facts(a, cert, &c);
	check_shown(c.cn);
	check_shown(c.issuer);
}

static void check_cert(struct arena *a, X509 *cert)
{
	check_facts(a, cert);
	check_shown(x509_show_cn(a, X509_get_subject_name(cert)));
	check_shown(x509_show_name(a, X509_get_subject_name(cert)));
	check_shown(x509_show_name(a, X509_get_issuer_name(cert)));
	check_shown(x509_show_key(a, X509_get0_pubkey(cert)));
	check_shown(x509_show_san(a, X509_get0_extensions(cert)));
}

static void take(void *context, const void *bytes, size_t size)
{
	(void)bytes;
	*(size_t *)context += size;
}

static void same(void *context, const void *bytes, size_t size)
{
	const struct buf *want = context;
	assert(size == want->size && memcmp(bytes, want->data, size) == 0);
}

static void check_blocks(const uint8_t *data, size_t size)
{
	struct err e = {""};
	struct buf armoured = {0}, want = {0};
	size_t total = 0;
	bool ok = x509_blocks(data, size, take, &total, &e);
	assert(ok ? total <= size : *e.text);
	x509_armour(&armoured, "CERTIFICATE", data, size);
	if (size && armoured.size <= X509_MOST) {
		buf_add(&want, data, size);
		assert(x509_blocks(armoured.data, armoured.size, same, &want, &e));
	}
	buf_free(&armoured);
	buf_free(&want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	X509 *all[X509_CHAIN];
	struct arena a = {0};
	struct err e = {""};
	size_t count = x509_read(data, size, all, &e);
	assert(count <= X509_CHAIN && (count || *e.text));
	while (count) {
		check_cert(&a, all[--count]);
		X509_free(all[count]);
	}
	check_blocks(data, size);
	assert(ERR_peek_error() == 0);
	arena_free(&a);
	return 0;
}
