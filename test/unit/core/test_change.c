/* SPDX-License-Identifier: ISC */
/* core/change: lists of changes as bytes; what is incomplete or too long is no list. */
#include "core/change.h"

#include "base/limits.h"
#include "core/record.h"

#include "test/unit/helpers.h"

#define SN "00-90-33-30-00-af"
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Fields of a change on the wire, fixed for ever. */
enum { KIND = 1, SERIAL, NAME, TIME, NUMBER, BYTES };

static void assert_bytes(const char *bytes, size_t size, const char *expected)
{
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(bytes, expected, size);
}

/* ---- what is made is read ---- */

static void assert_next(struct change_cursor *c, struct change *out, enum change_kind kind)
{
	assert_true(change_next(c, out));
	assert_int_equal(out->kind, kind);
	assert_bytes(out->sn, out->sn_size, SN);
}

/* The next one, about no device. */
static void assert_other(
    struct change_cursor *c, struct change *out, enum change_kind kind, const char *name)
{
	assert_true(change_next(c, out));
	assert_int_equal(out->kind, kind);
	assert_bytes(out->sn, out->sn_size, "-");
	assert_bytes(out->name, out->name_size, name);
}

static void make_all(struct buf *list)
{
	struct device now;
	device_init(&now, SN);
	now.type = "IP232";
	change_device(list, SN, NULL, &now);
	change_seen(list, SN, 11);
	change_answer(list, SN, "admin", 12, "<a/>", 4);
	change_delivery(list, SN, "all-all-all.txt", 13, 1300);
	change_message(list, SN, 14, "is new here");
	change_forget(list, SN, CHANGE_ALWAYS);
	change_trim(list, SN, -16);
	change_touch(list, SN, 17);
	change_audit(list, SN, 18, "csr approve", "root", "it is signed");
	change_issued(list, SN, "1A", NULL, &(struct issued){.cn = "IP232-30-00-af"});
	change_account(list, NULL, &(struct account){.name = "anna", .made = 19});
	change_account_drop(list, "anna");
	change_session(list, NULL, &(struct session){.id = ID, .user = "anna"});
	change_session_end(list, ID);
	change_sessions_end(list, "M\xc3\xbcller");
	change_sessions_trim(list, 24);
	change_tally(list, "polls", 25, 2500);
}

static void all_kinds(void **state)
{
	(void)state;
	struct buf list = {0}, fields = {0};
	struct change_cursor c;
	struct change one;
	make_all(&list);
	record_add_text(&fields, 2, "IP232");
	change_open(&c, list.data, list.size);
	assert_next(&c, &one, CHANGE_DEVICE);
	assert_int_equal(one.size, fields.size);
	assert_memory_equal(one.bytes, fields.data, fields.size);
	assert_next(&c, &one, CHANGE_SEEN);
	assert_int_equal(one.time, 11);
	assert_next(&c, &one, CHANGE_ANSWER);
	assert_int_equal(one.time, 12);
	assert_bytes(one.name, one.name_size, "admin");
	assert_bytes(one.bytes, one.size, "<a/>");
	assert_next(&c, &one, CHANGE_DELIVERY);
	assert_int_equal(one.time, 13);
	assert_int_equal(one.number, 1300);
	assert_bytes(one.name, one.name_size, "all-all-all.txt");
	assert_next(&c, &one, CHANGE_MESSAGE);
	assert_int_equal(one.time, 14);
	assert_bytes(one.bytes, one.size, "is new here");
	assert_next(&c, &one, CHANGE_FORGET);
	assert_true(one.time == CHANGE_ALWAYS);
	assert_next(&c, &one, CHANGE_TRIM);
	assert_int_equal(one.time, -16);
	assert_next(&c, &one, CHANGE_TOUCH);
	assert_int_equal(one.time, 17);
	assert_next(&c, &one, CHANGE_AUDIT);
	assert_int_equal(one.time, 18);
	assert_bytes(one.name, one.name_size, "csr approve");
	assert_next(&c, &one, CHANGE_ISSUED);
	assert_bytes(one.name, one.name_size, "1A");
	assert_other(&c, &one, CHANGE_ACCOUNT, "anna");
	assert_true(one.size > 0);
	assert_other(&c, &one, CHANGE_ACCOUNT_DROP, "anna");
	assert_other(&c, &one, CHANGE_SESSION, ID);
	assert_true(one.size > 0);
	assert_other(&c, &one, CHANGE_SESSION_END, ID);
	assert_other(&c, &one, CHANGE_SESSIONS_END, "M\xc3\xbcller");
	assert_other(&c, &one, CHANGE_SESSIONS_TRIM, "");
	assert_int_equal(one.time, 24);
	assert_other(&c, &one, CHANGE_TALLY, "polls");
	assert_int_equal(one.time, 25);
	assert_int_equal(one.number, 2500);
	assert_false(change_next(&c, &one));
	assert_false(c.broken);
	assert_true(change_is_whole(list.data, list.size));
	buf_free(&list);
	buf_free(&fields);
}

