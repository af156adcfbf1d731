/* SPDX-License-Identifier: ISC */
/*
 * desk/stats: what was counted becomes rows of a file, and what came since stands behind them; nothing that a device
 * says leaves its field, whatever separates them.
 */
#include "desk/stats.h"

#include "base/file.h"
#include "core/alarm.h"
#include "desk/stats_count.h"

#include "test/unit/home_fixture.h"

#include <sys/stat.h>

#define DAY INT64_C(1772323200) /* 2026-03-01, a Sunday */
#define NOON (DAY + 43200)
#define SN "00-90-33-30-00-af"
#define OTHER "00-90-33-30-00-b0"
#define HWID "IP232-30-00-af"
#define SERVER_HEAD                                                                         \
	"day;time;polls;polls_refused;polls_commands;poll_mean_us;uploads;uploads_refused;" \
	"logs;alarms;entries_refused;entries_limited;entries_failed;restarts;devices;"      \
	"present;missing;settled;firmware_current;alarms_active;store_bytes\r\n"
#define DEVICES_HEAD                                                                         \
	"day;sn;hwid;name;type;address;phase;firmware;bootcode;polls;first_heard;last_poll;" \
	"answers;snippets;backups;alarms;alarms_active;settled\r\n"

static struct board board;
static struct stats_source source;
static struct buf out;

static int setup(void **state)
{
	(void)state;
	home_fixture_setup("");
	if (!home_make(&home, &w.e))
		fail_msg("%s", w.e.text);
	reopen(STORE_WRITE);
	memset(&board, 0, sizeof board);
	source =
	    (struct stats_source){.home = &home, .config = config, .store = w.s, .now = NOON + 100};
	buf_reset(&out);
	return 0;
}

static int teardown(void **state)
{
	buf_free(&out);
	return home_fixture_teardown(state);
}

static void configure(const char *inside)
{
	home_fixture_configure(inside);
	source.config = config;
}

static bool take(void *context, const char *bytes, size_t size)
{
	buf_add(context, bytes, size);
	assert_true(size > 0 && bytes[size - 1] == '\n');
	return true;
}

/* What is printed of a month (without the head) with `separator`. */
static const char *printed(enum stats_kind kind, const char *month, char separator)
{
	struct stats_wish wish = {
	    .kind = kind, .separator = separator, .take = take, .context = &out};
	assert_true(stats_month_parse(month, &wish.month));
	buf_reset(&out);
	if (!stats_print(&source, &wish, &w.e))
		fail_msg("%s", w.e.text);
	return strchr(out.data, '\n') + 1;
}

static void put_file(enum stats_kind kind, const char *month, const char *text)
{
	int number;
	assert_true(stats_month_parse(month, &number));
	char *path = stats_path(&home, config, number, kind), *folder = stats_folder(&home, config);
	if (!file_mkdirs(folder, 0755, &w.e) || !file_write(path, text, strlen(text), 0644, &w.e))
		fail_msg("%s", w.e.text);
	free(path);
	free(folder);
}

static void counted(const char *what, int64_t time, int64_t more)
{
	change_tally(&w.list, what, time, more);
	keep();
}

static void report(const char *from, const char *code, int64_t act, int64_t time)
{
	const struct alarm_report r = {.from = from,
	    .code = code,
	    .act = act,
	    .time = time,
	    .source = "",
	    .text = "",
	    .details = "",
	    .serial = "",
	    .address = ""};
	change_alarm(&w.list, &r);
}

/* ---- rows ---- */

static void heads(void **state)
{
	(void)state;
	stats_head(&out, STATS_SERVER, ';');
	assert_string_equal(out.data, SERVER_HEAD);
	buf_reset(&out);
	stats_head(&out, STATS_DEVICES, ';');
	assert_string_equal(out.data, DEVICES_HEAD);
	buf_reset(&out);
	stats_head(&out, STATS_DEVICES, ',');
	assert_null(strchr(out.data, ';'));
}

