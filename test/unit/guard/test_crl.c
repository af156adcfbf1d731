/* SPDX-License-Identifier: ISC */
/* guard/crl: what guard/ca.h makes is read back, from a file with the lists of several. */
#include "guard/crl.h"

#include "guard/ca.h"

#include "test/unit/helpers.h"

#define NOW 1760000000

/* A CA with its certificate, and lists that it makes. */
struct maker {
	struct buf cert, key;
	struct ca *ca;
};

static struct arena arena;
static struct err e;
static struct maker ours, theirs;

static void make(struct maker *m, const char *name, const char *algorithm)
{
	assert_true(ca_make(name, algorithm, NOW, &m->cert, &m->key, &e));
	m->ca = ca_open(m->cert.data, m->cert.size, m->key.data, m->key.size, &e);
	assert_non_null(m->ca);
}

static int setup(void **state)
{
	(void)state;
	e.text[0] = '\0';
	make(&ours, "Our CA", "P-256");
	make(&theirs, "Our CA", "P-384"); /* of the same name: names prove nothing */
	return 0;
}

static void unmake(struct maker *m)
{
	ca_close(m->ca);
	buf_free(&m->cert);
	buf_free(&m->key);
	*m = (struct maker){0};
}

static int teardown(void **state)
{
	(void)state;
	unmake(&ours);
	unmake(&theirs);
	arena_free(&arena);
	return 0;
}

static const struct issued some[] = {
    {.serial = "A1", .issuer = "Our CA", .revoked = NOW - 100},
    {.serial = "123456789ABCDEF0123456789ABCDEF012345678", .issuer = "Our CA", .revoked = NOW},
};

static void add_list(
    struct maker *m, const struct issued *list, size_t count, long number, struct buf *to)
{
	assert_true(ca_crl(m->ca, list, count, number, NOW, to, &e));
}

static bool finds(const struct buf *lists, const struct maker *m, struct crl *out)
{
	return crl_find(&arena, lists->data, lists->size, m->cert.data, m->cert.size, out, &e);
}

static void each_ca_has_its_own(void **state)
{
	(void)state;
	struct buf lists = {0};
	struct crl crl;
	add_list(&ours, some, 2, 77, &lists);
	size_t first = lists.size;
	add_list(&theirs, NULL, 0, 5, &lists);
	assert_true(finds(&lists, &ours, &crl));
	assert_string_equal(crl.issuer, "Our CA");
	assert_int_equal(crl.number, 77);
	assert_int_equal(crl.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct issued *one = &crl.revoked[i];
		const struct issued *was = &some[strcmp(one->serial, "A1") != 0];
		assert_string_equal(one->serial, was->serial);
		assert_string_equal(one->issuer, "Our CA");
		assert_int_equal(one->revoked, was->revoked);
	}
	assert_int_equal(crl.size, first); /* the bytes that went in */
	assert_memory_equal(crl.pem, lists.data, first);
	assert_true(finds(&lists, &theirs, &crl));
	assert_int_equal(crl.number, 5);
	assert_int_equal(crl.count, 0);
	assert_memory_equal(crl.pem, lists.data + first, crl.size);
	buf_free(&lists);
}

static void the_last_one_counts(void **state)
{
	(void)state;
	struct buf lists = {0};
	struct crl crl;
	add_list(&ours, some, 1, 1, &lists);
	add_list(&ours, some, 2, 2, &lists);
	assert_true(finds(&lists, &ours, &crl));
	assert_int_equal(crl.number, 2);
	assert_int_equal(crl.count, 2);
	assert_int_equal(crl.lists, 2);
	buf_free(&lists);
}

static void how_many(void **state)
{
	(void)state;
	struct buf lists = {0};
	struct crl crl;
	size_t count;
	assert_true(crl_count("", 0, &count));
	assert_int_equal(count, 0);
	assert_false(crl_count("no list", 7, &count));
	add_list(&ours, some, 1, 1, &lists);
	add_list(&theirs, some, 2, 2, &lists);
	assert_true(crl_count(lists.data, lists.size, &count));
	assert_int_equal(count, 2);
	assert_true(finds(&lists, &ours, &crl));
	assert_int_equal(crl.lists, 1);
	assert_false(crl_count(lists.data, lists.size - 30, &count));
	buf_free(&lists);
}

static void assert_none(const struct buf *lists)
{
	struct crl crl;
	assert_true(finds(lists, &ours, &crl));
	assert_string_equal(crl.issuer, "Our CA");
	assert_null(crl.pem);
	assert_int_equal(crl.size, 0);
	assert_int_equal(crl.count, 0);
	assert_int_equal(crl.number, 0);
}

static void no_list(void **state)
{
	(void)state;
	struct buf lists = {0};
	assert_none(&lists);
	buf_adds(
	    &lists, "no list at all\n-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
	assert_none(&lists);
	buf_reset(&lists);
	add_list(&theirs, some, 2, 9, &lists); /* signed with another key */
	assert_none(&lists);
	buf_add(&lists, ours.cert.data, ours.cert.size);
	assert_none(&lists);
	buf_free(&lists);
}

/* A list of which a byte was changed is nobody's. */
static void a_damaged_list(void **state)
{
	(void)state;
	struct buf lists = {0};
	struct crl crl;
	add_list(&ours, some, 2, 9, &lists);
	for (size_t at = 30; at < lists.size - 60; at += 7) {
		char was = lists.data[at];
		lists.data[at] = was == 'A' ? 'B' : 'A';
		assert_true(finds(&lists, &ours, &crl));
		assert_null(crl.pem);
		lists.data[at] = was;
	}
	for (size_t size = 0; size < lists.size - 1; size += 11) {
		assert_true(
		    crl_find(&arena, lists.data, size, ours.cert.data, ours.cert.size, &crl, &e));
		assert_null(crl.pem);
	}
	buf_free(&lists);
}

static void no_certificate(void **state)
{
	(void)state;
	struct buf lists = {0};
	struct crl crl;
	add_list(&ours, some, 2, 9, &lists);
	assert_false(crl_find(&arena, lists.data, lists.size, "x", 1, &crl, &e));
	assert_true(*e.text);
	assert_null(crl.pem);
	assert_string_equal(crl.issuer, "");
	assert_false(
	    crl_find(&arena, lists.data, lists.size, ours.key.data, ours.key.size, &crl, &e));
	buf_free(&lists);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_ca_has_its_own),
	    TEST(the_last_one_counts),
	    TEST(how_many),
	    TEST(no_list),
	    TEST(a_damaged_list),
	    TEST(no_certificate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
