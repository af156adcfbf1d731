/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/plan_known.h"

#include "desk/preview.h"
#include "tools/rollcall/cli.h"

#include <unistd.h>

/* A device that is not known has an empty record. */
static bool read_device(
    struct store *s, struct arena *a, const char *sn, struct device *out, struct err *e)
{
	if (!s || !store_begin(s, e))
		return false;
	if (store_device(s, a, sn, out))
		desk_take_answer(s, a, out);
	else
		device_init(out, sn);
	return store_end(s, e);
}

static const struct device *find_device(
    struct arena *a, const struct home *h, const struct config *c, const struct request *r)
{
	struct device *out = arena_alloc(a, sizeof *out);
	struct err e = {""};
	if (!*c->status_dir || !r->sn || access(h->store, F_OK) != 0)
		return NULL;
	struct store *s = desk_store(h, &e);
	bool ok = read_device(s, a, r->sn, out, &e);
	store_close(s);
	if (!ok)
		cli_fail("what is known of the device cannot be read: %s", e.text);
	return ok ? out : NULL;
}

void plan_known(struct arena *a, const struct home *h, const struct config *c,
    const struct request *r, struct plan_known *out)
{
	out->device = find_device(a, h, c, r);
	out->certs =
	    plan_wants_certs(c, out->device) ? preview_certs(a, h, c, out->device->sn) : NULL;
}
