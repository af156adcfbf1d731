/* SPDX-License-Identifier: ISC */
/* core/track: what a poll changes in what is remembered of its device (spec §11). */
#include "core/track.h"

#include "core/change.h"
#include "core/record.h"

#include "test/unit/core/conf_fixture.h"

#define NOW 1772366400 /* 2026-03-01T12:00:00Z */
#define SN "00-90-33-30-00-af"
#define POLL "type=IP232&sn=" SN "&hwid=IP232-30-00-af&ip=172.16.1.9"
#define SETTLED POLL "&phase=update&polling=0&PROT=5&BOOT=6"
#define SUM_OF_A "0cc175b9c0f1b6a831c399e269772661"

static struct {
	struct arena arena;
	struct config *config;
	struct snippets *snippets;
	struct md5 *md5;
	struct req_input in;
	struct device known; /* what the store has of it */
	struct plan plan;
	struct buf list;
	enum track result;
	time_t now;
} w;

static void configure(const char *inside)
{
	conf_free(w.config);
	w.config = conf_fixture(inside);
}

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.md5 = md5_new();
	w.snippets = snip_new();
	w.in = (struct req_input){.method = "GET",
	    .path = "/update/update.php",
	    .host = "update.example",
	    .port = "80",
	    .peer = "192.0.2.7"};
	w.now = NOW;
	device_init(&w.known, SN);
	configure("");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	conf_free(w.config);
	snip_free(w.snippets);
	md5_free(w.md5);
	buf_free(&w.list);
	arena_free(&w.arena);
	return 0;
}

static bool poll_with(const char *query, void (*spoil)(struct plan *p))
{
	struct request *r = arena_alloc(&w.arena, sizeof *r);
	w.in.query = query;
	req_parse(&w.arena, &w.in, w.config, r);
	const struct plan_input in = {
	    .config = w.config,
	    .snippets = w.snippets,
	    .request = r,
	    .device = &w.known,
	    .md5 = w.md5,
	    .now = w.now,
	};
	plan_make(&w.arena, &in, &w.plan);
	if (spoil)
		spoil(&w.plan);
	buf_reset(&w.list);
	w.result = track_poll(&in, &w.plan, &w.list);
	assert_true(change_is_whole(w.list.data, w.list.size));
	assert_int_equal(w.result == TRACK_PROMISED, w.list.size > 0);
	return w.result == TRACK_PROMISED;
}

static bool polls(const char *query)
{
	return poll_with(query, NULL);
}

/* Does the store's part: merges what came. "message; message": what was said. */
static const char *apply(void)
{
	struct change_cursor c;
	struct change one;
	struct buf old = {0}, merged = {0};
	const char *said = "";
	int seen = 0;
	change_open(&c, w.list.data, w.list.size);
	while (change_next(&c, &one)) {
		assert_int_equal(one.sn_size, strlen(SN));
		assert_memory_equal(one.sn, SN, one.sn_size);
		if (one.kind == CHANGE_DEVICE) {
			device_encode(&old, NULL, &w.known);
			assert_true(record_merge(&merged, old.data, old.size, one.bytes, one.size));
			assert_true(
			    device_decode(&w.arena, SN, merged.data, merged.size, &w.known));
		} else if (one.kind == CHANGE_MESSAGE) {
			assert_int_equal(one.time, w.now);
			said = arena_printf(&w.arena, "%s%.*s|", said, (int)one.size, one.bytes);
		} else if (one.kind == CHANGE_SEEN) {
			assert_int_equal(one.time, w.now);
			seen++;
		} else {
			assert_int_equal(one.kind, CHANGE_DELIVERY);
			assert_int_equal(one.time, w.now);
			said = arena_printf(&w.arena, "%s[%.*s %ld]", said, (int)one.name_size,
			    one.name, (long)(one.number - NOW));
		}
	}
	assert_int_equal(seen, w.list.size > 0); /* what is promised says so itself */
	buf_free(&old);
	buf_free(&merged);
	return said;
}

static void file(const char *name, long age, const char *text)
{
	snip_put(w.snippets, name, NOW - age, text, strlen(text));
}

/* ---- a device that is new, and then settled ---- */

