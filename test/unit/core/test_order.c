/* SPDX-License-Identifier: ISC */
/* core/order: what the signer may be asked for, and everything that it may not. */
#include "core/order.h"

#include "core/issued.h"
#include "core/record.h"

#include "test/unit/helpers.h"

#define SN "00-90-33-30-00-af"
#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct order sign = {
    .verb = ORDER_SIGN, .sn = SN, .digest = DIGEST, .who = "root", .why = "it is ours"};
static const struct order revocation = {.verb = ORDER_REVOKE, .serial = "1A", .who = "root"};

static struct arena arena;

static int reset(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static bool passes(const struct order *o, struct order *out)
{
	struct buf bytes = {0};
	order_encode(&bytes, o);
	bool ok = order_decode(&arena, buf_text(&bytes), bytes.size, out);
	buf_free(&bytes);
	return ok;
}

static void what_is_asked_arrives(void **state)
{
	struct order got;
	(void)state;
	assert_true(passes(&sign, &got));
	assert_int_equal(got.verb, ORDER_SIGN);
	assert_string_equal(got.sn, SN);
	assert_string_equal(got.digest, DIGEST);
	assert_string_equal(got.serial, "");
	assert_string_equal(got.who, "root");
	assert_string_equal(got.why, "it is ours");
	assert_true(passes(&revocation, &got));
	assert_int_equal(got.verb, ORDER_REVOKE);
	assert_string_equal(got.serial, "1A");
	assert_string_equal(got.sn, "");
	assert_string_equal(got.why, "");
}

#define WITH(base, ...) (with(&(base), (struct order){__VA_ARGS__}))

/* `base` with what is given in its place. */
static struct order with(const struct order *base, struct order other)
{
	struct order o = *base;
	o.verb = other.verb ? other.verb : o.verb;
	o.sn = other.sn ? other.sn : o.sn;
	o.digest = other.digest ? other.digest : o.digest;
	o.serial = other.serial ? other.serial : o.serial;
	o.who = other.who ? other.who : o.who;
	o.why = other.why ? other.why : o.why;
	return o;
}

static void what_is_no_order(void **state)
{
	const struct order wrong[] = {
	    WITH(sign, .sn = ""),
	    WITH(sign, .sn = "../x"),
	    WITH(sign, .sn = "-"),
	    WITH(sign, .digest = ""),
	    WITH(sign, .digest = "00"),
	    WITH(
		sign, .digest = "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff"),
	    WITH(sign, .serial = "1A"),
	    WITH(sign, .who = ""),
	    WITH(sign, .who = "a\nb"),
	    WITH(sign, .who = "\xff"),
	    WITH(sign, .why = "a\x1b[1m"),
	    WITH(sign, .verb = ORDER_REVOKE),
	    WITH(sign, .verb = (enum order_verb)3),
	    WITH(revocation, .serial = ""),
	    WITH(revocation, .serial = "1a"),
	    WITH(revocation, .serial = "0"),
	    WITH(revocation, .sn = SN),
	    WITH(revocation, .digest = DIGEST),
	    WITH(revocation, .who = ""),
	    WITH(revocation, .verb = ORDER_SIGN),
	    {.who = "root", .serial = "1A"},
	};
	struct order got;
	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		if (passes(&wrong[i], &got))
			fail_msg("order %zu passes", i);
	}
}

/* The sender cuts what has no room; who sends more all the same is refused. */
static void lengths(void **state)
{
	static char text[ORDER_MOST];
	struct order got;
	struct buf bytes = {0};
	(void)state;
	memset(text, 'x', sizeof text - 1);
	const struct order cut = WITH(sign, .who = text, .why = text);
	assert_true(passes(&cut, &got));
	assert_int_equal(strlen(got.who), AUDIT_WHO);
	assert_int_equal(strlen(got.why), 1024);
	for (unsigned id = 5; id <= 6; id++) { /* who, why */
		buf_reset(&bytes);
		order_encode(&bytes, &revocation);
		record_add(&bytes, id, text, 1025);
		assert_false(order_decode(&arena, bytes.data, bytes.size, &got));
	}
	buf_reset(&bytes);
	order_encode(&bytes, &revocation);
	record_add(&bytes, 99, text, 1000);
	assert_true(order_decode(&arena, bytes.data, bytes.size, &got)); /* of a newer version */
	record_add(&bytes, 98, text, 1100);
	assert_true(bytes.size > ORDER_MOST);
	assert_false(order_decode(&arena, bytes.data, bytes.size, &got));
	buf_free(&bytes);
}

static void bytes_that_are_no_record(void **state)
{
	struct buf bytes = {0};
	struct order got;
	(void)state;
	assert_false(order_decode(&arena, "", 0, &got));
	assert_false(order_decode(&arena, "sign it", 7, &got));
	order_encode(&bytes, &sign);
	for (size_t size = 0; size < bytes.size; size++) {
		char *copy = malloc(size + 1);
		memcpy(copy, bytes.data, size);
		bool whole = order_decode(&arena, copy, size, &got);
		assert_true(!whole || size == bytes.size - 6 - strlen(sign.why)); /* why may go */
		free(copy);
	}
	buf_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(what_is_asked_arrives, reset),
	    cmocka_unit_test_teardown(what_is_no_order, reset),
	    cmocka_unit_test_teardown(lengths, reset),
	    cmocka_unit_test_teardown(bytes_that_are_no_record, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
