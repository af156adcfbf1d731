/* SPDX-License-Identifier: ISC */
/* sim/device: who a device is, the URL it asks, and what `config activate` makes of its settings. */
#include "tools/sim/device.h"

#include "test/unit/helpers.h"

#define URL "http://h/update.php?type=#t"

static void identity(void **state)
{
	(void)state;
	static const struct {
		uint32_t number;
		const char *sn, *hwid, *ip;
	} cases[] = {
	    {0, "00-90-33-00-00-00", "IP232-00-00-00", "10.0.0.1"},
	    {7, "00-90-33-00-00-07", "IP232-00-00-07", "10.0.0.8"},
	    {0x1234ab, "00-90-33-12-34-ab", "IP232-12-34-ab", "10.18.52.172"},
	    {0xfffffe, "00-90-33-ff-ff-fe", "IP232-ff-ff-fe", "10.255.255.255"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d;
		uint32_t number = 0;
		device_init(&d, cases[i].number, "IP232", URL);
		struct names n = device_names(&d);
		assert_string_equal(n.sn, cases[i].sn);
		assert_string_equal(n.hwid, cases[i].hwid);
		assert_string_equal(n.ip, cases[i].ip);
		assert_true(device_number(cases[i].sn, &number));
		assert_int_equal(number, cases[i].number);
		device_free(&d);
	}
}

static void labels(void **state)
{
	(void)state;
	static const struct {
		uint32_t number;
		const char *type;
		bool phone;
		const char *label;
	} cases[] = {
	    {0, "IP232", true, "Reception 1"},
	    {13, "IP112", true, "Meeting Room 2"},
	    {7, "mypbxa", true, "Lab 1"},
	    {7, "ip200a", true, "Lab 1"},
	    {DEVICE_NUMBERS - 1, "swphone", true, "Workshop 1398102"},
	    {4, "IP6010", false, "Branch Gateway 2"},
	    {5, "IP811", false, "Fax Adapter 2"},
	    {6, "IP29-4", false, "Trunk Gateway 2"},
	    {7, "IP305", false, "Door Gateway 2"},
	    {7, "IPVA", false, "Door Gateway 2"},
	    {7, "", false, "Door Gateway 2"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d;
		struct buf label = {0};
		device_init(&d, cases[i].number, cases[i].type, URL);
		device_label(&d, &label);
		assert_string_equal(buf_text(&label), cases[i].label);
		assert_int_equal(device_is_phone(&d), cases[i].phone);
		assert_int_equal(device_extension(&d), cases[i].number + 100);
		buf_free(&label);
		device_free(&d);
	}
}

static void dice(void **state)
{
	(void)state;
	const struct device a = {.number = 1}, b = {.number = 2};
	unsigned small = 0;
	assert_true(device_dice(&a, 5) == device_dice(&a, 5));
	assert_true(device_dice(&a, 5) != device_dice(&b, 5));
	assert_true(device_dice(&a, 5) != device_dice(&a, 6));
	for (uint64_t i = 0; i < 1000; i++)
		small += device_dice(&a, i) >> 62 == 0;
	assert_in_range(small, 200, 300);
}

static void no_serial_numbers(void **state)
{
	(void)state;
	static const char *const cases[] = {"", "7", "00-90-33-00-00", "00-90-33-00-00-7",
	    "00-90-33-00-00-07x", "00-90-34-00-00-07", "00-90-33- 0-00-07", "00-90-33-0x-00-07"};
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t number;
		if (device_number(cases[i], &number))
			fail_msg("\"%s\"", cases[i]);
	}
}

static void marks_in_urls(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"http://h/x", "http://h/x"},
	    {"?type=#t&sn=#m&hwid=#h&ip=#i",
		"?type=IP232&sn=00-90-33-00-00-07&hwid=IP232-00-00-07&ip=10.0.0.8"},
	    {"#t#t", "IP232IP232"},
	    {"##t", "#IP232"},
	    {"#", "#"},
	    {"#x#", "#x#"},
	    {"", ""},
	};
	struct device d;
	device_init(&d, 7, "IP232", URL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = {0};
		device_expand(&d, cases[i][0], &out);
		assert_string_equal(buf_text(&out), cases[i][1]);
		buf_free(&out);
	}
	device_free(&d);
}

