/* SPDX-License-Identifier: ISC */
/* guard/csr: what a request says, and what our own CA would never sign. */
#include "guard/csr.h"

#include "guard/x509.h"

#include "test/unit/guard/forge.h"
#include "test/unit/helpers.h"

#include <openssl/core_names.h>

struct place {
	EVP_PKEY *key;
	struct arena arena;
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	p->key = forge_key();
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	EVP_PKEY_free(p->key);
	arena_free(&p->arena);
	free(p);
	assert_int_equal(ERR_peek_error(), 0);
	return 0;
}

/* As PEM; free() it. */
static char *make(struct place *p, struct forge f, EVP_PKEY *signer)
{
	if (!f.key)
		f.key = p->key;
	X509_REQ *request = forge_request(&f, signer);
	char *pem = forge_request_pem(request);
	X509_REQ_free(request);
	return pem;
}

static struct csr read_one(struct place *p, struct forge f, EVP_PKEY *signer)
{
	struct csr c;
	struct err e = {""};
	char *pem = make(p, f, signer);
	if (!csr_read(&p->arena, pem, strlen(pem), &c, &e))
		fail_msg("%s", e.text);
	free(pem);
	return c;
}

static void good(void **state)
{
	struct place *p = *state;
	struct csr c = read_one(p, (struct forge){.names = 1}, NULL);
	assert_string_equal(c.subject, "O=Example, CN=" FORGE_DEVICE);
	assert_string_equal(c.cn, FORGE_DEVICE);
	assert_string_equal(c.key, "P-256");
	assert_string_equal(c.signature, "ecdsa-with-SHA256");
	assert_true(strncmp(c.san, "DNS:n0.0000", 11) == 0);
	assert_null(c.weak);
}

static void der_and_pem_are_the_same(void **state)
{
	struct place *p = *state;
	X509_REQ *request = forge_request(&(struct forge){.key = p->key}, NULL);
	char *pem = forge_request_pem(request), digest[65];
	unsigned char *der = NULL;
	int size = i2d_X509_REQ(request, &der);
	struct csr c, d;
	assert_true(csr_read(&p->arena, pem, strlen(pem), &c, NULL));
	assert_true(csr_read(&p->arena, der, (size_t)size, &d, NULL));
	x509_digest(der, (size_t)size, digest);
	assert_string_equal(c.digest, digest);
	assert_string_equal(d.digest, digest);
	OPENSSL_free(der);
	free(pem);
	X509_REQ_free(request);
}

/* One key, however it is written, is one key. */
static void the_same_key(void **state)
{
	struct place *p = *state;
	EVP_PKEY *other = forge_key(), *rsa = EVP_RSA_gen(2048), *short_one = EVP_PKEY_dup(p->key);
	struct csr c = read_one(p, (struct forge){.names = 1}, NULL);
	struct csr d = read_one(p, (struct forge){.cn = "another"}, NULL);
	assert_int_equal(strlen(c.key_digest), 64);
	assert_string_equal(c.key_digest, d.key_digest);
	assert_string_not_equal(c.digest, d.digest);
	assert_int_equal(
	    EVP_PKEY_set_utf8_string_param(short_one, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
		OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_COMPRESSED),
	    1);
	d = read_one(p, (struct forge){.key = short_one}, NULL);
	assert_string_equal(c.key_digest, d.key_digest);
	d = read_one(p, (struct forge){.key = other}, NULL);
	assert_string_not_equal(c.key_digest, d.key_digest);
	unsigned char *der = NULL;
	char digest[65];
	int size = i2d_PUBKEY(rsa, &der);
	x509_digest(der, (size_t)size, digest);
	assert_string_equal(read_one(p, (struct forge){.key = rsa}, NULL).key_digest, digest);
	OPENSSL_free(der);
	EVP_PKEY_free(other);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(short_one);
}

static void expect_weak(struct place *p, struct forge f, EVP_PKEY *signer, const char *why)
{
	struct csr c = read_one(p, f, signer);
	if (!why)
		assert_null(c.weak);
	else if (!c.weak || !strstr(c.weak, why))
		fail_msg("\"%s\" is not in \"%s\"", why, c.weak ? c.weak : "(nothing)");
}

