/* SPDX-License-Identifier: ISC */
/* base/opt: what a command line means by a table, and what is said when it means nothing. */
#include "base/opt.h"
#include "base/version.h"

#include "test/unit/argv.h"
#include "test/unit/helpers.h"

enum { MAKE = 1, SHOW = 2 };

struct options {
	const char *dir;
	long count, unset;
	double speed;
	struct opt_list names, hosts;
	bool json, quiet;
};

#define AT(field) offsetof(struct options, field)
static const struct opt rows[] = {
    {"dir", OPT_TEXT, AT(dir), "DIR", .commands = MAKE | SHOW, .help = "the folder",
	.otherwise = "that of $HOME"},
    {"count", OPT_NUMBER, AT(count), "N", .min = 1, .max = 64, .normal = "25", .commands = MAKE,
	.help = "how many"},
    {"speed", OPT_FRACTION, AT(speed), "F", .min = 0.5, .max = 1e6, .commands = MAKE,
	.help = "how fast"},
    {"names", OPT_LIST, AT(names), "LIST", .max = 3, .between = ',', .normal = "a,b",
	.commands = MAKE, .help = "who"},
    {"host", OPT_LIST, AT(hosts), "HOST", .max = 2, .normal = "here", .commands = MAKE,
	.help = "where"},
    {"json", OPT_FLAG, AT(json), .commands = SHOW, .letter = 'j', .help = "as JSON"},
    {"quiet", OPT_FLAG, AT(quiet), .commands = MAKE | SHOW, .help = "say nothing"},
};
static const struct opt_table table = {rows, COUNT(rows), 2};

static bool parse(
    const char *text, struct argv *a, struct options *o, struct opt_line *line, struct err *e)
{
	argv_split(a, text);
	*o = (struct options){.unset = -1};
	return opt_parse(&table, a->count, a->word, o, line, e);
}

static const char *joined(const struct opt_list *l)
{
	static char text[256];
	text[0] = '\0';
	for (size_t i = 0; i < l->count; i++) {
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "", l->items[i]);
	}
	return text;
}

static void defaults(void **state)
{
	(void)state;
	struct argv a;
	struct options o;
	struct opt_line line;
	assert_true(parse("", &a, &o, &line, NULL));
	assert_null(o.dir);
	assert_int_equal(o.count, 25);
	assert_int_equal(o.unset, -1); /* no row is about it */
	assert_string_equal(joined(&o.names), "a b");
	assert_string_equal(joined(&o.hosts), "here");
	assert_false(o.json || o.quiet);
	assert_int_equal(line.nwords, 0);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_false(line.given[i]);
	opt_free(&table, &o);
	assert_null(o.names.items);
}

