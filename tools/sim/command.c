/* SPDX-License-Identifier: ISC */
/*
 * What each command does (spec §1): a table, and a short function a row. Touches the device and
 * the script it is given, nothing else.
 */
#include "tools/sim/command.h"

#include "base/num.h"
#include "base/text.h"
#include "tools/sim/answer.h"
#include "tools/sim/certificate.h"
#include "tools/sim/config.h"

#include <stdio.h>
#include <string.h>

/* `w` are the words behind the command's name; `own` is the row's last column. */
typedef enum command_then run(struct script *s, const struct words *w, const char *own);

static enum command_then do_nothing(struct script *s, const struct words *w, const char *own)
{
	(void)s;
	(void)w;
	(void)own;
	return COMMAND_NEXT;
}

/* Sets one option of the configuration; the words are "MODULE… /option value…". */
static bool set_option(struct script *s, const struct words *w, size_t option, size_t end)
{
	struct buf name = {0}, value = {0};
	size_t module = words_option(w, 0);

	words_join(w, 0, module, &name);
	buf_addf(&name, " %s", w->word[option]);
	words_join(w, option + 1, end, &value);
	if (!strcmp(buf_text(&name), "UP1 /url"))
		s->rewrote = true;
	bool fine = config_set(s->device, buf_text(&name), buf_text(&value));
	buf_free(&name);
	buf_free(&value);
	return fine;
}

static enum command_then config_add(struct script *s, const struct words *w, const char *own)
{
	(void)own;
	size_t option = words_option(w, 0);
	if (option == 0 || option == w->count)
		return COMMAND_BAD;
	return set_option(s, w, option, w->count) ? COMMAND_NEXT : COMMAND_BAD;
}

static enum command_then config_rem(struct script *s, const struct words *w, const char *own)
{
	(void)own;
	struct buf name = {0};
	size_t option = words_option(w, 0);
	if (option == 0 || option + 1 != w->count)
		return COMMAND_BAD;
	words_join(w, 0, w->count, &name);
	config_remove(s->device, buf_text(&name));
	buf_free(&name);
	return COMMAND_NEXT;
}

/* Replaces the whole line of a module: "MODULE /a 1 /b 2". */
static enum command_then config_change(struct script *s, const struct words *w, const char *own)
{
	(void)own;
	struct buf module = {0};
	size_t option = words_option(w, 0);
	if (option == 0)
		return COMMAND_BAD;
	words_join(w, 0, option, &module);
	config_clear(s->device, buf_text(&module));
	buf_free(&module);
	for (size_t end; option < w->count; option = end) {
		end = words_option(w, option + 1);
		if (!set_option(s, w, option, end))
			return COMMAND_BAD;
	}
	return COMMAND_NEXT;
}

static enum command_then config_activate(struct script *s, const struct words *w, const char *own)
{
	(void)w;
	(void)own;
	if (!device_activate(s->device))
		return COMMAND_BAD;
	s->fast |= s->device->fast_config > 0;
	return COMMAND_NEXT;
}

static enum command_then vars_create(struct script *s, const struct words *w, const char *own)
{
	(void)own;
	struct buf value = {0};
	if (strspn(w->word[1], "pbcx") != strlen(w->word[1]))
		return COMMAND_BAD;
	words_join(w, 1, w->count, &value);
	bool fine = pairs_set(&s->device->vars, w->word[0], buf_text(&value));
	buf_free(&value);
	return fine ? COMMAND_NEXT : COMMAND_BAD;
}

static enum command_then vars_del(struct script *s, const struct words *w, const char *own)
{
	(void)own;
	pairs_del(&s->device->vars, w->word[0]);
	return COMMAND_NEXT;
}

/* What a transfer that begins now will mean when it succeeded; without a value, no variable. */
static void begin(struct script *s, const char *variable, const char *value, const char *final)
{
	s->variable = value ? variable : NULL;
	buf_reset(&s->url);
	buf_reset(&s->body);
	buf_reset(&s->value);
	buf_reset(&s->final);
	buf_adds(&s->value, value ? value : "");
	buf_adds(&s->final, final ? final : "");
}

/* The name a device asks for when it is given a folder: ip232.bin and boot232.bin, or TYPE.bin. */
static void add_file_name(const char *type, bool boot, struct buf *out)
{
	char name[LIMIT_TYPE + 1];
	snprintf(name, sizeof name, "%.*s", (int)strcspn(type, "-"), type);
	text_lower_all(name);
	bool numbered = text_starts(name, "ip") && text_is_digit(name[2]);
	if (boot)
		buf_addf(out, "boot%s.bin", numbered ? name + 2 : name);
	else
		buf_addf(out, "%s.bin", name);
}

/* URL FINAL SERIAL */
static enum command_then load(struct script *s, const struct words *w, const char *own)
{
	const char *has = device_own(s->device, own);
	if (has && !strcmp(has, w->word[2])) {
		device_trace(s->device, "  has %s %s already", own, has);
		return COMMAND_NEXT;
	}
	bool boot = !strcmp(own, "BOOT");
	begin(s, own, w->word[2], w->word[1]);
	s->purpose = boot ? SCRIPT_BOOTCODE : SCRIPT_FIRMWARE;
	device_expand(s->device, w->word[0], &s->url);
	if (text_ends(buf_text(&s->url), "/"))
		add_file_name(s->device->type, boot, &s->url);
	return COMMAND_GET;
}

