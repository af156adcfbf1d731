/* SPDX-License-Identifier: ISC */
#include "guard/x509.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "guard/pem.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#define SHOW_MOST 1024  /* bytes of a text for people */
#define SERIAL_BITS 256 /* RFC 5280 wants at most 20 bytes; nobody needs more than this */

/* ---- reading ---- */

struct found {
	X509 **out;
	size_t count;
};

static bool take_cert(void *context, const struct pem_block *block, struct err *e)
{
	struct found *f = context;
	const unsigned char *at = block->der;
	if (block->name && strcmp(block->name, PEM_STRING_X509) != 0 &&
	    strcmp(block->name, PEM_STRING_X509_OLD) != 0)
		return true;
	if (block->encrypted)
		return err_set(e, "the certificate is encrypted");
	if (f->count == X509_CHAIN)
		return err_set(e, "there are more than %d certificates in it", X509_CHAIN);
	X509 *cert = d2i_X509(NULL, &at, (long)block->size);
	if (cert && at == block->der + block->size) {
		f->out[f->count++] = cert;
		return true;
	}
	X509_free(cert);
	ERR_clear_error();
	return err_set(e, block->name ? "the certificate is damaged" : "it is no certificate");
}

size_t x509_read(const void *bytes, size_t size, X509 *out[X509_CHAIN], struct err *e)
{
	struct found f = {out, 0};
	if (!pem_each(bytes, size, X509_MOST, take_cert, &f, e)) {
		while (f.count)
			X509_free(out[--f.count]);
		return 0;
	}
	if (!f.count)
		err_set(e, "there is no certificate in it");
	return f.count;
}

X509 *x509_read_one(const void *bytes, size_t size, struct err *e)
{
	X509 *all[X509_CHAIN];
	size_t count = x509_read(bytes, size, all, e);
	for (size_t i = 1; i < count; i++)
		X509_free(all[i]);
	return count ? all[0] : NULL;
}

struct asked {
	X509_REQ *request;
	char *digest;
};

static bool take_request(void *context, const struct pem_block *block, struct err *e)
{
	struct asked *asked = context;
	const unsigned char *at = block->der;
	if (block->name && strcmp(block->name, PEM_STRING_X509_REQ) != 0 &&
	    strcmp(block->name, PEM_STRING_X509_REQ_OLD) != 0)
		return err_set(e, "it is no request: there is something else in it");
	if (block->encrypted)
		return err_set(e, "the request is encrypted");
	if (asked->request)
		return err_set(e, "there is more than one request in it");
	X509_REQ *request = asked->request = d2i_X509_REQ(NULL, &at, (long)block->size);
	if (asked->digest)
		x509_digest(block->der, block->size, asked->digest);
	if (request && at == block->der + block->size)
		return true;
	ERR_clear_error();
	return err_set(e,
	    request ? "there are bytes behind the request" : "it is no request, or a damaged one");
}

X509_REQ *x509_read_request(const void *bytes, size_t size, char digest[65], struct err *e)
{
	struct asked asked = {NULL, digest};
	if (pem_each(bytes, size, LIMIT_CSR, take_request, &asked, e))
		return asked.request;
	X509_REQ_free(asked.request);
	return NULL;
}

EVP_PKEY *x509_read_key(const void *bytes, size_t size, struct err *e)
{
	BIO *bio = size && size <= X509_MOST ? BIO_new_mem_buf(bytes, (int)size) : NULL;
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, pem_no_phrase, NULL) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	if (!key)
		err_set(e, "there is no private key in it that can be read without a pass phrase");
	return key;
}

struct blocks {
	void (*take)(void *, const void *, size_t);
	void *context;
};

static bool take_block(void *context, const struct pem_block *block, struct err *e)
{
	const struct blocks *b = context;
	(void)e;
	b->take(b->context, block->der, block->size);
	return true;
}

bool x509_blocks(const void *bytes, size_t size, void (*take)(void *, const void *, size_t),
    void *context, struct err *e)
{
	struct blocks b = {take, context};
	return pem_each(bytes, size, X509_MOST, take_block, &b, e);
}

