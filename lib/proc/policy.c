/* SPDX-License-Identifier: ISC */
#include "proc/policy.h"

static struct policy_kind *kind_of(struct policy *p, const struct policy_slot *s)
{
	return &p->kinds[s->kind];
}

void policy_add(struct policy *p, unsigned count, int64_t job_ms, bool last)
{
	p->kinds[p->nkinds] = (struct policy_kind){.job_ms = job_ms, .last = last};
	for (unsigned i = 0; i < count && p->nslots < BOARD_SLOTS; i++)
		p->slots[p->nslots++] = (struct policy_slot){.kind = p->nkinds};
	p->nkinds++;
}

void policy_ready(struct policy *p, unsigned slot)
{
	p->slots[slot].life = POLICY_READY;
}

void policy_worked(struct policy *p, unsigned slot)
{
	struct policy_slot *s = &p->slots[slot];
	if (s->worked)
		return;
	s->worked = true;
	kind_of(p, s)->failures = 0;
	kind_of(p, s)->not_before_ms = 0;
}

void policy_busy(struct policy *p, unsigned slot, int64_t since_ms)
{
	p->slots[slot].busy_since_ms = since_ms;
}

void policy_stopped(struct policy *p, unsigned slot, int64_t now_ms)
{
	p->slots[slot].stopped_ms = now_ms;
}

void policy_continued(struct policy *p, unsigned slot)
{
	p->slots[slot].stopped_ms = 0;
}

/*
 * Several that die at once, or while the kind is throttled already, count as one failure: eight
 * workers with the same trouble must not cost eight doublings.
 */
static void throttle(struct policy_kind *k, int64_t now_ms)
{
	if (now_ms < k->not_before_ms)
		return;
	int64_t delay = POLICY_THROTTLE_MS;
	for (unsigned i = 0; i < k->failures && delay < POLICY_THROTTLE_MAX_MS; i++)
		delay *= 2;
	k->failures++;
	k->not_before_ms =
	    now_ms + (delay < POLICY_THROTTLE_MAX_MS ? delay : POLICY_THROTTLE_MAX_MS);
}

void policy_gone(struct policy *p, unsigned slot, int64_t now_ms)
{
	struct policy_slot *s = &p->slots[slot];
	bool hung_at_start = s->killed && s->life == POLICY_STARTING;
	bool wanted = (s->leaving_ms || s->killed) && !hung_at_start;
	if (!s->worked && !wanted)
		throttle(kind_of(p, s), now_ms);
	*s = (struct policy_slot){.kind = s->kind};
}

void policy_renew(struct policy *p, uint32_t generation)
{
	p->generation = generation;
}

void policy_stop(struct policy *p)
{
	p->stopping = true;
}

/* Why a process has to be killed; NULL: it need not. */
static const char *hung(const struct policy *p, const struct policy_slot *s, int64_t now_ms)
{
	int64_t job = p->kinds[s->kind].job_ms;
	const struct {
		int64_t since, limit;
		const char *why;
	} limits[] = {
	    {s->busy_since_ms, job, "has been busy with one request for too long"},
	    {s->stopped_ms, job, "has been stopped for too long"},
	    {s->leaving_ms, job + POLICY_GRACE_MS, "did not leave when asked to"},
	    {s->life == POLICY_STARTING ? s->started_ms : 0, POLICY_STARTING_MS,
		"has been starting for too long"},
	};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (limits[i].since && now_ms - limits[i].since >= limits[i].limit)
			return limits[i].why;
	return NULL;
}

/* All of the kind are ready and stay: one of them may go to be replaced. */
static bool is_settled(const struct policy *p, unsigned kind)
{
	for (unsigned i = 0; i < p->nslots; i++) {
		const struct policy_slot *s = &p->slots[i];
		if (s->kind == kind && (s->life != POLICY_READY || s->leaving_ms || s->killed))
			return false;
	}
	return true;
}

static bool others_are_gone(const struct policy *p)
{
	for (unsigned i = 0; i < p->nslots; i++) {
		const struct policy_slot *s = &p->slots[i];
		if (!p->kinds[s->kind].last && s->life != POLICY_ABSENT)
			return false;
	}
	return true;
}

static bool must_leave(const struct policy *p, const struct policy_slot *s)
{
	if (s->leaving_ms)
		return true;
	if (p->stopping)
		return !p->kinds[s->kind].last || others_are_gone(p);
	return s->generation != p->generation && is_settled(p, s->kind);
}

static bool decide_absent(
    struct policy *p, struct policy_slot *s, int64_t now_ms, struct policy_action *action)
{
	if (p->stopping || now_ms < kind_of(p, s)->not_before_ms)
		return false;
	s->life = POLICY_STARTING;
	s->started_ms = now_ms;
	s->generation = p->generation;
	action->verb = POLICY_START;
	return true;
}

static bool decide(struct policy *p, unsigned slot, int64_t now_ms, struct policy_action *action)
{
	struct policy_slot *s = &p->slots[slot];
	*action = (struct policy_action){.slot = slot};
	if (s->life == POLICY_ABSENT)
		return decide_absent(p, s, now_ms, action);
	if (s->killed)
		return false;
	action->why = hung(p, s, now_ms);
	if (action->why) {
		s->killed = true;
		action->verb = POLICY_KILL;
		return true;
	}
	if (!must_leave(p, s) || (s->leaving_ms && now_ms - s->asked_ms < POLICY_ASK_AGAIN_MS))
		return false;
	if (!s->leaving_ms)
		s->leaving_ms = now_ms;
	s->asked_ms = now_ms;
	action->verb = POLICY_ASK;
	return true;
}

size_t policy_decide(struct policy *p, int64_t now_ms, struct policy_action *actions)
{
	size_t n = 0;
	for (unsigned i = 0; i < p->nslots; i++)
		n += decide(p, i, now_ms, &actions[n]);
	return n;
}

static int64_t wait_for(const struct policy *p, const struct policy_slot *s, int64_t now_ms)
{
	if (s->life == POLICY_ABSENT && !p->stopping && p->kinds[s->kind].not_before_ms > now_ms)
		return p->kinds[s->kind].not_before_ms - now_ms;
	if (s->life == POLICY_STARTING)
		return POLICY_LOOK_STARTING_MS;
	return s->leaving_ms ? POLICY_ASK_AGAIN_MS : POLICY_LOOK_MS;
}

int64_t policy_wait(const struct policy *p, int64_t now_ms)
{
	int64_t shortest = POLICY_LOOK_MS;
	for (unsigned i = 0; i < p->nslots; i++) {
		int64_t wait = wait_for(p, &p->slots[i], now_ms);
		if (wait < shortest)
			shortest = wait;
	}
	return shortest;
}

bool policy_all_ready(const struct policy *p)
{
	for (unsigned i = 0; i < p->nslots; i++)
		if (p->slots[i].life != POLICY_READY)
			return false;
	return true;
}

bool policy_all_gone(const struct policy *p)
{
	for (unsigned i = 0; i < p->nslots; i++)
		if (p->slots[i].life != POLICY_ABSENT)
			return false;
	return true;
}