static void expect_key(struct place *p, EVP_PKEY *key, const char *why)
{
	expect_weak(p, (struct forge){.key = key}, NULL, why);
	EVP_PKEY_free(key);
}

static void weak_keys(void **state)
{
	struct place *p = *state;
	expect_key(
	    p, EVP_RSA_gen(1024), "its key is RSA 1024, not RSA 2048 to 4096, P-256 or P-384");
	expect_key(p, EVP_RSA_gen(2040), "its key is RSA 2040, ");
	expect_key(p, EVP_RSA_gen(2048), NULL);
	expect_key(p, EVP_EC_gen("P-384"), NULL);
	expect_key(p, EVP_EC_gen("P-521"), "its key is P-521, ");
	expect_key(p, EVP_EC_gen("P-224"), "its key is P-224, ");
	expect_key(p, EVP_EC_gen("secp256k1"), "its key is secp256k1, ");
}

/* P-256, but spelt out: OpenSSL verifies no chain with such a key. */
static void curve_spelt_out(void **state)
{
	struct place *p = *state;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	assert_int_equal(EVP_PKEY_set_utf8_string_param(
			     key, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT),
	    1);
	expect_key(p, key, "with a curve that is spelt out");
}

static void weak_signatures(void **state)
{
	struct place *p = *state;
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *other = forge_key();
	expect_weak(p, (struct forge){.md = EVP_sha1()}, NULL,
	    "it is signed with ecdsa-with-SHA1, not with SHA-256, SHA-384 or SHA-512");
	expect_weak(p, (struct forge){.key = rsa, .md = EVP_md5()}, NULL,
	    "it is signed with md5WithRSAEncryption, ");
	expect_weak(p, (struct forge){.md = EVP_sha384()}, NULL, NULL);
	expect_weak(p, (struct forge){.md = EVP_sha512()}, NULL, NULL);
	expect_weak(p, (struct forge){0}, other, "its signature is wrong");
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other);
}

static void weak_names(void **state)
{
	struct place *p = *state;
	static const struct {
		struct forge f;
		const char *why;
	} bad[] = {
	    {{.cn = ""}, "the subject has no common name"},
	    {{.cn2 = "b"}, "more than one common name"},
	    {{.cn = "a\0b", .cn_size = 3}, "no plain text: a\\x00b"},
	    {{.cn = "a\nb"}, "no plain text: a\\x0ab"},
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		expect_weak(p, bad[i].f, NULL, bad[i].why);
		assert_string_equal(read_one(p, bad[i].f, NULL).cn, "");
	}
}

static void wants_to_be_a_ca(void **state)
{
	struct place *p = *state;
	expect_weak(p, (struct forge){.is_ca = true}, NULL, "CA:TRUE");
}

static void without_extensions(void **state)
{
	struct place *p = *state;
	X509_REQ *request = X509_REQ_new();
	struct csr c;
	forge_name(X509_REQ_get_subject_name(request), &(struct forge){0});
	assert_true(X509_REQ_set_pubkey(request, p->key));
	assert_true(X509_REQ_sign(request, p->key, EVP_sha256()));
	char *pem = forge_request_pem(request);
	assert_true(csr_read(&p->arena, pem, strlen(pem), &c, NULL));
	assert_null(c.weak);
	assert_string_equal(c.san, "");
	free(pem);
	X509_REQ_free(request);
}

/* ---- what is no request ---- */

