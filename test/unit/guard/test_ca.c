/* SPDX-License-Identifier: ISC */
/* guard/ca: what our own CA signs, what it says is revoked, and what it refuses. */
#include "guard/ca.h"

#include "guard/client.h"
#include "guard/crl.h"
#include "guard/x509.h"

#include "test/unit/core/conf_fixture.h"
#include "test/unit/guard/forge.h"

#define NOW FORGE_NOW
#define SN "00-90-33-30-00-af"
#define NAME "Our CA"

struct place {
	struct buf cert, key;
	struct ca *ca;
	EVP_PKEY *device;
	struct config *config;
	struct arena arena;
};

static const struct certs_subject subject = {
    FORGE_DEVICE, "", "", "", "", "", {"", "", ""}, {"", ""}};

static void open_ca(struct place *p, const char *algorithm)
{
	struct err e = {""};
	ca_close(p->ca);
	buf_reset(&p->cert);
	buf_reset(&p->key);
	if (!ca_make(NAME, algorithm, NOW, &p->cert, &p->key, &e))
		fail_msg("%s", e.text);
	p->ca = ca_open(p->cert.data, p->cert.size, p->key.data, p->key.size, &e);
	if (!p->ca)
		fail_msg("%s", e.text);
}

static void configure(struct place *p, const char *attributes)
{
	char text[512];
	snprintf(text, sizeof text,
	    "<status dir=\"s\"/><customcerts dir=\"c\" CAname=\"" NAME "\" %s/>", attributes);
	conf_free(p->config);
	p->config = conf_fixture(text);
}

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	p->device = forge_key();
	open_ca(p, "P-256");
	configure(p, "CAdays=\"100\" CAusage=\"client\"");
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	ca_close(p->ca);
	EVP_PKEY_free(p->device);
	conf_free(p->config);
	buf_free(&p->cert);
	buf_free(&p->key);
	arena_free(&p->arena);
	free(p);
	assert_int_equal(ERR_peek_error(), 0);
	return 0;
}

/* ---- making one ---- */

static X509 *read_cert(const struct buf *pem)
{
	struct err e = {""};
	X509 *cert = x509_read_one(pem->data, pem->size, &e);
	if (!cert)
		fail_msg("%s", e.text);
	return cert;
}

static void makes(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *word, *key, *signature;
	} algorithms[] = {
	    {"P-256", "P-256", "ecdsa-with-SHA256"},
	    {"P-384", "P-384", "ecdsa-with-SHA384"},
	    {"RSA-2048", "RSA 2048", "sha256WithRSAEncryption"},
	};
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		open_ca(p, algorithms[i].word);
		X509 *cert = read_cert(&p->cert);
		assert_string_equal(
		    x509_show_key(&p->arena, X509_get0_pubkey(cert)), algorithms[i].key);
		assert_string_equal(
		    OBJ_nid2ln(X509_get_signature_nid(cert)), algorithms[i].signature);
		assert_string_equal(
		    x509_show_name(&p->arena, X509_get_subject_name(cert)), "CN=" NAME);
		assert_int_equal(X509_check_ca(cert), 1);
		assert_int_equal(X509_get_pathlen(cert), 0);
		assert_int_equal(X509_get_key_usage(cert), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
		assert_null(strstr(buf_text(&p->cert), "PRIVATE"));
		assert_null(strstr(buf_text(&p->key), "CERTIFICATE"));
		X509_free(cert);
	}
	struct cert c;
	assert_true(ca_facts(p->ca, &p->arena, &c, NULL));
	assert_string_equal(c.cn, NAME);
	assert_int_equal(c.from, NOW - 3600);
	assert_int_equal(c.until, NOW + CA_DAYS * FORGE_DAY);
}

