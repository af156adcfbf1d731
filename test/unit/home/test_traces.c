/* SPDX-License-Identifier: ISC */
/* home/traces: which devices are traced, as one process says it and another one sees it. */
#include "home/traces.h"

#include "test/unit/helpers.h"

#define SN "00-90-33-30-00-af"
#define NOW 1700000000
#define FAR INT64_C(4000000000)

static struct home home;
static struct err e;

static int setup(void **state)
{
	folder_setup(state);
	return home_open(&home, *state, &e) && home_make(&home, &e) ? 0 : -1;
}

static int teardown(void **state)
{
	home_close(&home);
	return folder_teardown(state);
}

static void write_file(const char *text)
{
	folder_write(home.data, "traces", text, strlen(text));
}

static void begun_and_ended(void **state)
{
	(void)state;
	struct traces t = {.count = 7};
	bool was = true;
	assert_true(traces_read(&t, &home, NOW, &e));
	assert_int_equal(t.count, 0);
	assert_true(traces_set(&home, SN, NOW + 60, NOW, &was, &e));
	assert_false(was);
	assert_true(traces_set(&home, "x", NOW + 10, NOW, NULL, &e));
	assert_true(traces_set(&home, SN, NOW + 90, NOW, &was, &e)); /* for longer */
	assert_true(was);
	assert_true(traces_read(&t, &home, NOW, &e));
	assert_int_equal(t.count, 2);
	assert_true(traces_has(&t, SN, NOW + 89) && traces_has(&t, "00-90-33-30-00-AF", NOW));
	assert_false(traces_has(&t, SN, NOW + 90));
	assert_false(traces_has(&t, "00-90-33-30-00-a", NOW));
	assert_true(traces_set(&home, "00-90-33-30-00-AF", 0, NOW, &was, &e) && was);
	assert_true(traces_set(&home, SN, 0, NOW, &was, &e) && !was);
	assert_true(traces_read(&t, &home, NOW, &e));
	assert_int_equal(t.count, 1);
	assert_string_equal(t.list[0].sn, "x");
	assert_true(traces_read(&t, &home, NOW + 10, &e)); /* it is over */
	assert_int_equal(t.count, 0);
}

static void not_too_many(void **state)
{
	(void)state;
	char sn[32];
	for (int i = 0; i < TRACES_MOST; i++) {
		snprintf(sn, sizeof sn, "sn-%d", i);
		assert_true(traces_set(&home, sn, NOW + 60, NOW, NULL, &e));
	}
	assert_false(traces_set(&home, SN, NOW + 60, NOW, NULL, &e));
	assert_non_null(strstr(e.text, "rollcall trace SN --off"));
	assert_true(traces_set(&home, "sn-3", NOW + 90, NOW, NULL, &e));   /* that one is */
	assert_true(traces_set(&home, SN, NOW + 160, NOW + 61, NULL, &e)); /* those are over */
}

static void lines_that_are_none(void **state)
{
	(void)state;
	struct traces t = {.count = 0};
	write_file("\n \nx\nx y\nx -5\n../../x 4000000000\na/b 4000000000\n"
		   "0123456789012345678901234567890123 4000000000\n" SN " 4000000000\n"
		   "half 4000000000");
	assert_true(traces_read(&t, &home, NOW, &e));
	assert_int_equal(t.count, 1);
	assert_string_equal(t.list[0].sn, SN);
}

static void seen_by_others(void **state)
{
	(void)state;
	struct traces t = {.count = 0};
	traces_refresh(&t, &home, 5000);
	assert_int_equal(t.count, 0);
	assert_true(traces_set(&home, SN, FAR, NOW, NULL, &e));
	traces_refresh(&t, &home, 5000 + TRACES_LOOK_MS - 1);
	assert_int_equal(t.count, 0); /* not looked at yet */
	traces_refresh(&t, &home, 5000 + TRACES_LOOK_MS);
	assert_true(traces_has(&t, SN, NOW));
	assert_int_equal(unlink(folder_path(home.data, "traces")), 0);
	traces_refresh(&t, &home, 9000);
	assert_int_equal(t.count, 0);
}

static void what_cannot_be_read(void **state)
{
	(void)state;
	struct traces t = {.count = 0};
	assert_int_equal(mkdir(folder_path(home.data, "traces"), 0700), 0);
	assert_false(traces_read(&t, &home, NOW, &e));
	assert_false(traces_set(&home, SN, FAR, NOW, NULL, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(begun_and_ended, setup, teardown),
	    cmocka_unit_test_setup_teardown(not_too_many, setup, teardown),
	    cmocka_unit_test_setup_teardown(lines_that_are_none, setup, teardown),
	    cmocka_unit_test_setup_teardown(seen_by_others, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_cannot_be_read, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