/* Processes of two versions talk to each other while one is replaced. */
static void bytes_of_a_list(void **state)
{
	(void)state;
	static const char bytes[] = "\0\0\0\x24"
				    "\0\1\0\0\0\x08\0\0\0\0\0\0\0\2"
				    "\0\2\0\0\0\2ab"
				    "\0\4\0\0\0\x08\0\0\0\0\0\0\1\0";
	struct buf list = {0};
	change_seen(&list, "ab", 256);
	assert_int_equal(list.size, sizeof bytes - 1);
	assert_memory_equal(list.data, bytes, list.size);
	buf_free(&list);
}

static void an_empty_list(void **state)
{
	(void)state;
	struct change_cursor c;
	struct change one;
	assert_true(change_is_whole(NULL, 0));
	change_open(&c, NULL, 0);
	assert_false(change_next(&c, &one));
	assert_false(c.broken);
}

static void a_device_without_a_difference_is_no_change(void **state)
{
	(void)state;
	struct buf list = {0};
	struct change_cursor c;
	struct change one;
	struct device was, now;
	device_init(&was, SN);
	now = was;
	now.seen = 5;
	change_device(&list, SN, &was, &now);
	assert_int_equal(list.size, 0);
	change_device(&list, SN, NULL, &was); /* a new one is told all the same */
	change_open(&c, list.data, list.size);
	assert_next(&c, &one, CHANGE_DEVICE);
	assert_int_equal(one.size, 0);
	buf_free(&list);
}

static void long_messages_are_cut_at_a_letter(void **state)
{
	(void)state;
	char text[LIMIT_MESSAGE + 64];
	static const struct {
		size_t ascii; /* letters before the first of two bytes */
		size_t kept;
	} cases[] = {{LIMIT_MESSAGE - 2, LIMIT_MESSAGE}, {LIMIT_MESSAGE - 1, LIMIT_MESSAGE - 1},
	    {LIMIT_MESSAGE, LIMIT_MESSAGE}, {LIMIT_MESSAGE + 1, LIMIT_MESSAGE}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf list = {0};
		struct change_cursor c;
		struct change one;
		memset(text, 'x', cases[i].ascii);
		snprintf(text + cases[i].ascii, sizeof text - cases[i].ascii, "üüü");
		change_message(&list, SN, 1, text);
		change_open(&c, list.data, list.size);
		assert_next(&c, &one, CHANGE_MESSAGE);
		assert_int_equal(one.size, cases[i].kept);
		assert_memory_equal(one.bytes, text, one.size);
		buf_free(&list);
	}
}

/* ---- certificates and the audit ---- */

static void next_audit(const struct buf *list, struct change *one, struct audit *a)
{
	static struct arena arena;
	struct change_cursor c;
	arena_reset(&arena);
	change_open(&c, list->data, list->size);
	assert_true(change_next(&c, one));
	assert_int_equal(one->kind, CHANGE_AUDIT);
	assert_true(audit_decode(&arena, one->time, one->bytes, one->size, a));
}

static void an_audit_about_a_device_or_none(void **state)
{
	(void)state;
	struct buf list = {0};
	struct change one;
	struct audit a;
	change_audit(&list, SN, 7, "csr drop", "root on the command line", "why");
	next_audit(&list, &one, &a);
	assert_bytes(one.sn, one.sn_size, SN);
	assert_int_equal(a.time, 7);
	assert_string_equal(a.what, "csr drop");
	assert_string_equal(a.who, "root on the command line");
	assert_string_equal(a.sn, SN);
	assert_string_equal(a.text, "why");
	buf_reset(&list);
	change_audit(&list, "", 7, "ca init", "root", "");
	next_audit(&list, &one, &a);
	assert_bytes(one.sn, one.sn_size, "-");
	assert_string_equal(a.sn, "");
	assert_string_equal(a.text, "");
	buf_free(&list);
}

