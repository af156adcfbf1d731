/* SPDX-License-Identifier: ISC */
/* The table test/hostile/cases, see the README.md there: each verdict, and how long it takes. */
#include "base/text.h"
#include "guard/ca.h"
#include "guard/client.h"
#include "guard/csr.h"

#include "test/unit/core/conf_fixture.h"
#include "test/unit/guard/forge.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#define PLACE "test/hostile/"
#ifdef __SANITIZE_ADDRESS__
#define MOST_MS 500
#else
#define MOST_MS 50
#endif

struct place {
	struct client_trust *trust;
	struct ca *ca;
	struct config *config;
	EVP_PKEY *ca_key; /* of the CA of what is made here */
	X509 *ca_cert;
	char *folder;
	struct buf request; /* good.csr */
	struct arena arena;
};

/* ---- files that are made here ---- */

static void add_text(struct buf *out, char *text)
{
	buf_adds(out, text);
	free(text);
}

/* DNS names of 90 bytes each, by the CA of this test. */
static void make_names(const struct place *p, struct buf *out, int count)
{
	EVP_PKEY *key = forge_key();
	X509 *cert = forge_cert(&(struct forge){
	    .key = key, .issuer = p->ca_cert, .issuer_key = p->ca_key, .names = count});
	add_text(out, forge_pem(cert));
	X509_free(cert);
	EVP_PKEY_free(key);
}

static void make_megabyte(const struct place *p, struct buf *out)
{
	make_names(p, out, 1);
	while (out->size < 1 << 20)
		buf_adds(out, "-----BEGIN CERTIFICATE REQUEST-----\n");
}

static void make_blocks(struct buf *out)
{
	while (out->size < 64000)
		buf_adds(out, "-----BEGIN A-----\nAA==\n-----END A-----\n");
}

/* Sequences in sequences, of indefinite length: the parser has to find each end. */
static void make_nested(struct buf *out)
{
	for (int i = 0; i < 8000; i++)
		buf_add(out, "\x30\x80", 2);
}

/* A public key of any numbers; what it signs is signed with another one. */
static void make_rsa(struct buf *out, int bits, int exponent_bits)
{
	BIGNUM *n = BN_new(), *e = BN_new();
	EVP_PKEY *key = NULL, *signer = EVP_RSA_gen(2048);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	assert_true(BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD));
	assert_true(BN_rand(e, exponent_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD));
	assert_true(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n));
	assert_true(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e));
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	X509_REQ *request = forge_request(&(struct forge){.key = key}, signer);
	add_text(out, forge_request_pem(request));
	X509_REQ_free(request);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
	EVP_PKEY_free(signer);
	BN_free(n);
	BN_free(e);
}

static void make_file(const struct place *p, const char *name, struct buf *out)
{
	buf_adds(out, "");
	if (strcmp(name, "@san-64k.pem") == 0)
		make_names(p, out, 550);
	else if (strcmp(name, "@san-60k.pem") == 0)
		make_names(p, out, 480);
	else if (strcmp(name, "@1-mb") == 0)
		make_megabyte(p, out);
	else if (strcmp(name, "@blocks") == 0)
		make_blocks(out);
	else if (strcmp(name, "@nested") == 0)
		make_nested(out);
	else if (strcmp(name, "@rsa-16384.csr") == 0)
		make_rsa(out, 16384, 64);
	else if (strcmp(name, "@rsa-exponent.csr") == 0)
		make_rsa(out, 2048, 2047);
	else
		assert_string_equal(name, "@empty");
}

static void read_file(const char *name, struct buf *out)
{
	char path[256];
	struct err e = {""};
	snprintf(path, sizeof path, PLACE "%s", name);
	if (!file_read(AT_FDCWD, path, 1 << 20, out, &e))
		fail_msg("%s", e.text);
}

/* ---- kinds ---- */

typedef bool kind(struct place *p, const struct buf *bytes, struct err *e);

static bool as_client(struct place *p, const struct buf *bytes, struct err *e)
{
	struct cert c;
	return client_verify(p->trust, &p->arena, buf_text(bytes), FORGE_NOW, &c, e);
}

static bool as_answer(struct place *p, const struct buf *bytes, struct err *e)
{
	struct cert c;
	return csr_answered(
	    &p->arena, p->request.data, p->request.size, buf_text(bytes), bytes->size, &c, e);
}

