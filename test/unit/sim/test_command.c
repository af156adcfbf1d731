/* SPDX-License-Identifier: ISC */
/*
 * sim/command: each command of the table, what it does to a device and what it wants from the network.
 *
 * A case is a reply of a few lines; transfers are answered at once. What they were stands in `wants`,
 * "GET http://…", and one name of the device's configuration or variables is looked at afterwards.
 */
#include "tools/sim/command.h"

#include "test/unit/helpers.h"

#define HOUR 12
#define AGE 30 /* minutes */

struct test {
	const char *lines; /* with '\n' between them */
	const char *wants;
	const char *name, *value; /* "UP1 /poll" is configuration, "A/B" a variable; NULL: none */
	unsigned bad;
};

static const struct test cases[] = {
    {"config add CMD0 /name a b", "", "CMD0 /name", "a b", 0},
    {"config add PHONE SIG /prot SIP", "", "PHONE SIG /prot", "SIP", 0},
    {"config add CMD0 /flag", "", "CMD0 /flag", "", 0}, {"config add CMD0", "", NULL, NULL, 1},
    {"config add CMD0 name", "", NULL, NULL, 1}, {"config add /name x", "", NULL, NULL, 1},

    {"config rem CMD0 /name", "", "CMD0 /name", NULL, 0},
    {"config rem CMD0 /none", "", NULL, NULL, 0},
    {"config rem CMD0 /name x", "", "CMD0 /name", "Lab+1", 1},
    {"config rem /name x", "", NULL, NULL, 1},

    {"config change CMD0 /a 1 2 /b", "", "CMD0 /a", "1 2", 0},
    {"config change CMD0 /a 1 2 /b", "", "CMD0 /b", "", 0},
    {"config change CMD0 /a 1 2 /b", "", "CMD0 /name", NULL, 0},
    {"config change CMD0", "", "CMD0 /name", NULL, 0}, {"config change /a 1", "", NULL, NULL, 1},
    {"config change", "", NULL, NULL, 1},

    {"config write", "", NULL, NULL, 0}, {"config write now", "", NULL, NULL, 1},

    {"config change UP1 /poll 5\nconfig activate", "", "UP1 /poll", "5", 0},
    {"config change UP1 /poll never\nconfig activate", "", NULL, NULL, 1},
    {"config activate now", "", NULL, NULL, 1},

    {"vars create A/B p hello world", "", "A/B", "hello world", 0},
    {"vars create A/B pc", "", "A/B", "pc", 0}, {"vars create A/B q hello", "", "A/B", NULL, 1},
    {"vars create A/B", "", "A/B", NULL, 1},

    {"vars create A/B p 1\nvars del A/B", "", "A/B", NULL, 0}, {"vars del A/B", "", NULL, NULL, 0},
    {"vars del", "", NULL, NULL, 1},

    {"vars read A/B", "", NULL, NULL, 0}, {"vars read", "", NULL, NULL, 1},

    {"mod cmd UP0 prot http://f/#t.bin ser 4711", "GET http://f/IP232.bin", "UPDATE/PROT", "4711",
	0},
    {"mod cmd UP0 prot http://f/ ser 4711", "GET http://f/ip232.bin", "UPDATE/PROT", "4711", 0},
    {"mod cmd UP0 prot http://f/a ser 1\nmod cmd UP0 prot http://f/a ser 1", "GET http://f/a",
	"UPDATE/PROT", "1", 0},
    {"mod cmd UP0 prot http://f/a config%20write 1", "GET http://f/a", "UPDATE/PROT", "1", 1},
    {"mod cmd UP0 prot http://f/a ser", "", "UPDATE/PROT", NULL, 1},

    {"mod cmd UP0 boot http://f/ iresetn 4712", "GET http://f/boot232.bin", "UPDATE/BOOT", "4712",
	0},
    {"mod cmd UP0 boot http://f/ iresetn 4712 x", "", "UPDATE/BOOT", NULL, 1},

    {"mod cmd UP0 scfg http://b/#h.txt", "PUT http://b/IP232-00-00-07.txt # config", "UPDATE/SCFG",
	NULL, 0},
    {"mod cmd UP0 scfg http://b/ ser 5", "PUT http://b/ # config", "UPDATE/SCFG", "5", 0},
    {"mod cmd UP0 scfg http://q/ ser 5 mod%20cmd%20FOO", "PUT http://q/ <info/>", "UPDATE/SCFG",
	"5", 0},
    {"mod cmd UP0 scfg http://q/ ser 5 /always mod%20cmd%20FOO", "PUT http://q/ <info/>",
	"UPDATE/SCFG", NULL, 0},
    {"mod cmd UP0 scfg http://b/ ser 5\nmod cmd UP0 scfg http://b/ ser 5", "PUT http://b/ # config",
	"UPDATE/SCFG", "5", 0},
    {"mod cmd UP0 scfg http://q/ ser 5 vars%2", "", "UPDATE/SCFG", NULL, 1},
    {"mod cmd UP0 scfg http://q/ ser", "", NULL, NULL, 1},
    {"mod cmd UP0 scfg http://q/ ser 5 cmd more", "", NULL, NULL, 1},
    {"mod cmd UP0 scfg", "", NULL, NULL, 1},

    {"mod cmd UP1 check ser 99", "", "UPDATE/CHECK", "99", 0},
    {"mod cmd UP1 check ser 99\nvars create A/B p 1", "", "A/B", "1", 0},
    {"mod cmd UP1 check ser 99\nmod cmd UP1 check ser 99\nvars create A/B p 1", "", "A/B", NULL, 0},
    {"mod cmd UP1 check nonsense 99", "", "UPDATE/CHECK", "99", 1},
    {"mod cmd UP1 check ser", "", "UPDATE/CHECK", NULL, 1},

    {"mod cmd UP1 times /allow 12\nvars create A/B p 1", "", "A/B", "1", 0},
    {"mod cmd UP1 times /allow 22,12,23\nvars create A/B p 1", "", "A/B", "1", 0},
    {"mod cmd UP1 times /allow 22,23\nvars create A/B p 1", "", "A/B", NULL, 0},
    {"mod cmd UP1 times /allow 22 /initial 31\nvars create A/B p 1", "", "A/B", "1", 0},
    {"mod cmd UP1 times /allow 22 /initial 30\nvars create A/B p 1", "", "A/B", NULL, 0},
    {"mod cmd UP1 times\nvars create A/B p 1", "", "A/B", "1", 0},
    {"mod cmd UP1 times /allow 24\nvars create A/B p 1", "", "A/B", "1", 1},
    {"mod cmd UP1 times /allow 1,,2", "", NULL, NULL, 1},
    {"mod cmd UP1 times /allow 00012", "", NULL, NULL, 1},
    {"mod cmd UP1 times /initial soon", "", NULL, NULL, 1},

    {"mod cmd UP1 provision 30", "", "UP1 /provision", NULL, 0},
    {"mod cmd UP1 provision 86401", "", NULL, NULL, 1},
    {"mod cmd UP1 provision", "", NULL, NULL, 1},

    {"vars create X509/REQUESTERROR p x\nmod cmd X509 servercert-create /dn-cn phone", "",
	"X509/REQUESTERROR", NULL, 0},
    {"mod cmd X509 servercert-create /dn-cn %2", "", "X509/REQUEST", NULL, 1},

    {"iresetn", "", NULL, NULL, 0}, {"iresetn now", "", NULL, NULL, 1}, {"ser", "", NULL, NULL, 0},

    {"# a comment\n\n  ser", "", NULL, NULL, 0}, {"reset", "", NULL, NULL, 1},
    {"SER", "", NULL, NULL, 1}, {"mod cmd UP0", "", NULL, NULL, 1}, {"config", "", NULL, NULL, 1},
    {"nonsense\nvars create A/B p 1", "", "A/B", "1", 1}, /* the next one is executed */
};

