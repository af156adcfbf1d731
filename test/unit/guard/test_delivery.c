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
	refused(p, &request, &odd, 1, "no certificate");
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

static const char *forge_key_text(struct place *p, EVP_PKEY *key)
{
	return file(p, NULL, forge_key_pem(key, NULL)).bytes;
}

/* A CA with this name, its file, and what it has signed. */
static X509 *ca_with(EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *issuer_key)
{
	return forge_cert(&(struct forge){
	    .key = key, .cn = name, .is_ca = true, .issuer = issuer, .issuer_key = issuer_key});
}

static struct certs_bytes file_of(struct place *p, const char *name, X509 *cert)
{
	return file(p, name, forge_pem(cert));
}

/* How many were sent, and the last one of them. */
static void sends(struct place *p, const struct certs_bytes *files, size_t count, size_t wanted)
{
	delivery_make(&p->arena, NULL, files, count, &p->out);
	assert_null(p->out.problem);
	assert_int_equal(p->out.count, wanted);
}

static bool was_sent(struct place *p, X509 *cert)
{
	struct plan_certs alone;
	const struct certs_bytes one = file_of(p, "x", cert);
	delivery_make(&p->arena, NULL, &one, 1, &alone);
	for (size_t i = 0; i < p->out.count; i++)
		if (strcmp(p->out.hex[i], alone.hex[0]) == 0)
			return true;
	return false;
}

static void of_its_chain(void **state)
{
	struct place *p = *state;
	EVP_PKEY *keys[] = {forge_key(), forge_key(), forge_key()};
	X509 *root = ca_with(keys[0], "Root", NULL, NULL),
	     *below = ca_with(keys[1], "Below", root, keys[0]),
	     *former = ca_with(keys[2], "Former", NULL, NULL),
	     *namesake = ca_with(keys[2], "Below", NULL, NULL),
	     *leaf =
		 forge_cert(&(struct forge){.key = p->key, .issuer = below, .issuer_key = keys[1]});
	const struct certs_bytes own = file_of(p, "SN-signedrequest.cer", leaf),
				 cas[] = {file_of(p, "CAkey-1.cer", former),
				     file_of(p, "CAkey-2.cer", root),
				     file_of(p, "CAkey-3.cer", namesake),
				     file_of(p, "CAkey-4.cer", below)};
	const struct certs_bytes files[] = {own, cas[0], cas[1], cas[2], cas[3]};
	sends(p, files, COUNT(files), 3);
	assert_true(was_sent(p, leaf) && was_sent(p, root) && was_sent(p, below));
	/* In the order of the files; without the root, what there is. */
	const struct certs_bytes short_of[] = {own, cas[3], cas[0]};
	sends(p, short_of, COUNT(short_of), 2);
	/* The issuer stands in the file of the certificate itself. */
	const struct certs_bytes both = {"SN-signedrequest.cer",
	    arena_concat(&p->arena, own.bytes, cas[3].bytes), own.size + cas[3].size};
	const struct certs_bytes chained[] = {both, cas[0], cas[1]};
	sends(p, chained, COUNT(chained), 3);
	assert_false(was_sent(p, former));
	/* A file is sent as a whole. */
	const struct certs_bytes mixed = {"CAkey.cer",
	    arena_concat(&p->arena, cas[0].bytes, cas[3].bytes), cas[0].size + cas[3].size};
	const struct certs_bytes in_one[] = {own, mixed, cas[2]};
	sends(p, in_one, COUNT(in_one), 3);
	assert_true(was_sent(p, former));
	/* All, when its issuer is in none, or when one is not understood. */
	const struct certs_bytes strange[] = {own, cas[0], cas[2]};
	sends(p, strange, COUNT(strange), 3);
	const struct certs_bytes odd[] = {own, cas[0], cas[3], {"CAkey-odd.cer", "odd", 3}};
	sends(p, odd, COUNT(odd), 4);
	/* A key stays, also in a file that would not be sent. */
	const struct certs_bytes with_key[] = {own, cas[3],
	    {"CAkey-9.cer", arena_concat(&p->arena, cas[0].bytes, forge_key_text(p, p->other)), 0}};
	struct certs_bytes copy[COUNT(with_key)];
	memcpy(copy, with_key, sizeof copy);
	copy[2].size = strlen(copy[2].bytes);
	refused(p, NULL, copy, COUNT(copy), "private key in CAkey-9.cer");
	X509 *all[] = {root, below, former, namesake, leaf};
	for (size_t i = 0; i < COUNT(all); i++)
		X509_free(all[i]);
	for (size_t i = 0; i < COUNT(keys); i++)
		EVP_PKEY_free(keys[i]);
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
	    TEST(of_its_chain),
	    TEST(nothing_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