static void a_new_device(void **state)
{
	(void)state;
	const struct device *d = &w.known;
	configure("<proxies><proxy>192.0.2.0/24</proxy></proxies>");
	w.in.forwarded_for = "10.9.8.7";
	w.in.https = "on";
	assert_true(polls(SETTLED "&env=default"));
	assert_int_equal(w.result, TRACK_PROMISED);
	assert_string_equal(apply(), "is new here|");
	assert_int_equal(d->created, NOW);
	assert_string_equal(d->type, "IP232");
	assert_string_equal(d->asked,
	    arena_concat(&w.arena, "https://", w.in.host, w.in.path, "?", SETTLED "&env=default"));
	assert_string_equal(d->hwid, "IP232-30-00-af");
	assert_string_equal(d->realip, "172.16.1.9");
	assert_string_equal(d->ip, "10.9.8.7");
	assert_string_equal(d->proxy, "192.0.2.7");
	assert_int_equal(d->https, 1);
	assert_string_equal(d->phase, "update");
	assert_string_equal(d->nextphase, "");
	assert_string_equal(d->classes, "phone, pre_opus_phone, phone_newui, ip232");
	assert_string_equal(d->environments, "default");
	assert_string_equal(d->prot, "5");
	assert_string_equal(d->boot, "6");
	assert_string_equal(d->firmware, "");
	assert_int_equal(d->firmware_at, 0);
	assert_true(*d->certstat);
	assert_int_equal(d->settled, 0);
}

#define CHECKED SETTLED "&CHECK=" SUM_OF_A

/* The reply of a device that stays as it is need not wait for the disk. */
static void nothing_but_a_sighting(void **state)
{
	(void)state;
	file("update-all-default.txt", 86400, "a");
	assert_true(polls(CHECKED));
	assert_string_equal(apply(), "is new here; has settled|");
	assert_int_equal(w.known.settled, NOW);
	w.now = NOW + 900;
	assert_false(polls(CHECKED));
	assert_int_equal(w.result, TRACK_SIGHTED);
	assert_int_equal(w.list.size, 0);
}

/* Where it asked: another URL is a change, the same one is none. One that is too long is not kept. */
static void where_it_asked(void **state)
{
	(void)state;
	char value[LIMIT_ASKED];
	memset(value, 'x', sizeof value);
	value[sizeof value - 1] = '\0';
	file("update-all-default.txt", 86400, "a");
	polls(CHECKED);
	apply();
	assert_non_null(strstr(w.known.asked, "?" CHECKED));
	assert_false(polls(CHECKED));
	assert_true(polls(CHECKED "&x=1"));
	assert_string_equal(apply(), "");
	assert_non_null(strstr(w.known.asked, CHECKED "&x=1"));
	assert_false(polls(CHECKED "&x=1"));
	const char *lengthy = arena_concat(&w.arena, CHECKED "&x=", value, NULL);
	assert_true(polls(lengthy));
	apply();
	assert_string_equal(w.known.asked, "");
	assert_false(polls(lengthy));
}

static void what_a_poll_does_not_say_stays(void **state)
{
	(void)state;
	polls(SETTLED);
	apply();
	w.known.name = "Reception";
	w.known.backup = "x.txt";
	polls(POLL "&phase=update&polling=0");
	apply();
	assert_string_equal(w.known.prot, "5");
	assert_string_equal(w.known.boot, "6");
	assert_string_equal(w.known.name, "Reception");
	assert_string_equal(w.known.backup, "x.txt");
	assert_int_equal(w.known.created, NOW);
}

static void what_a_poll_says_is_taken(void **state)
{
	(void)state;
	static const struct {
		const char *query, *peer;
		size_t offset;
		const char *value;
	} cases[] = {
	    {"type=IP241&sn=" SN "&hwid=IP232-30-00-af&ip=172.16.1.9&phase=update&polling=0",
		"192.0.2.7", offsetof(struct device, type), "IP241"},
	    {"type=IP241&sn=" SN "&hwid=new&ip=172.16.1.9&phase=update&polling=0", "192.0.2.7",
		offsetof(struct device, hwid), "new"},
	    {"type=IP241&sn=" SN "&hwid=new&ip=172.16.1.10&phase=update&polling=0", "192.0.2.7",
		offsetof(struct device, realip), "172.16.1.10"},
	    {"type=IP241&sn=" SN "&hwid=new&ip=172.16.1.10&phase=update&polling=0", "192.0.2.8",
		offsetof(struct device, ip), "192.0.2.8"},
	    {"type=IP241&sn=" SN "&hwid=new&ip=172.16.1.10&phase=update&polling=0&PROT=9",
		"192.0.2.8", offsetof(struct device, prot), "9"},
	    {"type=IP241&sn=" SN "&hwid=new&ip=172.16.1.10&phase=update&polling=0&BOOT=9",
		"192.0.2.8", offsetof(struct device, boot), "9"},
	};
	file("update-all-default.txt", 86400, "a");
	polls(CHECKED);
	apply();
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.in.peer = cases[i].peer;
		assert_true(polls(arena_printf(&w.arena, "%s&CHECK=" SUM_OF_A, cases[i].query)));
		apply();
		assert_string_equal(
		    *(const char **)(void *)((char *)&w.known + cases[i].offset), cases[i].value);
	}
}