static void months(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", "2026", "2026-3", "2026-13", "2026-00", "26-03",
	    "2026-03-01", "1969-12", "x026-03"};
	char text[DATE_SIZE];
	int month = 7;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(stats_month_parse(wrong[i], &month));
		assert_int_equal(month, 7);
	}
	assert_true(stats_month_parse("2026-03", &month));
	assert_int_equal(stats_month(DAY), month);
	assert_int_equal(stats_month(DAY - 1), month - 1);
	assert_int_equal(stats_month_begins(month), DAY);
	assert_int_equal(stats_month_begins(month + 1), DAY + INT64_C(31) * DATE_DAY);
	assert_string_equal(stats_month_text(month, text), "2026-03");
	assert_true(stats_month_parse("1970-01", &month));
	assert_int_equal(stats_month_begins(month), 0);
	assert_true(stats_month_parse("9999-12", &month));
	assert_string_equal(stats_month_text(month, text), "9999-12");
}

static void names_of_files(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", "2026-03", "2026-03-server", "2026-03-server.csv.1",
	    "2026-03-other.csv", "2026-13-server.csv", ".2026-03-server.csv",
	    "2026-03-server.csv.rollcall-abcdef"};
	char text[DATE_SIZE];
	enum stats_kind kind;
	int month;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(stats_file_parse(wrong[i], &month, &kind));
	assert_true(stats_file_parse("2026-03-devices.csv", &month, &kind));
	assert_int_equal(kind, STATS_DEVICES);
	assert_string_equal(stats_file_name(month, STATS_SERVER, text), "2026-03-server.csv");
}

/* Of texts that devices say; in a spreadsheet they are neither formulas nor more than one cell. */
static void hostile_texts(void **state)
{
	(void)state;
	const struct stats_device d = {.sn = SN,
	    .hwid = "=cmd|' /C calc'!A0",
	    .name = "a;b,c\"d\r\n+e",
	    .type = "@SUM(1)",
	    .address = ";=1",
	    .phase = "",
	    .firmware = "\xff",
	    .bootcode = "plain",
	    .first_heard = "",
	    .last_poll = ""};
	stats_device_row(&out, ';', DAY, &d);
	assert_string_equal(out.data,
	    "2026-03-01;" SN
	    ";\"'=cmd|' /C calc'!A0\";\"a;b,c\"\"d\\x0d\\x0a+e\";\"'@SUM(1)\";\";'=1\";;"
	    "\\xff;plain;0;;;0;0;0;0;0;0\r\n");
	struct buf again = {0};
	stats_convert(&again, out.data, out.size - 2, ';', ',');
	assert_string_equal(again.data,
	    "2026-03-01," SN
	    ",\"'=cmd|' /C calc'!A0\",\"a;b,c\"\"d\\x0d\\x0a+e\",\"'@SUM(1)\",\";'=1\",,"
	    "\\xff,plain,0,,,0,0,0,0,0,0\r\n");
	buf_free(&again);
}

static void numbers_of_a_row(void **state)
{
	(void)state;
	static const char row[] = "2026-03-01;12:15;5;;7;x;-1;99999999999999999999999999;8";
	size_t size = sizeof row - 1;
	int64_t n = 0;
	assert_true(stats_row_time(row, size, &n));
	assert_int_equal(n, DAY + 44100);
	assert_true(stats_row_number(row, size, ';', 0, &n));
	assert_int_equal(n, 5);
	static const size_t none[] = {1, 3, 4, 5, 7, 100};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(stats_row_number(row, size, ';', none[i], &n));
	assert_true(stats_row_number(row, size, ';', 6, &n));
	assert_int_equal(n, 8);
	assert_false(stats_row_time("2026-03-01;25:00;", 17, &n));
	assert_false(stats_row_time("2026-03-01", 10, &n));
	assert_int_equal(stats_separator("day;time", 8), ';');
	assert_int_equal(stats_separator("day,sn", 6), ',');
	assert_int_equal(stats_separator("day", 3), 0);
	assert_int_equal(stats_separator("date;", 5), 0);
	assert_int_equal(stats_separator("day\0x", 5), 0);
}

