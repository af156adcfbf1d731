/* SPDX-License-Identifier: ISC */
/* guard/client: who is let in, and what is said to whoever is not. */
#include "guard/client.h"

#include "guard/x509.h"

#include "test/unit/guard/forge.h"
#include "test/unit/helpers.h"

struct place {
	char *folder;
	EVP_PKEY *ca_key, *key;
	X509 *ca;
	struct client_trust *trust;
	struct arena arena;
};

static void write_text(const struct place *p, const char *name, char *text)
{
	folder_write(p->folder, name, text, strlen(text));
	free(text);
}

static void load(struct place *p)
{
	struct err e = {""};
	char cas[PATH_MAX], own[PATH_MAX], other[PATH_MAX];
	const char *const crls[] = {own, other, NULL};
	snprintf(cas, sizeof cas, "%s/ca.pem", p->folder);
	snprintf(own, sizeof own, "%s/own.pem", p->folder);
	snprintf(other, sizeof other, "%s/other.pem", p->folder);
	client_trust_free(p->trust);
	p->trust = client_trust_load(cas, crls, &e);
	if (!p->trust)
		fail_msg("%s", e.text);
}

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	p->folder = folder_new();
	p->ca_key = forge_key();
	p->key = forge_key();
	p->ca = forge_cert(&(struct forge){.key = p->ca_key, .is_ca = true});
	write_text(p, "ca.pem", forge_pem(p->ca));
	load(p);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	client_trust_free(p->trust);
	X509_free(p->ca);
	EVP_PKEY_free(p->ca_key);
	EVP_PKEY_free(p->key);
	arena_free(&p->arena);
	folder_free(p->folder);
	free(p);
	assert_int_equal(ERR_peek_error(), 0);
	return 0;
}

/* A certificate of our CA, as text; free() it. */
static char *make(struct place *p, struct forge f)
{
	if (!f.key)
		f.key = p->key;
	if (!f.issuer) {
		f.issuer = p->ca;
		f.issuer_key = p->ca_key;
	}
	X509 *cert = forge_cert(&f);
	char *pem = forge_pem(cert);
	X509_free(cert);
	return pem;
}

static void expect_good(struct place *p, const char *pem, time_t now)
{
	struct cert c;
	struct err e = {""};
	if (!client_verify(p->trust, &p->arena, pem, now, &c, &e))
		fail_msg("%s", e.text);
	assert_string_equal(c.cn, FORGE_DEVICE);
	assert_string_equal(c.issuer, FORGE_CA);
	assert_string_equal(c.serial, "1267");
	assert_int_equal(c.from, FORGE_FROM);
	assert_int_equal(c.until, FORGE_UNTIL);
}

