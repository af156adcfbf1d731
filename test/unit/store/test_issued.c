/* SPDX-License-Identifier: ISC */
/*
 * store: certificates that were signed, and the audit; and stores of before there were any. Where a second
 * process is needed it is forked first: an open store is never taken over a fork.
 */
#include "core/issued.h"

#include "base/limits.h"
#include "store/internal.h"
#include "store/keys.h"

#include "test/unit/store/store_try.h"

/* ---- certificates ---- */

static struct issued certificate(const char *serial)
{
	return (struct issued){.serial = serial,
	    .sn = SN,
	    .cn = "IP232-30-00-af",
	    .issuer = "Example CA",
	    .from = 100,
	    .until = 200,
	    .at = 100,
	    .who = "root",
	    .digest = "00ff"};
}

static void add_certificate(const char *serial)
{
	const struct issued one = certificate(serial);
	change_issued(&w.list, SN, serial, NULL, &one);
}

static bool find(const char *serial, struct issued *out)
{
	look();
	bool found = store_issued(w.s, &w.arena, serial, out);
	looked();
	return found;
}

static void what_is_stored_comes_back(void **state)
{
	struct issued got;
	(void)state;
	reopen(STORE_WRITE);
	assert_false(find("1A", &got));
	add_certificate("1A");
	add_certificate("2B");
	keep();
	reopen(STORE_READ);
	assert_true(find("1A", &got));
	assert_string_equal(got.serial, "1A");
	assert_string_equal(got.sn, SN);
	assert_string_equal(got.cn, "IP232-30-00-af");
	assert_string_equal(got.issuer, "Example CA");
	assert_string_equal(got.who, "root");
	assert_string_equal(got.digest, "00ff");
	assert_string_equal(got.reason, "");
	assert_int_equal(got.from, 100);
	assert_int_equal(got.until, 200);
	assert_int_equal(got.at, 100);
	assert_int_equal(got.revoked, 0);
	assert_int_equal(info().issued, 2);
	assert_int_equal(info().devices, 0);
	assert_int_equal(info().records, 0);
}

static void none_of_that_number(void **state)
{
	static const char *const serials[] = {"3", "1", "1AA", "", "1a", "no number",
	    "123456789012345678901234567890123456789012345678901234567890"};
	struct issued got;
	(void)state;
	reopen(STORE_WRITE);
	add_certificate("1A");
	keep();
	for (size_t i = 0; i < COUNT(serials); i++) {
		assert_false(find(serials[i], &got));
		assert_string_equal(got.serial, serials[i]);
		assert_string_equal(got.cn, "");
	}
}

/* What somebody else has changed meanwhile stays. */
static void a_revocation_is_merged(void **state)
{
	struct issued was = certificate("1A"), now = was, got;
	(void)state;
	reopen(STORE_WRITE);
	add_certificate("1A");
	keep();
	now.until = 300;
	change_issued(&w.list, SN, "1A", &was, &now);
	keep();
	now = was;
	now.revoked = 150;
	now.revoked_by = "somebody";
	now.reason = "lost";
	change_issued(&w.list, SN, "1A", &was, &now);
	keep();
	assert_true(find("1A", &got));
	assert_int_equal(got.until, 300);
	assert_int_equal(got.revoked, 150);
	assert_string_equal(got.revoked_by, "somebody");
	assert_string_equal(got.reason, "lost");
	assert_string_equal(got.cn, "IP232-30-00-af");
	assert_int_equal(info().issued, 1);
}

struct taking {
	struct arena scratch;
	size_t left;
	char serials[200];
};

static bool take(void *context, const struct issued *i)
{
	struct taking *t = context;
	size_t used = strlen(t->serials);
	assert_string_equal(i->sn, SN);
	snprintf(t->serials + used, sizeof t->serials - used, "%s ", i->serial);
	arena_reset(&t->scratch);
	return --t->left > 0;
}

