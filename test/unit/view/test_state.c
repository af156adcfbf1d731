/* SPDX-License-Identifier: ISC */
/*
 * view/state: the document of spec §11 is well-formed whatever devices said, and what a disk has damaged
 * costs that answer alone; `show` values are right, also of a device that has told too much.
 */
#include "view/state.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/change.h"

#include "test/unit/core/conf_fixture.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#define SN "00-90-33-30-00-af"
#define NOW 2000000000

static struct arena arena;
static struct buf out;
static struct err e;

static int teardown(void **state)
{
	(void)state;
	buf_free(&out);
	arena_free(&arena);
	return 0;
}

/* ---- the document ---- */

static const char *print(const struct state *s, unsigned parts)
{
	buf_reset(&out);
	state_print(s, "scripts", parts, &out);
	return out.data;
}

static struct state full(void)
{
	static struct store_answer answers[] = {{"admin", 1999999990, "<info name=\"x\"/>", 16},
	    {"certificates", 1999999991, "<info/>", 7}};
	static struct store_delivery deliveries[] = {
	    {"update-phone-default.txt", 1999999000, 1999990000}};
	static struct store_message messages[] = {{1999999995, "sent \"x\""}};
	messages[0].text = "sent \"x\"";
	deliveries[0].snippet = "update-phone-default.txt";
	struct state s = {.answers = answers,
	    .nanswers = 2,
	    .deliveries = deliveries,
	    .ndeliveries = 1,
	    .messages = messages,
	    .nmessages = 1};
	device_init(&s.device, SN);
	s.device.type = "IP232";
	s.device.classes = "phone, ip232";
	s.device.ip = "192.0.2.7";
	s.device.proxy = "192.0.2.1";
	s.device.phase = "staging";
	s.device.nextphase = "update";
	s.device.environments = "default";
	s.device.hwid = "IP232-30-00-af";
	s.device.realip = "10.0.0.7";
	s.device.certstat = "good";
	s.device.backup = "IP232-30-00-af.3.txt";
	s.device.prot = "125678";
	s.device.firmware = "130986";
	s.device.firmware_at = 1999998000;
	s.device.boot = "120012";
	s.device.seen = 1999999999;
	return s;
}

static void document(void **state)
{
	(void)state;
	struct state s = full();
	assert_string_equal(print(&s, STATE_ALL),
	    "<state seen=\"1999999999\" phase=\"staging\" nextphase=\"update\">\n"
	    "  <device sn=\"" SN
	    "\" type=\"IP232\" classes=\"phone, ip232\" ip=\"192.0.2.7\" rp=\"true\""
	    " proxy=\"192.0.2.1\" phase=\"staging\" environments=\"default\" hwid=\"IP232-30-00-af\""
	    " realip=\"10.0.0.7\" certstat=\"good\" backup=\"IP232-30-00-af.3.txt\"/>\n"
	    "  <firmware build=\"125678\" requested=\"130986\" requested-at=\"1999998000\"/>\n"
	    "  <bootcode build=\"120012\" requested=\"\" requested-at=\"\"/>\n"
	    "  <config filename=\"scripts/update-phone-default.txt\" delivered=\"1999999000\""
	    " version=\"1999990000\"/>\n"
	    "  <queries>\n"
	    "    <admin seen=\"1999999990\"><info name=\"x\"/></admin>\n"
	    "    <certificates seen=\"1999999991\"><info/></certificates>\n"
	    "  </queries>\n"
	    "  <msgs time=\"1999999995\" msg=\"sent &quot;x&quot;\"/>\n"
	    "</state>\n");
}

static void nothing_known(void **state)
{
	(void)state;
	struct state s = {0};
	device_init(&s.device, SN);
	assert_string_equal(print(&s, STATE_ALL),
	    "<state seen=\"\" phase=\"\" nextphase=\"\">\n"
	    "  <device sn=\"" SN
	    "\" type=\"\" classes=\"\" ip=\"\" rp=\"false\" proxy=\"\" phase=\"\""
	    " environments=\"\" hwid=\"\" realip=\"\" certstat=\"\" backup=\"\"/>\n"
	    "  <firmware build=\"\" requested=\"\" requested-at=\"\"/>\n"
	    "  <bootcode build=\"\" requested=\"\" requested-at=\"\"/>\n"
	    "  <queries/>\n"
	    "</state>\n");
}

