/* SPDX-License-Identifier: ISC */
/*
 * core/certs: where a device stands, and why; what its request is to say; files and variables; who needs no
 * administrator. What is sent because of it: test_plan_certs.c.
 */
#include "core/certs.h"

#include "base/text.h"
#include "core/cert_answer.h"

#include "test/unit/core/conf_fixture.h"

#define NOW 1772366400 /* 2026-03-01T12:00:00Z */
#define DAY 86400
#define SN "00-90-33-30-00-af"
#define HWID "IP232-30-00-af"
#define STATUS "<status dir='data'/>"
#define ASKED "<queries><query id='certificates'><applies>*</applies></query></queries>"
#define CERTS(more) STATUS ASKED "<customcerts dir='certs' CAname='Good CA, Other CA' " more "/>"

static struct {
	struct arena arena;
	struct config *config;
	struct device d;
} w;

static void configure(const char *inside)
{
	conf_free(w.config);
	w.config = conf_fixture(inside);
}

static int begin(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	configure(CERTS(""));
	device_init(&w.d, SN);
	w.d.created = w.d.cert_at = NOW - DAY;
	w.d.hwid = HWID;
	w.d.realip = "172.16.1.9";
	w.d.ip = "192.0.2.7";
	w.d.cert_issuer = "Good CA";
	w.d.cert_from = NOW - 100 * DAY;
	w.d.cert_until = NOW + 1000 * DAY;
	return 0;
}

static int end(void **state)
{
	(void)state;
	conf_free(w.config);
	arena_free(&w.arena);
	return 0;
}

/* The request of this device, as a worker sees it; `query` is added. */
static struct request *request(const char *query)
{
	struct request *r = arena_alloc(&w.arena, sizeof *r);
	const struct req_input in = {.method = "GET",
	    .path = "/update/update.php",
	    .host = "update.example",
	    .port = "80",
	    .peer = "192.0.2.7",
	    .query =
		arena_concat(&w.arena, "sn=" SN "&hwid=" HWID "&ip=172.16.1.9&type=IP232", query)};
	req_parse(&w.arena, &in, w.config, r);
	assert_null(r->refused);
	return r;
}

/* ---- where a device stands ---- */

static void assert_stands(enum certs_state state, const char *why)
{
	const char *said = NULL;
	enum certs_state is = certs_state(&w.arena, w.config, &w.d, true, false, NOW, &said);
	if (is != state || !said || !strstr(said, why))
		fail_msg("%s, not %s: \"%s\" should say \"%s\"", certs_state_name(is),
		    certs_state_name(state), said ? said : "NULL", why);
}

