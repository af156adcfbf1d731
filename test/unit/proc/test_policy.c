/* SPDX-License-Identifier: ISC */
/*
 * The policy, by replaying lists of events with a clock of our own.
 *
 * An event is a line: the time in milliseconds, what happened to which slot, and the actions that
 * the policy must then decide on: "S0" start slot 0, "A1" ask slot 1 to leave, "K2" kill slot 2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proc/policy.h"

#define JOB_MS 10000

enum what { TICK, READY, WORKED, BUSY, IDLE, STOPPED, CONTINUED, GONE, RENEW, STOP };

struct event {
	int64_t at;
	enum what what;
	unsigned slot; /* for RENEW: the generation */
	const char *actions;
};

static void apply(struct policy *p, const struct event *e)
{
	switch (e->what) {
	case TICK:
		return;
	case READY:
		policy_ready(p, e->slot);
		return;
	case WORKED:
		policy_worked(p, e->slot);
		return;
	case BUSY:
		policy_worked(p, e->slot);
		policy_busy(p, e->slot, e->at);
		return;
	case IDLE:
		policy_busy(p, e->slot, 0);
		return;
	case STOPPED:
		policy_stopped(p, e->slot, e->at);
		return;
	case CONTINUED:
		policy_continued(p, e->slot);
		return;
	case GONE:
		policy_gone(p, e->slot, e->at);
		return;
	case RENEW:
		policy_renew(p, e->slot);
		return;
	case STOP:
		policy_stop(p);
		return;
	}
}

static const char *decided(struct policy *p, int64_t now, char *out, size_t size)
{
	struct policy_action actions[BOARD_SLOTS];
	size_t used = 0, n = policy_decide(p, now, actions);
	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%c%u", i ? " " : "",
		    "SAK"[actions[i].verb], actions[i].slot);
	return out;
}

static void replay_on(struct policy *p, const struct event *events, size_t n)
{
	char actions[1024], line[64];
	for (size_t i = 0; i < n; i++) {
		apply(p, &events[i]);
		decided(p, events[i].at, actions, sizeof actions);
		snprintf(line, sizeof line, "event %zu at %lld", i, (long long)events[i].at);
		if (strcmp(actions, events[i].actions) != 0)
			fail_msg("%s: \"%s\" instead of \"%s\"", line, actions, events[i].actions);
		assert_true(policy_wait(p, events[i].at) > 0);
	}
}

/* With one kind of three slots, 0 to 2. */
#define REPLAY(...)                                                    \
	do {                                                           \
		const struct event events[] = {__VA_ARGS__};           \
		struct policy p = {.generation = 1};                   \
		policy_add(&p, 3, JOB_MS, false);                      \
		replay_on(&p, events, sizeof events / sizeof *events); \
	} while (0)

#define THREE_READY                                                              \
	{1000, TICK, 0, "S0 S1 S2"}, {1010, READY, 0, ""}, {1010, READY, 1, ""}, \
	{                                                                        \
		1010, READY, 2, ""                                               \
	}

static void starts_every_slot_once(void **state)
{
	(void)state;
	REPLAY({1000, TICK, 0, "S0 S1 S2"}, {1001, TICK, 0, ""}, {1010, READY, 1, ""});
}

static void replaces_a_worker_that_dies_after_a_job_at_once(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, WORKED, 1, ""}, {3000, GONE, 1, "S1"}, {3001, TICK, 0, ""});
}

static void a_job_that_was_begun_is_a_job(void **state)
{
	(void)state;
	/* A request that crashes every worker costs a fork each, it does not stop the service. */
	REPLAY(THREE_READY, {2000, BUSY, 1, ""}, {2001, GONE, 1, "S1"}, {2010, READY, 1, ""},
	    {2020, BUSY, 1, ""}, {2021, GONE, 1, "S1"});
}

static void throttles_what_dies_before_its_first_job(void **state)
{
	(void)state;
	REPLAY({1000, TICK, 0, "S0 S1 S2"}, {1010, READY, 1, ""}, {1010, READY, 2, ""},
	    {1010, GONE, 0, ""}, {2009, TICK, 0, ""}, {2010, TICK, 0, "S0"},  /* 1 s */
	    {2020, GONE, 0, ""}, {4019, TICK, 0, ""}, {4020, TICK, 0, "S0"},  /* 2 s */
	    {4020, GONE, 0, ""}, {8019, TICK, 0, ""}, {8020, TICK, 0, "S0"}); /* 4 s */
}

