/* SPDX-License-Identifier: ISC */
/*
 * The summary: counted once into lists of names and numbers, then printed twice, for people and as
 * JSON. Touches stdout and stderr.
 */
#include "tools/sim/report.h"

#include "base/json.h"
#include "base/pct.h"
#include "base/text.h"
#include "tools/sim/command.h"
#include "tools/sim/fleet.h"
#include "tools/sim/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ENTRIES 64 /* of one list; phases beyond that are counted as one */

struct entry {
	char name[LIMIT_PHASE + 1];
	uint64_t number;
};

struct entries {
	struct entry entry[ENTRIES];
	size_t count;
};

static void count(struct entries *l, const char *name, uint64_t number)
{
	size_t i = 0;
	while (i < l->count && strcmp(l->entry[i].name, name) != 0)
		i++;
	if (i == ENTRIES) /* the last one takes what has no place */
		i = ENTRIES - 1;
	if (i == l->count)
		snprintf(l->entry[l->count++].name, sizeof l->entry->name, "%s", name);
	l->entry[i].number += number;
}

/* The argument `phase` of the URL a device asks, "none" when it has none. */
static void phase_of(const struct device *d, char *out, size_t size)
{
	const char *at = strchr(d->url, '?');
	while (at && !text_starts(at + 1, "phase="))
		at = strchr(at + 1, '&');
	const char *value = at ? at + 1 + strlen("phase=") : "";
	size_t n = strcspn(value, "&#");
	snprintf(out, size, "%s", n > 0 ? "" : "none");
	if (n == 0 || n >= size)
		return;
	n = pct_decode_form(out, value, n);
	out[n] = '\0';
	if (!text_is_utf8(out, n) || text_has_control(out, n))
		snprintf(out, size, "%s", "unprintable");
}

static struct entries phases(const struct fleet *f)
{
	struct entries l = {.count = 0};
	for (size_t i = 0; i < f->count; i++) {
		char name[LIMIT_PHASE + 1];
		phase_of(&f->devices[i], name, sizeof name);
		count(&l, name, 1);
	}
	return l;
}

static struct entries commands(const struct fleet *f)
{
	struct entries l = {.count = 0};
	for (size_t i = 0; command_name(i); i++)
		if (f->stats.script.commands[i] > 0)
			count(&l, command_name(i), f->stats.script.commands[i]);
	return l;
}

/* In JSON all kinds are there, so that a test may ask for one that did not happen. */
static struct entries errors(const struct fleet *f, bool all)
{
	struct entries l = {.count = 0};
	for (size_t i = FAULT_NONE + 1; i < FAULTS; i++)
		if (all || f->stats.faults[i] > 0)
			count(&l, fault_name((enum fault)i), f->stats.faults[i]);
	if (all || f->stats.script.bad > 0)
		count(&l, "command", f->stats.script.bad);
	return l;
}

static struct entries puts_sent(const struct fleet *f)
{
	struct entries l = {.count = 0};
	count(&l, "answers", f->stats.answers);
	count(&l, "backups", f->stats.backups);
	count(&l, "failed", f->stats.puts_failed);
	return l;
}

static double seconds(const struct fleet *f)
{
	double s = (double)(f->now - f->start) / 1000;
	return s > 0 ? s : 0.001;
}

static double rate(const struct fleet *f)
{
	return (double)f->stats.polls / seconds(f);
}

/* Milliseconds. */
static double latency(const struct fleet *f, unsigned percent)
{
	return (double)histogram_at(&f->stats.latency, percent) / 1000;
}

void report_progress(const struct fleet *f)
{
	bool terminal = isatty(STDERR_FILENO);
	fprintf(stderr,
	    "%s%zu devices, %" PRIu64 " polls, %zu settled, %" PRIu64 " errors, %.0f polls/s%s",
	    terminal ? "\r\033[K" : "", f->count, f->stats.polls, f->settled,
	    stats_errors(&f->stats), rate(f), terminal ? "" : "\n");
}