static void parts(void **state)
{
	(void)state;
	static const struct {
		unsigned part;
		const char *tag;
	} cases[] = {
	    {STATE_ANSWERS, "<queries"}, {STATE_DELIVERIES, "<config"}, {STATE_MESSAGES, "<msgs"}};
	struct state s = full();
	for (size_t i = 0; i < COUNT(cases); i++) {
		print(&s, STATE_ALL & ~cases[i].part);
		assert_null(strstr(out.data, cases[i].tag));
		print(&s, cases[i].part);
		assert_non_null(strstr(out.data, cases[i].tag));
		for (size_t k = 0; k < COUNT(cases); k++)
			assert_int_equal(k == i, !!strstr(out.data, cases[k].tag));
	}
}

static void snippet_folder(void **state)
{
	(void)state;
	struct state s = full();
	buf_reset(&out);
	state_print(&s, "/srv/scripts/", STATE_ALL, &out);
	assert_non_null(strstr(out.data, "\"/srv/scripts/update-phone-default.txt\""));
}

/* What comes back when the document is read is what the device said, where XML can say it. */
static void hostile_texts(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"\"/><x y=\"", "\"/><x y=\""},
	    {"]]>&amp;<!--", "]]>&amp;<!--"},
	    {"a\nb\tc\rd", "a\nb\tc\rd"},
	    {"  two  blanks  ", "  two  blanks  "},
	    {"\x01\x02", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xff", "\xef\xbf\xbd"},
	    {"\xc2\x9b", "\xc2\x9b"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct state s = full();
		s.device.type = s.messages[0].text = s.deliveries[0].snippet = cases[i][0];
		print(&s, STATE_ALL);
		xmlDoc *doc = xmlReadMemory(out.data, (int)out.size, NULL, NULL, XML_PARSE_NONET);
		assert_non_null(doc);
		xmlNode *device = xmlFirstElementChild(xmlDocGetRootElement(doc));
		xmlChar *type = xmlGetProp(device, (const xmlChar *)"type");
		assert_string_equal((char *)type, cases[i][1]);
		xmlChar *msg = xmlGetProp(
		    xmlLastElementChild(xmlDocGetRootElement(doc)), (const xmlChar *)"msg");
		assert_string_equal((char *)msg, cases[i][1]);
		xmlFree(type);
		xmlFree(msg);
		xmlFreeDoc(doc);
	}
}

/* ---- reading ---- */

static struct store *store_with(const char *folder, struct buf *list)
{
	struct store *s = store_open(folder_path(folder, "store"), STORE_WRITE, 16, &e);
	if (!s || !store_write(s, &e))
		fail_msg("%s", e.text);
	assert_true(change_is_whole(list->data, list->size));
	store_apply(s, list->data, list->size);
	if (store_commit(s, &e) != STORE_DONE)
		fail_msg("%s", e.text);
	buf_free(list);
	return s;
}

static void add_device(struct buf *list)
{
	struct device d;
	device_init(&d, SN);
	d.type = "IP232";
	d.created = NOW - 5000;
	change_device(list, SN, NULL, &d);
}

static void add_answer(struct buf *list, const char *query, const char *xml)
{
	change_answer(list, SN, query, NOW - 10, xml, strlen(xml));
}

static void not_known(void **state)
{
	struct buf list = {0};
	struct state s;
	add_device(&list);
	struct store *store = store_with(*state, &list);
	snprintf(e.text, sizeof e.text, "left over");
	assert_false(state_read(store, &arena, "00-90-33-30-00-b0", NOW, 1800, &s, &e));
	assert_string_equal(e.text, "");
	if (!state_read(store, &arena, SN, NOW, 1800, &s, &e))
		fail_msg("%s", e.text);
	assert_string_equal(s.device.type, "IP232");
	store_close(store);
}

