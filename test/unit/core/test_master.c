/* SPDX-License-Identifier: ISC */
/* core/master: the builds in a master device's answer, and answers that are none. */
#include "core/master.h"

#include "base/buf.h"
#include "base/limits.h"

#include "test/unit/core/conf_fixture.h"

#include <libxml/parser.h>

#define INFO(version) "<info><sys version=\"" version "\"/></info>"

static void builds(void **state)
{
	(void)state;
	static const struct {
		const char *xml, *firmware, *bootcode;
	} cases[] = {
	    {INFO("12r1 sr8 IP6010[12.5678], Bootcode[125670], HW[600]"), "125678", "125670"},
	    {INFO("IP6010[1.2.3.4], Bootcode[5]"), "1234", "5"},
	    {INFO("IP6010[125678], Bootcode[12.5670]"), "125678", "125670"},
	    {INFO("IPVA[125678]"), "125678", ""},
	    {INFO("IPVA[125678], Bootcode[none], HW[1]"), "125678", ""},
	    {INFO("IPVA[125678], Bootcode[], HW[1]"), "125678", ""},
	    {INFO("IPVA[125678], Bootcode[1256"), "125678", ""},
	    {"<?xml version='1.0' encoding='ISO-8859-1'?><!-- c --><info><x/>text\n"
	     "<sys n='M\xfcnchen' version='&#73;P[1&#46;2]'/></info>",
		"12", ""},
	    {INFO("IP[1234567890123456789012345678901]"), "1234567890123456789012345678901", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct master m = {.bootcode = "old", .answered_at = 7, .problem = "p"};
		struct err e = {""};
		if (!master_parse(cases[i].xml, strlen(cases[i].xml), &m, &e))
			fail_msg("%s: %s", cases[i].xml, e.text);
		assert_string_equal(m.firmware, cases[i].firmware);
		assert_string_equal(m.bootcode, cases[i].bootcode);
		assert_int_equal(m.answered_at, 7);
	}
}

static void assert_refused(const char *bytes, size_t size, const char *why)
{
	struct master m = {.firmware = "1", .bootcode = "2", .answered_at = 3};
	const struct master before = m;
	struct err e = {""};
	assert_false(master_parse(bytes, size, &m, &e));
	if (!strstr(e.text, why))
		fail_msg("\"%s\" should say \"%s\"", e.text, why);
	assert_memory_equal(&m, &before, sizeof m);
}

static void what_is_no_answer(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"", "not well-formed"},
	    {"<html>401 Unauthorized", "not well-formed"},
	    {"<info>", "not well-formed"},
	    {INFO("IP[1]") "x", "not well-formed"},
	    {"<html/>", "not an <info> document"},
	    {"<info/>", "no info/sys/@version"},
	    {"<info><sys/></info>", "no info/sys/@version"},
	    {"<info><a><sys version='IP[1]'/></a></info>", "no info/sys/@version"},
	    {INFO(""), "names no firmware build"},
	    {INFO("IP6010 125678"), "names no firmware build"},
	    {INFO("IP6010[]"), "names no firmware build"},
	    {INFO("IP6010[...]"), "names no firmware build"},
	    {INFO("IP6010[125678"), "names no firmware build"},
	    {INFO("IP6010[12x]"), "names no firmware build"},
	    {INFO("IP6010[12 ser 13]"), "names no firmware build"},
	    {INFO("IP6010[1&#13;&#10;reset]"), "names no firmware build"},
	    {INFO("IP[12345678901234567890123456789012]"), "names no firmware build"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i][0], strlen(cases[i][0]), cases[i][1]);
	assert_refused("<info><sys version='a\0[1]'/></info>", 35, "not well-formed");
}

static void hostile_answers(void **state)
{
	(void)state;
	static const char doctype[] = "<!DOCTYPE info [<!ENTITY v 'IP[1]'>]>"
				      "<info><sys version='&v;'/></info>";
	static const char external[] = "<!DOCTYPE info SYSTEM 'file:///etc/passwd'>" INFO("IP[1]");
	static const char bomb[] =
	    "<!DOCTYPE info [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
	    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]>"
	    "<info>&d;&d;<sys version='&d;[1]'/></info>";
	assert_refused(doctype, sizeof doctype - 1, "DOCTYPE");
	assert_refused(external, sizeof external - 1, "DOCTYPE");
	assert_refused(bomb, sizeof bomb - 1, "the answer "); /* libxml2 may see it first */
}

static void too_large_and_too_deep(void **state)
{
	(void)state;
	struct buf b = {0};
	struct master m = {0};
	buf_adds(&b, INFO("IP[1]"));
	while (b.size < LIMIT_MASTER_INFO)
		buf_addc(&b, '\n');
	assert_true(master_parse(b.data, b.size, &m, NULL));
	buf_addc(&b, '\n');
	assert_refused(b.data, b.size, "larger than 65536 bytes");

	buf_reset(&b);
	for (int i = 0; i < 5000; i++)
		buf_adds(&b, "<info>");
	for (int i = 0; i < 5000; i++)
		buf_adds(&b, "</info>");
	assert_refused(b.data, b.size, "not well-formed");
	buf_free(&b);
}

static void who_is_asked(void **state)
{
	static const struct {
		const char *master;
		bool asked;
	} cases[] = {
	    {"", false},
	    {"info='http://m/box_info.xml'", true},
	    {"info='https://m/box_info.xml' firmware='none'", true},
	    {"info='http://m/box_info.xml' bootcode='none'", true},
	    {"info='http://m/box_info.xml' firmware='7' bootcode='firmware'", false},
	    {"info='none' firmware='7' bootcode='none'", false},
	    {"info=' None ' firmware='7' bootcode='none'", false},
	    {"info='' firmware='master'", false},
	};
	char xml[200];
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(xml, sizeof xml, "<master %s/>", cases[i].master);
		struct config *c = conf_fixture(xml);
		if (master_is_asked(c) != cases[i].asked)
			fail_msg("%s: asked: %d", xml, !cases[i].asked);
		conf_free(c);
	}
}

static int teardown(void **state)
{
	(void)state;
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(builds),
	    cmocka_unit_test(what_is_no_answer),
	    cmocka_unit_test(hostile_answers),
	    cmocka_unit_test(too_large_and_too_deep),
	    cmocka_unit_test(who_is_asked),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
