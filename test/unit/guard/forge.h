/* SPDX-License-Identifier: ISC */
/*
 * Makes certificates, requests and revocation lists that no decent CA would: for the tests of guard, and
 * for test/hostile/make. Everything is freed by the caller.
 */
#ifndef TEST_FORGE_H
#define TEST_FORGE_H

#include <assert.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FORGE_NOW 1767225600 /* 2026-01-01T00:00:00Z */
#define FORGE_DAY 86400L
#define FORGE_FROM 1577836800   /* 2020-01-01 */
#define FORGE_UNTIL 4701974400L /* 2119-01-01 */
#define FORGE_DEVICE "IP232-30-00-af"
#define FORGE_CA "Example Device CA"

/* What is 0 is as an ordinary certificate has it. */
struct forge {
	EVP_PKEY *key;        /* must be there */
	const char *cn;       /* FORGE_DEVICE; "" for none */
	int cn_size, cn_type; /* when it is no text; V_ASN1_UTF8STRING */
	const char *cn2;      /* a second one */
	time_t from, until;   /* FORGE_FROM, FORGE_UNTIL */
	bool is_ca;
	const char *usage, *purpose; /* keyUsage; extendedKeyUsage */
	int names;                   /* so many DNS names of 90 bytes */
	const EVP_MD *md;            /* SHA-256 */
	X509 *issuer;                /* it signs itself */
	EVP_PKEY *issuer_key;
	long serial; /* 4711; 1 of a CA */
};

static inline EVP_PKEY *forge_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	assert(key);
	return key;
}

static inline void forge_text(X509_NAME *name, int nid, const char *text, int size, int type)
{
	X509_NAME_ENTRY *entry = NULL;
	/* ASN1_STRING_set() lets anything through; X509_NAME_add_entry_by_NID() does not. */
	assert(X509_NAME_ENTRY_create_by_NID(&entry, nid, type, (const unsigned char *)"x", 1));
	ASN1_STRING *string = X509_NAME_ENTRY_get_data(entry);
	assert(ASN1_STRING_set(string, text, size < 0 ? (int)strlen(text) : size));
	assert(X509_NAME_add_entry(name, entry, -1, 0));
	X509_NAME_ENTRY_free(entry);
}

static inline void forge_name(X509_NAME *name, const struct forge *f)
{
	const char *cn = f->cn ? f->cn : f->is_ca ? FORGE_CA : FORGE_DEVICE;
	forge_text(name, NID_organizationName, "Example", -1, V_ASN1_UTF8STRING);
	if (*cn || f->cn_size)
		forge_text(name, NID_commonName, cn, f->cn_size ? f->cn_size : -1,
		    f->cn_type ? f->cn_type : V_ASN1_UTF8STRING);
	if (f->cn2)
		forge_text(name, NID_commonName, f->cn2, -1, V_ASN1_UTF8STRING);
}

static inline X509_EXTENSION *forge_extension(int nid, const char *value, X509 *issuer)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, NULL, NULL, NULL, 0);
	X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	assert(x);
	return x;
}

static inline void forge_extend(
    STACK_OF(X509_EXTENSION) * list, int nid, const char *value, X509 *issuer)
{
	if (value)
		assert(sk_X509_EXTENSION_push(list, forge_extension(nid, value, issuer)) > 0);
}

static inline X509_EXTENSION *forge_names(int count)
{
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	for (int i = 0; i < count; i++) {
		char text[128];
		GENERAL_NAME *name = GENERAL_NAME_new();
		ASN1_IA5STRING *string = ASN1_IA5STRING_new();
		snprintf(text, sizeof text, "n%d.%080d.example", i, i);
		assert(ASN1_STRING_set(string, text, -1));
		GENERAL_NAME_set0_value(name, GEN_DNS, string);
		assert(sk_GENERAL_NAME_push(all, name) > 0);
	}
	X509_EXTENSION *x = X509V3_EXT_i2d(NID_subject_alt_name, 0, all);
	GENERAL_NAMES_free(all);
	assert(x);
	return x;
}

static inline STACK_OF(X509_EXTENSION) * forge_extensions(const struct forge *f)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	forge_extend(
	    list, NID_basic_constraints, f->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE", NULL);
	forge_extend(list, NID_key_usage,
	    f->usage   ? f->usage
	    : f->is_ca ? "critical,keyCertSign,cRLSign"
		       : "critical,digitalSignature",
	    NULL);
	forge_extend(list, NID_ext_key_usage,
	    f->purpose ? f->purpose
	    : f->is_ca ? NULL
		       : "clientAuth",
	    NULL);
	if (f->names)
		assert(sk_X509_EXTENSION_push(list, forge_names(f->names)) > 0);
	return list;
}

