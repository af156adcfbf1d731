/* SPDX-License-Identifier: ISC */
/*
 * rollcall devices: the list of devices, as a table, as CSV or as JSON. The snapshot of the store is closed
 * before anything is printed: whoever reads a page of it may take his time.
 */
#include "tools/rollcall/cli.h"

#include "base/text.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/device_rows.h"
#include "tools/rollcall/device_text.h"

#include <inttypes.h>
#include <string.h>

#define PAGE (64 << 10) /* what is printed at once */

/* ---- the columns of the table ---- */

static void add_sn(struct buf *out, const struct device *d, const struct device_rows *r)
{
	(void)r;
	text_add(out, d->sn);
}

static void add_name(struct buf *out, const struct device *d, const struct device_rows *r)
{
	(void)r;
	text_add(out, d->name);
}

static void add_type(struct buf *out, const struct device *d, const struct device_rows *r)
{
	(void)r;
	text_add(out, d->type);
}

static void add_ip(struct buf *out, const struct device *d, const struct device_rows *r)
{
	(void)r;
	text_add(out, d->ip);
}

static void add_seen(struct buf *out, const struct device *d, const struct device_rows *r)
{
	if (d->seen)
		text_age(out, d->seen, r->now);
	else
		buf_adds(out, "never");
}

static void add_phase(struct buf *out, const struct device *d, const struct device_rows *r)
{
	(void)r;
	text_add(out, d->phase);
}

static void add_firmware(struct buf *out, const struct device *d, const struct device_rows *r)
{
	(void)r;
	text_build(out, d->prot, d->firmware);
}

static void add_boot(struct buf *out, const struct device *d, const struct device_rows *r)
{
	(void)r;
	text_build(out, d->boot, d->bootcode);
}

static void add_backup(struct buf *out, const struct device *d, const struct device_rows *r)
{
	if (d->backup_at)
		text_age(out, d->backup_at, r->now);
}

static void add_state(struct buf *out, const struct device *d, const struct device_rows *r)
{
	if (device_is_missing(d, r->now, r->limit))
		buf_adds(out, "missing");
	else if (d->settled)
		buf_adds(out, "settled");
}

static const struct column {
	const char *title;
	const char *sort;  /* how --sort calls it, and … */
	const char *field; /* … the field that this is; "" is the serial number */
	void (*add)(struct buf *out, const struct device *d, const struct device_rows *r);
} columns[] = {
    {"serial number", "sn", "", add_sn},
    {"name", "name", "name", add_name},
    {"type", "type", "type", add_type},
    {"address", "address", "ip", add_ip},
    {"seen", "seen", "seen", add_seen},
    {"phase", "phase", "phase", add_phase},
    {"firmware", "firmware", "prot", add_firmware},
    {"boot", "boot", "boot", add_boot},
    {"backup", "backup", "backup_at", add_backup},
    {"state", "state", "settled", add_state},
};
#define COLUMNS (sizeof columns / sizeof *columns)

/* ---- what it is sorted by ---- */

/* They stand beside the table in core/device.h. */
static const struct device_field beside[] = {
    {0, DEVICE_NUMBER, "seen", "", offsetof(struct device, seen)},
    {0, DEVICE_NUMBER, "polls", "", offsetof(struct device, polls)},
};

static const struct device_field *find_field(const char *name)
{
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
		if (text_same(beside[i].name, name))
			return &beside[i];
	}
	for (size_t i = 0; i < device_nfields; i++) {
		if (text_same(device_fields[i].name, name))
			return &device_fields[i];
	}
	return NULL;
}

static int unknown_field(const char *name)
{
	const char *names[64];
	size_t n = 0;
	for (size_t i = 0; i < COLUMNS; i++)
		names[n++] = columns[i].sort;
	for (size_t i = 0; i < device_nfields && n < sizeof names / sizeof *names; i++)
		names[n++] = device_fields[i].name;
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
	const char *name = o->sort;
	*order = (struct device_order){.reverse = o->reverse};
	if (!name)
		return true;
	for (size_t i = 0; i < COLUMNS; i++) {
		if (text_same(columns[i].sort, name)) {
			name = columns[i].field;
			break;
		}
	}
	order->field = find_field(name);
	return !*name || order->field;
}

/* ---- printing ---- */