static void throttles_up_to_thirty_seconds(void **state)
{
	(void)state;
	struct policy p = {.generation = 1};
	char actions[1024];
	int64_t now = 1000;
	policy_add(&p, 1, JOB_MS, false);
	const int64_t delays[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
	for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
		assert_string_equal(decided(&p, now, actions, sizeof actions), "S0");
		policy_gone(&p, 0, now);
		assert_string_equal(decided(&p, now + delays[i] - 1, actions, sizeof actions), "");
		now += delays[i];
	}
	/* Nor does it overflow when that goes on for years. */
	for (int i = 0; i < 100000; i++, now += 30000) {
		assert_string_equal(decided(&p, now, actions, sizeof actions), "S0");
		policy_gone(&p, 0, now);
	}
}

static void a_throttled_kind_waits_no_longer_than_needed(void **state)
{
	(void)state;
	struct policy p = {.generation = 1};
	struct policy_action actions[1];
	policy_add(&p, 1, JOB_MS, false);
	assert_int_equal(policy_decide(&p, 1000, actions), 1);
	policy_gone(&p, 0, 1000);
	assert_int_equal(policy_wait(&p, 1900), 100);
}

static void several_that_die_together_are_one_failure(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, GONE, 0, ""}, {2000, GONE, 1, ""}, {2001, GONE, 2, ""},
	    {2999, TICK, 0, ""}, {3000, TICK, 0, "S0 S1 S2"}, {3001, GONE, 0, ""},
	    {3001, GONE, 1, ""}, {3001, GONE, 2, ""}, {5000, TICK, 0, ""},
	    {5001, TICK, 0, "S0 S1 S2"});
}

static void the_others_work_on_while_their_kind_is_throttled(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, GONE, 0, ""}, {2001, TICK, 0, ""}, {2100, TICK, 0, ""});
}

static void a_job_ends_throttling(void **state)
{
	(void)state;
	REPLAY({1000, TICK, 0, "S0 S1 S2"}, {1010, GONE, 0, ""}, {2010, TICK, 0, "S0"},
	    {2020, GONE, 0, ""}, {2500, WORKED, 1, "S0"}, {2510, GONE, 0, ""}, {3509, TICK, 0, ""},
	    {3510, TICK, 0, "S0"});
}

static void a_kind_is_not_throttled_for_another(void **state)
{
	(void)state;
	const struct event events[] = {{1000, TICK, 0, "S0 S1"}, {1010, GONE, 1, ""},
	    {1020, READY, 0, ""}, {1030, WORKED, 0, ""}, {1040, GONE, 0, "S0"},
	    {2010, TICK, 0, "S1"}};
	struct policy p = {.generation = 1};
	policy_add(&p, 1, JOB_MS, false);
	policy_add(&p, 1, JOB_MS, false);
	replay_on(&p, events, sizeof events / sizeof *events);
}

static void kills_what_is_busy_for_too_long(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, BUSY, 1, ""}, {11999, TICK, 0, ""}, {12000, TICK, 0, "K1"},
	    {12001, TICK, 0, ""}, {12010, GONE, 1, "S1"});
}

static void work_after_work_is_not_a_hang(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, BUSY, 1, ""}, {11000, IDLE, 1, ""}, {11001, BUSY, 1, ""},
	    {21000, TICK, 0, ""}, {21001, TICK, 0, "K1"});
}

static void kills_what_is_stopped_for_too_long(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, STOPPED, 1, ""}, {12000, TICK, 0, "K1"},
	    {12001, GONE, 1, "S1"}); /* not its fault: not throttled */
}

static void a_stopped_process_may_go_on_in_time(void **state)
{
	(void)state;
	REPLAY(
	    THREE_READY, {2000, STOPPED, 1, ""}, {11000, CONTINUED, 1, ""}, {13000, TICK, 0, ""});
}

static void kills_what_never_gets_ready(void **state)
{
	(void)state;
	REPLAY({1000, TICK, 0, "S0 S1 S2"}, {1010, READY, 1, ""}, {1010, READY, 2, ""},
	    {60999, TICK, 0, ""}, {61000, TICK, 0, "K0"}, {61001, GONE, 0, ""}, /* throttled */
	    {62001, TICK, 0, "S0"});
}

static void replaces_one_by_one_when_the_generation_changed(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, RENEW, 2, "A0"}, {2010, TICK, 0, ""}, {2020, GONE, 0, "S0"},
	    {2030, TICK, 0, ""},    /* the new one is not ready yet */
	    {2040, READY, 0, "A1"}, /* now it is */
	    {2050, GONE, 1, "S1"}, {2060, READY, 1, "A2"}, {2070, GONE, 2, "S2"},
	    {2080, READY, 2, ""}, {9999, TICK, 0, ""});
}

