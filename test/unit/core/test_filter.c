/* SPDX-License-Identifier: ISC */
/* core/filter: what a word of a filter finds, and what it must not find. */
#include "core/filter.h"

#include "base/buf.h"
#include "base/limits.h"

#include "test/unit/core/conf_fixture.h"

#include <time.h>

#define NOW 2000000000
#define MISSING 604800

static struct arena arena;
static struct err e;
static struct fleet_judge judge = {.now = NOW};

#define NUMBER(n) #n
#define TEXT(n) NUMBER(n)

static int begin(void **state)
{
	(void)state;
	judge.config = conf_fixture("<status dir='x' missing='" TEXT(
	    MISSING) "'/>"
		     "<customcerts dir='certs' CAname='Example CA' renew='30'/>"
		     "<master info='none' firmware='130986' bootcode='120013'/>");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	conf_free((struct config *)judge.config);
	arena_free(&arena);
	return 0;
}

static struct device phone(void)
{
	struct device d;
	device_init(&d, "00-90-33-30-00-af");
	d.ip = "172.16.0.20";
	d.realip = "10.1.2.3";
	d.hwid = "IP222-30-00-af";
	d.type = "IP222";
	d.name = "Empfang M\xc3\xbcller";
	d.phase = "update";
	d.classes = "phone, phone_newui, ip222";
	d.environments = "intranet, berlin";
	d.prot = "130986";
	d.boot = "120012";
	d.firmware = "777777";
	d.certstat = "certificates";
	d.seen = NOW - 100;
	return d;
}

static bool matches(const struct device *d, const char *text)
{
	struct filter *f = filter_parse(&arena, &text, 1, &e);
	assert_non_null(f);
	return filter_matches(f, d, &judge);
}

struct one {
	const char *filter;
	bool found;
};

static void assert_finds(const struct device *d, const struct one *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (matches(d, cases[i].filter) != cases[i].found)
			fail_msg("\"%s\": it must %sbe found", cases[i].filter,
			    cases[i].found ? "" : "not ");
	}
}

static void words(void **state)
{
	(void)state;
	static const struct one cases[] = {
	    {"", true},
	    {" \t\n", true},
	    {"16", true},
	    {"172.16.", true},
	    {"172.16.0.20", true},
	    {"172.16.0.2", false},
	    {"72.16.0.20", false},
	    {"172.1", false},
	    {".16.", true},
	    {"10.1.2.3", true},
	    {"ip222", true},
	    {"IP222", true},
	    {"ip22", false},
	    {"p222", false},
	    {"phone", true},
	    {"newui", true},
	    {"phone_newui", true},
	    {"hone", false},
	    {"berlin", true},
	    {"INTRANET,", true},
	    {"update", true},
	    {"130986", true},
	    {"120012", true},
	    {"30-00-af", true},
	    {"empfang", true},
	    {"m\xc3\xbcller", true},
	    {"M\xc3\x9cLLER", true},
	    {"ller", false},
	    {"777777", false},       /* what it was told to load */
	    {"certificates", false}, /* not looked at */
	    {"default", false},
	};
	struct device d = phone();
	assert_finds(&d, cases, COUNT(cases));
	d.ip = "192.168.0.1";
	assert_false(matches(&d, "16"));
	assert_false(matches(&d, "172.16."));
	assert_true(matches(&d, "168"));
}

static void every_word_must_match(void **state)
{
	(void)state;
	static const struct one cases[] = {
	    {"172.16. ip222", true},
	    {"172.16.  \t berlin  ip222 ", true},
	    {"172.16. ip232", false},
	    {"ip232 172.16.", false},
	};
	struct device d = phone();
	assert_finds(&d, cases, COUNT(cases));
	const char *two[] = {"172.16. phone", "berlin"}, *other[] = {"phone", "verona"};
	assert_true(filter_matches(filter_parse(&arena, two, 2, &e), &d, &judge));
	assert_false(filter_matches(filter_parse(&arena, other, 2, &e), &d, &judge));
	assert_true(filter_matches(filter_parse(&arena, NULL, 0, &e), &d, &judge));
}