/* ---- the server ---- */

static void nothing_was_counted(void **state)
{
	(void)state;
	assert_string_equal(printed(STATS_SERVER, "2026-03", '\0'), "");
	assert_string_equal(out.data, SERVER_HEAD);
	assert_string_equal(printed(STATS_DEVICES, "2026-03", '\0'), "");
}

static void quarters_of_an_hour(void **state)
{
	(void)state;
	counted("polls", DAY - 1, 99); /* of February */
	counted("polls", DAY, 3);
	counted("polls", DAY + 899, 4);
	counted("microseconds", DAY + 300, 702);
	counted("polls", DAY + 900, 2);
	counted("restarts", DAY + 1800, 1);
	counted("polls", DAY + INT64_C(31) * DATE_DAY, 77); /* of April */
	assert_string_equal(printed(STATS_SERVER, "2026-03", '\0'),
	    "2026-03-01;00:00;7;0;0;100;0;0;0;0;0;0;0;0;;;;;;;\r\n"
	    "2026-03-01;00:15;2;0;0;0;0;0;0;0;0;0;0;0;;;;;;;\r\n"
	    "2026-03-01;00:30;0;0;0;;0;0;0;0;0;0;0;1;;;;;;;\r\n");
	assert_string_equal(printed(STATS_SERVER, "2026-02", ','),
	    "2026-02-28,23:45,99,0,0,0,0,0,0,0,0,0,0,0,,,,,,,\r\n");
}

/* The running one, of a server that runs: with what is on the board only, and how the fleet is. */
static void until_now(void **state)
{
	(void)state;
	struct device d;
	source.board = &board;
	counted("polls", NOON, 3);
	BOARD_SET(board.polls.all, 10);
	BOARD_SET(board.polls.all_kept, 8);
	BOARD_SET(board.entries.logs, 6);
	device_init(&d, SN);
	d.created = NOON - 100000;
	d.settled = NOON;
	change_device(&w.list, SN, NULL, &d);
	change_seen(&w.list, SN, NOON);
	d.settled = 0;
	change_device(&w.list, OTHER, NULL, &d);
	change_seen(&w.list, OTHER, NOON - 1000000);
	report(HWID, "1", ALARM_RAISE, NOON);
	keep();
	const char *row = printed(STATS_SERVER, "2026-03", '\0');
	assert_memory_equal(row, "2026-03-01;12:00;5;0;0;0;0;0;6;0;0;0;0;0;2;1;1;1;0;1;", 53);
	assert_null(strstr(row, ";\r\n"));
	/* Of a month that is over the board says nothing. */
	assert_string_equal(printed(STATS_SERVER, "2026-02", '\0'), "");
}

static void file_and_what_came_since(void **state)
{
	(void)state;
	put_file(STATS_SERVER, "2026-03",
	    SERVER_HEAD
	    "2026-03-01;00:00;7;0;0;;0;0;0;0;0;0;0;0;1;1;0;0;0;0;100\r\n"
	    "2026-03-01;00:15;7;0;0;;0;0;0;0;0;0;0;0;1;1;0;0;0;0;100\r\n2026-03-01;00:3");
	counted("polls", DAY + 900, 1); /* is in the file */
	counted("polls", DAY + 1800, 2);
	const char *rows = printed(STATS_SERVER, "2026-03", ',');
	assert_string_equal(rows, "2026-03-01,00:00,7,0,0,,0,0,0,0,0,0,0,0,1,1,0,0,0,0,100\r\n"
				  "2026-03-01,00:15,7,0,0,,0,0,0,0,0,0,0,0,1,1,0,0,0,0,100\r\n"
				  "2026-03-01,00:30,2,0,0,0,0,0,0,0,0,0,0,0,,,,,,,\r\n");
	configure("<statistics separator='comma'/>");
	assert_int_equal(stats_usual_separator(config), ',');
	printed(STATS_SERVER, "2026-03", '\0');
	assert_null(strchr(out.data, ';'));
}