static void makes_none(void **state)
{
	(void)state;
	static const struct {
		const char *name, *algorithm, *why;
	} bad[] = {
	    {"", "P-256", "the name of a CA has 1 to 64 bytes, not 0"},
	    {"12345678901234567890123456789012345678901234567890123456789012345", "P-256",
		"not 65"},
	    {"a\nb", "P-256", "without control characters"},
	    {"\xff", "P-256", "is UTF-8"},
	    {" a", "P-256", "no blank at its beginning"},
	    {"a ", "P-256", "no blank at its beginning or end"},
	    {"a", "RSA-1024", "\"RSA-1024\" is no algorithm of a key"},
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct buf cert = {0}, key = {0};
		struct err e = {""};
		assert_false(ca_make(bad[i].name, bad[i].algorithm, NOW, &cert, &key, &e));
		assert_int_equal(cert.size + key.size, 0);
		if (!strstr(e.text, bad[i].why))
			fail_msg("\"%s\" is not in \"%s\"", bad[i].why, e.text);
	}
}

static void expect_closed(struct place *p, const char *cert, const char *key, const char *why)
{
	struct err e = {""};
	(void)p;
	assert_null(ca_open(cert, strlen(cert), key, strlen(key), &e));
	if (!strstr(e.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, e.text);
}

static void opens_none(void **state)
{
	struct place *p = *state;
	const char *cert = buf_text(&p->cert), *key = buf_text(&p->key);
	X509 *leaf = forge_cert(&(struct forge){.key = p->device});
	X509 *no_sign = forge_cert(
	    &(struct forge){.key = p->device, .is_ca = true, .usage = "critical,cRLSign"});
	char *leaf_pem = forge_pem(leaf), *no_sign_pem = forge_pem(no_sign);
	char *device = forge_key_pem(p->device, NULL), *locked = forge_key_pem(p->device, "secret");
	expect_closed(p, "", key, "the certificate of the CA cannot be used: it is empty");
	expect_closed(p, key, key, "the certificate of the CA cannot be used: there is no cert");
	expect_closed(p, cert, "", "the key of the CA cannot be used");
	expect_closed(p, cert, cert, "the key of the CA cannot be used");
	expect_closed(p, cert, locked, "that can be read without a pass phrase");
	expect_closed(p, cert, device, "the key does not belong to the certificate");
	expect_closed(p, leaf_pem, device, "the certificate is not that of a CA");
	expect_closed(p, no_sign_pem, device, "the certificate is not that of a CA");
	free(leaf_pem);
	free(no_sign_pem);
	free(device);
	free(locked);
	X509_free(leaf);
	X509_free(no_sign);
}

/* ---- signing ---- */

static char *request_of(struct place *p, struct forge f)
{
	if (!f.key)
		f.key = p->device;
	X509_REQ *request = forge_request(&f, NULL);
	char *pem = forge_request_pem(request);
	X509_REQ_free(request);
	return pem;
}

static bool try(struct place *p, const struct certs_subject *s, struct forge f, time_t now,
    struct buf *pem, struct issued *out, struct err *e)
{
	char *request = request_of(p, f);
	const struct ca_order order = {p->config, s, SN, FORGE_DEVICE};
	bool ok = ca_sign(p->ca, &p->arena, &order, request, strlen(request), now, pem, out, e);
	free(request);
	return ok;
}

static X509 *sign(
    struct place *p, const struct certs_subject *s, struct forge f, time_t now, struct issued *out)
{
	struct buf pem = {0};
	struct err e = {""};
	if (!try(p, s, f, now, &pem, out, &e))
		fail_msg("%s", e.text);
	X509 *cert = read_cert(&pem);
	buf_free(&pem);
	return cert;
}

static void signs(void **state)
{
	struct place *p = *state;
	struct issued i = {.who = "root"};
	struct cert c;
	X509 *cert = sign(p, &subject, (struct forge){0}, NOW, &i), *ca = read_cert(&p->cert);
	assert_int_equal(X509_verify(cert, X509_get0_pubkey(ca)), 1);
	assert_int_equal(X509_check_issued(ca, cert), X509_V_OK);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(cert), p->device), 1);
	assert_int_equal(X509_get_version(cert), X509_VERSION_3);
	assert_int_equal(X509_check_ca(cert), 0);
	assert_int_equal(X509_get_key_usage(cert), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_extended_key_usage(cert), XKU_SSL_CLIENT);
	assert_non_null(X509_get0_subject_key_id(cert));
	assert_int_equal(
	    ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(cert), X509_get0_subject_key_id(ca)),
	    0);
	/* The whole name is as configured: the O of the request is not in it. */
	assert_string_equal(
	    x509_show_name(&p->arena, X509_get_subject_name(cert)), "CN=" FORGE_DEVICE);
	assert_true(x509_facts(&p->arena, cert, &c, NULL));
	assert_int_equal(c.from, NOW - 3600);
	assert_int_equal(c.until, NOW + 100 * FORGE_DAY);
	assert_string_equal(i.serial, c.serial);
	assert_int_equal(strlen(i.serial), 32);
	assert_string_equal(i.cn, FORGE_DEVICE);
	assert_string_equal(i.issuer, NAME);
	assert_int_equal(i.from, c.from);
	assert_int_equal(i.until, c.until);
	assert_int_equal(i.at, NOW);
	assert_int_equal(strlen(i.digest), 64);
	assert_string_equal(i.who, "root");
	X509_free(cert);
	X509_free(ca);
}

