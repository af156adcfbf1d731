/* SPDX-License-Identifier: ISC */
/*
 * Start tags, one after the other, with the lines they and their attributes stand on.
 *
 * What is counted here bounds what libxml2 has to do, so both must see the same tags. In a well-formed
 * text they do. In another one libxml2 complains, and goes on behind the place where it did: a tag that
 * was hidden within quotes or behind "</x" is one for it then. Hence markup with a '<' in it is refused
 * here, but for comments and CDATA, which libxml2 leaves early only at characters that conf_decode.c
 * refuses.
 *
 * It is run twice: first alone, to refuse, then side by side with libxml2's tree, which knows the line
 * where a tag ends and none of its attributes'.
 */
#include "base/text.h"
#include "core/conf_xml.h"

#include <string.h>

static const struct conf_limits configuration = {
    LIMIT_CONFIG_NODES, LIMIT_CONFIG_DEPTH, LIMIT_CONFIG_ATTRS, true};

void conf_scan_start(
    struct conf_scan *s, const char *text, size_t size, const struct conf_limits *limits)
{
	*s = (struct conf_scan){
	    .limits = limits ? limits : &configuration, .at = text, .end = text + size, .line = 1};
}

static void go_to(struct conf_scan *s, const char *to)
{
	for (; s->at < to; s->at++)
		s->line += *s->at == '\n';
}

/* Was there one? */
static bool skip_blanks(struct conf_scan *s)
{
	const char *from = s->at;
	while (s->at < s->end && text_is_space(*s->at))
		go_to(s, s->at + 1);
	return s->at > from;
}

/* Is this the next character? */
static bool is_next(const struct conf_scan *s, char c)
{
	return s->at < s->end && *s->at == c;
}

static bool stands(const struct conf_scan *s, const char *mark)
{
	size_t n = strlen(mark);
	return (size_t)(s->end - s->at) >= n && memcmp(s->at, mark, n) == 0;
}

static bool starts_name(const struct conf_scan *s)
{
	return s->at < s->end && (*s->at & 0x80 || (!text_is_digit(*s->at) &&
						       text_is_word((char[]){*s->at, '\0'}, "_:")));
}

/* A name ends where something else begins. */
static const char *name_end(const struct conf_scan *s)
{
	const char *p = s->at;
	while (p < s->end && !text_is_space(*p) && !strchr("=/<>\"'", *p))
		p++;
	return p;
}

/* How many bytes of a name are shown. */
static int name_shown(const char *name, const char *end)
{
	int most = findings_shown(name);
	return end - name < most ? (int)(end - name) : most;
}

/* Past a quoted text. */
static bool quoted(struct conf_scan *s)
{
	const char quote = *s->at, *p = s->at + 1;
	while (p < s->end && *p != quote && *p != '<')
		p++;
	if (p == s->end || *p == '<')
		return err_set(&s->problem,
		    "the quote %c that opens here is not closed (a < within quotes is written &lt;)",
		    quote);
	go_to(s, p + 1);
	return true;
}

/* <!DOCTYPE config SYSTEM "…"> is for editors. What declares anything in place is refused. */
static bool doctype(struct conf_scan *s)
{
	if (!s->limits->doctype)
		return err_set(&s->problem, "a DOCTYPE is not read here: nothing needs one");
	if (s->elements)
		return err_set(&s->problem, "the DOCTYPE must stand before the first element");
	go_to(s, s->at + 1);
	while (s->at < s->end && *s->at != '>') {
		if (*s->at == '[')
			return err_set(&s->problem,
			    "a DOCTYPE may only name a DTD, not declare anything: leave out what stands in the [brackets]");
		if (*s->at == '<')
			return err_set(
			    &s->problem, "the DOCTYPE before this < is not closed: > is missing");
		if (*s->at != '"' && *s->at != '\'')
			go_to(s, s->at + 1);
		else if (!quoted(s))
			return false;
	}
	return true;
}

static bool add_mark(struct conf_scan *s, struct conf_tag *tag, const char *end)
{
	if (s->attributes++ == s->limits->attributes)
		return err_set(&s->problem,
		    "this element has too many attributes: no element needs more than %zu",
		    s->limits->attributes);
	if (tag)
		tag->marks[tag->count++] =
		    (struct conf_mark){s->at, (size_t)(end - s->at), s->line};
	return true;
}