static void poll_urls(void **state)
{
	(void)state;
	static const struct {
		const char *url, *variable, *value;
		unsigned backups;
		const char *asked;
	} cases[] = {
	    {"http://h/u", NULL, NULL, 0, "http://h/u"},
	    {"http://h/u?type=#t", NULL, NULL, 0, "http://h/u?type=IP232"},
	    {"http://h/u", "UPDATE/PROT", "p 4711", 0, "http://h/u?PROT=4711"},
	    {"http://h/u?a=1", "UPDATE/CHECK", "p 9f", 0, "http://h/u?a=1&CHECK=9f"},
	    {"http://h/u", "UPDATE/SCFG", "p a b&c", 0, "http://h/u?SCFG=a%20b%26c"},
	    {"http://h/u", "OTHER/PROT", "p 4711", 0, "http://h/u"},
	    {"http://h/u", "UPDATE/BOOT", "p 1", 3, "http://h/u?BOOT=1&CFG-BACKUP-NUM=3"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d;
		struct buf out = {0};
		device_init(&d, 7, "IP232", cases[i].url);
		d.backups = cases[i].backups;
		if (cases[i].variable)
			pairs_set(&d.vars, cases[i].variable, cases[i].value);
		device_poll_url(&d, &out);
		assert_string_equal(buf_text(&out), cases[i].asked);
		buf_free(&out);
		device_free(&d);
	}
}

static void activation(void **state)
{
	(void)state;
	static const struct {
		const char *option, *value;
		bool fine;
		const char *url;
		long wait; /* seconds */
	} cases[] = {
	    {"UP1 /url", "http%3A%2F%2Fnew%2F%3Fsn%3D#m", true, "http://new/?sn=#m", 900},
	    {"UP1 /url", "http://h/%2", false, URL, 900},
	    {"UP1 /url", "a%00b", false, URL, 900},
	    {"UP1 /url", "", false, URL, 900},
	    {"UP1 /poll", "1", true, URL, 60},
	    {"UP1 /poll", "0", false, URL, 900},
	    {"UP1 /poll", "often", false, URL, 900},
	    {"UP1 /provision", "30", true, URL, 30},
	    {"UP1 /provision", "86401", false, URL, 900},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d;
		device_init(&d, 7, "IP232", URL);
		pairs_set(&d.config, cases[i].option, cases[i].value);
		if (device_activate(&d) != cases[i].fine)
			fail_msg("%s %s", cases[i].option, cases[i].value);
		assert_string_equal(d.url, cases[i].url);
		assert_int_equal(device_wait(&d), cases[i].wait);
		device_free(&d);
	}
}

/* What `mod cmd UP1 provision` set stays until the configured value is another one. */
static void fast_polling_ends_by_a_change(void **state)
{
	(void)state;
	struct device d;
	device_init(&d, 7, "IP232", URL);
	d.fast = 10;
	assert_true(device_activate(&d));
	assert_int_equal(device_wait(&d), 10);
	pairs_set(&d.config, "UP1 /provision", "20");
	assert_true(device_activate(&d));
	assert_int_equal(device_wait(&d), 20);
	pairs_del(&d.config, "UP1 /provision");
	assert_true(device_activate(&d));
	assert_int_equal(device_wait(&d), 900);
	device_free(&d);
}

static void backups_that_differ_are_counted(void **state)
{
	(void)state;
	struct device d;
	device_init(&d, 7, "IP232", URL);
	device_backed_up(&d);
	device_backed_up(&d);
	assert_int_equal(d.backups, 1);
	pairs_set(&d.config, "CMD0 /name", "another");
	device_backed_up(&d);
	assert_int_equal(d.backups, 2);
	device_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(identity),
	    cmocka_unit_test(labels),
	    cmocka_unit_test(dice),
	    cmocka_unit_test(no_serial_numbers),
	    cmocka_unit_test(marks_in_urls),
	    cmocka_unit_test(poll_urls),
	    cmocka_unit_test(activation),
	    cmocka_unit_test(fast_polling_ends_by_a_change),
	    cmocka_unit_test(backups_that_differ_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
