/* SPDX-License-Identifier: ISC */
#include "core/script.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static void add_safe(struct buf *out, const char *text)
{
	size_t n = strlen(text);
	if (text_is_plain(text, n)) {
		buf_add(out, text, n);
		return;
	}
	char *to = buf_want(out, 4 * n + 1);
	buf_took(out, text_clean(to, 4 * n + 1, text, n));
}

void script_comment(struct buf *out, const char *text)
{
	buf_add(out, "# ", 2);
	add_safe(out, text);
	buf_add(out, "\r\n", 2);
}

static void write_command(struct buf *out, const char *text)
{
	if (text_has_control(text, strlen(text)) || *text == '#' || !*text) {
		script_comment(out, "left out, this would not be one command:");
		script_comment(out, text);
		return;
	}
	buf_adds(out, text);
	buf_add(out, "\r\n", 2);
}

static void write_snippet(struct buf *out, const struct snippet *s)
{
	buf_addf(out, "# { %s\r\n", s->name);
	buf_add(out, s->text, s->text_size);
	buf_addf(out, "# } %s\r\n", s->name);
}

static void write_step(struct buf *out, const struct step *s)
{
	if (s->reason)
		script_comment(out, s->reason);
	if (s->kind == STEP_COMMAND)
		write_command(out, s->text);
	else if (s->kind == STEP_SNIPPET)
		write_snippet(out, s->snippet);
}

void script_write(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (i && plan->steps[i].concern != plan->steps[i - 1].concern)
			buf_add(out, "\r\n", 2);
		write_step(out, &plan->steps[i]);
	}
}

static void add_member(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(out, ", \"%s\": ", name);
	json_string(out, value);
}

void script_write_json(const struct plan *plan, struct buf *out)
{
	static const char *const kinds[] = {
	    [STEP_COMMAND] = "command", [STEP_SNIPPET] = "snippet", [STEP_NOTE] = "note"};

	buf_adds(out, "[");
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *s = &plan->steps[i];
		buf_addf(out, "%s\n  {\"kind\": \"%s\", \"about\": \"%s\"", i ? "," : "",
		    kinds[s->kind], plan_concern_name(s->concern));
		add_member(out, "command", s->text);
		add_member(out, "snippet", s->snippet ? s->snippet->name : NULL);
		add_member(out, "text", s->snippet ? s->snippet->text : NULL);
		add_member(out, "reason", s->reason);
		buf_adds(out, "}");
	}
	buf_adds(out, "\n]\n");
}