/* ---- what it was told ---- */

static void snippets_that_were_sent(void **state)
{
	(void)state;
	polls(SETTLED);
	apply();
	file("update-all-default.txt", 86400, "a");
	file("update-phone-default.txt", 7200, "c");
	w.now = NOW + 5;
	assert_true(polls(SETTLED));
	assert_string_equal(apply(),
	    "[update-all-default.txt -86400][update-phone-default.txt -7200]"
	    "was sent update-all-default.txt, update-phone-default.txt|");
	assert_int_equal(w.known.settled, 0);
}

static void settled_and_not_any_more(void **state)
{
	(void)state;
	file("update-all-default.txt", 86400, "a");
	polls(CHECKED);
	apply();
	assert_int_equal(w.known.settled, NOW);
	w.now = NOW + 60;
	assert_true(polls(SETTLED "&CHECK=other"));
	assert_string_equal(
	    apply(), "[update-all-default.txt -86400]was sent update-all-default.txt|");
	assert_int_equal(w.known.settled, 0);
	w.now = NOW + 120;
	assert_true(polls(CHECKED));
	assert_string_equal(apply(), "has settled|");
	assert_int_equal(w.known.settled, NOW + 120);
}

/* The time is that of the first request for a build, however often the device is told again. */
static void builds(void **state)
{
	(void)state;
	configure("<master info='http://m.example/' firmware='7' bootcode='8'/>");
	polls(SETTLED);
	assert_string_equal(apply(), "is new here; is to load firmware 7; is to load boot code 8|");
	assert_string_equal(w.known.firmware, "7");
	assert_int_equal(w.known.firmware_at, NOW);
	assert_string_equal(w.known.bootcode, "8");
	assert_int_equal(w.known.bootcode_at, NOW);
	w.now = NOW + 60;
	polls(SETTLED);
	apply();
	assert_int_equal(w.known.firmware_at, NOW);
	assert_int_equal(w.known.bootcode_at, NOW);
	w.now = NOW + 120;
	configure("<master info='http://m.example/' firmware='9' bootcode='8'/>");
	assert_true(polls(SETTLED));
	apply();
	assert_string_equal(w.known.firmware, "9");
	assert_int_equal(w.known.firmware_at, NOW + 120);
	assert_int_equal(w.known.bootcode_at, NOW);
	/* It has them: what it was told last stays. */
	polls(POLL "&phase=update&polling=0&PROT=9&BOOT=8");
	apply();
	assert_string_equal(w.known.firmware, "9");
	assert_string_equal(w.known.bootcode, "8");
}

static void phases(void **state)
{
	(void)state;
	configure("<phases><phase id='staging' seq='100'/></phases>");
	assert_true(polls(POLL "&phase=staging"));
	assert_string_equal(apply(), "is new here; goes on to phase update|");
	assert_string_equal(w.known.phase, "staging");
	assert_string_equal(w.known.nextphase, "update");
	assert_true(polls(SETTLED));
	apply();
	assert_string_equal(w.known.phase, "update");
	assert_string_equal(w.known.nextphase, "");
}

static void skip_next_is_used_up(void **state)
{
	(void)state;
	configure("<status dir='data'/>");
	polls(SETTLED);
	apply();
	w.known.skip = 1;
	polls("sn=" SN); /* not by what is no use */
	apply();
	polls(POLL "&phase=nope");
	apply();
	assert_int_equal(w.known.skip, 1);
	assert_true(polls(SETTLED));
	apply();
	assert_int_equal(w.known.skip, 0);
}

static void set_warning(struct plan *p)
{
	p->warn = "something is odd";
}

static void warnings(void **state)
{
	(void)state;
	polls(SETTLED);
	apply();
	assert_true(poll_with(SETTLED, set_warning));
	assert_string_equal(apply(), "warning: something is odd|");
}

static void set_decision(struct plan *p)
{
	p->certstat = "fetched, not signed yet";
}

static void certificates(void **state)
{
	(void)state;
	polls(SETTLED);
	apply();
	assert_true(poll_with(SETTLED, set_decision));
	apply();
	assert_string_equal(w.known.certstat, "fetched, not signed yet");
}