static const char *each(size_t most)
{
	static struct taking t;
	t = (struct taking){.left = most};
	look();
	store_issued_each(w.s, &t.scratch, take, &t);
	looked();
	arena_free(&t.scratch);
	return t.serials;
}

static void all_of_them(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	assert_string_equal(each(9), "");
	add_certificate("B");
	add_certificate("10");
	add_certificate("1");
	add_certificate("A");
	keep();
	assert_string_equal(each(9), "1 10 A B ");
	assert_string_equal(each(2), "1 10 ");
}

/* ---- the audit ---- */

static void add_audit(int64_t time, const char *text)
{
	change_audit(&w.list, SN, time, "csr approve", "root", text);
}

/* The texts of the newest, as "c b a ". */
static const char *newest(size_t most)
{
	static char text[400];
	size_t count, used = 0;
	text[0] = '\0';
	look();
	const struct audit *list = store_audit(w.s, &w.arena, most, &count);
	looked();
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s ", list[i].text);
	return text;
}

static void the_newest_come_first(void **state)
{
	size_t count;
	(void)state;
	reopen(STORE_WRITE);
	assert_string_equal(newest(9), "");
	add_audit(1000, "a");
	add_audit(2000, "c");
	keep();
	add_audit(1500, "b");
	keep();
	reopen(STORE_READ);
	assert_string_equal(newest(9), "c b a ");
	assert_string_equal(newest(2), "c b ");
	assert_string_equal(newest(0), "");
	look();
	const struct audit *one = store_audit(w.s, &w.arena, 1, &count);
	looked();
	assert_int_equal(count, 1);
	assert_int_equal(one->time, 2000);
	assert_string_equal(one->what, "csr approve");
	assert_string_equal(one->who, "root");
	assert_string_equal(one->sn, SN);
	assert_int_equal(info().audit, 3);
}

static void those_of_one_second_keep_their_order(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_audit(1001, "z");
	add_audit(1000, "a");
	add_audit(1000, "b");
	keep();
	add_audit(1000, "c");
	add_audit(1001, "y");
	keep();
	assert_string_equal(newest(9), "y z c b a ");
}

static void the_oldest_go(void **state)
{
	char text[16];
	(void)state;
	reopen(STORE_WRITE);
	assert_int_equal(w.s->audit_most, LIMIT_AUDIT);
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof text, "%d", i);
		add_audit(1000 + i, text);
	}
	keep();
	w.s->audit_most = 10;
	add_audit(2000, "x");
	keep();
	assert_string_equal(newest(99), "x 9 8 7 6 5 4 3 2 1 ");
	/* Far too many go a few at a time. */
	w.s->audit_most = 4;
	add_audit(2001, "y");
	keep();
	assert_int_equal(info().audit, 9);
	for (int i = 0; i < 10; i++)
		add_audit(3000, "z");
	keep();
	assert_string_equal(newest(99), "z z z z ");
}

static void they_stay_when_a_device_is_forgotten(void **state)
{
	struct device d;
	struct issued got;
	(void)state;
	device_init(&d, SN);
	d.created = 1;
	reopen(STORE_WRITE);
	change_device(&w.list, SN, NULL, &d);
	add_certificate("1A");
	add_audit(1000, "a");
	keep();
	change_forget(&w.list, SN, CHANGE_ALWAYS);
	keep();
	assert_int_equal(info().devices, 0);
	assert_true(find("1A", &got));
	assert_string_equal(newest(9), "a ");
}

/* Nor need it be known. */
static void all_of_a_list_or_nothing(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_certificate("1A");
	add_audit(1000, "a");
	buf_adds(&w.list, "no change");
	assert_int_equal(try_list(), STORE_DAMAGED);
	assert_int_equal(info().issued, 0);
	assert_int_equal(info().audit, 0);
}

/* ---- a store of before ---- */

/* Takes the tables out that there were not. */
static void make_old(void)
{
	static const char *const names[] = {"issued", "audit"};
	struct device d;
	device_init(&d, SN);
	d.created = 1;
	reopen(STORE_WRITE);
	change_device(&w.list, SN, NULL, &d);
	keep();
	drop_tables(names, COUNT(names));
}