static void long_texts_of_an_audit_are_cut(void **state)
{
	(void)state;
	struct buf list = {0};
	struct change one;
	struct audit a;
	char text[AUDIT_TEXT + 64];
	memset(text, 'x', AUDIT_TEXT - 1);
	snprintf(text + AUDIT_TEXT - 1, sizeof text - AUDIT_TEXT, "üüü");
	change_audit(&list, SN, 7, "csr drop", text, text);
	next_audit(&list, &one, &a);
	assert_int_equal(strlen(a.who), AUDIT_WHO);
	assert_int_equal(strlen(a.text), AUDIT_TEXT - 1);
	buf_free(&list);
}

static void a_certificate_without_a_difference_is_no_change(void **state)
{
	(void)state;
	const struct issued was = {.serial = "1A", .sn = SN, .cn = "x", .until = 5};
	struct issued now = was;
	struct buf list = {0};
	struct change_cursor c;
	struct change one;
	struct issued got;
	struct arena arena = {0};
	change_issued(&list, SN, "1A", &was, &now);
	assert_int_equal(list.size, 0);
	now.revoked = 9;
	change_issued(&list, SN, "1A", &was, &now);
	change_open(&c, list.data, list.size);
	assert_next(&c, &one, CHANGE_ISSUED);
	assert_true(issued_decode(&arena, "1A", one.bytes, one.size, &got));
	assert_int_equal(got.revoked, 9);
	assert_int_equal(got.until, 0);
	assert_string_equal(got.cn, "");
	buf_reset(&list);
	now.sn = NULL; /* the entry is of the device that the change is about */
	change_issued(&list, SN, "1A", NULL, &now);
	change_open(&c, list.data, list.size);
	assert_next(&c, &one, CHANGE_ISSUED);
	assert_true(issued_decode(&arena, "1A", one.bytes, one.size, &got));
	assert_string_equal(got.sn, SN);
	assert_string_equal(got.cn, "x");
	arena_free(&arena);
	buf_free(&list);
}

static void accounts_and_sessions_without_a_difference(void **state)
{
	(void)state;
	const struct account anna = {.name = "anna", .hash = "x", .role = ROLE_VIEWER};
	const struct session was = {.id = ID, .user = "anna", .used = 5};
	struct session now = was;
	struct buf list = {0};
	struct change_cursor c;
	struct change one;
	struct session got;
	struct arena arena = {0};
	change_account(&list, &anna, &anna);
	change_session(&list, &was, &now);
	assert_int_equal(list.size, 0);
	now.used = 9;
	change_session(&list, &was, &now);
	change_open(&c, list.data, list.size);
	assert_other(&c, &one, CHANGE_SESSION, ID);
	assert_true(session_decode(&arena, ID, one.bytes, one.size, &got));
	assert_int_equal(got.used, 9);
	assert_string_equal(got.user, "");
	arena_free(&arena);
	buf_free(&list);
}

/* ---- what is no list ---- */

/* A change as it should be; each test spoils one thing of it. */
struct raw {
	int64_t kind, time, number;
	const char *sn;
	size_t sn_size;
	const char *name;
	size_t name_size;
	size_t bytes;
	const void *content;
};

static bool raw_is_right(const struct raw *r)
{
	static const char zeros[LIMIT_POST + 1];
	struct buf record = {0}, list = {0};
	if (r->kind)
		record_add_number(&record, KIND, r->kind);
	if (r->sn)
		record_add(&record, SERIAL, r->sn, r->sn_size ? r->sn_size : strlen(r->sn));
	if (r->name)
		record_add(&record, NAME, r->name, r->name_size ? r->name_size : strlen(r->name));
	if (r->time)
		record_add_number(&record, TIME, r->time);
	if (r->number)
		record_add_number(&record, NUMBER, r->number);
	if (r->bytes)
		record_add(&record, BYTES, r->content ? r->content : zeros, r->bytes);
	const char head[] = {(char)(record.size >> 24), (char)(record.size >> 16),
	    (char)(record.size >> 8), (char)record.size};
	buf_add(&list, head, sizeof head);
	buf_add(&list, record.data, record.size);
	bool whole = change_is_whole(list.data, list.size);
	buf_free(&record);
	buf_free(&list);
	return whole;
}

#define NAME_255                                                           \
	"0123456789012345678901234567890123456789012345678901234567890123" \
	"0123456789012345678901234567890123456789012345678901234567890123" \
	"0123456789012345678901234567890123456789012345678901234567890123" \
	"012345678901234567890123456789012345678901234567890123456789012"

