/* SPDX-License-Identifier: ISC */
/* guard/x509, guard/pem: bytes become certificates or a reason; what is shown is fit to be shown. */
#include "guard/x509.h"

#include "base/limits.h"
#include "base/text.h"
#include "guard/pem.h"

#include "test/unit/guard/forge.h"
#include "test/unit/helpers.h"

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

static X509 *make(const struct place *p, struct forge f)
{
	if (!f.key)
		f.key = p->key;
	return forge_cert(&f);
}

static void free_all(X509 **all, size_t count)
{
	while (count)
		X509_free(all[--count]);
}

/* ---- reading ---- */

static void expect_unread(const void *bytes, size_t size, const char *why)
{
	X509 *all[X509_CHAIN];
	struct err e = {""};
	assert_int_equal(x509_read(bytes, size, all, &e), 0);
	if (!strstr(e.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, e.text);
	assert_null(x509_read_one(bytes, size, &e));
}

static void reads(void **state)
{
	struct place *p = *state;
	X509 *all[X509_CHAIN], *cert = make(p, (struct forge){0});
	char *pem = forge_pem(cert), *key = forge_key_pem(p->key, NULL), *text;
	unsigned char *der = NULL;
	int size = i2d_X509(cert, &der);
	struct err e = {""};
	/* Text, keys, marks of editors and carriage returns between the blocks do not count. */
	assert_true(asprintf(&text, "\xef\xbb\xbf%ssubject=x\r\n%s\r\n%s", pem, key, pem) > 0);
	assert_int_equal(x509_read(text, strlen(text), all, &e), 2);
	assert_int_equal(X509_cmp(all[0], cert), 0);
	assert_int_equal(X509_cmp(all[1], cert), 0);
	free_all(all, 2);
	assert_int_equal(x509_read(der, (size_t)size, all, &e), 1);
	assert_int_equal(X509_cmp(all[0], cert), 0);
	free_all(all, 1);
	X509 *one = x509_read_one(text, strlen(text), &e);
	assert_int_equal(X509_cmp(one, cert), 0);
	X509_free(one);
	OPENSSL_free(der);
	free(text);
	free(key);
	free(pem);
	X509_free(cert);
}

static void reads_as_many_as_a_chain(void **state)
{
	struct place *p = *state;
	X509 *all[X509_CHAIN], *cert = make(p, (struct forge){0});
	char *pem = forge_pem(cert);
	struct buf text = {0};
	struct err e;
	for (int i = 0; i < X509_CHAIN; i++)
		buf_adds(&text, pem);
	assert_int_equal(x509_read(text.data, text.size, all, &e), X509_CHAIN);
	free_all(all, X509_CHAIN);
	buf_adds(&text, pem);
	expect_unread(text.data, text.size, "there are more than 16 certificates in it");
	buf_free(&text);
	free(pem);
	X509_free(cert);
}

static void reads_none(void **state)
{
	struct place *p = *state;
	X509 *cert = make(p, (struct forge){0});
	char *key = forge_key_pem(p->key, NULL), *pem = forge_pem(cert), *text;
	unsigned char *der = NULL;
	int size = i2d_X509(cert, &der);
	expect_unread("", 0, "it is empty");
	expect_unread("hello", 5, "it is no certificate");
	expect_unread("0\x82", 2, "it is no certificate");
	expect_unread(key, strlen(key), "there is no certificate in it");
	expect_unread(der, (size_t)size - 1, "it is no certificate");
	expect_unread(pem, strlen(pem) - 30, "damaged");
	assert_true(asprintf(&text, "%s%s%.200s", pem, pem, pem) > 0);
	expect_unread(text, strlen(text), "what stands between PEM lines is damaged");
	free(text);
	static const char wrong[] =
	    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
			  locked[] = "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
				     "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
				     "MIIB\n-----END CERTIFICATE-----\n";
	expect_unread(wrong, strlen(wrong), "the certificate is damaged");
	expect_unread(locked, strlen(locked), "the certificate is encrypted");
	OPENSSL_free(der);
	free(key);
	free(pem);
	X509_free(cert);
}

static void reads_with_bytes_behind(void **state)
{
	struct place *p = *state;
	X509 *cert = make(p, (struct forge){0});
	unsigned char *der = NULL, longer[4096] = {0};
	int size = i2d_X509(cert, &der);
	memcpy(longer, der, (size_t)size);
	expect_unread(longer, (size_t)size + 1, "it is no certificate");
	OPENSSL_free(der);
	X509_free(cert);
}

static void reads_no_more_than_the_most(void **state)
{
	(void)state;
	struct buf b = {0};
	while (b.size <= X509_MOST)
		buf_adds(&b, "0123456789abcdef");
	expect_unread(b.data, b.size, "it is longer than 65536 bytes");
	buf_free(&b);
}

static void reads_keys(void **state)
{
	struct place *p = *state;
	struct err e = {""};
	char *plain = forge_key_pem(p->key, NULL), *locked = forge_key_pem(p->key, "secret");
	EVP_PKEY *key = x509_read_key(plain, strlen(plain), &e);
	assert_int_equal(EVP_PKEY_eq(key, p->key), 1);
	EVP_PKEY_free(key);
	/* Nobody is asked: this returns at once. */
	assert_null(x509_read_key(locked, strlen(locked), &e));
	assert_non_null(strstr(e.text, "no private key"));
	assert_null(x509_read_key("", 0, &e));
	assert_null(x509_read_key("x", 1, &e));
	assert_int_equal(pem_no_phrase(plain, 10, 0, NULL), -1);
	free(plain);
	free(locked);
}

/* ---- facts ---- */

static void facts(void **state)
{
	struct place *p = *state;
	EVP_PKEY *ca_key = forge_key();
	X509 *ca = forge_cert(&(struct forge){.key = ca_key, .is_ca = true});
	X509 *cert = make(
	    p, (struct forge){
		   .issuer = ca, .issuer_key = ca_key, .cn = "J\xc3\xbcrgen", .serial = 0x0abc});
	struct cert c;
	struct err e;
	assert_true(x509_facts(&p->arena, cert, &c, &e));
	assert_string_equal(c.cn, "J\xc3\xbcrgen");
	assert_string_equal(c.issuer, FORGE_CA);
	assert_string_equal(c.serial, "ABC");
	assert_int_equal(c.from, FORGE_FROM);
	assert_int_equal(c.until, FORGE_UNTIL);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
}

static void expect_cn(struct place *p, const char *cn, int size, int type, bool good)
{
	struct cert c;
	struct err e = {""};
	X509 *cert = make(p, (struct forge){.cn = cn, .cn_size = size, .cn_type = type});
	bool got = x509_facts(&p->arena, cert, &c, &e);
	if (got != good)
		fail_msg("%s (%d): %s", cn, type, e.text);
	if (good)
		assert_string_equal(c.cn, cn);
	else
		assert_false(text_has_control(e.text, strlen(e.text)));
	X509_free(cert);
}

static void kinds_of_text(void **state)
{
	struct place *p = *state;
	static const int plain[] = {
	    V_ASN1_PRINTABLESTRING, V_ASN1_UTF8STRING, V_ASN1_IA5STRING, V_ASN1_T61STRING};
	static const int odd[] = {V_ASN1_BMPSTRING, V_ASN1_UNIVERSALSTRING, V_ASN1_NUMERICSTRING};
	for (size_t i = 0; i < COUNT(plain); i++) {
		expect_cn(p, "IP232-30-00-af", 0, plain[i], true);
		expect_cn(p, "a\nb", 0, plain[i], false);
		expect_cn(p, "a\0b", 3, plain[i], false);
		expect_cn(p, "a\x7f", 0, plain[i], false);
		if (plain[i] != V_ASN1_UTF8STRING)
			expect_cn(p, "\xc3\xbc", 0, plain[i], false);
	}
	for (size_t i = 0; i < COUNT(odd); i++)
		expect_cn(p, "\0\0\0a", 4, odd[i], false);
	expect_cn(p, "\xc2\x85", 0, V_ASN1_UTF8STRING, false); /* a C1 control */
}

static void length_of_a_name(void **state)
{
	struct place *p = *state;
	char cn[LIMIT_CERT_NAME + 2];
	memset(cn, 'x', sizeof cn);
	cn[LIMIT_CERT_NAME] = '\0';
	expect_cn(p, cn, 0, 0, true);
	cn[LIMIT_CERT_NAME] = 'x';
	cn[LIMIT_CERT_NAME + 1] = '\0';
	expect_cn(p, cn, 0, 0, false);
}

static void expect_no_facts(struct place *p, X509 *cert, const char *why)
{
	struct cert c;
	struct err e = {""};
	assert_false(x509_facts(&p->arena, cert, &c, &e));
	if (!strstr(e.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, e.text);
	X509_free(cert);
}

static void no_facts(void **state)
{
	struct place *p = *state;
	EVP_PKEY *key = forge_key();
	X509 *odd = forge_cert(&(struct forge){.key = key, .is_ca = true, .cn = "a\tb"});
	X509 *bare = forge_cert(&(struct forge){.key = key, .is_ca = true, .cn = ""});
	expect_no_facts(p, make(p, (struct forge){.cn = ""}), "the subject has no common name");
	expect_no_facts(p, make(p, (struct forge){.cn2 = "b"}),
	    "the subject has more than one common name: " FORGE_DEVICE " + b");
	expect_no_facts(p, make(p, (struct forge){.issuer = odd, .issuer_key = key}),
	    "the common name of the issuer is no plain text: a\\x09b");
	expect_no_facts(p, make(p, (struct forge){.issuer = bare, .issuer_key = key}),
	    "the issuer has no common name");
	X509_free(odd);
	X509_free(bare);
	EVP_PKEY_free(key);
}

static void serial_and_dates(void **state)
{
	struct place *p = *state;
	X509 *cert = make(p, (struct forge){0});
	struct cert c;
	struct err e;
	BIGNUM *n = NULL;
	assert_true(BN_hex2bn(&n, "80FFEEDDCCBBAA998877665544332211"));
	BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	assert_true(x509_facts(&p->arena, cert, &c, &e));
	assert_string_equal(c.serial, "80FFEEDDCCBBAA998877665544332211");
	BN_set_negative(n, 1);
	BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	assert_true(x509_facts(&p->arena, cert, &c, &e));
	assert_string_equal(c.serial, "-80FFEEDDCCBBAA998877665544332211");
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 0);
	assert_true(x509_facts(&p->arena, cert, &c, &e));
	assert_string_equal(c.serial, "0");
	BN_lshift(n, n, 200);
	BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	expect_no_facts(p, cert, "its serial number is longer than 256 bits");
	cert = make(p, (struct forge){0});
	ASN1_STRING_set(X509_getm_notAfter(cert), "20261340000000Z", -1);
	x509_show_facts(&p->arena, cert, &c);
	assert_int_equal(c.from, FORGE_FROM);
	assert_int_equal(c.until, 0);
	expect_no_facts(p, cert, "one of its dates is none");
}

/* ---- for people ---- */

static void names(void **state)
{
	struct place *p = *state;
	X509 *cert = make(p, (struct forge){.cn = "a,b\n\0c", .cn_size = 6, .cn2 = "d"});
	const X509_NAME *name = X509_get_subject_name(cert);
	assert_string_equal(x509_show_cn(&p->arena, name), "a,b\\x0a\\x00c + d");
	assert_string_equal(x509_show_name(&p->arena, name), "O=Example, CN=a\\,b\\0A\\00c, CN=d");
	X509_free(cert);
	cert = make(p, (struct forge){.cn = ""});
	assert_string_equal(x509_show_cn(&p->arena, X509_get_subject_name(cert)), "");
	X509_free(cert);
}

static void long_names(void **state)
{
	struct place *p = *state;
	char *cn = malloc(60001);
	memset(cn, '\n', 60000);
	cn[60000] = '\0';
	X509 *cert = make(p, (struct forge){.cn = cn, .cn2 = cn});
	const X509_NAME *name = X509_get_subject_name(cert);
	assert_true(strlen(x509_show_cn(&p->arena, name)) < 1024);
	assert_true(strlen(x509_show_name(&p->arena, name)) < 1024);
	X509_free(cert);
	free(cn);
}

static void keys(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *curve, *shown;
	} curves[] = {{"P-256", "P-256"}, {"P-384", "P-384"}, {"P-521", "P-521"},
	    {"secp256k1", "secp256k1"}, {"brainpoolP256r1", "brainpoolP256r1"}};
	for (size_t i = 0; i < COUNT(curves); i++) {
		EVP_PKEY *key = EVP_EC_gen(curves[i].curve);
		assert_string_equal(x509_show_key(&p->arena, key), curves[i].shown);
		EVP_PKEY_free(key);
	}
	EVP_PKEY *rsa = EVP_RSA_gen(1024), *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	assert_string_equal(x509_show_key(&p->arena, rsa), "RSA 1024");
	assert_string_equal(x509_show_key(&p->arena, ed), "ED25519 256");
	assert_string_equal(x509_show_key(&p->arena, NULL), "unknown");
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
}

