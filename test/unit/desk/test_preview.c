/* SPDX-License-Identifier: ISC */
/*
 * desk/preview: what a device would get if it polled now: with the URL of its last poll, else with one that is made
 * of what is known; as if it proved itself where it did so last and still can.
 */
#include "desk/preview.h"

#include "test/unit/core/conf_fixture.h"
#include "test/unit/helpers.h"

#define SN "00-90-33-30-00-af"
#define NOW 1800000000
#define CAS "<customcerts dir=\"certs\" CAname=\"Our CA\"/>"
#define KEPT "<master info=\"\"/><status dir=\"status\"/>"

static struct {
	char *folder;
	struct home home;
	struct config *config;
	struct arena arena;
	struct device device;
	struct snippets *snippets;
	struct md5 *md5;
	struct preview out;
	struct err e;
} w;

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.folder = folder_new();
	assert_true(home_open(&w.home, w.folder, &w.e));
	w.md5 = md5_new();
	w.snippets = snip_new();
	device_init(&w.device, SN);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	home_close(&w.home);
	folder_free(w.folder);
	conf_free(w.config);
	arena_free(&w.arena);
	snip_free(w.snippets);
	md5_free(w.md5);
	return 0;
}

static bool make(const char *inside)
{
	const struct preview_with with = {.snippets = w.snippets, .md5 = w.md5};
	conf_free(w.config);
	w.config = conf_fixture(inside);
	const struct desk desk = {.home = &w.home, .config = w.config, .who = "", .now = NOW};
	return preview_make(&desk, &w.arena, &w.device, &with, &w.out, &w.e);
}

static bool says(const char *text)
{
	for (size_t i = 0; i < w.out.plan.count; i++) {
		const struct step *s = &w.out.plan.steps[i];
		if ((s->reason && strstr(s->reason, text)) || (s->text && strstr(s->text, text)))
			return true;
	}
	return false;
}

static void known(void)
{
	w.device.created = w.device.seen = NOW - 60;
	w.device.type = "IP232";
	w.device.hwid = "IP232-30-00-af";
	w.device.realip = "172.16.0.20";
	w.device.ip = "192.0.2.7";
	w.device.proxy = "192.0.2.1";
	w.device.phase = "update";
	w.device.environments = "berlin, default";
	w.device.prot = "125 678&x";
}

static void made_up(void **state)
{
	(void)state;
	known();
	assert_true(
	    make(KEPT "<environments combine=\"all\"><environment id=\"berlin\"/></environments>"));
	assert_true(w.out.made_up);
	assert_string_equal(w.out.url,
	    "http://localhost/update/update.php?type=IP232&sn=" SN
	    "&hwid=IP232-30-00-af&ip=172.16.0.20&phase=update&env=berlin%2Cdefault&PROT=125%20678%26x");
	assert_string_equal(w.out.request.address, "192.0.2.7");
	assert_string_equal(w.out.request.proxy, "192.0.2.1");
	assert_string_equal(w.out.request.prot, "125 678&x");
	assert_null(w.out.plan.who.missing);
	assert_null(w.out.plan.who.unknown);
	assert_int_equal(w.out.plan.who.environments.count, 2);
}

static void made_up_of_little(void **state)
{
	(void)state;
	assert_true(make(KEPT));
	assert_string_equal(w.out.url, "http://localhost/update/update.php?sn=" SN);
	assert_non_null(w.out.plan.who.missing);
}

static void as_it_asked(void **state)
{
	(void)state;
	known();
	w.device.asked =
	    "https://[2001:db8::1]:8443/fleet/update.php?type=IP222&sn=" SN "&hwid=x&ip=y";
	assert_true(make(KEPT));
	assert_false(w.out.made_up);
	assert_string_equal(w.out.url, w.device.asked);
	assert_string_equal(w.out.request.type, "IP222");
	assert_string_equal(w.out.request.host, "[2001:db8::1]:8443");
	assert_int_equal(w.out.request.port, 8443);
	assert_true(w.out.request.https);
	assert_string_equal(w.out.request.path, "/fleet/update.php");
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
		w.device.asked = cases[i][0];
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
		w.device.environments = "default";
		w.device.https = cases[i].https;
		w.device.tls_issuer = cases[i].issuer;
		w.device.tls_until = cases[i].until;
		w.device.cert_revoked = cases[i].revoked;
		assert_true(make(KEPT CAS "<times forcehttps=\"true\" forcetrust=\"true\"/>"));
		assert_int_equal(w.out.proven, cases[i].expected);
		assert_int_equal(says("good certificate"), cases[i].expected);
	}
	w.device.tls_issuer = "Another CA";
	w.device.cert_revoked = 0;
	assert_true(make(KEPT CAS "<times forcehttps=\"true\" forcetrust=\"true\"/>"));
	assert_true(w.out.proven);
	assert_true(says("CAname"));
}

/* Nothing is remembered of devices: what the store knew from before does not count. */
static void without_state(void **state)
{
	(void)state;
	known();
	w.device.environments = "default";
	w.device.skip = 1;
	assert_true(make(KEPT));
	bool skipped = w.out.plan.only_queries;
	assert_true(make("<master info=\"\"/><status dir=\"\"/>"));
	assert_true(skipped);
	assert_false(w.out.plan.only_queries);
}

/* What lies in customcerts/@dir counts as for a poll. */
static void certificates(void **state)
{
	(void)state;
	known();
	w.device.cert_says = "request";
	w.device.cert_at = NOW - 5;
	assert_true(make(KEPT CAS));
	const struct plan_certs *none = preview_certs(&w.arena, &w.home, w.config, SN);
	assert_false(none->request);
	assert_int_equal(none->count, 0);
	assert_null(none->problem);
	assert_int_equal(mkdir(folder_path(w.folder, "certs"), 0700), 0);
	int fd =
	    open(folder_path(w.folder, "certs/" SN "-request.p10.der"), O_CREAT | O_WRONLY, 0600);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_true(preview_certs(&w.arena, &w.home, w.config, SN)->request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(made_up, setup, teardown),
	    cmocka_unit_test_setup_teardown(made_up_of_little, setup, teardown),
	    cmocka_unit_test_setup_teardown(as_it_asked, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(proven, setup, teardown),
	    cmocka_unit_test_setup_teardown(without_state, setup, teardown),
	    cmocka_unit_test_setup_teardown(certificates, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
