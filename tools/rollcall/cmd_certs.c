/* SPDX-License-Identifier: ISC */
/*
 * rollcall certs: before an administrator drops a CA or enforces trust, who would be left behind. The exit
 * status answers for a script: 1 when anyone would be locked out if trust were enforced now; with --without
 * NAME, by dropping that CA.
 */
#include "tools/rollcall/cli.h"

#include "base/date.h"
#include "base/json.h"
#include "base/text.h"
#include "core/census.h"
#include "core/cert_answer.h"
#include "core/trust.h"
#include "desk/ca_files.h"
#include "desk/cells.h"
#include "desk/serving.h"
#include "guard/client.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/table.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define NAMED 20 /* devices that a list names */

struct certs {
	struct device_data data;
	struct arena scratch;
	struct census census;
	const char *clients; /* client-ca.pem … */
	const char *problem; /* … and why it is not looked at; NULL: it is */
	const char *deaf; /* why nobody can prove himself at the server that runs; NULL: all well */
	bool overview, trust, drops; /* which parts are wanted */
	const struct census_ca *without;
	struct buf out;
};

/* ---- reading ---- */

static void read_clients(struct certs *k, const char *pki)
{
	static const char *const none[] = {NULL};
	struct err e = {""};
	struct arena *a = &k->data.arena;
	k->clients = ca_clients(a, k->data.home, pki);
	struct client_trust *t = client_trust_load(k->clients, none, &e);
	if (!t) {
		k->problem = arena_strdup(a, e.text);
		return;
	}
	size_t count = client_trust_count(t);
	struct cert *list = arena_calloc(a, count + 1, sizeof *list);
	for (size_t i = 0; i < count; i++)
		client_trust_ca(t, a, i, &list[i]);
	client_trust_free(t);
	k->census.cas = list;
	k->census.ncas = count;
}

static bool take_issued(void *context, const struct issued *i)
{
	struct certs *k = context;
	census_issued(&k->census, i);
	arena_reset(&k->scratch);
	return true;
}

static bool take_device(void *context, const struct device *d)
{
	struct certs *k = context;
	struct device seen = *d;
	store_seen(k->data.store, &seen);
	desk_take_answer(k->data.store, &k->scratch, &seen);
	census_add(&k->census, &seen);
	arena_reset(&k->scratch);
	return true;
}

static bool read_store(struct certs *k, struct err *e)
{
	if (!store_begin(k->data.store, e))
		return false;
	store_issued_each(k->data.store, &k->scratch, take_issued, k);
	store_each(k->data.store, &k->scratch, "", take_device, k);
	return store_end(k->data.store, e);
}

/* ---- text ---- */

static const char *month_text(struct arena *a, int month)
{
	if (month == CENSUS_PAST)
		return "expired";
	if (month == CENSUS_NO_MONTH)
		return "undated";
	return arena_printf(a, "%04d-%02d", month / 12, month % 12 + 1);
}

static const char *count_text(struct arena *a, size_t n)
{
	return n ? arena_printf(a, "%zu", n) : "-";
}

static void text_rows(struct certs *k)
{
	static const char *const titles[] = {"issuer", "until", "say so", "proved", ""};
	struct table t = {.titles = titles, .columns = sizeof titles / sizeof *titles};
	struct census *s = &k->census;
	struct arena *a = &k->data.arena;
	const struct census_row *others = &s->rows[CENSUS_ROWS];
	size_t extra = others->says + others->proved != 0;
	for (size_t i = 0; i < s->nrows + extra; i++) {
		const struct census_row *r = i < s->nrows ? &s->rows[i] : others;
		const char *cells[] = {*r->issuer ? r->issuer : "-", month_text(a, r->month),
		    count_text(a, r->says), count_text(a, r->proved),
		    census_ca(s, r->issuer) || strstr(r->issuer, ", ") ? "" : "not in CAname"};
		table_add(&t, cells);
	}
	table_print(&t, &k->out);
	table_free(&t);
}

static void text_counts(struct certs *k)
{
	const struct census *s = &k->census;
	buf_addf(&k->out, "%zu device%s, %zu of them missing", s->devices,
	    s->devices == 1 ? "" : "s", s->missing);
	for (int i = 0; i < CENSUS_STATES; i++) {
		if (s->faults[i])
			buf_addf(&k->out, "; %s: %zu", census_fault_name((enum census_fault)i),
			    s->faults[i]);
	}
	buf_adds(&k->out, "\n");
}