/* ---- what is no poll of a device ---- */

static void polls_that_lack_something(void **state)
{
	(void)state;
	static const char *const queries[] = {
	    "", "sn=" SN, "type=IP232&hwid=1&ip=1", "type=IP232&sn=" SN "&hwid=1"};
	for (int known = 0; known < 2; known++) {
		w.known.created = known * NOW;
		for (size_t i = 0; i < COUNT(queries); i++) {
			assert_false(polls(queries[i]));
			assert_int_equal(w.result, TRACK_NOTHING);
			assert_int_equal(w.list.size, 0);
		}
	}
}

/* Of one that is known it is said why it got nothing; one that is not known is not made of it. */
static void polls_that_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *query, *says;
	} cases[] = {{POLL "&phase=nope", "phase \"nope\" is not configured"},
	    {POLL "&env=nope", "environment \"nope\" is not configured"}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.known.created = 0;
		assert_false(polls(cases[i].query));
		assert_int_equal(w.result, TRACK_NOTHING);
		w.known.created = NOW - 5;
		w.known.phase = "update";
		assert_true(polls(cases[i].query));
		assert_int_equal(w.result, TRACK_PROMISED);
		assert_non_null(strstr(apply(), cases[i].says));
		assert_string_equal(w.known.phase, "update");
		assert_string_equal(w.known.type, "");
	}
}

static void strangers(void **state)
{
	(void)state;
	struct device d;
	memset(&d, 0x55, sizeof d);
	track_stranger(&d, SN, NOW);
	assert_string_equal(d.sn, SN);
	assert_int_equal(d.created, NOW);
	assert_string_equal(d.type, "");
	assert_int_equal(d.seen, 0);
	/* When it polls at last it is no new one. */
	w.known = d;
	assert_true(polls(SETTLED));
	assert_null(strstr(apply(), "is new here"));
	assert_int_equal(w.known.created, NOW);
	assert_string_equal(w.known.type, "IP232");
}

/* ---- certificates (spec §8) ---- */

static void certificates_are_noted(void **state)
{
	(void)state;
	struct device *d = &w.known;
	configure("<status dir='data'/><customcerts dir='certs' CAname='Good CA'/>"
		  "<queries><query id='certificates'><applies>*</applies></query></queries>");
	assert_true(polls(SETTLED));
	assert_non_null(strstr(apply(), "certificates: nothing is known yet"));
	assert_int_equal(d->skip, 0);
	assert_false(polls(SETTLED) && *apply()); /* the same again is no news */

	d->cert_at = NOW;
	d->cert_issuer = "self";
	d->cert_until = NOW + 1000;
	d->cert_request = d->cert_asked = 5;
	d->cert_digest = d->cert_origin = d->cert_auto = "x";
	assert_true(polls(SETTLED));
	assert_non_null(strstr(apply(), "is not in customcerts/@CAname"));
	assert_int_equal(d->skip, 1);
	assert_int_equal(d->cert_request + d->cert_asked, 0);
	assert_string_equal(d->cert_digest, "");
	assert_true(polls(SETTLED)); /* skip-next */
	apply();
	assert_int_equal(d->skip, 0);

	d->cert_says = "request";
	assert_true(polls(SETTLED));
	apply();
	assert_int_equal(d->cert_asked, NOW);
	w.now += 5;
	assert_false(polls(SETTLED) && *apply());
	assert_int_equal(d->cert_asked, NOW); /* when it was told first */

	d->cert_says = "";
	d->cert_issuer = "Good CA";
	d->cert_until = NOW;
	assert_true(polls(SETTLED));
	apply();
	assert_int_equal(d->cert_lapsed, w.now);
	d->cert_until = w.now + 100000000;
	assert_true(polls(SETTLED));
	assert_non_null(strstr(apply(), "certificates: good until"));
	assert_int_equal(d->cert_lapsed, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_new_device),
	    TEST(certificates_are_noted),
	    TEST(nothing_but_a_sighting),
	    TEST(where_it_asked),
	    TEST(what_a_poll_does_not_say_stays),
	    TEST(what_a_poll_says_is_taken),
	    TEST(snippets_that_were_sent),
	    TEST(settled_and_not_any_more),
	    TEST(builds),
	    TEST(phases),
	    TEST(skip_next_is_used_up),
	    TEST(warnings),
	    TEST(certificates),
	    TEST(polls_that_lack_something),
	    TEST(polls_that_are_refused),
	    TEST(strangers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
