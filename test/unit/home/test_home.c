/* SPDX-License-Identifier: ISC */
/* home/home: where things lie, what is compiled in, and the master device's cache file. */
#include "home/home.h"

#include "base/limits.h"

#include "test/unit/helpers.h"

#include <sys/stat.h>
#include <unistd.h>

static struct home home;
static struct err e;

static int setup(void **state)
{
	folder_setup(state);
	return home_open(&home, *state, &e) ? 0 : -1;
}

static int teardown(void **state)
{
	home_close(&home);
	return folder_teardown(state);
}

static void paths(void **state)
{
	const char *dir = home.dir;
	assert_int_equal(*dir, '/');
	assert_string_equal(home.user_config, folder_path(dir, "config/user-config.xml"));
	assert_string_equal(home.good_config, folder_path(dir, "data/user-config.good.xml"));
	assert_string_equal(home.run, folder_path(dir, "run"));
	assert_string_equal(home.log, folder_path(dir, "log"));
	assert_string_equal(home.data, folder_path(dir, "data"));
	assert_string_equal(home.board, folder_path(dir, "run/board"));
	assert_string_equal(home.web_log, folder_path(dir, "log/lighttpd-error.log"));
	char *relative = home_path(&home, "scripts"), *absolute = home_path(&home, "/srv/x");
	assert_string_equal(relative, folder_path(dir, "scripts"));
	assert_string_equal(absolute, "/srv/x");
	free(relative);
	free(absolute);
	(void)state;
}

/* Whoever may change the folder could make us write where he may not. */
static void a_home_that_others_may_change(void **state)
{
	assert_true(home_make(&home, &e));
	assert_int_equal(chmod(home.run, 0757), 0);
	assert_false(home_make(&home, &e));
	assert_non_null(strstr(e.text, "may be changed by everybody"));
	assert_int_equal(chmod(home.run, 0750), 0);
	if (geteuid() != 0)
		return; /* only root can give a folder away */
	const char *const folders[] = {*state, home.run, home.log, home.data};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		assert_int_equal(chown(folders[i], 65534, 65534), 0);
		assert_false(home_make(&home, &e));
		assert_non_null(strstr(e.text, "belongs to another user"));
		assert_int_equal(chown(folders[i], 0, 0), 0);
	}
	assert_true(home_make(&home, &e));
}

/* A name with a link or dots in it is made plain, so that it holds after a chdir(). */
static void opened_by_any_name(void **state)
{
	struct home other;
	assert_int_equal(symlink(*state, folder_path(*state, "link")), 0);
	assert_true(home_open(&other, folder_path(*state, ".//link/."), &e));
	assert_string_equal(other.dir, home.dir);
	home_close(&other);
	home_close(&other); /* harmless */
}

static void named_by_the_environment(void **state)
{
	struct home other;
	setenv("ROLLCALL_HOME", *state, 1);
	assert_true(home_open(&other, NULL, &e));
	assert_string_equal(other.dir, home.dir);
	home_close(&other);
	setenv("ROLLCALL_HOME", folder_path(*state, "absent"), 1);
	assert_false(home_open(&other, NULL, &e));
	assert_non_null(strstr(e.text, "absent"));
	assert_true(home_open(&other, *state, &e)); /* a name given goes first */
	home_close(&other);
	unsetenv("ROLLCALL_HOME");
}

static void not_a_home(void **state)
{
	struct home other;
	folder_write(*state, "file", "x", 1);
	assert_false(home_open(&other, folder_path(*state, "file"), &e));
	assert_non_null(strstr(e.text, "file is not a directory (--home DIR names another)"));
	assert_false(home_open(&other, folder_path(*state, "absent"), &e));
	assert_non_null(strstr(e.text,
	    "absent cannot be used; make it, or name another with --home DIR or in $ROLLCALL_HOME: No such"));
}

static void makes_what_is_missing(void **state)
{
	static const struct {
		const char *name;
		unsigned mode;
	} folders[] = {{"config", 0750}, {"scripts", 0750}, {"certs", 0750}, {"backup", 0750},
	    {"fw", 0755}, {"webdav", 0755}, {"data", 0700}, {"run", 0750}, {"log", 0750}};
	struct stat st;
	mode_t before = umask(027); /* rollcalld's: what is published must not suffer from it */
	assert_int_equal(mkdir(folder_path(*state, "scripts"), 0700), 0);
	assert_true(home_make(&home, &e));
	for (size_t i = 0; i < COUNT(folders); i++) {
		assert_int_equal(stat(folder_path(*state, folders[i].name), &st), 0);
		assert_true(S_ISDIR(st.st_mode));
		if (strcmp(folders[i].name, "scripts") == 0)
			assert_int_equal(st.st_mode & 0777, 0700); /* as it was */
		else
			assert_int_equal(st.st_mode & 0777, folders[i].mode);
	}
	assert_int_equal(folder_count(*state), COUNT(folders));
	assert_true(home_make(&home, &e));
	umask(before);
}

static void a_file_in_the_way(void **state)
{
	folder_write(*state, "data", "x", 1);
	assert_false(home_make(&home, &e));
	assert_non_null(strstr(e.text, "data cannot be made"));
}

