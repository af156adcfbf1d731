/* SPDX-License-Identifier: ISC */
/* base/log: one message is one line of printable text, whatever a device sent. */
#include "base/log.h"

#include "base/limits.h"
#include "base/text.h"

#include "test/unit/helpers.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static char *folder;
static const char *path;

/* What was logged since the file was emptied. */
static const char *logged(void)
{
	static char text[16384];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t n = fread(text, 1, sizeof text - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static void assert_ends_with(const char *text, const char *end)
{
	if (!text_ends(text, end))
		fail_msg("\"%s\" does not end with \"%s\"", text, end);
}

static int setup(void **state)
{
	static char name[PATH_MAX];
	*state = folder = folder_new();
	snprintf(name, sizeof name, "%s", folder_path(folder, "log"));
	path = name;
	log_init("unit");
	log_stderr(0);
	return log_open(path) ? 0 : -1;
}

static int empty(void **state)
{
	(void)state;
	return truncate(path, 0);
}

static void a_line(void **state)
{
	(void)state;
	char rest[64], expected[64];
	struct tm tm;
	errno = EIO;
	log_info("00-90-33-30-00-af", "phase \"%s\"", "x");
	assert_int_equal(errno, EIO); /* a log call between a failure and its message */
	const char *line = logged();
	assert_non_null(strptime(line, "%Y-%m-%dT%H:%M:%SZ", &tm));
	snprintf(rest, sizeof rest, "%s", line + 20);
	snprintf(expected, sizeof expected, " unit[%d] info: 00-90-33-30-00-af: ", (int)getpid());
	assert_true(text_starts(rest, expected));
	assert_ends_with(line, ": phase \"x\"\n");
}

static void levels(void **state)
{
	(void)state;
	log_warn("s", "w");
	log_fatal("s", "f"); /* returns */
	assert_non_null(strstr(logged(), " warn: s: w\n"));
	assert_non_null(strstr(logged(), " fatal: s: f\n"));
}

/* What is at least so bad is said, and what is worse than that always. */
static void least_level(void **state)
{
	(void)state;
	log_debug("s", "not at first");
	assert_string_equal(logged(), "");
	assert_true(log_set_level_named("Debug"));
	log_debug("s", "d");
	assert_non_null(strstr(logged(), " debug: s: d\n"));
	assert_true(log_set_level_named("warn"));
	empty(NULL);
	assert_false(log_says(LOG_LEVEL_INFO));
	log_debug("s", "d");
	log_info("s", "i");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_PANIC); /* nobody can silence what is wrong */
	log_warn("s", "w");
	assert_non_null(strstr(logged(), " warn: s: w\n"));
	assert_false(log_set_level_named("fatal"));
	assert_false(log_set_level_named(""));
	assert_false(log_says(LOG_LEVEL_INFO));
	log_set_level(LOG_LEVEL_INFO);
	log_info("s", "i");
	assert_non_null(strstr(logged(), " info: s: i\n"));
}

static void nothing_breaks_out(void **state)
{
	(void)state;
	static const struct {
		const char *said, *line;
	} cases[] = {
	    {"a\r\n2026 forged", ": a\\x0d\\x0a2026 forged\n"},
	    {"\x1b[2J\x7f\t", ": \\x1b[2J\\x7f\\x09\n"},
	    {"gr\xc3\xbc\xc3\x9f", ": gr\xc3\xbc\xc3\x9f\n"},
	    {"gr\xfc\xdf", ": gr\\xfc\\xdf\n"},
	    {"%s%n", ": %s%n\n"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		empty(NULL);
		log_warn("s", "%s", cases[i].said);
		assert_ends_with(logged(), cases[i].line);
		empty(NULL);
		log_warn(cases[i].said, "text");
		assert_int_equal(strcspn(logged(), "\n") + 1, strlen(logged()));
	}
}

/* A C1 control that UTF-8 spells: some terminals obey it, and half of it would be no UTF-8. */
static void c1_controls_are_escaped_whole(void **state)
{
	(void)state;
	log_warn("s", "%s",
	    "a\xc2\x9b"
	    "2Jb");
	assert_ends_with(logged(), ": a\\xc2\\x9b2Jb\n");
}

static void a_long_one_stays_a_line(void **state)
{
	(void)state;
	char *text = malloc(5000);
	for (int shift = 0; shift < 6; shift++) {
		memset(text, '\n', 4999); /* each becomes four bytes */
		memset(text, 'x', (size_t)shift);
		text[4999] = '\0';
		empty(NULL);
		log_warn("s", "%s", text);
		size_t n = strlen(logged());
		assert_in_range(n, LIMIT_LOG_LINE - 16, LIMIT_LOG_LINE);
		assert_int_equal(strcspn(logged(), "\n"), n - 1);
		empty(NULL);
		log_warn(text, "text");
		assert_int_equal(strcspn(logged(), "\n") + 1, strlen(logged()));
	}
	free(text);
}

static void opened_again_after_a_rotation(void **state)
{
	(void)state;
	char old[PATH_MAX + 8];
	snprintf(old, sizeof old, "%s.1", path);
	assert_int_equal(rename(path, old), 0);
	assert_true(log_open(path));
	log_info("s", "new");
	assert_ends_with(logged(), ": new\n");
	errno = 0;
	assert_false(log_open(folder_path(folder, "absent/log")));
	assert_int_equal(errno, ENOENT);
	log_info("s", "still there"); /* the old file stays open */
	assert_ends_with(logged(), ": still there\n");
}

static void say_warn(void)
{
	log_stderr(1);
	log_warn("s", "on stderr");
}

static void say_panic(void)
{
	log_stderr(1);
	log_panic("s", "a bug: %d", 7);
}

static void stderr_and_panic(void **state)
{
	(void)state;
	char said[512];
	assert_int_equal(child_status(say_warn, said, sizeof said), 0);
	assert_ends_with(said, " warn: s: on stderr\n");
	int status = child_status(say_panic, said, sizeof said);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(said, " panic: s: a bug: 7\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_line, empty),
	    cmocka_unit_test_setup(levels, empty),
	    cmocka_unit_test_setup(least_level, empty),
	    cmocka_unit_test_setup(nothing_breaks_out, empty),
	    cmocka_unit_test_setup(c1_controls_are_escaped_whole, empty),
	    cmocka_unit_test_setup(a_long_one_stays_a_line, empty),
	    cmocka_unit_test_setup(opened_again_after_a_rotation, empty),
	    cmocka_unit_test_setup(stderr_and_panic, empty),
	};
	return cmocka_run_group_tests(tests, setup, folder_teardown);
}
