/* SPDX-License-Identifier: ISC */
/* core/device: the table of fields, and devices as records. */
#include "core/device.h"

#include "core/record.h"

#include "test/unit/helpers.h"

/* Every field has a value of its own. */
static void fill(struct device *d, struct arena *a)
{
	device_init(d, "sn");
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			device_set_text(d, f, arena_printf(a, "value of %s", f->name));
		else
			device_set_number(d, f, 1000 + f->id);
	}
}

static void assert_same(const struct device *a, const struct device *b)
{
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			assert_string_equal(device_text(a, f), device_text(b, f));
		else
			assert_int_equal(device_number(a, f), device_number(b, f));
	}
}

/* Ids are in stores out there: this list may grow, and nothing in it may change. */
static void ids_are_fixed_for_ever(void **state)
{
	(void)state;
	static const struct {
		unsigned id;
		enum device_type type;
		const char *name;
	} fixed[] = {{1, DEVICE_NUMBER, "created"}, {2, DEVICE_TEXT, "type"},
	    {3, DEVICE_TEXT, "hwid"}, {4, DEVICE_TEXT, "realip"}, {5, DEVICE_TEXT, "ip"},
	    {6, DEVICE_TEXT, "proxy"}, {7, DEVICE_TEXT, "phase"}, {8, DEVICE_TEXT, "nextphase"},
	    {9, DEVICE_TEXT, "classes"}, {10, DEVICE_TEXT, "environments"},
	    {11, DEVICE_TEXT, "prot"}, {12, DEVICE_TEXT, "boot"}, {13, DEVICE_TEXT, "firmware"},
	    {14, DEVICE_NUMBER, "firmware_at"}, {15, DEVICE_TEXT, "bootcode"},
	    {16, DEVICE_NUMBER, "bootcode_at"}, {17, DEVICE_TEXT, "certstat"},
	    {18, DEVICE_TEXT, "backup"}, {19, DEVICE_NUMBER, "backup_at"},
	    {20, DEVICE_TEXT, "name"}, {21, DEVICE_NUMBER, "skip"}, {22, DEVICE_NUMBER, "settled"},
	    {23, DEVICE_NUMBER, "https"}, {24, DEVICE_NUMBER, "cert_at"},
	    {25, DEVICE_TEXT, "cert_subject"}, {26, DEVICE_TEXT, "cert_issuer"},
	    {27, DEVICE_NUMBER, "cert_from"}, {28, DEVICE_NUMBER, "cert_until"},
	    {29, DEVICE_TEXT, "cert_says"}, {30, DEVICE_NUMBER, "cert_lapsed"},
	    {31, DEVICE_NUMBER, "cert_asked"}, {32, DEVICE_NUMBER, "cert_request"},
	    {33, DEVICE_TEXT, "cert_digest"}, {34, DEVICE_TEXT, "cert_origin"},
	    {35, DEVICE_TEXT, "cert_auto"}, {36, DEVICE_NUMBER, "cert_sent"},
	    {37, DEVICE_NUMBER, "cert_clear"}, {38, DEVICE_TEXT, "rdns"},
	    {39, DEVICE_TEXT, "rdns_of"}, {40, DEVICE_TEXT, "tls_issuer"},
	    {41, DEVICE_NUMBER, "tls_until"}};
	assert_true(device_nfields >= COUNT(fixed));
	for (size_t i = 0; i < COUNT(fixed); i++) {
		assert_int_equal(device_fields[i].id, fixed[i].id);
		assert_int_equal(device_fields[i].type, fixed[i].type);
		assert_string_equal(device_fields[i].name, fixed[i].name);
	}
	for (size_t i = 0; i < device_nfields; i++) {
		assert_true(*device_fields[i].help);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(device_fields[i].id, device_fields[k].id);
	}
}

