/* SPDX-License-Identifier: ISC */
/* core/plan_certs: certificates and trust in a reply (spec §8; the conformance corpus has more). */
#include "core/certs.h"

#include "test/unit/core/plan_fixture.h"

#define SN "00-90-33-30-00-af"
#define INSIDE(times, certs)                                                       \
	"<status dir='data'/><times " times "/>"                                   \
	"<queries><query id='certificates'><applies>*</applies></query></queries>" \
	"<customcerts dir='certs' CAname='Good CA, Other CA' " certs "/>"
#define QUERY                                                                                       \
	"mod cmd UP0 scfg http://update.example/update/update.php?mode=query&sn=#m&id=certificates" \
	" ser nop /always mod%20cmd%20X509%20xml-info\n"
#define SENDS(var, file, more, name)                                                           \
	"mod cmd UP0 scfg http://update.example/update/update.php?mode=vardump&sn=#m&var=" var \
	"&file=certs%2F" SN file more " ser nop /always vars%20read%20X509%2F" name "\n"
#define ASK_ERROR SENDS("X509/REQUESTERROR", "-requesterror", "", "REQUESTERROR")
#define FETCH                                                                                \
	SENDS("X509/REQUEST", "-request.p10.der", "&proc=var2bin&postproc=createPemFromDer", \
	    "REQUEST")
#define GONE "vars del X509/REQUEST \nvars del X509/REQUESTKEY \n"
#define AWAY                                                                                     \
	FAST URL                                                                                 \
	    "polling=5&phase=update&type=#t&sn=#m&hwid=#h&ip=#i\nconfig add UP1 /no-dhcp\n" KEEP \
		END
/* The device polls fast already. */
#define FAST_POLL DEVICE "&phase=update&polling=5"
#define STAYS KEEP END

static struct device known;

static int begin(void **state)
{
	setup(state);
	configure(INSIDE("", ""));
	device_init(&known, SN);
	known.created = known.cert_at = NOW - DAY;
	known.hwid = "IP232-30-00-af";
	known.realip = "172.16.1.9";
	known.ip = "192.0.2.7";
	known.cert_issuer = "Good CA";
	known.cert_from = NOW - 100 * DAY;
	known.cert_until = NOW + 1000 * DAY;
	known.cert_says = "";
	w.device = &known;
	return 0;
}

/* "create", "dn-cn=…" of the command that makes a request. */
static const char *created(const char *sent)
{
	const char *at = strstr(sent, "mod cmd X509 servercert-create ");
	assert_non_null(at);
	return arena_strndup(&w.arena, at, strcspn(at, "\n"));
}