static void what_is_no_file_of_ours(void **state)
{
	(void)state;
	struct stats_wish wish = {.kind = STATS_SERVER, .take = take, .context = &out};
	assert_true(stats_month_parse("2026-03", &wish.month));
	put_file(STATS_SERVER, "2026-03", "hello\nday;time\n");
	assert_false(stats_print(&source, &wish, &w.e));
	assert_non_null(strstr(w.e.text, "2026-03-server.csv is no file of statistics"));
	char *path = stats_path(&home, config, wish.month, STATS_SERVER);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_false(stats_print(&source, &wish, &w.e));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_false(stats_print(&source, &wish, &w.e));
	assert_non_null(strstr(w.e.text, "is no file"));
	free(path);
}

static bool stop(void *context, const char *bytes, size_t size)
{
	(void)bytes, (void)size;
	++*(int *)context;
	return false;
}

static void whoever_has_enough(void **state)
{
	(void)state;
	int called = 0;
	struct stats_wish wish = {.kind = STATS_SERVER, .take = stop, .context = &called};
	assert_true(stats_month_parse("2026-03", &wish.month));
	w.e.text[0] = '\0';
	assert_false(stats_print(&source, &wish, &w.e));
	assert_string_equal(w.e.text, "");
	assert_int_equal(called, 1);
}

/* ---- devices ---- */

/* As the keeper does: when another one is over, with what it knows of that one. */
static void begin_day(int64_t day)
{
	struct stats_day now = {.day = day}, before;
	struct buf next = {0};
	assert_true(stats_day(&home, &before, &w.e));
	const struct stats_devices only_next = {.day = before.day ? &before : &now, .next = &next};
	if (!stats_devices(&source, &only_next, &w.e) || !stats_next_day(&home, &now, &next, &w.e))
		fail_msg("%s", w.e.text);
	buf_free(&next);
}

static void make(const char *sn, const char *hwid, int64_t created)
{
	struct device d;
	device_init(&d, sn);
	d.created = created;
	d.hwid = hwid;
	d.type = "IP232";
	change_device(&w.list, sn, NULL, &d);
	keep();
}

static void poll(const char *sn, int64_t time, int times)
{
	while (times--)
		change_seen(&w.list, sn, time);
	keep();
}

static void polls_of_a_day(void **state)
{
	(void)state;
	make(SN, HWID, DAY - 1000);
	make(OTHER, "", DAY - 900);
	poll(SN, DAY - 5, 7);
	make("00-90-33-30-00-b2", "FIRST", DAY + 5); /* on the day on which counting begins */
	poll("00-90-33-30-00-b2", DAY + 5, 3);
	begin_day(DAY);
	assert_non_null(strstr(printed(STATS_DEVICES, "2026-03", '\0'), ";FIRST;;IP232;;;;;3;"));
	change_forget(&w.list, "00-90-33-30-00-b2", CHANGE_ALWAYS);
	keep();
	assert_string_equal(printed(STATS_DEVICES, "2026-03", '\0'), "");
	poll(SN, DAY + 3600, 2);
	make("00-90-33-30-00-b1", "NEW", DAY + 7200);
	poll("00-90-33-30-00-b1", DAY + 7200, 1);
	assert_string_equal(printed(STATS_DEVICES, "2026-03", '\0'),
	    "2026-03-01;" SN ";" HWID
	    ";;IP232;;;;;2;2026-02-28 23:43:20;2026-03-01 01:00:00;0;0;0;0;0;0\r\n"
	    "2026-03-01;00-90-33-30-00-b1;NEW;;IP232;;;;;1;2026-03-01 02:00:00;2026-03-01 "
	    "02:00:00;0;0;0;0;0;0\r\n");
	assert_string_equal(printed(STATS_DEVICES, "2026-02", '\0'), "");
	/* One poll came after that day, before its rows were written. */
	poll(SN, DAY + DATE_DAY, 1);
	assert_non_null(strstr(
	    printed(STATS_DEVICES, "2026-03", '\0'), ";2;2026-02-28 23:43:20;;0;0;0;0;0;0\r\n"));
	begin_day(DAY + DATE_DAY);
	assert_string_equal(printed(STATS_DEVICES, "2026-03", '\0'),
	    "2026-03-02;" SN ";" HWID
	    ";;IP232;;;;;1;2026-02-28 23:43:20;2026-03-02 00:00:00;0;0;0;0;0;0\r\n");
}