#define WHAT_32 "abcdefghijklmnopqrstuvwxyz abcde"
#define NAME_64 "abcdefghijklmnopqrstuvwxyz.ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"
#define SERIAL_40 "123456789ABCDEF0123456789ABCDEF012345678"

static void what_a_change_must_have(void **state)
{
	(void)state;
	static const struct {
		bool right;
		struct raw raw;
	} cases[] = {
	    {true, {.kind = CHANGE_SEEN, .sn = SN}},
	    {false, {.kind = 0, .sn = SN}},
	    {false, {.kind = -1, .sn = SN}},
	    {false, {.kind = CHANGE_TALLY + 1, .sn = "-", .name = "x", .time = 1}},
	    {false, {.kind = INT64_MAX, .sn = SN}},
	    {false, {.kind = (int64_t)1 << 32 | 2, .sn = SN}},
	    {false, {.kind = CHANGE_SEEN}},
	    {false, {.kind = CHANGE_SEEN, .sn = "a\0b", .sn_size = 3}},
	    {false, {.kind = CHANGE_SEEN, .sn = ".."}},
	    {false, {.kind = CHANGE_SEEN, .sn = "a/b"}},
	    {true, {.kind = CHANGE_SEEN, .sn = "01234567890123456789012345678901"}},
	    {false, {.kind = CHANGE_SEEN, .sn = "012345678901234567890123456789012"}},
	    {true, {.kind = CHANGE_ANSWER, .sn = SN, .name = "admin"}},
	    {false, {.kind = CHANGE_ANSWER, .sn = SN}},
	    {false, {.kind = CHANGE_ANSWER, .sn = SN, .name = "a\0b", .name_size = 3}},
	    {true, {.kind = CHANGE_DELIVERY, .sn = SN, .name = NAME_255}},
	    {false, {.kind = CHANGE_DELIVERY, .sn = SN, .name = NAME_255 "x"}},
	    {false, {.kind = CHANGE_DELIVERY, .sn = SN}},
	    {true, {.kind = CHANGE_MESSAGE, .sn = SN, .bytes = LIMIT_MESSAGE}},
	    {false, {.kind = CHANGE_MESSAGE, .sn = SN, .bytes = LIMIT_MESSAGE + 1}},
	    {false, {.kind = CHANGE_SEEN, .sn = SN, .bytes = 1}},
	    {true, {.kind = CHANGE_DEVICE, .sn = SN}},
	    {true, {.kind = CHANGE_DEVICE, .sn = SN, .bytes = 6}}, /* id 0, no content */
	    {false, {.kind = CHANGE_DEVICE, .sn = SN, .bytes = 7}},
	    {false, {.kind = CHANGE_DEVICE, .sn = SN, .bytes = 6, .content = "\0\1\0\0\0\1"}},
	    {true, {.kind = CHANGE_DEVICE, .sn = SN, .bytes = 7, .content = "\0\1\0\0\0\1x"}},
	    {false, {.kind = CHANGE_SEEN, .sn = "-"}},
	    {true, {.kind = CHANGE_AUDIT, .time = 1, .sn = "-", .name = "ca init"}},
	    {true, {.kind = CHANGE_AUDIT, .time = 1, .sn = SN, .name = WHAT_32}},
	    {false, {.kind = CHANGE_AUDIT, .time = 1, .sn = SN, .name = WHAT_32 "x"}},
	    {false, {.kind = CHANGE_AUDIT, .sn = SN, .name = "ca init"}},
	    {false, {.kind = CHANGE_AUDIT, .time = -1, .sn = SN, .name = "ca init"}},
	    {false, {.kind = CHANGE_AUDIT, .time = 1, .sn = SN}},
	    {false, {.kind = CHANGE_AUDIT, .time = 1, .sn = SN, .name = "CA init"}},
	    {false, {.kind = CHANGE_AUDIT, .time = 1, .sn = SN, .name = "ca\ninit"}},
	    {false, {.kind = CHANGE_AUDIT, .time = 1, .sn = "--", .name = "ca init"}},
	    {false, {.kind = CHANGE_AUDIT, .time = 1, .name = "ca init"}},
	    {false, {.kind = CHANGE_AUDIT, .time = 1, .sn = SN, .name = "x", .bytes = 7}},
	    {false, {.kind = CHANGE_AUDIT, .time = 1, .sn = SN, .name = "x", .bytes = 12000}},
	    {true, {.kind = CHANGE_ISSUED, .sn = SN, .name = "1A", .bytes = 6}},
	    {true, {.kind = CHANGE_ISSUED, .sn = SN, .name = SERIAL_40}},
	    {false, {.kind = CHANGE_ISSUED, .sn = SN, .name = SERIAL_40 "0"}},
	    {false, {.kind = CHANGE_ISSUED, .sn = SN}},
	    {false, {.kind = CHANGE_ISSUED, .sn = SN, .name = "1a"}},
	    {false, {.kind = CHANGE_ISSUED, .sn = SN, .name = "01"}},
	    {false, {.kind = CHANGE_ISSUED, .sn = SN, .name = "1G"}},
	    {false, {.kind = CHANGE_ISSUED, .sn = "-", .name = "1A"}},
	    {false, {.kind = CHANGE_ISSUED, .sn = SN, .name = "1A", .bytes = 7}},
	    {true, {.kind = CHANGE_ACCOUNT, .sn = "-", .name = "a", .bytes = 6}},
	    {true, {.kind = CHANGE_ACCOUNT, .sn = "-", .name = NAME_64}},
	    {false, {.kind = CHANGE_ACCOUNT, .sn = "-", .name = NAME_64 "x"}},
	    {false, {.kind = CHANGE_ACCOUNT, .sn = SN, .name = "a"}},
	    {false, {.kind = CHANGE_ACCOUNT, .sn = "--", .name = "a"}},
	    {false, {.kind = CHANGE_ACCOUNT, .name = "a"}},
	    {false, {.kind = CHANGE_ACCOUNT, .sn = "-"}},
	    {false, {.kind = CHANGE_ACCOUNT, .sn = "-", .name = "a b"}},
	    {false, {.kind = CHANGE_ACCOUNT, .sn = "-", .name = "a", .bytes = 7}},
	    {false, {.kind = CHANGE_ACCOUNT, .sn = "-", .name = "a", .bytes = 12000}},
	    {true, {.kind = CHANGE_ACCOUNT_DROP, .sn = "-", .name = "a"}},
	    {false, {.kind = CHANGE_ACCOUNT_DROP, .sn = "-", .name = "a/b"}},
	    {false, {.kind = CHANGE_ACCOUNT_DROP, .sn = "-", .name = "a", .bytes = 6}},
	    {true, {.kind = CHANGE_SESSION, .sn = "-", .name = ID, .bytes = 6}},
	    {false, {.kind = CHANGE_SESSION, .sn = "-", .name = ID "0"}},
	    {false, {.kind = CHANGE_SESSION, .sn = "-", .name = "0f"}},
	    {false, {.kind = CHANGE_SESSION, .sn = SN, .name = ID}},
	    {false, {.kind = CHANGE_SESSION, .sn = "-", .name = ID, .bytes = 7}},
	    {true, {.kind = CHANGE_SESSION_END, .sn = "-", .name = ID}},
	    {false, {.kind = CHANGE_SESSION_END, .sn = "-", .name = "x"}},
	    {true, {.kind = CHANGE_SESSIONS_END, .sn = "-", .name = "a b"}},
	    {true, {.kind = CHANGE_SESSIONS_END, .sn = "-", .name = NAME_64}},
	    {false, {.kind = CHANGE_SESSIONS_END, .sn = "-", .name = NAME_64 "x"}},
	    {false, {.kind = CHANGE_SESSIONS_END, .sn = "-"}},
	    {false, {.kind = CHANGE_SESSIONS_END, .sn = SN, .name = "a"}},
	    {true, {.kind = CHANGE_SESSIONS_TRIM, .sn = "-", .time = 5}},
	    {false, {.kind = CHANGE_SESSIONS_TRIM, .sn = SN, .time = 5}},
	    {true, {.kind = CHANGE_TALLY, .sn = "-", .name = "polls", .time = 1, .number = 1}},
	    {false, {.kind = CHANGE_TALLY, .sn = SN, .name = "polls", .time = 1, .number = 1}},
	    {false, {.kind = CHANGE_TALLY, .sn = "-", .name = "polls", .time = 1}},
	    {false, {.kind = CHANGE_TALLY, .sn = "-", .name = "polls", .time = 1, .number = -1}},
	    {false, {.kind = CHANGE_TALLY, .sn = "-", .name = "polls", .number = 1}},
	    {false, {.kind = CHANGE_TALLY, .sn = "-", .name = "polls", .time = -1, .number = 1}},
	    {false, {.kind = CHANGE_TALLY, .sn = "-", .name = "Polls", .time = 1, .number = 1}},
	    {false, {.kind = CHANGE_TALLY, .sn = "-", .name = "a b", .time = 1, .number = 1}},
	    {false, {.kind = CHANGE_TALLY, .sn = "-", .time = 1, .number = 1}},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (raw_is_right(&cases[i].raw) != cases[i].right)
			fail_msg("case %zu is %s", i, cases[i].right ? "refused" : "taken");
	}
	assert_false(raw_is_right(
	    &(struct raw){.kind = CHANGE_ANSWER, .sn = SN, .name = "q", .bytes = LIMIT_POST + 1}));
}