static void where_it_stands(void **state)
{
	(void)state;
	static const struct {
		const char *issuer, *says;
		long from, until; /* days from now */
		const char *sent, *certstat;
	} cases[] = {
	    {"Good CA", "", -100, 1000, QUERY EMPTY_REPLY,
		"good until 2028-11-25, issued by Good CA"},
	    {"Other CA\tGood CA", "", -100, 1000, QUERY EMPTY_REPLY,
		"good until 2028-11-25, issued by Other CA, Good CA"},
	    {"Good CA", "", 5, 1000, QUERY EMPTY_REPLY, "not valid before 2026-03-06"},
	    {"self", "", 5, 1000, QUERY EMPTY_REPLY, "not valid before"},
	    {"Good CA", "", -900, -2, "", "it has expired on 2026-02-27; a new one is made when"},
	    {"Good CA", "busy", -100, 1000, QUERY AWAY, "making a key"},
	    {"Good CA", "request error", -100, 1000, QUERY "ser\n" AWAY,
		"certificate handling stops"},
	    {"Good CA", "request", -100, 1000, QUERY GONE AWAY, "good until"},
	    {"self", "request", -100, 1000, QUERY ASK_ERROR FETCH AWAY,
		"the issuer \"self\" is not in customcerts/@CAname; its signing request is fetched"},
	    {"Good CA", "request", -100, 89, QUERY ASK_ERROR FETCH AWAY, "within 90 days"},
	    {"", "none request", 0, 0, QUERY ASK_ERROR FETCH AWAY, "it has no certificate"},
	    {"Good CA", "undated request", 0, 0, QUERY ASK_ERROR FETCH AWAY, "is not understood"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		known.cert_issuer = cases[i].issuer;
		known.cert_says = cases[i].says;
		known.cert_from = cases[i].from ? NOW + cases[i].from * DAY : 0;
		known.cert_until = cases[i].until ? NOW + cases[i].until * DAY : 0;
		assert_string_equal(ask(SETTLED), cases[i].sent);
		if (!strstr(w.plan.certstat, cases[i].certstat))
			fail_msg("%s", w.plan.certstat);
		assert_note(w.plan.certstat);
		next_case();
	}
}

static void without_an_answer(void **state)
{
	(void)state;
	known.cert_at = 0;
	assert_string_equal(ask(SETTLED), QUERY AWAY);
	assert_note("waiting for the answer");
	assert_string_equal(ask(FAST_POLL), QUERY STAYS); /* nothing in the URL is to be changed */
}

/* Nobody waits for an answer that nobody asks for. */
static void not_looked_at(void **state)
{
	(void)state;
	static const struct {
		const char *inside, *why;
	} cases[] = {
	    {"<status dir='data'/>", "customcerts/@dir or status/@dir is not set"},
	    {"<customcerts dir='certs'/>", "customcerts/@dir or status/@dir is not set"},
	    {"<status dir='data'/><customcerts dir='certs'/>", "does not apply to this device"},
	};
	known.cert_at = 0;
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(cases[i].inside);
		assert_string_equal(ask(SETTLED), EMPTY_REPLY);
		assert_note(cases[i].why);
		next_case();
	}
}

/* A clock that is wrong for a moment costs a poll, not a certificate. */
static void expired_is_found_twice(void **state)
{
	(void)state;
	known.cert_until = NOW - DAY;
	assert_string_equal(ask(SETTLED), "");
	assert_true(w.plan.cert_lapsed);
	known.cert_lapsed = NOW - 60;
	created(ask(SETTLED));
	assert_false(w.plan.cert_lapsed);
	assert_true(w.plan.skip_next);
}

/* What we sent and it cannot be dated is not sent again and again. */
static void undated_for_ever(void **state)
{
	(void)state;
	known.cert_says = "undated";
	known.cert_until = 0;
	known.cert_sent = NOW - DAY;
	assert_string_equal(ask(SETTLED), QUERY EMPTY_REPLY);
	assert_warned("is not understood");
}

static void makes_a_request(void **state)
{
	(void)state;
	static const struct {
		const char *certs, *type, *name, *sent;
	} cases[] = {
	    {"", "IP232", "",
		"/type Signing%20request  /key 2048-bit /signature SH256 /dn-cn 00903330"
		"00af /dn-ou  /dn-o  /dn-l  /dn-st  /dn-c  /san-dns  /san-dns  /san-dns  /san-ip  /san-ip "},
	    {"CSRdn-cn='{hwid}' CSRdn-o='ACME GmbH &amp; Co' CSRsan-dns-1='{name}.example.com' "
	     "CSRsan-dns-2='{hwid}.example.com' CSRsan-dns-3='{proxy}' CSRsan-ip-1='{realip}' CSRsan-ip-2='{ip}'",
		"MyPBXa", "Reception Desk 1",
		"/type Signing+request  /key 2048-bit /signature SH256 /dn-cn IP232-30-00-af /dn-ou  "
		"/dn-o ACME%20GmbH%20%26%20Co /dn-l  /dn-st  /dn-c  /san-dns reception-desk-1.example.com "
		"/san-dns IP232-30-00-af.example.com /san-dns  /san-ip 172.16.1.9 /san-ip 192.0.2.7"},
	    {"CSRkey='4096-bit' CSRdn-ou='{sn}{unknown}' CSRsan-dns-1='a.{name}.b'", "mypbxi",
		" Flur\xc3\xbc / 2. OG- ",
		"/type Signing+request  /key 4096-bit /signature SH256 /dn-cn 0090333000af /dn-ou "
		" /dn-o  /dn-l  /dn-st  /dn-c  /san-dns a.flur-2.og.b "
		"/san-dns  /san-dns  /san-ip  /san-ip "},
	};
	known.cert_issuer = "self";
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(print(INSIDE("", "%s"), cases[i].certs));
		known.name = cases[i].name;
		const char *sent = ask(print(
		    "type=%s&sn=" SN "&hwid=x&ip=1.2.3.4&phase=update&polling=5", cases[i].type));
		assert_true(text_starts(sent, QUERY ASK_ERROR "mod cmd X509 "));
		assert_true(text_ends(sent, "\n" STAYS));
		assert_string_equal(created(sent),
		    print(
			"mod cmd X509 servercert-create /cmd servercert-create /redirect /target device %s",
			cases[i].sent));
		assert_true(w.plan.skip_next && w.plan.cert_drop);
		next_case();
	}
}

