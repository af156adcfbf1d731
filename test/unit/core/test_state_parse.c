/* SPDX-License-Identifier: ISC */
/* core/state_parse: state documents of a PHP update server, whole and damaged. */
#include "core/state_parse.h"

#include "base/buf.h"
#include "base/limits.h"

#include "test/unit/helpers.h"

#include <time.h>

/* As in the manual of that server, and more. */
static const char sample[] =
    "<?xml version=\"1.0\"?>\n"
    "<state seen=\"1522065435\" requested=\"130774bootcode\" phase=\"update\" nextphase=\"\">\n"
    "  <device sn=\"00-90-33-3e-0c-57\" type=\"IP112\" classes=\"phone, opus_phone\" "
    "ip=\"127.0.0.1\" rp=\"false\" proxy=\"10.0.0.1\" phase=\"update\" "
    "environments=\"sifi, 172net\" certstat=\"not &lt;checked&gt;\" hwid=\"IP222-46-5c-77\" "
    "realip=\"172.16.80.241\" requestDownloaded=\"false\" backup=\"backup/x.1.txt\"/>\n"
    "  <firmware build=\"125000\" requested=\"130986\" requested-at=\"1522065430\"/>\n"
    "  <bootcode requested-at=\"1522065435\"/>\n"
    "  <config filename=\"scripts/all-all-all.txt\" delivered=\"1522065426\" "
    "version=\"1486559970\"/>\n"
    "  <config filename=\"c:\\x\\two.txt\" delivered=\"1522065427\"/>\n"
    "  <queries><admin seen=\"1522065400\"><info><sys name=\"Desk \xc3\xa4\"/></info></admin>"
    "<gone seen=\"1522065401\"><x/></gone><asked/></queries>\n"
    "  <msgs time=\"1522065430\" msg=\"one&#10;line\"/>\n"
    "  <msgs time=\"1522065431\" msg=\"\"/>\n"
    "</state>\n";

static struct arena arena;