static void a_busy_worker_finishes_before_it_is_replaced(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {1990, BUSY, 0, ""}, {2000, RENEW, 2, "A0"}, {2049, TICK, 0, ""},
	    {2050, TICK, 0, "A0"}, {2100, TICK, 0, "A0"}, {2110, GONE, 0, "S0"});
}

static void a_bad_new_generation_leaves_the_others_alone(void **state)
{
	(void)state;
	/* What dies at once with the new configuration is throttled; the old ones serve on. */
	REPLAY(THREE_READY, {2000, RENEW, 2, "A0"}, {2010, GONE, 0, "S0"}, {2020, GONE, 0, ""},
	    {3020, TICK, 0, "S0"}, {3030, GONE, 0, ""}, {3040, TICK, 0, ""}, {5030, TICK, 0, "S0"},
	    {5040, READY, 0, "A1"});
}

static void replacement_goes_on_with_the_newest_generation(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, RENEW, 2, "A0"}, {2010, GONE, 0, "S0"}, {2020, RENEW, 3, ""},
	    {2030, READY, 0, "A0"}, {2040, GONE, 0, "S0"}, {2050, READY, 0, "A1"},
	    {2060, GONE, 1, "S1"}, {2070, READY, 1, "A2"}, {2080, GONE, 2, "S2"},
	    {2090, READY, 2, ""});
}

static void what_starts_during_a_change_gets_the_new_generation(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {1500, WORKED, 2, ""}, {2000, RENEW, 2, "A0"}, {2005, GONE, 2, "S2"},
	    {2010, GONE, 0, "S0"}, {2020, READY, 0, ""}, {2030, READY, 2, "A1"},
	    {2040, GONE, 1, "S1"}, {2050, READY, 1, ""});
}

static void kinds_are_replaced_independently(void **state)
{
	(void)state;
	const struct event events[] = {{1000, TICK, 0, "S0 S1 S2"}, {1010, READY, 0, ""},
	    {1010, READY, 1, ""}, {1010, READY, 2, ""}, {2000, RENEW, 2, "A0 A2"},
	    {2010, GONE, 2, "S2"}, {2020, READY, 2, ""}, {2030, GONE, 0, "S0"},
	    {2040, READY, 0, "A1"}};
	struct policy p = {.generation = 1};
	policy_add(&p, 2, JOB_MS, false);
	policy_add(&p, 1, JOB_MS, false);
	replay_on(&p, events, sizeof events / sizeof *events);
}

static void a_worker_that_leaves_by_itself_is_replaced_at_once(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, WORKED, 0, ""}, {5000, GONE, 0, "S0"});
}

static void asked_to_leave_before_its_first_job_is_no_failure(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, RENEW, 2, "A0"}, {2010, GONE, 0, "S0"});
}

static void stops_everybody_and_starts_nobody(void **state)
{
	(void)state;
	REPLAY(THREE_READY, {2000, STOP, 0, "A0 A1 A2"}, {2010, GONE, 0, ""}, {2020, GONE, 2, ""},
	    {2050, TICK, 0, "A1"}, {2099, TICK, 0, ""}, {2100, TICK, 0, "A1"}, {2110, GONE, 1, ""},
	    {9999, TICK, 0, ""});
}

static void stops_those_that_are_starting_too(void **state)
{
	(void)state;
	REPLAY({1000, TICK, 0, "S0 S1 S2"}, {1001, STOP, 0, "A0 A1 A2"});
}

static void stops_while_throttled(void **state)
{
	(void)state;
	REPLAY({1000, TICK, 0, "S0 S1 S2"}, {1010, GONE, 0, ""}, {1020, GONE, 1, ""},
	    {1030, GONE, 2, ""}, {1040, STOP, 0, ""}, {60000, TICK, 0, ""});
}

static void kills_what_does_not_leave(void **state)
{
	(void)state;
	struct policy p = {.generation = 1};
	char actions[64];
	policy_add(&p, 1, JOB_MS, false);
	assert_string_equal(decided(&p, 1000, actions, sizeof actions), "S0");
	policy_ready(&p, 0);
	policy_stop(&p);
	const int64_t deadline = 2000 + JOB_MS + POLICY_GRACE_MS;
	for (int64_t now = 2000; now < deadline; now += 50)
		assert_string_equal(decided(&p, now, actions, sizeof actions), "A0");
	assert_string_equal(decided(&p, deadline, actions, sizeof actions), "K0");
	assert_string_equal(decided(&p, deadline + 50, actions, sizeof actions), "");
	assert_false(policy_all_gone(&p));
	policy_gone(&p, 0, deadline + 60);
	assert_true(policy_all_gone(&p));
}

