/* SPDX-License-Identifier: ISC */
/* guard/delivery: what devices are sent, as hexadecimal; and what must never leave. */
#include "guard/delivery.h"

#include "test/unit/guard/forge.h"
#include "test/unit/helpers.h"

struct place {
	EVP_PKEY *key, *other;
	struct arena arena;
	struct plan_certs out;
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	p->key = forge_key();
	p->other = forge_key();
	p->out.request = true;
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	EVP_PKEY_free(p->key);
	EVP_PKEY_free(p->other);
	arena_free(&p->arena);
	free(p);
	assert_int_equal(ERR_peek_error(), 0);
	return 0;
}

/* Takes the text. */
static struct certs_bytes file(struct place *p, const char *name, char *text)
{
	const char *copy = arena_strdup(&p->arena, text);
	free(text);
	return (struct certs_bytes){name, copy, strlen(copy)};
}

static struct certs_bytes cert_of(struct place *p, EVP_PKEY *key)
{
	X509 *cert = forge_cert(&(struct forge){.key = key});
	struct certs_bytes f = file(p, "SN-signedrequest.cer", forge_pem(cert));
	X509_free(cert);
	return f;
}

static struct certs_bytes request_of(struct place *p, EVP_PKEY *key)
{
	X509_REQ *request = forge_request(&(struct forge){.key = key}, NULL);
	struct certs_bytes f = file(p, NULL, forge_request_pem(request));
	X509_REQ_free(request);
	return f;
}

static void refused(struct place *p, const struct certs_bytes *request,
    const struct certs_bytes *files, size_t count, const char *word)
{
	delivery_make(&p->arena, request, files, count, &p->out);
	assert_int_equal(p->out.count, 0);
	assert_non_null(p->out.problem);
	if (!strstr(p->out.problem, word))
		fail_msg("%s", p->out.problem);
}

static void in_order(void **state)
{
	struct place *p = *state;
	struct certs_bytes request = request_of(p, p->key), own = cert_of(p, p->key),
			   ca = cert_of(p, p->other);
	const struct certs_bytes two = {"CAkey-2.cer",
	    arena_concat(&p->arena, ca.bytes, "text\n", own.bytes), ca.size + 5 + own.size};
	const struct certs_bytes files[] = {own, {"CAkey-1.cer", "\x01\xaf", 2}, two};
	delivery_make(&p->arena, &request, files, COUNT(files), &p->out);
	assert_null(p->out.problem);
	assert_int_equal(p->out.count, 4);
	assert_memory_equal(p->out.hex[0], "3082", 4);
	assert_string_equal(p->out.hex[1], "01af");
	assert_string_equal(p->out.hex[3], p->out.hex[0]);
	assert_string_not_equal(p->out.hex[2], p->out.hex[0]);
}

static void for_another_key(void **state)
{
	struct place *p = *state;
	struct certs_bytes request = request_of(p, p->key), other = cert_of(p, p->other);
	refused(p, &request, &other, 1, "another key");
	/* It is not known what it must fit to, or not understood what it is: the administrator's business. */
	delivery_make(&p->arena, NULL, &other, 1, &p->out);
	assert_int_equal(p->out.count, 1);
	const struct certs_bytes odd = {"SN-signedrequest.cer", "odd", 3},
				 broken = {NULL, "broken", 6};
	delivery_make(&p->arena, &request, &odd, 1, &p->out);
	assert_int_equal(p->out.count, 1);
	delivery_make(&p->arena, &broken, &other, 1, &p->out);
	assert_int_equal(p->out.count, 1);
}

static void keys_stay(void **state)
{
	struct place *p = *state;
	struct certs_bytes own = cert_of(p, p->key);
	for (int i = 0; i < 2; i++) {
		const struct certs_bytes files[] = {
		    own, file(p, "CAkey.cer", forge_key_pem(p->other, i ? "secret" : NULL))};
		refused(p, NULL, files, COUNT(files), "private key in CAkey.cer");
	}
}

static void nothing_in_it(void **state)
{
	struct place *p = *state;
	const struct certs_bytes files[] = {cert_of(p, p->key), {"CAkey.cer", "", 0}};
	refused(p, NULL, files, COUNT(files), "CAkey.cer");
	const struct certs_bytes bad = {"SN-signedrequest.cer",
	    "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", 59};
	refused(p, NULL, &bad, 1, "SN-signedrequest.cer");
	delivery_make(&p->arena, NULL, files, 0, &p->out);
	assert_null(p->out.problem);
	assert_int_equal(p->out.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(in_order),
	    TEST(for_another_key),
	    TEST(keys_stay),
	    TEST(nothing_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
