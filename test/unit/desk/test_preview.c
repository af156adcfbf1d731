/* SPDX-License-Identifier: ISC */
/*
 * desk/preview: what a device would get if it polled now: with the URL of its last poll, else with one that is made
 * of what is known; as if it proved itself where it did so last and still can.
 */
#include "desk/preview.h"

#include "test/unit/home_fixture.h"

#define SN "00-90-33-30-00-af"
#define NOW 1800000000
#define CAS "<customcerts dir=\"certs\" CAname=\"Our CA\"/>"
#define KEPT "<master info=\"\"/><status dir=\"status\"/>"

static struct device device;
static struct snippets *snippets;
static struct md5 *md5;
static struct preview out;

static int setup(void **state)
{
	(void)state;
	home_fixture_setup("");
	md5 = md5_new();
	snippets = snip_new();
	device_init(&device, SN);
	return 0;
}

static int teardown(void **state)
{
	snip_free(snippets);
	md5_free(md5);
	return home_fixture_teardown(state);
}

static bool make(const char *inside)
{
	const struct preview_with with = {.snippets = snippets, .md5 = md5};
	home_fixture_configure(inside);
	const struct desk desk = {.home = &home, .config = config, .who = "", .now = NOW};
	return preview_make(&desk, &w.arena, &device, &with, &out, &w.e);
}

static bool says(const char *text)
{
	for (size_t i = 0; i < out.plan.count; i++) {
		const struct step *s = &out.plan.steps[i];
		if ((s->reason && strstr(s->reason, text)) || (s->text && strstr(s->text, text)))
			return true;
	}
	return false;
}

static void known(void)
{
	device.created = device.seen = NOW - 60;
	device.type = "IP232";
	device.hwid = "IP232-30-00-af";
	device.realip = "172.16.0.20";
	device.ip = "192.0.2.7";
	device.proxy = "192.0.2.1";
	device.phase = "update";
	device.environments = "berlin, default";
	device.prot = "125 678&x";
}

static void made_up(void **state)
{
	(void)state;
	known();
	assert_true(
	    make(KEPT "<environments combine=\"all\"><environment id=\"berlin\"/></environments>"));
	assert_true(out.made_up);
	assert_string_equal(out.url,
	    "http://localhost/update/update.php?type=IP232&sn=" SN
	    "&hwid=IP232-30-00-af&ip=172.16.0.20&phase=update&env=berlin%2Cdefault&PROT=125%20678%26x");
	assert_string_equal(out.request.address, "192.0.2.7");
	assert_string_equal(out.request.proxy, "192.0.2.1");
	assert_string_equal(out.request.prot, "125 678&x");
	assert_null(out.plan.who.missing);
	assert_null(out.plan.who.unknown);
	assert_int_equal(out.plan.who.environments.count, 2);
}

static void made_up_of_little(void **state)
{
	(void)state;
	assert_true(make(KEPT));
	assert_string_equal(out.url, "http://localhost/update/update.php?sn=" SN);
	assert_non_null(out.plan.who.missing);
}

static void as_it_asked(void **state)
{
	(void)state;
	known();
	device.asked =
	    "https://[2001:db8::1]:8443/fleet/update.php?type=IP222&sn=" SN "&hwid=x&ip=y";
	assert_true(make(KEPT));
	assert_false(out.made_up);
	assert_string_equal(out.url, device.asked);
	assert_string_equal(out.request.type, "IP222");
	assert_string_equal(out.request.host, "[2001:db8::1]:8443");
	assert_int_equal(out.request.port, 8443);
	assert_true(out.request.https);
	assert_string_equal(out.request.path, "/fleet/update.php");
}

static void what_is_refused(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"nonsense", "must begin with http"},
	    {"http://x", "host and a path"},
	    {"http:///update.php", "host and a path"},
	    {"http://x/%zz", "hexadecimal"},
	    {"http://x/a%00b", "hexadecimal"},
	    {"http://x y/update.php?sn=" SN, "Host"},
	    {"http://x/update.php?sn=%21", "argument sn"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		device.asked = cases[i][0];
		if (make(KEPT) || !strstr(w.e.text, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], w.e.text);
	}
}

/* Forced trust: snippets only for whoever shows a certificate. */
static void proven(void **state)
{
	(void)state;
	static const struct {
		int64_t https, until, revoked;
		const char *issuer;
		bool expected;
	} cases[] = {
	    {1, NOW + 1000, 0, "Our CA", true},
	    {0, NOW + 1000, 0, "Our CA", false},
	    {1, NOW, 0, "Our CA", false},
	    {1, NOW + 1000, NOW - 5, "Our CA", false},
	    {1, NOW + 1000, 0, "", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		known();
		device.environments = "default";
		device.https = cases[i].https;
		device.tls_issuer = cases[i].issuer;
		device.tls_until = cases[i].until;
		device.cert_revoked = cases[i].revoked;
		assert_true(make(KEPT CAS "<times forcehttps=\"true\" forcetrust=\"true\"/>"));
		assert_int_equal(out.proven, cases[i].expected);
		assert_int_equal(says("good certificate"), cases[i].expected);
	}
	device.tls_issuer = "Another CA";
	device.cert_revoked = 0;
	assert_true(make(KEPT CAS "<times forcehttps=\"true\" forcetrust=\"true\"/>"));
	assert_true(out.proven);
	assert_true(says("CAname"));
}

/* Nothing is remembered of devices: what the store knew from before does not count. */
static void without_state(void **state)
{
	(void)state;
	known();
	device.environments = "default";
	device.skip = 1;
	assert_true(make(KEPT));
	bool skipped = out.plan.only_queries;
	assert_true(make("<master info=\"\"/><status dir=\"\"/>"));
	assert_true(skipped);
	assert_false(out.plan.only_queries);
}

/* What lies in customcerts/@dir counts as for a poll. */
static void certificates(void **state)
{
	(void)state;
	known();
	device.cert_says = "request";
	device.cert_at = NOW - 5;
	assert_true(make(KEPT CAS));
	const struct plan_certs *none = preview_certs(&w.arena, &home, config, SN);
	assert_false(none->request);
	assert_int_equal(none->count, 0);
	assert_null(none->problem);
	assert_int_equal(mkdir(folder_path(w.folder, "certs"), 0700), 0);
	int fd =
	    open(folder_path(w.folder, "certs/" SN "-request.p10.der"), O_CREAT | O_WRONLY, 0600);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_true(preview_certs(&w.arena, &home, config, SN)->request);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(made_up),
	    TEST(made_up_of_little),
	    TEST(as_it_asked),
	    TEST(what_is_refused),
	    TEST(proven),
	    TEST(without_state),
	    TEST(certificates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