static void the_deadline_is_longer_than_any_job(void **state)
{
	(void)state;
	/* A request that began just before the stop has all of its time. */
	REPLAY(THREE_READY, {2000, BUSY, 0, ""}, {2000, RENEW, 2, "A0"}, {11999, TICK, 0, "A0"},
	    {12000, TICK, 0, "K0"});
}

/* ---- a kind that the others need until their end ---- */

/* Two workers, 0 and 1, and a writer, 2. */
#define REPLAY_WITH_LAST(...)                                          \
	do {                                                           \
		const struct event events[] = {__VA_ARGS__};           \
		struct policy p = {.generation = 1};                   \
		policy_add(&p, 2, JOB_MS, false);                      \
		policy_add(&p, 1, JOB_MS, true);                       \
		replay_on(&p, events, sizeof events / sizeof *events); \
	} while (0)

static void the_last_is_asked_when_the_others_are_gone(void **state)
{
	(void)state;
	REPLAY_WITH_LAST(THREE_READY, {2000, STOP, 0, "A0 A1"}, {2010, GONE, 0, ""},
	    {2060, TICK, 0, "A1"}, {2070, GONE, 1, "A2"}, {2119, TICK, 0, ""},
	    {2120, TICK, 0, "A2"}, {2130, GONE, 2, ""}, {9999, TICK, 0, ""});
}

static void the_last_is_not_asked_while_one_is_killed(void **state)
{
	(void)state;
	/* A worker that hangs is killed; it counts until it is gone. */
	REPLAY_WITH_LAST(THREE_READY, {2000, BUSY, 1, ""}, {3000, STOP, 0, "A0 A1"},
	    {3010, GONE, 0, ""}, {12000, TICK, 0, "K1"}, {12050, TICK, 0, ""},
	    {12060, GONE, 1, "A2"});
}

static void the_last_has_its_own_time_to_leave(void **state)
{
	(void)state;
	REPLAY_WITH_LAST(THREE_READY, {2000, STOP, 0, "A0 A1"}, {13000, TICK, 0, "A0 A1"},
	    {13900, GONE, 0, "A1"}, {13901, GONE, 1, "A2"},
	    {13901 + JOB_MS + POLICY_GRACE_MS - 1, TICK, 0, "A2"},
	    {13901 + JOB_MS + POLICY_GRACE_MS, TICK, 0, "K2"});
}

static void the_last_that_dies_while_all_stop_is_not_replaced(void **state)
{
	(void)state;
	REPLAY_WITH_LAST(THREE_READY, {2000, STOP, 0, "A0 A1"}, {2010, GONE, 2, ""},
	    {2020, GONE, 0, ""}, {2030, GONE, 1, ""}, {9999, TICK, 0, ""});
}

static void the_last_is_renewed_like_others(void **state)
{
	(void)state;
	REPLAY_WITH_LAST(
	    THREE_READY, {2000, RENEW, 2, "A0 A2"}, {2010, GONE, 2, "S2"}, {2020, READY, 2, ""});
}

static void several_last_ones_leave_together(void **state)
{
	(void)state;
	const struct event events[] = {{1000, TICK, 0, "S0 S1 S2"}, {1010, READY, 0, ""},
	    {1010, READY, 1, ""}, {1010, READY, 2, ""}, {2000, STOP, 0, "A1"},
	    {2010, GONE, 1, "A0 A2"}};
	struct policy p = {.generation = 1};
	policy_add(&p, 1, JOB_MS, true);
	policy_add(&p, 1, JOB_MS, false);
	policy_add(&p, 1, JOB_MS, true);
	replay_on(&p, events, sizeof events / sizeof *events);
	assert_false(policy_all_gone(&p));
	policy_gone(&p, 0, 2020);
	policy_gone(&p, 2, 2020);
	assert_true(policy_all_gone(&p));
}

static void the_last_alone_leaves_at_once(void **state)
{
	(void)state;
	const struct event events[] = {
	    {1000, TICK, 0, "S0"}, {1010, READY, 0, ""}, {2000, STOP, 0, "A0"}};
	struct policy p = {.generation = 1};
	policy_add(&p, 1, JOB_MS, true);
	replay_on(&p, events, sizeof events / sizeof *events);
}