static void what_else_happened(void **state)
{
	(void)state;
	struct device d, was;
	make(SN, HWID, DAY - 1000);
	begin_day(DAY);
	device_init(&was, SN);
	d = was;
	d.backup_at = DAY + 5;
	d.name = "Front desk";
	d.settled = DAY + 6;
	change_device(&w.list, SN, &was, &d);
	change_answer(&w.list, SN, "admin", DAY - 1, "<x/>", 4);
	change_answer(&w.list, SN, "certificates", DAY, "<x/>", 4);
	change_answer(&w.list, SN, "info", DAY + DATE_DAY - 1, "<x/>", 4);
	change_answer(&w.list, SN, "late", DAY + DATE_DAY, "<x/>", 4);
	change_delivery(&w.list, SN, "all.txt", DAY + 9, 1);
	change_delivery(&w.list, SN, "old.txt", DAY - 9, 1);
	static const struct {
		const char *from, *code;
		int64_t act, time;
	} alarms[] = {
	    {HWID, "1", ALARM_RAISE, DAY + 5},
	    {HWID, "2", ALARM_RAISE, DAY - 5},
	    {HWID, "3", ALARM_EVENT, DAY + 5},
	    {"IP232-other", "1", ALARM_RAISE, DAY + 5},
	};
	for (size_t i = 0; i < sizeof alarms / sizeof *alarms; i++)
		report(alarms[i].from, alarms[i].code, alarms[i].act, alarms[i].time);
	keep();
	assert_string_equal(printed(STATS_DEVICES, "2026-03", '\0'),
	    "2026-03-01;" SN ";" HWID
	    ";Front desk;IP232;;;;;0;2026-02-28 23:43:20;;2;1;1;2;2;1\r\n");
}

/* One that was forgotten and came again counts from nothing. */
static void forgotten_meanwhile(void **state)
{
	(void)state;
	make(SN, HWID, DAY - 1000);
	poll(SN, DAY - 5, 50);
	begin_day(DAY);
	change_forget(&w.list, SN, CHANGE_ALWAYS);
	keep();
	make(SN, HWID, DAY + 100);
	poll(SN, DAY + 200, 3);
	assert_non_null(strstr(printed(STATS_DEVICES, "2026-03", '\0'), ";IP232;;;;;3;"));
}

/* More than are looked at in one snapshot. */
static void many_devices(void **state)
{
	(void)state;
	enum { MANY = 4500 };
	char sn[LIMIT_SN + 16];
	struct device d;
	for (int i = 0; i < MANY; i++) {
		snprintf(sn, sizeof sn, "00-90-33-%06d", i);
		device_init(&d, sn);
		d.created = DAY - 5;
		change_device(&w.list, sn, NULL, &d);
		for (int n = 0; n <= i % 3; n++)
			change_seen(&w.list, sn, DAY - 5);
		if (i % 500 == 499)
			keep();
	}
	keep();
	begin_day(DAY);
	for (int i = 0; i < MANY; i += 10) {
		snprintf(sn, sizeof sn, "00-90-33-%06d", i);
		change_seen(&w.list, sn, DAY + 5);
	}
	keep();
	const char *row = printed(STATS_DEVICES, "2026-03", '\0');
	for (int i = 0; i < MANY; i += 10, row = strchr(row, '\n') + 1) {
		snprintf(sn, sizeof sn, "2026-03-01;00-90-33-%06d;", i);
		assert_memory_equal(row, sn, strlen(sn));
		assert_memory_equal(row + strlen(sn), ";;;;;;;1;", 9);
	}
	assert_string_equal(row, "");
}