static int forget(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct state_parsed parse(const char *text)
{
	struct state_parsed p;
	struct err e = {""};
	if (!state_parse(&arena, text, strlen(text), &p, &e))
		fail_msg("%s", e.text);
	return p;
}

static void assert_refused(const char *bytes, size_t size, const char *why)
{
	struct state_parsed p;
	struct err e = {""};
	assert_false(state_parse(&arena, bytes, size, &p, &e));
	if (!strstr(e.text, why))
		fail_msg("\"%s\" does not say \"%s\"", e.text, why);
}

static void assert_lost(const struct state_parsed *p, const char *why)
{
	assert_true(p->lost > 0);
	if (!strstr(p->why, why))
		fail_msg("\"%s\" does not say \"%s\"", p->why, why);
}

static void the_device(void **state)
{
	(void)state;
	struct state_parsed p = parse(sample);
	const struct device *d = &p.device;
	assert_string_equal(p.why, "");
	assert_int_equal(p.lost, 0);
	assert_string_equal(d->sn, "00-90-33-3e-0c-57");
	assert_int_equal(d->seen, 1522065435);
	assert_string_equal(d->type, "IP112");
	assert_string_equal(d->hwid, "IP222-46-5c-77");
	assert_string_equal(d->realip, "172.16.80.241");
	assert_string_equal(d->ip, "127.0.0.1");
	assert_string_equal(d->proxy, "10.0.0.1");
	assert_string_equal(d->phase, "update");
	assert_string_equal(d->nextphase, "");
	assert_string_equal(d->classes, "phone, opus_phone");
	assert_string_equal(d->environments, "sifi, 172net");
	assert_string_equal(d->certstat, "not <checked>");
	assert_string_equal(d->prot, "125000");
	assert_string_equal(d->firmware, "130986");
	assert_int_equal(d->firmware_at, 1522065430);
	assert_string_equal(d->boot, "");
	assert_string_equal(d->bootcode, "");
	assert_int_equal(d->bootcode_at, 0); /* of none there is no time */
	assert_string_equal(d->backup, "");
	assert_string_equal(d->name, "Desk \xc3\xa4");
	assert_int_equal(d->polls, 0);
}

static void what_it_was_sent(void **state)
{
	(void)state;
	struct state_parsed p = parse(sample);
	assert_int_equal(p.ndeliveries, 2);
	assert_string_equal(p.deliveries[0].snippet, "all-all-all.txt");
	assert_int_equal(p.deliveries[0].sent, 1522065426);
	assert_int_equal(p.deliveries[0].version, 1486559970);
	assert_string_equal(p.deliveries[1].snippet, "two.txt");
	assert_int_equal(p.deliveries[1].version, 0);
}

static void what_it_answered(void **state)
{
	(void)state;
	struct state_parsed p = parse(sample);
	assert_int_equal(p.nanswers, 2);
	assert_string_equal(p.answers[0].query, "admin");
	assert_int_equal(p.answers[0].received, 1522065400);
	assert_non_null(strstr(p.answers[0].xml, "<sys name=\"Desk \xc3\xa4\"/>"));
	assert_int_equal(strlen(p.answers[0].xml), p.answers[0].size);
	assert_string_equal(p.answers[1].query, "gone"); /* configured or not */
	assert_string_equal(p.answers[1].xml, "<x/>");
}

static void its_messages(void **state)
{
	(void)state;
	struct state_parsed p = parse(sample);
	assert_int_equal(p.nmessages, 1);
	assert_int_equal(p.messages[0].time, 1522065430);
	assert_string_equal(p.messages[0].text, "one\\x0aline");
}

static void the_phase_may_stand_at_the_top(void **state)
{
	(void)state;
	struct state_parsed p = parse("<state phase=\"a\" nextphase=\"b\"/>");
	assert_string_equal(p.device.phase, "a");
	assert_string_equal(p.device.nextphase, "b");
	assert_string_equal(p.device.sn, "");
	assert_int_equal(p.device.seen, 0);
}

/* Wherever it is cut: what stands before that is read, and it is said; or it is refused. */
static void cut_anywhere(void **state)
{
	(void)state;
	const char *end = strstr(sample, "</state>");
	size_t read = 0;
	for (size_t n = 0; n < (size_t)(end - sample) + 7; n++) {
		struct state_parsed p;
		struct err e = {""};
		char *exact = malloc(n + 1); /* one byte too far is seen by valgrind and ASan */
		memcpy(exact, sample, n);
		bool ok = state_parse(&arena, exact, n, &p, &e);
		free(exact);
		read += ok;
		if (ok && !p.lost)
			fail_msg("cut at %zu: nothing is said", n);
		if (n > (size_t)(strstr(sample, "<firmware") - sample) &&
		    (!ok || strcmp(p.device.hwid, "IP222-46-5c-77") != 0))
			fail_msg("cut at %zu: the device was not read: %s", n, e.text);
		arena_reset(&arena);
	}
	assert_true(read > strlen(sample) / 2);
}

static void damaged(void **state)
{
	(void)state;
	struct state_parsed p =
	    parse("<state seen=\"7\"><device sn=\"1-2\" certstat=\"a&nbsp;b\" type=\"IP1\"/>"
		  "<firmware requested=\"5\" requested-at=\"9\"></state>");
	assert_lost(&p, "it is damaged: line 1");
	assert_string_equal(p.device.sn, "1-2");
	assert_string_equal(p.device.type, "IP1");
	assert_string_equal(p.device.firmware, "5");
}

static void other_letters(void **state)
{
	(void)state;
	struct state_parsed p =
	    parse("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
		  "<state><device sn=\"1\" certstat=\"gr\xfc\xdf\x65\"/></state>");
	assert_lost(&p, "not UTF-8");
	assert_string_equal(p.device.certstat, "gr\xc3\xbc\xc3\x9f\x65");
	static const char nul[] = "<state><device sn=\"1\" certstat=\"a\0b\x01\"/></state>";
	struct err e;
	assert_true(state_parse(&arena, nul, sizeof nul - 1, &p, &e));
	assert_lost(&p, "not UTF-8");
	assert_string_equal(p.device.certstat, "ab");
}

/* One thing is wrong, the others are taken. */
static void wrong_values(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} cases[] = {
	    {"<state><device sn=\"../x\" ip=\"i\"/></state>", "device/@sn is \"../x\""},
	    {"<state><device hwid=\"../../etc\" ip=\"i\"/></state>", "device/@hwid"},
	    {"<state><device hwid=\".x\" ip=\"i\"/></state>", "device/@hwid"},
	    {"<state><device type=\"a b\" ip=\"i\"/></state>", "device/@type"},
	    {"<state seen=\"-1\"><device ip=\"i\"/></state>", "state/@seen is \"-1\""},
	    {"<state seen=\"99999999999999999999\"><device ip=\"i\"/></state>", "no time"},
	    {"<state><device ip=\"i\"/><config filename=\"a/\" delivered=\"1\"/></state>",
		"\"a/\""},
	    {"<state><device ip=\"i\"/><config filename=\"a\"/></state>", "no snippet"},
	    {"<state><device ip=\"i\"/><queries><q><a/><b/></q></queries></state>",
		"more than one"},
	    {"<state><device ip=\"i\"/><queries><q\xc3\xa4><a/></q\xc3\xa4></queries></state>",
		"no query is called so"},
	    {"<state><device ip=\"i\"/><queries><q><a>&x;</a></q></queries></state>", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct state_parsed p = parse(cases[i].text);
		assert_lost(&p, cases[i].why);
		assert_string_equal(p.device.ip, "i");
		assert_string_equal(p.device.sn, "");
		assert_string_equal(p.device.hwid, "");
		assert_string_equal(p.device.type, "");
		assert_int_equal(p.device.seen, 0);
		assert_int_equal(p.ndeliveries, 0);
	}
}

static void refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} cases[] = {
	    {"", "empty"},
	    {" \r\n", "empty"},
	    {"<!DOCTYPE state [<!ENTITY a \"b\">]><state/>", "DOCTYPE"},
	    {"<!DOCTYPE state SYSTEM \"/etc/passwd\"><state/>", "DOCTYPE"},
	    {"<html><body>no</body></html>", "no state document"},
	    {"PK\x03\x04", "no XML"},
	    {"<states/>", "no state document"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i].text, strlen(cases[i].text), cases[i].why);
}