/* A device whose address is known waits until its name is looked up, once. */
static void reverse_dns(void **state)
{
	(void)state;
	configure(INSIDE("", "CSRsan-dns-3='{rdns}'"));
	known.cert_issuer = "self";
	assert_string_equal(ask(FAST_POLL), QUERY STAYS);
	assert_true(w.plan.rdns_wanted);
	known.rdns_of = "172.16.1.9"; /* there is no name */
	assert_non_null(strstr(created(ask(FAST_POLL)), "/san-dns  /san-dns  /san-dns  /san-ip"));
	known.rdns = "phone.example.com";
	assert_non_null(strstr(created(ask(FAST_POLL)), "/san-dns phone.example.com /san-ip"));
	assert_false(w.plan.rdns_wanted);
	known.rdns_of = "172.16.1.8"; /* it has moved */
	ask(FAST_POLL);
	assert_true(w.plan.rdns_wanted);
	/* Nobody waits for ever, also when the clock was set back. */
	known.rdns_asked = NOW - 60;
	ask(FAST_POLL);
	assert_true(w.plan.rdns_wanted);
	for (int i = 0; i < 2; i++) {
		known.rdns_asked = i ? NOW + 1 : NOW - 61;
		assert_non_null(
		    strstr(created(ask(FAST_POLL)), "/san-dns  /san-dns  /san-dns  /san-ip"));
		assert_false(w.plan.rdns_wanted);
	}
}

static const char *const hex[] = {"3082aa", "3082bb", "3082cc"};

static void waits_for_a_signature(void **state)
{
	(void)state;
	struct plan_certs certs = {.request = true};
	w.certs = &certs;
	known.cert_issuer = "self";
	known.cert_says = "request";
	assert_true(plan_wants_certs(w.config, &known));
	assert_string_equal(ask(SETTLED), QUERY EMPTY_REPLY);
	assert_non_null(strstr(w.plan.certstat, "its request waits to be signed"));
	assert_false(w.plan.cert_sign);
	known.cert_auto = "its address";
	ask(SETTLED);
	assert_true(w.plan.cert_sign);
	/* What lies there and is not for this device is not sent, and not signed over. */
	certs.problem = "it is for another key";
	assert_string_equal(ask(SETTLED), QUERY EMPTY_REPLY);
	assert_warned("it is for another key");
	assert_false(w.plan.cert_sign);
	certs = (struct plan_certs){.request = true, .hex = hex, .count = COUNT(hex)};
	assert_string_equal(ask(FAST_POLL),
	    QUERY ASK_ERROR "vars create X509/REQUESTRESPONSE/00000 pb 3082aa\n"
			    "vars create X509/REQUESTRESPONSE/00001 pb 3082bb\n"
			    "vars create X509/REQUESTRESPONSE/00002 pb 3082cc\n" STAYS);
	assert_true(w.plan.cert_sent && w.plan.skip_next);
}

static void what_an_administrator_clears(void **state)
{
	(void)state;
	known.cert_clear = 1;
	known.cert_says = "request error";
	assert_string_equal(ask(FAST_POLL), QUERY "vars del X509/REQUESTERROR\n" GONE STAYS);
	assert_true(w.plan.cert_cleared && w.plan.skip_next && w.plan.cert_drop);
}

