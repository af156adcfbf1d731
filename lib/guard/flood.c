/* SPDX-License-Identifier: ISC */
/*
 * A bucket is one word: 16 bits that say whose it is, and 48 bits with the moment (microseconds of the steady clock)
 * at which it is full again. What is said puts that moment off by the time that one token takes to come; when
 * it lies further ahead than a whole bucket takes, there is none. (GCRA, ITU-T I.371.)
 */
#include "guard/flood.h"

#include "base/log.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#define SETS 16384
#define WAYS 4
#define KEY 32
#define TIME_BITS 48
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)
#define SECOND INT64_C(1000000)

typedef _Atomic uint64_t word;

struct flood {
	unsigned char key[KEY];
	word sets[SETS][WAYS];
};

struct flood *flood_new(void)
{
	struct flood *f =
	    mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (f == MAP_FAILED)
		return NULL;
	if (RAND_bytes(f->key, KEY) == 1)
		return f;
	flood_free(f);
	return NULL;
}

void flood_free(struct flood *f)
{
	if (f)
		munmap(f, sizeof *f);
}

static uint64_t digest_of(const struct flood *f, const char *who)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	uint64_t bits;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
		  EVP_DigestUpdate(context, f->key, KEY) == 1 &&
		  EVP_DigestUpdate(context, who, strlen(who)) == 1 &&
		  EVP_DigestFinal_ex(context, digest, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (!ok)
		log_panic("flood", "OpenSSL offers no SHA-256");
	memcpy(&bits, digest, sizeof bits);
	return bits;
}

/* Its own, else the one that is full longest: what is full need not be remembered. */
static word *find(word *set, uint64_t tag, uint64_t *bits)
{
	word *oldest = set;
	*bits = atomic_load(set);
	for (size_t i = 0; i < WAYS; i++) {
		uint64_t b = atomic_load(&set[i]);
		if (b >> TIME_BITS == tag) {
			*bits = b;
			return &set[i];
		}
		if ((b & TIME_MASK) < (*bits & TIME_MASK)) {
			*bits = b;
			oldest = &set[i];
		}
	}
	return oldest;
}

int64_t flood_take(struct flood *f, const char *who, long rate, int64_t now_ms)
{
	uint64_t digest = digest_of(f, who), tag = digest >> TIME_BITS, bits, next;
	word *set = f->sets[digest % SETS], *at;
	int64_t now = now_ms * 1000, step = SECOND / rate;
	do {
		at = find(set, tag, &bits);
		int64_t full = bits >> TIME_BITS == tag ? (int64_t)(bits & TIME_MASK) : 0;
		if (full < now)
			full = now;
		int64_t ahead = full + step - now - FLOOD_BURST * SECOND;
		if (ahead > 0)
			return (ahead + SECOND - 1) / SECOND;
		next = tag << TIME_BITS | ((uint64_t)(full + step) & TIME_MASK);
	} while (!atomic_compare_exchange_strong(at, &bits, next));
	return 0;
}
