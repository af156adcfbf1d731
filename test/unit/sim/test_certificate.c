/* SPDX-License-Identifier: ISC */
/*
 * sim/certificate: a device from its first certificate to one that a CA of this test signed, and what
 * it does not take.
 */
#include "tools/sim/certificate.h"

#include "base/file.h"
#include "tools/sim/words.h"

#include "test/unit/helpers.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define CREATE                                                                            \
	"/cmd servercert-create /redirect /target device /type Signing%20request /dn-cn " \
	"00903300000c /dn-ou  /dn-o ACME%20GmbH /san-dns a.example /san-dns  /san-ip 10.0.0.8 "

struct ca {
	EVP_PKEY *key;
	X509 *cert;
};

static X509 *sign(X509_NAME *subject, EVP_PKEY *key, const char *issuer, EVP_PKEY *issuer_key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_ASC, (const unsigned char *)issuer, -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_subject_name(x, subject ? subject : name);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, issuer_key, EVP_sha256()) > 0);
	X509_NAME_free(name);
	return x;
}

static struct ca ca_new(const char *name)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	return (struct ca){key, sign(NULL, key, name, key)};
}

static void ca_free(struct ca *ca)
{
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
}

static struct device new_device(uint32_t number)
{
	struct device d;
	device_init(&d, number, "IP232", "http://h/");
	return d;
}

static bool create(struct device *d, const char *text)
{
	char line[512];
	struct words w;
	snprintf(line, sizeof line, "%s", text);
	assert_true(words_split(line, &w));
	return certificate_request(d, &w);
}

/* What the device says of its certificates; valid until the next call. */
static const char *info(struct device *d)
{
	static char text[2048];
	struct buf out = {0};
	certificate_info(d, &out);
	snprintf(text, sizeof text, "%s", buf_text(&out));
	buf_free(&out);
	return text;
}

static void assert_says(struct device *d, const char *part)
{
	const char *text = info(d);
	if (!strstr(text, part))
		fail_msg("not %s: %s", part, text);
}

/* Through busy to the request. */
static void ask(struct device *d, const char *text)
{
	assert_true(create(d, text));
	assert_false(certificate_is_due(d));
	assert_says(d, "<requests></requests><busy/></info>");
	assert_true(certificate_is_due(d));
	certificate_make(d);
	assert_false(certificate_is_due(d));
	assert_says(d, "<requests><request/></requests></info>");
}

static X509_REQ *request_of(const struct device *d)
{
	long n = 0;
	unsigned char *der = OPENSSL_hexstr2buf(device_var(d, "X509/REQUEST"), &n);
	const unsigned char *at = der;
	X509_REQ *r = d2i_X509_REQ(NULL, &at, n);
	assert_non_null(r);
	OPENSSL_free(der);
	return r;
}

static X509 *signed_by(const struct ca *ca, const char *name, const struct device *d)
{
	X509_REQ *r = request_of(d);
	X509 *x = sign(X509_REQ_get_subject_name(r), X509_REQ_get0_pubkey(r), name, ca->key);
	X509_REQ_free(r);
	return x;
}

/* As a script does: `vars create X509/REQUESTRESPONSE/0000N pb HEX`. */
static void respond(struct device *d, unsigned n, const X509 *x)
{
	char name[64];
	struct buf value = {0};
	unsigned char *der = NULL;
	int size = i2d_X509(x, &der);
	snprintf(name, sizeof name, "X509/REQUESTRESPONSE/%05u", n);
	buf_adds(&value, "pb ");
	for (int i = 0; i < size; i++)
		buf_addf(&value, "%02x", der[i]);
	assert_true(pairs_set(&d->vars, name, buf_text(&value)));
	OPENSSL_free(der);
	buf_free(&value);
}

static void every_form_of_date(void **state)
{
	(void)state;
	static const char *const until[] = {"2036-01-01T00:00:00Z",
	    "Tue, 01 Jan 2036 00:00:00 +0000", "01.01.2036 00:00:00", "01.01.2036 00:00",
	    "Jan  1 00:00:00 2036 GMT", "2036-01-01T00:00:00Z"};
	for (uint32_t i = 0; i < COUNT(until); i++) {
		struct device d = new_device(i);
		char part[64];
		snprintf(part, sizeof part, "not_after=\"%s\"/>", until[i]);
		assert_says(&d, part);
		assert_says(&d, "<requests></requests></info>");
		device_free(&d);
	}
}