static void text_list(struct certs *k, const struct census_list *l)
{
	for (size_t i = 0; i < l->count && i < NAMED; i++) {
		const struct census_one *one = &l->list[i];
		buf_adds(&k->out, "    ");
		cell_add(&k->out, one->sn);
		if (*one->name) {
			buf_adds(&k->out, " (");
			cell_add(&k->out, one->name);
			buf_adds(&k->out, ")");
		}
		buf_adds(&k->out, one->missing ? ", missing: " : ": ");
		cell_add(&k->out, one->why);
		buf_addc(&k->out, '\n');
	}
	if (l->count > NAMED)
		buf_addf(&k->out, "    and %zu more: --json lists all\n", l->count - NAMED);
}

/* "3 of 25 devices, 2 of them missing" */
static void add_many(struct certs *k, const struct census_list *l)
{
	buf_addf(&k->out, "%zu of %zu device%s", l->count, k->census.devices,
	    k->census.devices == 1 ? "" : "s");
	if (l->missing)
		buf_addf(&k->out, " (%zu of them missing)", l->missing);
}

/* A blank line before a part, unless it is the first. */
static void begin_part(struct certs *k)
{
	buf_adds(&k->out, k->out.size ? "\n" : "");
}

static void text_trust(struct certs *k)
{
	bool forced = trust_is_forced(k->data.config);
	const struct census_list *l = &k->census.locked;
	begin_part(k);
	buf_adds(&k->out, forced ? "trust is enforced (times/@forcetrust): "
				 : "may trust be enforced now (times/@forcetrust)? ");
	if (k->deaf) {
		buf_addf(&k->out, "%s%s\n", forced ? "" : "NO, ", k->deaf);
		return;
	}
	if (!l->count) {
		buf_adds(&k->out, forced ? "every device gets its snippets\n"
					 : "yes, every device would get its snippets\n");
		return;
	}
	buf_adds(&k->out, forced ? "" : "NO, ");
	add_many(k, l);
	buf_adds(&k->out, forced ? " get no snippets\n" : " would get no snippets\n");
	text_list(k, l);
}

static void text_soon(struct certs *k)
{
	const struct census_list *l = &k->census.soon;
	begin_part(k);
	buf_addf(&k->out,
	    "will any of the others be locked out within %ld days if nothing happens? ",
	    CENSUS_SOON / DATE_DAY);
	if (!l->count) {
		buf_adds(&k->out, "no\n");
		return;
	}
	buf_adds(&k->out, "YES, ");
	add_many(k, l);
	buf_adds(&k->out, ":\n");
	text_list(k, l);
}

static void text_drop(struct certs *k, const struct census_ca *ca)
{
	begin_part(k);
	buf_adds(&k->out, "may the CA \"");
	cell_add(&k->out, ca->name);
	buf_adds(&k->out, "\" be dropped now? ");
	if (ca->lost.count) {
		buf_adds(&k->out, "NO, ");
		add_many(k, &ca->lost);
		buf_adds(&k->out, " would be locked out\n");
		text_list(k, &ca->lost);
	} else {
		buf_addf(&k->out,
		    ca->devices ? "yes; the %zu with a certificate of it are locked out anyway\n"
				: "yes, no device has a certificate of it\n",
		    ca->devices);
	}
	if (!k->problem && !ca->in_file && ca->devices)
		buf_addf(&k->out, "    (%s has no such CA that is valid now)\n", k->clients);
}

/* Why much may be unknown. */
static void text_notes(struct certs *k)
{
	const struct config *c = k->data.config;
	bool asked = false;
	for (size_t i = 0; i < c->nqueries; i++)
		asked |= strcmp(c->queries[i].id, CERT_QUERY) == 0 && c->queries[i].napplies;
	if (!asked || k->problem)
		begin_part(k);
	if (!asked)
		buf_adds(&k->out,
		    "nobody is asked the query certificates (queries/query/applies), so little "
		    "is known of devices\n");
	if (k->problem)
		buf_addf(&k->out, "what the port for mutual TLS trusts is not looked at: %s\n",
		    k->problem);
}

static void print_text(struct certs *k)
{
	if (k->overview) {
		text_rows(k);
		text_counts(k);
	}
	if (k->trust)
		text_trust(k);
	if (k->overview)
		text_soon(k);
	for (size_t i = 0; i < k->census.nca && k->drops; i++)
		text_drop(k, &k->census.ca[i]);
	if (k->without)
		text_drop(k, k->without);
	text_notes(k);
}

/* ---- JSON ---- */

static void json_list(struct buf *out, const struct census_list *l)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < l->count; i++) {
		const struct census_one *one = &l->list[i];
		json_pair(out, i ? ",\n    {" : "\n    {", "sn", one->sn);
		json_pair(out, ", ", "name", one->name);
		json_pair(out, ", ", "fault", census_fault_name(one->fault));
		json_pair(out, ", ", "why", one->why);
		buf_addf(out, ", \"missing\": %s}", one->missing ? "true" : "false");
	}
	buf_addc(out, ']');
}