static void a_day_that_was_damaged(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "x\n", "rollcall statistics\n",
	    "rollcall statistics 2026-13-01 0\n", "rollcall statistics 2026-03-01\n"};
	struct stats_day day;
	make(SN, HWID, DAY - 1000);
	begin_day(DAY);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *path = folder_path(w.folder, "data/statistics/day.txt");
		assert_true(file_write(path, texts[i], strlen(texts[i]), 0600, &w.e));
		assert_true(stats_day(&home, &day, &w.e));
		assert_int_equal(day.day, 0);
		assert_string_equal(printed(STATS_DEVICES, "2026-03", '\0'), "");
	}
}

static void only_some_days(void **state)
{
	(void)state;
	struct stats_wish wish = {.kind = STATS_DEVICES,
	    .take = take,
	    .context = &out,
	    .from = "2026-03-02",
	    .to = "2026-03-03"};
	assert_true(stats_month_parse("2026-03", &wish.month));
	put_file(STATS_DEVICES, "2026-03",
	    DEVICES_HEAD "2026-03-01;a\r\n2026-03-02;b\r\n2026-03-03;c\r\n2026-03-04;d\r\n");
	assert_true(stats_print(&source, &wish, &w.e));
	assert_string_equal(out.data, DEVICES_HEAD "2026-03-02;b\r\n2026-03-03;c\r\n");
}

/* ---- which files there are ---- */

static void files(void **state)
{
	(void)state;
	struct stats_month_files *list;
	size_t count;
	assert_true(stats_months(&source, &w.arena, &list, &count, &w.e));
	assert_int_equal(count, 1);
	assert_int_equal(list->month, stats_month(NOON));
	assert_false(list->files[0].there || list->files[1].there || list->over);
	put_file(STATS_SERVER, "2026-02", SERVER_HEAD);
	put_file(STATS_DEVICES, "2025-12", DEVICES_HEAD);
	put_file(STATS_SERVER, "2026-03", SERVER_HEAD);
	char *path = stats_path(&home, config, stats_month(DAY - 1), STATS_SERVER);
	assert_int_equal(chmod(path, 0444), 0);
	free(path);
	assert_true(stats_months(&source, &w.arena, &list, &count, &w.e));
	assert_int_equal(count, 3);
	assert_true(list[0].files[STATS_SERVER].there && !list[0].over);
	assert_true(list[1].files[STATS_SERVER].there && list[1].over);
	assert_int_equal(list[1].files[STATS_SERVER].size, strlen(SERVER_HEAD));
	assert_true(list[2].files[STATS_DEVICES].there && !list[2].over);
}

/* ---- counts ---- */

static void counts_of_the_board(void **state)
{
	(void)state;
	for (int i = 0; i < STATS_NCOUNTS; i++) {
		enum stats_count which = (enum stats_count)i;
		assert_int_equal(stats_counted(&board, which), 0);
		stats_keep(&board, which, (uint64_t)i + 1);
	}
	for (int i = 0; i < STATS_NCOUNTS; i++)
		assert_int_equal(stats_kept(&board, (enum stats_count)i), i + 1);
	/* Each is a name that the store takes. */
	for (int i = 0; i < STATS_NCOUNTS; i++) {
		change_tally(&w.list, stats_tallies[i], DAY, 1);
		assert_true(change_is_whole(w.list.data, w.list.size));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(heads),
	    TEST(months),
	    TEST(names_of_files),
	    TEST(hostile_texts),
	    TEST(numbers_of_a_row),
	    TEST(nothing_was_counted),
	    TEST(quarters_of_an_hour),
	    TEST(until_now),
	    TEST(file_and_what_came_since),
	    TEST(what_is_no_file_of_ours),
	    TEST(whoever_has_enough),
	    TEST(polls_of_a_day),
	    TEST(what_else_happened),
	    TEST(forgotten_meanwhile),
	    TEST(many_devices),
	    TEST(a_day_that_was_damaged),
	    TEST(only_some_days),
	    TEST(files),
	    TEST(counts_of_the_board),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