static void enrolment(void **state)
{
	(void)state;
	struct device d = new_device(12);
	struct ca root = ca_new("Root"), other = ca_new("Other");
	const char *selfsigned = "subject_cn=\"IP232-00-00-0c\" issuer_cn=\"IP232-00-00-0c\"";
	char before[4096];

	snprintf(before, sizeof before, "%s", buf_text(certificate_identity(&d).key));
	assert_says(&d, selfsigned);
	ask(&d, CREATE "/key P-256");
	assert_says(&d, selfsigned);
	assert_string_equal(device_var(&d, "X509/REQUESTKEY"), "00");
	X509 *x = signed_by(&root, "Root", &d);
	respond(&d, 0, x);
	respond(&d, 1, other.cert); /* both CAs of a change are sent */
	respond(&d, 2, root.cert);
	certificate_install(&d);
	assert_says(&d, "<servercert><certificate subject_cn=\"00903300000c\" issuer_cn=\"Root\"");
	assert_says(&d, "<certificate subject_cn=\"Root\" issuer_cn=\"Root\"");
	assert_null(strstr(info(&d), "Other"));
	assert_says(&d, "<requests></requests></info>");
	for (unsigned i = 0; i < d.vars.count; i++)
		assert_string_equal(pairs_name(&d.vars, i), "X509/CERTIFICATE");
	assert_string_not_equal(before, buf_text(certificate_identity(&d).key));

	uint64_t sum = device_sum(&d);
	respond(&d, 0, x); /* again: nothing */
	certificate_install(&d);
	assert_true(device_sum(&d) == sum);
	X509_free(x);
	ca_free(&root);
	ca_free(&other);
	device_free(&d);
}

/* What is shown in TLS is the certificate, its chain, and the key of it. */
static void identity(void **state)
{
	(void)state;
	struct device d = new_device(12);
	struct ca root = ca_new("Root");
	ask(&d, CREATE "/key P-384");
	X509 *x = signed_by(&root, "Root", &d);
	respond(&d, 0, x);
	respond(&d, 1, root.cert);
	certificate_install(&d);

	struct identity who = certificate_identity(&d);
	BIO *certs = BIO_new_mem_buf(who.certificate->data, (int)who.certificate->size);
	BIO *keys = BIO_new_mem_buf(who.key->data, (int)who.key->size);
	X509 *first = PEM_read_bio_X509(certs, NULL, NULL, NULL);
	X509 *second = PEM_read_bio_X509(certs, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(keys, NULL, NULL, NULL);
	assert_int_equal(X509_cmp(first, x), 0);
	assert_int_equal(X509_cmp(second, root.cert), 0);
	assert_int_equal(X509_check_private_key(first, key), 1);
	EVP_PKEY_free(key);
	X509_free(first);
	X509_free(second);
	BIO_free(certs);
	BIO_free(keys);
	X509_free(x);
	ca_free(&root);
	device_free(&d);
}

/* The request is what was asked for. */
static void requests(void **state)
{
	(void)state;
	static const struct {
		const char *words;
		int kind, bits, digest;
	} cases[] = {
	    {CREATE, EVP_PKEY_RSA, 2048, NID_sha256},
	    {CREATE "/key 1024-bit /signature SH1", EVP_PKEY_RSA, 1024, NID_sha1},
	    {CREATE "/key 2048-bit /signature SH256", EVP_PKEY_RSA, 2048, NID_sha256},
	    {CREATE "/key P-256 /signature SH384", EVP_PKEY_EC, 256, NID_sha384},
	    {CREATE "/key P-384 /signature SH512", EVP_PKEY_EC, 384, NID_sha512},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d = new_device(12);
		ask(&d, cases[i].words);
		X509_REQ *r = request_of(&d);
		EVP_PKEY *key = X509_REQ_get0_pubkey(r);
		char cn[64] = "";
		int digest = 0;
		X509_NAME_get_text_by_NID(
		    X509_REQ_get_subject_name(r), NID_commonName, cn, sizeof cn);
		STACK_OF(X509_EXTENSION) *more = X509_REQ_get_extensions(r);
		OBJ_find_sigid_algs(X509_REQ_get_signature_nid(r), &digest, NULL);
		assert_int_equal(X509_REQ_verify(r, key), 1);
		assert_int_equal(EVP_PKEY_get_base_id(key), cases[i].kind);
		assert_int_equal(EVP_PKEY_get_bits(key), cases[i].bits);
		assert_int_equal(digest, cases[i].digest);
		assert_string_equal(cn, "00903300000c");
		assert_true(X509v3_get_ext_by_NID(more, NID_subject_alt_name, -1) >= 0);
		sk_X509_EXTENSION_pop_free(more, X509_EXTENSION_free);
		X509_REQ_free(r);
		device_free(&d);
	}
}

static void not_a_request(void **state)
{
	(void)state;
	static const char *const cases[] = {"/dn-cn %2", "/dn-cn %ff", "/dn-cn a%0ab",
	    "/key 512-bit", "/signature MD5", "/type Self-signed", "/san-ip nowhere",
	    "/dn-c Germany"};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d = new_device(12);
		if (create(&d, cases[i]))
			fail_msg("%s", cases[i]);
		assert_says(&d, "<requests></requests></info>");
		device_free(&d);
	}
}