static void signs_for_the_serial_number(void **state)
{
	struct place *p = *state;
	struct certs_subject s = subject;
	struct issued i;
	s.cn = "0090333000AF";
	X509 *cert = sign(p, &s, (struct forge){.cn = "0090333000af"}, NOW, &i);
	assert_string_equal(i.cn, "0090333000AF");
	X509_free(cert);
}

static void signs_all_parts(void **state)
{
	struct place *p = *state;
	const struct certs_subject s = {FORGE_DEVICE, "Phones", "Example, Inc.", "Town", "State",
	    "DE", {"a.example.com", "", "A.example.com"}, {"192.0.2.1", "2001:db8::1"}};
	struct issued i;
	configure(p, "CAdays=\"100\" CAusage=\"both\"");
	X509 *cert = sign(p, &s, (struct forge){.names = 3}, NOW, &i);
	assert_string_equal(x509_show_name(&p->arena, X509_get_subject_name(cert)),
	    "CN=" FORGE_DEVICE ", OU=Phones, O=Example\\, Inc., L=Town, ST=State, C=DE");
	assert_string_equal(x509_show_san(&p->arena, X509_get0_extensions(cert)),
	    "DNS:a.example.com, IP:192.0.2.1, IP:2001:db8::1");
	assert_int_equal(X509_get_extended_key_usage(cert), XKU_SSL_CLIENT | XKU_SSL_SERVER);
	X509_free(cert);
}

static void signs_rsa(void **state)
{
	struct place *p = *state;
	struct issued i;
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	X509 *cert = sign(p, &subject, (struct forge){.key = rsa}, NOW, &i);
	assert_int_equal(X509_get_key_usage(cert), KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT);
	EVP_PKEY_free(rsa);
	X509_free(cert);
}

static void never_longer_than_the_ca(void **state)
{
	struct place *p = *state;
	struct issued i;
	struct buf pem = {0};
	struct err e = {""};
	struct cert ca;
	ca_facts(p->ca, &p->arena, &ca, NULL);
	X509_free(sign(p, &subject, (struct forge){0}, ca.until - FORGE_DAY, &i));
	assert_int_equal(i.until, ca.until);
	X509_free(sign(p, &subject, (struct forge){0}, ca.from + 1, &i));
	assert_int_equal(i.from, ca.from);
	assert_false(try(p, &subject, (struct forge){0}, ca.until, &pem, &i, &e));
	assert_string_equal(e.text, "the CA has expired");
	assert_false(try(p, &subject, (struct forge){0}, ca.from - 1, &pem, &i, &e));
	assert_string_equal(e.text, "the CA is not valid yet");
	assert_int_equal(pem.size, 0);
}