static void too_large(void **state)
{
	(void)state;
	char *bytes = malloc(LIMIT_STATE + 1);
	memset(bytes, ' ', LIMIT_STATE + 1);
	memcpy(bytes, "<state/>", 8);
	struct state_parsed p;
	struct err e;
	assert_true(state_parse(&arena, bytes, LIMIT_STATE, &p, &e));
	assert_refused(bytes, LIMIT_STATE + 1, "larger than");
	free(bytes);
}

/* `count` times the same. */
static struct buf repeated(const char *before, const char *text, size_t count, const char *after)
{
	struct buf out = {0};
	buf_adds(&out, before);
	for (size_t i = 0; i < count; i++)
		buf_adds(&out, text);
	buf_adds(&out, after);
	return out;
}

static void too_many_elements(void **state)
{
	(void)state;
	struct buf b = repeated("<state seen=\"3\"><device sn=\"1\"/>",
	    "<msgs time=\"1\" msg=\"x\"/>", LIMIT_STATE_NODES, "</state>");
	struct state_parsed p = parse(b.data);
	assert_lost(&p, "only the first");
	assert_string_equal(p.device.sn, "1");
	assert_true(p.nmessages > LIMIT_STATE_NODES - 10 && p.nmessages < LIMIT_STATE_NODES);
	buf_free(&b);
}

/* libxml2 would take a minute for the first of them. */
static void hostile_ones_are_quick(void **state)
{
	(void)state;
	struct buf cases[] = {
	    repeated("<state ", "a=\"\" ", 500000, "/>"),
	    repeated("<state ", "a\n= '' ", 300000, "/>"),
	    repeated("<state ", "xmlns:a=\"\" ", 200000, "/>"),
	    repeated("<state>", "<a>", 200000, ""),
	    repeated("<state><queries><q>", "<a b=\"&lt;\">", 90000, ""),
	    repeated("<state><device sn=\"", "&x;", 400000, "\"/>"),
	    repeated("<state>", "&x;", 400000, "</state>"),
	    repeated("", "<", 1000000, ""),
	    repeated("<state>", "\xff", 1000000, "</state>"),
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct state_parsed p;
		struct err e;
		clock_t begin = clock();
		state_parse(&arena, cases[i].data, cases[i].size, &p, &e);
		if (clock() - begin > 3 * CLOCKS_PER_SEC)
			fail_msg("case %zu: %ld ms", i,
			    (long)((clock() - begin) * 1000 / CLOCKS_PER_SEC));
		buf_free(&cases[i]);
		arena_reset(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(the_device, forget),
	    cmocka_unit_test_teardown(what_it_was_sent, forget),
	    cmocka_unit_test_teardown(what_it_answered, forget),
	    cmocka_unit_test_teardown(its_messages, forget),
	    cmocka_unit_test_teardown(the_phase_may_stand_at_the_top, forget),
	    cmocka_unit_test_teardown(cut_anywhere, forget),
	    cmocka_unit_test_teardown(damaged, forget),
	    cmocka_unit_test_teardown(other_letters, forget),
	    cmocka_unit_test_teardown(wrong_values, forget),
	    cmocka_unit_test_teardown(refused, forget),
	    cmocka_unit_test_teardown(too_large, forget),
	    cmocka_unit_test_teardown(too_many_elements, forget),
	    cmocka_unit_test_teardown(hostile_ones_are_quick, forget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
