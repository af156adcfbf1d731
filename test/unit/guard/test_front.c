/* SPDX-License-Identifier: ISC */
/* guard/front: what the web server may be given, and what would end it or lock somebody out. */
#include "guard/front.h"
#include "guard/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test/unit/guard/forge.h"

#define NOW FORGE_NOW
#define DAY FORGE_DAY

/* A text of PEM blocks; each is freed. NULL ends them. */
static char *join(char *first, ...)
{
	struct buf out = {0};
	va_list more;
	va_start(more, first);
	for (char *text = first; text; text = va_arg(more, char *)) {
		buf_adds(&out, text);
		free(text);
	}
	va_end(more);
	buf_addc(&out, '\0');
	return out.data;
}

/* ---- the server's certificate ---- */

/* Its text is freed. */
static void check_server(char *text, const char *wrong)
{
	struct err e = {""};
	bool ok = front_check_server(text, strlen(text), &e);
	if (wrong && !strstr(e.text, wrong))
		fail_msg("\"%s\" instead of \"%s\"", e.text, wrong);
	assert_int_equal(ok, !wrong);
	free(text);
}

static char *certificate(EVP_PKEY *key, const EVP_MD *md, X509 *issuer, EVP_PKEY *issuer_key)
{
	const struct forge f = {.key = key, .md = md, .issuer = issuer, .issuer_key = issuer_key};
	X509 *cert = forge_cert(&f);
	char *pem = forge_pem(cert);
	X509_free(cert);
	return pem;
}