/* What stands in struct device and in the table is the same thing. */
static void fields_are_members(void **state)
{
	(void)state;
	struct device d;
	device_init(&d, "a");
	assert_false(device_has(&d, &device_fields[DEVICE_AT_hwid]));
	assert_false(device_has(&d, &device_fields[DEVICE_AT_skip]));
	device_set_text(&d, &device_fields[DEVICE_AT_hwid], "h");
	device_set_number(&d, &device_fields[DEVICE_AT_skip], 1);
	assert_string_equal(d.hwid, "h");
	assert_int_equal(d.skip, 1);
	assert_true(device_has(&d, &device_fields[DEVICE_AT_hwid]));
	assert_true(device_has(&d, &device_fields[DEVICE_AT_skip]));
	d.seen = 7;
	d.polls = 8;
	assert_string_equal(device_text(&d, &device_sn), "a");
	assert_int_equal(device_number(&d, &device_seen), 7);
	assert_int_equal(device_number(&d, &device_polls), 8);
}

/* Programs read these names; "firmware" is what runs, here as in the table of `rollcall devices`. */
static void shown_names(void **state)
{
	(void)state;
	static const struct {
		enum device_at at;
		const char *shown;
	} cases[] = {{DEVICE_AT_prot, "firmware"}, {DEVICE_AT_boot, "boot"},
	    {DEVICE_AT_firmware, "firmware_requested"},
	    {DEVICE_AT_firmware_at, "firmware_requested_at"},
	    {DEVICE_AT_bootcode, "boot_requested"}, {DEVICE_AT_bootcode_at, "boot_requested_at"},
	    {DEVICE_AT_https, "https"}};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(device_fields[cases[i].at].shown, cases[i].shown);
	for (size_t i = 0; i < device_nfields; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(device_fields[i].shown, device_fields[k].shown);
	}
}

static void nothing_is_known_of_a_new_one(void **state)
{
	(void)state;
	struct device d;
	memset(&d, 0x55, sizeof d);
	device_init(&d, "sn");
	assert_string_equal(d.sn, "sn");
	assert_int_equal(d.seen, 0);
	assert_int_equal(d.polls, 0);
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			assert_string_equal(device_text(&d, f), "");
		else
			assert_int_equal(device_number(&d, f), 0);
	}
}

static void all_fields_come_back(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf b = {0};
	struct device d, again;
	fill(&d, &a);
	device_encode(&b, NULL, &d);
	assert_true(device_decode(&a, "sn", b.data, b.size, &again));
	memset(b.data, 'x', b.size); /* texts are copies */
	assert_same(&d, &again);
	assert_string_equal(again.sn, "sn");
	buf_free(&b);
	arena_free(&a);
}

/* The ids in a record, as "1 2 ". */
static const char *ids(struct arena *a, const struct buf *b)
{
	struct record_cursor c;
	struct record_field f;
	const char *text = "";
	record_open(&c, b->data, b->size);
	while (record_next(&c, &f))
		text = arena_printf(a, "%s%u ", text, f.id);
	assert_false(c.broken);
	return text;
}

static const char *difference(struct arena *a, const struct device *was, const struct device *now)
{
	struct buf b = {0};
	device_encode(&b, was, now);
	const char *text = ids(a, &b);
	buf_free(&b);
	return text;
}

static void only_differences_are_encoded(void **state)
{
	(void)state;
	struct arena a = {0};
	struct device was, now;
	device_init(&now, "sn");
	assert_string_equal(difference(&a, NULL, &now), "");
	now.type = "IP232";
	now.created = 5;
	assert_string_equal(difference(&a, NULL, &now), "1 2 ");
	was = now;
	assert_string_equal(difference(&a, &was, &now), "");
	now.type = arena_strdup(&a, "IP232"); /* the same text elsewhere */
	now.phase = "update";
	now.settled = -1;
	now.seen = 9; /* no field of the record */
	now.polls = 9;
	assert_string_equal(difference(&a, &was, &now), "7 22 ");
	/* What is emptied is told, or the other side would keep it. */
	assert_string_equal(difference(&a, &now, &was), "7 22 ");
	arena_free(&a);
}

static void a_difference_merged_is_the_new_one(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf old = {0}, patch = {0}, merged = {0};
	struct device was, now, again;
	fill(&was, &a);
	now = was;
	now.phase = "";
	now.skip = 0;
	now.name = "Ünïcode";
	device_encode(&old, NULL, &was);
	device_encode(&patch, &was, &now);
	assert_true(record_merge(&merged, old.data, old.size, patch.data, patch.size));
	assert_true(device_decode(&a, "sn", merged.data, merged.size, &again));
	assert_same(&now, &again);
	buf_free(&old);
	buf_free(&patch);
	buf_free(&merged);
	arena_free(&a);
}

