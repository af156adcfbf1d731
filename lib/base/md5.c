/* SPDX-License-Identifier: ISC */
#include "base/md5.h"

#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"

#include <openssl/evp.h>

#include <stdlib.h>

struct md5 {
	EVP_MD *kind;
	EVP_MD_CTX *ctx;
};

struct md5 *md5_new(void)
{
	struct md5 *m = mem_alloc(sizeof *m);
	/* fips=no: a machine in FIPS mode offers MD5 only to those who say that it is not for
	 * security. */
	m->kind = EVP_MD_fetch(NULL, "MD5", "fips=no");
	m->ctx = EVP_MD_CTX_new();
	if (!m->kind || !m->ctx)
		log_panic("md5", "OpenSSL offers no MD5");
	md5_reset(m);
	return m;
}

void md5_free(struct md5 *m)
{
	if (!m)
		return;
	EVP_MD_CTX_free(m->ctx);
	EVP_MD_free(m->kind);
	free(m);
}

void md5_reset(struct md5 *m)
{
	if (EVP_DigestInit_ex2(m->ctx, m->kind, NULL) != 1)
		log_panic("md5", "EVP_DigestInit_ex2 failed");
}

void md5_add(struct md5 *m, const void *bytes, size_t n)
{
	if (EVP_DigestUpdate(m->ctx, bytes, n) != 1)
		log_panic("md5", "EVP_DigestUpdate failed");
}

void md5_hex(struct md5 *m, char out[MD5_HEX])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (EVP_DigestFinal_ex(m->ctx, sum, &n) != 1 || n != 16)
		log_panic("md5", "EVP_DigestFinal_ex failed");
	hex_encode(out, sum, n);
}
