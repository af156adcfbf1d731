/* SPDX-License-Identifier: ISC */
/* Makes the certificates of pki.h: one recipe, two sets of extensions. */
#include "guard/pki.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define SECONDS_A_DAY 86400L
#define SKEW 3600 /* a device whose clock is slow must not find us "not yet valid" */
#define SERIAL_BITS 127
#define NAME_LONGEST 64 /* ub-common-name of X.509 */

struct extension {
	int nid;
	const char *value;
};

struct recipe {
	const char *name; /* subject and issuer */
	long days;
	const struct extension *extensions;
	size_t nextensions;
};

static bool ssl_failed(struct err *e, const char *what)
{
	char reason[256];
	ERR_error_string_n(ERR_peek_last_error(), reason, sizeof reason);
	ERR_clear_error();
	return err_set(e, "%s: OpenSSL says %s", what, reason);
}

static bool is_address(const char *name)
{
	unsigned char bytes[16];
	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

static bool is_repeated(const char *const *names, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (text_same(names[k], names[i]))
			return true;
	}
	return false;
}

/* "DNS:localhost,IP:127.0.0.1". Names are checked: a comma in one would add another extension. */
static bool write_alternatives(
    const char *const *names, size_t count, struct buf *out, struct err *e)
{
	if (count == 0 || count > PKI_NAMES)
		return err_set(
		    e, "a server certificate needs 1 to %d names, not %zu", PKI_NAMES, count);
	for (size_t i = 0; i < count; i++) {
		bool address = is_address(names[i]);
		if (!address && (!text_is_word(names[i], "-.") || strlen(names[i]) > NAME_LONGEST))
			return err_set(
			    e, "\"%s\" is neither a DNS name nor an IP address", names[i]);
		if (!is_repeated(names, i))
			buf_addf(out, "%s%s:%s", i ? "," : "", address ? "IP" : "DNS", names[i]);
	}
	return true;
}

static bool set_serial(X509 *cert)
{
	BIGNUM *number = BN_new();
	bool ok = number &&
		  BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
		  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
	return ok;
}

static bool set_name(X509 *cert, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
		   (const unsigned char *)"Rollcall", -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(
		   subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(cert, subject) == 1;
}

static bool set_validity(X509 *cert, time_t now, long days)
{
	time_t from = now - SKEW, until = now + days * SECONDS_A_DAY;
	return X509_time_adj_ex(X509_getm_notBefore(cert), 0, 0, &from) &&
	       X509_time_adj_ex(X509_getm_notAfter(cert), 0, 0, &until);
}

static bool add_extension(X509 *cert, const struct extension *x)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
	X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, &context, x->nid, x->value);
	bool ok = made && X509_add_ext(cert, made, -1) == 1;
	X509_EXTENSION_free(made);
	return ok;
}

static bool fill(X509 *cert, EVP_PKEY *key, const struct recipe *r, time_t now)
{
	bool ok = X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
		  set_name(cert, r->name) && set_validity(cert, now, r->days) &&
		  X509_set_pubkey(cert, key) == 1;
	for (size_t i = 0; ok && i < r->nextensions; i++)
		ok = add_extension(cert, &r->extensions[i]);
	return ok && X509_sign(cert, key, EVP_sha256()) > 0;
}

static bool add_memory(BIO *bio, struct buf *out)
{
	char *text = NULL;
	long size = BIO_get_mem_data(bio, &text);
	if (size <= 0)
		return false;
	buf_add(out, text, (size_t)size);
	return true;
}

static bool write_cert(X509 *cert, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio && PEM_write_bio_X509(bio, cert) == 1 && add_memory(bio, out);
	BIO_free(bio);
	return ok;
}

static bool write_key(EVP_PKEY *key, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	bool ok = bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 &&
		  add_memory(bio, out);
	BIO_free(bio);
	return ok;
}

/* A new key and a certificate that it signs itself. */
static bool make(
    const struct recipe *r, time_t now, struct buf *cert_out, struct buf *key_out, struct err *e)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	bool ok = key && cert && fill(cert, key, r, now) && write_cert(cert, cert_out) &&
		  write_key(key, key_out);
	if (!ok)
		ssl_failed(e, "a certificate could not be made");
	X509_free(cert);
	EVP_PKEY_free(key);
	return ok;
}

bool pki_make_server(
    const char *const *names, size_t count, time_t now, struct buf *pem, struct err *e)
{
	struct buf alternatives = {0};
	if (!write_alternatives(names, count, &alternatives, e)) {
		buf_free(&alternatives);
		return false;
	}
	/* No keyUsage: one without keyCertSign keeps OpenSSL from seeing that it signed itself. */
	const struct extension extensions[] = {
	    {NID_basic_constraints, "critical,CA:FALSE"},
	    {NID_ext_key_usage, "serverAuth"},
	    {NID_subject_key_identifier, "hash"},
	    {NID_subject_alt_name, buf_text(&alternatives)},
	};
	const struct recipe r = {
	    names[0], PKI_SERVER_DAYS, extensions, sizeof extensions / sizeof *extensions};
	bool ok = make(&r, now, pem, pem, e);
	buf_free(&alternatives);
	return ok;
}

bool pki_make_ca(const char *name, time_t now, struct buf *cert, struct buf *key, struct err *e)
{
	static const struct extension extensions[] = {
	    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
	    {NID_key_usage, "critical,keyCertSign,cRLSign"},
	    {NID_subject_key_identifier, "hash"},
	};
	const struct recipe r = {
	    name, PKI_CA_DAYS, extensions, sizeof extensions / sizeof *extensions};
	return make(&r, now, cert, key, e);
}
