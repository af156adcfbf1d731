/* SPDX-License-Identifier: ISC */
/*
 * desk/devices, changes, csr_acts: what an administrator does, in a home without a server: many devices at once,
 * those that are not known passed over, each in the audit; a store that is open stays open; what fails says why.
 */
#include "desk/csr_case.h"
#include "desk/desk.h"

#include "test/unit/home_fixture.h"

#define SN "00-90-33-30-00-af"
#define HWID "IP232-30-00-af"
#define NOW 1800000000
#define MANY 250

static struct desk desk;

static int setup(void **state)
{
	(void)state;
	home_fixture_setup(
	    "<status dir=\"status\"/><backup dir=\"backup\"/><customcerts dir=\"certs\"/>");
	assert_true(home_make(&home, &w.e));
	assert_true(store_make(home.store, 16, &w.e));
	desk = (struct desk){
	    .home = &home, .config = config, .who = "anna (operator) from 192.0.2.7", .now = NOW};
	return 0;
}

static void keep_device(const struct device *d)
{
	struct buf list = {0};
	change_device(&list, d->sn, NULL, d);
	assert_true(desk_apply(&home, &list, &w.e));
	buf_free(&list);
}

static void keep_one(const char *sn)
{
	struct device d;
	device_init(&d, sn);
	d.created = NOW - 1000;
	d.hwid = HWID;
	keep_device(&d);
}

static struct store *opened(void)
{
	struct store *s = desk_store(&home, &w.e);
	if (!s)
		fail_msg("%s", w.e.text);
	return s;
}

static const struct device *read_one(const char *sn)
{
	struct store *s = opened();
	const struct device *d = desk_device(s, &w.arena, sn, &w.e);
	store_close(s);
	return d;
}

static struct audit *audit(size_t *count)
{
	struct store *s = opened();
	assert_true(store_begin(s, &w.e));
	struct audit *list = store_audit(s, &w.arena, 1000, count);
	assert_true(store_end(s, &w.e));
	store_close(s);
	return list;
}