/* While a snapshot is open: all that state_read() gives, and what is damaged is left out here, too. */
static void in_a_snapshot(void **state)
{
	struct buf list = {0};
	struct state read, taken;
	add_device(&list);
	add_answer(&list, "a", "<info>");
	add_answer(&list, "b", "<info/>");
	change_delivery(&list, SN, "x.txt", NOW - 9, 7);
	change_message(&list, SN, NOW - 3000, "old");
	change_message(&list, SN, NOW - 5, "new");
	struct store *store = store_with(*state, &list);
	log_stderr(0);
	assert_true(state_read(store, &arena, SN, NOW, 1800, &read, &e));
	assert_true(store_begin(store, &e));
	state_take(store, &arena, &read.device, NOW, 1800, &taken);
	assert_true(store_end(store, &e));
	log_stderr(1);
	assert_string_equal(taken.device.type, "IP232");
	assert_int_equal(taken.nanswers, 1);
	assert_string_equal(taken.answers[0].query, "b");
	assert_int_equal(taken.ndeliveries, 1);
	assert_int_equal(taken.nmessages, 1);
	struct buf again = {0};
	state_print(&taken, "scripts", STATE_ALL, &again);
	assert_string_equal(again.data, print(&read, STATE_ALL));
	buf_free(&again);
	store_close(store);
}

static void old_messages(void **state)
{
	struct buf list = {0};
	struct state s;
	add_device(&list);
	change_message(&list, SN, NOW - 3000, "old");
	change_message(&list, SN, NOW - 1800, "just right");
	change_message(&list, SN, NOW - 5, "new");
	struct store *store = store_with(*state, &list);
	assert_true(state_read(store, &arena, SN, NOW, 1800, &s, &e));
	assert_int_equal(s.nmessages, 2);
	assert_string_equal(s.messages[0].text, "just right");
	assert_string_equal(s.messages[1].text, "new");
	assert_true(state_read(store, &arena, SN, NOW, CONF_ABSENT, &s, &e));
	assert_int_equal(s.nmessages, 3);
	assert_true(
	    state_read(store, &arena, SN, 100, 1800, &s, &e)); /* a clock that stands wrong */
	assert_int_equal(s.nmessages, 3);
	store_close(store);
}

static void damaged_answers(void **state)
{
	struct buf list = {0}, said = {0};
	struct state s;
	add_device(&list);
	add_answer(&list, "a", "<info>");
	add_answer(&list, "b", "<info/>");
	add_answer(&list, "c", "<info/></c></queries><msgs/>");
	add_answer(&list, "1d", "<info/>");
	add_answer(&list, "d><x", "<info/>");
	add_answer(&list, "e", "<!DOCTYPE info [<!ENTITY x 'y'>]><info>&x;</info>");
	struct store *store = store_with(*state, &list);
	log_stderr(0);
	assert_true(log_open(folder_path(*state, "log")));
	assert_true(state_read(store, &arena, SN, NOW, 1800, &s, &e));
	log_stderr(1);
	assert_int_equal(s.nanswers, 1);
	assert_string_equal(s.answers[0].query, "b");
	assert_true(file_read(AT_FDCWD, folder_path(*state, "log"), 65536, &said, &e));
	assert_non_null(strstr(said.data, SN ": its answer to the query a is damaged"));
	assert_non_null(strstr(said.data, "query d><x is damaged"));
	assert_null(strstr(said.data, "query b "));
	buf_free(&said);
	store_close(store);
}

/* ---- values ---- */

static void shows(const char *queries, struct state *s, struct config **c)
{
	struct buf text = {0};
	buf_addf(&text, "<queries>%s</queries>", queries);
	*c = conf_fixture(text.data);
	buf_free(&text);
	state_shows(&arena, *c, s);
}

#define QUERY(id, title, shows) \
	"<query id=\"" id "\" title=\"" title "\"><cmd>mod cmd X</cmd>" shows "</query>"

