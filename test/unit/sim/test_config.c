/* SPDX-License-Identifier: ISC */
/*
 * sim/config: what a configuration looks like, when it is another one, and when it is not.
 *
 * The lines that change by themselves are looked for as spec §9 has them, in words of this test: it
 * knows nothing of the server.
 */
#include "tools/sim/config.h"

#include "base/text.h"

#include "test/unit/helpers.h"

#define URL "http://h/u"

static bool is_volatile(const char *line)
{
	static const char *const starts[] = {
	    "vars create UPDATE/", "vars create TLS0/TICKET/", "config change UP1 /"};
	const char *type = strstr(line, ")(type=");
	for (size_t i = 0; i < COUNT(starts); i++) {
		if (!strncmp(line, starts[i], strlen(starts[i])))
			return true;
	}
	return !strncmp(line, "mod cmd FLASHDIR0 add-item ", 27) && type && strstr(type, "(info=");
}

/* The lines that count, or those that do not. Checks each. */
static unsigned lines_of(const struct device *d, bool volatiles, struct buf *out)
{
	struct buf text = {0};
	unsigned count = 0;
	config_print(d, &text);
	char *line = text.data;
	while (*line) {
		char *end = strstr(line, "\r\n");
		assert_non_null(end);
		*end = '\0';
		assert_true(*line && !strpbrk(line, "\r\n$"));
		if (is_volatile(line) == volatiles) {
			buf_addf(out, "%s\n", line);
			count++;
		}
		line = end + 2;
	}
	buf_free(&text);
	return count;
}

static void assert_same(const struct device *a, const struct device *b, bool volatiles, bool same)
{
	struct buf x = {0}, y = {0};
	lines_of(a, volatiles, &x);
	lines_of(b, volatiles, &y);
	if (!strcmp(buf_text(&x), buf_text(&y)) != same)
		fail_msg("%s\n---\n%s", buf_text(&x), buf_text(&y));
	buf_free(&x);
	buf_free(&y);
}

static const char *const types[] = {"IP232", "IP6010"};

static void as_delivered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct device a, b;
		struct buf text = {0};
		device_init(&a, 7, types[i], URL);
		device_init(&b, 7, types[i], URL);
		assert_same(&a, &b, false, true);
		assert_same(&a, &b, true, true);
		assert_in_range(lines_of(&a, false, &text), 38, 100);
		assert_true(text_starts(buf_text(&text), "# config\n"));
		assert_non_null(strstr(buf_text(&text),
		    i ? "\nconfig change TEL1 /mode nt" : "\nconfig change PHONE USER0 /e164 107"));
		assert_non_null(
		    strstr(buf_text(&text), "\nconfig change ETH0 /addr 10.0.0.8 /mask"));
		assert_null(strstr(buf_text(&text), i ? "PHONE USER0" : "TEL1"));
		assert_true(a.config.count <= 5); /* nothing of it has been copied */
		b.number = 8;
		assert_same(&a, &b, false, false);
		buf_free(&text);
		device_free(&a);
		device_free(&b);
	}
}

/* Setting an option to what it is changes neither the text nor the sum. */
static void as_it_was(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"NTP0 /interval", "1440"}, {"ETH0 /addr", "10.0.0.8"}, {"ETH0 LLDP /on", ""}};
	struct device a, b;
	device_init(&a, 7, "IP232", URL);
	device_init(&b, 7, "IP232", URL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(config_set(&a, cases[i][0], cases[i][1]));
		assert_string_equal(pairs_get(&a.config, cases[i][0]), cases[i][1]);
		assert_same(&a, &b, false, true);
		assert_true(device_sum(&a) == device_sum(&b));
	}
	device_free(&a);
	device_free(&b);
}

/* Whichever way it came to the same settings, it is the same. */
static void changes(void **state)
{
	(void)state;
	struct device a, b;
	device_init(&a, 7, "IP232", URL);
	device_init(&b, 7, "IP232", URL);
	config_set(&a, "NTP0 /addr", "ntp.example");
	assert_true(device_sum(&a) != device_sum(&b));
	assert_same(&a, &b, false, false);
	assert_string_equal(pairs_get(&a.config, "NTP0 /interval"), "1440"); /* came along */
	config_remove(&a, "NTP0 /interval");
	config_remove(&a, "NTP0 /tz");
	config_remove(&a, "NTP0 /none");
	config_clear(&b, "NTP0");
	assert_true(device_sum(&a) != device_sum(&b));
	config_set(&b, "NTP0 /addr", "ntp.example");
	assert_true(device_sum(&a) == device_sum(&b));
	assert_same(&a, &b, false, true);
	config_set(&a, "MEDIA /stun", "stun.example"); /* a module it did not have */
	assert_same(&a, &b, false, false);
	config_clear(&a, "MEDIA");
	config_clear(&a, "TEL1"); /* of a gateway */
	assert_same(&a, &b, false, true);
	assert_true(device_sum(&a) == device_sum(&b));
	device_free(&a);
	device_free(&b);
}

static void an_administrator(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct device d;
		struct buf now = {0};
		device_init(&d, 7, types[i], URL);
		lines_of(&d, false, &now);
		unsigned count = 0;
		for (int k = 0; k < 50; k++) {
			struct buf before = now;
			uint64_t sum = device_sum(&d);
			config_edit(&d);
			now = (struct buf){0};
			unsigned lines = lines_of(&d, false, &now);
			assert_true(k == 0 || lines == count); /* nothing is lost, nothing grows */
			count = lines;
			assert_true(device_sum(&d) != sum);
			assert_string_not_equal(buf_text(&now), buf_text(&before));
			buf_free(&before);
		}
		buf_free(&now);
		device_free(&d);
	}
}

static void what_changes_by_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct device a, b;
		struct buf text = {0};
		device_init(&a, 7, types[i], URL);
		device_init(&b, 7, types[i], URL);
		a.polls = 20;
		assert_same(&a, &b, true, false);
		device_set_own(&a, "CHECK", "1");
		pairs_set(&a.config, "UP1 /poll", "1");
		assert_same(&a, &b, false, true);
		assert_same(&a, &b, true, false);
		/* UP1, CHECK and its date, two tickets, the last five calls. */
		assert_int_equal(lines_of(&a, true, &text), i ? 5 : 10);
		buf_reset(&text);
		b.polls = a.polls;
		pairs_set(&a.vars, "X/Y", "p 1");
		assert_same(&a, &b, false, false);
		buf_free(&text);
		device_free(&a);
		device_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_delivered),
	    cmocka_unit_test(as_it_was),
	    cmocka_unit_test(changes),
	    cmocka_unit_test(an_administrator),
	    cmocka_unit_test(what_changes_by_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
