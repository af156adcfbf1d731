/* SPDX-License-Identifier: ISC */
/*
 * Start tags, one after the other, with the lines they and their attributes stand on.
 *
 * This is no XML parser. It follows a well-formed text exactly; another one only up to the place where
 * libxml2 will stop as well: so what was counted here bounds what libxml2 has to do. It is run twice:
 * first alone, to refuse, then side by side with libxml2's tree, which knows the line where a tag ends
 * and none of its attributes'.
 */
#include "base/text.h"
#include "core/conf_xml.h"

#include <string.h>

void conf_scan_start(struct conf_scan *s, const char *text, size_t size)
{
	*s = (struct conf_scan){.at = text, .end = text + size, .line = 1};
}

static void go_to(struct conf_scan *s, const char *to)
{
	for (; s->at < to; s->at++)
		s->line += *s->at == '\n';
}

/* To behind the next `mark`, or to the end. */
static void go_past(struct conf_scan *s, const char *mark)
{
	size_t n = strlen(mark);
	const char *found = memmem(s->at, (size_t)(s->end - s->at), mark, n);
	go_to(s, found ? found + n : s->end);
}

static bool stands(const struct conf_scan *s, const char *mark)
{
	size_t n = strlen(mark);
	return (size_t)(s->end - s->at) >= n && memcmp(s->at, mark, n) == 0;
}

/* Past a quoted text. */
static void quoted(struct conf_scan *s)
{
	char mark[2] = {*s->at, '\0'};
	s->at++;
	go_past(s, mark);
}

/* A name ends where something else begins. */
static const char *name_end(const struct conf_scan *s)
{
	const char *p = s->at;
	while (p < s->end && !text_is_space(*p) && !strchr("=/<>\"'", *p))
		p++;
	return p;
}

/* <!DOCTYPE config SYSTEM "…"> is for editors. What declares anything in place is refused. */
static void doctype(struct conf_scan *s)
{
	while (!*s->problem.text && s->at < s->end && *s->at != '>') {
		if (*s->at == '[')
			err_set(&s->problem,
			    "a DOCTYPE may only name a DTD, not declare anything: leave out what stands in the [brackets]");
		else if (*s->at == '"' || *s->at == '\'')
			quoted(s);
		else
			go_to(s, s->at + 1);
	}
}

static bool add_mark(struct conf_scan *s, struct conf_tag *tag)
{
	const char *end = name_end(s);
	if (tag->count == LIMIT_CONFIG_ATTRS)
		return err_set(&s->problem,
		    "this element has too many attributes: no element needs more than %d",
		    LIMIT_CONFIG_ATTRS);
	tag->marks[tag->count++] = (struct conf_mark){s->at, (size_t)(end - s->at), s->line};
	s->at = end;
	return true;
}

static bool count_element(struct conf_scan *s)
{
	if (++s->elements > LIMIT_CONFIG_NODES)
		return err_set(
		    &s->problem, "the file has too many elements: %d are read", LIMIT_CONFIG_NODES);
	if (s->depth >= LIMIT_CONFIG_DEPTH)
		return err_set(&s->problem, "elements are nested too deeply: %d levels are read",
		    LIMIT_CONFIG_DEPTH);
	return true;
}

/* One step within a tag. False: the tag is over, or there is a problem. */
static bool tag_step(struct conf_scan *s, struct conf_tag *tag)
{
	char c = *s->at;
	if (c == '<')
		return false;
	if (c == '>') {
		s->depth += s->at[-1] != '/';
		s->at++;
		return false;
	}
	if (c == '"' || c == '\'')
		quoted(s);
	else if (text_is_space(c) || c == '=' || c == '/')
		go_to(s, s->at + 1);
	else
		return add_mark(s, tag);
	return true;
}

static bool start_tag(struct conf_scan *s, struct conf_tag *tag)
{
	tag->line = s->line;
	tag->count = 0;
	if (!count_element(s))
		return false;
	s->at++;
	s->at = name_end(s);
	while (s->at < s->end && tag_step(s, tag))
		;
	return !*s->problem.text;
}

/* Past what is no start tag. False: it is one. */
static bool skip_other(struct conf_scan *s)
{
	static const char *const others[][2] = {
	    {"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"</", ">"}};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (!stands(s, others[i][0]))
			continue;
		s->depth -= others[i][0][1] == '/' && s->depth > 0;
		go_to(s, s->at + strlen(others[i][0]));
		go_past(s, others[i][1]);
		return true;
	}
	return false;
}

bool conf_scan_next(struct conf_scan *s, struct conf_tag *tag)
{
	while (!*s->problem.text) {
		const char *at = memchr(s->at, '<', (size_t)(s->end - s->at));
		if (!at)
			return false;
		go_to(s, at);
		if (stands(s, "<!DOCTYPE"))
			doctype(s);
		else if (!skip_other(s))
			return start_tag(s, tag);
	}
	return false;
}

unsigned conf_tag_line(const struct conf_tag *tag, const char *name)
{
	for (size_t i = 0; i < tag->count; i++) {
		const struct conf_mark *m = &tag->marks[i];
		if (strlen(name) == m->size && memcmp(name, m->name, m->size) == 0)
			return m->line;
	}
	return tag->line;
}