static void wildcards(void **state)
{
	(void)state;
	static const struct one cases[] = {
	    {"*", true},
	    {"**", true},
	    {"ip2*", true},
	    {"p2*", false},
	    {"*22", true},
	    {"*p22", false},
	    {"*p22*", true},
	    {"i*2", true},
	    {"172.*.20", true},
	    {"172.*.2", false},
	    {"172*16*20", true},
	    {"172*20*16", false},
	    {"ip22?", true},
	    {"ip22???", false},
	    {"ip?22", true},
	    {"m?ller", true},
	    {"m??ller", false},
	    {"1309??", true},
	    {"phone*berlin", false}, /* of two texts */
	    {"???.??.?.??", true},
	};
	struct device d = phone();
	assert_finds(&d, cases, COUNT(cases));
}

/* The first place is not always the right one. */
static void later_places(void **state)
{
	(void)state;
	struct device d = phone();
	d.name = "ip22 ip2 aip2";
	assert_true(matches(&d, "ip2"));
	d.name = "xab ab cab abc";
	assert_true(matches(&d, "a*c"));
	assert_true(matches(&d, "ab"));
	d.name = "ab1 ab";
	assert_true(matches(&d, "a*ab"));
	assert_false(matches(&d, "ab*b1"));
	d.name = "aaaa aab";
	assert_true(matches(&d, "a*b"));
	assert_false(matches(&d, "aab*b"));
}

static void serial_numbers(void **state)
{
	(void)state;
	static const struct one cases[] = {
	    {"00-90-33-30-00-af", true},
	    {"00:90:33:30:00:AF", true},
	    {"0090.3330.00af", true},
	    {"0090-3330-00af", true},
	    {"009033-3000af", true},
	    {"0090333000AF", true},
	    {"009033", true},
	    {"00:90:33", true},
	    {"00:90:33:", true},
	    {"00:90:33:30", true},
	    {"0090.3330", true},
	    {"0090.33", true},
	    {"0090333000", true},
	    {"0090", false},
	    {"00:90", false},
	    {"90:33:30", false},
	    {"009033300", false}, /* half a byte */
	    {"00:90:33:30:00:ae", false},
	    {"0090333000af00", false},
	    {"00:90-33", false},
	    {"00:90:34", false},
	};
	struct device d = phone();
	assert_finds(&d, cases, COUNT(cases));
}

static void present_and_missing(void **state)
{
	(void)state;
	struct device d = phone();
	assert_true(matches(&d, "present"));
	assert_true(matches(&d, "Present ip222"));
	assert_false(matches(&d, "missing"));
	d.seen = NOW - MISSING - 1;
	assert_true(matches(&d, "MISSING"));
	assert_false(matches(&d, "present"));
	assert_false(matches(&d, "missing ip232"));
}

static void settled_and_unsettled(void **state)
{
	(void)state;
	struct device d = phone();
	assert_false(matches(&d, "settled"));
	assert_true(matches(&d, "unsettled ip222"));
	d.settled = NOW - 5;
	assert_true(matches(&d, "Settled"));
	assert_false(matches(&d, "unsettled"));
	d.seen = NOW - MISSING - 1; /* it was settled when it was lost */
	assert_true(matches(&d, "settled missing"));
}

static void excluded(void **state)
{
	(void)state;
	static const struct one cases[] = {
	    {"!ip222", false},
	    {"!ip232", true},
	    {"172.16. !ip232", true},
	    {"172.16. !berlin", false},
	    {"!missing", true},
	    {"!present", false},
	    {"!settled", true},
	    {"!10.0.0.0/8", false},
	    {"!11.0.0.0/8", true},
	    {"!00:90:33", false},
	    {"!ip2*", false},
	    {"!", true}, /* a text like others: it stands in the name */
	    {"!!", false},
	    {"!!x", true},
	};
	struct device d = phone();
	d.name = "Empfang !";
	assert_finds(&d, cases, COUNT(cases));
}