/* Who has only the revoked one is not good; it may have another when an administrator wants that. */
static void revoked(void **state)
{
	(void)state;
	known.cert_revoked = NOW - DAY;
	created(ask(SETTLED));
	assert_non_null(strstr(w.plan.certstat, "revoked on 2026-02-28"));
	const struct plan_certs certs = {.request = true, .hex = hex, .count = 1};
	w.certs = &certs;
	known.cert_says = "request";
	assert_non_null(strstr(ask(SETTLED), "REQUESTRESPONSE/00000"));
}

/* A phone that waits for an administrator polls every few seconds, for days. */
static void said_once(void **state)
{
	(void)state;
	known.cert_says = "error";
	ask(SETTLED);
	assert_warned("certificate handling stops");
	known.certstat = w.plan.certstat;
	ask(SETTLED);
	assert_null(w.plan.warn);
	assert_note("certificate handling stops");
	assert_note("until rollcall csr drop " SN);
}

/* The files of a request go once, not at each poll. */
static void files_that_have_done_their_work(void **state)
{
	(void)state;
	static const struct {
		const char *certstat, *says;
		long request;
		bool drop;
	} cases[] = {{"good until x", "", 0, false}, {"good until x", "", 5, true},
	    {"good until x", "request", 0, true}, {"needed", "", 0, true}, {"", "", 0, true}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		known.certstat = cases[i].certstat;
		known.cert_says = cases[i].says;
		known.cert_request = cases[i].request;
		ask(SETTLED);
		assert_int_equal(w.plan.cert_drop, cases[i].drop);
		next_case();
	}
}

/* ---- forced trust ---- */

#define FORCED "forcehttps='true' forcetrust='true' httpsport='444'"

static const struct cert own = {
    "IP232-30-00-af", "Good CA", "1", NOW - DAY, NOW + 1000 * DAY, NULL};

static void force(void)
{
	configure(INSIDE(FORCED, ""));
	w.in.https = "on";
	w.in.port = "444";
	file("update-all-default.txt", DAY, "secret");
}

static bool sends_secret(const char *query)
{
	return strstr(ask(query), "{update-all-default.txt}") != NULL;
}

static void who_is_trusted(void **state)
{
	(void)state;
	static const struct {
		const char *cn, *issuer;
		long from, until; /* days */
		bool good, foreign;
		const char *note;
	} cases[] = {
	    {"IP232-30-00-af", "Good CA", -1, 1, true, false, "IP232-30-00-af"},
	    {"0090333000af", "Other CA", -1, 1, true, false, "Other CA"},
	    {"IP232s-30-00-af", "Good CA", -1, 1, true, false, "IP232s"},
	    {"IP232-99-99-99", "Good CA", -1, 1, false, true, "IP232-99-99-99"},
	    {"IP232-30-00-af", "Third CA", -1, 1, false, false, "Third CA"},
	    {"IP232-30-00-af", "Good CA", -2, -1, false, false, ""},
	    {"IP232-30-00-af", "Good CA", 1, 2, false, false, ""},
	};
	force();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cert cert = {cases[i].cn, cases[i].issuer, "1",
		    NOW + cases[i].from * DAY, NOW + cases[i].until * DAY, NULL};
		w.cert = &cert;
		assert_int_equal(sends_secret(SETTLED), cases[i].good);
		assert_int_equal(w.plan.foreign, cases[i].foreign);
		assert_note(cases[i].note);
		w.cert = NULL;
		next_case();
	}
	assert_false(sends_secret(SETTLED));
	assert_warned("no snippet is sent");
}

/* Another's certificate: nothing but questions, whatever the state of the device whose name it uses. */
static void a_foreign_certificate(void **state)
{
	(void)state;
	static const struct cert other = {
	    "IP232-99-99-99", "Good CA", "1", NOW - DAY, NOW + DAY, NULL};
	force();
	known.cert_issuer = "self";
	w.cert = &other;
	const char *sent = ask(SETTLED);
	assert_true(text_starts(
	    sent, "mod cmd UP0 scfg https://update.example/update/update.php?mode=query"));
	assert_ptr_equal(strchr(sent, '\n') + 1, sent + strlen(sent));
	configure(INSIDE("", "")); /* without forced trust there is nothing to protect */
	assert_true(strlen(created(ask(SETTLED))) > 0);
	assert_false(w.plan.foreign);
}

