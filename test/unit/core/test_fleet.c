/* SPDX-License-Identifier: ISC */
/* core/fleet: what a device looks like at a glance, and that the decision (core/plan) says the same of builds. */
#include "core/fleet.h"

#include "core/build.h"
#include "core/plan.h"

#include "test/unit/core/conf_fixture.h"

#define NOW 2000000000
#define DAY 86400L
#define SN "00-90-33-30-00-af"

static struct {
	struct arena arena;
	struct config *config;
	struct master master;
	struct fleet_judge judge;
	struct device d;
} w;

static void configure(const char *inside)
{
	conf_free(w.config);
	w.config = conf_fixture(inside);
	w.judge = (struct fleet_judge){w.config, &w.master, NOW};
}

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	device_init(&w.d, SN);
	w.d.created = NOW - DAY;
	w.d.seen = NOW - 10;
	w.d.type = "IP232";
	w.d.hwid = "IP232-30-00-af";
	w.d.classes = "phone, pre_opus_phone, phone_newui, ip232";
	w.d.environments = "default, berlin";
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	conf_free(w.config);
	arena_free(&w.arena);
	return 0;
}

/* ---- presence ---- */

static void present_and_missing(void **state)
{
	(void)state;
	configure("<status missing='100'/>");
	assert_int_equal(fleet_presence(&w.judge, &w.d), FLEET_PRESENT);
	w.d.seen = NOW - 101;
	assert_int_equal(fleet_presence(&w.judge, &w.d), FLEET_MISSING);
	assert_false(fleet_settled(&w.d));
	w.d.settled = NOW;
	assert_true(fleet_settled(&w.d));
}