static void networks(void **state)
{
	(void)state;
	static const struct one cases[] = {
	    {"172.16.0.0/24", true},
	    {"172.16.0.21/31", true}, /* what stands behind the bits does not count */
	    {"172.16.0.21/32", false},
	    {"172.16.0.20/32", true},
	    {"172.16.1.0/24", false},
	    {"172.17.0.0/15", true},
	    {"172.18.0.0/15", false},
	    {"0.0.0.0/0", true},
	    {"2001:db8:1:8000::/49", true}, /* its own address */
	    {"2001:DB8:1::/49", false},
	    {"2001:db8::/32", true},
	    {"2001:db9::/32", false},
	    {"::ffff:172.16.0.0/120", true},
	    {"::/0", true},
	    {"fe80::/10", false},
	};
	struct device d = phone();
	d.realip = "2001:db8:1:8001::7";
	assert_finds(&d, cases, COUNT(cases));
	d.ip = "fe80::1%eth0";
	assert_true(matches(&d, "fe80::/10"));
	assert_false(matches(&d, "0.0.0.0/0"));
	d.ip = "::ffff:172.16.0.20";
	assert_true(matches(&d, "172.16.0.0/24"));
	d.ip = d.realip = "";
	assert_false(matches(&d, "::/0"));
	d.ip = "no address";
	assert_false(matches(&d, "::/0"));
}

static void no_networks(void **state)
{
	(void)state;
	static const char *const wrong[] = {
	    "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8.", "::/129", "!10.0.0.0/x", "10.0.0.0/-1"};
	struct device d = phone();
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_null(filter_parse(&arena, &wrong[i], 1, &e));
		assert_non_null(strstr(e.text, strchr(wrong[i], ':') ? "128" : "32"));
	}
	d.name = "Desk 10/24 a/b";
	assert_true(matches(&d, "10/24"));
	assert_true(matches(&d, "a/b"));
}

/* ---- NAME:VALUE ---- */

static void names_look_at_one_thing(void **state)
{
	(void)state;
	static const struct one cases[] = {
	    {"type:ip222", true},
	    {"type:IP222", true},
	    {"TYPE:ip222", true},
	    {"type:ip22", false},
	    {"type:ip22?", true},
	    {"type:ip2*", true},
	    {"type:*22", true},
	    {"type:*2*", true},
	    {"type:222", false},
	    {"type:phone", false},
	    {"!type:ip222", false},
	    {"!type:ip232", true},
	    {"sn:00-90-33-30-00-AF", true},
	    {"sn:0090.3330.00af", true},
	    {"sn:00-90-33", false},
	    {"sn:00-90-33*", true},
	    {"sn:30-00-af", false},
	    {"hwid:ip222-30-00-af", true},
	    {"hwid:30-00-af", false},
	    {"ip:172.16.0.20", true},
	    {"ip:10.1.2.3", true},
	    {"ip:172.16.0", false},
	    {"ip:172.16.*", true},
	    {"ip:172.16.0.0/16", true},
	    {"ip:172.17.0.0/16", false},
	    {"name:empfang*", true},
	    {"name:*m\xc3\x9cller", true},
	    {"name:empfang?m\xc3\xbcller", true},
	    {"name:empfang", false},
	    {"name:", false},
	    {"name:*", true},
	    {"phase:update", true},
	    {"phase:updat", false},
	    {"class:phone", true},
	    {"class:phone_newui", true},
	    {"class:ip222", true},
	    {"class:newui", false},
	    {"class:phone*ui", true},
	    {"env:berlin", true},
	    {"env:intranet", true},
	    {"env:intra", false},
	    {"firmware:130986", true},
	    {"firmware:777777", false},
	    {"boot:120012", true},
	    {"issuer:example?ca", true},
	    {"issuer:other*", true},
	    {"issuer:other", false},
	    {"issuer:vendor*", true},
	    {"fw:current", true},
	    {"fw:other", false},
	    {"!fw:current", false},
	    {"bc:other", true},
	    {"bc:current", false},
	    {"cert:fine", false},
	    {"cert:stranger", true},
	    {"nothing:here", false},
	    {"http://x", false},
	    {":", false},
	};
	struct device d = phone();
	d.cert_at = NOW - 10;
	d.cert_issuer = "Example CA\tOther CA 2";
	d.tls_issuer = "Vendor CA";
	d.cert_until = NOW + 90L * 86400;
	assert_finds(&d, cases, COUNT(cases));
	d.name = "";
	assert_true(matches(&d, "name:"));
	assert_true(matches(&d, "name:*"));
	assert_false(matches(&d, "name:?"));
	d.name = "nothing:here";
	assert_true(matches(&d, "nothing:here"));
	d.classes = "phone";
	assert_true(matches(&d, "class:phone"));
	assert_false(matches(&d, "class:"));
}