static void expect_bad(struct place *p, const char *pem, time_t now, const char *why)
{
	struct cert c;
	struct err e = {""};
	assert_false(client_verify(p->trust, &p->arena, pem, now, &c, &e));
	if (!strstr(e.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, e.text);
}

/* Frees the text. */
static void expect_bad_one(struct place *p, struct forge f, const char *why)
{
	char *pem = make(p, f);
	expect_bad(p, pem, FORGE_NOW, why);
	expect_bad(p, pem, FORGE_NOW, why);
	free(pem);
}

static void good(void **state)
{
	struct place *p = *state;
	char *pem = make(p, (struct forge){0});
	expect_good(p, pem, FORGE_NOW);
	expect_good(p, pem, FORGE_NOW); /* from memory */
	free(pem);
}

static void no_purpose_is_any(void **state)
{
	struct place *p = *state;
	char *pem = make(p, (struct forge){.purpose = "serverAuth,clientAuth"});
	expect_good(p, pem, FORGE_NOW);
	free(pem);
}

/* Time passes also for what is remembered. */
static void validity(void **state)
{
	struct place *p = *state;
	char *pem = make(p, (struct forge){0});
	for (int round = 0; round < 2; round++) {
		expect_bad(p, pem, FORGE_FROM - 1, "it is not valid before 2020-01-01");
		expect_good(p, pem, FORGE_FROM);
		expect_good(p, pem, FORGE_UNTIL - 1);
		expect_bad(p, pem, FORGE_UNTIL, "it has expired on 2119-01-01");
	}
	free(pem);
}

static void validity_of_the_ca(void **state)
{
	struct place *p = *state;
	X509_free(p->ca);
	p->ca = forge_cert(
	    &(struct forge){.key = p->ca_key, .is_ca = true, .until = FORGE_NOW + FORGE_DAY});
	write_text(p, "ca.pem", forge_pem(p->ca));
	load(p);
	char *pem = make(p, (struct forge){0});
	expect_good(p, pem, FORGE_NOW);
	expect_bad(
	    p, pem, FORGE_NOW + FORGE_DAY, "its CA \"" FORGE_CA "\" has expired on 2026-01-02");
	free(pem);
}

static void no_chain(void **state)
{
	struct place *p = *state;
	EVP_PKEY *other_key = forge_key();
	X509 *other =
	    forge_cert(&(struct forge){.key = other_key, .is_ca = true, .cn = "Other CA"});
	expect_bad_one(p, (struct forge){.issuer = other, .issuer_key = other_key},
	    "no chain leads from its issuer \"Other CA\" to a CA in ");
	/* It has the name, but not the key. */
	expect_bad_one(p, (struct forge){.issuer = p->ca, .issuer_key = other_key},
	    "it has a wrong signature");
	X509 *self = forge_cert(&(struct forge){.key = p->key});
	char *pem = forge_pem(self);
	expect_bad(p, pem, FORGE_NOW, "it is signed by itself, not by a CA of ");
	free(pem);
	X509_free(self);
	X509_free(other);
	EVP_PKEY_free(other_key);
}

/* An intermediate CA counts when it stands in the file, alone even; else not. */
static void intermediate(void **state)
{
	struct place *p = *state;
	EVP_PKEY *key = forge_key();
	X509 *ca = forge_cert(&(struct forge){.key = key,
	    .is_ca = true,
	    .cn = "Middle CA",
	    .issuer = p->ca,
	    .issuer_key = p->ca_key,
	    .serial = 99});
	char *pem = make(p, (struct forge){.issuer = ca, .issuer_key = key});
	struct cert c;
	struct err e;
	expect_bad(p, pem, FORGE_NOW, "if an intermediate CA issued it");
	write_text(p, "ca.pem", forge_pem(ca));
	load(p);
	assert_true(client_verify(p->trust, &p->arena, pem, FORGE_NOW, &c, &e));
	assert_string_equal(c.issuer, "Middle CA");
	/* The root revokes it. */
	char *both[] = {forge_pem(p->ca), forge_pem(ca)}, *text;
	assert_true(asprintf(&text, "%s%s", both[0], both[1]) > 0);
	free(both[0]);
	free(both[1]);
	write_text(p, "ca.pem", text);
	X509_CRL *list = forge_list(p->ca, p->ca_key, 99, FORGE_NOW, FORGE_UNTIL);
	write_text(p, "own.pem", forge_list_pem(list));
	load(p);
	expect_bad(p, pem, FORGE_NOW, "its CA \"Middle CA\" was revoked on 2026-01-01");
	X509_CRL_free(list);
	free(pem);
	X509_free(ca);
	EVP_PKEY_free(key);
}

static void a_device_is_no_ca(void **state)
{
	struct place *p = *state;
	X509 *device = forge_cert(&(struct forge){
	    .key = p->key, .cn = "IP222-30-00-b0", .issuer = p->ca, .issuer_key = p->ca_key});
	expect_bad_one(p, (struct forge){.issuer = device, .issuer_key = p->key},
	    "no chain leads from its issuer");
	/* Not even when somebody puts it into the file. */
	char *both[] = {forge_pem(p->ca), forge_pem(device)}, *text;
	assert_true(asprintf(&text, "%s%s", both[0], both[1]) > 0);
	free(both[0]);
	free(both[1]);
	write_text(p, "ca.pem", text);
	load(p);
	assert_int_equal(client_trust_count(p->trust), 1);
	expect_bad_one(p, (struct forge){.issuer = device, .issuer_key = p->key},
	    "no chain leads from its issuer");
	X509_free(device);
}

static void wrong_kind(void **state)
{
	struct place *p = *state;
	EVP_PKEY *rsa = EVP_RSA_gen(1024);
	expect_bad_one(p, (struct forge){.purpose = "serverAuth"}, "it is not for TLS clients");
	expect_bad_one(
	    p, (struct forge){.usage = "critical,keyEncipherment"}, "it is not for TLS clients");
	expect_bad_one(p, (struct forge){.md = EVP_sha1()}, "a digest that is too weak");
	expect_bad_one(p, (struct forge){.key = rsa}, "a key that is too weak");
	EVP_PKEY_free(rsa);
}

static void unclean(void **state)
{
	struct place *p = *state;
	static const char bmp[] = "\0I\0P";
	expect_bad_one(p, (struct forge){.cn = ""}, "the subject has no common name");
	expect_bad_one(p, (struct forge){.cn2 = "other"},
	    "more than one common name: " FORGE_DEVICE " + other");
	expect_bad_one(
	    p, (struct forge){.cn = "admin\0evil", .cn_size = 10}, "no plain text: admin\\x00evil");
	expect_bad_one(p, (struct forge){.cn = "a\nb"}, "no plain text: a\\x0ab");
	expect_bad_one(p, (struct forge){.cn = bmp, .cn_size = 4, .cn_type = V_ASN1_BMPSTRING},
	    "no plain text: IP");
	expect_bad_one(p, (struct forge){.cn = "J\xfcrgen", .cn_type = V_ASN1_T61STRING},
	    "no plain text: J\xc3\xbcrgen");
}

static void not_one(void **state)
{
	struct place *p = *state;
	char *pem = make(p, (struct forge){0}), *two, *encrypted;
	assert_true(asprintf(&two, "%s%s", pem, pem) > 0);
	expect_bad(p, two, FORGE_NOW, "it is 2 certificates, not one");
	expect_bad(p, "", FORGE_NOW, "it is empty");
	expect_bad(p, "x", FORGE_NOW, "it is no certificate");
	pem[strlen(pem) / 2] = '\0';
	expect_bad(p, pem, FORGE_NOW, "damaged");
	encrypted = forge_key_pem(p->key, "secret");
	expect_bad(p, encrypted, FORGE_NOW, "there is no certificate in it");
	free(encrypted);
	free(two);
	free(pem);
	char *huge = make(p, (struct forge){.names = 800});
	expect_bad(p, huge, FORGE_NOW, "longer than 65536 bytes");
	free(huge);
}

static void revoked(void **state)
{
	struct place *p = *state;
	char *pem = make(p, (struct forge){0}), *other = make(p, (struct forge){.serial = 5});
	struct cert c;
	struct err e;
	/* Out of date for years: what is revoked stays so. */
	X509_CRL *list = forge_list(p->ca, p->ca_key, 4711, FORGE_FROM, FORGE_FROM + FORGE_DAY);
	expect_good(p, pem, FORGE_NOW);
	write_text(p, "other.pem", forge_list_pem(list));
	assert_true(client_trust_refresh(p->trust, 1000, NULL));
	expect_bad(p, pem, FORGE_NOW, "it was revoked on 2020-01-01");
	expect_bad(p, pem, FORGE_NOW, "it was revoked on 2020-01-01");
	if (!client_verify(p->trust, &p->arena, other, FORGE_NOW, &c, &e))
		fail_msg("%s", e.text);
	X509_CRL_free(list);
	free(other);
	free(pem);
}

/* A list of a CA that is not trusted says nothing; one with a wrong signature is an error. */
static void lists_of_others(void **state)
{
	struct place *p = *state;
	char *pem = make(p, (struct forge){0});
	EVP_PKEY *key = forge_key();
	struct err e = {""};
	X509 *ca = forge_cert(&(struct forge){.key = key, .is_ca = true, .cn = "Other CA"});
	X509_CRL *list = forge_list(ca, key, 4711, FORGE_FROM, FORGE_UNTIL);
	X509_CRL *forged = forge_list(p->ca, key, 4711, FORGE_FROM, FORGE_UNTIL);
	write_text(p, "own.pem", forge_list_pem(list));
	assert_true(client_trust_refresh(p->trust, 1000, &e));
	expect_good(p, pem, FORGE_NOW);
	write_text(p, "own.pem", forge_list_pem(forged));
	assert_false(client_trust_refresh(p->trust, 2000, &e));
	assert_non_null(strstr(e.text, "the signature of a revocation list in it is wrong"));
	expect_good(p, pem, FORGE_NOW);
	X509_CRL_free(list);
	X509_CRL_free(forged);
	X509_free(ca);
	EVP_PKEY_free(key);
	free(pem);
}

/* Two CAs of one name at once, as after a change of the key: each has its list. */
static void namesakes(void **state)
{
	struct place *p = *state;
	EVP_PKEY *key = forge_key();
	X509 *ca = forge_cert(&(struct forge){.key = key, .is_ca = true});
	char *all[] = {forge_pem(ca), forge_pem(p->ca)}, *text;
	char *pem = make(p, (struct forge){.serial = 5});
	X509_CRL *list = forge_list(p->ca, p->ca_key, 5, FORGE_FROM, FORGE_UNTIL);
	assert_true(asprintf(&text, "%s%s%s", all[0], all[1], all[1]) > 0);
	write_text(p, "ca.pem", text);
	write_text(p, "own.pem", forge_list_pem(list));
	load(p);
	assert_int_equal(client_trust_count(p->trust), 2);
	struct cert c;
	struct err e = {""};
	assert_false(client_verify(p->trust, &p->arena, pem, FORGE_NOW, &c, &e));
	free(all[0]);
	free(all[1]);
	free(pem);
	X509_CRL_free(list);
	X509_free(ca);
	EVP_PKEY_free(key);
}

static void refresh(void **state)
{
	struct place *p = *state;
	struct err e = {""};
	char *pem = make(p, (struct forge){0});
	EVP_PKEY *key = forge_key();
	X509 *ca = forge_cert(&(struct forge){.key = key, .is_ca = true, .cn = "Other CA"});
	expect_good(p, pem, FORGE_NOW);
	assert_true(client_trust_refresh(p->trust, 1000, &e));
	write_text(p, "ca.pem", strdup("nothing"));
	assert_true(client_trust_refresh(p->trust, 1999, &e)); /* not looked at yet */
	assert_false(client_trust_refresh(p->trust, 2000, &e));
	assert_non_null(strstr(e.text, "/ca.pem: there is no certificate in PEM in it"));
	assert_true(client_trust_refresh(p->trust, 3000, &e)); /* said once */
	expect_good(p, pem, FORGE_NOW);
	write_text(p, "ca.pem", forge_pem(ca));
	assert_true(client_trust_refresh(p->trust, 4000, &e));
	expect_bad(p, pem, FORGE_NOW, "no chain leads");
	assert_int_equal(client_trust_count(p->trust), 1);
	struct cert c;
	client_trust_ca(p->trust, &p->arena, 0, &c);
	assert_string_equal(c.cn, "Other CA");
	assert_string_equal(c.issuer, "Other CA");
	assert_int_equal(c.until, FORGE_UNTIL + FORGE_DAY);
	X509_free(ca);
	EVP_PKEY_free(key);
	free(pem);
}

static void clock_that_goes_back(void **state)
{
	struct place *p = *state;
	assert_true(client_trust_refresh(p->trust, 5000, NULL));
	write_text(p, "ca.pem", strdup("nothing"));
	assert_false(client_trust_refresh(p->trust, 4000, NULL));
}

static void not_loaded(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"", "/ca.pem: it is empty"},
	    {"x", "/ca.pem: there is no certificate in PEM in it"},
	    {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"/ca.pem: a certificate in it is damaged"},
	    {"-----BEGIN CERTIFICATE-----\nMI",
		"/ca.pem: what stands between PEM lines is damaged"},
	    {"-----BEGIN X-----\nMIIB\n-----END X-----\n", "there is no CA's certificate in it"},
	};
	const char *const none[] = {NULL};
	struct err e = {""};
	for (size_t i = 0; i < COUNT(bad); i++) {
		write_text(p, "ca.pem", strdup(bad[i].text));
		assert_null(client_trust_load(folder_path(p->folder, "ca.pem"), none, &e));
		if (!strstr(e.text, bad[i].why))
			fail_msg("\"%s\" is not in \"%s\"", bad[i].why, e.text);
	}
	assert_null(client_trust_load(folder_path(p->folder, "missing"), none, &e));
	assert_non_null(strstr(e.text, "missing cannot be opened"));
}

