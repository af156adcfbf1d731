/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_report.h"

#include "tools/rollcall/device_certs.h"
#include "tools/rollcall/device_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LABEL 16 /* width of what stands before each fact */
#define VALUE 6  /* how far the second line of an answer's value stands in */

/* ---- single facts ---- */

static void label(struct buf *out, const char *name)
{
	size_t from = out->size;
	buf_adds(out, name);
	cell_pad(out, from, LABEL);
}

static void fact(struct buf *out, const char *name, const char *value)
{
	label(out, name);
	cell_add(out, *value ? value : "-");
	buf_addc(out, '\n');
}

/* "125678, told to load 130986 2.0 h ago (…)" */
static void build(
    struct buf *out, const char *name, const char *has, const char *wanted, int64_t at, int64_t now)
{
	label(out, name);
	cell_add(out, *has ? has : "-");
	if (*wanted && strcmp(has, wanted) != 0) {
		buf_adds(out, ", told to load ");
		cell_add(out, wanted);
		buf_addc(out, ' ');
		cell_when(out, at, now);
	}
	buf_addc(out, '\n');
}

static void address(struct buf *out, const struct device *d)
{
	label(out, "address");
	cell_add(out, *d->realip ? d->realip : "-");
	if (*d->ip && strcmp(d->ip, d->realip) != 0) {
		buf_adds(out, ", calls from ");
		cell_add(out, d->ip);
	}
	if (*d->proxy) {
		buf_adds(out, ", through the proxy ");
		cell_add(out, d->proxy);
	}
	buf_addc(out, '\n');
}

static void seen(struct buf *out, const struct device_data *data, const struct device *d)
{
	label(out, "seen");
	if (d->seen)
		cell_when(out, d->seen, data->now);
	else
		buf_adds(out, "never polled");
	if (d->polls)
		buf_addf(out, ", polls: %" PRId64, d->polls);
	else
		buf_adds(out, ", polls: none here yet");
	if (d->polls)
		buf_adds(out, d->https ? ", the last over HTTPS" : ", the last over HTTP");
	if (device_is_missing(d, data->now, data->config->status_missing))
		buf_adds(out, "; MISSING");
	buf_addc(out, '\n');
}

static void phase(struct buf *out, const struct device *d)
{
	label(out, "phase");
	cell_add(out, *d->phase ? d->phase : "-");
	if (*d->nextphase) {
		buf_adds(out, ", handed on to ");
		cell_add(out, d->nextphase);
	}
	buf_addc(out, '\n');
}

static void moment(struct buf *out, const char *name, int64_t when, const char *never, int64_t now)
{
	label(out, name);
	if (when)
		cell_when(out, when, now);
	else
		buf_adds(out, never);
	buf_addc(out, '\n');
}

static void backup(struct buf *out, const struct device *d, int64_t now)
{
	label(out, "backup");
	cell_add(out, *d->backup ? d->backup : "-");
	if (d->backup_at) {
		buf_adds(out, ", ");
		cell_when(out, d->backup_at, now);
	}
	buf_addc(out, '\n');
}

static void facts(const struct device_data *data, const struct device *d, struct buf *out)
{
	fact(out, "serial number", d->sn);
	fact(out, "name", d->name);
	fact(out, "type", d->type);
	fact(out, "hardware id", d->hwid);
	address(out, d);
	seen(out, data, d);
	moment(out, "known", d->created, "-", data->now);
	phase(out, d);
	fact(out, "classes", d->classes);
	fact(out, "environments", d->environments);
	build(out, "firmware", d->prot, d->firmware, d->firmware_at, data->now);
	build(out, "boot code", d->boot, d->bootcode, d->bootcode_at, data->now);
	moment(out, "settled", d->settled, "no", data->now);
	device_report_certs(data, d, out);
	backup(out, d, data->now);
	if (d->skip)
		fact(out, "next poll", "is sent queries only");
}

/* ---- what there is several of ---- */

const char *device_snippet(const struct device_data *d, const struct store_delivery *one)
{
	char *folder = home_path(d->home, d->config->times_dir);
	struct buf path = {0};
	struct stat st;
	buf_addf(&path, "%s/%s", folder, one->snippet);
	bool there = stat(path.data, &st) == 0;
	buf_free(&path);
	free(folder);
	if (!there)
		return "gone";
	return (int64_t)st.st_mtime == one->version ? "current" : "changed";
}

static size_t name_width(const struct state *s)
{
	size_t width = 0;
	for (size_t i = 0; i < s->ndeliveries; i++) {
		size_t n = strlen(s->deliveries[i].snippet);
		width = n > width ? n : width;
	}
	return width;
}

static void deliveries(const struct device_data *data, const struct state *s, struct buf *out)
{
	size_t width = name_width(s) + 2;
	buf_adds(out, s->ndeliveries ? "\nsnippets sent\n" : "\nno snippet was sent\n");
	for (size_t i = 0; i < s->ndeliveries; i++) {
		const struct store_delivery *one = &s->deliveries[i];
		const char *state = device_snippet(data, one);
		buf_adds(out, "  ");
		size_t from = out->size;
		cell_add(out, one->snippet);
		cell_pad(out, from, width);
		cell_when(out, one->sent, data->now);
		if (strcmp(state, "changed") == 0)
			buf_adds(out, "; the file was changed since");
		else if (strcmp(state, "gone") == 0)
			buf_adds(out, "; the file is gone");
		buf_addc(out, '\n');
	}
}

static void answers(const struct device_data *data, const struct state *s, struct buf *out)
{
	buf_adds(out, s->nanswers ? "\nanswers\n" : "\nno query was answered\n");
	for (size_t i = 0; i < s->nanswers; i++) {
		buf_adds(out, "  ");
		device_text_query(out, data->config, s->answers[i].query);
		buf_adds(out, ", ");
		cell_when(out, s->answers[i].received, data->now);
		buf_addc(out, '\n');
		device_text_shows(out, s, s->answers[i].query, 4);
	}
}

static void messages(const struct device_data *data, const struct state *s, struct buf *out)
{
	buf_adds(out, s->nmessages ? "\nmessages\n" : "\nno messages\n");
	for (size_t i = 0; i < s->nmessages; i++) {
		size_t from = out->size;
		buf_adds(out, "  ");
		cell_age(out, s->messages[i].time, data->now);
		buf_adds(out, " ago");
		cell_pad(out, from, LABEL);
		cell_add(out, s->messages[i].text);
		buf_addc(out, '\n');
	}
}

void device_report(
    const struct device_data *d, const struct state *s, size_t width, struct buf *out)
{
	facts(d, &s->device, out);
	cell_fold(out, 0, LABEL, width);
	deliveries(d, s, out);
	size_t from = out->size;
	answers(d, s, out);
	cell_fold(out, from, VALUE, width);
	from = out->size;
	messages(d, s, out);
	cell_fold(out, from, LABEL, width);
}
