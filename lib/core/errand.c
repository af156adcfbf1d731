/* SPDX-License-Identifier: ISC */
#include "core/errand.h"

#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"
#define SAVE "saveinnovaphone"
#define OURS "-rollcall"
#define DAYS_ALL 0xfe /* bits 1 to 7 */
#define HOURS_ALL 0xffffff
#define NUMBER_MOST 99999
#define NUMBER_DIGITS 5

static const struct {
	const char *name;
	enum errand_what what;
} names[] = {
    {SAVE "cfgs", ERRAND_ALL},
    {SAVE "logs", ERRAND_LOGS},
    {SAVE OURS "cfgs", ERRAND_CONFIG},
    {SAVE OURS "logs", ERRAND_LOGS},
    {SAVE OURS "db", ERRAND_DEVICES},
    {"saveconfig", ERRAND_ALL},
    {"savelogs", ERRAND_LOGS},
    {"savedb", ERRAND_DEVICES},
};

/* ---- reading ---- */

struct parsing {
	struct arena *a;
	struct errands *out;
	size_t room, said_room;
	long line;
	bool timed, never; /* never: the `times` before is not understood */
	uint8_t days;
	uint32_t hours;
};

static void say(struct parsing *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct parsing *p, const char *format, ...)
{
	struct errands *out = p->out;
	va_list args;
	if (out->nsaid == LIMIT_ERRANDS)
		return;
	va_start(args, format);
	const char *what = arena_vprintf(p->a, format, args);
	va_end(args);
	out->said = arena_room(p->a, out->said, out->nsaid, &p->said_room, sizeof *out->said, 8);
	out->said[out->nsaid++] = arena_printf(p->a, "line %ld: %s", p->line, what);
}

/* The next word, as it may be shown; "" at the end. */
static const char *next_word(struct parsing *p, const char **at)
{
	*at += strspn(*at, BLANKS);
	size_t n = strcspn(*at, BLANKS);
	const char *word = arena_strndup(p->a, *at, n);
	*at += n;
	return word;
}

static const char *shown(struct parsing *p, const char *text)
{
	enum { MOST = 100 };
	size_t n = text_cut(text, MOST), room = 4 * n + 1;
	char *out = arena_alloc(p->a, room);
	text_clean(out, room, text, n);
	return out;
}

/* "1,2,3" → bits. False: a number is none, or not within the bounds. */
static bool read_numbers(struct parsing *p, const char *text, long least, long most, uint32_t *bits)
{
	*bits = 0;
	do {
		size_t n = strcspn(text, ",");
		long number;
		if (!num_parse(arena_strndup(p->a, text, n), least, most, &number))
			return false;
		*bits |= (uint32_t)1 << number;
		text += n;
	} while (*text++ == ',');
	return true;
}

/* One word behind `times`. */
static bool read_time(struct parsing *p, const char *word)
{
	uint32_t bits;
	if (text_starts(word, "day:") && read_numbers(p, word + 4, 1, 7, &bits)) {
		p->days = (uint8_t)bits;
		return true;
	}
	return text_starts(word, "hour:") && read_numbers(p, word + 5, 0, 23, &p->hours);
}

/* What is not understood is no reason to do at any hour what was meant for some. */
static void read_times(struct parsing *p, const char *at)
{
	const char *word;
	p->timed = true;
	p->never = false;
	p->days = DAYS_ALL;
	p->hours = HOURS_ALL;
	while (*(word = next_word(p, &at))) {
		if (read_time(p, word))
			continue;
		p->never = true;
		say(p,
		    "\"%s\" is neither day:1,2 (1 to 7) nor hour:10,11 (0 to 23); what follows is not carried out",
		    shown(p, word));
	}
}

static bool find_name(const char *word, enum errand_what *what)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i].name, word) != 0)
			continue;
		*what = names[i].what;
		return true;
	}
	return false;
}

static bool is_url(const char *text)
{
	return (strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0) &&
	       strlen(text) <= LIMIT_SETTING && text_is_plain(text, strlen(text));
}