static void put_file(const char *name, const char *text)
{
	int fd = open(folder_path(w.folder, name), O_CREAT | O_TRUNC | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static bool is_file(const char *name)
{
	return access(folder_path(w.folder, name), F_OK) == 0;
}

/* ---- several devices ---- */

static const char *many[MANY + 1];

static void make_many(void)
{
	struct buf list = {0};
	struct device d;
	for (size_t i = 0; i < MANY; i++) {
		many[i] = arena_printf(&w.arena, "00-90-33-50-%02zx-%02zx", i >> 8, i & 255);
		device_init(&d, many[i]);
		d.created = NOW - 1000;
		change_device(&list, d.sn, NULL, &d);
	}
	many[MANY] = "00-00-00-00-00-00"; /* nobody knows it */
	assert_true(desk_apply(&home, &list, &w.e));
	buf_free(&list);
}

static void touch_many(void **state)
{
	(void)state;
	size_t count;
	make_many();
	assert_true(desk_touch(&desk, many, MANY + 1, &w.e));
	assert_int_equal(read_one(many[0])->seen, NOW);
	assert_int_equal(read_one(many[MANY - 1])->seen, NOW);
	assert_null(read_one(many[MANY]));
	const struct audit *list = audit(&count);
	assert_int_equal(count, MANY);
	assert_string_equal(list[0].what, "device touch");
	assert_string_equal(list[0].who, desk.who);
	assert_string_equal(list[0].sn, many[MANY - 1]);
}

static void forget_many(void **state)
{
	(void)state;
	size_t count;
	make_many();
	put_file(arena_concat(&w.arena, "certs/", many[120], "-request.p10.der"), "x");
	put_file("certs/00-00-00-00-00-00-request.p10.der", "x");
	assert_true(desk_forget(&desk, many, MANY + 1, &w.e));
	assert_string_equal(w.e.text, "");
	for (size_t i = 0; i < MANY; i++)
		assert_null(read_one(many[i]));
	const struct audit *list = audit(&count);
	assert_int_equal(count, MANY);
	assert_string_equal(list[0].what, "device forget");
	assert_false(is_file(arena_concat(&w.arena, "certs/", many[120], "-request.p10.der")));
	assert_true(is_file("certs/00-00-00-00-00-00-request.p10.der"));
}

static void nothing_to_do(void **state)
{
	(void)state;
	size_t count;
	assert_true(desk_touch(&desk, NULL, 0, &w.e));
	assert_true(desk_forget(&desk, (const char *const[]){SN}, 1, &w.e));
	audit(&count);
	assert_int_equal(count, 0);
}

static void without_a_store(void **state)
{
	(void)state;
	const char *sn = SN;
	assert_int_equal(rename(home.store, folder_path(w.folder, "away")), 0);
	assert_null(desk_store(&home, &w.e));
	assert_non_null(strstr(w.e.text, "nothing is remembered"));
	assert_false(desk_touch(&desk, &sn, 1, &w.e));
	assert_false(desk_forget(&desk, &sn, 1, &w.e));
	assert_false(desk_csr_drop(&desk, SN, &w.e));
	assert_non_null(strstr(w.e.text, "nothing was dropped"));
	assert_false(desk_backup_drop(&desk, SN, HWID, HWID ".1.txt", &w.e));
}

/* ---- backups ---- */

static void keep_backups(void)
{
	struct device d;
	device_init(&d, SN);
	d.created = NOW - 1000;
	d.hwid = HWID;
	d.backup = HWID ".2.txt";
	d.backup_at = NOW - 10;
	keep_device(&d);
	assert_int_equal(mkdir(folder_path(w.folder, "backup/" HWID), 0750), 0);
	put_file("backup/" HWID "/" HWID ".1.txt", "a");
	put_file("backup/" HWID "/" HWID ".2.txt", "b");
	put_file("backup/" HWID "/notes.txt", "c");
}

static void drop_backups(void **state)
{
	(void)state;
	size_t count;
	keep_backups();
	assert_true(desk_backup_drop(&desk, SN, HWID, HWID ".2.txt", &w.e));
	assert_false(is_file("backup/" HWID "/" HWID ".2.txt"));
	assert_string_equal(read_one(SN)->backup, HWID ".1.txt");
	assert_true(read_one(SN)->backup_at > 0);
	assert_true(desk_backup_drop(&desk, SN, HWID, HWID ".1.txt", &w.e));
	assert_string_equal(read_one(SN)->backup, "");
	assert_int_equal(read_one(SN)->backup_at, 0);
	const struct audit *list = audit(&count);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].what, "backup drop");
	assert_string_equal(list[0].sn, SN);
	assert_non_null(strstr(list[0].text, HWID ".1.txt"));
	assert_true(is_file("backup/" HWID "/notes.txt"));
}

static void backups_that_are_none(void **state)
{
	(void)state;
	size_t count;
	static const char *const cases[][3] = {
	    {HWID, HWID ".3.txt", "no such backup"},
	    {HWID, "notes.txt", "no such backup"},
	    {HWID, "../" HWID "/" HWID ".1.txt", "no such backup"},
	    {HWID, "", "no such backup"},
	    {"..", "config/user-config.xml", "backups of .."},
	    {"IP222-30-00-af", HWID ".1.txt", "backups of IP222-30-00-af, not of " HWID},
	};
	keep_backups();
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (desk_backup_drop(&desk, SN, cases[i][0], cases[i][1], &w.e) ||
		    !strstr(w.e.text, cases[i][2]))
			fail_msg("%s %s: %s", cases[i][0], cases[i][1], w.e.text);
	}
	/* Of a device that is not known its hardware id is all there is. */
	assert_false(desk_backup_drop(&desk, "00-00", "..", "config", &w.e));
	assert_non_null(strstr(w.e.text, "no hardware id"));
	assert_false(desk_backup_drop(&desk, "../x", HWID, HWID ".1.txt", &w.e));
	audit(&count);
	assert_int_equal(count, 0);
}

/* ---- requests ---- */