static void expect_refused(
    struct place *p, const struct certs_subject *s, struct forge f, const char *why)
{
	struct buf pem = {0};
	struct issued i;
	struct err e = {""};
	if (try(p, s, f, NOW, &pem, &i, &e))
		fail_msg("signed, but: %s", why);
	assert_int_equal(pem.size, 0);
	if (!strstr(e.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, e.text);
}

static void refuses_names_of_others(void **state)
{
	struct place *p = *state;
	struct certs_subject s = subject;
	expect_refused(p, &s, (struct forge){.cn = "IP232-30-00-b0"},
	    "the common name of the request, \"IP232-30-00-b0\", is neither the hardware id of "
	    "the device (IP232-30-00-af) nor its serial number without dashes "
	    "(00-90-33-30-00-af)");
	s.cn = "IP232-30-00-b0";
	expect_refused(p, &s, (struct forge){0},
	    "the common name of the certificate (customcerts/CSRdn-cn), \"IP232-30-00-b0\", is");
	s.cn = "";
	expect_refused(p, &s, (struct forge){0}, "has no common name");
	/* One certificate for all devices is not for a CA that signs by itself. */
	configure(p, "CAwildcard=\"any-phone\"");
	expect_refused(p, &subject, (struct forge){.cn = "any-phone"},
	    "is customcerts/@CAwildcard: a certificate of this name would be good for every device");
	s.cn = "any-phone";
	expect_refused(p, &s, (struct forge){0}, "is customcerts/@CAwildcard");
}

static void refuses_what_is_weak(void **state)
{
	struct place *p = *state;
	EVP_PKEY *rsa = EVP_RSA_gen(1024);
	struct buf pem = {0};
	struct issued i;
	struct err e = {""};
	const struct ca_order order = {p->config, &subject, SN, FORGE_DEVICE};
	expect_refused(
	    p, &subject, (struct forge){.key = rsa}, "the request is refused: its key is RSA 1024");
	expect_refused(p, &subject, (struct forge){.is_ca = true, .cn = FORGE_DEVICE},
	    "the request is refused: it asks for the certificate of a CA");
	expect_refused(p, &subject, (struct forge){.cn2 = "b"}, "the request is refused: the subj");
	assert_false(ca_sign(p->ca, &p->arena, &order, "x", 1, NOW, &pem, &i, &e));
	assert_string_equal(e.text, "it is no request, or a damaged one");
	EVP_PKEY_free(rsa);
}

static void refuses_bad_parts(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *c, *dns, *ip, *why;
	} bad[] = {
	    {"", "a,DNS:b", "", "\"a,DNS:b\" is neither a DNS name nor an IP address"},
	    {"", "a b", "", "is neither"},
	    {"", "*.example.com", "", "is neither"},
	    {"", "a..b", "", "is neither"},
	    {"", ".", "", "is neither"},
	    {"", "a\nb", "", "is neither"},
	    {"", "a234567890123456789012345678901234567890123456789012345678901234", "",
		"is neither"},
	    {"", "", "a.example.com", "(customcerts/CSRsan-ip) is no IP address"},
	    {"", "", "192.0.2.1/24", "is no IP address"},
	    {"DEU", "", "", "\"DEU\" (customcerts/CSRdn-c) is no country of two letters"},
	    {"D1", "", "", "is no country of two letters"},
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct certs_subject s = subject;
		s.c = bad[i].c;
		s.dns[1] = bad[i].dns;
		s.ip[1] = bad[i].ip;
		expect_refused(p, &s, (struct forge){0}, bad[i].why);
	}
	struct certs_subject s = subject;
	s.ou = "a\nb";
	expect_refused(p, &s, (struct forge){0}, "is not UTF-8 without control characters");
	s.ou = "a\xff";
	expect_refused(p, &s, (struct forge){0}, "is not UTF-8 without control characters");
	s.ou = "12345678901234567890123456789012345678901234567890123456789012345";
	expect_refused(p, &s, (struct forge){0}, "a certificate could not be made: OpenSSL says");
}

/* ---- revocation lists ---- */