/* Of a newer version, of another type, more than once. */
static void strange_fields(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf b = {0};
	struct device d;
	record_add_text(&b, 999, "from the future");
	record_add_text(&b, 0, "never used");
	record_add_text(&b, 2, "IP232");
	record_add_text(&b, 1, "three"); /* a number is 8 bytes */
	record_add_text(&b, 2, "IP241"); /* the later one counts */
	record_add(&b, 7, "a\0b", 3);    /* a text ends at NUL */
	assert_true(device_decode(&a, "sn", b.data, b.size, &d));
	assert_string_equal(d.type, "IP241");
	assert_int_equal(d.created, 0);
	assert_string_equal(d.phase, "a");
	buf_free(&b);
	arena_free(&a);
}

static void half_a_record_is_nothing(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf b = {0};
	struct device d, empty;
	device_init(&empty, "sn");
	record_add_text(&b, 2, "IP232");
	record_add_number(&b, 1, 7);
	for (size_t n = 1; n < b.size; n++) {
		if (n == RECORD_HEAD + 5)
			continue;
		assert_false(device_decode(&a, "sn", b.data, n, &d));
		assert_same(&d, &empty);
		assert_string_equal(d.sn, "sn");
	}
	buf_free(&b);
	arena_free(&a);
}

static void missing(void **state)
{
	(void)state;
	static const struct {
		int64_t created, seen, now, limit;
		bool missing;
	} cases[] = {
	    {100, 1000, 1010, 10, false}, {100, 1000, 1011, 10, true}, {100, 1000, 1000, 0, false},
	    {100, 1000, 1001, 0, true}, {100, 1000, 900, 10, false}, /* a clock that went back */
	    {1000, 0, 1010, 10, false}, /* never polled: since it was made */
	    {1000, 0, 1011, 10, true}, {100, 1000, 999999, -1, false}, /* no limit */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d;
		device_init(&d, "sn");
		d.created = cases[i].created;
		d.seen = cases[i].seen;
		assert_int_equal(
		    device_is_missing(&d, cases[i].now, cases[i].limit), cases[i].missing);
	}
}

static void compared(void **state)
{
	(void)state;
	const struct device_field *ip = &device_fields[DEVICE_AT_ip];
	struct device near, far, same, unknown;
	device_init(&near, "a");
	device_init(&far, "b");
	device_init(&same, "c");
	device_init(&unknown, "0");
	near.ip = same.ip = "10.0.0.9";
	far.ip = "10.0.0.10";
	near.seen = 5;
	far.seen = 4;
	assert_true(device_compare(&near, &far, NULL, false) < 0);
	assert_true(device_compare(&near, &far, NULL, true) > 0);
	assert_int_equal(device_compare(&near, &near, NULL, true), 0);
	assert_true(device_compare(&near, &far, ip, false) < 0);
	assert_true(device_compare(&near, &far, ip, true) > 0);
	assert_true(device_compare(&near, &far, &device_seen, false) > 0);
	/* equal ones by serial number, those of which it is not known last: in reverse, too */
	for (int reverse = 0; reverse < 2; reverse++) {
		assert_true(device_compare(&near, &same, ip, reverse) < 0);
		assert_true(device_compare(&near, &unknown, ip, reverse) < 0);
		assert_true(device_compare(&unknown, &near, ip, reverse) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids_are_fixed_for_ever),
	    cmocka_unit_test(fields_are_members),
	    cmocka_unit_test(shown_names),
	    cmocka_unit_test(nothing_is_known_of_a_new_one),
	    cmocka_unit_test(all_fields_come_back),
	    cmocka_unit_test(only_differences_are_encoded),
	    cmocka_unit_test(a_difference_merged_is_the_new_one),
	    cmocka_unit_test(strange_fields),
	    cmocka_unit_test(half_a_record_is_nothing),
	    cmocka_unit_test(missing),
	    cmocka_unit_test(compared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
