/* SPDX-License-Identifier: ISC */
/* rollcall device: everything about one device; forget it, or count it as seen. */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/device_report.h"
#include "tools/rollcall/device_text.h"
#include "view/xml.h"

#include <inttypes.h>

/* ---- showing ---- */

static void json_deliveries(const struct device_data *d, const struct state *s, struct buf *out)
{
	buf_adds(out, "  \"deliveries\": [");
	for (size_t i = 0; i < s->ndeliveries; i++) {
		const struct store_delivery *one = &s->deliveries[i];
		buf_adds(out, i ? ",\n    {\"snippet\": " : "\n    {\"snippet\": ");
		json_string(out, one->snippet);
		buf_addf(out,
		    ", \"sent\": %" PRId64 ", \"version\": %" PRId64 ", \"file\": \"%s\"}",
		    one->sent, one->version, device_snippet(d, one));
	}
	buf_adds(out, "],\n");
}

static void json_messages(const struct state *s, struct buf *out)
{
	buf_adds(out, ",\n  \"messages\": [");
	for (size_t i = 0; i < s->nmessages; i++) {
		buf_addf(out, "%s\n    {\"time\": %" PRId64 ", \"text\": ", i ? "," : "",
		    s->messages[i].time);
		json_string(out, s->messages[i].text);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void print_json(const struct device_data *d, const struct state *s, struct buf *out)
{
	buf_addc(out, '{');
	device_json(
	    out, &s->device, device_is_missing(&s->device, d->now, d->config->status_missing));
	buf_adds(out, ",\n");
	json_deliveries(d, s, out);
	buf_adds(out, "  ");
	device_json_answers(out, d->config, s, NULL);
	json_messages(s, out);
	buf_adds(out, "}\n");
}

static void print_xml(const struct device_data *d, const struct state *s, struct buf *out)
{
	struct buf xml = {0};
	state_print(s, d->config->times_dir, STATE_ALL, &xml);
	xml_visible(out, xml.data, xml.size);
	buf_free(&xml);
}

static int show(struct device_data *d, const struct options *o, const char *sn)
{
	struct buf out = {0};
	struct state s;
	if (!device_state(d, sn, &s))
		return CLI_FINDING;
	if (!o->xml)
		state_shows(&d->arena, d->config, &s);
	if (o->xml)
		print_xml(d, &s, &out);
	else if (o->json)
		print_json(d, &s, &out);
	else
		device_report(d, &s, cell_terminal(), &out);
	return cli_print(&out, CLI_FINE);
}

/* ---- changing ---- */

static void say_done(const struct options *o, const char *sn, struct buf *out)
{
	if (o->json) {
		buf_adds(out, "{\"sn\": ");
		json_string(out, sn);
		buf_addf(out, ", \"%s\": true}\n", o->forget ? "forgotten" : "touched");
		return;
	}
	cell_add(out, sn);
	buf_adds(out,
	    o->forget ? ": all that was known of it is forgotten; the files of its backups stay\n"
		      : ": counts as seen now\n");
}

static int change(struct device_data *d, const struct options *o, const char *sn)
{
	struct buf out = {0};
	struct err e = {""};
	device_close_store(d);
	const struct desk desk = device_desk(d);
	bool ok = o->forget ? desk_forget(&desk, &sn, 1, &e) : desk_touch(&desk, &sn, 1, &e);
	if (*e.text)
		cli_fail("%s", e.text);
	if (!ok)
		return CLI_FINDING;
	say_done(o, sn, &out);
	return cli_print(&out, CLI_FINE);
}

int cmd_device(const struct home *h, const struct options *o)
{
	struct device_data d;
	int status = CLI_FINDING;
	if (o->xml && o->json)
		return cli_misuse("--json or --xml, not both");
	if (o->xml && (o->forget || o->touch))
		return cli_misuse("--xml goes with neither --forget nor --touch");
	if (o->forget && o->touch)
		return cli_misuse("--forget or --touch, not both");
	if (device_open(&d, h)) {
		const struct device *found = device_find(&d, o->line.words[1]);
		if (found)
			status = o->forget || o->touch ? change(&d, o, found->sn)
						       : show(&d, o, found->sn);
	}
	device_close(&d);
	return status;
}
