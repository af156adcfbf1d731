/* SPDX-License-Identifier: ISC */
/*
 * The table: sets of WAYS entries. An entry is one word, so that it is read and replaced at once:
 *
 *   bits 63-40  tag: which of all that fall into this set it is
 *   bits 39-32  failures
 *   bits 31-0   when the last one was, seconds of the steady clock, and 1, so that an entry is never 0
 *
 * Set and tag are of a digest of what is counted, with a key that is made anew with each table. Who computes a hash,
 * and who waits, is a word, too: milliseconds and process id.
 */
#include "guard/throttle.h"

#include "base/address.h"
#include "base/log.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SETS 32768
#define WAYS 8
#define KEY 32

#define TAG_SHIFT 40
#define COUNT_SHIFT 32
#define COUNT_MOST 255
#define PID_BITS 22 /* /proc/sys/kernel/pid_max is never above 2^22 */

typedef _Atomic uint64_t word;

struct throttle {
	unsigned char key[KEY];
	word turn, queue[THROTTLE_QUEUE];
	word sets[SETS][WAYS];
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes share words without locks");

struct throttle *throttle_new(void)
{
	struct throttle *t =
	    mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t == MAP_FAILED)
		return NULL;
	if (RAND_bytes(t->key, KEY) == 1)
		return t;
	throttle_free(t);
	return NULL;
}

void throttle_free(struct throttle *t)
{
	if (t)
		munmap(t, sizeof *t);
}

/* ---- entries ---- */

struct place {
	word *set;
	uint64_t tag;
};

struct entry {
	uint64_t tag;
	int64_t count, time;
};

static uint64_t pack(const struct entry *e)
{
	int64_t count = e->count > COUNT_MOST ? COUNT_MOST : e->count;
	return e->tag << TAG_SHIFT | (uint64_t)count << COUNT_SHIFT | (uint32_t)(e->time + 1);
}

/* What has been quiet for long enough counts nothing. */
static struct entry unpack(uint64_t bits, int64_t now)
{
	struct entry e = {bits >> TAG_SHIFT, (int64_t)(bits >> COUNT_SHIFT & COUNT_MOST),
	    (int64_t)(uint32_t)bits - 1};
	if (now - e.time >= THROTTLE_MOST)
		e.count = 0;
	return e;
}

/* What comes of it is random to those who do not know the key. */
static struct place find_place(
    struct throttle *t, const char *kind, const void *address, size_t size, const char *user)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	uint64_t bits;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
		  EVP_DigestUpdate(context, t->key, KEY) == 1 &&
		  EVP_DigestUpdate(context, kind, strlen(kind) + 1) == 1 &&
		  EVP_DigestUpdate(context, &size, sizeof size) == 1 &&
		  EVP_DigestUpdate(context, address, size) == 1 &&
		  EVP_DigestUpdate(context, user, strlen(user)) == 1 &&
		  EVP_DigestFinal_ex(context, digest, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (!ok)
		log_panic("sign-in", "OpenSSL offers no SHA-256");
	memcpy(&bits, digest, sizeof bits);
	return (struct place){t->sets[bits % SETS], bits >> TAG_SHIFT};
}

/* Where it is; NULL: nowhere. `*bits` is what stands there. */
static word *look(const struct place *p, int64_t now, uint64_t *bits)
{
	for (size_t i = 0; i < WAYS; i++) {
		*bits = atomic_load(&p->set[i]);
		struct entry e = unpack(*bits, now);
		if (*bits && e.tag == p->tag && e.count)
			return &p->set[i];
	}
	return NULL;
}

/* An entry to be replaced: one that counts nothing, else what failed least, else longest ago. */
static word *victim(const struct place *p, int64_t now, uint64_t *bits)
{
	word *worst = NULL;
	struct entry least = {0};
	for (size_t i = 0; i < WAYS; i++) {
		uint64_t b = atomic_load(&p->set[i]);
		struct entry e = unpack(b, now);
		if (worst &&
		    (e.count > least.count || (e.count == least.count && e.time >= least.time)))
			continue;
		worst = &p->set[i];
		least = e;
		*bits = b;
	}
	return worst;
}

static int64_t count_of(const struct place *p, int64_t now, int64_t *time)
{
	uint64_t bits;
	if (!look(p, now, &bits))
		return 0;
	struct entry e = unpack(bits, now);
	*time = e.time;
	return e.count;
}