static void empty_names(void **state)
{
	(void)state;
	struct buf list = {0};
	change_seen(&list, "", 1);
	assert_false(change_is_whole(list.data, list.size));
	buf_reset(&list);
	change_answer(&list, SN, "", 1, "<a/>", 4);
	assert_false(change_is_whole(list.data, list.size));
	buf_free(&list);
}

/* A change whose record has one field more. */
static bool is_right_with(unsigned id, const void *bytes, size_t size)
{
	struct buf list = {0};
	change_seen(&list, SN, 1);
	record_add(&list, id, bytes, size);
	list.data[3] = (char)(list.size - 4);
	bool whole = change_is_whole(list.data, list.size);
	buf_free(&list);
	return whole;
}

static void numbers_that_are_none(void **state)
{
	(void)state;
	assert_true(is_right_with(TIME, "\0\0\0\0\0\0\0\1", 8));
	assert_false(is_right_with(TIME, "\0\0\0\0\0\0\1", 7));
	assert_false(is_right_with(NUMBER, "", 0));
	assert_false(is_right_with(KIND, "\2", 1));
}

static void fields_of_a_newer_version_are_skipped(void **state)
{
	(void)state;
	assert_true(is_right_with(77, "what is this", 12));
	assert_true(is_right_with(0, "", 0));
}