/* Byte for byte the files of the source tree. */
static void compiled_in(void **state)
{
	(void)state;
	static const char *const names[] = {"conf/default-config.xml", "conf/user-config.rng",
	    "conf/full-config.dtd", "lighttpd/lighttpd.conf"};
	for (size_t i = 0; i < COUNT(names); i++) {
		struct buf b = {0};
		const struct home_shipped *file = home_shipped(names[i]);
		assert_non_null(file);
		assert_true(home_read_config(names[i], &b, &e));
		assert_int_equal(file->size, b.size);
		assert_memory_equal(file->bytes, b.data, b.size);
		buf_free(&b);
	}
	assert_null(home_shipped("conf/absent"));
	assert_null(home_shipped(""));
}

static struct config *compile(const char *text, struct findings *f)
{
	struct buf b = {0};
	buf_adds(&b, text);
	struct config *c = home_compile("user-config.xml", &b, f);
	buf_free(&b);
	return c;
}

static void compiles_a_configuration(void **state)
{
	(void)state;
	struct findings f = {0};
	struct config *c = compile("<config><times grace='7'/></config>", &f);
	assert_non_null(c);
	assert_int_equal(c->times_grace, 7);
	assert_int_equal(c->times_interval, 15);
	conf_free(c);
	findings_free(&f);
	assert_null(compile("<config>\n<times grace='x'/></config>", &f));
	assert_int_equal(f.errors, 1);
	const struct finding *error = f.list;
	while (error->kind != FINDING_ERROR)
		error++;
	assert_string_equal(error->file, "user-config.xml");
	assert_int_equal(error->line, 2);
	findings_free(&f);
	assert_null(compile("", &f)); /* an empty buffer too */
	assert_true(f.errors > 0);
	findings_free(&f);
}

static void a_configuration_that_cannot_be_read(void **state)
{
	struct buf b = {0};
	assert_false(home_read_config(folder_path(*state, "absent.xml"), &b, &e));
	assert_non_null(strstr(e.text, "absent.xml cannot be opened"));
	char *big = calloc(1, LIMIT_CONFIG + 1);
	folder_write(*state, "big.xml", big, LIMIT_CONFIG + 1);
	assert_false(home_read_config(folder_path(*state, "big.xml"), &b, &e));
	assert_non_null(strstr(e.text, "big.xml is larger than 1048576 bytes"));
	free(big);
	buf_free(&b);
}

#define ANSWER "<info><sys version=\"IP[12.5], Bootcode[7]\"/></info>"

static void masters_answer_comes_back(void **state)
{
	static const char *const files[][2] = {
	    {"", "data/master-info.xml"}, {"cache/deep/m.xml", "cache/deep/m.xml"}};
	for (size_t i = 0; i < COUNT(files); i++) {
		const struct config c = {.master_cache = files[i][0]};
		const struct timespec when[2] = {{1000, 0}, {1000, 0}};
		struct master m = {0};
		assert_true(
		    home_read_master(&home, &c, &m, &e)); /* that there is none is no fault */
		assert_int_equal(m.answered_at, 0);
		assert_true(home_write_master(&home, &c, ANSWER, strlen(ANSWER), &e));
		const char *path = folder_path(*state, files[i][1]);
		assert_int_equal(utimensat(AT_FDCWD, path, when, 0), 0);
		assert_true(home_read_master(&home, &c, &m, &e));
		assert_string_equal(m.firmware, "125");
		assert_string_equal(m.bootcode, "7");
		assert_int_equal(m.answered_at, 1000);
		assert_int_equal(m.asked_at, 1000);
	}
}

/* A spoilt cache is as good as none; what was known before stays. */
static void masters_answer_is_spoilt(void **state)
{
	const struct config c = {.master_cache = "m.xml"};
	struct master m = {.firmware = "1", .answered_at = 5};
	folder_write(*state, "m.xml", "<info", 5);
	assert_false(home_read_master(&home, &c, &m, &e));
	assert_non_null(strstr(e.text, "not well-formed"));
	assert_string_equal(m.firmware, "1");
	assert_int_equal(m.answered_at, 5);
	char *big = calloc(1, LIMIT_MASTER_INFO + 1);
	folder_write(*state, "m.xml", big, LIMIT_MASTER_INFO + 1);
	assert_false(home_read_master(&home, &c, &m, &e));
	assert_non_null(strstr(e.text, "larger than"));
	free(big);
	const struct config wrong = {.master_cache = "m.xml/x/m.xml"};
	assert_false(home_read_master(&home, &wrong, &m, &e));
	assert_non_null(strstr(e.text, "cannot be opened"));
	assert_false(home_write_master(&home, &wrong, "x", 1, &e));
	assert_non_null(strstr(e.text, "m.xml/x cannot be made"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(paths),
	    TEST(a_home_that_others_may_change),
	    TEST(opened_by_any_name),
	    TEST(named_by_the_environment),
	    TEST(not_a_home),
	    TEST(makes_what_is_missing),
	    TEST(a_file_in_the_way),
	    TEST(compiled_in),
	    TEST(compiles_a_configuration),
	    TEST(a_configuration_that_cannot_be_read),
	    TEST(masters_answer_comes_back),
	    TEST(masters_answer_is_spoilt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