/* name = "value" */
static bool attribute(struct conf_scan *s, struct conf_tag *tag)
{
	const char *name = s->at, *end = name_end(s);
	if (!starts_name(s))
		return err_set(&s->problem,
		    "the name of an attribute must stand here, not %c: is there a quote too many, or one too few?",
		    *name);
	if (!add_mark(s, tag, end))
		return false;
	s->at = end;
	skip_blanks(s);
	if (!is_next(s, '='))
		return err_set(&s->problem,
		    "the attribute %.*s has no value: it must be %.*s=\"…\"", name_shown(name, end),
		    name, name_shown(name, end), name);
	s->at++;
	skip_blanks(s);
	if (!is_next(s, '"') && !is_next(s, '\''))
		return err_set(&s->problem, "the value of %.*s must stand in quotes: %.*s=\"…\"",
		    name_shown(name, end), name, name_shown(name, end), name);
	return quoted(s);
}

static bool count_element(struct conf_scan *s)
{
	if (++s->elements > s->limits->elements)
		return err_set(
		    &s->problem, "there are too many elements: %zu are read", s->limits->elements);
	if (s->depth >= s->limits->depth)
		return err_set(&s->problem, "elements are nested too deeply: %zu levels are read",
		    s->limits->depth);
	return true;
}

/* A tag runs into the next one, or into the end of the text. `name` is behind its '<'. */
static bool not_closed(struct conf_scan *s, const char *name, unsigned line)
{
	const char *end = name + strcspn(name, " \t\r\n=<>\"'");
	s->line = line;
	return err_set(&s->problem,
	    "the tag <%.*s that begins here is not closed: it must end with >",
	    name_shown(name, end), name);
}

static bool no_tag(struct conf_scan *s)
{
	return err_set(&s->problem,
	    "this < does not begin a tag: a name must follow at once (in a text, < is written &lt;)");
}

static bool attributes(struct conf_scan *s, struct conf_tag *tag)
{
	bool blank = skip_blanks(s);
	for (; s->at < s->end && !strchr("<>/", *s->at); blank = skip_blanks(s)) {
		if (!blank)
			return err_set(&s->problem,
			    "before this %c a blank must stand: is it missing, or a quote?",
			    *s->at);
		if (!attribute(s, tag))
			return false;
	}
	return true;
}

static bool start_tag(struct conf_scan *s, struct conf_tag *tag)
{
	const char *name = ++s->at;
	const unsigned line = s->line;
	s->attributes = 0;
	if (tag) {
		tag->line = line;
		tag->count = 0;
	}
	if (!starts_name(s))
		return no_tag(s);
	if (!count_element(s))
		return false;
	s->at = name_end(s);
	if (!attributes(s, tag))
		return false;
	bool empty = is_next(s, '/');
	s->at += empty;
	if (!is_next(s, '>'))
		return not_closed(s, name, line);
	s->depth += !empty;
	return true;
}

static bool end_tag(struct conf_scan *s)
{
	const char *slash = ++s->at;
	unsigned line = s->line;
	s->at++;
	s->at = name_end(s);
	skip_blanks(s);
	s->depth -= s->depth > 0;
	return is_next(s, '>') || not_closed(s, slash, line);
}

/* Past a comment, CDATA or a processing instruction, which ends with `close`. */
static bool skip_past(struct conf_scan *s, const char *open, const char *close, bool may_hold)
{
	const char *from = s->at + strlen(open);
	const char *to = memmem(from, (size_t)(s->end - from), close, strlen(close));
	if (!to)
		return err_set(&s->problem, "the %s that stands here is not closed: %s is missing",
		    open, close);
	if (!may_hold && memchr(from, '<', (size_t)(to - from)))
		return err_set(&s->problem, "between %s and %s no < may stand", open, close);
	go_to(s, to + strlen(close));
	return true;
}

/* Each -- in a comment costs libxml2 a copy of all that stands before it. */
static bool comment(struct conf_scan *s)
{
	const char *from = s->at + strlen("<!--");
	const char *to = memmem(from, (size_t)(s->end - from), "--", 2);
	if (to && (to + 2 == s->end || to[2] != '>')) {
		go_to(s, to);
		return err_set(&s->problem, "a comment may not hold --");
	}
	return skip_past(s, "<!--", "-->", true);
}

/* Past what is no start tag. */
static bool skip_other(struct conf_scan *s)
{
	static const struct {
		const char *open, *close;
		bool may_hold; /* a '<' */
	} others[] = {{"<![CDATA[", "]]>", true}, {"<?", "?>", false}};
	if (stands(s, "<!--"))
		return comment(s);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (stands(s, others[i].open))
			return skip_past(s, others[i].open, others[i].close, others[i].may_hold);
	}
	if (stands(s, "<!DOCTYPE"))
		return doctype(s);
	return stands(s, "</") ? end_tag(s) : no_tag(s);
}

bool conf_scan_next(struct conf_scan *s, struct conf_tag *tag)
{
	const char *at;
	while (!*s->problem.text && (at = memchr(s->at, '<', (size_t)(s->end - s->at)))) {
		go_to(s, at);
		if (at + 1 < s->end && strchr("!?/", at[1]))
			skip_other(s);
		else
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