void x509_armour(struct buf *out, const char *what, const void *der, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	if (bio && PEM_write_bio(bio, what, "", der, (long)size) > 0)
		pem_add(bio, out);
	BIO_free(bio);
	ERR_clear_error();
}

void x509_digest(const void *bytes, size_t size, char out[65])
{
	unsigned char sum[SHA256_DIGEST_LENGTH];
	SHA256(bytes, size, sum);
	hex_encode(out, sum, sizeof sum);
}

/* ---- facts ---- */

/* Is it text that means the same to everybody? */
static bool is_clean(const ASN1_STRING *text)
{
	const char *s = (const char *)ASN1_STRING_get0_data(text);
	size_t n = (size_t)ASN1_STRING_length(text);
	switch (ASN1_STRING_type(text)) {
	case V_ASN1_UTF8STRING:
		return text_is_utf8(s, n) && !text_has_control(s, n);
	case V_ASN1_PRINTABLESTRING:
	case V_ASN1_IA5STRING:
	case V_ASN1_T61STRING:
		return text_is_plain(s, n);
	default:
		return false;
	}
}

static const ASN1_STRING *entry_text(const X509_NAME *name, int i)
{
	return X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i));
}

bool x509_cn(
    struct arena *a, const X509_NAME *name, const char *whose, const char **out, struct err *e)
{
	int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (i < 0)
		return err_set(e, "the %s has no common name", whose);
	if (X509_NAME_get_index_by_NID(name, NID_commonName, i) >= 0)
		return err_set(
		    e, "the %s has more than one common name: %s", whose, x509_show_cn(a, name));
	const ASN1_STRING *text = entry_text(name, i);
	size_t n = (size_t)ASN1_STRING_length(text);
	if (n == 0 || n > LIMIT_CERT_NAME)
		return err_set(e, "the common name of the %s has %zu bytes, not 1 to %d", whose, n,
		    LIMIT_CERT_NAME);
	if (!is_clean(text))
		return err_set(e, "the common name of the %s is no plain text: %s", whose,
		    x509_show_cn(a, name));
	*out = arena_strndup(a, (const char *)ASN1_STRING_get0_data(text), n);
	return true;
}

bool x509_time(const ASN1_TIME *time, int64_t *out)
{
	struct tm tm = {0};
	bool ok = time && ASN1_TIME_to_tm(time, &tm) == 1;
	*out = ok ? (int64_t)timegm(&tm) : 0;
	if (!ok)
		ERR_clear_error();
	return ok;
}

/* "" when it is absurdly long. */
static const char *serial_text(struct arena *a, const X509 *cert)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *hex = number && BN_num_bits(number) <= SERIAL_BITS ? BN_bn2hex(number) : NULL;
	const char *digits = hex ? hex : "";
	bool negative = *digits == '-';
	digits += negative;
	while (digits[0] == '0' && digits[1])
		digits++;
	const char *text = arena_concat(a, negative ? "-" : "", digits);
	OPENSSL_free(hex);
	BN_free(number);
	return text;
}

bool x509_facts(struct arena *a, const X509 *cert, struct cert *out, struct err *e)
{
	*out = (struct cert){.cn = "", .issuer = "", .serial = serial_text(a, cert)};
	if (!x509_cn(a, X509_get_subject_name(cert), "subject", &out->cn, e) ||
	    !x509_cn(a, X509_get_issuer_name(cert), "issuer", &out->issuer, e))
		return false;
	if (!*out->serial)
		return err_set(e, "its serial number is longer than %d bits", SERIAL_BITS);
	if (!x509_time(X509_get0_notBefore(cert), &out->from) ||
	    !x509_time(X509_get0_notAfter(cert), &out->until))
		return err_set(e, "one of its dates is none");
	return true;
}

void x509_show_facts(struct arena *a, const X509 *cert, struct cert *out)
{
	*out = (struct cert){.cn = x509_show_cn(a, X509_get_subject_name(cert)),
	    .issuer = x509_show_cn(a, X509_get_issuer_name(cert)),
	    .serial = serial_text(a, cert)};
	x509_time(X509_get0_notBefore(cert), &out->from);
	x509_time(X509_get0_notAfter(cert), &out->until);
}

