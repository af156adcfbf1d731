/* SPDX-License-Identifier: ISC */
/* sim/answer: what a device says when it is asked. */
#include "tools/sim/answer.h"

#include "tools/sim/config.h"

#include "test/unit/helpers.h"

#define ADMIN "mod%20cmd%20CMD0%20xml-info"
#define MEDIA "mod%20cmd%20MEDIA%20xml-info"
#define REGISTRATION "mod%20cmd%20PHONE%2FUSER%20phone-regs%20%2Fcmd%20phone-regs"
#define NO_TEXT "%FF+x"

struct test {
	const char *type, *command;
	const char *set[3][2]; /* settings before */
	const char *answer;
};

static const struct test cases[] = {
    {"IP232", ADMIN, {{NULL}},
	"<info name=\"Lab 1\" type=\"IP232\" sn=\"00-90-33-00-00-07\" ip=\"10.0.0.8\">"
	"<sys version=\"14r1 IP232[100000], Bootcode[100000], Hardware[404]\" "
	"hwid=\"IP232-00-00-07\" uptime=\"0d0h0m\"/></info>"},
    {"IP232", MEDIA, {{NULL}},
	"<info stun=\"\" turn=\"\" turn-user=\"\"><nat result=\"unknown\" public-addr=\"\"/></info>"},
    {"IP232", MEDIA, {{"MEDIA /stun", "s.example"}, {"MEDIA /turn-user", "%22a%26b%22"}},
	"<info stun=\"s.example\" turn=\"\" turn-user=\"&#34;a&#38;b&#34;\">"
	"<nat result=\"symmetric\" public-addr=\"203.0.113.8\"/></info>"},
    {"IP232", MEDIA, {{"MEDIA /stun", "%3Cs%0A%3E"}, {"MEDIA /turn", NO_TEXT}},
	"<info stun=\"&#60;s&#32;&#62;\" turn=\"\" turn-user=\"\">"
	"<nat result=\"symmetric\" public-addr=\"203.0.113.8\"/></info>"},
    {"IP232", REGISTRATION, {{NULL}},
	"<info><reg id=\"0\" state=\"down\" prot=\"H323\" h323=\"ext107\" e164=\"107\" gk-addr=\"\" "
	"gk-id=\"\"/></info>"},
    {"IP232", REGISTRATION, {{"PHONE SIG /gk-addr", "pbx.example"}, {"PHONE SIG /gk-id", "x"}},
	"<info><reg id=\"0\" state=\"up\" prot=\"H323\" h323=\"ext107\" e164=\"107\" "
	"gk-addr=\"pbx.example\" gk-id=\"x\"/></info>"},
    {"IP6010", REGISTRATION, {{NULL}}, "<info/>"},
    {"IP232", "mod%20cmd%20X509%20xml-info", {{NULL}},
	"<info><servercert><certificate subject_cn=\"IP232-00-00-07\" issuer_cn=\"IP232-00-00-07\" "
	"not_before=\"01.01.2010 00:00:00\" not_after=\"01.01.2036 00:00:00\"/></servercert>"
	"<requests></requests></info>"},
    {"IP232", "mod%20cmd%20NEW0%20xml-info", {{NULL}}, "<info/>"},
    {"IP232", "", {{NULL}}, "<info/>"},
    {"IP232", "vars%20read%20A%2FB", {{NULL}}, "A/B p 1\r\n"},
    {"IP232", "vars%20read%20A%2FC", {{NULL}}, ""},
    {"IP232", "mod%2", {{NULL}}, NULL},
};

static void answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d;
		struct buf out = {0};
		device_init(&d, 7, cases[i].type, "http://h/");
		pairs_set(&d.vars, "A/B", "p 1");
		for (size_t k = 0; cases[i].set[k][0]; k++)
			config_set(&d, cases[i].set[k][0], cases[i].set[k][1]);
		bool fine = answer(&d, cases[i].command, &out);
		if (fine != (cases[i].answer != NULL) ||
		    (fine && strcmp(buf_text(&out), cases[i].answer) != 0))
			fail_msg("%s: %s", cases[i].command, buf_text(&out));
		buf_free(&out);
		device_free(&d);
	}
}

/* What is loaded, and for how long it runs. */
static void later(void **state)
{
	(void)state;
	struct device d;
	struct buf out = {0};
	device_init(&d, 7, "IP232", "http://h/");
	config_set(&d, "CMD0 /name", "Caf%C3%A9+%3C2%3E");
	device_set_own(&d, "PROT", "125678");
	device_set_own(&d, "BOOT", "1\"2");
	d.polls = 104;
	assert_true(answer(&d, ADMIN, &out));
	assert_non_null(strstr(buf_text(&out), "<info name=\"Caf\xc3\xa9 &#60;2&#62;\""));
	assert_non_null(strstr(buf_text(&out), "IP232[125678], Bootcode[1&#34;2]"));
	assert_non_null(strstr(buf_text(&out), "uptime=\"1d1h45m\""));
	buf_free(&out);
	device_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