static void values(void **state)
{
	(void)state;
	static const struct {
		const char *line, *dir;
		long count;
		double speed;
		const char *names, *hosts, *words;
		bool json;
	} cases[] = {
	    {"--dir x --count 7", "x", 7, 0, "a b", "here", "", false},
	    {"--dir=x --count=007", "x", 7, 0, "a b", "here", "", false},
	    {"--count 64 --count 1", NULL, 1, 0, "a b", "here", "", false},
	    {"--speed 0.5", NULL, 25, 0.5, "a b", "here", "", false},
	    {"--speed 1000000", NULL, 25, 1e6, "a b", "here", "", false},
	    {"--speed .75", NULL, 25, 0.75, "a b", "here", "", false},
	    {"--names x", NULL, 25, 0, "x", "here", "", false},
	    {"--names x,y,z", NULL, 25, 0, "x y z", "here", "", false},
	    {"--names x,y --names z", NULL, 25, 0, "z", "here", "", false},
	    {"--host x", NULL, 25, 0, "a b", "x", "", false},
	    {"--host x --host=y,z", NULL, 25, 0, "a b", "x y,z", "", false},
	    {"show --json", NULL, 25, 0, "a b", "here", "show", true},
	    {"--json show", NULL, 25, 0, "a b", "here", "show", true},
	    {"--dir x show --json y", "x", 25, 0, "a b", "here", "show y", true},
	    {"-- --json", NULL, 25, 0, "a b", "here", "--json", false},
	    {"--dir x -- y --json", "x", 25, 0, "a b", "here", "y --json", false},
	    {"--json -- -x --", NULL, 25, 0, "a b", "here", "-x --", true},
	    {"- x", NULL, 25, 0, "a b", "here", "- x", false},
	    {"--dir --json", "--json", 25, 0, "a b", "here", "", false},
	    {"--dir -- x", "--", 25, 0, "a b", "here", "x", false},
	    {"--dir=a=b", "a=b", 25, 0, "a b", "here", "", false},
	    {"-j", NULL, 25, 0, "a b", "here", "", true},
	    {"show -j", NULL, 25, 0, "a b", "here", "show", true},
	    {"-- -j", NULL, 25, 0, "a b", "here", "-j", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct argv a;
		struct options o;
		struct opt_line line;
		struct err e = {""};
		char said[64] = "";
		if (!parse(cases[i].line, &a, &o, &line, &e))
			fail_msg("%s: %s", cases[i].line, e.text);
		for (size_t k = 0; k < line.nwords; k++) {
			strcat(said, k ? " " : "");
			strcat(said, line.words[k]);
		}
		assert_string_equal(o.dir ? o.dir : "none", cases[i].dir ? cases[i].dir : "none");
		assert_int_equal(o.count, cases[i].count);
		assert_true(o.speed == cases[i].speed);
		assert_string_equal(joined(&o.names), cases[i].names);
		assert_string_equal(joined(&o.hosts), cases[i].hosts);
		assert_string_equal(said, cases[i].words);
		assert_int_equal(o.json, cases[i].json);
		opt_free(&table, &o);
	}
}

static void wrong_use(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"--dri x", "there is no option --dri; did you mean --dir?"},
	    {"--jsn=1", "there is no option --jsn; did you mean --json?"},
	    {"--unheard-of", "there is no option --unheard-of; see --help"},
	    {"--DIRECTORY", "there is no option --DIRECTORY; see --help"},
	    {"--di", "there is no option --di; did you mean --dir?"},
	    {"--=x", "there is no option --; see --help"},
	    {"-h", "there is no option -h; see --help"},
	    {"-jj", "there is no option -jj; see --help"},
	    {"-j=1", "there is no option -j; see --help"},
	    {"--j", "there is no option --j; see --help"},
	    {"-dir x", "there is no option -dir; did you mean --dir?"},
	    {"---dir x", "there is no option ---dir; did you mean --dir?"},
	    {"--json=yes", "--json takes no value"},
	    {"--json=", "--json takes no value"},
	    {"--dir", "--dir needs a value: --dir DIR"},
	    {"--dir=", "--dir needs a value: --dir DIR"},
	    {"show --names", "--names needs a value: --names LIST"},
	    {"--names=", "--names needs a value: --names LIST"},
	    {"--host=", "--host needs a value: --host HOST"},
	    {"--count=", "--count must be a whole number from 1 to 64, not \"\""},
	    {"--count 0", "--count must be a whole number from 1 to 64, not \"0\""},
	    {"--count 65", "--count must be a whole number from 1 to 64, not \"65\""},
	    {"--count -1", "--count must be a whole number from 1 to 64, not \"-1\""},
	    {"--count 1.5", "--count must be a whole number from 1 to 64, not \"1.5\""},
	    {"--speed=", "--speed must be a number from 0.5 to 1000000, not \"\""},
	    {"--speed 0.49", "--speed must be a number from 0.5 to 1000000, not \"0.49\""},
	    {"--speed 1000001", "--speed must be a number from 0.5 to 1000000, not \"1000001\""},
	    {"--speed +1", "--speed must be a number from 0.5 to 1000000, not \"+1\""},
	    {"--speed 1e3", "--speed must be a number from 0.5 to 1000000, not \"1e3\""},
	    {"--speed 0x9", "--speed must be a number from 0.5 to 1000000, not \"0x9\""},
	    {"--speed inf", "--speed must be a number from 0.5 to 1000000, not \"inf\""},
	    {"--speed nan", "--speed must be a number from 0.5 to 1000000, not \"nan\""},
	    {"--speed 1.2.3", "--speed must be a number from 0.5 to 1000000, not \"1.2.3\""},
	    {"--speed .", "--speed must be a number from 0.5 to 1000000, not \".\""},
	    {"--names a,,b", "--names: \"a,,b\" has an empty part in it"},
	    {"--names ,a", "--names: \",a\" has an empty part in it"},
	    {"--names a,", "--names: \"a,\" has an empty part in it"},
	    {"--names a,b,c,d", "--names may have 3 values, not more"},
	    {"--host a --host b --host c", "--host may have 2 values, not more"},
	    {"a b c", "\"c\" is one word too many; options begin with --, see --help"},
	    {"a -- b --json", "\"--json\" is one word too many; options begin with --, see --help"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct argv a;
		struct options o;
		struct opt_line line;
		struct err e = {""};
		if (parse(cases[i][0], &a, &o, &line, &e))
			fail_msg("%s: was accepted", cases[i][0]);
		assert_string_equal(e.text, cases[i][1]);
		opt_free(&table, &o);
	}
}

