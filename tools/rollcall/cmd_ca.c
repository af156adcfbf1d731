/* SPDX-License-Identifier: ISC */
/* rollcall ca: the table of its verbs; list and revoke. */
#include "base/json.h"
#include "desk/ca_files.h"
#include "desk/cells.h"
#include "desk/desk.h"
#include "tools/rollcall/command.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/table.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const struct command ca_verbs[CA_VERBS] = {
    {"init", CMD_CA_INIT, MAKE_HOME, 0, 0, ca_init,
	"ca init --name NAME [--algorithm WORD] [--replace] [--pki DIR] [--json]",
	.help =
	    "Makes a CA in HOME/ca, trusted by the port for mutual TLS, and says what belongs into\n"
	    "user-config.xml."},
    {"list", CMD_CA_LIST, OPEN_HOME, 0, 0, ca_list, "ca list [--json]",
	.help = "Lists our CAs and the certificates that were signed."},
    {"revoke", CMD_CA_REVOKE, OPEN_HOME, 1, 1, ca_revoke, "ca revoke SERIAL [--why TEXT] [--json]",
	.help =
	    "Revokes one of these; the server must run. The device with it is refused from then on."},
};

/* ---- list ---- */

struct listing {
	struct arena arena, scratch; /* scratch: of one certificate */
	const struct home *home;
	bool json;
	time_t now;
	struct table issued;
	struct buf out;
	size_t count, revoked;
};

static const char *day(struct listing *l, int64_t when)
{
	struct buf text = {0};
	cell_until(&text, when, l->now);
	const char *out = arena_strdup(&l->arena, buf_text(&text));
	buf_free(&text);
	return out;
}

static void json_ca(struct listing *l, const struct ca_file *ca, bool first)
{
	json_pair(&l->out, first ? "\n  {" : ",\n  {", "file", ca->path);
	buf_addf(&l->out, ", \"former\": %s", ca->former ? "true" : "false");
	json_pair(&l->out, ", ", "problem", ca->problem);
	json_pair(&l->out, ", ", "name", ca->problem ? NULL : ca->cert.cn);
	json_pair(&l->out, ", ", "serial", ca->problem ? NULL : ca->cert.serial);
	buf_addf(&l->out, ", \"from\": %" PRId64 ", \"until\": %" PRId64 "}", ca->cert.from,
	    ca->cert.until);
}

static void list_cas(struct listing *l)
{
	static const char *const titles[] = {"CA", "serial number", "until", "file"};
	struct table t = {.titles = titles, .columns = sizeof titles / sizeof *titles};
	size_t count;
	const struct ca_file *list = ca_files(&l->arena, l->home, &count);
	for (size_t i = 0; i < count; i++) {
		const struct ca_file *ca = &list[i];
		const char *cells[] = {ca->problem ? ca->problem : ca->cert.cn,
		    ca->problem ? "" : ca->cert.serial, ca->problem ? "" : day(l, ca->cert.until),
		    ca->former ? arena_concat(&l->arena, ca->path, " (former)") : ca->path};
		if (l->json)
			json_ca(l, ca, i == 0);
		else
			table_add(&t, cells);
	}
	if (!l->json && !count)
		buf_adds(
		    &l->out, "there is no CA of our own; rollcall ca init --name NAME makes one\n");
	table_print(&t, &l->out);
	table_free(&t);
}

static void json_issued(struct listing *l, const struct issued *i)
{
	json_pair(&l->out, l->count ? ",\n  {" : "\n  {", "serial", i->serial);
	json_pair(&l->out, ", ", "sn", i->sn);
	json_pair(&l->out, ", ", "cn", i->cn);
	json_pair(&l->out, ", ", "issuer", i->issuer);
	buf_addf(&l->out, ", \"from\": %" PRId64 ", \"until\": %" PRId64 ", \"at\": %" PRId64,
	    i->from, i->until, i->at);
	json_pair(&l->out, ", ", "who", i->who);
	json_pair(&l->out, ", ", "digest", i->digest);
	buf_addf(&l->out, ", \"revoked\": %" PRId64, i->revoked);
	json_pair(&l->out, ", ", "revoked_by", i->revoked_by);
	json_pair(&l->out, ", ", "reason", i->reason);
	buf_addc(&l->out, '}');
}