static void json_rows(struct certs *k)
{
	const struct census *s = &k->census;
	struct buf *out = &k->out;
	const struct census_row *others = &s->rows[CENSUS_ROWS];
	size_t extra = others->says + others->proved != 0;
	buf_adds(out, ",\n \"issuers\": [");
	for (size_t i = 0; i < s->nrows + extra; i++) {
		const struct census_row *r = i < s->nrows ? &s->rows[i] : others;
		json_pair(out, i ? ",\n  {" : "\n  {", "issuer", r->issuer);
		json_pair(out, ", ", "until", month_text(&k->data.arena, r->month));
		buf_addf(out, ", \"says\": %zu, \"proved\": %zu}", r->says, r->proved);
	}
	buf_adds(out, "],\n \"states\": {");
	for (int i = 0; i < CENSUS_STATES; i++)
		buf_addf(out, "%s\"%s\": %zu", i ? ", " : "",
		    census_fault_name((enum census_fault)i), s->faults[i]);
	buf_addc(out, '}');
}

static void json_drops(struct certs *k)
{
	struct buf *out = &k->out;
	const char *comma = "";
	buf_adds(out, ",\n \"cas\": [");
	for (size_t i = 0; i < k->census.nca; i++) {
		const struct census_ca *ca = &k->census.ca[i];
		if (!k->drops && ca != k->without)
			continue;
		buf_adds(out, comma);
		json_pair(out, "\n  {", "name", ca->name);
		buf_addf(out, ", \"devices\": %zu, \"in_file\": %s, \"locked_out\": ", ca->devices,
		    k->problem    ? "null"
		    : ca->in_file ? "true"
				  : "false");
		json_list(out, &ca->lost);
		buf_addc(out, '}');
		comma = ",";
	}
	buf_addc(out, ']');
}

static void print_json(struct certs *k)
{
	struct buf *out = &k->out;
	buf_addf(out, "{\"devices\": %zu, \"missing\": %zu, \"forced\": %s", k->census.devices,
	    k->census.missing, trust_is_forced(k->data.config) ? "true" : "false");
	json_pair(out, ", ", "problem", k->problem);
	json_pair(out, ", ", "no_proof", k->deaf);
	if (k->overview)
		json_rows(k);
	if (k->trust) {
		buf_adds(out, ",\n \"locked_out\": ");
		json_list(out, &k->census.locked);
	}
	if (k->overview) {
		buf_adds(out, ",\n \"soon\": ");
		json_list(out, &k->census.soon);
	}
	json_drops(k);
	buf_adds(out, "}\n");
}

/* ---- the command ---- */

static int unknown_ca(struct certs *k, const char *name)
{
	const struct conf_list *names = &k->data.config->canames;
	const char *meant = text_nearest(name, names->items, names->count);
	return cli_misuse("--without %s: that is not in customcerts/@CAname (%s)%s%s%s", name,
	    conf_list_join(&k->data.arena, names, ", "), meant ? "; did you mean \"" : "",
	    meant ? meant : "", meant ? "\"?" : "");
}

static int answer(struct certs *k, const struct options *o)
{
	struct err e = {""};
	if (!read_store(k, &e))
		return cli_fail("%s", e.text);
	device_close_store(&k->data);
	if (o->json)
		print_json(k);
	else
		print_text(k);
	bool lost = (k->trust && (k->census.locked.count || k->deaf)) ||
		    (k->without && k->without->lost.count);
	return cli_print(&k->out, lost ? CLI_FINDING : CLI_FINE);
}

static int certs(struct certs *k, const struct options *o)
{
	k->census.config = k->data.config;
	k->census.now = k->data.now;
	read_clients(k, o->pki);
	census_begin(&k->census);
	struct err e;
	if (!serving_hears_proof(k->data.home, k->data.config, &e))
		k->deaf = arena_strdup(&k->data.arena, e.text);
	k->overview = k->drops = !o->without && !o->enforced;
	k->trust = o->enforced || k->overview;
	k->without = o->without ? census_ca(&k->census, o->without) : NULL;
	int status = o->without && !k->without ? unknown_ca(k, o->without) : answer(k, o);
	census_free(&k->census);
	return status;
}

int cmd_certs(const struct home *h, const struct options *o)
{
	static struct certs k; /* large */
	int status = device_open(&k.data, h) ? certs(&k, o) : CLI_FINDING;
	device_close(&k.data);
	arena_free(&k.scratch);
	buf_free(&k.out);
	return status;
}