static void test_server(void **state)
{
	(void)state;
	EVP_PKEY *key = forge_key(), *other = forge_key(), *weak = EVP_RSA_gen(1024);
	const struct forge of_ca = {.key = other, .is_ca = true};
	X509 *ca = forge_cert(&of_ca);
	struct {
		char *cert, *key;
		const char *wrong;
	} cases[] = {
	    {certificate(key, NULL, NULL, NULL), forge_key_pem(key, NULL), NULL},
	    {certificate(key, NULL, ca, other), forge_key_pem(key, NULL), NULL},
	    {certificate(key, NULL, NULL, NULL), strdup(""), "no private key in it"},
	    {certificate(key, NULL, NULL, NULL), forge_key_pem(key, "x"), "pass phrase"},
	    {certificate(key, NULL, NULL, NULL), forge_key_pem(other, NULL),
		"not that of its first"},
	    {strdup(""), forge_key_pem(key, NULL), "no certificate in it"},
	    {strdup("text"), strdup(""), "no certificate in it"},
	    {certificate(weak, NULL, NULL, NULL), forge_key_pem(weak, NULL), "its key is too weak"},
	    {certificate(key, EVP_sha1(), ca, other), forge_key_pem(key, NULL), "is signed with"},
	    /* Nobody looks at this signature. */
	    {certificate(key, EVP_sha1(), NULL, NULL), forge_key_pem(key, NULL), NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_server(join(cases[i].cert, cases[i].key, NULL), cases[i].wrong);
	char *half = certificate(key, NULL, NULL, NULL);
	half[strlen(half) / 2] = '\0';
	check_server(half, "not complete");
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	EVP_PKEY_free(weak);
}

static void test_names(void **state)
{
	(void)state;
	static const char *const names[] = {"update.example", "192.0.2.7", "2001:db8::7"};
	static const struct {
		const char *host;
		bool is;
	} cases[] = {
	    {"update.example", true},
	    {"UPDATE.example", true},
	    {"192.0.2.7", true},
	    {"2001:db8::7", true},
	    {"2001:db8:0:0::7", true},
	    {"example", false},
	    {"www.update.example", false},
	    {"192.0.2.70", false},
	    {"2001:db8::8", false},
	    {"x", false},
	};
	struct buf pem = {0};
	assert_true(pki_make_server(names, 3, NOW, &pem, NULL));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (front_is_for(pem.data, pem.size, cases[i].host) != cases[i].is)
			fail_msg("%s", cases[i].host);
	}
	assert_false(front_is_for("text", 4, "update.example"));
	buf_free(&pem);
}

/* ---- revocation lists ---- */

struct authority {
	EVP_PKEY *key;
	X509 *cert;
};

static struct authority authority(const char *name)
{
	struct authority a = {.key = forge_key()};
	const struct forge f = {.key = a.key, .cn = name, .is_ca = true};
	a.cert = forge_cert(&f);
	return a;
}

static void forget(struct authority *a)
{
	X509_free(a->cert);
	EVP_PKEY_free(a->key);
}

/* `signer` may be another one. */
static char *list(const struct authority *a, const struct authority *signer, long from, long until)
{
	X509_CRL *made = forge_list(a->cert, signer->key, 7, NOW + from, NOW + until);
	char *pem = forge_list_pem(made);
	X509_CRL_free(made);
	return pem;
}

/* One that says something of a part of the certificates only. */
static char *partial_list(const struct authority *a, int nid)
{
	X509_CRL *made = forge_list(a->cert, a->key, 7, NOW - DAY, NOW + DAY);
	unsigned char empty[] = {0x30, 0x00};
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(value, empty, sizeof empty);
	X509_EXTENSION *x = X509_EXTENSION_create_by_NID(NULL, nid, 1, value);
	X509_CRL_add_ext(made, x, -1);
	X509_CRL_sign(made, a->key, EVP_sha256());
	char *pem = forge_list_pem(made);
	X509_EXTENSION_free(x);
	ASN1_OCTET_STRING_free(value);
	X509_CRL_free(made);
	return pem;
}

/* Both texts are freed. `wrong` NULL: so many lists are given, and the first runs out after `until` s. */
static void check_lists(char *cas, char *lists, const char *wrong, int count, long until)
{
	struct buf out = {0};
	struct err why = {""};
	time_t runs_out;
	bool ok = front_lists(cas, strlen(cas), lists, strlen(lists), NOW, &out, &runs_out, &why);
	int found = 0;
	for (const char *at = buf_text(&out); (at = strstr(at, "BEGIN X509 CRL")); at++)
		found++;
	if (wrong && !strstr(why.text, wrong))
		fail_msg("\"%s\" instead of \"%s\"", why.text, wrong);
	assert_int_equal(ok, !wrong);
	assert_int_equal(found, count);
	if (ok)
		assert_int_equal(runs_out, NOW + until);
	buf_free(&out);
	free(cas);
	free(lists);
}

static void test_lists(void **state)
{
	(void)state;
	struct authority a = authority("A"), b = authority("B"), twin = authority("A");
	char *(*pem)(X509 *) = forge_pem;
	char *mine = list(&a, &a, -DAY, DAY);
	/* Of one CA, of two; the first that runs out counts, of one CA the last. */
	check_lists(pem(a.cert), strdup(mine), NULL, 1, DAY);
	check_lists(join(pem(a.cert), pem(b.cert), NULL),
	    join(list(&b, &b, -DAY, 2 * DAY), strdup(mine), NULL), NULL, 2, DAY);
	check_lists(
	    pem(a.cert), join(list(&a, &a, -DAY, 2 * DAY), strdup(mine), NULL), NULL, 2, 2 * DAY);
	/* Lists of others, and those that are out of date, are left out. */
	check_lists(pem(a.cert), join(list(&b, &b, -DAY, DAY), strdup(mine), NULL), NULL, 1, DAY);
	check_lists(
	    pem(a.cert), join(list(&a, &a, -2 * DAY, -DAY), strdup(mine), NULL), NULL, 1, DAY);
	const char *none = "the CA \"A\" has no complete revocation list that is in force";
	check_lists(pem(a.cert), list(&a, &a, -DAY, FRONT_MARGIN), none, 0, 0);
	check_lists(pem(a.cert), list(&a, &a, -DAY, FRONT_MARGIN + 1), NULL, 1, FRONT_MARGIN + 1);
	check_lists(pem(a.cert), list(&a, &a, 1, DAY), none, 0, 0);
	check_lists(pem(a.cert), list(&a, &b, -DAY, DAY), none, 0, 0);
	check_lists(pem(a.cert), partial_list(&a, NID_issuing_distribution_point), none, 0, 0);
	check_lists(pem(a.cert), partial_list(&a, NID_delta_crl), none, 0, 0);
	check_lists(
	    join(pem(a.cert), pem(b.cert), NULL), strdup(mine), "\"B\" has no complete", 0, 0);
	check_lists(
	    join(pem(a.cert), pem(twin.cert), NULL), strdup(mine), "the name of another", 0, 0);
	/* The same CA twice is one; what is no CA needs no list. */
	check_lists(join(pem(a.cert), pem(a.cert), certificate(b.key, NULL, NULL, NULL), NULL),
	    strdup(mine), NULL, 2, DAY);
	free(mine);
	forget(&a);
	forget(&b);
	forget(&twin);
}

static void test_damaged(void **state)
{
	(void)state;
	struct authority a = authority("A");
	char *half = list(&a, &a, -DAY, DAY);
	half[strlen(half) / 2] = '\0';
	check_lists(forge_pem(a.cert), half, "damaged", 0, 0);
	half = forge_pem(a.cert);
	half[strlen(half) / 2] = '\0';
	check_lists(half, list(&a, &a, -DAY, DAY), "damaged", 0, 0);
	forget(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_server),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