static void requests_that_are_none(void **state)
{
	(void)state;
	struct buf said = {0};
	keep_one(SN);
	assert_false(desk_csr_import(&desk, SN, "x", 1, &said, &w.e));
	assert_non_null(strstr(w.e.text, "there is no request of it here"));
	assert_false(desk_csr_approve(&desk, SN, "", "", &said, &w.e));
	assert_non_null(strstr(w.e.text, "there is no request of it here"));
	put_file("certs/" SN "-request.p10.der", "damaged");
	assert_false(desk_csr_import(&desk, SN, "x", 1, &said, &w.e));
	assert_non_null(strstr(w.e.text, "cannot be read"));
	assert_false(desk_csr_approve(&desk, "../../x", "", "", &said, &w.e));
	assert_non_null(strstr(w.e.text, "serial number"));
	assert_false(desk_csr_can_approve(&desk, &w.e));
	assert_non_null(strstr(w.e.text, "CAtype"));
	assert_int_equal(said.size, 0);
	buf_free(&said);
}

static void drop_a_request(void **state)
{
	(void)state;
	size_t count;
	keep_one(SN);
	put_file("certs/" SN "-request.p10.der", "damaged");
	put_file("certs/" SN "-request-error.txt", "what it says");
	assert_true(desk_csr_drop(&desk, SN, &w.e));
	assert_false(is_file("certs/" SN "-request.p10.der"));
	assert_int_equal(read_one(SN)->cert_clear, 1);
	/* What a device left that was forgotten. */
	put_file("certs/" HWID "-request.p10.der", "damaged");
	assert_true(desk_csr_drop(&desk, HWID, &w.e));
	assert_false(is_file("certs/" HWID "-request.p10.der"));
	assert_null(read_one(HWID));
	const struct audit *list = audit(&count);
	assert_int_equal(count, 2);
	assert_string_equal(list[1].what, "csr drop");
}

static void without_a_folder(void **state)
{
	(void)state;
	home_fixture_configure("<status dir=\"status\"/>");
	desk.config = config;
	keep_one(SN);
	assert_false(desk_csr_drop(&desk, SN, &w.e));
	assert_non_null(strstr(w.e.text, "customcerts/@dir is not set"));
	assert_false(desk_backup_drop(&desk, SN, HWID, HWID ".1.txt", &w.e));
	assert_non_null(strstr(w.e.text, "backup/@dir is not set"));
	assert_true(desk_forget(&desk, (const char *const[]){SN}, 1, &w.e));
	assert_null(read_one(SN));
}

/* ---- reading ---- */

/* Where somebody has the store open, it is that one which is read, and it stays open. */
static void with_the_store_open(void **state)
{
	(void)state;
	keep_one(SN);
	desk.store = opened();
	assert_false(desk_csr_approve(&desk, SN, "", "", NULL, &w.e));
	assert_non_null(strstr(w.e.text, "there is no request of it here"));
	const struct device *d = desk_device(desk.store, &w.arena, SN, &w.e);
	assert_non_null(d);
	struct csr_case c;
	csr_case_read(&desk, desk.store, &w.arena, d, true, &c);
	assert_int_equal(c.state, CSR_GONE);
	assert_string_equal(csr_state_word(c.state), "gone");
	assert_string_equal(csr_case_differs(&w.arena, &desk, &c), "");
	store_close(desk.store);
}

static void an_entry_that_stands_alone(void **state)
{
	(void)state;
	size_t count;
	assert_true(desk_did(&desk, "", "passwd", "a new password", &w.e));
	const struct audit *list = audit(&count);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].time, NOW);
	assert_string_equal(list[0].what, "passwd");
	assert_string_equal(list[0].text, "a new password");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, home_fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(touch_many),
	    TEST(forget_many),
	    TEST(nothing_to_do),
	    TEST(without_a_store),
	    TEST(drop_backups),
	    TEST(backups_that_are_none),
	    TEST(requests_that_are_none),
	    TEST(drop_a_request),
	    TEST(without_a_folder),
	    TEST(with_the_store_open),
	    TEST(an_entry_that_stands_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
