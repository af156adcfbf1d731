/* SPDX-License-Identifier: ISC */
/*
 * desk/check: what is found in a configuration and in what will be served with it; without one, why. What
 * `rollcall check` prints of it is in test/http/test_cli.py.
 */
#include "desk/check.h"

#include "base/file.h"

#include "test/unit/home_fixture.h"

#define SN "00-90-33-30-00-af"
#define NOW 1800000000

static struct check k;

static int setup(void **state)
{
	(void)state;
	home_fixture_setup("");
	assert_true(home_make(&home, &w.e));
	k = (struct check){.home = &home, .now = NOW};
	return 0;
}

static int teardown(void **state)
{
	check_free(&k);
	return home_fixture_teardown(state);
}

static void put(const char *name, const char *text)
{
	assert_true(file_write(folder_path(w.folder, name), text, strlen(text), 0600, &w.e));
}

static void run(const char *inside)
{
	struct buf text = {0};
	if (inside) {
		buf_addf(&text, "<config>\n%s\n</config>", inside);
		put("config/user-config.xml", buf_text(&text));
	}
	buf_free(&text);
	check_run(&k);
}

/* NULL: there is no such finding. */
static const struct finding *found(const char *text)
{
	for (size_t i = 0; i < k.findings.count; i++) {
		if (strstr(k.findings.list[i].text, text))
			return &k.findings.list[i];
	}
	return NULL;
}

static void all_is_well(void **state)
{
	(void)state;
	put("scripts/update-phone-default.txt", "config add X\r\n");
	run("<master info=\"\" password=\"another\"/>");
	assert_non_null(k.config);
	assert_int_equal(k.findings.count, 0);
	assert_string_equal(k.folder, folder_path(w.folder, "scripts"));
	assert_int_equal(k.files.count, 1);
	assert_string_equal(k.files.list[0].name, "update-phone-default.txt");
	assert_true(k.files.list[0].used);
	assert_null(k.firmware);
}

static void an_error_with_its_line(void **state)
{
	(void)state;
	run("<tims/>");
	assert_null(k.config);
	assert_int_equal(k.findings.errors, 1);
	assert_int_equal(found("tims")->line, 2);
	assert_string_equal(found("tims")->file, home.user_config);
	assert_int_equal(k.files.count, 0);
}

static void no_file(void **state)
{
	(void)state;
	run(NULL);
	assert_null(k.config);
	assert_int_equal(k.findings.errors, 1);
}

static void one_from_an_import(void **state)
{
	(void)state;
	put("config/user-config.imported.xml", "<config><tims/></config>");
	run(NULL);
	assert_null(k.config);
	assert_non_null(found("from an import"));
	assert_string_equal(found("tims")->file, home.imported_config);
}

static void what_will_be_served(void **state)
{
	(void)state;
	put("scripts/update-fone-all.txt", "x");
	put("backup-file", "");
	run("<master info=\"none\" firmware=\"125678\" bootcode=\"4711\" password=\"another\"/>"
	    "<backup dir=\"scripts\"/><customcerts dir=\"certs\"/><status dir=\"status\"/>");
	assert_non_null(k.config);
	assert_string_equal(k.firmware, folder_path(w.folder, "fw/125678"));
	assert_string_equal(k.bootcode, folder_path(w.folder, "fw/4711"));
	assert_non_null(found("gets 404"));
	assert_int_equal(found("backup/@dir is \"scripts\"")->kind, FINDING_ERROR);
	assert_non_null(found("no file in it fits to customcerts/@CAkeys"));
	assert_false(k.files.list[0].used);
	assert_non_null(strstr(k.files.list[0].text, "no environment \"all\""));
}

/* The devices are looked at in the store that is open, where one is. */
static void known_devices(void **state)
{
	(void)state;
	struct device d;
	device_init(&d, SN);
	d.created = NOW;
	d.environments = "gone, default";
	change_device(&w.list, SN, NULL, &d);
	free(w.dir);
	w.dir = strdup(home.store);
	assert_true(store_make(w.dir, 16, &w.e));
	reopen(STORE_WRITE);
	keep();
	shut();
	run("<status dir=\"status\"/>");
	assert_non_null(found("in environment gone, which is not configured"));
	check_free(&k);
	reopen(STORE_READ);
	k = (struct check){.home = &home, .now = NOW, .store = w.s};
	run(NULL);
	assert_non_null(found("in environment gone, which is not configured"));
	assert_true(store_begin(w.s, &w.e));
	assert_true(store_device(w.s, &k.arena, SN, &d));
	assert_true(store_end(w.s, &w.e));
}

static void no_password(void **state)
{
	(void)state;
	run("<master info=\"htp://admin:geheim@192.0.2.1/\" password=\"geheim\" password-hash=\"geheim\"/>"
	    "<backup scfg=\"http://u:geheim@192.0.2.1/\"/>");
	assert_true(k.findings.errors > 0);
	assert_null(found("geheim"));
	assert_non_null(found("(hidden)"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(all_is_well),
	    TEST(an_error_with_its_line),
	    TEST(no_file),
	    TEST(one_from_an_import),
	    TEST(what_will_be_served),
	    TEST(known_devices),
	    TEST(no_password),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