/* Who waits for a new certificate goes on while the old one is trusted. */
static void unsigned_with_forced_trust(void **state)
{
	(void)state;
	const struct plan_certs certs = {.request = true};
	force();
	w.certs = &certs;
	known.cert_says = "request";
	known.cert_until = NOW + 10 * DAY;
	assert_false(sends_secret(FAST_POLL));
	assert_non_null(strstr(w.plan.certstat, "it waits for that"));
	w.cert = &own;
	known.cert_proved = 1;
	assert_true(sends_secret(FAST_POLL));
	assert_non_null(strstr(w.plan.certstat, "its request waits to be signed"));
}

/* Anybody may answer for anybody over HTTP: who shows a good certificate is not stopped by that. */
static void what_came_without_proof(void **state)
{
	(void)state;
	static const char *const lies[] = {"none", "busy", "error", "request", "undated"};
	force();
	w.cert = &own;
	for (size_t i = 0; i < COUNT(lies); i++) {
		known.cert_says = lies[i];
		known.cert_issuer = "nobody";
		assert_true(sends_secret(SETTLED));
		assert_null(strstr(ask(SETTLED), "X509/"));
		next_case();
	}
	known.cert_proved = 1; /* it says so itself */
	known.cert_says = "busy";
	assert_false(sends_secret(SETTLED));
	known.cert_proved = 0;
	known.cert_clear = 1; /* an administrator's word is not the device's */
	assert_false(sends_secret(SETTLED));
}

/* The certificate comes before the move to another port. */
static void certificates_before_https(void **state)
{
	(void)state;
	force();
	w.in.https = NULL;
	w.in.port = "80";
	known.cert_issuer = "self";
	const char *sent = ask(SETTLED);
	created(sent);
	assert_null(strstr(sent, "/url https"));
	known.cert_issuer = "Good CA";
	known.cert_at = NOW - 5;
	assert_non_null(strstr(ask(SETTLED), "/url https://update.example:444/"));
}

/* A device that was reset is not sent to where nobody hears it. */
static void only_after_a_fresh_answer(void **state)
{
	(void)state;
	static const struct {
		long age; /* of the answer, seconds */
		bool moves;
	} cases[] = {{0, true}, {30, true}, {31, false}, {DAY, false}};
	force();
	w.in.https = NULL;
	w.in.port = "80";
	for (size_t i = 0; i < COUNT(cases); i++) {
		known.cert_at = NOW - cases[i].age;
		assert_int_equal(strstr(ask(SETTLED), "/url https") != NULL, cases[i].moves);
		if (!cases[i].moves) {
			assert_note("a new one is waited for");
			assert_string_equal(ask(FAST_POLL), QUERY STAYS);
		}
		next_case();
	}
	known.cert_at = NOW;
	known.tls_issuer = "Good CA"; /* it was there, and is back without a certificate */
	assert_null(strstr(ask(SETTLED), "/url https"));
	assert_true(w.plan.cert_again);
	known.tls_issuer = "";
	assert_non_null(strstr(ask(SETTLED), "/url https"));
	known.cert_from = NOW + DAY;
	assert_null(strstr(ask(SETTLED), "/url https"));
	assert_note("would refuse it until then");
	configure(INSIDE("forcehttps='true'", "")); /* without forced trust nobody is lost */
	known.cert_at = NOW - DAY;
	assert_non_null(strstr(ask(SETTLED), "/url https"));
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(where_it_stands),
	    TEST(without_an_answer),
	    TEST(not_looked_at),
	    TEST(expired_is_found_twice),
	    TEST(undated_for_ever),
	    TEST(makes_a_request),
	    TEST(reverse_dns),
	    TEST(waits_for_a_signature),
	    TEST(what_an_administrator_clears),
	    TEST(revoked),
	    TEST(said_once),
	    TEST(files_that_have_done_their_work),
	    TEST(who_is_trusted),
	    TEST(a_foreign_certificate),
	    TEST(unsigned_with_forced_trust),
	    TEST(what_came_without_proof),
	    TEST(certificates_before_https),
	    TEST(only_after_a_fresh_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