static bool has_table(const char *name)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 8), 0);
	assert_int_equal(mdb_env_open(env, w.dir, MDB_RDONLY, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
	int r = mdb_dbi_open(txn, name, 0, &dbi);
	mdb_txn_abort(txn);
	mdb_env_close(env);
	return r == 0;
}

static void assert_nothing_found(void)
{
	struct issued got;
	struct device d;
	assert_false(find("1A", &got));
	assert_string_equal(each(9), "");
	assert_string_equal(newest(9), "");
	assert_int_equal(info().issued + info().audit, 0);
	assert_int_equal(info().devices, 1);
	look();
	assert_true(store_device(w.s, &w.arena, SN, &d));
	looked();
	assert_true(store_verify(w.s, &w.e));
}

static void nothing_is_found_in_an_old_one(void **state)
{
	(void)state;
	make_old();
	reopen(STORE_READ);
	assert_nothing_found();
	assert_true(store_copy(w.s, folder_path(w.folder, "copy"), &w.e));
	shut();
	assert_false(has_table("issued"));
}

static void an_old_one_does_not_change_by_being_opened(void **state)
{
	(void)state;
	make_old();
	reopen(STORE_WRITE);
	assert_nothing_found();
	shut();
	assert_false(has_table("issued"));
	assert_false(has_table("audit"));
}

static void an_old_one_gains_its_tables(void **state)
{
	struct issued got;
	(void)state;
	make_old();
	reopen(STORE_WRITE);
	/* A transaction that fails leaves none. */
	add_certificate("1A");
	buf_adds(&w.list, "no change");
	assert_int_equal(try_list(), STORE_DAMAGED);
	assert_nothing_found();
	buf_reset(&w.list);
	add_certificate("1A");
	add_audit(1000, "a");
	keep();
	assert_true(find("1A", &got));
	assert_string_equal(newest(9), "a ");
	shut();
	assert_true(has_table("issued"));
	assert_true(has_table("audit"));
	reopen(STORE_READ);
	assert_true(find("1A", &got));
	assert_int_equal(info().devices, 1);
	assert_int_equal(info().format, STORE_FORMAT);
}

/* Those that are polled in find them, too, without being begun anew. */
#define NEEDS(condition)                                                        \
	do {                                                                    \
		if (!(condition)) {                                             \
			fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
			_exit(1);                                               \
		}                                                               \
	} while (0)

static void read_before_and_after(int to, int from)
{
	char c;
	struct issued got;
	NEEDS(read(from, &c, 1) == 1);
	struct store *s = store_open(w.dir, STORE_READ, 0, NULL);
	for (int i = 0; i < 3; i++) {
		NEEDS(s && store_begin(s, NULL) && !store_issued(s, &w.arena, "1A", &got));
		NEEDS(store_end(s, NULL));
	}
	NEEDS(write(to, "x", 1) == 1);
	NEEDS(read(from, &c, 1) == 1);
	for (int i = 0; i < 3; i++) {
		NEEDS(store_begin(s, NULL) && store_issued(s, &w.arena, "1A", &got));
		NEEDS(store_end(s, NULL));
	}
	store_close(s);
}

static void a_reader_finds_tables_that_came_later(void **state)
{
	int down[2], up[2], status;
	char c;
	(void)state;
	make_old();
	assert_int_equal(pipe(down), 0);
	assert_int_equal(pipe(up), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(down[1]);
		close(up[0]);
		read_before_and_after(up[1], down[0]);
		_exit(0);
	}
	close(down[0]);
	close(up[1]);
	assert_int_equal(write(down[1], "x", 1), 1);
	assert_int_equal(read(up[0], &c, 1), 1);
	reopen(STORE_WRITE);
	add_certificate("1A");
	keep();
	assert_int_equal(write(down[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(down[1]);
	close(up[0]);
}

/* ---- damage ---- */

static void make_filled(void)
{
	reopen(STORE_WRITE);
	add_certificate("1A");
	add_audit(1000, "a");
	keep();
}

static void damaged_certificates_are_found(void **state)
{
	struct issued got;
	struct taking t = {.left = 9};
	(void)state;
	make_filled();
	assert_true(store_verify(w.s, &w.e));
	damage(DB_ISSUED, "1A", 2);
	look();
	assert_false(store_issued(w.s, &w.arena, "1A", &got));
	assert_false(store_end(w.s, &w.e));
	assert_says("the record of certificate 1A is damaged; rollcall repair says");
	look();
	store_issued_each(w.s, &t.scratch, take, &t);
	assert_false(store_end(w.s, &w.e));
	assert_says("the record of certificate 1A is damaged; rollcall repair says");
	assert_false(store_verify(w.s, &w.e));
	assert_says("a record of 1A in its table \"issued\" is damaged");
	add_certificate("1A");
	assert_int_equal(try_list(), STORE_DAMAGED);
	assert_says("the record of certificate 1A is damaged; rollcall repair says");
	arena_free(&t.scratch);
}

static void damaged_serial_numbers_are_found(void **state)
{
	struct taking t = {.left = 9};
	(void)state;
	make_filled();
	put_empty(DB_ISSUED, "2x", 2);
	look();
	store_issued_each(w.s, &t.scratch, take, &t);
	assert_false(store_end(w.s, &w.e));
	assert_says("a key in its table \"issued\" is damaged; rollcall repair says");
	assert_string_equal(t.serials, "1A ");
	assert_false(store_verify(w.s, &w.e));
	assert_says("a key in its table \"issued\" is damaged");
	arena_free(&t.scratch);
}

static void a_damaged_audit_is_found(void **state)
{
	struct key k;
	size_t count;
	(void)state;
	make_filled();
	key_audit(&k, 1000, 0);
	damage(DB_AUDIT, k.bytes, k.size);
	look();
	store_audit(w.s, &w.arena, 9, &count);
	assert_false(store_end(w.s, &w.e));
	assert_says("a record in its table \"audit\" is damaged; rollcall repair says");
	assert_false(store_verify(w.s, &w.e));
	assert_says("a record in its table \"audit\" is damaged");
	put_empty(DB_AUDIT, k.bytes, k.size);
	assert_true(store_verify(w.s, &w.e));
	put_empty(DB_AUDIT, "xyz", 3);
	look();
	store_audit(w.s, &w.arena, 9, &count);
	assert_false(store_end(w.s, &w.e));
	assert_says("a key in its table \"audit\" is damaged; rollcall repair says");
	assert_false(store_verify(w.s, &w.e));
	assert_says("a key in its table \"audit\" is damaged");
}

/* ---- copies ---- */

static void copies_have_them(void **state)
{
	const char *to = strdup(folder_path(w.folder, "copy"));
	struct issued got;
	(void)state;
	make_filled();
	assert_true(store_copy(w.s, to, &w.e));
	shut();
	w.s = store_open(to, STORE_READ, 0, &w.e);
	assert_non_null(w.s);
	assert_true(find("1A", &got));
	assert_string_equal(newest(9), "a ");
	free((void *)to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_is_stored_comes_back),
	    TEST(none_of_that_number),
	    TEST(a_revocation_is_merged),
	    TEST(all_of_them),
	    TEST(the_newest_come_first),
	    TEST(those_of_one_second_keep_their_order),
	    TEST(the_oldest_go),
	    TEST(they_stay_when_a_device_is_forgotten),
	    TEST(all_of_a_list_or_nothing),
	    TEST(nothing_is_found_in_an_old_one),
	    TEST(an_old_one_does_not_change_by_being_opened),
	    TEST(an_old_one_gains_its_tables),
	    TEST(a_reader_finds_tables_that_came_later),
	    TEST(damaged_certificates_are_found),
	    TEST(damaged_serial_numbers_are_found),
	    TEST(a_damaged_audit_is_found),
	    TEST(copies_have_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
