/* SPDX-License-Identifier: ISC */
/*
 * pages/page_snippets: how many devices a file is for is what asking for each device says; what was delivered is known
 * after the first look, and after each change.
 */
#include "pages/page_snippets.h"

#include "core/snip_for.h"

#include "test/unit/pages/page_fixture.h"

#define NOW 2000000000

static struct roster *r;
static struct delivered *sent;
static int64_t ms;

static int setup(void **state)
{
	(void)state;
	page_fixture_setup("");
	reopen(STORE_WRITE);
	r = roster_new();
	sent = delivered_new();
	ms = 0;
	return 0;
}

static int teardown(void **state)
{
	roster_free(r);
	delivered_free(sent);
	return page_fixture_teardown(state);
}

/* And the roster knows. */
static void keep_all(void)
{
	keep();
	ms += 1000;
	if (!roster_refresh(r, w.s, ms, 500, &w.e))
		fail_msg("%s", w.e.text);
}

static void add(const char *sn, const char *type, const char *environments, const char *phase)
{
	struct device d;
	device_init(&d, sn);
	d.created = NOW;
	d.type = type;
	d.environments = environments;
	d.phase = phase;
	change_device(&w.list, sn, NULL, &d);
}

/* ---- for how many ---- */

static struct snippet_use use_of(const char *file)
{
	return (struct snippet_use){.name = snip_name_parse(&w.arena, config, file)};
}

/* By asking for each device. */
static void check_use(const char *file, const struct snippet_use *u)
{
	size_t devices = 0, now = 0;
	for (size_t i = 0; i < roster_count(r); i++) {
		const struct device *d = &roster_at(r, i)->device;
		bool is = snip_is_for(config, &u->name, d);
		devices += is;
		now += is && snip_is_for_phase(config, &u->name, d->phase);
	}
	if (u->devices != devices || u->now != now)
		fail_msg("%s: for %zu, %zu in its phase; counted %zu, %zu", file, devices, now,
		    u->devices, u->now);
}

static const char *const files[] = {
    "all-all-all.txt",
    "update-all-all.txt",
    "update-all-default.txt",
    "update-phone-berlin.txt",
    "staging-phone-all.txt",
    "update-ip999-all.txt",
    "update-phone-00_90_33_30_00_07.txt",
    "update-ip999-00_90_33_30_00_07.txt",
    "update-all-00_90_33_30_00_07.txt",
    "staging-all-00_90_33_30_00_07.txt",
    "update-all-00_90_33_30_00_08.txt",
    "update-all-00_90_33_30_00_ff.txt",
    "update-nothing!-default.txt",
    "README",
    "update-phone-berlin.txt~",
};

static void count_all(void)
{
	struct snippet_use uses[COUNT(files)];
	for (size_t i = 0; i < COUNT(files); i++)
		uses[i] = use_of(files[i]);
	snippets_count(&w.arena, config, r, uses, COUNT(files));
	for (size_t i = 0; i < COUNT(files); i++)
		check_use(files[i], &uses[i]);
	arena_reset(&w.arena);
}

/* More kinds of devices than the first table has room for. */
static void fill(void)
{
	static const char *const types[] = {"IP232", "ip111", "IP999", "IP800", ""};
	static const char *const environments[] = {
	    "default", "berlin", "berlin, default", "00_90_33_30_00_08", ""};
	static const char *const phases[] = {"update", "Staging", "gone", ""};
	for (unsigned i = 0; i < 700; i++) {
		char sn[32], more[32];
		const char *environment = environments[i / 5 % 5];
		snprintf(sn, sizeof sn, "00-90-33-30-%02x-%02X", i >> 8, i & 0xff);
		if (i > 400) {
			snprintf(more, sizeof more, "berlin, e%u", i);
			environment = more;
		}
		add(sn, types[i % 5], environment, phases[i / 25 % 4]);
	}
	keep_all();
}