/* URL [FINAL SERIAL [/always] CMD] */
static enum command_then scfg(struct script *s, const struct words *w, const char *own)
{
	const char *has = device_own(s->device, own);
	const char *serial = w->count > 2 ? w->word[2] : NULL;
	bool always = w->count > 3 && !strcmp(w->word[3], "/always");
	size_t command = always ? 4 : 3;

	if (w->count == 2 || w->count > command + 1)
		return COMMAND_BAD;
	if (serial && !always && has && !strcmp(has, serial))
		return COMMAND_NEXT;
	begin(s, always ? NULL : own, serial, serial ? w->word[1] : NULL);
	device_expand(s->device, w->word[0], &s->url);
	s->purpose = command < w->count ? SCRIPT_ANSWER : SCRIPT_BACKUP;
	if (s->purpose == SCRIPT_BACKUP)
		config_print(s->device, &s->body);
	else if (!answer(s->device, w->word[command], &s->body))
		return COMMAND_BAD;
	return COMMAND_PUT;
}

/* FINAL SERIAL */
static enum command_then check(struct script *s, const struct words *w, const char *own)
{
	const char *has = device_own(s->device, own);
	if (has && !strcmp(has, w->word[1]))
		return COMMAND_STOP;
	if (!device_set_own(s->device, own, w->word[1]))
		return COMMAND_BAD;
	script_line(s, w->word[0]);
	return COMMAND_NEXT;
}

/* 1: the hour is in the list "22,23,0"; 0: it is not; -1: that is no list of hours. */
static int hour_in(const char *list, int hour)
{
	int found = 0;
	for (;;) {
		size_t n = strcspn(list, ",");
		char text[4];
		long h;
		if (n >= sizeof text)
			return -1;
		snprintf(text, sizeof text, "%.*s", (int)n, list);
		if (!num_parse(text, 0, 23, &h))
			return -1;
		found |= h == hour;
		if (!list[n])
			return found;
		list += n + 1;
	}
}

/* Whether a command stands behind where the script is; comments need no permission. */
static bool more_commands(const struct script *s)
{
	const char *text = buf_text(&s->text);
	for (size_t at = s->at, n; at < s->text.size; at += n + 1) {
		n = strcspn(text + at, "\n");
		const char *line = text + at;
		size_t size = n;
		text_trim(&line, &size);
		if (size > 0 && *line != '#')
			return true;
	}
	return false;
}

/* [/allow HOURS] [/initial MINUTES] */
static enum command_then times(struct script *s, const struct words *w, const char *own)
{
	(void)own;
	const char *allow = words_value(w, "/allow"), *initial = words_value(w, "/initial");
	int in = allow ? hour_in(allow, s->time.hour) : 1;
	long minutes = 0;

	if (in < 0 || (initial && !num_parse(initial, 0, INT32_MAX, &minutes)))
		return COMMAND_BAD;
	if (in || s->time.age < minutes)
		return COMMAND_NEXT;
	s->held = more_commands(s);
	device_trace(s->device, "  not at this hour");
	return COMMAND_STOP;
}

static enum command_then provision(struct script *s, const struct words *w, const char *own)
{
	(void)own;
	long seconds;
	if (!num_parse(w->word[0], 0, 86400, &seconds))
		return COMMAND_BAD;
	s->device->fast = seconds;
	s->fast |= seconds > 0;
	return COMMAND_NEXT;
}

static enum command_then request(struct script *s, const struct words *w, const char *own)
{
	(void)own;
	return certificate_request(s->device, w) ? COMMAND_NEXT : COMMAND_BAD;
}

/* How many words may follow the name; `own`: the variable of the update module that is meant. */
static const struct row {
	const char *name;
	size_t min, max;
	run *run;
	const char *own;
} table[] = {
    {"config add", 2, WORDS_MAX, config_add, NULL},
    {"config rem", 2, WORDS_MAX, config_rem, NULL},
    {"config change", 1, WORDS_MAX, config_change, NULL},
    {"config write", 0, 0, do_nothing, NULL},
    {"config activate", 0, 0, config_activate, NULL},
    {"vars create", 2, WORDS_MAX, vars_create, NULL},
    {"vars del", 1, 1, vars_del, NULL},
    {"vars read", 1, 1, do_nothing, NULL},
    {"mod cmd UP0 prot", 3, 3, load, "PROT"},
    {"mod cmd UP0 boot", 3, 3, load, "BOOT"},
    {"mod cmd UP0 scfg", 1, 5, scfg, "SCFG"},
    {"mod cmd UP1 check", 2, 2, check, "CHECK"},
    {"mod cmd UP1 times", 0, 4, times, NULL},
    {"mod cmd UP1 provision", 1, 1, provision, NULL},
    {"mod cmd X509 servercert-create", 0, WORDS_MAX, request, NULL},
    {"iresetn", 0, 0, do_nothing, NULL},
    {"ser", 0, 0, do_nothing, NULL},
};
#define ROWS (sizeof table / sizeof table[0])
_Static_assert(ROWS < SCRIPT_COMMANDS, "script_counts has a counter for each command");

enum command_then command_run(struct script *s, const struct words *line)
{
	for (size_t i = 0; i < ROWS; i++) {
		size_t named = words_start(line, table[i].name);
		if (named == 0)
			continue;
		struct words w = words_from(line, named);
		if (w.count < table[i].min || w.count > table[i].max)
			return COMMAND_BAD;
		s->counts->commands[i]++;
		return table[i].run(s, &w, table[i].own);
	}
	return COMMAND_BAD;
}

const char *command_name(size_t i)
{
	return i < ROWS ? table[i].name : NULL;
}