/* ---- for people ---- */

static const char *show(struct arena *a, const void *bytes, size_t n)
{
	char out[SHOW_MOST];
	text_clean(out, sizeof out, bytes, n);
	return arena_strdup(a, out);
}

static const char *show_string(struct arena *a, const ASN1_STRING *text)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, text);
	const char *shown =
	    n >= 0 ? show(a, utf8, (size_t)n)
		   : show(a, ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
	OPENSSL_free(utf8);
	ERR_clear_error();
	return shown;
}

const char *x509_show_cn(struct arena *a, const X509_NAME *name)
{
	struct buf all = {0};
	for (int i = -1; (i = X509_NAME_get_index_by_NID(name, NID_commonName, i)) >= 0;) {
		if (all.size < SHOW_MOST)
			buf_addf(&all, "%s%s", all.size ? " + " : "",
			    show_string(a, entry_text(name, i)));
	}
	const char *shown = show(a, buf_text(&all), all.size);
	buf_free(&all);
	return shown;
}

const char *x509_show_name(struct arena *a, const X509_NAME *name)
{
	const unsigned long flags = XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN | ASN1_STRFLGS_ESC_2253 |
				    ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long size = 0;
	if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0)
		size = BIO_get_mem_data(bio, &text);
	const char *shown = show(a, text, size > 0 ? (size_t)size : 0);
	BIO_free(bio);
	ERR_clear_error();
	return shown;
}

/* "P-256" for what OpenSSL calls prime256v1. */
static const char *curve_name(struct arena *a, const EVP_PKEY *key)
{
	char name[64];
	if (EVP_PKEY_get_group_name(key, name, sizeof name, NULL) != 1)
		return arena_printf(a, "EC %d", EVP_PKEY_get_bits(key));
	const char *nist = EC_curve_nid2nist(OBJ_txt2nid(name));
	return nist ? nist : show(a, name, strlen(name));
}

const char *x509_show_key(struct arena *a, const EVP_PKEY *key)
{
	if (!key)
		return "unknown";
	const char *shown, *type = EVP_PKEY_get0_type_name(key);
	if (EVP_PKEY_is_a(key, "EC"))
		shown = curve_name(a, key);
	else
		shown = arena_printf(a, "%s %d", type ? type : "unknown", EVP_PKEY_get_bits(key));
	ERR_clear_error();
	return shown;
}

static const char *show_address(struct arena *a, const ASN1_OCTET_STRING *address)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(address);
	if (n != 4 && n != 16)
		return "unknown";
	inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
	return arena_strdup(a, text);
}

static void add_other_name(struct arena *a, struct buf *out, const GENERAL_NAME *name)
{
	int type;
	const void *value = GENERAL_NAME_get0_value(name, &type);
	if (type == GEN_DNS)
		buf_addf(out, "DNS:%s", show_string(a, value));
	else if (type == GEN_IPADD)
		buf_addf(out, "IP:%s", show_address(a, value));
	else if (type == GEN_EMAIL)
		buf_addf(out, "email:%s", show_string(a, value));
	else if (type == GEN_URI)
		buf_addf(out, "URI:%s", show_string(a, value));
	else
		buf_adds(out, "other");
}

const char *x509_show_san(struct arena *a, const STACK_OF(X509_EXTENSION) * extensions)
{
	GENERAL_NAMES *names = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
	struct buf out = {0};
	int i = 0;
	for (; i < sk_GENERAL_NAME_num(names) && out.size < SHOW_MOST; i++) {
		if (i)
			buf_adds(&out, ", ");
		add_other_name(a, &out, sk_GENERAL_NAME_value(names, i));
	}
	if (i < sk_GENERAL_NAME_num(names))
		buf_addf(&out, ", and %d more", sk_GENERAL_NAME_num(names) - i);
	const char *shown = arena_strdup(a, buf_text(&out));
	buf_free(&out);
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return shown;
}