static void print_list(const char *title, const struct entries *l)
{
	printf("%-10s", title);
	for (size_t i = 0; i < l->count; i++)
		printf("%s %s %" PRIu64, i > 0 ? "," : "", l->entry[i].name, l->entry[i].number);
	puts(l->count > 0 ? "" : " none");
}

void report_text(const struct fleet *f)
{
	const struct stats *s = &f->stats;
	struct entries in = phases(f), ran = commands(f), wrong = errors(f, false),
		       sent = puts_sent(f);

	printf("%-10s %" PRIu64 " in %.1f s (%.1f/s), %" PRIu64 " failed\n", "polls", s->polls,
	    seconds(f), rate(f), s->polls_failed);
	printf("%-10s %zu of %zu devices\n", "settled", f->settled, f->count);
	print_list("phases", &in);
	print_list("commands", &ran);
	printf(
	    "%-10s prot %" PRIu64 ", boot %" PRIu64 "\n", "firmware", s->loads_prot, s->loads_boot);
	print_list("puts", &sent);
	if (f->options->logs || f->options->alarms)
		printf(
		    "%-10s logs %" PRIu64 ", alarms %" PRIu64 "\n", "entries", s->logs, s->alarms);
	printf("%-10s %" PRIu64 " put off by the server\n", "not now", s->not_now);
	print_list("errors", &wrong);
	printf("%-10s p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms\n", "latency",
	    latency(f, 50), latency(f, 90), latency(f, 99), latency(f, 100));
	printf(
	    "%-10s %" PRIu64 " bytes received, %" PRIu64 " sent\n", "bodies", s->received, s->sent);
}

static void json_list(struct buf *out, const char *title, const struct entries *l)
{
	buf_addf(out, ",\"%s\":{", title);
	for (size_t i = 0; i < l->count; i++) {
		if (i > 0)
			buf_addc(out, ',');
		json_string(out, l->entry[i].name);
		buf_addf(out, ":%" PRIu64, l->entry[i].number);
	}
	buf_addc(out, '}');
}

/* `name`: {`a`: x, `b`: y} */
static void json_two(
    struct buf *out, const char *name, const char *a, uint64_t x, const char *b, uint64_t y)
{
	buf_addf(out, ",\"%s\":{\"%s\":%" PRIu64 ",\"%s\":%" PRIu64 "}", name, a, x, b, y);
}

void report_json(const struct fleet *f)
{
	const struct stats *s = &f->stats;
	struct entries in = phases(f), ran = commands(f), wrong = errors(f, true),
		       sent = puts_sent(f);
	struct buf out = {0};

	buf_addf(&out, "{\"version\":\"" SIM_VERSION "\",\"seconds\":%.3f", seconds(f));
	buf_addf(&out, ",\"devices\":%zu,\"settled\":%zu", f->count, f->settled);
	buf_addf(
	    &out, ",\"polls\":%" PRIu64 ",\"polls_failed\":%" PRIu64, s->polls, s->polls_failed);
	buf_addf(&out, ",\"polls_per_second\":%.1f", rate(f));
	json_list(&out, "phases", &in);
	json_list(&out, "commands", &ran);
	json_two(&out, "firmware", "prot", s->loads_prot, "boot", s->loads_boot);
	json_list(&out, "puts", &sent);
	json_two(&out, "entries", "logs", s->logs, "alarms", s->alarms);
	buf_addf(&out, ",\"not_now\":%" PRIu64, s->not_now);
	json_list(&out, "errors", &wrong);
	buf_addf(&out, ",\"errors_total\":%" PRIu64, stats_errors(s));
	buf_addf(
	    &out, ",\"latency_ms\":{\"p50\":%.3f,\"p90\":%.3f", latency(f, 50), latency(f, 90));
	buf_addf(&out, ",\"p99\":%.3f,\"max\":%.3f}", latency(f, 99), latency(f, 100));
	json_two(&out, "bytes", "received", s->received, "sent", s->sent);
	buf_addc(&out, '}');
	puts(buf_text(&out));
	buf_free(&out);
}
