/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/csr_find.h"

#include "core/req.h"
#include "home/certdir.h"
#include "tools/rollcall/cli.h"

bool csr_open(struct device_data *d, const struct home *h)
{
	if (!device_open(d, h))
		return false;
	if (*d->config->customcerts_dir)
		return true;
	cli_fail(
	    "customcerts/@dir is not set in %s: no certificates are looked after", h->user_config);
	return false;
}

static bool has_files(const struct device_data *d, const char *sn)
{
	for (int i = 0; i < CERTS_FILES; i++) {
		if (certdir_has(d->home, d->config, (enum certs_file)i, sn))
			return true;
	}
	return false;
}

static bool is_known(struct device_data *d, const char *sn, struct err *e)
{
	struct device out;
	if (!store_begin(d->store, e))
		return false;
	bool known = store_device(d->store, &d->arena, sn, &out);
	return store_end(d->store, e) && known;
}

bool csr_find(struct device_data *d, const char *text, struct csr_case *out)
{
	struct err e = {""};
	const struct desk desk = device_desk(d);
	struct device *left = arena_alloc(&d->arena, sizeof *left);
	const struct device *found = left;
	bool stranger =
	    req_is_serial(text) && !is_known(d, text, &e) && !*e.text && has_files(d, text);
	if (stranger)
		device_init(left, arena_strdup(&d->arena, text));
	else
		found = device_find(d, text);
	if (found)
		csr_case_read(&desk, d->store, &d->arena, found, !stranger, out);
	return found != NULL;
}

bool csr_find_request(struct device_data *d, const char *text, struct csr_case *out)
{
	struct err e = {""};
	if (!csr_find(d, text, out))
		return false;
	return csr_case_needs(out, &e) || !cli_fail("%s", e.text);
}

void csr_again(struct device_data *d, struct csr_case *k)
{
	const struct desk desk = device_desk(d);
	csr_case_read(&desk, d->store, &d->arena, k->device, k->known, k);
}
