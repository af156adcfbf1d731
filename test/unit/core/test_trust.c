/* SPDX-License-Identifier: ISC */
/* Whom a client certificate makes of a caller. */
#include "core/trust.h"

#include "test/unit/core/conf_fixture.h"

#define SN "00-90-33-30-00-af"
#define HWID "IP232-30-00-af"
#define NOW 1767225600 /* 2026-01-01 */
#define DAY 86400

#define CA_NAMES "<customcerts CAname='Some CA, Example Device CA'/>"
#define FORCED "<times forcehttps='true' forcetrust='true'/>"

static const struct cert own = {HWID, "Example Device CA", "1A", NOW - DAY, NOW + DAY, NULL};

static struct arena arena;

static int reset(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void issuers(void **state)
{
	struct config *c = conf_fixture(CA_NAMES);
	(void)state;
	assert_true(trust_is_ca(c, "Some CA"));
	assert_true(trust_is_ca(c, "Example Device CA"));
	assert_false(trust_is_ca(c, "some ca"));
	assert_false(trust_is_ca(c, "Some"));
	assert_false(trust_is_ca(c, "Some CA, Example Device CA"));
	assert_false(trust_is_ca(c, ""));
	conf_free(c);
}

static void forced(void **state)
{
	static const struct {
		const char *xml;
		bool is;
	} list[] = {
	    {"", false},
	    {"<times forcehttps='true'/>", false},
	    {"<times forcetrust='true'/>", false},
	    {FORCED, true},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct config *c = conf_fixture(list[i].xml);
		assert_int_equal(trust_is_forced(c), list[i].is);
		conf_free(c);
	}
}

struct name {
	const char *cn, *sn, *hwid;
	bool is;
};

static void check_names(const char *xml, const struct name *list, size_t count)
{
	struct config *c = conf_fixture(xml);
	for (size_t i = 0; i < count; i++) {
		if (trust_is_name(c, list[i].cn, list[i].sn, list[i].hwid) != list[i].is)
			fail_msg("%s for %s, %s", list[i].cn, list[i].sn, list[i].hwid);
	}
	conf_free(c);
}

static void names(void **state)
{
	static const struct name list[] = {
	    {HWID, SN, HWID, true},
	    {"ip232-30-00-AF", SN, HWID, true},
	    {"0090333000af", SN, HWID, true},
	    {"0090333000AF", "00-90-33-30-00-AF", HWID, true},
	    {"0090333000af", "0090333000af", NULL, true},
	    {SN, SN, HWID, false}, /* with its dashes it is no name */
	    {"IP232-99-99-99", SN, HWID, false},
	    {"0090333000a", SN, HWID, false},
	    {"0090333000af0", SN, HWID, false},
	    {"IP232", SN, HWID, false},
	    {"IP232-30-00-af ", SN, HWID, false},
	    {"IP232-30-00-afx", SN, HWID, false},
	    {"*", SN, HWID, false},
	    {HWID, NULL, NULL, false},
	    {"", SN, HWID, false},
	    {"", "", "", false},
	    {"", NULL, NULL, false},
	};
	(void)state;
	check_names("", list, COUNT(list));
}

/* What the vendor wrote into certificates, and what these devices say they are. */
static void spellings(void **state)
{
	static const struct name list[] = {
	    {"IP222s-30-00-af", SN, "IP222-30-00-af", true},
	    {"IP232s-30-00-af", SN, HWID, true},
	    {"ip232S-30-00-AF", SN, HWID, true},
	    {"IP240a-30-00-af", SN, "IP240-30-00-af", true},
	    {"IP200a-30-00-af", SN, "IP200-30-00-af", true},
	    {"IP200a", NULL, "IP200", true},
	    {"IP240a-30-00-af", SN, "IP240a-30-00-af", true},
	    {"IP240-30-00-af", SN, "IP240a-30-00-af", false}, /* not the other way round */
	    {"IP232sx-30-00-af", SN, "IP232x-30-00-af", false},
	    {"IP242s-30-00-af", SN, "IP242-30-00-af", false},
	    {"IP222s-30-00-ae", SN, "IP222-30-00-af", false},
	    {"IP222s-30-00-af", SN, HWID, false},
	    {"xIP232s-30-00-af", SN, HWID, false},
	};
	(void)state;
	check_names("", list, COUNT(list));
}

/* A hardware id of one device and the serial number of another make no device. */
static void two_devices(void **state)
{
	static const struct name list[] = {
	    {HWID, "00-90-33-11-22-33", HWID, false},
	    {"009033112233", "00-90-33-11-22-33", HWID, false},
	    {"0090333000af", SN, "IP232-11-22-33", false},
	    {HWID, "af", HWID, false},
	    {HWID, "3000AF", HWID, true},
	    /* A hardware id with nothing of the serial number in it proves nothing of that. */
	    {"SWPHONE-01", "00-90-33-99-99-99", "SWPHONE-01", false},
	    {"-30-00-af", "00-90-33-11-22-33", "-30-00-af", false},
	    {"X-30-00-ag", "00-90-33-11-22-33", "X-30-00-ag", false},
	    {"0090333000b0", SN, "0090333000b0", false},
	    {"0090333000af", SN, "SWPHONE-01", true},
	    {"00-90-33-30-00-af", SN, HWID, false},
	    {"SWPHONE-01", NULL, "SWPHONE-01", true},
	};
	(void)state;
	check_names("", list, COUNT(list));
}

/* Requests that bring the serial number alone. */
static void serial_alone(void **state)
{
	static const struct name list[] = {
	    {HWID, SN, NULL, true},
	    {"IP232s-30-00-af", SN, "", true},
	    {"0090333000af", SN, NULL, true},
	    {HWID, "00-90-33-11-22-33", NULL, false},
	    {"009033112233", SN, NULL, false},
	    {"SWPHONE-01", SN, NULL, false},
	    {HWID, NULL, HWID, true},
	    {HWID, "", HWID, true},
	    {"0090333000af", NULL, HWID, false},
	};
	(void)state;
	check_names("", list, COUNT(list));
}

static void wildcard(void **state)
{
	static const struct name list[] = {
	    {"Any device", SN, HWID, true},
	    {"Any device", NULL, NULL, true},
	    {"Any device", SN, "IP232-11-22-33", true},
	    {"any device", SN, HWID, false},
	    {"Any", SN, HWID, false},
	    {HWID, SN, HWID, true},
	};
	static const struct name star[] = {{"*", SN, HWID, true}, {"x", SN, HWID, false}};
	(void)state;
	check_names("<customcerts CAwildcard='Any device'/>", list, COUNT(list));
	check_names("<customcerts CAwildcard='*'/>", star, COUNT(star));
}

/* ---- a request ---- */

static enum trust trust(const struct request *r, const char **why)
{
	struct config *c = conf_fixture(CA_NAMES);
	enum trust t = trust_of(&arena, c, r, NOW, why);
	conf_free(c);
	return t;
}

static struct request request(const struct cert *cert)
{
	return (struct request){.https = true, .port = 444, .cert = cert, .sn = SN, .hwid = HWID};
}

static void sentences(void **state)
{
	static const struct {
		struct cert cert;
		enum trust trust;
		const char *why;
	} list[] = {
	    {{HWID, "Example Device CA", "1", NOW - DAY, NOW + DAY, NULL}, TRUST_GOOD,
		"good certificate (CN='IP232-30-00-af', issued by 'Example Device CA')"},
	    {{HWID, "Some CA", "1", NOW, NOW, NULL}, TRUST_GOOD,
		"good certificate (CN='IP232-30-00-af', issued by 'Some CA')"},
	    {{"PC", "Some CA", "1", NOW, NOW, NULL}, TRUST_FOREIGN,
		"the device claims to be IP232-30-00-af with the serial number 00-90-33-30-00-af, but its certificate is for another one: CN='PC', issued by 'Some CA'"},
	    {{HWID, "No CA", "1", NOW, NOW, NULL}, TRUST_UNKNOWN,
		"a certificate that is not trusted (CN='IP232-30-00-af', issued by 'No CA'): the issuer is not in customcerts/@CAname"},
	    {{HWID, "Some CA", "1", NOW - DAY, NOW - 1, NULL}, TRUST_UNKNOWN,
		"a certificate that is not trusted (CN='IP232-30-00-af', issued by 'Some CA'): it is not valid any more, since 2025-12-31 23:59 UTC"},
	    {{HWID, "Some CA", "1", NOW + 1, NOW + DAY, NULL}, TRUST_UNKNOWN,
		"a certificate that is not trusted (CN='IP232-30-00-af', issued by 'Some CA'): it is not valid before 2026-01-01 00:00 UTC"},
	    /* Whose it is comes first. */
	    {{"PC", "No CA", "1", NOW - 2, NOW - 1, NULL}, TRUST_FOREIGN,
		"the device claims to be IP232-30-00-af with the serial number 00-90-33-30-00-af, but its certificate is for another one: CN='PC', issued by 'No CA'"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		const struct request r = request(&list[i].cert);
		const char *why;
		assert_int_equal(trust(&r, &why), list[i].trust);
		assert_string_equal(why, list[i].why);
	}
}

static void no_certificate(void **state)
{
	struct request r = request(NULL);
	const char *why;
	(void)state;
	r.port = 443;
	assert_int_equal(trust(&r, &why), TRUST_NONE);
	assert_string_equal(why,
	    "no client certificate: port 443 did not ask for one; use the port for mutual TLS (times/@httpsport)");
	r.https = false;
	assert_int_equal(trust(&r, &why), TRUST_NONE);
	assert_string_equal(why, "no client certificate can come over HTTP");
}

/* Other arguments than a poll's. */
static void claims(void **state)
{
	struct request r = request(&own);
	const char *why;
	(void)state;
	r.hwid = NULL;
	assert_int_equal(trust(&r, &why), TRUST_GOOD);
	r.sn = "00-90-33-11-22-33";
	assert_int_equal(trust(&r, &why), TRUST_FOREIGN);
	assert_string_equal(why,
	    "the device claims to be the one with the serial number 00-90-33-11-22-33, but its certificate is for another one: CN='IP232-30-00-af', issued by 'Example Device CA'");
	r.hwid = HWID;
	assert_int_equal(trust(&r, &why), TRUST_FOREIGN);
	assert_string_equal(why,
	    "the device claims to be IP232-30-00-af with the serial number 00-90-33-11-22-33, and these two are not of one device; its certificate: CN='IP232-30-00-af', issued by 'Example Device CA'");
	r.sn = NULL;
	assert_int_equal(trust(&r, &why), TRUST_GOOD);
	r.sn = SN;
	struct cert made = own;
	r.cert = &made;
	made.sn = "0090333000AF"; /* its own, written another way */
	assert_int_equal(trust(&r, &why), TRUST_GOOD);
	made.sn = "aa-aa-aa-30-00-af"; /* the name fits, but we know better */
	assert_int_equal(trust(&r, &why), TRUST_FOREIGN);
	assert_non_null(strstr(why, "was made here for the one with the serial number aa-aa-aa"));
	r.cert = &own;
	r.sn = r.hwid = NULL;
	assert_int_equal(trust(&r, &why), TRUST_FOREIGN);
	assert_string_equal(why,
	    "the device claims to be no one, but its certificate is for another one: CN='IP232-30-00-af', issued by 'Example Device CA'");
}

/* Backups are kept by hardware id: who proved a serial number must not write into any folder. */
static void hardware_ids(void **state)
{
	static const struct {
		const char *cn, *sn, *hwid;
		bool proven;
	} list[] = {
	    {HWID, SN, HWID, true},
	    {HWID, NULL, HWID, true},
	    {"0090333000af", SN, HWID, true},
	    {"0090333000af", SN, "SWPHONE-01", false},
	    {"0090333000af", NULL, HWID, false},
	    {"SWPHONE-01", NULL, "SWPHONE-01", true},
	    {"Any device", SN, "SWPHONE-01", true},
	    {HWID, SN, NULL, false},
	};
	(void)state;
	struct config *c = conf_fixture("<customcerts CAwildcard='Any device'/>");
	for (size_t i = 0; i < COUNT(list); i++) {
		const struct cert cert = {.cn = list[i].cn};
		const struct request r = {.cert = &cert, .sn = list[i].sn, .hwid = list[i].hwid};
		assert_int_equal(trust_is_hwid(c, &r), list[i].proven);
	}
	const struct request none = {.sn = SN, .hwid = HWID};
	assert_false(trust_is_hwid(c, &none));
	conf_free(c);
	assert_true(trust_same_serial("", "") && trust_same_serial("-A-", "a"));
	assert_false(trust_same_serial("a", "ab") || trust_same_serial("ab", "a"));
}

/* Nothing of a certificate comes out raw. */
static void shown(void **state)
{
	const struct cert odd = {"a\nb\xff", "c\x1b[1m", "1", NOW, NOW, NULL};
	struct request r = request(&odd);
	const char *why;
	(void)state;
	assert_int_equal(trust(&r, &why), TRUST_FOREIGN);
	assert_non_null(strstr(why, "CN='a\\x0ab\\xff', issued by 'c\\x1b[1m'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(issuers),
	    cmocka_unit_test(forced),
	    cmocka_unit_test(names),
	    cmocka_unit_test(spellings),
	    cmocka_unit_test(two_devices),
	    cmocka_unit_test(serial_alone),
	    cmocka_unit_test(wildcard),
	    cmocka_unit_test_teardown(sentences, reset),
	    cmocka_unit_test_teardown(no_certificate, reset),
	    cmocka_unit_test_teardown(claims, reset),
	    cmocka_unit_test_teardown(shown, reset),
	    cmocka_unit_test(hardware_ids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
