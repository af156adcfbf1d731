/* SPDX-License-Identifier: ISC */
/* sim/script: which replies are executed at all, transfers that fail, and when a device is settled. */
#include "tools/sim/script.h"

#include "test/unit/helpers.h"

static void replies(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size; /* 0: all of the text */
		const char *why;
	} cases[] = {
	    {"", 0, NULL},
	    {"\r\n", 0, NULL},
	    {"# x\r\nser\r\n", 0, NULL},
	    {"a\rb\r\n", 0, NULL},
	    {"ser\n", 0, "line 1 does not end in CRLF"},
	    {"ser\r\nser\n", 0, "line 2 does not end in CRLF"},
	    {"\n", 0, "line 1 does not end in CRLF"},
	    {"ser", 0, "line 1, the last, has no end"},
	    {"ser\r", 0, "line 1, the last, has no end"},
	    {"ser\r\nse", 0, "line 2, the last, has no end"},
	    {"s\0r\r\n", 5, "line 1 has a NUL in it"},
	    {"ser\r\n\0\r\n", 8, "line 2 has a NUL in it"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err e = {""};
		size_t n = cases[i].size ? cases[i].size : strlen(cases[i].text);
		/* Exact room: valgrind and ASan see a byte too many. */
		char *exact = malloc(n + !n);
		memcpy(exact, cases[i].text, n);
		assert_int_equal(script_check(exact, n, &e), !cases[i].why);
		if (cases[i].why && strncmp(e.text, cases[i].why, strlen(cases[i].why)) != 0)
			fail_msg("%zu: %s", i, e.text);
		free(exact);
	}
}

static void long_lines(void **state)
{
	(void)state;
	struct buf text = {0};
	struct err e;
	for (int i = 0; i < SCRIPT_LINE - 1; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\r\n");
	assert_true(script_check(text.data, text.size, &e));
	text.size = 0;
	for (int i = 0; i < SCRIPT_LINE; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\r\n");
	assert_false(script_check(text.data, text.size, &e));
	assert_string_equal(e.text, "line 1 is longer than 65536 bytes");
	buf_free(&text);
}

struct run {
	struct device d;
	struct script s;
	struct script_counts counts;
};

static void start(struct run *r, const char *text)
{
	struct buf reply = {0};
	buf_adds(&reply, text);
	script_start(&r->s, &r->d, (struct script_time){.hour = 12}, &r->counts, &reply);
	assert_true(reply.size == 0);
	buf_free(&reply);
}

static void open_run(struct run *r)
{
	*r = (struct run){0};
	device_init(&r->d, 7, "IP232", "http://h/u");
}

static void close_run(struct run *r)
{
	script_free(&r->s);
	device_free(&r->d);
}

/* A line of so many words that no command can have it is bad, and so is nothing else. */
static void too_many_words(void **state)
{
	(void)state;
	struct run r;
	struct buf text = {0};
	open_run(&r);
	buf_adds(&text, "config change CMD0 /name");
	for (int i = 0; i < WORDS_MAX; i++)
		buf_adds(&text, " x");
	buf_adds(&text, "\r\nser\r\n");
	start(&r, buf_text(&text));
	assert_int_equal(script_run(&r.s), SCRIPT_END);
	assert_int_equal(r.counts.bad, 1);
	assert_string_equal(pairs_get(&r.d.config, "CMD0 /name"), "Lab+1");
	buf_free(&text);
	close_run(&r);
}

static void a_transfer_that_fails(void **state)
{
	(void)state;
	struct run r;
	open_run(&r);
	start(&r, "mod cmd UP0 prot http://f/a config%20write 1\r\nvars create A/B p 1\r\n");
	assert_int_equal(script_run(&r.s), SCRIPT_GET);
	script_answered(&r.s, false);
	assert_null(device_own(&r.d, "PROT"));
	assert_int_equal(r.counts.bad, 0); /* the final command was not run */
	assert_int_equal(script_run(&r.s), SCRIPT_END);
	assert_string_equal(device_var(&r.d, "A/B"), "1"); /* what follows was */
	assert_false(script_settled(&r.s));
	close_run(&r);
}

static void one_script_after_the_other(void **state)
{
	(void)state;
	struct run r;
	open_run(&r);
	start(&r, "nonsense\r\nmod cmd UP1 provision 5\r\nmod cmd UP1 times /allow 0\r\nser\r\n");
	assert_int_equal(script_run(&r.s), SCRIPT_END);
	assert_true(r.s.failed && r.s.fast && r.s.held);
	start(&r, "ser\r\n");
	assert_false(r.s.failed || r.s.fast || r.s.held);
	assert_int_equal(script_run(&r.s), SCRIPT_END);
	close_run(&r);
}

static void settled(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool settled;
	} cases[] = {
	    {"", true},
	    {"# nothing to do\r\n", true},
	    {"ser\r\n", true},
	    {"config change CMD0 /name Lab+1\r\n", true}, /* as it was */
	    {"config change CMD0 /name x\r\n", false},
	    {"vars create A/B p 1\r\n", false},
	    {"vars create A/B p 1\r\nvars del A/B\r\n", true},
	    {"nonsense\r\n", false},
	    {"config change UP1 /url http%3A%2F%2Fh%2Fu /poll 15\r\n", false},
	    {"mod cmd UP1 provision 5\r\n", false},
	    {"mod cmd UP1 provision 0\r\n", true},
	    {"mod cmd UP1 times /allow 0\r\n", true}, /* nothing was held back */
	    {"mod cmd UP1 times /allow 0\r\n# end\r\n", true},
	    {"mod cmd UP1 times /allow 0\r\nser\r\n", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct run r;
		open_run(&r);
		start(&r, cases[i].text);
		assert_int_equal(script_run(&r.s), SCRIPT_END);
		if (script_settled(&r.s) != cases[i].settled)
			fail_msg("%s", cases[i].text);
		close_run(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies),
	    cmocka_unit_test(long_lines),
	    cmocka_unit_test(too_many_words),
	    cmocka_unit_test(a_transfer_that_fails),
	    cmocka_unit_test(one_script_after_the_other),
	    cmocka_unit_test(settled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