static void values(void **state)
{
	(void)state;
	static const char queries[] = QUERY("certificates", "Certificate",
	    "<show title=\"Number\">count(/state/queries/*)</show>"
	    "<show>/state/queries/certificates/info</show>")
	    QUERY("never", "Never", "<show>1</show>") QUERY("admin", "",
		"<show title=\"Name\">/state/queries/admin/info/@name</show>"
		"<show title=\"Type\">/state/device/@type</show>"
		"<show title=\"Message\">string(/state/msgs/@msg)</show>");
	static const char *const expected[][4] = {{"certificates", "Certificate", "Number", "2"},
	    {"certificates", "Certificate", "", ""}, {"admin", "admin", "Name", "x"},
	    {"admin", "admin", "Type", "IP232"}, {"admin", "admin", "Message", "sent \"x\""}};
	struct state s = full();
	struct config *c;
	shows(queries, &s, &c);
	const struct state_show *got = s.shows;
	assert_int_equal(s.nshows, COUNT(expected));
	for (size_t i = 0; i < s.nshows; i++) {
		assert_string_equal(got[i].query, expected[i][0]);
		assert_string_equal(got[i].query_title, expected[i][1]);
		assert_string_equal(got[i].title, expected[i][2]);
		assert_non_null(got[i].value);
		assert_string_equal(got[i].value, expected[i][3]);
	}
	conf_free(c);
}

static void no_answers_no_values(void **state)
{
	(void)state;
	struct state s = full();
	struct config *c;
	s.nanswers = 0;
	shows(QUERY("admin", "", "<show>1</show>"), &s, &c);
	assert_int_equal(s.nshows, 0);
	conf_free(c);
}

/* Six answers of 60 KB: the whole state is no document for XPath any more. */
static void too_much(void **state)
{
	(void)state;
	static const char *const ids[] = {"admin", "big1", "big2", "big3", "big4", "admin-b"};
	static const char queries[] = QUERY("admin", "",
	    "<show>substring(/state/queries/admin/info/@v, 1, 3)</show>"
	    "<show>count(/state/queries/*)</show>"
	    "<show>/state/device/@type</show>"
	    "<show>count(/state/queries/big1) + count(/state/queries/big2)</show>"
	    "<show>count(/state/queries/admin | /state/queries/big1 | /state/queries/big2 | "
	    "/state/queries/big3 | /state/queries/big4)</show>"
	    "<show>count(/state/queries/admin-b | /state/queries/big1 | /state/queries/big2 | "
	    "/state/queries/big3)</show>"
	    "<show>count(/state/queries/admin/preceding::* | /state/queries/admin/following::queries)</show>");
	struct store_answer answers[COUNT(ids)];
	struct state s = full();
	struct buf xml = {0};
	buf_adds(&xml, "<info v=\"");
	for (int i = 0; i < 60000; i++)
		buf_addc(&xml, 'v');
	buf_adds(&xml, "\"/>");
	for (size_t i = 0; i < COUNT(ids); i++)
		answers[i] = (struct store_answer){ids[i], NOW, xml.data, xml.size};
	s.answers = answers;
	s.nanswers = COUNT(ids);
	struct config *c;
	shows(queries, &s, &c);
	const struct state_show *got = s.shows;
	assert_int_equal(s.nshows, 7);
	assert_string_equal(got[0].value, "vvv");
	assert_null(got[1].value); /* it would have to look at all of them */
	assert_non_null(strstr(got[1].error, "too much"));
	assert_string_equal(got[2].value, "IP232");
	assert_string_equal(got[3].value, "2");
	assert_null(got[4].value); /* too much is named */
	assert_true(*got[4].error);
	assert_string_equal(got[5].value, "4"); /* admin is not meant */
	assert_non_null(got[6].value);
	buf_free(&xml);
	conf_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(document),
	    cmocka_unit_test(nothing_known),
	    cmocka_unit_test(parts),
	    cmocka_unit_test(snippet_folder),
	    cmocka_unit_test(hostile_texts),
	    cmocka_unit_test_setup_teardown(not_known, folder_setup, folder_teardown),
	    cmocka_unit_test_setup_teardown(in_a_snapshot, folder_setup, folder_teardown),
	    cmocka_unit_test_setup_teardown(old_messages, folder_setup, folder_teardown),
	    cmocka_unit_test_setup_teardown(damaged_answers, folder_setup, folder_teardown),
	    cmocka_unit_test(values),
	    cmocka_unit_test(no_answers_no_values),
	    cmocka_unit_test(too_much),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