static void a_word_longer_than_any_message(void **state)
{
	(void)state;
	static char word[4096];
	struct options o = {0};
	struct opt_line line;
	struct err e = {""};
	char name[] = "program";
	char *argv[] = {name, word, NULL};
	memset(word, 'x', sizeof word - 1);
	memcpy(word, "--", 2);
	assert_false(opt_parse(&table, 2, argv, &o, &line, &e));
	assert_non_null(strstr(e.text, "there is no option --xxxx"));
	opt_free(&table, &o);
}

static void no_words_at_all(void **state)
{
	(void)state;
	struct options o = {0};
	struct opt_line line;
	char *argv[] = {NULL};
	assert_true(opt_parse(&table, 0, argv, &o, &line, NULL));
	opt_free(&table, &o);
}

static void options_of_other_commands(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		unsigned command;
		const char *misplaced;
	} cases[] = {
	    {"--dir x --quiet", SHOW, NULL}, {"--dir x --quiet", MAKE, NULL},
	    {"--json", SHOW, NULL}, {"--json", MAKE, "json"}, {"--host x --count 3", SHOW, "count"},
	    {"", SHOW, NULL}, /* a default was not given */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct argv a;
		struct options o;
		struct opt_line line;
		assert_true(parse(cases[i].line, &a, &o, &line, NULL));
		const char *name = opt_misplaced(&table, &line, cases[i].command);
		assert_string_equal(
		    name ? name : "none", cases[i].misplaced ? cases[i].misplaced : "none");
		opt_free(&table, &o);
	}
}

/* As a file says it: by name, a flag as yes or no, a list value by value. */
static void from_elsewhere(void **state)
{
	(void)state;
	struct options o = {0};
	struct err e = {""};
	static const struct {
		const char *name, *text, *wrong;
	} cases[] = {
	    {"dir", "/x", NULL},
	    {"count", "7", NULL},
	    {"host", "a", NULL},
	    {"host", "b", NULL},
	    {"host", "c", "--host may have 2 values"},
	    {"json", "yes", NULL},
	    {"json", "no", NULL},
	    {"quiet", "yes", NULL},
	    {"json", "on", "--json must be yes or no, not \"on\""},
	    {"count", "0", "--count must be a whole number"},
	    {"dir", "", "--dir needs a value"},
	};
	bool given[COUNT(rows)] = {false};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct opt *row = opt_find(&table, cases[i].name);
		bool ok = opt_set(row, &o, &given[row - rows], cases[i].text, &e);
		if (ok != !cases[i].wrong || (!ok && !strstr(e.text, cases[i].wrong)))
			fail_msg("%s %s: %s", cases[i].name, cases[i].text, e.text);
	}
	assert_int_equal(o.count, 7);
	assert_string_equal(joined(&o.hosts), "a b");
	assert_false(o.json);
	assert_true(o.quiet);
	assert_null(opt_find(&table, "hos"));
	opt_free(&table, &o);
}

static void a_copy(void **state)
{
	(void)state;
	struct argv a;
	struct options o, copy;
	struct opt_line line;
	bool given = false;
	assert_true(parse("--host x --host y --dir d", &a, &o, &line, NULL));
	copy = o;
	opt_copy(&table, &copy);
	assert_true(opt_set(opt_find(&table, "host"), &copy, &given, "z", NULL));
	assert_string_equal(joined(&copy.hosts), "z");
	assert_string_equal(joined(&copy.names), "a b");
	assert_string_equal(joined(&o.hosts), "x y");
	assert_ptr_equal(copy.dir, o.dir);
	opt_free(&table, &copy);
	assert_string_equal(joined(&o.names), "a b");
	opt_free(&table, &o);
}

static void help(void **state)
{
	(void)state;
	struct buf out = {0};
	opt_help(&table, SHOW, &out);
	assert_string_equal(buf_text(&out),
	    "  --dir DIR                 the folder (that of $HOME)\n"
	    "  -j, --json                as JSON\n"
	    "  --quiet                   say nothing\n");
	buf_reset(&out);
	opt_help(&table, 0, &out); /* all */
	assert_non_null(strstr(buf_text(&out), "  --count N                 how many (25)\n"));
	assert_non_null(strstr(buf_text(&out), "  --names LIST              who (a,b)\n"));
	assert_non_null(strstr(buf_text(&out), "--json"));
	buf_free(&out);
}

static void version(void **state)
{
	(void)state;
	struct buf out = {0};
	opt_version("program", &out);
	assert_string_equal(buf_text(&out), "program " ROLLCALL_VERSION "\n");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(values),
	    cmocka_unit_test(wrong_use),
	    cmocka_unit_test(a_word_longer_than_any_message),
	    cmocka_unit_test(no_words_at_all),
	    cmocka_unit_test(options_of_other_commands),
	    cmocka_unit_test(from_elsewhere),
	    cmocka_unit_test(a_copy),
	    cmocka_unit_test(help),
	    cmocka_unit_test(version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
