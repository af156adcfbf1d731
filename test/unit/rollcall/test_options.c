/* SPDX-License-Identifier: ISC */
/* rollcall/options: which command takes which option, and the manual page. */
#include "tools/rollcall/cli.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "core/device.h"

#include "test/unit/options.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void defaults(void **state)
{
	(void)state;
	struct argv a;
	struct options o;
	assert_true(parse("serve", &a, &o, NULL));
	assert_int_equal(o.line.nwords, 1);
	assert_null(o.home);
	assert_int_equal(o.base.count, 1);
	assert_string_equal(o.base.items[0], "/update");
	assert_int_equal(o.workers, 0); /* rollcalld knows */
	assert_int_equal(o.watchdog, LIMIT_REQUEST_SECONDS);
	assert_string_equal(o.peer, "127.0.0.1");
	options_free(&o);
}

static void values(void **state)
{
	(void)state;
	struct argv a;
	struct options o;
	assert_true(parse("--home /h serve --http 127.0.0.1:0 --base=/a --base /b --access-log "
			  "--workers 64 --watchdog=1",
	    &a, &o, NULL));
	assert_string_equal(o.line.words[0], "serve");
	assert_string_equal(o.home, "/h");
	assert_string_equal(o.http, "127.0.0.1:0");
	assert_int_equal(o.base.count, 2);
	assert_string_equal(o.base.items[0], "/a");
	assert_string_equal(o.base.items[1], "/b");
	assert_int_equal(o.workers, 64);
	assert_int_equal(o.watchdog, 1);
	assert_true(o.access_log);
	assert_false(o.json);
	options_free(&o);
}

static void every_option_has_its_commands(void **state)
{
	(void)state;
#define SHOWN                                                                                      \
	(CMD_STATUS | CMD_CHECK | CMD_CONFIG | CMD_PLAN | CMD_DEVICES | CMD_DEVICE | CMD_ANSWERS | \
	    CMD_BACKUPS | CMD_IMPORT | CMD_AUDIT | CMD_CERTS | CMD_CSR_LIST | CMD_CSR_SHOW |       \
	    CMD_CSR_IMPORT | CMD_CSR_APPROVE | CMD_CSR_DROP | CMD_CA_INIT | CMD_CA_LIST |          \
	    CMD_CA_REVOKE | CMD_PASSWD | CMD_ALARMS | CMD_LOGS | CMD_TRACE)
#define AT_HOME                                                                              \
	(CMD_SERVE | SHOWN | CMD_DIFF | CMD_COPY | CMD_REPAIR | CMD_CSR_EXPORT | CMD_SETUP | \
	    CMD_BACKUP | CMD_RESTORE | CMD_STATS)
#define WEB (CMD_SERVE | CMD_SETUP)
	static const struct {
		const char *options;
		uint64_t commands;
	} cases[] = {
	    {"--home x", AT_HOME},
	    {"--json", SHOWN},
	    {"--http x", WEB},
	    {"--https x", WEB},
	    {"--mtls x", WEB},
	    {"--pki x", WEB | CMD_CHECK | CMD_PLAN | CMD_CERTS | CMD_CA_INIT | CMD_BACKUP},
	    {"--workers 1", WEB},
	    {"--base /x", WEB},
	    {"--watchdog 1", WEB},
	    {"--lighttpd x", WEB},
	    {"--access-log", WEB},
	    {"--force-https", WEB},
	    {"--connections 64", WEB},
	    {"--public /x", WEB},
	    {"--webdav-public /x", WEB},
	    {"--webdav-writable /x", WEB},
	    {"--auth basic", WEB},
	    {"--trust-proxy x", WEB},
	    {"--unset x", CMD_SETUP},
	    {"--web-user x", CMD_SETUP},
	    {"--webdav-user x", CMD_SETUP},
	    {"--url x", CMD_PLAN},
	    {"--at x", CMD_PLAN},
	    {"--peer x", CMD_PLAN},
	    {"--cert x", CMD_PLAN},
	    {"--der", CMD_CSR_EXPORT},
	    {"--digest x", CMD_CSR_APPROVE},
	    {"--why x", CMD_CSR_APPROVE | CMD_CA_REVOKE},
	    {"--name x", CMD_CA_INIT},
	    {"--algorithm x", CMD_CA_INIT},
	    {"--replace", CMD_CA_INIT},
	    {"--without x", CMD_CERTS},
	    {"--enforced", CMD_CERTS},
	    {"--most 1", CMD_AUDIT | CMD_LOGS},
	    {"--all", CMD_ALARMS},
	    {"--ack", CMD_ALARMS},
	    {"--note x", CMD_ALARMS},
	    {"--follow", CMD_LOGS},
	    {"--alarms", CMD_LOGS},
	    {"--since x", CMD_LOGS},
	    {"--until x", CMD_LOGS},
	    {"--keys", CMD_BACKUP},
	    {"--passwords", CMD_BACKUP},
	    {"--logs", CMD_BACKUP},
	    {"--check", CMD_RESTORE | CMD_SETUP},
	    {"--month x", CMD_STATS},
	    {"--devices", CMD_STATS},
	    {"--comma", CMD_STATS},
	    {"--minutes 1", CMD_TRACE},
	    {"--off", CMD_TRACE},
	    {"--role x", CMD_PASSWD},
	    {"--drop", CMD_PASSWD | CMD_SETUP},
	    {"--hash", CMD_PASSWD},
	    {"--from x", CMD_IMPORT | CMD_REPAIR},
	    {"--start-over", CMD_REPAIR},
	    {"--sort x", CMD_DEVICES},
	    {"--reverse", CMD_DEVICES},
	    {"--csv", CMD_DEVICES | CMD_ALARMS | CMD_LOGS},
	    {"--show", CMD_DEVICES},
	    {"--xml", CMD_DEVICE},
	    {"--forget", CMD_DEVICE},
	    {"--touch", CMD_DEVICE},
	    {"--help", AT_HOME | CMD_HELP},
	    {"--version", AT_HOME | CMD_HELP},
	};
	assert_int_equal(COUNT(cases), options_table.count);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct argv a;
		struct options o;
		assert_true(parse(cases[i].options, &a, &o, NULL));
		for (uint64_t bit = CMD_SERVE; bit <= CMD_TRACE; bit <<= 1) {
			bool fits = !opt_misplaced(&options_table, &o.line, bit);
			if (fits != !!(cases[i].commands & bit))
				fail_msg("%s and command %" PRIx64, cases[i].options, bit);
		}
		options_free(&o);
	}
}