static void every_state_has_a_word_of_its_own(void **state)
{
	(void)state;
	assert_string_equal(fleet_presence_name(FLEET_MISSING), "missing");
	assert_string_equal(fleet_presence_name(FLEET_PRESENT), "present");
	for (int i = 0; i < FLEET_BUILDS; i++) {
		assert_true(*fleet_build_name((enum fleet_build)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(fleet_build_name((enum fleet_build)i),
			    fleet_build_name((enum fleet_build)k));
	}
	for (int i = 0; i < FLEET_CERTS; i++) {
		assert_true(*fleet_cert_name((enum fleet_cert)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(fleet_cert_name((enum fleet_cert)i),
			    fleet_cert_name((enum fleet_cert)k));
	}
}

/* ---- builds ---- */

/* Which builds the decision asks for; "": none. */
static void decide(const char **firmware, const char **bootcode)
{
	struct req_input input = {
	    .method = "GET",
	    .path = "/update/update.php",
	    .query = "type=IP232&sn=" SN "&hwid=IP232-30-00-af&ip=10.0.0.1&phase=update&polling=0"
		     "&env=default,berlin",
	    .host = "update.example",
	    .port = "80",
	    .peer = "10.0.0.1",
	};
	struct snippets *snippets = snip_new();
	struct md5 *md5 = md5_new();
	struct request *r = arena_alloc(&w.arena, sizeof *r);
	struct plan *plan = arena_alloc(&w.arena, sizeof *plan);
	req_parse(&w.arena, &input, w.config, r);
	const struct plan_input in = {.config = w.config,
	    .snippets = snippets,
	    .master = &w.master,
	    .request = r,
	    .md5 = md5,
	    .now = NOW};
	plan_make(&w.arena, &in, plan);
	assert_null(plan->who.unknown);
	*firmware = plan->firmware ? plan->firmware : "";
	*bootcode = plan->bootcode ? plan->bootcode : "";
	md5_free(md5);
	snip_free(snippets);
}

/* A device that runs nothing that is known is asked to load what is wanted. */
static void assert_wanted(const char *inside, const char *firmware, const char *bootcode)
{
	const char *is_sent, *boot_is_sent;
	configure(inside);
	decide(&is_sent, &boot_is_sent);
	if (strcmp(fleet_wanted_firmware(&w.judge, &w.d), firmware) != 0 ||
	    strcmp(fleet_wanted_bootcode(&w.judge, &w.d), bootcode) != 0)
		fail_msg("%s: %s, %s", inside, fleet_wanted_firmware(&w.judge, &w.d),
		    fleet_wanted_bootcode(&w.judge, &w.d));
	if (strcmp(is_sent, firmware) != 0 || strcmp(boot_is_sent, bootcode) != 0)
		fail_msg("%s: sent are %s, %s", inside, is_sent, boot_is_sent);
}

#define ENVIRONMENTS \
	"<environments combine='all'><environment id='default'/><environment id='berlin'/></environments>"
#define BUILDS(more) \
	ENVIRONMENTS "<master info='none' firmware='125678' bootcode='125670'>" more "</master>"
#define OF_MASTER \
	ENVIRONMENTS "<master info='http://192.0.2.1/' firmware='master' bootcode='master'/>"

static void which_build_is_wanted(void **state)
{
	(void)state;
	assert_wanted(BUILDS(""), "125678", "125670");
	assert_wanted(ENVIRONMENTS "<master info='' firmware='125678' bootcode='125670'/>", "", "");
	assert_wanted(
	    ENVIRONMENTS "<master info='none' firmware='none' bootcode='125670'/>", "", "125670");
	assert_wanted(
	    ENVIRONMENTS "<master info='none' firmware='125678' bootcode='none'/>", "125678", "");
	assert_wanted(ENVIRONMENTS "<master info='none' firmware='125678' bootcode='firmware'/>",
	    "125678", "125678");
	assert_wanted(BUILDS("") "<nobootdev><model>IP232</model></nobootdev>", "125678", "");
	assert_wanted(BUILDS("") "<nofirmdev><model>ip232</model></nofirmdev>", "", "125670");
	assert_wanted(BUILDS("") "<nofirmdev><model>ip23</model></nofirmdev>", "125678", "125670");
}

static void whom_it_applies_to(void **state)
{
	(void)state;
	assert_wanted(BUILDS("<applies>*</applies>"), "125678", "125670");
	assert_wanted(BUILDS("<applies>phone</applies>"), "125678", "125670");
	assert_wanted(BUILDS("<applies>ip232</applies>"), "125678", "125670");
	assert_wanted(BUILDS("<applies>gateway</applies>"), "", "");
	assert_wanted(BUILDS("<applies env='env'>berlin</applies>"), "125678", "125670");
	assert_wanted(BUILDS("<applies env='env'>default</applies>"), "125678", "125670");
	assert_wanted(
	    BUILDS("<applies env='env'>berlin</applies><applies>gateway</applies>"), "", "");
	w.d.environments = "default";
	assert_string_equal(fleet_wanted_firmware(&w.judge, &w.d), "");
	configure(BUILDS("<applies env='env'>berlin</applies>"));
	assert_string_equal(fleet_wanted_firmware(&w.judge, &w.d), "");
	w.d.environments = "default, berlin2";
	assert_string_equal(fleet_wanted_firmware(&w.judge, &w.d), "");
	w.d.environments = "xberlin";
	assert_string_equal(fleet_wanted_firmware(&w.judge, &w.d), "");
	w.d.environments = "";
	assert_string_equal(fleet_wanted_firmware(&w.judge, &w.d), "");
}

/* Of neither as long as one is not known: then nothing is sent at all. */
static void what_the_master_device_says(void **state)
{
	(void)state;
	assert_wanted(OF_MASTER, "", "");
	w.judge.master = NULL;
	assert_string_equal(fleet_wanted_firmware(&w.judge, &w.d), "");
	assert_int_equal(fleet_firmware(&w.judge, &w.d), FLEET_BUILD_UNWANTED);
	w.master =
	    (struct master){.firmware = "130986", .bootcode = "120012", .answered_at = NOW - 10};
	assert_wanted(OF_MASTER, "130986", "120012");
	*w.master.bootcode = '\0';
	assert_wanted(OF_MASTER, "130986", "");
	w.master.answered_at = 0;
	assert_wanted(ENVIRONMENTS "<master info='http://192.0.2.1/' firmware='125678' "
				   "bootcode='master'/>",
	    "", "");
}

static void where_a_build_stands(void **state)
{
	(void)state;
	static const struct {
		const char *runs, *told;
		enum fleet_build state;
	} cases[] = {
	    {"125678", "", FLEET_BUILD_CURRENT},
	    {"125678", "125678", FLEET_BUILD_CURRENT},
	    {"125678", "1", FLEET_BUILD_CURRENT},
	    {"1", "125678", FLEET_BUILD_LOADING},
	    {"", "125678", FLEET_BUILD_LOADING},
	    {"1", "", FLEET_BUILD_OTHER},
	    {"1", "2", FLEET_BUILD_OTHER},
	    {"", "", FLEET_BUILD_UNKNOWN},
	    {"", "2", FLEET_BUILD_UNKNOWN},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure("<master info='none' firmware='125678' bootcode='9'/>");
		w.d.prot = cases[i].runs;
		w.d.firmware = cases[i].told;
		w.d.boot = w.d.bootcode = "9";
		assert_int_equal(fleet_firmware(&w.judge, &w.d), cases[i].state);
		assert_int_equal(fleet_bootcode(&w.judge, &w.d), FLEET_BUILD_CURRENT);
		configure("<master info='none' firmware='9' bootcode='125678'/>");
		w.d.boot = cases[i].runs;
		w.d.bootcode = cases[i].told;
		w.d.prot = "9";
		assert_int_equal(fleet_bootcode(&w.judge, &w.d), cases[i].state);
		configure("<master info=''/>");
		assert_int_equal(fleet_bootcode(&w.judge, &w.d), FLEET_BUILD_UNWANTED);
	}
}

/* ---- certificates ---- */

#define CERTS \
	"<status dir='x'/><customcerts dir='certs' CAname='Example CA, Second CA' renew='30'/>"

static struct device good(void)
{
	struct device d = w.d;
	d.cert_at = NOW - 100;
	d.cert_subject = "IP232-30-00-af";
	d.cert_issuer = "Example CA\tSecond CA";
	d.cert_from = NOW - 100 * DAY;
	d.cert_until = NOW + 100 * DAY;
	return d;
}

static void assert_cert(const struct device *d, enum fleet_cert expected)
{
	enum fleet_cert is = fleet_cert(&w.judge, d);
	if (is != expected)
		fail_msg("%s instead of %s", fleet_cert_name(is), fleet_cert_name(expected));
}

static void where_certificates_are_off(void **state)
{
	(void)state;
	struct device d = good();
	d.cert_says = "error";
	configure("<status dir='x'/><customcerts dir=''/>");
	assert_cert(&d, FLEET_CERT_OFF);
	configure("<status dir=''/><customcerts dir='certs'/>");
	assert_cert(&d, FLEET_CERT_OFF);
}

/* Each step of a certificate's life; what speaks for several states is told by the first. */
static void the_life_of_a_certificate(void **state)
{
	(void)state;
	struct device d = w.d;
	configure(CERTS);
	assert_cert(&d, FLEET_CERT_UNKNOWN);
	d.cert_at = NOW - 100;
	d.cert_says = "none";
	assert_cert(&d, FLEET_CERT_NONE);
	d.cert_says = "none busy";
	assert_cert(&d, FLEET_CERT_ASKED);
	d.cert_says = "none request";
	assert_cert(&d, FLEET_CERT_ASKED);
	d.cert_asked = NOW - 90;
	assert_cert(&d, FLEET_CERT_ASKED);
	d.cert_request = NOW - 80;
	d.cert_asked = 0;
	assert_cert(&d, FLEET_CERT_APPROVAL);
	d.cert_signed = NOW - 70;
	assert_cert(&d, FLEET_CERT_SIGNED);
	d.cert_signed = 0; /* a file that an administrator put there himself … */
	d.cert_sent = NOW - 60;
	assert_cert(&d, FLEET_CERT_SIGNED);
	d.cert_sent = NOW - 81; /* … but not for this request */
	assert_cert(&d, FLEET_CERT_APPROVAL);
	struct device one = good();
	assert_cert(&one, FLEET_CERT_FINE);
	one.cert_until = NOW + 30 * DAY - 1;
	assert_cert(&one, FLEET_CERT_EXPIRING);
	one.cert_until = NOW + 30 * DAY;
	assert_cert(&one, FLEET_CERT_FINE);
	one.cert_until = NOW;
	one.cert_asked = NOW;
	assert_cert(&one, FLEET_CERT_EXPIRED);
	one.cert_request = NOW;
	assert_cert(&one, FLEET_CERT_APPROVAL);
	one.cert_revoked = NOW;
	assert_cert(&one, FLEET_CERT_REVOKED);
	one.cert_says = "request error";
	assert_cert(&one, FLEET_CERT_ERROR);
}

static void strangers(void **state)
{
	(void)state;
	struct device d = good();
	configure(CERTS);
	d.cert_issuer = "Example CA\tSomebody";
	assert_cert(&d, FLEET_CERT_STRANGER);
	d.cert_issuer = d.cert_subject;
	assert_cert(&d, FLEET_CERT_STRANGER);
	d.cert_issuer = "?";
	assert_cert(&d, FLEET_CERT_STRANGER);
	d.cert_until = NOW + DAY; /* it ends first */
	assert_cert(&d, FLEET_CERT_EXPIRING);
	d = good();
	d.cert_at = 0;
	d.cert_issuer = "";
	d.cert_until = 0;
	d.tls_issuer = "Somebody";
	d.tls_until = NOW + 100 * DAY;
	assert_cert(&d, FLEET_CERT_STRANGER);
	d.tls_issuer = "Example CA";
	assert_cert(&d, FLEET_CERT_FINE);
}

static void dates_that_are_not_understood(void **state)
{
	(void)state;
	struct device d = good();
	configure(CERTS);
	d.cert_until = 0;
	d.cert_says = "undated";
	assert_cert(&d, FLEET_CERT_UNKNOWN);
	d.cert_until = NOW + 100 * DAY; /* that of another one */
	assert_cert(&d, FLEET_CERT_UNKNOWN);
	d.cert_says = "";
	assert_cert(&d, FLEET_CERT_FINE);
}

static void when_a_certificate_ends(void **state)
{
	(void)state;
	static const struct {
		int64_t said, proved; /* days from now; 0: not known */
		bool with_proof;      /* what it said came with one */
		int64_t ends;
	} cases[] = {
	    {0, 0, false, 0},
	    {50, 0, false, 50},
	    {0, 60, false, 60},
	    {0, -5, false, -5},
	    {50, 60, false, 50},
	    {60, 50, false, 50},
	    {60, 50, true, 60},
	    {60, -5, false, 60},
	    {-5, 60, false, -5},
	};
	configure(CERTS);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d = w.d;
		d.cert_at = cases[i].said ? NOW : 0;
		d.cert_until = cases[i].said ? NOW + cases[i].said * DAY : 0;
		d.tls_issuer = cases[i].proved ? "Example CA" : "";
		d.tls_until = cases[i].proved ? NOW + cases[i].proved * DAY : 0;
		d.cert_proved = cases[i].with_proof;
		assert_int_equal(
		    fleet_cert_until(&w.judge, &d), cases[i].ends ? NOW + cases[i].ends * DAY : 0);
	}
	struct device d = good();
	d.cert_says = "none";
	assert_int_equal(fleet_cert_until(&w.judge, &d), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(present_and_missing),
	    TEST(every_state_has_a_word_of_its_own),
	    TEST(which_build_is_wanted),
	    TEST(whom_it_applies_to),
	    TEST(what_the_master_device_says),
	    TEST(where_a_build_stands),
	    TEST(where_certificates_are_off),
	    TEST(the_life_of_a_certificate),
	    TEST(strangers),
	    TEST(dates_that_are_not_understood),
	    TEST(when_a_certificate_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