static void add_want(const struct script *s, enum script_want want, struct buf *out)
{
	if (out->size)
		buf_adds(out, ", ");
	buf_addf(out, want == SCRIPT_GET ? "GET %s" : "PUT %s", buf_text(&s->url));
	/* Of a body the first line. */
	if (want == SCRIPT_PUT)
		buf_addf(
		    out, " %.*s", (int)strcspn(buf_text(&s->body), "\r\n"), buf_text(&s->body));
}

static void execute(struct script *s, struct buf *wants)
{
	for (enum script_want want; (want = script_run(s)) != SCRIPT_END;) {
		add_want(s, want, wants);
		script_answered(s, true);
	}
}

static const char *value_of(const struct device *d, const char *name)
{
	return strchr(name, ' ') ? pairs_get(&d->config, name) : device_var(d, name);
}

static void check_case(const struct test *c, struct script_counts *counts)
{
	struct device d;
	struct script s = {0};
	struct buf reply = {0}, wants = {0};
	uint64_t bad = counts->bad;
	device_init(&d, 7, "IP232", "http://h/");
	buf_addf(&reply, "%s\n", c->lines);
	script_start(&s, &d, (struct script_time){HOUR, AGE}, counts, &reply);
	execute(&s, &wants);
	const char *value = c->name ? value_of(&d, c->name) : NULL;
	bool same = value && c->value ? strcmp(value, c->value) == 0 : value == c->value;
	if (!same || counts->bad - bad != c->bad || strcmp(buf_text(&wants), c->wants) != 0)
		fail_msg("%s\n  %s is %s; wanted: %s; %d bad", c->lines, c->name ? c->name : "",
		    value ? value : "not there", buf_text(&wants), (int)(counts->bad - bad));
	script_free(&s);
	device_free(&d);
	buf_free(&reply);
	buf_free(&wants);
}