static inline X509 *forge_cert(const struct forge *f)
{
	X509 *cert = X509_new();
	/* A CA is there a day before and after what it signs. */
	long more = f->is_ca ? FORGE_DAY : 0;
	time_t from = f->from ? f->from : FORGE_FROM - more;
	time_t until = f->until ? f->until : FORGE_UNTIL + more;
	assert(X509_set_version(cert, X509_VERSION_3));
	assert(ASN1_INTEGER_set(X509_get_serialNumber(cert), f->serial  ? f->serial
							     : f->is_ca ? 1
									: 4711));
	forge_name(X509_get_subject_name(cert), f);
	assert(X509_set_issuer_name(cert, X509_get_subject_name(f->issuer ? f->issuer : cert)));
	assert(X509_time_adj_ex(X509_getm_notBefore(cert), 0, 0, &from));
	assert(X509_time_adj_ex(X509_getm_notAfter(cert), 0, 0, &until));
	assert(X509_set_pubkey(cert, f->key));
	STACK_OF(X509_EXTENSION) *list = forge_extensions(f);
	for (int i = 0; i < sk_X509_EXTENSION_num(list); i++)
		assert(X509_add_ext(cert, sk_X509_EXTENSION_value(list, i), -1));
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	assert(X509_sign(cert, f->issuer ? f->issuer_key : f->key, f->md ? f->md : EVP_sha256()));
	return cert;
}

/* `signer`: NULL for the key itself. */
static inline X509_REQ *forge_request(const struct forge *f, EVP_PKEY *signer)
{
	X509_REQ *request = X509_REQ_new();
	forge_name(X509_REQ_get_subject_name(request), f);
	assert(X509_REQ_set_pubkey(request, f->key));
	STACK_OF(X509_EXTENSION) *list = forge_extensions(f);
	assert(X509_REQ_add_extensions(request, list));
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	assert(X509_REQ_sign(request, signer ? signer : f->key, f->md ? f->md : EVP_sha256()));
	return request;
}

/* A list with one serial number. */
static inline X509_CRL *forge_list(X509 *ca, EVP_PKEY *key, long serial, time_t from, time_t until)
{
	X509_CRL *list = X509_CRL_new();
	ASN1_TIME *this = X509_time_adj_ex(NULL, 0, 0, &from);
	ASN1_TIME *next = X509_time_adj_ex(NULL, 0, 0, &until);
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509_REVOKED *entry = X509_REVOKED_new();
	assert(ASN1_INTEGER_set(number, serial));
	assert(X509_REVOKED_set_serialNumber(entry, number));
	assert(X509_REVOKED_set_revocationDate(entry, this));
	assert(X509_CRL_set_version(list, X509_CRL_VERSION_2));
	assert(X509_CRL_set_issuer_name(list, X509_get_subject_name(ca)));
	assert(X509_CRL_set1_lastUpdate(list, this) && X509_CRL_set1_nextUpdate(list, next));
	assert(X509_CRL_add0_revoked(list, entry));
	assert(X509_CRL_sort(list) && X509_CRL_sign(list, key, EVP_sha256()));
	ASN1_TIME_free(this);
	ASN1_TIME_free(next);
	ASN1_INTEGER_free(number);
	return list;
}

/* ---- as text ---- */

/* What was written to it, for free(). */
static inline char *forge_taken(BIO *bio)
{
	char *text;
	long n = BIO_get_mem_data(bio, &text);
	char *copy = strndup(text, (size_t)n);
	assert(copy);
	BIO_free(bio);
	return copy;
}

static inline char *forge_pem(X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	assert(PEM_write_bio_X509(bio, cert));
	return forge_taken(bio);
}

static inline char *forge_request_pem(X509_REQ *request)
{
	BIO *bio = BIO_new(BIO_s_mem());
	assert(PEM_write_bio_X509_REQ(bio, request));
	return forge_taken(bio);
}

static inline char *forge_list_pem(X509_CRL *list)
{
	BIO *bio = BIO_new(BIO_s_mem());
	assert(PEM_write_bio_X509_CRL(bio, list));
	return forge_taken(bio);
}

/* `phrase`: NULL for a key that needs none. */
static inline char *forge_key_pem(EVP_PKEY *key, const char *phrase)
{
	BIO *bio = BIO_new(BIO_s_mem());
	assert(PEM_write_bio_PrivateKey_traditional(bio, key, phrase ? EVP_aes_128_cbc() : NULL,
	    (const unsigned char *)phrase, phrase ? (int)strlen(phrase) : 0, NULL, NULL));
	return forge_taken(bio);
}

#endif
