/* SPDX-License-Identifier: ISC */
/* Signing requests of devices; see signing_request.h. Touches libcrypto. */
#include "tools/sim/signing_request.h"

#include "base/pct.h"
#include "base/text.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	int bits;
	const char *curve;
} keys[] = {
    {"2048-bit", 2048, NULL}, /* the first is what is made when nothing is said */
    {"1024-bit", 1024, NULL},
    {"3072-bit", 3072, NULL},
    {"4096-bit", 4096, NULL},
    {"P-256", 0, "P-256"},
    {"P-384", 0, "P-384"},
};

static const struct {
	const char *word, *digest;
} signatures[] = {
    {"SH256", "SHA256"},
    {"SH1", "SHA1"},
    {"SH384", "SHA384"},
    {"SH512", "SHA512"},
};

static bool take_key(struct signing_request *r, const char *word)
{
	size_t i = 0;
	while (i < sizeof keys / sizeof *keys && strcmp(word, keys[i].word) != 0)
		i++;
	if (i == sizeof keys / sizeof *keys)
		return false;
	r->bits = keys[i].bits;
	r->curve = keys[i].curve;
	return true;
}

static bool take_signature(struct signing_request *r, const char *word)
{
	size_t i = 0;
	while (i < sizeof signatures / sizeof *signatures && strcmp(word, signatures[i].word) != 0)
		i++;
	if (i == sizeof signatures / sizeof *signatures)
		return false;
	r->digest = signatures[i].digest;
	return true;
}

/* Some types of devices want a plus where others want a blank. */
static bool take_type(struct signing_request *r, const char *word)
{
	(void)r;
	return !strcmp(word, "Signing request") || !strcmp(word, "Signing+request");
}

/* An option that is not the name of somebody. */
static const struct {
	const char *option;
	bool (*take)(struct signing_request *r, const char *word);
} settings[] = {
    {"/key", take_key},
    {"/signature", take_signature},
    {"/type", take_type},
};

/* A part of the subject, or a kind of other name. */
static const struct {
	const char *option, *subject, *other;
} names[] = {
    {"/dn-cn", "CN", NULL},
    {"/dn-ou", "OU", NULL},
    {"/dn-o", "O", NULL},
    {"/dn-l", "L", NULL},
    {"/dn-st", "ST", NULL},
    {"/dn-c", "C", NULL},
    {"/san-dns", NULL, "DNS"},
    {"/san-ip", NULL, "IP"},
};

/* The decoded value behind option `i`; an empty value is just not there. */
static bool value_behind(const struct words *w, size_t i, struct buf *out)
{
	buf_reset(out);
	if (i + 1 >= w->count || w->word[i + 1][0] == '/')
		return true;
	size_t n = strlen(w->word[i + 1]);
	if (!pct_decode(buf_want(out, n), w->word[i + 1], n, &n))
		return false;
	buf_took(out, n);
	return text_is_utf8(out->data, n) && !text_has_control(out->data, n);
}

static bool add_name(
    struct signing_request *r, struct buf *others, const char *option, const char *value)
{
	size_t i = 0;
	while (i < sizeof names / sizeof *names && strcmp(option, names[i].option) != 0)
		i++;
	if (i == sizeof names / sizeof *names)
		return true;
	if (names[i].subject)
		return X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(r->request),
			   names[i].subject, MBSTRING_UTF8, (const unsigned char *)value, -1, -1,
			   0) == 1;
	buf_addf(others, "%s%s:%s", others->size > 0 ? "," : "", names[i].other, value);
	return true;
}

static bool take_option(
    struct signing_request *r, struct buf *others, const char *option, const char *value)
{
	if (!*value)
		return true;
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		if (!strcmp(option, settings[i].option))
			return settings[i].take(r, value);
	}
	return add_name(r, others, option, value);
}

static bool take_options(struct signing_request *r, const struct words *w, struct buf *others)
{
	struct buf value = {0};
	bool fine = true;
	for (size_t i = 0; i < w->count && fine; i++)
		fine = w->word[i][0] != '/' ||
		       (value_behind(w, i, &value) &&
			   take_option(r, others, w->word[i], buf_text(&value)));
	buf_free(&value);
	return fine;
}

static bool add_other_names(X509_REQ *request, const char *others)
{
	if (!*others)
		return true;
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, others);
	if (!e)
		return false;
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	bool fine = list && sk_X509_EXTENSION_push(list, e) > 0;
	fine = fine && X509_REQ_add_extensions(request, list) == 1;
	sk_X509_EXTENSION_free(list);
	X509_EXTENSION_free(e);
	return fine;
}

bool signing_request_parse(const struct words *w, struct signing_request *out)
{
	struct buf others = {0};
	*out = (struct signing_request){.request = X509_REQ_new(),
	    .bits = keys[0].bits,
	    .curve = keys[0].curve,
	    .digest = signatures[0].digest};
	bool fine = out->request && take_options(out, w, &others) &&
		    add_other_names(out->request, buf_text(&others));
	if (!fine)
		signing_request_free(out);
	buf_free(&others);
	return fine;
}

void signing_request_free(struct signing_request *r)
{
	X509_REQ_free(r->request);
	*r = (struct signing_request){0};
}

/*
 * Of three primes when the key is long enough: found four times as fast as two, and nobody who sees
 * the public key knows. Not for keys that anything depends on.
 */
static EVP_PKEY *rsa_key(int bits)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *made = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (!made || EVP_PKEY_keygen_init(made) != 1 ||
	    EVP_PKEY_CTX_set_rsa_keygen_bits(made, bits) != 1 ||
	    (bits > 1024 && EVP_PKEY_CTX_set_rsa_keygen_primes(made, 3) != 1) ||
	    EVP_PKEY_generate(made, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(made);
	return key;
}

EVP_PKEY *signing_request_key(const struct signing_request *r)
{
	return r->curve ? EVP_EC_gen(r->curve) : rsa_key(r->bits);
}

bool signing_request_sign(struct signing_request *r, EVP_PKEY *key)
{
	return X509_REQ_set_pubkey(r->request, key) == 1 &&
	       X509_REQ_sign(r->request, key, EVP_get_digestbyname(r->digest)) > 0;
}