static bool take_issued(void *context, const struct issued *i)
{
	struct listing *l = context;
	const char *end = day(l, i->until);
	if (i->revoked)
		end = arena_concat(&l->arena, "revoked ", day(l, i->revoked), " by ", i->revoked_by,
		    *i->reason ? ": " : "", i->reason);
	const char *cells[] = {i->serial, i->sn, i->cn, i->issuer, end, i->who};
	if (l->json)
		json_issued(l, i);
	else
		table_add(&l->issued, cells);
	l->count++;
	l->revoked += i->revoked != 0;
	arena_reset(&l->scratch);
	arena_reset(&l->arena);
	return true;
}

/* Without a store nothing was ever signed. */
static bool list_issued(struct listing *l, struct err *e)
{
	if (access(l->home->store, F_OK) != 0)
		return true;
	struct store *s = desk_store(l->home, e);
	bool ok = s && store_begin(s, e);
	if (ok) {
		store_issued_each(s, &l->scratch, take_issued, l);
		ok = store_end(s, e);
	}
	store_close(s);
	return ok;
}

static int print_list(struct listing *l)
{
	struct err e = {""};
	buf_adds(&l->out, l->json ? "{\"cas\": [" : "");
	list_cas(l);
	buf_adds(&l->out, l->json ? "],\n \"issued\": [" : "\n");
	if (!list_issued(l, &e))
		return cli_fail("%s", e.text);
	table_print(&l->issued, &l->out);
	if (l->json)
		buf_adds(&l->out, "]}\n");
	else
		buf_addf(&l->out, "%zu certificate%s signed, %zu of them revoked\n", l->count,
		    l->count == 1 ? "" : "s", l->revoked);
	return cli_print(&l->out, CLI_FINE);
}

int ca_list(const struct home *h, const struct options *o)
{
	static const char *const titles[] = {
	    "serial number", "device", "common name", "issuer", "until", "approved by"};
	struct listing l = {.home = h,
	    .json = o->json,
	    .now = time(NULL),
	    .issued = {.titles = titles, .columns = sizeof titles / sizeof *titles}};
	int status = print_list(&l);
	table_free(&l.issued);
	buf_free(&l.out);
	arena_free(&l.arena);
	arena_free(&l.scratch);
	return status;
}

/* ---- revoke ---- */

/* "0a:1B" → "A1B": as it stands in lists; what cannot be one comes out as it is. */
static const char *as_serial(struct arena *a, const char *text)
{
	char *out = arena_alloc(a, strlen(text) + 1), *to = out;
	for (const char *p = text; *p; p++) {
		if (*p != ':' && *p != ' ' && (to > out || *p != '0'))
			*to++ = *p >= 'a' && *p <= 'f' ? (char)(*p - 'a' + 'A') : *p;
	}
	return out;
}

static bool find_issued(struct device_data *d, const char *serial, struct issued *out)
{
	struct err e = {""};
	bool found = false;
	if (store_begin(d->store, &e)) {
		found = store_issued(d->store, &d->arena, serial, out);
		found = store_end(d->store, &e) && found;
	}
	if (*e.text)
		cli_fail("%s", e.text);
	else if (!found)
		cli_fail(
		    "none of our certificates has the serial number %s; rollcall ca list has them all",
		    serial);
	else if (out->revoked)
		cli_fail("%s is revoked already, by %s", serial, out->revoked_by);
	return found && !out->revoked;
}

static int revoke_it(struct device_data *d, const struct options *o, const struct issued *i)
{
	struct buf out = {0};
	const struct desk desk = device_desk(d);
	struct err e = {""};
	struct order order = {.verb = ORDER_REVOKE,
	    .sn = "",
	    .digest = "",
	    .serial = i->serial,
	    .why = o->why ? o->why : ""};
	if (!desk_sign(&desk, &order, NULL, &e))
		return cli_fail("%s was not revoked: %s", i->serial, e.text);
	if (o->json) {
		json_pair(&out, "{", "serial", i->serial);
		json_pair(&out, ", ", "sn", i->sn);
		buf_adds(&out, ", \"revoked\": true}\n");
		return cli_print(&out, CLI_FINE);
	}
	buf_addf(&out, "%s is revoked: who shows it is refused. It was for ", i->serial);
	cell_add(&out, i->cn);
	buf_adds(&out, " (");
	cell_add(&out, i->sn);
	buf_adds(&out, ")\n");
	return cli_print(&out, CLI_FINE);
}

int ca_revoke(const struct home *h, const struct options *o)
{
	struct device_data d;
	struct issued issued;
	int status = CLI_FINDING;
	if (device_open(&d, h) && device_can_sign(&d) &&
	    find_issued(&d, as_serial(&d.arena, o->line.words[CLI_VERB_WORDS]), &issued))
		status = revoke_it(&d, o, &issued);
	device_close(&d);
	return status;
}
