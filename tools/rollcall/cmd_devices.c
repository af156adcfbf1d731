/* SPDX-License-Identifier: ISC */
/*
 * rollcall devices: the list of devices, as a table, as CSV or as JSON. No snapshot of the store is open any
 * more when something is printed: whoever reads a page of it may take his time.
 */
#include "tools/rollcall/cli.h"

#include "base/text.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/device_rows.h"
#include "tools/rollcall/device_text.h"

#include <string.h>

#define PAGE (64 << 10) /* what is printed at once */

#define NAME_MOST 24 /* columns that a device gets for what it says of itself, in a terminal */

/* ---- the columns of the table ---- */

struct table {
	const struct device_rows *rows;
	size_t most; /* columns of what a device says of itself; 0: any */
};

static void add_sn(struct buf *out, const struct device *d, const struct table *t)
{
	(void)t;
	cell_add(out, d->sn);
}

static void add_name(struct buf *out, const struct device *d, const struct table *t)
{
	cell_cut(out, d->name, t->most);
}

static void add_type(struct buf *out, const struct device *d, const struct table *t)
{
	cell_cut(out, d->type, t->most);
}

static void add_ip(struct buf *out, const struct device *d, const struct table *t)
{
	(void)t;
	cell_add(out, d->ip);
}

static void add_seen(struct buf *out, const struct device *d, const struct table *t)
{
	if (d->seen)
		cell_age(out, d->seen, t->rows->now);
	else
		buf_adds(out, "never");
}

static void add_phase(struct buf *out, const struct device *d, const struct table *t)
{
	(void)t;
	cell_add(out, d->phase);
}

static void add_firmware(struct buf *out, const struct device *d, const struct table *t)
{
	(void)t;
	cell_build(out, d->prot, d->firmware);
}

static void add_boot(struct buf *out, const struct device *d, const struct table *t)
{
	(void)t;
	cell_build(out, d->boot, d->bootcode);
}

static void add_backup(struct buf *out, const struct device *d, const struct table *t)
{
	if (d->backup_at)
		cell_age(out, d->backup_at, t->rows->now);
}

static void add_state(struct buf *out, const struct device *d, const struct table *t)
{
	if (device_is_missing(d, t->rows->now, t->rows->limit))
		buf_adds(out, "missing");
	else if (d->settled)
		buf_adds(out, "settled");
}

#define FIELD(name) (&device_fields[DEVICE_AT_##name])
static const struct column {
	const char *title;
	const char *sort;                 /* how --sort calls it, and … */
	const struct device_field *field; /* … the field that this is; NULL: the serial number */
	void (*add)(struct buf *out, const struct device *d, const struct table *t);
} columns[] = {
    {"serial number", "sn", NULL, add_sn},
    {"name", "name", FIELD(name), add_name},
    {"type", "type", FIELD(type), add_type},
    {"address", "address", FIELD(ip), add_ip},
    {"seen", "seen", &device_seen, add_seen},
    {"phase", "phase", FIELD(phase), add_phase},
    {"firmware", "firmware", FIELD(prot), add_firmware},
    {"boot", "boot", FIELD(boot), add_boot},
    {"backup", "backup", FIELD(backup_at), add_backup},
    {"state", "state", FIELD(settled), add_state},
};
#define COLUMNS (sizeof columns / sizeof *columns)

/* ---- what it is sorted by ---- */

static const struct device_field *find_field(const char *name)
{
	for (size_t i = 0; i < device_nfields; i++) {
		if (text_same(device_fields[i].shown, name))
			return &device_fields[i];
	}
	return text_same(device_polls.shown, name) ? &device_polls : NULL;
}

static int unknown_field(const char *name)
{
	const char *names[64];
	size_t n = 0;
	for (size_t i = 0; i < COLUMNS; i++)
		names[n++] = columns[i].sort;
	for (size_t i = 0; i < device_nfields && n < sizeof names / sizeof *names; i++)
		names[n++] = device_fields[i].shown;
	const char *meant = text_nearest(name, names, n);
	struct buf all = {0};
	for (size_t i = 0; i < COLUMNS; i++)
		buf_addf(&all, "%s%s", i ? ", " : "", columns[i].sort);
	cli_misuse("--sort %s: there is no such field%s%s; the columns are %s", name,
	    meant ? "; did you mean " : "", meant ? meant : "", all.data);
	buf_free(&all);
	return CLI_WRONG_USE;
}

/* False: there is no field of that name. A column goes before a field that is called the same. */
static bool find_order(const struct options *o, struct device_order *order)
{
	*order = (struct device_order){.reverse = o->reverse};
	for (size_t i = 0; i < COLUMNS && o->sort; i++) {
		if (text_same(columns[i].sort, o->sort)) {
			order->field = columns[i].field;
			return true;
		}
	}
	order->field = o->sort ? find_field(o->sort) : NULL;
	return !o->sort || order->field;
}

/* ---- printing ---- */

/* So that a fleet does not stand in memory twice. False: it could not be written. */
static bool flush_page(struct buf *out)
{
	return out->size < PAGE || opt_print(out);
}

static void find_widths(const struct table *t, size_t widths[COLUMNS])
{
	struct buf cell = {0};
	for (size_t k = 0; k < COLUMNS; k++)
		widths[k] = strlen(columns[k].title);
	for (size_t i = 0; i < t->rows->count; i++) {
		for (size_t k = 0; k < COLUMNS; k++) {
			buf_reset(&cell);
			columns[k].add(&cell, &t->rows->list[i]->device, t);
			size_t n = cell_width(buf_text(&cell));
			widths[k] = n > widths[k] ? n : widths[k];
		}
	}
	buf_free(&cell);
}

