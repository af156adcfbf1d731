/* SPDX-License-Identifier: ISC */
/* core/issued and core/fields: structs as records and back. */
#include "core/issued.h"

#include "core/fields.h"
#include "core/record.h"

#include "test/unit/helpers.h"

static const struct issued full = {
    .serial = "1A2B",
    .sn = "00-90-33-30-00-af",
    .cn = "IP232-30-00-af",
    .issuer = "Example CA",
    .from = 1000,
    .until = -5,
    .at = 999,
    .who = "root on the command line",
    .digest = "00ff",
    .revoked = 5000,
    .revoked_by = "somebody",
    .reason = "it was lost",
    .pem = "-----BEGIN CERTIFICATE-----\n",
    .key = "ff00",
};

static struct arena arena;

static int reset(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void assert_same(const struct issued *a, const struct issued *b)
{
	const char *const texts[][2] = {{a->serial, b->serial}, {a->sn, b->sn}, {a->cn, b->cn},
	    {a->issuer, b->issuer}, {a->who, b->who}, {a->digest, b->digest},
	    {a->revoked_by, b->revoked_by}, {a->reason, b->reason}, {a->pem, b->pem},
	    {a->key, b->key}};
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_string_equal(texts[i][0], texts[i][1]);
	assert_int_equal(a->from, b->from);
	assert_int_equal(a->until, b->until);
	assert_int_equal(a->at, b->at);
	assert_int_equal(a->revoked, b->revoked);
}

static void what_is_written_is_read(void **state)
{
	struct buf record = {0};
	struct issued got;
	(void)state;
	issued_encode(&record, NULL, &full);
	assert_true(issued_decode(&arena, "1A2B", record.data, record.size, &got));
	assert_same(&got, &full);
	buf_free(&record);
}

/* A store of today is read by every later version. */
static void ids_are_fixed(void **state)
{
	static const unsigned ids[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
	struct buf record = {0};
	struct record_cursor c;
	struct record_field f;
	size_t n = 0;
	(void)state;
	issued_encode(&record, NULL, &full);
	record_open(&c, record.data, record.size);
	for (; record_next(&c, &f); n++)
		assert_int_equal(f.id, ids[n]);
	assert_int_equal(n, COUNT(ids));
	buf_reset(&record);
	record_add_text(&record, 1, "SN");
	record_add_number(&record, 9, 77);
	record_add_text(&record, 11, "why");
	record_add_text(&record, 99, "of a newer version");
	struct issued got;
	assert_true(issued_decode(&arena, "1", record.data, record.size, &got));
	assert_string_equal(got.sn, "SN");
	assert_int_equal(got.revoked, 77);
	assert_string_equal(got.reason, "why");
	buf_free(&record);
}

static void only_what_differs(void **state)
{
	struct buf record = {0}, expected = {0};
	struct issued now = full;
	(void)state;
	issued_encode(&record, &full, &now);
	assert_int_equal(record.size, 0);
	now.reason = "";
	now.revoked = 0;
	issued_encode(&record, &full, &now);
	record_add_number(&expected, 9, 0);
	record_add_text(&expected, 11, "");
	assert_int_equal(record.size, expected.size);
	assert_memory_equal(record.data, expected.data, record.size);
	buf_free(&record);
	buf_free(&expected);
}

static void nothing_known(void **state)
{
	static const struct issued nothing = {"1", "", "", "", 0, 0, 0, "", "", 0, "", "", "", ""};
	static const struct issued none = {.serial = NULL};
	struct buf record = {0};
	struct issued got;
	(void)state;
	assert_true(issued_decode(&arena, "1", "", 0, &got));
	assert_same(&got, &nothing);
	issued_encode(&record, NULL, &none); /* texts that are NULL */
	assert_int_equal(record.size, 0);
	issued_encode(&record, &none, &none);
	assert_int_equal(record.size, 0);
}

static void what_is_no_record(void **state)
{
	struct issued got;
	struct audit a;
	(void)state;
	assert_false(issued_decode(&arena, "1", "\0\1\0\0\0\1", 6, &got));
	assert_string_equal(got.cn, "");
	assert_false(issued_decode(&arena, "1", "x", 1, &got));
	assert_false(audit_decode(&arena, 1, "x", 1, &a));
	assert_string_equal(a.text, "");
}

static void serials(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} list[] = {
	    {"1", true},
	    {"1A", true},
	    {"F0000000000000000000000000000000000000FF", true},
	    {"F0000000000000000000000000000000000000FF0", false},
	    {"0", false},
	    {"01", false},
	    {"", false},
	    {"a", false},
	    {"1 ", false},
	    {"-1", false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++)
		assert_int_equal(issued_is_serial(list[i].text, strlen(list[i].text)), list[i].is);
	assert_false(issued_is_serial("1\0", 2));
}

static void an_audit(void **state)
{
	const struct audit a = {
	    .what = "ca revoke", .who = "root", .sn = "00-90-33-30-00-af", .text = "1A: lost"};
	struct buf record = {0}, expected = {0};
	struct audit got;
	(void)state;
	audit_encode(&record, &a);
	record_add_text(&expected, 1, a.what);
	record_add_text(&expected, 2, a.who);
	record_add_text(&expected, 3, a.sn);
	record_add_text(&expected, 4, a.text);
	assert_int_equal(record.size, expected.size);
	assert_memory_equal(record.data, expected.data, record.size);
	assert_true(audit_decode(&arena, 77, record.data, record.size, &got));
	assert_int_equal(got.time, 77);
	assert_string_equal(got.what, a.what);
	assert_string_equal(got.who, a.who);
	assert_string_equal(got.sn, a.sn);
	assert_string_equal(got.text, a.text);
	buf_free(&record);
	buf_free(&expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(what_is_written_is_read, reset),
	    cmocka_unit_test_teardown(ids_are_fixed, reset),
	    cmocka_unit_test_teardown(only_what_differs, reset),
	    cmocka_unit_test_teardown(nothing_known, reset),
	    cmocka_unit_test_teardown(what_is_no_record, reset),
	    cmocka_unit_test(serials),
	    cmocka_unit_test_teardown(an_audit, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