static const char *san_of(struct place *p, const char *value)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	forge_extend(list, NID_subject_alt_name, value, NULL);
	const char *shown = x509_show_san(&p->arena, list);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return shown;
}

static void other_names(void **state)
{
	struct place *p = *state;
	assert_string_equal(x509_show_san(&p->arena, NULL), "");
	assert_string_equal(san_of(p, "DNS:a.example.com,IP:192.0.2.1,IP:2001:db8::1"),
	    "DNS:a.example.com, IP:192.0.2.1, IP:2001:db8::1");
	assert_string_equal(san_of(p, "DNS:a\nb"), "DNS:a\\x0ab");
	assert_string_equal(san_of(p, "email:a@b.example,URI:http://x/,RID:1.2.3.4"),
	    "email:a@b.example, URI:http://x/, other");
	X509 *cert = make(p, (struct forge){.names = 600});
	const char *shown = x509_show_san(&p->arena, X509_get0_extensions(cert));
	assert_true(strlen(shown) < 1300);
	assert_true(text_ends(shown, " more"));
	X509_free(cert);
}

/* ---- blocks ---- */

static void take(void *context, const void *bytes, size_t size)
{
	struct buf *b = context;
	buf_addf(b, "%zu:", size);
	buf_add(b, bytes, size);
	buf_addc(b, ' ');
}