static bool sign(struct place *p, const struct buf *bytes, struct err *e)
{
	static const struct certs_subject subject = {
	    FORGE_DEVICE, "", "", "", "", "", {"", "", ""}, {"", ""}};
	const struct ca_order order = {p->config, &subject, "00-90-33-30-00-af", FORGE_DEVICE};
	struct buf pem = {0};
	struct issued out = {0};
	bool ok = ca_sign(
	    p->ca, &p->arena, &order, buf_text(bytes), bytes->size, FORGE_NOW, &pem, &out, e);
	assert_int_equal(pem.size > 0, ok);
	buf_free(&pem);
	return ok;
}

static bool as_request(struct place *p, const struct buf *bytes, struct err *e)
{
	struct csr c;
	struct err why = {""};
	bool ok = csr_read(&p->arena, buf_text(bytes), bytes->size, &c, e);
	if (ok && c.weak)
		ok = err_set(e, "%s", c.weak);
	assert_int_equal(sign(p, bytes, &why), ok);
	return ok;
}

static bool as_sign(struct place *p, const struct buf *bytes, struct err *e)
{
	struct csr c;
	assert_true(csr_read(&p->arena, buf_text(bytes), bytes->size, &c, e));
	assert_null(c.weak);
	return sign(p, bytes, e);
}

static const struct {
	const char *name;
	kind *run;
} kinds[] = {
    {"client", as_client}, {"request", as_request}, {"sign", as_sign}, {"answer", as_answer}};

static kind *find_kind(const char *name)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].run;
	}
	fail_msg("%s is no kind of case", name);
	return NULL;
}

/* ---- the table ---- */

static double used_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void run_case(struct place *p, const char *file, const char *kind_name, const char *verdict)
{
	struct buf bytes = {0};
	struct err e = {""};
	kind *run = find_kind(kind_name);
	if (*file == '@')
		make_file(p, file, &bytes);
	else
		read_file(file, &bytes);
	double start = used_ms();
	bool ok = run(p, &bytes, &e);
	double took = used_ms() - start;
	if (took > MOST_MS)
		fail_msg("%s as %s: took %.1f ms", file, kind_name, took);
	if (strcmp(verdict, "good") == 0 ? !ok : ok || !strstr(e.text, verdict))
		fail_msg(
		    "%s as %s: \"%s\", not \"%s\"", file, kind_name, ok ? "good" : e.text, verdict);
	assert_false(text_has_control(e.text, strlen(e.text)));
	assert_int_equal(ERR_peek_error(), 0);
	arena_reset(&p->arena);
	buf_free(&bytes);
}

static void each_case(void **state)
{
	struct buf table = {0};
	int count = 0;
	read_file("cases", &table);
	for (char *line, *rest = table.data; (line = strsep(&rest, "\n"));) {
		if (!*line || *line == '#')
			continue;
		const char *file = strsep(&line, " "), *kind_name = strsep(&line, " ");
		run_case(*state, file, kind_name, line);
		count++;
	}
	assert_true(count > 50);
	buf_free(&table);
}

/* ---- what they are held against ---- */

static void open_ca(struct place *p)
{
	struct buf cert = {0}, key = {0};
	struct err e = {""};
	assert_true(ca_make("Our CA", "P-256", FORGE_NOW, &cert, &key, &e));
	p->ca = ca_open(cert.data, cert.size, key.data, key.size, &e);
	assert_non_null(p->ca);
	buf_free(&cert);
	buf_free(&key);
}

/* Trusted are the CA of the folder, and one for the certificates that are made here. */
static void load_trust(struct place *p)
{
	static const char *const lists[] = {PLACE "crl.pem", NULL};
	struct buf cas = {0};
	struct err e = {""};
	p->ca_key = forge_key();
	p->ca_cert =
	    forge_cert(&(struct forge){.key = p->ca_key, .is_ca = true, .cn = "CA of this test"});
	read_file("ca.pem", &cas);
	add_text(&cas, forge_pem(p->ca_cert));
	folder_write(p->folder, "ca.pem", cas.data, cas.size);
	p->trust = client_trust_load(folder_path(p->folder, "ca.pem"), lists, &e);
	if (!p->trust)
		fail_msg("%s", e.text);
	buf_free(&cas);
}

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	p->folder = folder_new();
	p->config = conf_fixture("<customcerts CAwildcard=\"any-phone\"/>");
	open_ca(p);
	load_trust(p);
	read_file("good.csr", &p->request);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	client_trust_free(p->trust);
	ca_close(p->ca);
	conf_free(p->config);
	X509_free(p->ca_cert);
	EVP_PKEY_free(p->ca_key);
	buf_free(&p->request);
	arena_free(&p->arena);
	folder_free(p->folder);
	free(p);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(each_case, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
