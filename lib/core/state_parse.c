/* SPDX-License-Identifier: ISC */
/*
 * libxml2 repairs what it can here, and nowhere else: the file is one that an administrator names, once.
 * The fences are those of PITFALLS §4.1: size, elements, and attributes before libxml2 counts them; no
 * DOCTYPE, no entity, no other encoding, nothing from outside the text.
 */
#include "core/state_parse.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "core/answer.h"
#include "core/req.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <stdarg.h>
#include <string.h>

#define TIME_MAX 253402300799L /* the end of the year 9999 */

struct reading {
	struct arena *arena;
	struct state_parsed *out;
	size_t elements;
	bool doctype, too_many;
	struct err complaint; /* the first one of libxml2 */
};

static void lose(struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void lose(struct reading *r, const char *format, ...)
{
	va_list args;
	if (r->out->lost++)
		return;
	va_start(args, format);
	const char *text = arena_vprintf(r->arena, format, args);
	va_end(args);
	size_t room = 4 * strlen(text) + 1;
	char *clean = arena_alloc(r->arena, room);
	text_clean(clean, room, text, strlen(text));
	r->out->why = clean;
}

/* ---- bytes → UTF-8 ---- */

static bool is_allowed(char c)
{
	return (unsigned char)c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

static bool is_good(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_allowed(s[i]))
			return false;
	}
	return text_is_utf8(s, n);
}

/* A byte that is no UTF-8 is taken for ISO-8859-1; what cannot stand in XML is left out. */
static void repair(const char *s, size_t n, struct buf *out)
{
	for (size_t k; n; s += k, n -= k) {
		k = text_letter(s, n);
		if (!k) {
			unsigned char c = (unsigned char)*s;
			buf_add(
			    out, (char[2]){(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))}, 2);
			k = 1;
		} else if (is_allowed(*s)) {
			buf_add(out, s, k);
		}
	}
}

static void decode(struct reading *r, const char *s, size_t n, struct buf *out)
{
	static const char mark[] = "\xef\xbb\xbf";
	if (n >= 3 && memcmp(s, mark, 3) == 0) {
		s += 3;
		n -= 3;
	}
	text_trim(&s, &n);
	if (is_good(s, n)) {
		buf_add(out, s, n);
	} else {
		lose(r, "it is not UTF-8: some letters may be wrong");
		repair(s, n, out);
	}
}

/*
 * Each attribute takes a = and a quote, and none goes past a '<'. Their number is what libxml2 needs
 * quadratic time for.
 */
static bool has_too_many_attributes(const struct buf *text)
{
	size_t count = 0;
	const char *end = text->data + text->size;
	for (const char *p = text->data; p < end; p++) {
		if (*p == '<')
			count = 0;
		if (*p != '=')
			continue;
		while (p + 1 < end && text_is_space(p[1]))
			p++;
		if (p + 1 < end && (p[1] == '"' || p[1] == '\'') && ++count > LIMIT_STATE_ATTRS)
			return true;
	}
	return false;
}

/* ---- UTF-8 → a document ---- */

static struct reading *reading_of(void *context)
{
	return ((xmlParserCtxt *)context)->_private;
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name, (void)id, (void)system;
	reading_of(context)->doctype = true;
	xmlStopParser(context);
}

static void on_element(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nspaces, const xmlChar **spaces, int nattrs, int ndefaults,
    const xmlChar **attrs)
{
	struct reading *r = reading_of(context);
	if (++r->elements > LIMIT_STATE_NODES) {
		r->too_many = true;
		xmlStopParser(context);
		return;
	}
	xmlSAX2StartElementNs(
	    context, name, prefix, uri, nspaces, spaces, nattrs, ndefaults, attrs);
}

/* Its first complaint counts, the others follow from it. */
static void on_error(void *context, xmlErrorPtr error)
{
	struct reading *r = reading_of(context);
	if (error->code == XML_ERR_NO_MEMORY)
		mem_die(0);
	if (*r->complaint.text || error->level < XML_ERR_ERROR ||
	    error->domain == XML_FROM_NAMESPACE)
		return;
	const char *said = error->message ? error->message : "it is not well-formed";
	size_t size = strlen(said);
	text_trim(&said, &size);
	err_set(&r->complaint, "line %d: %.*s", error->line, size > 200 ? 200 : (int)size, said);
}

static xmlDoc *document(struct reading *r, const struct buf *text)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
			    XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC | XML_PARSE_RECOVER;
	xmlParserCtxt *context = xmlNewParserCtxt();
	if (!context)
		mem_die(0);
	context->_private = r;
	context->sax->internalSubset = on_doctype;
	context->sax->startElementNs = on_element;
	context->sax->serror = on_error;
	xmlDoc *doc =
	    xmlCtxtReadMemory(context, text->data, (int)text->size, NULL, "UTF-8", options);
	xmlFreeParserCtxt(context);
	return doc;
}

/* ---- the document → what it says ---- */