static void every_command(void **state)
{
	(void)state;
	static struct script_counts counts;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_case(&cases[i], &counts);
	for (size_t i = 0; command_name(i); i++) {
		if (counts.commands[i] == 0)
			fail_msg("no case has \"%s\"", command_name(i));
	}
}

static struct words words_of(char *line)
{
	struct words w;
	assert_true(words_split(line, &w));
	return w;
}

static void what_follows(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum command_then then;
	} rows[] = {
	    {"ser", COMMAND_NEXT},
	    {"mod cmd UP0 prot http://f/ ser 1", COMMAND_GET},
	    {"mod cmd UP0 scfg http://b/", COMMAND_PUT},
	    {"mod cmd UP1 times /allow 0", COMMAND_STOP},
	    {"nonsense", COMMAND_BAD},
	    {"", COMMAND_BAD},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct script_counts counts = {0};
		struct device d;
		struct script s = {.device = &d, .counts = &counts, .time = {HOUR, AGE}};
		char line[64];
		snprintf(line, sizeof line, "%s", rows[i].line);
		struct words w = words_of(line);
		device_init(&d, 7, "IP232", "http://h/");
		assert_int_equal(command_run(&s, &w), rows[i].then);
		script_free(&s);
		device_free(&d);
	}
}

static void provision_changes_the_wait(void **state)
{
	(void)state;
	struct script_counts counts = {0};
	struct device d;
	struct script s = {.device = &d, .counts = &counts};
	device_init(&d, 7, "IP232", "http://h/");
	script_line(&s, "mod cmd UP1 provision 30");
	assert_int_equal(device_wait(&d), 30);
	assert_true(s.fast);
	script_line(&s, "mod cmd UP1 provision 0");
	assert_int_equal(device_wait(&d), 900);
	script_free(&s);
	device_free(&d);
}

/* A new command file URL counts from `config activate` on, marks and all. */
static void the_url_is_rewritten(void **state)
{
	(void)state;
	struct script_counts counts = {0};
	struct device d;
	struct script s = {.device = &d, .counts = &counts};
	struct buf url = {0};
	device_init(&d, 7, "IP232", "http://h/u");
	script_line(&s, "config change UP1 /url http%3A%2F%2Fnew%2Fu%3Fsn%3D#m%26phase%3Dx");
	assert_true(s.rewrote);
	device_poll_url(&d, &url);
	assert_string_equal(buf_text(&url), "http://h/u");
	script_line(&s, "config activate");
	buf_reset(&url);
	device_poll_url(&d, &url);
	assert_string_equal(buf_text(&url), "http://new/u?sn=00-90-33-00-00-07&phase=x");
	assert_int_equal(counts.bad, 0);
	buf_free(&url);
	script_free(&s);
	device_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_command),
	    cmocka_unit_test(what_follows),
	    cmocka_unit_test(provision_changes_the_wait),
	    cmocka_unit_test(the_url_is_rewritten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