/* Each state has a word, and no device has two. */
static void states_have_words(void **state)
{
	(void)state;
	struct device d = phone();
	for (int i = 0; i < FLEET_BUILDS; i++) {
		enum fleet_build b = (enum fleet_build)i;
		const char *fw = arena_printf(&arena, "fw:%s", fleet_build_name(b));
		const char *bc = arena_printf(&arena, "bc:%s", fleet_build_name(b));
		assert_int_equal(matches(&d, fw), fleet_firmware(&judge, &d) == b);
		assert_int_equal(matches(&d, bc), fleet_bootcode(&judge, &d) == b);
	}
	for (int i = 0; i < FLEET_CERTS; i++) {
		enum fleet_cert c = (enum fleet_cert)i;
		const char *word = arena_printf(&arena, "cert:%s", fleet_cert_name(c));
		assert_int_equal(matches(&d, word), fleet_cert(&judge, &d) == c);
	}
}

static void within_a_time(void **state)
{
	(void)state;
	static const struct one cases[] = {
	    {"seen:100", true},
	    {"seen:99", false},
	    {"seen:100s", true},
	    {"seen:2m", true},
	    {"seen:1m", false},
	    {"seen:1h", true},
	    {"seen:1d", true},
	    {"seen:0", false},
	    {"expires:10", true},
	    {"expires:9", false},
	    {"expires:100000", true},
	};
	struct device d = phone();
	d.cert_at = NOW - 10;
	d.cert_until = NOW + 10L * 86400;
	assert_finds(&d, cases, COUNT(cases));
	d.seen = 0;
	assert_false(matches(&d, "seen:100000d"));
	d.cert_until = NOW; /* it has ended: cert:expired */
	assert_false(matches(&d, "expires:30"));
	d.cert_until = 0;
	assert_false(matches(&d, "expires:30"));
}

static void values_that_are_none(void **state)
{
	(void)state;
	static const char *const wrong[][2] = {
	    {"fw:wrong",
		"fw:wrong: behind the colon may be current, loading, other, unknown, unwanted"},
	    {"fw:", "may be current"},
	    {"!bc:curren", "may be current"},
	    {"cert:good", "approval, signed, expired"},
	    {"expires:", "a number of days"},
	    {"expires:x", "a number of days"},
	    {"expires:-1", "a number of days"},
	    {"expires:100001", "a number of days"},
	    {"seen:", "a number of seconds"},
	    {"seen:m", "a number of seconds"},
	    {"seen:1w", "a number of seconds"},
	    {"seen:1mm", "a number of seconds"},
	    {"seen:99999999999999999999", "a number of seconds"},
	    {"ip:10.0.0.0/33", "32"},
	};
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_null(filter_parse(&arena, &wrong[i][0], 1, &e));
		if (!strstr(e.text, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], e.text);
	}
}

static void nothing_known(void **state)
{
	(void)state;
	struct device d;
	device_init(&d, "");
	assert_true(matches(&d, "*"));
	assert_false(matches(&d, "?"));
	assert_false(matches(&d, "a"));
}

/* Neither side is to be trusted. */
static void odd_bytes(void **state)
{
	(void)state;
	struct device d = phone();
	d.name = "\xc3\x80\xff\xc3";
	assert_false(matches(&d, "\x80"));
	assert_false(matches(&d, "\xc3?"));
	assert_true(matches(&d, "\xc3\xa0*"));
	assert_false(matches(&d, "\x9e"));
	assert_true(matches(&d, "-"));
}