/* What was sent is not what was asked for: the device says so, and keeps what it has. */
static void assert_wrong(struct device *d, const char *why)
{
	certificate_install(d);
	assert_string_equal(device_var(d, "X509/REQUESTERROR"), why);
	assert_says(d, "issuer_cn=\"IP232-00-00-0c\"");
	assert_says(d, "<request-error/></info>");
	assert_null(device_var(d, "X509/REQUESTRESPONSE/00000"));
	assert_null(device_var(d, "X509/CERTIFICATE"));
	pairs_del(&d->vars, "X509/REQUESTERROR");
	assert_null(strstr(info(d), "error"));
}

static void wrong_responses(void **state)
{
	(void)state;
	struct device d = new_device(12), stranger = new_device(13);
	struct ca root = ca_new("Root"), namesake = ca_new("Root");
	X509 *x, *foreign;

	ask(&d, CREATE "/key P-256");
	ask(&stranger, CREATE "/key P-256");
	x = signed_by(&root, "Root", &d);
	foreign = signed_by(&root, "Root", &stranger);

	pairs_set(&d.vars, "X509/REQUESTRESPONSE/00000", "pb 3082010a0282010100");
	assert_wrong(&d, "not-a-certificate");
	respond(&d, 0, foreign);
	assert_wrong(&d, "another-key");
	respond(&d, 0, x);
	pairs_set(&d.vars, "X509/REQUESTRESPONSE/00001", "pb 300203");
	assert_wrong(&d, "not-a-certificate");
	respond(&d, 0, x);
	respond(&d, 1, namesake.cert); /* another key than that of the issuer */
	assert_wrong(&d, "no-chain");

	respond(&d, 0, x); /* nothing was lost: now it is right */
	certificate_install(&d);
	assert_says(&d, "issuer_cn=\"Root\"");
	respond(&d, 0, foreign);
	certificate_install(&d);
	assert_string_equal(device_var(&d, "X509/REQUESTERROR"), "no-request");
	X509_free(x);
	X509_free(foreign);
	ca_free(&root);
	ca_free(&namesake);
	device_free(&d);
	device_free(&stranger);
}

/* A request that was removed by a script cannot be answered any more. */
static void removed_request(void **state)
{
	(void)state;
	struct device d = new_device(12);
	struct ca root = ca_new("Root");
	ask(&d, CREATE "/key P-256");
	X509 *x = signed_by(&root, "Root", &d);
	pairs_del(&d.vars, "X509/REQUEST");
	certificate_install(&d);
	respond(&d, 0, x);
	certificate_install(&d);
	assert_string_equal(device_var(&d, "X509/REQUESTERROR"), "no-request");
	X509_free(x);
	ca_free(&root);
	device_free(&d);
}

static char *write_pem(
    const char *folder, const char *name, const struct buf *a, const struct buf *b)
{
	static char path[4][PATH_MAX];
	static unsigned next;
	struct buf all = {0};
	char *p = path[next++ % 4];
	snprintf(p, PATH_MAX, "%s/%s", folder, name);
	buf_add(&all, a->data, a->size);
	buf_add(&all, b->data, b->size);
	assert_true(file_write(p, all.data, all.size, 0600, NULL));
	buf_free(&all);
	return p;
}

static void files(void **state)
{
	struct device maker = new_device(1), other = new_device(2), d = new_device(12);
	struct identity a = certificate_identity(&maker), b = certificate_identity(&other);
	struct buf nothing = {0};
	struct err e;

	char *good = write_pem(*state, "good.pem", a.certificate, a.key);
	char *mixed = write_pem(*state, "mixed.pem", a.certificate, b.key);
	char *cert = write_pem(*state, "cert.pem", a.certificate, &nothing);
	char *key = write_pem(*state, "key.pem", &nothing, a.key);
	assert_false(certificate_load(&d, mixed, mixed, &e));
	assert_non_null(strstr(e.text, "is that of another certificate"));
	assert_false(certificate_load(&d, cert, cert, &e));
	assert_non_null(strstr(e.text, "no private key"));
	assert_false(certificate_load(&d, key, key, &e));
	assert_non_null(strstr(e.text, "no certificate"));
	assert_false(certificate_save(&d, "/nowhere/a.pem", &e));
	assert_false(certificate_load(&d, "/nowhere", key, &e));
	assert_non_null(strstr(e.text, "/nowhere"));
	assert_says(&d, "subject_cn=\"IP232-00-00-0c\"");

	assert_true(certificate_load(&d, good, good, &e));
	assert_says(&d, "subject_cn=\"IP232-00-00-01\"");
	assert_true(certificate_save(&d, mixed, &e));
	assert_true(certificate_load(&d, cert, key, &e));
	assert_true(certificate_load(&d, mixed, mixed, &e));
	assert_string_equal(
	    buf_text(certificate_identity(&d).certificate), buf_text(a.certificate));
	device_free(&maker);
	device_free(&other);
	device_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_of_date),
	    cmocka_unit_test(enrolment),
	    cmocka_unit_test(identity),
	    cmocka_unit_test(requests),
	    cmocka_unit_test(not_a_request),
	    cmocka_unit_test(wrong_responses),
	    cmocka_unit_test(removed_request),
	    cmocka_unit_test_setup_teardown(files, folder_setup, folder_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