static void cut_off_anywhere(void **state)
{
	(void)state;
	struct buf list = {0};
	size_t ends[18] = {0}, n = 0;
	make_all(&list);
	struct change_cursor c;
	struct change one;
	change_open(&c, list.data, list.size);
	do
		ends[n++] = (size_t)(c.at - list.data);
	while (change_next(&c, &one));
	assert_int_equal(n, COUNT(ends));
	for (size_t size = 0, k = 0; size <= list.size; size++) {
		char *copy = malloc(size + 1);
		memcpy(copy, list.data, size);
		assert_int_equal(change_is_whole(copy, size), size == ends[k]);
		k += size == ends[k];
		free(copy);
	}
	buf_free(&list);
}

static void lengths_that_lie(void **state)
{
	(void)state;
	static const unsigned char places[] = {0, 3, 7, 9};
	for (size_t i = 0; i < COUNT(places); i++) {
		struct buf list = {0};
		change_seen(&list, SN, 1);
		list.data[places[i]] = (char)0xff;
		assert_false(change_is_whole(list.data, list.size));
		buf_free(&list);
	}
}

/* The good ones before it are given, and nothing behind it. */
static void nothing_after_a_broken_one(void **state)
{
	(void)state;
	struct buf list = {0};
	struct change_cursor c;
	struct change one;
	change_seen(&list, SN, 1);
	change_seen(&list, "..", 1);
	change_seen(&list, SN, 2);
	assert_false(change_is_whole(list.data, list.size));
	change_open(&c, list.data, list.size);
	assert_next(&c, &one, CHANGE_SEEN);
	for (int i = 0; i < 3; i++) {
		assert_false(change_next(&c, &one));
		assert_true(c.broken);
	}
	buf_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_kinds),
	    cmocka_unit_test(bytes_of_a_list),
	    cmocka_unit_test(an_empty_list),
	    cmocka_unit_test(a_device_without_a_difference_is_no_change),
	    cmocka_unit_test(long_messages_are_cut_at_a_letter),
	    cmocka_unit_test(an_audit_about_a_device_or_none),
	    cmocka_unit_test(long_texts_of_an_audit_are_cut),
	    cmocka_unit_test(a_certificate_without_a_difference_is_no_change),
	    cmocka_unit_test(accounts_and_sessions_without_a_difference),
	    cmocka_unit_test(what_a_change_must_have),
	    cmocka_unit_test(empty_names),
	    cmocka_unit_test(numbers_that_are_none),
	    cmocka_unit_test(fields_of_a_newer_version_are_skipped),
	    cmocka_unit_test(cut_off_anywhere),
	    cmocka_unit_test(lengths_that_lie),
	    cmocka_unit_test(nothing_after_a_broken_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
