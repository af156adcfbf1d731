/* SPDX-License-Identifier: ISC */
/* rollcall/census: who would be locked out, and why; who has which certificate. */
#include "core/census.h"

#include "test/unit/core/conf_fixture.h"
#include "test/unit/helpers.h"

#define DAY 86400
#define NOW 1772366400 /* 2026-03-01T12:00:00Z */

static struct census s;
static struct config *config;
static const struct cert cas[] = {
    {.cn = "Old", .issuer = "Old", .serial = "1", .from = NOW - DAY, .until = NOW + 900 * DAY},
    {.cn = "New", .issuer = "New", .serial = "2", .from = NOW - DAY, .until = NOW + 900 * DAY},
    {.cn = "Past", .issuer = "Past", .serial = "3", .from = NOW - 9 * DAY, .until = NOW - DAY},
};

static int setup(void **state)
{
	(void)state;
	config = conf_fixture(
	    "<customcerts dir=\"certs\" CAname=\"Old, New, Past, Absent\" CAwildcard=\"any\"/>"
	    "<status dir=\"status\" missing=\"604800\"/>");
	memset(&s, 0, sizeof s);
	s.config = config;
	s.cas = cas;
	s.ncas = COUNT(cas);
	s.now = NOW;
	census_begin(&s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	census_free(&s);
	conf_free(config);
	return 0;
}

/* One that has answered and is fine; it was seen an hour ago. */
static struct device device(const char *issuer)
{
	struct device d;
	device_init(&d, "00-90-33-30-00-af");
	d.hwid = "IP232-30-00-af";
	d.seen = NOW - 3600;
	d.cert_at = NOW - 3600;
	d.cert_subject = "IP232-30-00-af";
	d.cert_issuer = issuer;
	d.cert_from = NOW - DAY;
	d.cert_until = NOW + 30 * DAY;
	return d;
}

static struct device proved(struct device d, const char *issuer, int64_t until)
{
	d.tls_issuer = issuer;
	d.tls_until = until;
	return d;
}

static enum census_fault fault(struct device d)
{
	return census_fault(&s, &d, NULL);
}

static enum census_fault without(struct device d, const char *name)
{
	return census_fault(&s, &d, name);
}

static void what_it_says(void **state)
{
	(void)state;
	struct device d = device("Old");
	assert_int_equal(fault(d), CENSUS_FINE);
	d.cert_at = 0;
	assert_int_equal(fault(d), CENSUS_UNKNOWN);
	d = device("Old"), d.cert_says = "none";
	assert_int_equal(fault(d), CENSUS_NONE);
	d = device("Old"), d.cert_says = "request error";
	assert_int_equal(fault(d), CENSUS_ERROR);
	d = device("Old"), d.cert_says = "undated";
	assert_int_equal(fault(d), CENSUS_UNDATED);
	d = device("Old"), d.cert_until = 0;
	assert_int_equal(fault(d), CENSUS_UNDATED);
	d = device("Old"), d.cert_until = NOW;
	assert_int_equal(fault(d), CENSUS_EXPIRED);
	d = device("Old"), d.cert_from = NOW + 1;
	assert_int_equal(fault(d), CENSUS_EARLY);
	d = device("Old"), d.cert_subject = "IP232-30-00-b0";
	assert_int_equal(fault(d), CENSUS_NAME);
	d = device("Old"), d.cert_subject = "any";
	assert_int_equal(fault(d), CENSUS_FINE);
	d = device("IP232-30-00-af");
	assert_int_equal(fault(d), CENSUS_SELF_SIGNED);
	assert_int_equal(fault(device("Nobody")), CENSUS_STRANGER);
	assert_int_equal(fault(device("")), CENSUS_STRANGER);
	assert_int_equal(fault(device("Old\tNew")), CENSUS_FINE);
	assert_int_equal(fault(device("Old\tNobody")), CENSUS_STRANGER);
	assert_int_equal(fault(device("Past")), CENSUS_NOT_IN_FILE);
	assert_int_equal(fault(device("Absent")), CENSUS_NOT_IN_FILE);
	s.cas = NULL;
	assert_int_equal(fault(device("Absent")), CENSUS_FINE);
}

static void what_it_proved(void **state)
{
	(void)state;
	struct device silent = device("Old"), undated = device("Old"), named = device("Old");
	silent.cert_at = 0;
	undated.cert_says = "undated";
	named.cert_subject = "something";
	assert_int_equal(fault(proved(silent, "Old", NOW + DAY)), CENSUS_FINE);
	assert_int_equal(fault(proved(silent, "Old", NOW)), CENSUS_EXPIRED);
	assert_int_equal(fault(proved(silent, "Nobody", NOW + DAY)), CENSUS_STRANGER);
	assert_int_equal(fault(proved(silent, "Past", NOW + DAY)), CENSUS_NOT_IN_FILE);
	/* What is old does not count against what it says, but what it still uses does. */
	assert_int_equal(fault(proved(device("New"), "Old", NOW - DAY)), CENSUS_FINE);
	assert_int_equal(fault(proved(device("New"), "Nobody", NOW + DAY)), CENSUS_STRANGER);
	/* What it says is odd, but it has shown us. */
	assert_int_equal(fault(proved(undated, "Old", NOW + DAY)), CENSUS_FINE);
	assert_int_equal(fault(proved(named, "Old", NOW + DAY)), CENSUS_FINE);
	assert_int_equal(fault(proved(named, "Nobody", NOW + DAY)), CENSUS_NAME);
	/* It had a good one once. */
	assert_int_equal(fault(proved(device("Nobody"), "Old", NOW + DAY)), CENSUS_STRANGER);
}

/* Its hardware id is right for whoever says that he has it, unless the serial number is in it. */
static void a_hardware_id_that_proves_nothing(void **state)
{
	(void)state;
	struct device d = device("Old");
	d.hwid = d.cert_subject = "DESK-7";
	assert_int_equal(fault(d), CENSUS_NAME);
	/* That it was let in with it before this was known does not help. */
	assert_int_equal(fault(proved(d, "Old", NOW + DAY)), CENSUS_NAME);
	census_add(&s, &d);
	assert_string_equal(s.locked.list[0].why,
	    "the common name of its certificate is \"DESK-7\", which is its hardware id, but has nothing "
	    "of its serial number in it");
	d.cert_subject = "0090333000af";
	assert_int_equal(fault(d), CENSUS_FINE);
}

/* ---- who will be locked out ---- */

static enum census_fault soon(struct device d)
{
	assert_int_equal(fault(d), CENSUS_FINE);
	return census_soon(&s, &d);
}

static void absent(void **state)
{
	(void)state;
	struct device d = device("Old");
	d.seen = NOW - 7 * DAY;
	assert_int_equal(soon(d), CENSUS_IDLE);
	d.seen--;
	assert_int_equal(soon(d), CENSUS_ABSENT);
	/* What has begun is of no use to one that does not come. */
	d.cert_request = NOW - 9 * DAY;
	assert_int_equal(soon(d), CENSUS_ABSENT);
	d.cert_until = NOW + 30 * DAY + 1;
	assert_int_equal(soon(d), CENSUS_FINE);
	d.cert_until = NOW + 30 * DAY;
	census_add(&s, &d);
	assert_int_equal(s.soon.count, 1);
	assert_int_equal(s.locked.count, 0);
	assert_string_equal(s.soon.list[0].why,
	    "its certificate ends on 2026-03-31, and it was last seen on 2026-02-22");
}

static void idle(void **state)
{
	(void)state;
	struct device d = device("Old");
	assert_int_equal(soon(d), CENSUS_IDLE);
	d.cert_asked = NOW;
	assert_int_equal(soon(d), CENSUS_FINE);
	d = device("Old"), d.cert_request = NOW;
	assert_int_equal(soon(d), CENSUS_FINE);
	d = device("Old"), d.cert_says = "request";
	assert_int_equal(soon(d), CENSUS_FINE);
	d = device("Old"), d.cert_says = "busy";
	assert_int_equal(soon(d), CENSUS_FINE);
	/* It is not due yet; but nothing will become of it where certificates are not looked after. */
	config->customcerts_renew = 30;
	assert_int_equal(soon(device("Old")), CENSUS_FINE);
	config->customcerts_dir = "";
	assert_int_equal(soon(device("Old")), CENSUS_IDLE);
	d = device("Old"), d.cert_says = "none", d.cert_until = 0;
	census_add(&s, &d); /* it is locked out, not soon */
	assert_int_equal(s.soon.count, 0);
}

/* What it says counts when it came with a proof. */
static void which_certificate_ends(void **state)
{
	(void)state;
	struct device d = proved(device("New"), "Old", NOW + 9 * DAY);
	d.cert_until = NOW + 900 * DAY;
	assert_int_equal(soon(d), CENSUS_IDLE);
	d.cert_proved = 1;
	assert_int_equal(soon(d), CENSUS_FINE);
	d.cert_proved = 0, d.tls_until = NOW - DAY;
	assert_int_equal(soon(d), CENSUS_FINE);
	d.cert_at = 0, d.tls_until = NOW + DAY;
	assert_int_equal(soon(d), CENSUS_IDLE);
	d = proved(device("Old"), "Old", NOW + 900 * DAY);
	assert_int_equal(soon(d), CENSUS_IDLE);
}

static void without_a_ca(void **state)
{
	(void)state;
	assert_int_equal(without(device("Old"), "Old"), CENSUS_DROPPED);
	assert_int_equal(without(device("Old"), "New"), CENSUS_FINE);
	assert_int_equal(without(device("New\tOld"), "Old"), CENSUS_DROPPED);
	assert_int_equal(without(device("Nobody"), "Old"), CENSUS_STRANGER);
	/* It says that it has the new one, but was last seen with the old one. */
	assert_int_equal(without(proved(device("New"), "Old", NOW + DAY), "Old"), CENSUS_DROPPED);
	assert_int_equal(without(proved(device("New"), "New", NOW + DAY), "Old"), CENSUS_FINE);
}

static void revoked(void **state)
{
	(void)state;
	struct device d = device("Old");
	const struct issued first = {.sn = d.sn,
	    .issuer = "Old",
	    .at = NOW - 9 * DAY,
	    .until = d.cert_until,
	    .revoked = NOW - DAY};
	struct issued other = first;
	other.sn = "00-90-33-30-00-b0";
	census_issued(&s, &first);
	census_issued(&s, &other);
	assert_int_equal(fault(d), CENSUS_REVOKED);
	d.cert_at = 0;
	assert_int_equal(fault(proved(d, "Old", d.cert_until)), CENSUS_REVOKED);
	assert_int_equal(fault(device("New")), CENSUS_FINE);
}

static void revoked_and_signed_again(void **state)
{
	(void)state;
	struct device d = device("Old");
	const struct issued both[] = {
	    {.sn = d.sn, .issuer = "Old", .at = NOW - DAY, .until = d.cert_until},
	    {.sn = d.sn,
		.issuer = "Old",
		.at = NOW - 9 * DAY,
		.until = d.cert_until,
		.revoked = NOW},
	};
	census_issued(&s, &both[0]);
	census_issued(&s, &both[1]);
	assert_int_equal(fault(d), CENSUS_FINE);
}

/* ---- counting ---- */

static void add(struct device d)
{
	census_add(&s, &d);
}

static void lists(void **state)
{
	(void)state;
	struct device missing = device("Old"), none = device("");
	missing.seen = NOW - 8 * DAY;
	none.cert_says = "none";
	add(device("Old"));
	add(missing);
	add(proved(device("New"), "New", NOW + DAY));
	add(none);
	assert_int_equal(s.devices, 4);
	assert_int_equal(s.missing, 1);
	assert_int_equal(s.faults[CENSUS_FINE], 3);
	assert_int_equal(s.locked.count, 1);
	assert_string_equal(s.locked.list[0].why, "it has no certificate");
	const struct census_ca *old = census_ca(&s, "Old"), *absent = census_ca(&s, "Absent");
	assert_int_equal(old->devices, 2);
	assert_int_equal(old->lost.count, 2);
	assert_int_equal(old->lost.missing, 1);
	assert_true(old->in_file);
	assert_string_equal(old->lost.list[0].why, "its certificate is of this CA");
	assert_false(absent->in_file);
	assert_int_equal(absent->lost.count, 0);
	assert_null(census_ca(&s, "Nobody"));
}

/* Who is locked out anyway is not lost by dropping a CA. */
static void those_who_are_out_are_not_lost(void **state)
{
	(void)state;
	struct device d = device("Old");
	d.cert_until = NOW - DAY;
	add(d);
	assert_int_equal(s.locked.count, 1);
	assert_string_equal(s.locked.list[0].why, "its certificate has expired on 2026-02-28");
	assert_int_equal(census_ca(&s, "Old")->devices, 1);
	assert_int_equal(census_ca(&s, "Old")->lost.count, 0);
}

static void rows(void **state)
{
	(void)state;
	struct device undated = device("Old");
	undated.cert_says = "undated";
	add(device("Old"));
	add(proved(device("Old"), "Old", NOW + 31 * DAY));
	add(undated);
	struct device d = device("Old\tNew");
	d.cert_until = NOW - DAY;
	add(d);
	const struct {
		const char *issuer;
		int month;
		size_t says, proved;
	} expected[] = {
	    {"Old", CENSUS_NO_MONTH, 1, 0},
	    {"Old", 2026 * 12 + 2, 2, 0},
	    {"Old", 2026 * 12 + 3, 0, 1},
	    {"Old, New", CENSUS_PAST, 1, 0},
	};
	assert_int_equal(s.nrows, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_string_equal(s.rows[i].issuer, expected[i].issuer);
		assert_int_equal(s.rows[i].month, expected[i].month);
		assert_int_equal(s.rows[i].says, expected[i].says);
		assert_int_equal(s.rows[i].proved, expected[i].proved);
	}
}

/* Devices may say what they like. */
static void rows_are_bounded(void **state)
{
	(void)state;
	char name[32];
	size_t sum = 0;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "issuer %d", i * 7919 % 1000);
		add(device(name));
	}
	assert_int_equal(s.nrows, CENSUS_ROWS);
	for (size_t i = 0; i <= CENSUS_ROWS; i++)
		sum += s.rows[i].says;
	assert_int_equal(sum, 1000);
	for (size_t i = 1; i < CENSUS_ROWS; i++)
		assert_true(strcmp(s.rows[i - 1].issuer, s.rows[i].issuer) < 0);
}

static void every_fault_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < CENSUS_FAULTS; i++)
		assert_true(*census_fault_name((enum census_fault)i));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_it_says),
	    TEST(what_it_proved),
	    TEST(a_hardware_id_that_proves_nothing),
	    TEST(absent),
	    TEST(idle),
	    TEST(which_certificate_ends),
	    TEST(without_a_ca),
	    TEST(revoked),
	    TEST(revoked_and_signed_again),
	    TEST(lists),
	    TEST(those_who_are_out_are_not_lost),
	    TEST(rows),
	    TEST(rows_are_bounded),
	    TEST(every_fault_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