static void the_manual_agrees(void **state)
{
	(void)state;
	manual_agrees("man/rollcall.1", &options_table);
}

/* The fields of --json and --csv stand in the manual page. */
static void the_manual_knows_all_fields(void **state)
{
	(void)state;
	struct buf manual = {0}, names = {0};
	assert_true(file_read(AT_FDCWD, "man/rollcall.1", 1 << 20, &manual, NULL));
	/* ".It Cm cert_sent , cert_clear": words between blanks. */
	for (const char *line = strstr(buf_text(&manual), "\n.It Cm "); line;
	     line = strstr(line + 1, "\n.It Cm "))
		buf_addf(&names, "%.*s ", (int)strcspn(line + 1, "\n") - (int)strlen(".It Cm"),
		    line + 7);
	for (size_t i = 0; i < device_nfields; i++) {
		char word[64];
		snprintf(word, sizeof word, " %s ", device_fields[i].shown);
		if (!strstr(buf_text(&names), word))
			fail_msg("man/rollcall.1 has no field %s", device_fields[i].shown);
	}
	buf_free(&manual);
	buf_free(&names);
}

/* What is passed on to rollcalld means the same there. */
static void the_manual_of_rollcalld_agrees(void **state)
{
	(void)state;
	static const char *const names[] = {"home", "workers", "base", "watchdog"};
	static struct opt shared[COUNT(names)];
	for (size_t i = 0; i < COUNT(names); i++) {
		for (size_t k = 0; k < options_table.count; k++) {
			if (strcmp(options_table.rows[k].name, names[i]) == 0)
				shared[i] = options_table.rows[k];
		}
	}
	const struct opt_table table = {shared, COUNT(shared), 0};
	manual_agrees_about("man/rollcalld.8", &table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(values),
	    cmocka_unit_test(every_option_has_its_commands),
	    cmocka_unit_test(the_manual_agrees),
	    cmocka_unit_test(the_manual_knows_all_fields),
	    cmocka_unit_test(the_manual_of_rollcalld_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
