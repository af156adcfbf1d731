/* SPDX-License-Identifier: ISC */
/* desk/export: a fleet as CSV and JSON has a column for every field and every `show` value, in one order. */
#include "desk/export.h"

#include "test/unit/core/conf_fixture.h"

#define QUERIES                                                                                       \
	"<queries>"                                                                                   \
	"<query id='admin'><applies>*</applies><show title='Name, full'>/state/x</show>"              \
	"<show title='Name, full'>/state/y</show><show>/state/z</show></query>"                       \
	"<query id='other'><cmd>x</cmd><applies>*</applies><show title='One'>/state/x</show></query>" \
	"</queries>"

static struct config *config;
static struct export_shows shows;
static struct buf out;

static int setup(void **state)
{
	(void)state;
	config = conf_fixture(QUERIES);
	export_shows_open(&shows, config);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	export_shows_close(&shows);
	conf_free(config);
	buf_free(&out);
	return 0;
}

static size_t commas(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += *text == ',';
	return n;
}

static void fields(void **state)
{
	(void)state;
	struct device d;
	device_init(&d, "a-1");
	d.type = "IP232";
	d.name = "=1+1";
	d.seen = 5;
	d.polls = 7;
	export_csv_head(&out);
	assert_int_equal(commas(out.data), device_nfields + 3);
	assert_memory_equal(out.data, "sn,created,type,hwid,", 21);
	assert_string_equal(out.data + out.size - 19, ",seen,polls,missing");
	buf_reset(&out);
	export_csv(&out, &d, true);
	assert_int_equal(commas(out.data), device_nfields + 3);
	assert_memory_equal(out.data, "a-1,0,IP232,,", 13);
	assert_string_equal(out.data + out.size - 6, ",5,7,1");
	assert_non_null(strstr(out.data, ",\"'=1+1\","));
}

static struct state answered(void)
{
	static struct state_show list[] = {
	    {"admin", "admin", "Name, full", "=x", NULL},
	    {"admin", "admin", "Name, full", NULL, "no \"such\" thing"},
	    {"admin", "admin", "", "", NULL},
	};
	return (struct state){.shows = list, .nshows = COUNT(list)};
}

static void titles_differ(void **state)
{
	(void)state;
	export_shows_head(&shows, &out);
	assert_string_equal(out.data, ",\"admin: Name, full\",\"admin: Name, full (2)\","
				      "admin: /state/z,other: One");
}

static void values(void **state)
{
	(void)state;
	struct state s = answered();
	export_shows_csv(&shows, &s, &out);
	assert_string_equal(out.data, ",\"'=x\",\"error: no \"\"such\"\" thing\",,");
	buf_reset(&out);
	export_shows_json(&shows, &s, &out);
	assert_string_equal(out.data,
	    ", \"admin: Name, full\": \"=x\", "
	    "\"admin: Name, full (2)\": {\"error\": \"no \\\"such\\\" thing\"}, "
	    "\"admin: /state/z\": \"\", \"other: One\": null");
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(fields),
	    T(titles_differ),
	    T(values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