static void add(struct parsing *p, const char *name, enum errand_what what, const char *url)
{
	struct errands *out = p->out;
	if (out->count == LIMIT_ERRANDS) {
		say(p, "there are more than %d commands", LIMIT_ERRANDS);
		return;
	}
	out->list = arena_room(p->a, out->list, out->count, &p->room, sizeof *out->list, 8);
	out->list[out->count++] = (struct errand){.name = name,
	    .what = what,
	    .url = url,
	    .timed = p->timed,
	    .days = p->days,
	    .hours = p->hours};
}

static void read_command(struct parsing *p, const char *name, const char *at)
{
	enum errand_what what;
	const char *url = next_word(p, &at);
	if (!find_name(name, &what))
		say(p, "\"%s\" is no command that is known here", shown(p, name));
	else if (!is_url(url))
		say(p, "%s needs a URL, http:// or https://", name);
	else if (*next_word(p, &at))
		say(p, "there is more behind the URL of %s", name);
	else if (!p->never)
		add(p, name, what, url);
}

static void read_line(struct parsing *p, const char *line)
{
	const char *word = next_word(p, &line);
	if (!*word || *word == '#')
		return;
	if (strcmp(word, "times") == 0)
		read_times(p, line);
	else
		read_command(p, word, line);
}

static size_t line_size(const char *at, const char *end)
{
	const char *stop = memchr(at, '\n', (size_t)(end - at));
	return (size_t)((stop ? stop : end) - at);
}

/* A line in the arena, without its end; NULs in it end it. */
static const char *copy_line(struct arena *a, const char *at, size_t n)
{
	return arena_strndup(a, at, n && at[n - 1] == '\r' ? n - 1 : n);
}

void errand_parse(struct arena *a, const char *text, size_t size, struct errands *out)
{
	static const char mark[] = "\xef\xbb\xbf"; /* some editors begin a file so */
	const char *end = text + size;
	struct parsing p = {.a = a, .out = out, .days = DAYS_ALL, .hours = HOURS_ALL};
	*out = (struct errands){.count = 0};
	if (size >= 3 && memcmp(text, mark, 3) == 0)
		text += 3;
	while (text < end) {
		size_t n = line_size(text, end);
		p.line++;
		read_line(&p, copy_line(a, text, n));
		text += n < (size_t)(end - text) ? n + 1 : n;
	}
}

/* FNV-1a, kept positive: it stands in a file as a number. */
int64_t errand_said(const struct errands *e)
{
	uint64_t sum = 0xcbf29ce484222325ULL;
	for (size_t i = 0; i < e->nsaid; i++) {
		for (const char *p = e->said[i]; *p; p++)
			sum = (sum ^ (unsigned char)*p) * 0x100000001b3ULL;
	}
	return e->nsaid ? (int64_t)(sum >> 1) | 1 : 0;
}

/* ---- when ---- */

int64_t errand_hour(const struct tm *local)
{
	return ((int64_t)local->tm_year * 366 + local->tm_yday) * 24 + local->tm_hour;
}

bool errand_is_due(const struct errand *e, const struct errand_done *done, const struct tm *local)
{
	int day = local->tm_wday ? local->tm_wday : 7;
	if (!e->timed)
		return true;
	return (e->days >> day & 1) && (e->hours >> local->tm_hour & 1) &&
	       (!done || done->hour != errand_hour(local));
}

static bool is_of(const struct errand_done *done, const struct errand *e)
{
	return strcmp(done->name, e->name) == 0 && strcmp(done->url, e->url) == 0;
}

static struct errand_done *find(const struct errand_memory *m, const struct errand *e)
{
	for (size_t i = 0; i < m->count; i++) {
		if (is_of(&m->list[i], e))
			return &m->list[i];
	}
	return NULL;
}

const struct errand_done *errand_find(const struct errand_memory *m, const struct errand *e)
{
	return find(m, e);
}

static void remember(struct arena *a, struct errand_memory *m, const struct errand_done *one)
{
	struct errand_done *list = arena_calloc(a, m->count + 1, sizeof *list);
	if (m->count)
		memcpy(list, m->list, m->count * sizeof *list);
	list[m->count++] = *one;
	m->list = list;
}