/* Times are seconds from now; 0: not known. */
static void what_it_says(void **state)
{
	static const struct {
		const char *issuer, *says;
		int64_t from, until;
		int64_t lapsed, sent;
		enum certs_state state;
		const char *why;
	} cases[] = {
	    {"Good CA", "", -1, 91 * DAY, 0, 0, CERTS_GOOD,
		"good until 2026-05-31, issued by Good CA"},
	    {"Other CA\tGood CA", "", -1, 91 * DAY, 0, 0, CERTS_GOOD,
		"issued by Other CA, Good CA"},
	    {"Good CA", "request", -1, 91 * DAY, 0, 0, CERTS_GOOD, "good until"},
	    /* to the second */
	    {"Good CA", "", -1, 90 * DAY, 0, 0, CERTS_GOOD, "good until"},
	    {"Good CA", "", -1, 90 * DAY - 1, 0, 0, CERTS_NEEDED,
		"it expires on 2026-05-30, within 90 days (customcerts/@renew)"},
	    {"Good CA", "", -1, 1, 0, 0, CERTS_NEEDED, "it expires on 2026-03-01, within"},
	    {"Good CA", "", -2 * DAY, -1, 0, 0, CERTS_LAPSED,
		"it has expired on 2026-03-01; a new one is made when the next poll"},
	    {"Good CA", "", -2 * DAY, -1, -60, 0, CERTS_NEEDED, "it has expired on 2026-03-01"},
	    {"Good CA", "", 1, 91 * DAY, 0, 0, CERTS_EARLY, "not valid before 2026-03-01"},
	    /* not valid yet goes before all that is wrong with it otherwise (spec §8, 4.) */
	    {"self", "", DAY, 1, 0, 0, CERTS_EARLY, "not valid before 2026-03-02"},
	    {"Good CA", "undated", DAY, 0, 0, 0, CERTS_EARLY, "not valid before"},
	    /* issuers */
	    {"self", "", -1, 91 * DAY, 0, 0, CERTS_NEEDED,
		"the issuer \"self\" is not in customcerts/@CAname"},
	    {"Good CA\tself", "", -1, 91 * DAY, 0, 0, CERTS_NEEDED, "the issuer \"self\""},
	    {"Good CA\t" CERT_ISSUER_NONE, "", -1, 91 * DAY, 0, 0, CERTS_NEEDED,
		"the issuer \"?\""},
	    {"Good", "", -1, 91 * DAY, 0, 0, CERTS_NEEDED, "the issuer \"Good\""},
	    {"Good CA 2", "", -1, 91 * DAY, 0, 0, CERTS_NEEDED, "the issuer \"Good CA 2\""},
	    {"good ca", "", -1, 91 * DAY, 0, 0, CERTS_NEEDED, "the issuer \"good ca\""},
	    {"Good CA, Other CA", "", -1, 91 * DAY, 0, 0, CERTS_NEEDED, "the issuer \"Good CA, "},
	    {"self", "", -2 * DAY, -1, 0, 0, CERTS_NEEDED, "the issuer \"self\""},
	    /* none */
	    {"", "none", 0, 0, 0, 0, CERTS_NEEDED, "it has no certificate"},
	    {"", "none request", 0, 0, 0, 0, CERTS_NEEDED, "it has no certificate"},
	    /* a date that is not understood is never a good one */
	    {"Good CA", "undated", -1, 91 * DAY, 0, 0, CERTS_NEEDED, "does not count as valid"},
	    {"Good CA", "undated", 0, 91 * DAY, 0, 0, CERTS_NEEDED, "does not count as valid"},
	    {"Good CA", "undated", -1, 0, 0, 0, CERTS_NEEDED, "does not count as valid"},
	    {"Good CA", "undated", 0, 0, 0, -DAY, CERTS_STUCK, "that it was sent is not"},
	    {"self", "undated", 0, 0, 0, -DAY, CERTS_NEEDED, "the issuer \"self\""},
	    {"Good CA", "undated", -2 * DAY, -1, -60, -DAY, CERTS_NEEDED, "it has expired"},
	    {CERT_ISSUER_NONE, "undated", 0, 0, 0, 0, CERTS_NEEDED, "the issuer \"?\""},
	    /* what stops everything, in the order of the spec */
	    {"Good CA", "error", -1, 91 * DAY, 0, 0, CERTS_ERROR, "handling stops"},
	    {"Good CA", "busy error", -1, 91 * DAY, 0, 0, CERTS_ERROR, "handling stops"},
	    {"Good CA", "error", 1, 91 * DAY, 0, 0, CERTS_ERROR, "handling stops"},
	    {"Good CA", "busy", -1, 91 * DAY, 0, 0, CERTS_BUSY, "making a key"},
	    {"Good CA", "busy", 1, 91 * DAY, 0, 0, CERTS_BUSY, "making a key"},
	    {"", "none request busy", 0, 0, 0, 0, CERTS_BUSY, "making a key"},
	    /* long ago, and far away */
	    {"Good CA", "", 1 - NOW, 1 - NOW, -60, 0, CERTS_NEEDED, "expired on 1970-01-01"},
	    {"Good CA", "", -1, 253402300799 - NOW, 0, 0, CERTS_GOOD, "until 9999-12-31"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.d.cert_issuer = cases[i].issuer;
		w.d.cert_says = cases[i].says;
		w.d.cert_from = cases[i].from ? NOW + cases[i].from : 0;
		w.d.cert_until = cases[i].until ? NOW + cases[i].until : 0;
		w.d.cert_lapsed = cases[i].lapsed ? NOW + cases[i].lapsed : 0;
		w.d.cert_sent = cases[i].sent ? NOW + cases[i].sent : 0;
		assert_stands(cases[i].state, cases[i].why);
		arena_reset(&w.arena);
	}
}

static void what_the_configuration_says(void **state)
{
	static const struct {
		const char *inside;
		enum certs_state state;
		const char *why;
	} cases[] = {
	    {"", CERTS_OFF, "customcerts/@dir or status/@dir is not set"},
	    {STATUS ASKED, CERTS_OFF, "is not set"},
	    {"<customcerts dir='certs' CAname='Good CA'/>", CERTS_OFF, "is not set"},
	    {CERTS(""), CERTS_GOOD, "good until"},
	    {CERTS("renew='1000'"), CERTS_GOOD, "good until"},
	    {CERTS("renew='1001'"), CERTS_NEEDED, "within 1001 days"},
	    {CERTS("renew='0'"), CERTS_GOOD, "good until"},
	    {CERTS("renew=''"), CERTS_GOOD, "good until"},
	    {STATUS ASKED "<customcerts dir='certs' CAname='Third CA'/>", CERTS_NEEDED,
		"the issuer \"Good CA\" is not in"},
	    {STATUS ASKED "<customcerts dir='certs' CAname='Good CA, Inc.;x' CAnamesep=';'/>",
		CERTS_NEEDED, "the issuer \"Good CA\""},
	    {STATUS ASKED "<customcerts dir='certs' CAname=' x ;\tGood CA ' CAnamesep=';'/>",
		CERTS_GOOD, "issued by Good CA"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(cases[i].inside);
		assert_stands(cases[i].state, cases[i].why);
	}
}

static void before_anything_is_known(void **state)
{
	const char *why;
	(void)state;
	w.d.cert_at = 0;
	assert_stands(CERTS_UNKNOWN, "waiting for the answer");
	/* What an administrator wants goes first, and nobody waits for what is not asked. */
	w.d.cert_clear = 1;
	assert_stands(CERTS_CLEAR, "is removed");
	w.d.cert_at = NOW;
	w.d.cert_says = "request error";
	assert_stands(CERTS_CLEAR, "is removed");
	assert_int_equal(
	    certs_state(&w.arena, w.config, &w.d, false, false, NOW, &why), CERTS_NOT_ASKED);
	assert_non_null(strstr(why, "does not apply"));
	configure("");
	assert_int_equal(certs_state(&w.arena, w.config, &w.d, false, false, NOW, &why), CERTS_OFF);
}

/* An answer, taken apart, and what follows from it: a certificate without an issuer is not a good one. */
static void from_answers(void **state)
{
#define ANSWER(attributes) "<info><servercert><certificate " attributes "/></servercert></info>"
#define DATES " not_before='2026-01-01' not_after='2030-01-01'"
	static const struct {
		const char *xml;
		enum certs_state state;
	} cases[] = {
	    {ANSWER("issuer_cn='Good CA'" DATES), CERTS_GOOD},
	    {ANSWER("issuer_cn=' Good CA '" DATES), CERTS_GOOD},
	    {ANSWER("issuer_cn='Good CA&#9;Other CA'" DATES), CERTS_NEEDED},
	    {ANSWER(DATES), CERTS_NEEDED},
	    {ANSWER("issuer_cn=''" DATES), CERTS_NEEDED},
	    {ANSWER("issuer_cn='Good CA'"), CERTS_NEEDED},
	    {ANSWER("issuer_cn='Good CA' not_after='2030-01-01'"), CERTS_NEEDED},
	    {ANSWER("issuer_cn='Good CA' not_before='2026-01-01' not_after='1970-01-01'"),
		CERTS_LAPSED},
	    {"<info/>", CERTS_NEEDED},
	    {"<html/>", CERTS_UNKNOWN},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *problem;
		cert_answer_take(&w.arena, &w.d, cases[i].xml, strlen(cases[i].xml), NOW, &problem);
		assert_stands(cases[i].state, "");
	}
}

static void states_have_names(void **state)
{
	(void)state;
	for (int i = CERTS_OFF; i <= CERTS_NEEDED; i++) {
		const char *name = certs_state_name((enum certs_state)i);
		assert_true(name && *name);
		for (int k = CERTS_OFF; k < i; k++)
			assert_string_not_equal(name, certs_state_name((enum certs_state)k));
	}
}

static void who_is_asked(void **state)
{
	static const struct {
		const char *queries;
		bool asked;
	} cases[] = {
	    {"", false},
	    {"<query id='certificates'><applies>*</applies></query>", true},
	    {"<query id='certificates'><applies>gw</applies></query>", false},
	    {"<query id='certificates'><applies>gw</applies><applies>phone</applies></query>",
		true},
	    {"<query id='certificates'><applies env='default'>*</applies></query>", true},
	    {"<query id='admin'><applies>*</applies></query>", false},
	    {"<query id='Certificates' title='x'><cmd>x</cmd><applies>*</applies></query>", false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct caller who;
		configure(arena_concat(&w.arena, "<queries>", cases[i].queries, "</queries>"));
		caller_find(&w.arena, w.config, request(""), &who);
		assert_int_equal(certs_is_asked(w.config, &who), cases[i].asked);
	}
}

/* ---- files and variables ---- */

static void file_names(void **state)
{
	static const char *const names[CERTS_FILES] = {
	    [CERTS_REQUEST_DER] = SN "-request.p10.der",
	    [CERTS_REQUEST_PEM] = SN "-request.p10.pem",
	    [CERTS_SIGNED] = SN "-signedrequest.cer",
	    [CERTS_REQUEST_ERROR] = SN "-requesterror",
	};
	(void)state;
	for (size_t i = 0; i < CERTS_FILES; i++) {
		enum certs_file which = CERTS_FILES;
		const char *sn = NULL;
		assert_string_equal(certs_file(&w.arena, (enum certs_file)i, SN), names[i]);
		assert_true(certs_file_parse(&w.arena, names[i], &which, &sn));
		assert_int_equal(which, i);
		assert_string_equal(sn, SN);
	}
}

static void what_is_no_file_of_a_device(void **state)
{
	static const char *const names[] = {"", "-", "-requesterror", "-request.p10.der",
	    "CAkey-01.cer", "CAkey-internal.cer", SN, SN "-request.p10", SN "-request.p10.der~",
	    SN "-request.p10.DER", SN ".request.p10.der", SN "-signedrequest.cer.new",
	    "../" SN "-requesterror", "a/b-requesterror", "..-requesterror", ".-requesterror",
	    "a b-requesterror", "\x1b-requesterror", "\xc3\xa4-requesterror",
	    "0123456789012345678901234567890123456789-requesterror"};
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		enum certs_file which;
		const char *sn;
		if (certs_file_parse(&w.arena, names[i], &which, &sn))
			fail_msg("%s: %s", names[i], sn);
	}
}

static void variables(void **state)
{
	const struct certs_variable *error = &certs_variables[CERTS_VARIABLE_ERROR];
	const struct certs_variable *wanted = &certs_variables[CERTS_VARIABLE_REQUEST];
	(void)state;
	assert_string_equal(error->name, "X509/REQUESTERROR");
	assert_null(error->proc);
	assert_null(error->postproc);
	assert_false(error->binary);
	assert_string_equal(wanted->name, "X509/REQUEST");
	assert_string_equal(wanted->proc, "var2bin");
	assert_string_equal(wanted->postproc, "createPemFromDer");
	assert_true(wanted->binary);
	assert_string_equal(
	    certs_variable_file(&w.arena, w.config, error, SN), "certs/" SN "-requesterror");
	assert_string_equal(
	    certs_variable_file(&w.arena, w.config, wanted, SN), "certs/" SN "-request.p10.der");
}

/* ---- what a request is to say ---- */

/* What becomes of a value of CSRdn-ou. */
static const char *expand(const char *value)
{
	struct certs_subject s;
	configure(
	    arena_concat(&w.arena, STATUS "<customcerts dir='certs' CSRdn-ou='", value, "'/>"));
	certs_subject(&w.arena, w.config, &w.d, &s);
	return s.ou;
}

static void replacements(void **state)
{
	static const struct {
		const char *value, *to;
	} cases[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"{sn}", "0090333000af"},
	    {"{hwid}", HWID},
	    {"{realip}", "172.16.1.9"},
	    {"{ip}", "192.0.2.7"},
	    {"{proxy}", ""},
	    {"a{proxy}b", ""},
	    {"{sn}{proxy}", ""},
	    {"{rdns}", ""},
	    {"{name}", "reception-desk-1"},
	    {"{name}.example.com", "reception-desk-1.example.com"},
	    {"{sn}-{sn}", "0090333000af-0090333000af"},
	    {"{ip}{realip}", "192.0.2.7172.16.1.9"},
	    {"{{sn}}", ""},
	    {"{SN} {unknown} {", ""},
	    {"{sn", ""},
	    {"sn}", "sn}"},
	    {"{}", ""},
	};
	(void)state;
	w.d.name = "Reception Desk 1";
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(expand(cases[i].value), cases[i].to);
	w.d.proxy = "10.0.0.1";
	w.d.rdns = "phone.example.com";
	w.d.rdns_of = w.d.realip;
	assert_string_equal(expand("{proxy}/{rdns}"), "10.0.0.1/phone.example.com");
	/* What is put in is not looked at again. */
	w.d.hwid = "{sn}";
	assert_string_equal(expand("{hwid}"), "{sn}");
}

static void names_of_devices(void **state)
{
	static const struct {
		const char *name, *to;
	} cases[] = {
	    {"", ""},
	    {"Desk", "desk"},
	    {"  Desk  1  ", "desk-1"},
	    {"-desk-", "desk"},
	    {"desk_1/2", "desk-1-2"},
	    {"Flur\xc3\xbc", "flur"},
	    {"\xc3\xbc", ""},
	    {"!!!", ""},
	    {"a.b", "a.b"},
	    {"a.", "a"},
	    {"\\x0aHost: x", "x0ahost-x"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.d.name = cases[i].name;
		assert_string_equal(expand("{name}"), cases[i].to);
	}
	/* A name that leaves nothing is one that is not known. */
	w.d.name = "!!!";
	assert_string_equal(expand("a.{name}.b"), "");
}

static void all_fields(void **state)
{
	struct certs_subject s;
	(void)state;
	configure("<customcerts CSRdn-cn='cn' CSRdn-ou='ou' CSRdn-o='o' CSRdn-l='l' CSRdn-st='st' "
		  "CSRdn-c='DE' CSRsan-dns-1='d1' CSRsan-dns-2='d2' CSRsan-dns-3='d3' "
		  "CSRsan-ip-1='10.0.0.1' CSRsan-ip-2='10.0.0.2'/>");
	certs_subject(&w.arena, w.config, &w.d, &s);
	const char *const is[] = {
	    s.cn, s.ou, s.o, s.l, s.st, s.c, s.dns[0], s.dns[1], s.dns[2], s.ip[0], s.ip[1]};
	static const char *const should[] = {
	    "cn", "ou", "o", "l", "st", "DE", "d1", "d2", "d3", "10.0.0.1", "10.0.0.2"};
	for (size_t i = 0; i < COUNT(is); i++)
		assert_string_equal(is[i], should[i]);
	configure("");
	certs_subject(&w.arena, w.config, &w.d, &s);
	assert_string_equal(s.cn, "0090333000af");
	assert_string_equal(s.o, "");
}

static void when_a_name_is_looked_up(void **state)
{
	static const char *const places[] = {"CSRdn-cn", "CSRdn-ou", "CSRdn-o", "CSRdn-l",
	    "CSRdn-st", "CSRdn-c", "CSRsan-dns-1", "CSRsan-dns-2", "CSRsan-dns-3", "CSRsan-ip-1",
	    "CSRsan-ip-2"};
	(void)state;
	assert_false(certs_wants_rdns(w.config, &w.d));
	for (size_t i = 0; i < COUNT(places); i++) {
		configure(arena_concat(&w.arena, "<customcerts ", places[i], "='a{rdns}'/>"));
		assert_true(certs_wants_rdns(w.config, &w.d));
	}
	w.d.rdns_of = w.d.realip; /* there is none */
	assert_false(certs_wants_rdns(w.config, &w.d));
	w.d.rdns_of = "172.16.1.8";
	assert_true(certs_wants_rdns(w.config, &w.d));
	w.d.realip = "";
	assert_false(certs_wants_rdns(w.config, &w.d));
}

/* ---- signed without an administrator ---- */

#define AUTO(networks)                                                                       \
	STATUS ASKED "<customcerts dir='certs' CAtype='internal' CAname='Good CA'>" networks \
		     "</customcerts>"
#define NET "<auto-sign-off network='192.0.2.0' netmask='255.255.255.0'/>"

#define SERVERS(usage, name)                                                                       \
	STATUS ASKED "<customcerts dir='certs' CAtype='internal' CAname='Good CA' CAusage='" usage \
		     "' CSRsan-dns-2='" name "'>" NET "</customcerts>"

static void who_needs_no_administrator(void **state)
{
	static const struct cert own = {HWID, "Good CA", "1", NOW - 1, NOW + 1, NULL},
				 other = {"IP232-99-99-99", "Good CA", "1", NOW - 1, NOW + 1, NULL},
				 unknown = {HWID, "Third CA", "1", NOW - 1, NOW + 1, NULL},
				 old = {HWID, "Good CA", "1", NOW - 2, NOW - 1, NULL},
				 early = {HWID, "Good CA", "1", NOW + 1, NOW + 2, NULL};
	static const struct {
		const char *inside;
		const struct cert *cert;
		const char *address, *proxy;
		bool has_one;
		const char *why; /* NULL: an administrator is needed */
	} cases[] = {
	    {AUTO(""), NULL, "192.0.2.7", "", false, NULL},
	    {AUTO(""), &own, "192.0.2.7", "", false,
		"it proved itself with a certificate of Good CA"},
	    {AUTO(""), &own, "192.0.2.7", "", true, "it proved itself"},
	    {AUTO(""), &other, "192.0.2.7", "", false, NULL},
	    {AUTO(""), &unknown, "192.0.2.7", "", false, NULL},
	    {AUTO(""), &old, "192.0.2.7", "", false, NULL},
	    {AUTO(""), &early, "192.0.2.7", "", false, NULL},
	    {AUTO(NET), NULL, "192.0.2.7", "", false, "its address 192.0.2.7 is in 192.0.2.0/24"},
	    {AUTO(NET), NULL, "192.0.3.7", "", false, NULL},
	    {AUTO(NET), NULL, "192.0.2.7", "", true, NULL},
	    {AUTO(NET), &own, "192.0.2.7", "", true, "it proved itself"},
	    {AUTO(NET), &other, "192.0.2.7", "", false, NULL},
	    {AUTO(NET), &unknown, "192.0.2.7", "", false, "its address"},
	    {AUTO(NET), NULL, "192.0.2.7", "10.0.0.1", false, NULL},
	    {AUTO(NET), NULL, "", "", false, NULL},
	    {AUTO("<auto-sign-off network='10.0.0.0/8'/>" NET), NULL, "192.0.2.7", "", false,
		"its address"},
	    {AUTO("<auto-sign-off network='192.0.2.7'/>"), NULL, "192.0.2.7", "", false,
		"its address"},
	    {AUTO("<auto-sign-off network='192.0.2.7'/>"), NULL, "192.0.2.8", "", false, NULL},
	    {AUTO("<auto-sign-off network='2001:db8::/32'/>"), NULL, "2001:db8::1", "", false,
		"its address 2001:db8::1 is in 2001:db8::/32"},
	    {AUTO("<auto-sign-off network='2001:db8::/32'/>"), NULL, "2001:db9::1", "", false,
		NULL},
	    /* what a device claims is no name for a server */
	    {SERVERS("client", "{name}"), &own, "192.0.2.7", "", false, "it proved itself"},
	    {SERVERS("both", "{name}.example.com"), &own, "192.0.2.7", "", false, NULL},
	    {SERVERS("both", "{rdns}"), NULL, "192.0.2.7", "", false, NULL},
	    {SERVERS("both", "{sn}.example.com"), &own, "192.0.2.7", "", false, "it proved itself"},
	    /* another CA signs: that is for an administrator */
	    {CERTS(""), &own, "192.0.2.7", "", false, NULL},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(cases[i].inside);
		struct request *r = request("");
		r->cert = cases[i].cert;
		r->address = cases[i].address;
		r->proxy = cases[i].proxy;
		const char *why = certs_auto(&w.arena, w.config, r, cases[i].has_one, NOW);
		if (!why != !cases[i].why || (why && !strstr(why, cases[i].why)))
			fail_msg("%zu: \"%s\", not \"%s\"", i, why ? why : "no",
			    cases[i].why ? cases[i].why : "no");
		arena_reset(&w.arena);
	}
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_it_says),
	    TEST(what_the_configuration_says),
	    TEST(before_anything_is_known),
	    TEST(from_answers),
	    TEST(states_have_names),
	    TEST(who_is_asked),
	    TEST(file_names),
	    TEST(what_is_no_file_of_a_device),
	    TEST(variables),
	    TEST(replacements),
	    TEST(names_of_devices),
	    TEST(all_fields),
	    TEST(when_a_name_is_looked_up),
	    TEST(who_needs_no_administrator),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
