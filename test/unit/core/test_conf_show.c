/* SPDX-License-Identifier: ISC */
/* What is shown of devices: compiled once, and refused when looking at it could take long. */
#include "core/xpath.h"

#include "test/unit/core/conf_try.h"
#include "test/unit/core/quick.h"

#include <libxml/parser.h>

#define QUERY(shows) \
	"<config><queries>\n<query id='q'><cmd>c</cmd>" shows "</query></queries></config>"

static void is_compiled(void **state)
{
	struct tried t = conf_try_good(QUERY(
	    "<show title='t'> count(/state/queries/q/info/*) </show><show>/state/@seen</show>"));
	const struct conf_query *q = &t.config->queries[t.config->nqueries - 1];
	struct xpath_doc *d = xpath_doc_open("<state seen='5'/>", 17, NULL);
	struct arena a = {0};
	(void)state;
	assert_int_equal(q->nshows, 2);
	assert_string_equal(xpath_value(&a, q->shows[0].compiled, d, NULL), "0");
	assert_string_equal(xpath_value(&a, q->shows[1].compiled, d, NULL), "5");
	arena_free(&a);
	xpath_doc_close(d);
	conf_try_free(&t);
}

static void refused(const char *xml, const char *why)
{
	struct tried t = conf_try(xml);
	if (!strstr(buf_text(&t.text), why) || t.config)
		fail_msg("%s\nfound: %s\nexpected: %s", xml, buf_text(&t.text), why);
	conf_try_free(&t);
}

static void too_costly(void **state)
{
	(void)state;
	refused(QUERY("\n<show>//reg[@id = //user/@id]</show>"),
	    "user-config.xml:3: error: queries/query[q]/show is \"//reg[@id = //user/@id]\": it takes too long: ");
	refused(QUERY("<show>count(//a/following::*)</show>"), ":2: error: ");
	refused(QUERY("<show>count('a')</show>"),
	    ":2: error: queries/query[q]/show is \"count('a')\": a value stands where nodes, e.g. a path, must");
	refused(QUERY("<show>//reg[count('a')]</show>"), "a value stands where nodes");
	refused(QUERY("<show>/state/queries/q/info/reg[contains(@a)]/@b</show>"),
	    "a function has too few or too many arguments");
	refused(QUERY("<show>document('/etc/passwd')</show>"), "there is no function document()");
}

static void many_load_quickly(void **state)
{
	struct buf xml = {0};
	(void)state;
	buf_adds(&xml, "<config><queries>");
	for (int i = 0; i < LIMIT_QUERIES - 2; i++) { /* two are shipped */
		buf_addf(&xml, "<query id='q%d'><cmd>c</cmd>", i);
		for (int k = 0; k < 3; k++)
			buf_addf(&xml,
			    "<show>concat(/state/queries/q%d/info/reg[@id = \"0\"]/@state, ': ', /state/queries/q%d/info/reg[@id = \"0\"]/@h323)</show>",
			    i, i);
		buf_adds(&xml, "</query>");
	}
	buf_adds(&xml, "</queries></config>");
	double since = quick_now();
	struct tried t = conf_try_good(xml.data);
	assert_quick(since, 1, "loading");
	if (getenv("SHOW_TIMES"))
		printf("%zu shows: %.0f ms\n", 3 * t.config->nqueries, 1000 * t.seconds);
	conf_try_free(&t);
	buf_free(&xml);
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
	    cmocka_unit_test(is_compiled),
	    cmocka_unit_test(too_costly),
	    cmocka_unit_test(many_load_quickly),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