static void counts_what_asking_says(void **state)
{
	(void)state;
	configure("<phases><phase id='Staging' seq='100'/></phases>"
		  "<environments><environment id='Berlin'/>"
		  "<environment id='00_90_33_30_00_08'/></environments>");
	fill();
	/* By its serial number, and by an environment that is called like it: once. */
	add("00-90-33-30-00-08", "IP232", "default, 00_90_33_30_00_08", "update");
	keep_all();
	count_all();
	struct snippet_use all = use_of("all-all-all.txt"),
			   own = use_of("update-all-00_90_33_30_00_08.txt");
	snippets_count(&w.arena, config, r, &all, 1);
	assert_int_equal(all.devices, 700);
	snippets_count(&w.arena, config, r, &own, 1);
	assert_true(own.devices > 1);
	configure("");
	count_all();
}

static void counts_nothing(void **state)
{
	(void)state;
	count_all();
	snippets_count(&w.arena, config, r, NULL, 0);
	struct snippet_use all = use_of("update-all-default.txt");
	all.devices = all.now = 7;
	snippets_count(&w.arena, config, r, &all, 1);
	assert_int_equal(all.devices, 0);
	assert_int_equal(all.now, 0);
}

/* ---- when ---- */

static void look(void)
{
	if (!delivered_refresh(sent, w.s, r, &w.e))
		fail_msg("%s", w.e.text);
}

static void knows_the_last_delivery(void **state)
{
	(void)state;
	assert_false(delivered_is_whole(sent));
	look();
	assert_true(delivered_is_whole(sent));
	assert_int_equal(delivered_last(sent, "a.txt"), 0);

	add("b", "IP232", "default", "update");
	add("c", "IP232", "default", "update");
	change_delivery(&w.list, "b", "a.txt", NOW - 50, 1);
	change_delivery(&w.list, "c", "a.txt", NOW - 40, 1);
	change_delivery(&w.list, "c", "z.txt", NOW - 30, 1);
	keep_all();
	look();
	assert_int_equal(delivered_last(sent, "a.txt"), NOW - 40);
	assert_int_equal(delivered_last(sent, "z.txt"), NOW - 30);
	assert_int_equal(delivered_last(sent, "b.txt"), 0);

	/* Only what changed is looked at again; what a device that is gone got stays known. */
	change_delivery(&w.list, "b", "a.txt", NOW - 20, 2);
	change_delivery(&w.list, "b", "m.txt", NOW - 20, 2);
	change_forget(&w.list, "c", CHANGE_ALWAYS);
	keep_all();
	look();
	assert_int_equal(delivered_last(sent, "a.txt"), NOW - 20);
	assert_int_equal(delivered_last(sent, "m.txt"), NOW - 20);
	assert_int_equal(delivered_last(sent, "z.txt"), NOW - 30);
	look();
	assert_int_equal(delivered_last(sent, "a.txt"), NOW - 20);
}

/* More devices than one snapshot takes. */
static void looks_at_all(void **state)
{
	(void)state;
	char sn[32], file[32];
	for (unsigned i = 0; i < 12000; i++) {
		snprintf(sn, sizeof sn, "d-%05u", i);
		snprintf(file, sizeof file, "f-%u.txt", i % 7);
		add(sn, "IP232", "default", "update");
		change_delivery(&w.list, sn, file, NOW + i, 1);
		if (i % 500 == 499)
			keep_all();
	}
	keep_all();
	look();
	assert_true(delivered_is_whole(sent));
	for (unsigned i = 0; i < 7; i++) {
		snprintf(file, sizeof file, "f-%u.txt", i);
		assert_true(delivered_last(sent, file) > NOW + 11992);
	}
}

/* A store that was put back from a copy: what was known is of another one. */
static void begins_anew(void **state)
{
	(void)state;
	add("b", "IP232", "default", "update");
	change_delivery(&w.list, "b", "a.txt", NOW, 1);
	keep_all();
	change_delivery(&w.list, "b", "a.txt", NOW + 1, 1);
	keep_all();
	look();
	assert_int_equal(delivered_last(sent, "a.txt"), NOW + 1);
	shut();
	roster_free(r);
	folder_free(w.dir);
	w.dir = strdup(folder_path(w.folder, "other"));
	reopen(STORE_WRITE);
	r = roster_new();
	add("b", "IP232", "default", "update");
	keep_all();
	look();
	assert_int_equal(delivered_last(sent, "a.txt"), 0);
	assert_true(delivered_is_whole(sent));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(counts_what_asking_says),
	    TEST(counts_nothing),
	    TEST(knows_the_last_delivery),
	    TEST(looks_at_all),
	    TEST(begins_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
