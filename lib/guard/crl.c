/* SPDX-License-Identifier: ISC */
#include "guard/crl.h"

#include "base/buf.h"
#include "guard/x509.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

/* Hexadecimal as in core/cert.h. */
static const char *serial_of(struct arena *a, const ASN1_INTEGER *number)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(number, NULL);
	char *hex = n ? BN_bn2hex(n) : NULL;
	const char *digits = hex ? hex : "";
	while (digits[0] == '0' && digits[1])
		digits++;
	const char *serial = arena_strdup(a, digits);
	OPENSSL_free(hex);
	BN_free(n);
	return serial;
}

/* At least 1: that it is revoked stands in the list, whatever its date looks like. */
static int64_t time_of(const ASN1_TIME *when)
{
	struct tm tm;
	int64_t time = ASN1_TIME_to_tm(when, &tm) == 1 ? (int64_t)timegm(&tm) : 1;
	return time > 0 ? time : 1;
}

static long number_of(const X509_CRL *list)
{
	int64_t number = 0;
	ASN1_INTEGER *n = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
	if (n && ASN1_INTEGER_get_int64(&number, n) != 1)
		number = 0;
	ASN1_INTEGER_free(n);
	return (long)number;
}

static void take_entries(struct arena *a, X509_CRL *list, struct crl *out)
{
	STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
	int n = entries ? sk_X509_REVOKED_num(entries) : 0;
	out->revoked = arena_calloc(a, n > 0 ? (size_t)n : 1, sizeof *out->revoked);
	out->count = 0;
	for (int i = 0; i < n; i++) {
		const X509_REVOKED *one = sk_X509_REVOKED_value(entries, i);
		out->revoked[out->count++] = (struct issued){
		    .serial = serial_of(a, X509_REVOKED_get0_serialNumber(one)),
		    .issuer = out->issuer,
		    .revoked = time_of(X509_REVOKED_get0_revocationDate(one)),
		};
	}
}

static void take_pem(struct arena *a, X509_CRL *list, struct crl *out)
{
	unsigned char *der = NULL;
	int size = i2d_X509_CRL(list, &der);
	struct buf pem = {0};
	if (size > 0)
		x509_armour(&pem, "X509 CRL", der, (size_t)size);
	out->pem = arena_strndup(a, buf_text(&pem), pem.size);
	out->size = pem.size;
	buf_free(&pem);
	OPENSSL_free(der);
}

/* Nothing asks for a pass phrase (PITFALLS §4.6). */
static int no_pass_phrase(char *to, int room, int writes, void *context)
{
	(void)to, (void)room, (void)writes, (void)context;
	return -1;
}

static X509_CRL *find(const void *lists, size_t size, X509 *ca, size_t *count)
{
	BIO *bio = BIO_new_mem_buf(lists, (int)size);
	X509_CRL *found = NULL, *one;
	while (bio && (one = PEM_read_bio_X509_CRL(bio, NULL, no_pass_phrase, NULL))) {
		bool theirs = X509_CRL_verify(one, X509_get0_pubkey(ca)) == 1;
		X509_CRL_free(theirs ? found : one);
		found = theirs ? one : found;
		*count += theirs;
	}
	BIO_free(bio);
	ERR_clear_error();
	return found;
}

bool crl_count(const void *lists, size_t size, size_t *count)
{
	BIO *bio = size && size <= CRL_MOST ? BIO_new_mem_buf(lists, (int)size) : NULL;
	X509_CRL *one;
	*count = 0;
	while (bio && (one = PEM_read_bio_X509_CRL(bio, NULL, no_pass_phrase, NULL))) {
		X509_CRL_free(one);
		++*count;
	}
	bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	BIO_free(bio);
	ERR_clear_error();
	return !size || (*count && at_end);
}

bool crl_find(struct arena *a, const void *lists, size_t size, const void *ca, size_t ca_size,
    struct crl *out, struct err *e)
{
	struct cert facts;
	*out = (struct crl){.issuer = ""};
	X509 *cert = x509_read_one(ca, ca_size, e);
	bool ok = cert && x509_facts(a, cert, &facts, e);
	X509_CRL *list =
	    ok && size && size <= CRL_MOST ? find(lists, size, cert, &out->lists) : NULL;
	if (ok)
		out->issuer = facts.cn;
	if (list) {
		out->number = number_of(list);
		take_entries(a, list, out);
		take_pem(a, list, out);
	}
	X509_CRL_free(list);
	X509_free(cert);
	return ok;
}