static void expect_blocks(const char *bytes, size_t size, const char *want)
{
	struct buf b = {0};
	struct err e = {""};
	if (!x509_blocks(bytes, size, take, &b, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_text(&b), want);
	buf_free(&b);
}

static void blocks(void **state)
{
	(void)state;
	static const char two[] = "text\n-----BEGIN A-----\nYWJj\n-----END A-----\nmore\r\n"
				  "-----BEGIN B C-----\r\nZA==\r\n-----END B C-----",
			  uneven[] = "-----BEGIN A-----\nYWJj\nYW\nJj\n-----END A-----\n";
	expect_blocks(two, strlen(two), "3:abc 1:d ");
	expect_blocks(uneven, strlen(uneven), "6:abcabc ");
	expect_blocks("0\x02\x03", 3, "3:0\x02\x03 ");
	expect_blocks("hello", 5, "5:hello ");
	/* DER stays DER, whatever is in it. */
	expect_blocks("0\x82\n-----BEGIN A-----\nYWJj\n-----END A-----\n", 42,
	    "42:0\x82\n-----BEGIN A-----\nYWJj\n-----END A-----\n ");
}

static void bad_blocks(void **state)
{
	(void)state;
	struct buf b = {0};
	struct err e = {""};
	static const char *const bad[] = {"", "-----BEGIN A-----\n????\n-----END A-----\n",
	    "-----BEGIN A-----\nYWJj\n", "-----BEGIN A-----\nYWJj\n-----END B-----\n"};
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(x509_blocks(bad[i], strlen(bad[i]), take, &b, &e));
	char *large = calloc(1, X509_MOST + 1);
	assert_false(x509_blocks(large, X509_MOST + 1, take, &b, &e));
	assert_true(x509_blocks(large, X509_MOST, take, &b, &e));
	free(large);
	buf_free(&b);
}

static void armour(void **state)
{
	(void)state;
	struct buf b = {0};
	char bytes[50];
	memset(bytes, 'x', sizeof bytes);
	x509_armour(&b, "CERTIFICATE REQUEST", bytes, sizeof bytes);
	assert_string_equal(buf_text(&b),
	    "-----BEGIN CERTIFICATE REQUEST-----\n"
	    "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\neHg=\n"
	    "-----END CERTIFICATE REQUEST-----\n");
	expect_blocks(b.data, b.size, "50:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ");
	buf_free(&b);
}

static void digest(void **state)
{
	(void)state;
	char out[65];
	x509_digest("abc", 3, out);
	assert_string_equal(
	    out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(reads),
	    TEST(reads_as_many_as_a_chain),
	    TEST(reads_none),
	    TEST(reads_with_bytes_behind),
	    TEST(reads_no_more_than_the_most),
	    TEST(reads_keys),
	    TEST(facts),
	    TEST(kinds_of_text),
	    TEST(length_of_a_name),
	    TEST(no_facts),
	    TEST(serial_and_dates),
	    TEST(names),
	    TEST(long_names),
	    TEST(keys),
	    TEST(other_names),
	    TEST(blocks),
	    TEST(bad_blocks),
	    TEST(armour),
	    TEST(digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
