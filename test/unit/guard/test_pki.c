/* SPDX-License-Identifier: ISC */
/* guard/pki: what is made can be read, says what it should, and verifies. */
#include "guard/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define NOW 1767225600 /* 2026-01-01T00:00:00Z */
#define DAY 86400L

static X509 *read_cert(const struct buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->size);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(cert);
	return cert;
}

static EVP_PKEY *read_key(const struct buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->size);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(key);
	return key;
}

/* What X509_verify_cert() says of `cert` when `trusted` is the only CA, at that time. */
static int verify(X509 *cert, X509 *trusted, time_t when)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_STORE_add_cert(store, trusted);
	X509_STORE_CTX_init(context, store, cert, NULL);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), when);
	X509_verify_cert(context);
	int error = X509_STORE_CTX_get_error(context);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	return error;
}

static X509 *server(const char *const *names, size_t count)
{
	struct buf pem = {0};
	struct err e = {""};
	assert_true(pki_make_server(names, count, NOW, &pem, &e));
	X509 *cert = read_cert(&pem);
	EVP_PKEY *key = read_key(&pem);
	assert_int_equal(X509_check_private_key(cert, key), 1);
	EVP_PKEY_free(key);
	buf_free(&pem);
	return cert;
}

static void test_server_names(void **state)
{
	(void)state;
	static const char *const names[] = {
	    "localhost", "127.0.0.1", "::1", "LOCALHOST", "127.0.0.1"};
	X509 *cert = server(names, 5);
	assert_int_equal(X509_check_host(cert, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_ip_asc(cert, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(cert, "::1", 0), 1);
	assert_int_equal(X509_check_host(cert, "example.org", 0, 0, NULL), 0);
	assert_int_equal(X509_check_ip_asc(cert, "127.0.0.2", 0), 0);
	GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	assert_int_equal(sk_GENERAL_NAME_num(all), 3);
	GENERAL_NAMES_free(all);
	X509_free(cert);
}

static void test_server_verifies(void **state)
{
	(void)state;
	static const char *const names[] = {"localhost"};
	X509 *cert = server(names, 1);
	assert_int_equal(verify(cert, cert, NOW), X509_V_OK);
	assert_int_equal(verify(cert, cert, NOW - 3599), X509_V_OK);
	assert_int_equal(verify(cert, cert, NOW - 3601), X509_V_ERR_CERT_NOT_YET_VALID);
	assert_int_equal(verify(cert, cert, NOW + PKI_SERVER_DAYS * DAY - 1), X509_V_OK);
	assert_int_equal(
	    verify(cert, cert, NOW + PKI_SERVER_DAYS * DAY + 1), X509_V_ERR_CERT_HAS_EXPIRED);
	assert_int_equal(X509_check_purpose(cert, X509_PURPOSE_SSL_SERVER, 0), 1);
	assert_int_equal(X509_check_purpose(cert, X509_PURPOSE_SSL_CLIENT, 0), 0);
	assert_int_equal(X509_check_ca(cert), 0);
	X509_free(cert);
}

static void test_server_is_new_each_time(void **state)
{
	(void)state;
	static const char *const names[] = {"localhost"};
	X509 *a = server(names, 1), *b = server(names, 1);
	assert_int_not_equal(
	    ASN1_INTEGER_cmp(X509_get0_serialNumber(a), X509_get0_serialNumber(b)), 0);
	assert_int_not_equal(EVP_PKEY_eq(X509_get0_pubkey(a), X509_get0_pubkey(b)), 1);
	X509_free(a);
	X509_free(b);
}

static void test_server_bad_names(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "a,DNS:b", "a b", "a\nb", "fe80::1%eth0",
	    "*.example.org",
	    "a.name.that.is.longer.than.the.sixty-four.characters.of.a.common.name"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf pem = {0};
		struct err e = {""};
		const char *names[] = {"localhost", bad[i]};
		assert_false(pki_make_server(names, 2, NOW, &pem, &e));
		assert_non_null(strstr(e.text, "neither a DNS name nor an IP address"));
		assert_int_equal(pem.size, 0);
	}
}

static void test_server_number_of_names(void **state)
{
	(void)state;
	const char *names[PKI_NAMES + 1];
	struct buf pem = {0};
	struct err e = {""};
	for (size_t i = 0; i < PKI_NAMES + 1; i++)
		names[i] = "localhost";
	assert_false(pki_make_server(names, 0, NOW, &pem, &e));
	assert_false(pki_make_server(names, PKI_NAMES + 1, NOW, &pem, &e));
	assert_non_null(strstr(e.text, "needs 1 to"));
	assert_true(pki_make_server(names, PKI_NAMES, NOW, &pem, &e));
	buf_free(&pem);
}

static void test_ca(void **state)
{
	(void)state;
	struct buf pem = {0}, key_pem = {0};
	struct err e = {""};
	assert_true(pki_make_ca("Test CA", NOW, &pem, &key_pem, &e));
	assert_null(strstr(buf_text(&pem), "PRIVATE"));
	X509 *cert = read_cert(&pem);
	EVP_PKEY *key = read_key(&key_pem);
	assert_int_equal(X509_check_private_key(cert, key), 1);
	assert_int_equal(X509_check_ca(cert), 1);
	assert_int_equal(X509_check_purpose(cert, X509_PURPOSE_SSL_CLIENT, 1), 1);
	assert_int_equal(verify(cert, cert, NOW), X509_V_OK);
	char name[64];
	X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, name, sizeof name);
	assert_string_equal(name, "Test CA");
	EVP_PKEY_free(key);
	X509_free(cert);
	buf_free(&pem);
	buf_free(&key_pem);
}

static void test_ca_bad_name(void **state)
{
	(void)state;
	struct buf pem = {0}, key = {0};
	struct err e = {""};
	assert_false(pki_make_ca("\xff\xfe", NOW, &pem, &key, &e));
	assert_non_null(strstr(e.text, "could not be made"));
	assert_int_equal(pem.size + key.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_server_names),
	    cmocka_unit_test(test_server_verifies),
	    cmocka_unit_test(test_server_is_new_each_time),
	    cmocka_unit_test(test_server_bad_names),
	    cmocka_unit_test(test_server_number_of_names),
	    cmocka_unit_test(test_ca),
	    cmocka_unit_test(test_ca_bad_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