static void limits(void **state)
{
	(void)state;
	struct buf text = {0};
	for (int i = 0; i < LIMIT_FILTER_WORDS; i++)
		buf_adds(&text, "ip222 ");
	const char *texts[] = {text.data, "x"};
	struct device d = phone();
	assert_true(filter_matches(filter_parse(&arena, texts, 1, &e), &d, &judge));
	assert_null(filter_parse(&arena, texts, 2, &e));
	assert_non_null(strstr(e.text, "32"));
	buf_reset(&text);
	for (int i = 0; i < LIMIT_FILTER_WORD; i++)
		buf_addc(&text, 'a');
	texts[0] = text.data;
	assert_non_null(filter_parse(&arena, texts, 1, &e));
	buf_addc(&text, 'a');
	texts[0] = text.data;
	assert_null(filter_parse(&arena, texts, 1, &e));
	assert_non_null(strstr(e.text, "256"));
	buf_free(&text);
}

static void serial(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"00-90-33-30-00-AF", "00-90-33-30-00-af"},
	    {"00:90:33:30:00:af", "00-90-33-30-00-af"},
	    {"0090.3330.00af", "00-90-33-30-00-af"},
	    {"0090333000AF", "00-90-33-30-00-af"},
	    {" 009033-3000af\n", "00-90-33-30-00-af"},
	    {"00:90:33:30:00:af:", "00:90:33:30:00:af:"},
	    {"00:90:33:30:00", "00:90:33:30:00"},
	    {"Softphone-7", "softphone-7"},
	    {"172.16.0.20", "172.16.0.20"},
	    {"", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(filter_serial(&arena, cases[i][0]), cases[i][1]);
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A fleet, and words that are not there: every text is looked at. Generous for slow machines. */
static void fast(void **state)
{
	(void)state;
	const char *text = "172.17. *zz verona";
	struct device d = phone();
	struct filter *f = filter_parse(&arena, &text, 1, &e);
	double start = seconds();
	for (int i = 0; i < 100000; i++)
		assert_false(filter_matches(f, &d, &judge));
	text = "172.16. *22 berlin";
	f = filter_parse(&arena, &text, 1, &e);
	for (int i = 0; i < 100000; i++)
		assert_true(filter_matches(f, &d, &judge));
	double took = seconds() - start;
	if (took > 3)
		fail_msg("2 x 100000 devices took %.2f s", took);
}

/* Many stars, and texts as long as they may be: time grows with their product, no faster. */
static void no_backtracking(void **state)
{
	(void)state;
	struct buf word = {0}, name = {0};
	for (int i = 0; i < 100; i++)
		buf_adds(&word, "a*");
	buf_addc(&word, 'b');
	for (int i = 0; i < 20000; i++)
		buf_addc(&name, 'a');
	struct device d = phone();
	d.name = name.data;
	double start = seconds();
	assert_false(matches(&d, word.data));
	assert_true(seconds() - start < 1);
	buf_free(&word);
	buf_free(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words),
	    cmocka_unit_test(every_word_must_match),
	    cmocka_unit_test(wildcards),
	    cmocka_unit_test(later_places),
	    cmocka_unit_test(serial_numbers),
	    cmocka_unit_test(present_and_missing),
	    cmocka_unit_test(settled_and_unsettled),
	    cmocka_unit_test(excluded),
	    cmocka_unit_test(networks),
	    cmocka_unit_test(no_networks),
	    cmocka_unit_test(names_look_at_one_thing),
	    cmocka_unit_test(states_have_words),
	    cmocka_unit_test(within_a_time),
	    cmocka_unit_test(values_that_are_none),
	    cmocka_unit_test(nothing_known),
	    cmocka_unit_test(odd_bytes),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(serial),
	    cmocka_unit_test(fast),
	    cmocka_unit_test(no_backtracking),
	};
	return cmocka_run_group_tests(tests, begin, teardown);
}
