/* SPDX-License-Identifier: ISC */
#include "fcgi/signer_known.h"

#include "base/mem.h"

#include <stdlib.h>

void signer_known_forget(struct signer_known *k)
{
	free(k->list);
	arena_free(&k->arena);
	*k = (struct signer_known){.list = NULL};
}

void signer_known_add(struct signer_known *k, const struct issued *one)
{
	struct arena *a = &k->arena;
	if (k->count == k->room) {
		k->room = k->room ? 2 * k->room : 16;
		k->list = mem_realloc(k->list, k->room * sizeof *k->list);
	}
	k->list[k->count++] = (struct issued){
	    .serial = arena_strdup(a, one->serial),
	    .sn = arena_strdup(a, one->sn),
	    .cn = arena_strdup(a, one->cn),
	    .issuer = arena_strdup(a, one->issuer),
	    .digest = arena_strdup(a, one->digest),
	    .key = arena_strdup(a, one->key),
	    .until = one->until,
	    .revoked = one->revoked,
	};
}

struct reading {
	struct signer_known *to;
	struct arena passing;
	int64_t now;
};

static bool take(void *context, const struct issued *one)
{
	struct reading *r = context;
	if (one->revoked || one->until > r->now)
		signer_known_add(r->to, one);
	arena_reset(&r->passing);
	return true;
}

bool signer_known_read(struct signer_known *k, struct memory *m, int64_t now, struct err *e)
{
	struct reading r = {.to = k, .now = now};
	if (k->read)
		return true;
	struct store *store = memory_store(m, e);
	if (!store || !store_begin(store, e))
		return false;
	store_issued_each(store, &r.passing, take, &r);
	k->read = store_end(store, e);
	arena_free(&r.passing);
	if (!k->read)
		signer_known_forget(k);
	return k->read;
}