static bool is_called(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

static const xmlNode *child_named(const xmlNode *parent, const char *name)
{
	for (const xmlNode *n = parent->children; n; n = n->next) {
		if (is_called(n, name))
			return n;
	}
	return NULL;
}

static size_t count_named(const xmlNode *parent, const char *name)
{
	size_t count = 0;
	for (const xmlNode *n = parent->children; n; n = n->next)
		count += is_called(n, name);
	return count;
}

/* An attribute as one line of at most `most` bytes; "" when there is none. */
static const char *line_of(struct reading *r, const xmlNode *n, const char *name, size_t most)
{
	xmlChar *value = xmlGetNoNsProp(n, (const xmlChar *)name);
	if (!value)
		return "";
	char *line = arena_alloc(r->arena, most + 1);
	text_clean(line, most + 1, (const char *)value, strlen((const char *)value));
	xmlFree(value);
	return line;
}

static int64_t number_of(struct reading *r, const xmlNode *n, const char *name)
{
	long number = 0;
	const char *text = line_of(r, n, name, 40);
	if (*text && !num_parse(text, 0, TIME_MAX, &number))
		lose(r, "%s/@%s is \"%s\", which is no time", (const char *)n->name, name, text);
	return number;
}

/* A file name, of a path. */
static const char *name_of(const char *path)
{
	for (const char *p = path; *p; p++) {
		if (*p == '/' || *p == '\\')
			path = p + 1;
	}
	return path;
}

static bool is_any(const char *text)
{
	(void)text;
	return true;
}

static const struct text_field {
	const char *element, *attribute;
	const struct device_field *field;
	size_t most;
	bool (*fits)(const char *text);
} texts[] = {
#define FIELD(element, attribute, member, most, fits)                              \
	{                                                                          \
		element, attribute, &device_fields[DEVICE_AT_##member], most, fits \
	}
    {"device", "sn", &device_sn, LIMIT_SN, req_is_serial},
    FIELD("device", "type", type, LIMIT_TYPE, req_is_type),
    FIELD("device", "hwid", hwid, LIMIT_HWID, req_is_hwid),
    FIELD("device", "realip", realip, LIMIT_IP, is_any),
    FIELD("device", "ip", ip, LIMIT_IP, is_any),
    FIELD("device", "proxy", proxy, LIMIT_IP, is_any),
    FIELD("device", "phase", phase, LIMIT_PHASE, is_any),
    FIELD("device", "classes", classes, LIMIT_SETTING, is_any),
    FIELD("device", "environments", environments, LIMIT_SETTING, is_any),
    FIELD("device", "certstat", certstat, LIMIT_MESSAGE, is_any),
    FIELD("firmware", "build", prot, LIMIT_NAME, is_any),
    FIELD("firmware", "requested", firmware, LIMIT_NAME, is_any),
    FIELD("bootcode", "build", boot, LIMIT_NAME, is_any),
    FIELD("bootcode", "requested", bootcode, LIMIT_NAME, is_any),
#undef FIELD
};
#define TEXTS (sizeof texts / sizeof *texts)

static void read_texts(struct reading *r, const xmlNode *state)
{
	struct device *d = &r->out->device;
	for (size_t i = 0; i < TEXTS; i++) {
		const struct text_field *f = &texts[i];
		const xmlNode *n = child_named(state, f->element);
		/* One byte more shows what is too long for a name. */
		const char *text = n ? line_of(r, n, f->attribute, f->most + 1) : "";
		if (*text && (strlen(text) > f->most || !f->fits(text)))
			lose(
			    r, "%s/@%s is \"%.80s\": that is none", f->element, f->attribute, text);
		else
			device_set_text(d, f->field, text);
	}
}

static void read_device(struct reading *r, const xmlNode *state)
{
	struct device *d = &r->out->device;
	const xmlNode *firmware = child_named(state, "firmware");
	const xmlNode *bootcode = child_named(state, "bootcode");
	read_texts(r, state);
	d->seen = number_of(r, state, "seen");
	d->nextphase = line_of(r, state, "nextphase", LIMIT_PHASE);
	if (!*d->phase)
		d->phase = line_of(r, state, "phase", LIMIT_PHASE);
	if (firmware && *d->firmware)
		d->firmware_at = number_of(r, firmware, "requested-at");
	if (bootcode && *d->bootcode)
		d->bootcode_at = number_of(r, bootcode, "requested-at");
}

static void read_deliveries(struct reading *r, const xmlNode *state)
{
	struct state_parsed *out = r->out;
	out->deliveries =
	    arena_calloc(r->arena, count_named(state, "config") + 1, sizeof *out->deliveries);
	for (const xmlNode *n = state->children; n; n = n->next) {
		if (!is_called(n, "config"))
			continue;
		const char *path = line_of(r, n, "filename", LIMIT_SETTING);
		struct parsed_delivery one = {.snippet = name_of(path),
		    .sent = number_of(r, n, "delivered"),
		    .version = number_of(r, n, "version")};
		if (*one.snippet && strlen(one.snippet) <= LIMIT_FILE_NAME && one.sent)
			out->deliveries[out->ndeliveries++] = one;
		else
			lose(r, "config/@filename \"%.80s\" names no snippet that was sent", path);
	}
}

static void read_messages(struct reading *r, const xmlNode *state)
{
	struct state_parsed *out = r->out;
	out->messages =
	    arena_calloc(r->arena, count_named(state, "msgs") + 1, sizeof *out->messages);
	for (const xmlNode *n = state->children; n; n = n->next) {
		if (!is_called(n, "msgs"))
			continue;
		struct parsed_message one = {
		    .time = number_of(r, n, "time"), .text = line_of(r, n, "msg", LIMIT_MESSAGE)};
		if (one.time && *one.text)
			out->messages[out->nmessages++] = one;
	}
}

/* ---- answers ---- */

static const xmlNode *first_element(const xmlNode *n)
{
	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

static bool parse_answer(
    struct reading *r, const xmlNode *answer, struct parsed_answer *out, struct err *e)
{
	struct buf parsed = {0};
	xmlBuffer *text = xmlBufferCreate();
	if (!text || xmlNodeDump(text, answer->doc, (xmlNode *)answer, 0, 0) < 0)
		mem_die(0);
	bool ok = answer_parse(
	    (const char *)xmlBufferContent(text), (size_t)xmlBufferLength(text), &parsed, e);
	if (ok) {
		out->size = parsed.size;
		out->xml = arena_strndup(r->arena, buf_text(&parsed), parsed.size);
	}
	xmlBufferFree(text);
	buf_free(&parsed);
	return ok;
}

/* It becomes the name of an element again. */
static bool is_query(const char *id)
{
	return text_is_word(id, "-_.") && strlen(id) <= LIMIT_NAME && !text_is_digit(*id) &&
	       *id != '-' && *id != '.';
}

static void read_answer(struct reading *r, const xmlNode *query)
{
	struct state_parsed *out = r->out;
	const char *id = (const char *)query->name;
	const xmlNode *answer = first_element(query->children);
	struct parsed_answer one = {
	    .query = arena_strdup(r->arena, id), .received = number_of(r, query, "seen")};
	struct err e;
	if (!answer)
		return; /* asked, and not answered yet */
	if (!is_query(id))
		lose(r, "queries/%.80s: no query is called so", id);
	else if (out->nanswers == LIMIT_QUERIES)
		lose(r, "there are more answers than the %d that are kept", LIMIT_QUERIES);
	else if (!parse_answer(r, answer, &one, &e))
		lose(r, "queries/%s: %s", id, e.text);
	else
		out->answers[out->nanswers++] = one;
	if (first_element(answer->next))
		lose(r, "queries/%.80s: there is more than one element; the first one counts", id);
}

static void read_answers(struct reading *r, const xmlNode *state)
{
	struct state_parsed *out = r->out;
	const xmlNode *queries = child_named(state, "queries");
	out->answers = arena_calloc(r->arena, LIMIT_QUERIES, sizeof *out->answers);
	for (const xmlNode *n = queries ? queries->children : NULL; n; n = n->next) {
		if (n->type == XML_ELEMENT_NODE)
			read_answer(r, n);
	}
	for (size_t i = 0; i < out->nanswers; i++) {
		const struct parsed_answer *one = &out->answers[i];
		const char *name = answer_name(r->arena, one->query, one->xml, one->size);
		if (*name)
			out->device.name = name;
	}
}

/* ---- all of it ---- */

static bool read_document(struct reading *r, xmlDoc *doc, struct err *e)
{
	const xmlNode *state = doc ? xmlDocGetRootElement(doc) : NULL;
	if (r->doctype || (doc && (doc->intSubset || doc->extSubset)))
		return err_set(e, "it has a DOCTYPE, which no state document has");
	if (!state)
		return err_set(e, "it is no XML (%s)",
		    *r->complaint.text ? r->complaint.text : "there is no element in it");
	if (!is_called(state, "state"))
		return err_set(e, "it is no state document: that begins with <state");
	if (r->too_many)
		lose(r, "of its elements only the first %d were read", LIMIT_STATE_NODES);
	if (*r->complaint.text)
		lose(r, "it is damaged: %s", r->complaint.text);
	read_device(r, state);
	read_deliveries(r, state);
	read_messages(r, state);
	read_answers(r, state);
	return true;
}

bool state_parse(
    struct arena *a, const char *bytes, size_t size, struct state_parsed *out, struct err *e)
{
	struct reading r = {.arena = a, .out = out};
	struct buf text = {0};
	*out = (struct state_parsed){.why = ""};
	device_init(&out->device, "");
	if (size > LIMIT_STATE)
		return err_set(e, "it is larger than %d bytes", LIMIT_STATE);
	decode(&r, bytes, size, &text);
	bool ok = false;
	if (!text.size) {
		err_set(e, "it is empty");
	} else if (has_too_many_attributes(&text)) {
		err_set(e, "an element in it has more than %d attributes", LIMIT_STATE_ATTRS);
	} else {
		xmlDoc *doc = document(&r, &text);
		ok = read_document(&r, doc, e);
		xmlFreeDoc(doc);
	}
	buf_free(&text);
	return ok;
}
