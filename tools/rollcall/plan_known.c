/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/plan_known.h"

#include "guard/delivery.h"
#include "home/certdir.h"
#include "tools/rollcall/changes.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/device_data.h"

#include <unistd.h>

/* A device that is not known has an empty record. */
static bool read_device(
    struct store *s, struct arena *a, const char *sn, struct device *out, struct err *e)
{
	if (!s || !store_begin(s, e))
		return false;
	if (store_device(s, a, sn, out))
		device_take_answer(s, a, out);
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
	struct store *s = changes_open(h, &e);
	bool ok = read_device(s, a, r->sn, out, &e);
	store_close(s);
	if (!ok)
		cli_fail("what is known of the device cannot be read: %s", e.text);
	return ok ? out : NULL;
}

static const struct plan_certs *find_certs(
    struct arena *a, const struct home *h, const struct config *c, const char *sn)
{
	struct plan_certs *out = arena_alloc(a, sizeof *out);
	struct err e = {""};
	size_t count;
	out->request = certdir_has(h, c, CERTS_REQUEST_DER, sn) != 0;
	if (!certdir_has(h, c, CERTS_SIGNED, sn))
		return out;
	const struct certs_bytes *files = certdir_chain(a, h, c, sn, &count, &e);
	if (files)
		delivery_make(a, certdir_request(a, h, c, sn), files, count, out);
	else
		out->problem = arena_strdup(a, e.text);
	return out;
}

void plan_known(struct arena *a, const struct home *h, const struct config *c,
    const struct request *r, struct plan_known *out)
{
	out->device = find_device(a, h, c, r);
	out->certs = plan_wants_certs(c, out->device) ? find_certs(a, h, c, out->device->sn) : NULL;
}