void errand_note(
    struct arena *a, struct errand_memory *m, const struct errand *e, int64_t hour, long number)
{
	const struct errand_done now = {e->name, e->url, hour, number};
	struct errand_done *was = find(m, e);
	if (was)
		*was = now;
	else
		remember(a, m, &now);
}

/* "1234 7 NAME URL" */
static void read_done(struct arena *a, const char *line, struct errand_memory *m)
{
	struct parsing p = {.a = a};
	long hour, number;
	const char *hour_text = next_word(&p, &line), *number_text = next_word(&p, &line);
	const char *name = next_word(&p, &line), *url = next_word(&p, &line);
	if (!num_parse(hour_text, 0, INT64_MAX, &hour) ||
	    !num_parse(number_text, 0, NUMBER_MOST, &number) || !*url || m->count >= LIMIT_ERRANDS)
		return;
	const struct errand_done one = {name, url, hour, number};
	remember(a, m, &one);
}

/* "1700000000 4711" */
static void read_head(struct arena *a, const char *line, struct errand_memory *m)
{
	struct parsing p = {.a = a};
	long fetched, said;
	const char *first = next_word(&p, &line);
	if (!num_parse(first, 0, INT64_MAX, &fetched) ||
	    !num_parse(next_word(&p, &line), 0, INT64_MAX, &said))
		return;
	m->fetched = fetched;
	m->said = said;
}

void errand_memory_read(struct arena *a, const char *text, size_t size, struct errand_memory *out)
{
	const char *end = text + size;
	*out = (struct errand_memory){.fetched = 0};
	for (bool first = true; text < end; first = false) {
		size_t n = line_size(text, end);
		const char *line = copy_line(a, text, n);
		if (first)
			read_head(a, line, out);
		else
			read_done(a, line, out);
		text += n < (size_t)(end - text) ? n + 1 : n;
	}
}

void errand_memory_print(struct buf *out, const struct errand_memory *m, const struct errands *now)
{
	buf_addf(out, "%" PRId64 " %" PRId64 "\n", m->fetched, m->said);
	for (size_t i = 0; i < now->count; i++) {
		const struct errand_done *done = find(m, &now->list[i]);
		if (done)
			buf_addf(out, "%" PRId64 " %ld %s %s\n", done->hour, done->number,
			    done->name, done->url);
	}
}

/* ---- where to ---- */

/* How many letters "#b10" has, and which number; 0: it is none. */
static size_t number_at(const char *at, long *most)
{
	char digits[NUMBER_DIGITS + 1] = "";
	size_t n = at[0] == '#' && at[1] == 'b' ? strspn(at + 2, "0123456789") : 0;
	if (!n || n > NUMBER_DIGITS)
		return 0;
	memcpy(digits, at + 2, n);
	return num_parse(digits, 1, NUMBER_MOST, most) ? n + 2 : 0;
}

long errand_number(const struct errand *e, const struct errand_done *done)
{
	long most;
	for (const char *at = e->url; (at = strchr(at, '#')); at++) {
		if (number_at(at, &most))
			return done ? done->number % most + 1 : 1;
	}
	return 0;
}

/* What stands for the macro at `at`, and its letters; NULL: there is none. */
static const char *macro_at(
    struct arena *a, const char *at, const struct errand_place *place, long number, size_t *size)
{
	long most;
	*size = 2;
	if (text_starts(at, "#i"))
		return place->ip;
	if (text_starts(at, "#m"))
		return place->mac;
	if (text_starts(at, "#d"))
		return place->date;
	*size = number_at(at, &most);
	return *size ? arena_printf(a, "%ld", number) : NULL;
}

const char *errand_url(
    struct arena *a, const char *url, const struct errand_place *place, long number)
{
	struct buf out = {0};
	for (size_t size; *url; url += size) {
		const char *text = *url == '#' ? macro_at(a, url, place, number, &size) : NULL;
		if (text)
			buf_adds(&out, text);
		else
			buf_add(&out, url, size = 1);
	}
	const char *whole = arena_strdup(a, buf_text(&out));
	buf_free(&out);
	return whole;
}
