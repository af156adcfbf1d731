/* SPDX-License-Identifier: ISC */
/* Executing a reply: lines, what they wait for, what they came to; see script.h. Pure. */
#include "tools/sim/script.h"

#include "base/text.h"
#include "tools/sim/certificate.h"
#include "tools/sim/command.h"

#include <string.h>

static bool check_line(const char *line, size_t n, bool ends, size_t number, struct err *e)
{
	if (n > SCRIPT_LINE)
		return err_set(e, "line %zu is longer than %d bytes", number, SCRIPT_LINE);
	if (!ends)
		return err_set(e, "line %zu, the last, has no end: truncated?", number);
	if (n == 0 || line[n - 1] != '\r')
		return err_set(e, "line %zu does not end in CRLF", number);
	if (memchr(line, '\0', n))
		return err_set(e, "line %zu has a NUL in it", number);
	return true;
}

bool script_check(const char *text, size_t n, struct err *e)
{
	const char *end = text + n;
	for (size_t number = 1; text < end; number++) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));
		const char *stop = feed ? feed : end;
		if (!check_line(text, (size_t)(stop - text), feed != NULL, number, e))
			return false;
		text = stop + 1;
	}
	return true;
}

void script_free(struct script *s)
{
	buf_free(&s->text);
	buf_free(&s->url);
	buf_free(&s->body);
	buf_free(&s->value);
	buf_free(&s->final);
}

void script_start(struct script *s, struct device *d, struct script_time time,
    struct script_counts *counts, struct buf *reply)
{
	struct buf old = s->text;
	buf_reset(&old);
	*s = (struct script){.device = d,
	    .counts = counts,
	    .time = time,
	    .text = *reply,
	    .before = device_sum(d),
	    .url = s->url,
	    .body = s->body,
	    .value = s->value,
	    .final = s->final};
	*reply = old;
}

/* The next line that is a command, terminated and without the blanks around it; NULL at the end. */
static char *next_command(struct script *s)
{
	while (s->at < s->text.size) {
		char *line = s->text.data + s->at;
		size_t n = strcspn(line, "\n");
		s->at += n + 1;
		const char *start = line;
		text_trim(&start, &n);
		if (n == 0 || *start == '#')
			continue;
		line += start - line;
		line[n] = '\0';
		return line;
	}
	return NULL;
}

static enum command_then execute(struct script *s, char *line)
{
	struct words w;
	device_trace(s->device, "> %s", line);
	enum command_then then = words_split(line, &w) ? command_run(s, &w) : COMMAND_BAD;
	if (then == COMMAND_BAD) {
		device_trace(s->device, "  not understood");
		s->counts->bad++;
		s->failed = true;
	}
	return then;
}

enum script_want script_run(struct script *s)
{
	char *line = next_command(s);
	for (; line; line = next_command(s)) {
		enum command_then then = execute(s, line);
		if (then == COMMAND_GET)
			return SCRIPT_GET;
		if (then == COMMAND_PUT)
			return SCRIPT_PUT;
		if (then == COMMAND_STOP)
			break;
	}
	s->enrolled = certificate_install(s->device);
	return SCRIPT_END;
}

void script_line(struct script *s, const char *line)
{
	struct buf copy = {0};
	buf_adds(&copy, line);
	if (copy.size > 0)
		execute(s, copy.data);
	buf_free(&copy);
}

void script_answered(struct script *s, bool fine)
{
	struct device *d = s->device;
	if (!fine) {
		s->failed = true;
		return;
	}
	if (s->purpose == SCRIPT_BACKUP)
		device_backed_up(d);
	if (s->variable)
		device_set_own(d, s->variable, buf_text(&s->value));
	script_line(s, buf_text(&s->final));
}

bool script_settled(const struct script *s)
{
	if (s->rewrote || s->fast || s->held || s->failed)
		return false;
	return s->device->fast == 0 && device_sum(s->device) == s->before;
}