/* Nothing but blanks behind the last text of a line. */
static void end_line(struct buf *out)
{
	while (out->size && out->data[out->size - 1] == ' ')
		out->size--;
	buf_addc(out, '\n');
}

/* A device, or the titles for NULL. */
static void print_line(
    const struct table *t, const struct device_row *row, const size_t *widths, struct buf *out)
{
	for (size_t k = 0; k < COLUMNS; k++) {
		size_t from = out->size;
		if (row)
			columns[k].add(out, &row->device, t);
		else
			buf_adds(out, columns[k].title);
		cell_pad(out, from, widths[k] + 2);
	}
	end_line(out);
}

static bool print_table(const struct device_rows *r, struct buf *out)
{
	const struct table t = {r, cell_terminal() ? NAME_MOST : 0};
	size_t widths[COLUMNS];
	bool ok = true;
	find_widths(&t, widths);
	if (r->count)
		print_line(&t, NULL, widths, out);
	for (size_t i = 0; i < r->count && ok; i++) {
		print_line(&t, r->list[i], widths, out);
		ok = flush_page(out);
	}
	buf_addf(out, "%zu of %zu devices, %zu of them missing\n", r->count, r->known, r->missing);
	return ok;
}

/* Its `show` values, when they are wanted. */
static bool print_shows(const struct device_rows *r, const struct device_row *row, struct buf *out)
{
	if (!r->shows || device_shows_print(r->shows, &row->shown, out))
		return true;
	cli_fail("the temporary file cannot be read");
	return false;
}

static bool print_json(const struct device_rows *r, struct buf *out)
{
	bool ok = true;
	buf_adds(out, "{\"devices\": [");
	for (size_t i = 0; i < r->count && ok; i++) {
		const struct device *d = &r->list[i]->device;
		buf_adds(out, i ? ",\n  {" : "\n  {");
		device_json(out, d, device_is_missing(d, r->now, r->limit));
		ok = print_shows(r, r->list[i], out);
		buf_addc(out, '}');
		ok = flush_page(out) && ok;
	}
	buf_addf(out, "],\n \"shown\": %zu, \"known\": %zu, \"missing\": %zu}\n", r->count,
	    r->known, r->missing);
	return ok;
}

static bool print_csv(const struct device_rows *r, struct buf *out)
{
	bool ok = true;
	export_csv_head(out);
	if (r->shows)
		export_shows_head(&r->shows->columns, out);
	buf_adds(out, "\r\n");
	for (size_t i = 0; i < r->count && ok; i++) {
		const struct device *d = &r->list[i]->device;
		export_csv(out, d, device_is_missing(d, r->now, r->limit));
		ok = print_shows(r, r->list[i], out);
		buf_adds(out, "\r\n");
		ok = flush_page(out) && ok;
	}
	return ok;
}

static int print(const struct device_rows *r, const struct options *o)
{
	struct buf out = {0};
	bool ok = o->json  ? print_json(r, &out)
		  : o->csv ? print_csv(r, &out)
			   : print_table(r, &out);
	int status = cli_print(&out, CLI_FINE);
	return ok ? status : CLI_FINDING;
}

/* ---- the command ---- */

/* What its master device said; when that cannot be read, nothing is known of it. */
static void read_master(const struct device_data *d, struct master *m)
{
	struct err e = {""};
	if (master_is_asked(d->config) && !home_read_master(d->home, d->config, m, &e))
		cli_fail("what the master device answered cannot be read: %s", e.text);
}

static int list(struct device_data *d, const struct options *o, const struct filter *f,
    const struct device_order *order)
{
	struct master master = {0};
	const struct fleet_judge judge = {d->config, &master, d->now};
	struct device_rows rows = {
	    .now = d->now, .limit = d->config->status_missing, .judge = &judge};
	struct device_shows shows = {0};
	struct err e = {""};
	int status = CLI_FINDING;
	bool ok = true;
	read_master(d, &master);
	if (o->show) {
		rows.shows = &shows;
		ok = device_shows_open(&shows, d->config, d->now, o->json, &e);
	}
	ok = ok && device_rows_read(&rows, d->store, f, &e);
	device_close_store(d);
	if (ok) {
		device_rows_sort(&rows, order);
		status = print(&rows, o);
	} else {
		cli_fail("%s", e.text);
	}
	device_rows_free(&rows);
	device_shows_close(&shows);
	return status;
}

int cmd_devices(const struct home *h, const struct options *o)
{
	struct device_data d;
	struct device_order order;
	struct arena a = {0};
	struct err e = {""};
	int status = CLI_FINDING;
	if (o->json && o->csv)
		return cli_misuse("--json or --csv, not both");
	if (o->show && !o->json && !o->csv)
		return cli_misuse("--show goes with --csv or --json");
	if (!find_order(o, &order))
		return unknown_field(o->sort);
	const struct filter *f = filter_parse(&a, o->line.words + 1, o->line.nwords - 1, &e);
	if (!f) {
		arena_free(&a);
		return cli_misuse("%s", e.text);
	}
	if (device_open(&d, h))
		status = list(&d, o, f, &order);
	device_close(&d);
	arena_free(&a);
	return status;
}