static void expect_none(struct place *p, const void *bytes, size_t size, const char *why)
{
	struct csr c;
	struct err e = {""};
	assert_false(csr_read(&p->arena, bytes, size, &c, &e));
	if (!strstr(e.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, e.text);
}

static void none(void **state)
{
	struct place *p = *state;
	char *pem = make(p, (struct forge){0}, NULL), *two, *large;
	char *key = forge_key_pem(p->key, "secret");
	expect_none(p, "", 0, "it is empty");
	expect_none(p, "x", 1, "it is no request");
	expect_none(p, "0\x82\x01\n\x02\x82", 6, "it is no request, or a damaged one");
	expect_none(p, pem, strlen(pem) - 60, "damaged");
	expect_none(p, key, strlen(key), "something else in it");
	assert_true(asprintf(&two, "%s%s", pem, pem) > 0);
	expect_none(p, two, strlen(two), "there is more than one request in it");
	large = calloc(1, 1 << 20);
	strcpy(large, pem);
	expect_none(p, large, 1 << 20, "it is longer than 16384 bytes");
	free(large);
	free(two);
	free(key);
	free(pem);
	static const char locked[] = "-----BEGIN CERTIFICATE REQUEST-----\n"
				     "Proc-Type: 4,ENCRYPTED\n"
				     "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
				     "MIIB\n-----END CERTIFICATE REQUEST-----\n";
	expect_none(p, locked, strlen(locked), "the request is encrypted");
}

static void bytes_behind(void **state)
{
	struct place *p = *state;
	X509_REQ *request = forge_request(&(struct forge){.key = p->key}, NULL);
	unsigned char *der = NULL, longer[4096] = {0};
	struct buf pem = {0};
	int size = i2d_X509_REQ(request, &der);
	memcpy(longer, der, (size_t)size);
	expect_none(p, longer, (size_t)size + 1, "there are bytes behind the request");
	x509_armour(&pem, "CERTIFICATE REQUEST", longer, (size_t)size + 1);
	expect_none(p, pem.data, pem.size, "there are bytes behind the request");
	expect_none(p, der, (size_t)size - 1, "it is no request, or a damaged one");
	buf_free(&pem);
	OPENSSL_free(der);
	X509_REQ_free(request);
}

/* ---- answers ---- */

static void answered(void **state)
{
	struct place *p = *state;
	EVP_PKEY *ca_key = forge_key(), *other = forge_key();
	X509 *ca = forge_cert(&(struct forge){.key = ca_key, .is_ca = true});
	struct forge f = {.key = p->key, .issuer = ca, .issuer_key = ca_key};
	X509 *mine = forge_cert(&f);
	f.key = other;
	X509 *wrong = forge_cert(&f);
	f = (struct forge){.key = p->key, .cn = "a\nb", .issuer = ca, .issuer_key = ca_key};
	X509 *unclean = forge_cert(&f);
	char *request = make(p, (struct forge){0}, NULL), *chain;
	char *pems[] = {forge_pem(mine), forge_pem(wrong), forge_pem(unclean), forge_pem(ca)};
	struct cert c;
	struct err e = {""};
	assert_true(asprintf(&chain, "%s%s", pems[0], pems[3]) > 0);
	assert_true(
	    csr_answered(&p->arena, request, strlen(request), chain, strlen(chain), &c, &e));
	assert_string_equal(c.cn, FORGE_DEVICE);
	assert_string_equal(c.issuer, FORGE_CA);
	const struct {
		const char *request, *cert, *why;
	} bad[] = {
	    {request, pems[1],
		"another key than that of the request: its subject is O=Example, CN=" FORGE_DEVICE},
	    {request, pems[2], "no plain text: a\\x0ab"},
	    {request, "x", "it is no certificate"},
	    {request, request, "there is no certificate in it"},
	    {"x", pems[0], "the request cannot be read: it is no request"},
	    {pems[0], pems[0], "the request cannot be read: it is no request: there is something"},
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_false(csr_answered(&p->arena, bad[i].request, strlen(bad[i].request),
		    bad[i].cert, strlen(bad[i].cert), &c, &e));
		if (!strstr(e.text, bad[i].why))
			fail_msg("\"%s\" is not in \"%s\"", bad[i].why, e.text);
	}
	for (size_t i = 0; i < COUNT(pems); i++)
		free(pems[i]);
	free(chain);
	free(request);
	X509_free(mine);
	X509_free(wrong);
	X509_free(unclean);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(good),
	    TEST(der_and_pem_are_the_same),
	    TEST(the_same_key),
	    TEST(weak_keys),
	    TEST(curve_spelt_out),
	    TEST(weak_signatures),
	    TEST(weak_names),
	    TEST(wants_to_be_a_ca),
	    TEST(without_extensions),
	    TEST(none),
	    TEST(bytes_behind),
	    TEST(answered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