static void bad_lists(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"x", "/own.pem: there is no revocation list in PEM in it"},
	    {"-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n",
		"/own.pem: a revocation list in it is damaged"},
	    {"-----BEGIN X509 CRL-----\n?\n-----END X509 CRL-----\n",
		"/own.pem: what stands between PEM lines is damaged"},
	};
	struct err e = {""};
	for (size_t i = 0; i < COUNT(bad); i++) {
		write_text(p, "own.pem", strdup(bad[i].text));
		assert_false(client_trust_refresh(p->trust, 1000 * (long)(i + 1), &e));
		if (!strstr(e.text, bad[i].why))
			fail_msg("\"%s\" is not in \"%s\"", bad[i].why, e.text);
	}
	write_text(p, "own.pem", strdup(""));
	assert_true(client_trust_refresh(p->trust, 9000, &e));
}

/* More certificates than are remembered: each is still judged by itself. */
static void many(void **state)
{
	struct place *p = *state;
	struct cert c;
	struct err e;
	char serial[16], *pems[600];
	for (int i = 0; i < 600; i++)
		pems[i] = make(p, (struct forge){.serial = 100 + i});
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 600; i++) {
			assert_true(client_verify(p->trust, &p->arena, pems[i], FORGE_NOW, &c, &e));
			snprintf(serial, sizeof serial, "%X", 100 + i);
			assert_string_equal(c.serial, serial);
		}
	}
	for (int i = 0; i < 600; i++)
		free(pems[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(good),
	    TEST(no_purpose_is_any),
	    TEST(validity),
	    TEST(validity_of_the_ca),
	    TEST(no_chain),
	    TEST(intermediate),
	    TEST(a_device_is_no_ca),
	    TEST(wrong_kind),
	    TEST(unclean),
	    TEST(not_one),
	    TEST(revoked),
	    TEST(lists_of_others),
	    TEST(namesakes),
	    TEST(refresh),
	    TEST(clock_that_goes_back),
	    TEST(not_loaded),
	    TEST(bad_lists),
	    TEST(many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