static void add(const struct place *p, int64_t more, int64_t now)
{
	uint64_t bits, made;
	word *at;
	do {
		at = look(p, now, &bits);
		struct entry e = at ? unpack(bits, now) : (struct entry){p->tag, 0, now};
		if (!at && more < 0)
			return;
		if (!at)
			at = victim(p, now, &bits);
		e.count = e.count + more > 0 ? e.count + more : 0;
		e.time = more > 0 ? now : e.time;
		made = pack(&e);
	} while (!atomic_compare_exchange_strong(at, &bits, made));
}

/* ---- what is counted ---- */

struct places {
	struct place pair, address, user;
};

static struct places find_places(struct throttle *t, const char *address, const char *user)
{
	struct in6_addr ip;
	const void *bytes = address;
	size_t size = strlen(address);
	if (address_parse(address, size, &ip)) {
		bytes = &ip;
		size = IN6_IS_ADDR_V4MAPPED(&ip) ? sizeof ip : sizeof ip / 2;
	}
	return (struct places){find_place(t, "pair", bytes, size, user),
	    find_place(t, "address", bytes, size, ""), find_place(t, "user", "", 0, user)};
}

static int64_t wait_for(const struct place *p, int64_t free, int64_t now)
{
	int64_t time = 0, count = count_of(p, now, &time), delay = THROTTLE_FIRST;
	if (count <= 0 || count < free)
		return 0;
	for (int64_t i = free ? free : 1; i < count && delay < THROTTLE_MOST; i++)
		delay *= 2;
	if (delay > THROTTLE_MOST)
		delay = THROTTLE_MOST;
	if (time > now)
		time = now;
	return time + delay > now ? time + delay - now : 0;
}

int64_t throttle_wait(struct throttle *t, const char *address, const char *user, int64_t now)
{
	struct places p = find_places(t, address, user);
	int64_t since;
	bool pressed = count_of(&p.user, now, &since) >= THROTTLE_USER;
	int64_t one = wait_for(&p.pair, pressed ? 0 : THROTTLE_FREE, now);
	int64_t other = wait_for(&p.address, THROTTLE_SPRAY, now);
	return one > other ? one : other;
}

void throttle_failed(struct throttle *t, const char *address, const char *user, int64_t now)
{
	struct places p = find_places(t, address, user);
	add(&p.pair, 1, now);
	add(&p.address, 1, now);
	add(&p.user, 1, now);
}

void throttle_passed(struct throttle *t, const char *address, const char *user, int64_t now)
{
	struct places p = find_places(t, address, user);
	int64_t since, own = count_of(&p.pair, now, &since);
	if (!own)
		return;
	add(&p.pair, -own, now);
	add(&p.address, -own, now);
	add(&p.user, -own, now);
}

/* ---- one at a time ---- */

static bool take(word *place, int64_t now_ms)
{
	uint64_t mine =
	    (uint64_t)now_ms << PID_BITS | ((uint64_t)getpid() & ((1U << PID_BITS) - 1));
	uint64_t held = atomic_load(place);
	int64_t since = (int64_t)(held >> PID_BITS);
	if (held && now_ms - since < THROTTLE_HOLD_MS)
		return false;
	return atomic_compare_exchange_strong(place, &held, mine);
}

/* Only what is ours: it may have been taken from us. */
static void give(word *place)
{
	uint64_t held = atomic_load(place);
	if ((held & ((1U << PID_BITS) - 1)) == ((uint64_t)getpid() & ((1U << PID_BITS) - 1)))
		atomic_compare_exchange_strong(place, &held, 0);
}

bool throttle_begin(struct throttle *t, int64_t now_ms)
{
	return take(&t->turn, now_ms);
}

void throttle_end(struct throttle *t)
{
	give(&t->turn);
}

bool throttle_queue(struct throttle *t, int64_t now_ms)
{
	for (size_t i = 0; i < THROTTLE_QUEUE; i++) {
		if (take(&t->queue[i], now_ms))
			return true;
	}
	return false;
}

void throttle_leave(struct throttle *t)
{
	for (size_t i = 0; i < THROTTLE_QUEUE; i++)
		give(&t->queue[i]);
}