static void revokes(void **state)
{
	struct place *p = *state;
	struct issued list[4] = {{0}};
	struct buf pem = {0};
	struct err e = {""};
	struct crl crl;
	struct cert ca;
	for (size_t i = 0; i < 3; i++)
		X509_free(sign(p, &subject, (struct forge){0}, NOW, &list[i]));
	list[0].revoked = NOW + 5;
	list[2].revoked = NOW + 6;
	list[3] = (struct issued){.serial = "AB", .issuer = "Other CA", .revoked = NOW};
	assert_true(ca_crl(p->ca, list, 4, 7, NOW + 10, &pem, &e));
	assert_true(crl_find(&p->arena, pem.data, pem.size, p->cert.data, p->cert.size, &crl, &e));
	assert_int_equal(crl.number, 7);
	assert_int_equal(crl.count, 2);
	for (size_t i = 0; i < 2; i++) {
		bool first = strcmp(crl.revoked[i].serial, list[0].serial) == 0;
		assert_string_equal(crl.revoked[i].serial, list[first ? 0 : 2].serial);
		assert_int_equal(crl.revoked[i].revoked, list[first ? 0 : 2].revoked);
	}
	ca_facts(p->ca, &p->arena, &ca, NULL);
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	X509_CRL *read = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	time_t from = NOW + 10 - 3600, until = ca.until;
	assert_int_equal(X509_CRL_get_version(read), X509_CRL_VERSION_2);
	assert_int_equal(ASN1_TIME_cmp_time_t(X509_CRL_get0_lastUpdate(read), from), 0);
	assert_int_equal(ASN1_TIME_cmp_time_t(X509_CRL_get0_nextUpdate(read), until), 0);
	assert_true(X509_CRL_get_ext_by_NID(read, NID_authority_key_identifier, -1) >= 0);
	X509_CRL_free(read);
	BIO_free(bio);
	buf_free(&pem);
}

/* What is signed is let in, until it is revoked. */
static void all_together(void **state)
{
	struct place *p = *state;
	char *folder = folder_new(), ca[PATH_MAX], crl[PATH_MAX];
	const char *const crls[] = {crl, NULL};
	struct issued one = {0};
	struct buf pem = {0}, list = {0};
	struct err e = {""};
	struct cert c;
	snprintf(ca, sizeof ca, "%s/ca.pem", folder);
	snprintf(crl, sizeof crl, "%s/crl.pem", folder);
	folder_write(folder, "ca.pem", p->cert.data, p->cert.size);
	assert_true(ca_crl(p->ca, NULL, 0, 1, NOW, &list, &e));
	folder_write(folder, "crl.pem", list.data, list.size);
	struct client_trust *t = client_trust_load(ca, crls, &e);
	assert_true(try(p, &subject, (struct forge){0}, NOW, &pem, &one, &e));
	if (!client_verify(t, &p->arena, pem.data, NOW, &c, &e))
		fail_msg("%s", e.text);
	assert_string_equal(c.serial, one.serial);
	one.revoked = NOW;
	buf_reset(&list);
	assert_true(ca_crl(p->ca, &one, 1, 2, NOW, &list, &e));
	folder_write(folder, "crl.pem", list.data, list.size);
	assert_true(client_trust_refresh(t, 5000, &e));
	assert_false(client_verify(t, &p->arena, pem.data, NOW, &c, &e));
	assert_string_equal(e.text, "it was revoked on 2026-01-01");
	client_trust_free(t);
	buf_free(&pem);
	buf_free(&list);
	folder_free(folder);
}

static void bad_serials(void **state)
{
	struct place *p = *state;
	static const char *const bad[] = {"", "xyz", "12 34"};
	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct issued one = {.serial = bad[i], .issuer = NAME, .revoked = NOW};
		struct buf pem = {0};
		struct err e = {""};
		assert_false(ca_crl(p->ca, &one, 1, 1, NOW, &pem, &e));
		assert_non_null(strstr(e.text, "is no serial number of a certificate"));
		assert_int_equal(pem.size, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(makes),
	    TEST(makes_none),
	    TEST(opens_none),
	    TEST(signs),
	    TEST(signs_for_the_serial_number),
	    TEST(signs_all_parts),
	    TEST(signs_rsa),
	    TEST(never_longer_than_the_ca),
	    TEST(refuses_names_of_others),
	    TEST(refuses_what_is_weak),
	    TEST(refuses_bad_parts),
	    TEST(revokes),
	    TEST(all_together),
	    TEST(bad_serials),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
