/* SPDX-License-Identifier: ISC */
#include "guard/make.h"

#include "base/text.h"
#include "guard/pem.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

#define SERIAL_BITS 127 /* 16 bytes, positive */

bool make_failed(struct err *e, const char *what)
{
	char reason[256];
	ERR_error_string_n(ERR_peek_last_error(), reason, sizeof reason);
	ERR_clear_error();
	return err_set(e, "%s: OpenSSL says %s", what, reason);
}

/* ---- keys ---- */

static const struct {
	const char *word, *curve;
	size_t bits;
} algorithms[] = {
    {"P-256", "P-256", 0},
    {"P-384", "P-384", 0},
    {"RSA-2048", NULL, 2048},
    {"RSA-3072", NULL, 3072},
    {"RSA-4096", NULL, 4096},
};

EVP_PKEY *make_key(const char *algorithm, struct err *e)
{
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
		if (strcmp(algorithms[i].word, algorithm) != 0)
			continue;
		EVP_PKEY *key = algorithms[i].curve ? EVP_EC_gen(algorithms[i].curve)
						    : EVP_RSA_gen(algorithms[i].bits);
		if (!key)
			make_failed(e, "a key could not be made");
		return key;
	}
	err_set(e, "\"%s\" is no algorithm of a key", algorithm);
	return NULL;
}

const EVP_MD *make_digest(const EVP_PKEY *key)
{
	bool long_curve = EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) > 256;
	return long_curve ? EVP_sha384() : EVP_sha256();
}

/* ---- certificates ---- */

static bool set_serial(X509 *cert)
{
	BIGNUM *number = BN_new();
	bool ok = number &&
		  BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
		  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
	return ok;
}

static bool set_names(X509 *cert, const struct make_recipe *r)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	for (size_t i = 0; i < r->nsubject; i++) {
		const struct make_name *n = &r->subject[i];
		if (*n->value && X509_NAME_add_entry_by_NID(subject, n->nid, MBSTRING_UTF8,
				     (const unsigned char *)n->value, -1, -1, 0) != 1)
			return false;
	}
	return X509_set_issuer_name(cert, r->issuer ? X509_get_subject_name(r->issuer) : subject) ==
	       1;
}

static bool set_validity(X509 *cert, time_t from, time_t until)
{
	return X509_time_adj_ex(X509_getm_notBefore(cert), 0, 0, &from) &&
	       X509_time_adj_ex(X509_getm_notAfter(cert), 0, 0, &until);
}

static bool add_extension(X509 *cert, X509 *issuer, const struct make_extension *x)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, &context, x->nid, x->value);
	bool ok = made && X509_add_ext(cert, made, -1) == 1;
	X509_EXTENSION_free(made);
	return ok;
}

static bool fill(X509 *cert, const struct make_recipe *r)
{
	EVP_PKEY *signer = r->issuer ? r->issuer_key : r->key;
	bool ok = X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
		  set_names(cert, r) && set_validity(cert, r->from, r->until) &&
		  X509_set_pubkey(cert, r->key) == 1;
	for (size_t i = 0; ok && i < r->nextensions; i++)
		ok = !r->extensions[i].value ||
		     add_extension(cert, r->issuer ? r->issuer : cert, &r->extensions[i]);
	return ok && X509_sign(cert, signer, make_digest(signer)) > 0;
}

X509 *make_cert(const struct make_recipe *r, struct err *e)
{
	X509 *cert = X509_new();
	if (cert && fill(cert, r))
		return cert;
	make_failed(e, "a certificate could not be made");
	X509_free(cert);
	return NULL;
}

bool make_cert_pem(X509 *cert, struct buf *out, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio && PEM_write_bio_X509(bio, cert) == 1 && pem_add(bio, out);
	BIO_free(bio);
	return ok || make_failed(e, "a certificate could not be written");
}

bool make_key_pem(EVP_PKEY *key, struct buf *out, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	bool ok = bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 &&
		  pem_add(bio, out);
	BIO_free(bio);
	return ok || make_failed(e, "a key could not be written");
}

/* ---- other names ---- */

bool make_is_address(const char *name)
{
	unsigned char bytes[16];
	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

static bool is_dns(const char *name)
{
	if (!text_is_word(name, "-.") || strlen(name) > MAKE_DNS_MOST)
		return false;
	for (const char *label = name;; label++) {
		size_t n = strcspn(label, ".");
		if (n == 0 || n > MAKE_LABEL_MOST)
			return false;
		label += n;
		if (!*label)
			return true;
	}
}

static bool is_repeated(const char *const *names, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (text_same(names[k], names[i]))
			return true;
	}
	return false;
}

bool make_alternatives(const char *const *names, size_t count, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		bool address = make_is_address(names[i]);
		if (!address && !is_dns(names[i]))
			return err_set(
			    e, "\"%s\" is neither a DNS name nor an IP address", names[i]);
		if (!is_repeated(names, i))
			buf_addf(
			    out, "%s%s:%s", out->size ? "," : "", address ? "IP" : "DNS", names[i]);
	}
	return true;
}