static void all_ready_means_all(void **state)
{
	(void)state;
	struct policy p = {.generation = 1};
	struct policy_action actions[2];
	policy_add(&p, 2, JOB_MS, false);
	assert_false(policy_all_ready(&p));
	policy_decide(&p, 1000, actions);
	policy_ready(&p, 0);
	assert_false(policy_all_ready(&p));
	policy_ready(&p, 1);
	assert_true(policy_all_ready(&p));
}

static void more_slots_than_there_is_room_for_are_left_out(void **state)
{
	(void)state;
	struct policy p = {.generation = 1};
	policy_add(&p, BOARD_SLOTS + 10, JOB_MS, false);
	assert_int_equal(p.nslots, BOARD_SLOTS);
}

/* Whatever happens in whatever order: one action per slot, and never a second process in a slot. */
static void no_order_of_events_breaks_it(void **state)
{
	(void)state;
	uint32_t seed = 12345;
	struct policy p = {.generation = 1};
	struct policy_action actions[BOARD_SLOTS];
	bool alive[3] = {false};
	policy_add(&p, 3, JOB_MS, false);
	for (int64_t now = 1000; now < 2000000; now += 7) {
		seed = seed * 1664525 + 1013904223;
		struct event e = {now, (enum what)((seed >> 8) % STOP), (seed >> 20) % 3, ""};
		if (e.what == RENEW || alive[e.slot])
			apply(&p, &e);
		if (e.what == GONE)
			alive[e.slot] = false;
		size_t n = policy_decide(&p, now, actions);
		assert_true(n <= 3);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(alive[actions[i].slot], actions[i].verb != POLICY_START);
			alive[actions[i].slot] = true;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(starts_every_slot_once),
	    cmocka_unit_test(replaces_a_worker_that_dies_after_a_job_at_once),
	    cmocka_unit_test(a_job_that_was_begun_is_a_job),
	    cmocka_unit_test(throttles_what_dies_before_its_first_job),
	    cmocka_unit_test(throttles_up_to_thirty_seconds),
	    cmocka_unit_test(a_throttled_kind_waits_no_longer_than_needed),
	    cmocka_unit_test(several_that_die_together_are_one_failure),
	    cmocka_unit_test(the_others_work_on_while_their_kind_is_throttled),
	    cmocka_unit_test(a_job_ends_throttling),
	    cmocka_unit_test(a_kind_is_not_throttled_for_another),
	    cmocka_unit_test(kills_what_is_busy_for_too_long),
	    cmocka_unit_test(work_after_work_is_not_a_hang),
	    cmocka_unit_test(kills_what_is_stopped_for_too_long),
	    cmocka_unit_test(a_stopped_process_may_go_on_in_time),
	    cmocka_unit_test(kills_what_never_gets_ready),
	    cmocka_unit_test(replaces_one_by_one_when_the_generation_changed),
	    cmocka_unit_test(a_busy_worker_finishes_before_it_is_replaced),
	    cmocka_unit_test(a_bad_new_generation_leaves_the_others_alone),
	    cmocka_unit_test(replacement_goes_on_with_the_newest_generation),
	    cmocka_unit_test(what_starts_during_a_change_gets_the_new_generation),
	    cmocka_unit_test(kinds_are_replaced_independently),
	    cmocka_unit_test(a_worker_that_leaves_by_itself_is_replaced_at_once),
	    cmocka_unit_test(asked_to_leave_before_its_first_job_is_no_failure),
	    cmocka_unit_test(stops_everybody_and_starts_nobody),
	    cmocka_unit_test(stops_those_that_are_starting_too),
	    cmocka_unit_test(stops_while_throttled),
	    cmocka_unit_test(kills_what_does_not_leave),
	    cmocka_unit_test(the_deadline_is_longer_than_any_job),
	    cmocka_unit_test(the_last_is_asked_when_the_others_are_gone),
	    cmocka_unit_test(the_last_is_not_asked_while_one_is_killed),
	    cmocka_unit_test(the_last_has_its_own_time_to_leave),
	    cmocka_unit_test(the_last_that_dies_while_all_stop_is_not_replaced),
	    cmocka_unit_test(the_last_is_renewed_like_others),
	    cmocka_unit_test(several_last_ones_leave_together),
	    cmocka_unit_test(the_last_alone_leaves_at_once),
	    cmocka_unit_test(all_ready_means_all),
	    cmocka_unit_test(more_slots_than_there_is_room_for_are_left_out),
	    cmocka_unit_test(no_order_of_events_breaks_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