/* So that a fleet does not stand in memory twice. False: it could not be written. */
static bool flush_page(struct buf *out)
{
	return out->size < PAGE || opt_print(out);
}

static void find_widths(const struct device_rows *r, size_t widths[COLUMNS])
{
	struct buf cell = {0};
	for (size_t k = 0; k < COLUMNS; k++)
		widths[k] = strlen(columns[k].title);
	for (size_t i = 0; i < r->count; i++) {
		for (size_t k = 0; k < COLUMNS; k++) {
			buf_reset(&cell);
			columns[k].add(&cell, r->list[i], r);
			size_t n = text_width(buf_text(&cell));
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

static bool print_table(const struct device_rows *r, struct buf *out)
{
	size_t widths[COLUMNS];
	bool ok = true;
	find_widths(r, widths);
	for (size_t i = 0; i <= r->count && ok; i++) {
		for (size_t k = 0; k < COLUMNS; k++) {
			size_t from = out->size;
			if (i == 0)
				buf_adds(out, r->count ? columns[k].title : "");
			else
				columns[k].add(out, r->list[i - 1], r);
			text_pad(out, from, r->count ? widths[k] + 2 : 0);
		}
		if (r->count)
			end_line(out);
		ok = flush_page(out);
	}
	buf_addf(out, "%zu of %zu devices, %zu missing\n", r->count, r->known, r->missing);
	return ok;
}

static bool print_json(const struct device_rows *r, struct buf *out)
{
	bool ok = true;
	buf_adds(out, "{\"devices\": [");
	for (size_t i = 0; i < r->count && ok; i++) {
		buf_adds(out, i ? ",\n  {" : "\n  {");
		device_json(out, r->list[i], device_is_missing(r->list[i], r->now, r->limit));
		buf_addc(out, '}');
		ok = flush_page(out);
	}
	buf_addf(out, "],\n \"shown\": %zu, \"known\": %zu, \"missing\": %zu}\n", r->count,
	    r->known, r->missing);
	return ok;
}

#define FORMULA "=+-@" /* a spreadsheet calculates what begins with one of these */

static void csv_quoted(struct buf *out, const char *text)
{
	struct buf clean = {0};
	buf_adds(&clean, strchr(FORMULA, *text) ? "'" : "");
	text_add(&clean, text);
	buf_addc(out, '"');
	for (const char *p = buf_text(&clean); *p; p++)
		buf_adds(out, *p == '"' ? "\"\"" : (char[]){*p, '\0'});
	buf_addc(out, '"');
	buf_free(&clean);
}

/* RFC 4180 */
static void csv_text(struct buf *out, const char *text)
{
	if (*text && (strchr(FORMULA, *text) || strpbrk(text, ",\"")))
		csv_quoted(out, text);
	else
		text_add(out, text);
}

static void csv_row(struct buf *out, const struct device *d, const struct device_rows *r)
{
	csv_text(out, d->sn);
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		buf_addc(out, ',');
		if (f->type == DEVICE_TEXT)
			csv_text(out, device_text(d, f));
		else
			text_number(out, device_number(d, f));
	}
	buf_addf(out, ",%" PRId64 ",%" PRId64 ",%d\r\n", d->seen, d->polls,
	    device_is_missing(d, r->now, r->limit));
}

static bool print_csv(const struct device_rows *r, struct buf *out)
{
	bool ok = true;
	buf_adds(out, "sn");
	for (size_t i = 0; i < device_nfields; i++)
		buf_addf(out, ",%s", device_fields[i].name);
	buf_adds(out, ",seen,polls,missing\r\n");
	for (size_t i = 0; i < r->count && ok; i++) {
		csv_row(out, r->list[i], r);
		ok = flush_page(out);
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

static int list(struct device_data *d, const struct options *o, const struct filter *f,
    const struct device_order *order)
{
	struct device_rows rows = {.now = d->now, .limit = d->config->status_missing};
	struct err e = {""};
	bool ok = device_rows_read(&rows, d->store, f, &e);
	int status = CLI_FINDING;
	device_close_store(d);
	if (ok) {
		device_rows_sort(&rows, order);
		status = print(&rows, o);
	} else {
		cli_fail("%s", e.text);
	}
	device_rows_free(&rows);
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
