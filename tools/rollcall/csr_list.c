/* SPDX-License-Identifier: ISC */
/*
 * rollcall csr list: the devices of which there is something in customcerts/@dir, and those whose request
 * the store knows but whose files are gone.
 */
#include "tools/rollcall/cli.h"

#include "base/mem.h"
#include "desk/cells.h"
#include "home/certdir.h"
#include "tools/rollcall/csr_find.h"
#include "tools/rollcall/table.h"

#include <stdlib.h>
#include <string.h>

#define DIGEST_SHOWN "12" /* digits: enough to tell requests apart, not to trust one */

struct listing {
	struct device_data data;
	const char **sns; /* that have files, sorted */
	size_t nsns;
	struct arena scratch;
	struct device *devices; /* of all rows */
	bool *known;
	size_t count, room;
};

/* ---- finding them ---- */

static void add_device(struct listing *l, const struct device *d, bool known)
{
	if (l->count == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->devices = mem_realloc(l->devices, l->room * sizeof *l->devices);
		l->known = mem_realloc(l->known, l->room * sizeof *l->known);
	}
	l->known[l->count] = known;
	l->devices[l->count++] = *d;
}

static void add_serial(struct listing *l, const char *sn)
{
	struct device d;
	bool known = store_device(l->data.store, &l->data.arena, sn, &d);
	if (!known)
		device_init(&d, sn);
	add_device(l, &d, known);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct gone {
	const struct listing *l;
	const char **sns;
	size_t count, room;
	struct arena *kept, *scratch;
};

static bool find_gone(void *context, const struct device *d)
{
	struct gone *g = context;
	const struct listing *l = g->l;
	bool has_files = l->nsns && bsearch(&d->sn, l->sns, l->nsns, sizeof *l->sns, by_name);
	if (d->cert_request && !has_files) {
		if (g->count == g->room) {
			g->room = g->room ? 2 * g->room : 64;
			g->sns = mem_realloc(g->sns, g->room * sizeof *g->sns);
		}
		g->sns[g->count++] = arena_strdup(g->kept, d->sn);
	}
	arena_reset(g->scratch);
	return true;
}

static bool read_devices(struct listing *l, struct err *e)
{
	struct gone gone = {.l = l, .kept = &l->data.arena, .scratch = &l->scratch};
	if (!store_begin(l->data.store, e))
		return false;
	store_each(l->data.store, &l->scratch, "", find_gone, &gone);
	for (size_t i = 0; i < l->nsns; i++)
		add_serial(l, l->sns[i]);
	for (size_t i = 0; i < gone.count; i++)
		add_serial(l, gone.sns[i]);
	free(gone.sns);
	return store_end(l->data.store, e);
}

/* ---- printing ---- */

static void add_row(struct listing *l, const struct csr_case *k, struct table *t)
{
	struct arena *a = &l->data.arena;
	struct buf when = {0};
	if (k->received)
		cell_age(&when, k->received, l->data.now);
	const char *cells[] = {k->device->sn, k->device->hwid, k->device->name,
	    k->csr ? k->csr->cn : "", k->csr ? k->csr->key : "",
	    k->received ? arena_printf(a, "%s ago", buf_text(&when)) : "", k->device->cert_origin,
	    k->csr ? arena_printf(a, "%." DIGEST_SHOWN "s", k->csr->digest) : "", k->text};
	table_add(t, cells);
	buf_free(&when);
}

static void read_case(struct listing *l, size_t i, struct csr_case *out)
{
	const struct desk desk = device_desk(&l->data);
	csr_case_read(&desk, l->data.store, &l->data.arena, &l->devices[i], l->known[i], out);
}

static void print_text(struct listing *l, struct buf *out)
{
	static const char *const titles[] = {"serial number", "hardware id", "name", "common name",
	    "key", "received", "from", "digest", "state"};
	struct table t = {.titles = titles, .columns = sizeof titles / sizeof *titles};
	size_t waiting = 0;
	for (size_t i = 0; i < l->count; i++) {
		struct csr_case k;
		read_case(l, i, &k);
		waiting += k.state == CSR_WAITING;
		add_row(l, &k, &t);
	}
	table_print(&t, out);
	table_free(&t);
	buf_addf(out, "%zu device%s with a request, %zu of them waiting to be signed\n", l->count,
	    l->count == 1 ? "" : "s", waiting);
}

static void print_json(struct listing *l, struct buf *out)
{
	buf_adds(out, "{\"requests\": [");
	for (size_t i = 0; i < l->count; i++) {
		struct csr_case k;
		read_case(l, i, &k);
		buf_adds(out, i ? ",\n  {" : "\n  {");
		csr_case_json(&k, out);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}\n");
}

static int list(struct listing *l, const struct options *o)
{
	struct buf out = {0};
	struct err e = {""};
	if (!certdir_list(&l->data.arena, l->data.home, l->data.config, &l->sns, &l->nsns, &e) ||
	    !read_devices(l, &e))
		return cli_fail("%s", e.text);
	if (o->json)
		print_json(l, &out);
	else
		print_text(l, &out);
	return cli_print(&out, CLI_FINE);
}

int csr_list(const struct home *h, const struct options *o)
{
	struct listing l = {0};
	int status = csr_open(&l.data, h) ? list(&l, o) : CLI_FINDING;
	device_close(&l.data);
	arena_free(&l.scratch);
	free(l.devices);
	free(l.known);
	return status;
}
