/* SPDX-License-Identifier: ISC */
#include "guard/pem.h"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#define LONG_FORM 0x80 /* of a length in DER */

int pem_no_phrase(char *out, int room, int writing, void *context)
{
	(void)out, (void)room, (void)writing, (void)context;
	return -1;
}

/* A sequence that is not text by accident: its length has the long form, or is right. */
static bool is_der(const unsigned char *bytes, size_t size)
{
	return size >= 2 && bytes[0] == (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED) &&
	       (bytes[1] & LONG_FORM || bytes[1] + (size_t)2 == size);
}

/* Editors of Windows put it in front. */
static size_t mark_size(const unsigned char *bytes, size_t size)
{
	return size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* Why the last block could not be read: because there is none any more? */
static bool is_end(void)
{
	unsigned long error = ERR_peek_last_error();
	return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/* 1: one was taken; 0: there are no more; -1: e says why. */
static int take_next(BIO *bio, pem_take *take, void *context, struct err *e)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long size = 0;
	if (PEM_read_bio(bio, &name, &header, &der, &size) != 1) {
		bool end = is_end();
		ERR_clear_error();
		if (!end)
			err_set(e, "what stands between PEM lines is damaged");
		return end ? 0 : -1;
	}
	const struct pem_block block = {name, der, (size_t)size, strstr(header, "ENCRYPTED")};
	bool ok = take(context, &block, e);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_clear_free(der, (size_t)size);
	return ok ? 1 : -1;
}

static bool take_file(
    const unsigned char *bytes, size_t size, pem_take *take, void *context, struct err *e)
{
	const struct pem_block block = {NULL, bytes, size, false};
	return take(context, &block, e);
}

bool pem_each(
    const void *from, size_t size, size_t most, pem_take *take, void *context, struct err *e)
{
	const unsigned char *bytes = from;
	if (!size)
		return err_set(e, "it is empty");
	if (size > most)
		return err_set(e, "it is longer than %zu bytes", most);
	if (is_der(bytes, size))
		return take_file(bytes, size, take, context, e);
	size_t mark = mark_size(bytes, size);
	BIO *bio = BIO_new_mem_buf(bytes + mark, (int)(size - mark));
	int got = bio ? take_next(bio, take, context, e) : -1;
	bool none = got == 0;
	while (got > 0)
		got = take_next(bio, take, context, e);
	BIO_free(bio);
	return none ? take_file(bytes, size, take, context, e) : got == 0;
}

bool pem_add(BIO *bio, struct buf *out)
{
	char *text = NULL;
	long size = BIO_get_mem_data(bio, &text);
	if (size <= 0)
		return false;
	buf_add(out, text, (size_t)size);
	return true;
}
