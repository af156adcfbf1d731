/* SPDX-License-Identifier: ISC */
/*
 * XPath by libxml2 2.9.14, within bounds. Its opLimit counts steps, but not how long a text or a set of
 * nodes is (PITFALLS §4.3), hence
 *
 *   - documents are small (xpath_doc.c), so that no single operation takes long;
 *   - functions that go through texts pay for their length (pay());
 *   - what is left over, e.g. putting together the sets of following::*, is ended by a deadline.
 *
 * The deadline is processor time of this process. lib/core knows no clock; this one protects and is not
 * meant to decide: what pages ask takes a millisecond or two of it, on the largest documents, too.
 */
#include "core/xpath_doc.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define BYTES_PER_OPERATION 16
#define MS (suseconds_t)1000

struct xpath {
	xmlXPathCompExpr *compiled;
};

/* ---- what libxml2 complains of ---- */

/* Its first error. Running out of memory ends the process, or it would go on with empty strings. */
struct trouble {
	int code; /* 0: none */
	size_t at;
	xmlStructuredErrorFunc old;
	void *old_data;
};

static void on_error(void *data, xmlErrorPtr error)
{
	struct trouble *t = data;
	if (error->code == XML_ERR_NO_MEMORY ||
	    error->code == XML_XPATH_EXPRESSION_OK + XPATH_MEMORY_ERROR)
		mem_die(0);
	if (t->code)
		return;
	t->code = error->code;
	t->at = error->int1 > 0 ? (size_t)error->int1 : 0;
}

/* Some errors come by the context, some by the channel of the process; as conf_xml_catch(). */
static xmlXPathContext *context_open(struct trouble *t, xmlDoc *doc)
{
	*t = (struct trouble){.old = xmlStructuredError, .old_data = xmlStructuredErrorContext};
	xmlSetStructuredErrorFunc(t, on_error);
	xmlXPathContext *c = xmlXPathNewContext(doc);
	if (!c)
		mem_die(0);
	c->node = (xmlNode *)doc;
	c->error = on_error;
	c->userData = t;
	c->flags = XML_XPATH_CHECKNS | XML_XPATH_NOVAR;
	c->opLimit = LIMIT_XPATH_OPS;
	return c;
}

static void context_close(xmlXPathContext *c, struct trouble *t)
{
	xmlXPathFreeContext(c);
	xmlSetStructuredErrorFunc(t->old_data, t->old);
}

static bool complain(const struct trouble *t, struct err *e)
{
	static const struct {
		int code;
		const char *text;
	} words[] = {
	    {XPATH_UNFINISHED_LITERAL_ERROR, "a quote is not closed"},
	    {XPATH_INVALID_PREDICATE_ERROR, "a ] is missing"},
	    {XPATH_UNCLOSED_ERROR, "a bracket is not closed"},
	    {XPATH_INVALID_OPERAND, "an operand is missing"},
	    {XPATH_INVALID_TYPE, "a value stands where nodes, e.g. a path, must"},
	    {XPATH_INVALID_ARITY, "a function has too few or too many arguments"},
	    {XPATH_UNDEF_PREFIX_ERROR, "there are no prefixes here: write *[local-name() = \"…\"]"},
	    {XPATH_FORBID_VARIABLE_ERROR, "there are no variables here"},
	    {XPATH_RECURSION_LIMIT_EXCEEDED, "brackets are nested too deeply"},
	    {XPATH_STACK_ERROR, "a function has too few arguments"},
	    {XPATH_OP_LIMIT_EXCEEDED,
		"it takes too long: write whole paths, not //, and do not look for each of many nodes among many"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (t->code == XML_XPATH_EXPRESSION_OK + words[i].code)
			return err_set(e, "%s", words[i].text);
	}
	return err_set(e, "something is missing, or cannot stand there");
}

/* ---- functions ---- */

/* The functions of XPath 1.0. Those that go through texts have who does it, and how. */
enum pays { NOTHING, EACH, PAIRS, CONTEXT };
static const struct function {
	const char *name;
	xmlXPathFunction call;
	enum pays pays; /* CONTEXT: EACH, and without arguments it is asked of the context node */
} functions[] = {
    {"concat", xmlXPathConcatFunction, EACH},
    {"contains", xmlXPathContainsFunction, PAIRS},
    {"normalize-space", xmlXPathNormalizeFunction, CONTEXT},
    {"number", xmlXPathNumberFunction, CONTEXT},
    {"starts-with", xmlXPathStartsWithFunction, EACH},
    {"string", xmlXPathStringFunction, CONTEXT},
    {"string-length", xmlXPathStringLengthFunction, CONTEXT},
    {"substring", xmlXPathSubstringFunction, EACH},
    {"substring-after", xmlXPathSubstringAfterFunction, PAIRS},
    {"substring-before", xmlXPathSubstringBeforeFunction, PAIRS},
    {"translate", xmlXPathTranslateFunction, PAIRS},
    {"boolean", NULL, NOTHING},
    {"ceiling", NULL, NOTHING},
    {"count", NULL, NOTHING},
    {"false", NULL, NOTHING},
    {"floor", NULL, NOTHING},
    {"lang", NULL, NOTHING},
    {"last", NULL, NOTHING},
    {"local-name", NULL, NOTHING},
    {"name", NULL, NOTHING},
    {"namespace-uri", NULL, NOTHING},
    {"not", NULL, NOTHING},
    {"position", NULL, NOTHING},
    {"round", NULL, NOTHING},
    {"sum", NULL, NOTHING},
    {"true", NULL, NOTHING},
};
#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct function *function_find(const char *name, size_t size)
{
	for (size_t i = 0; i < COUNT(functions); i++) {
		if (strlen(functions[i].name) == size && memcmp(functions[i].name, name, size) == 0)
			return &functions[i];
	}
	return NULL;
}

/*
 * What a function will cost by the length of its texts. Sets become texts, as it would make them anyway.
 * PAIRS: each letter of the first may be looked for in the others; EACH: concat() measures what it has
 * again for each one.
 */
static size_t price(xmlXPathParserContext *c, const struct function *f, int nargs)
{
	size_t first = 0, all = 0;
	for (int i = 0; i < nargs; i++) {
		xmlXPathObject **arg = &c->valueTab[c->valueNr - nargs + i];
		if ((*arg)->type == XPATH_NODESET)
			*arg = xmlXPathConvertString(*arg);
		size_t size = (*arg)->type == XPATH_STRING ? strlen((char *)(*arg)->stringval) : 1;
		first = i ? first : size;
		all += size;
	}
	c->value = nargs ? c->valueTab[c->valueNr - 1] : c->value;
	return f->pays == PAIRS ? first * (all - first + 1) : all * (size_t)nargs;
}

static void pay(xmlXPathParserContext *c, int nargs)
{
	const char *name = (const char *)c->context->function;
	const struct function *f = function_find(name, strlen(name));
	if (f->pays == CONTEXT && nargs == 0)
		nargs = valuePush(c, xmlXPathNewNodeSet(c->context->node)) >= 0;
	size_t operations = price(c, f, nargs) / BYTES_PER_OPERATION;
	if (operations + c->context->opCount > c->context->opLimit) {
		xmlXPathErr(c, XPATH_OP_LIMIT_EXCEEDED);
		return;
	}
	c->context->opCount += operations;
	f->call(c, nargs);
}

/* Asked before libxml2 looks for its own. */
static xmlXPathFunction function_lookup(void *data, const xmlChar *name, const xmlChar *uri)
{
	const struct function *f = function_find((const char *)name, strlen((const char *)name));
	(void)data;
	return f && f->call && !uri ? pay : NULL;
}

/* ---- expressions ---- */

size_t xpath_word(const char **at)
{
	static const char digits[] = "0123456789", letters[] = "_-.";
	for (; **at; *at += strspn(*at, digits) ? strspn(*at, digits) : 1) {
		const char *end = strchr("\"'", **at) ? strchr(*at + 1, **at) : NULL;
		size_t n = 0;
		while ((*at)[n] &&
		       ((*at)[n] & 0x80 || text_is_word((char[]){(*at)[n], '\0'}, letters)))
			n++;
		if (end)
			*at = end;
		else if (n && !strchr("-.0123456789", **at))
			return n;
	}
	return 0;
}

/* Is it a function that there is, or none? libxml2 would ask only when it comes to calling it. */
static bool check_word(const char *expression, const char *word, size_t n, struct err *e)
{
	static const char others[] = " and or div mod node text comment processing-instruction ";
	char name[40], padded[44];
	const char *names[COUNT(functions)], *next = word + n + strspn(word + n, " \t\r\n");
	bool prefixed = word > expression + 1 && word[-1] == ':' && word[-2] != ':';
	text_clean(name, sizeof name, word, n);
	snprintf(padded, sizeof padded, " %s ", name);
	if (strcmp(name, "namespace") == 0 && text_starts(next, "::"))
		return err_set(e, "there is no axis namespace, at byte %td", word - expression + 1);
	if (*next != '(' || (!prefixed && (function_find(word, n) || strstr(others, padded))))
		return true;
	for (size_t i = 0; i < COUNT(functions); i++)
		names[i] = functions[i].name;
	const char *near = text_nearest(name, names, COUNT(names));
	return err_set(e, "there is no function %s()%s%s%s, at byte %td", name,
	    near ? ": did you mean " : "", near ? near : "", near ? "()?" : "",
	    word - expression + 1);
}

static bool check(const char *expression, struct err *e)
{
	const char *at = expression;
	if (strlen(expression) > LIMIT_SETTING)
		return err_set(e, "it is too long");
	if (!text_is_utf8(expression, strlen(expression)))
		return err_set(e, "it is no UTF-8");
	for (size_t n; (n = xpath_word(&at)); at += n) {
		if (!check_word(expression, at, n, e))
			return false;
	}
	return true;
}

static xmlXPathCompExpr *compile(const char *expression, struct err *e)
{
	struct trouble t;
	struct err why;
	xmlXPathContext *c = context_open(&t, NULL);
	xmlXPathCompExpr *compiled = xmlXPathCtxtCompile(c, (const xmlChar *)expression);
	if (!compiled || t.code) {
		complain(&t, &why);
		err_set(e, "%s, at byte %zu", why.text, t.at + 1);
		xmlXPathFreeCompExpr(compiled);
		compiled = NULL;
	}
	context_close(c, &t);
	return compiled;
}

/*
 * Compiled twice: to see whether it is right and where not, and in brackets. Without those, libxml2 makes
 * patterns of some expressions and finds other nodes then.
 */
struct xpath *xpath_compile(const char *expression, struct err *e)
{
	struct buf bracketed = {0};
	struct xpath x = {NULL};
	if (check(expression, e) && (x.compiled = compile(expression, e))) {
		xmlXPathFreeCompExpr(x.compiled);
		buf_addf(&bracketed, "(%s)", expression);
		x.compiled = compile(bracketed.data, e);
	}
	buf_free(&bracketed);
	return x.compiled ? memcpy(mem_alloc(sizeof x), &x, sizeof x) : NULL;
}

void xpath_free(struct xpath *x)
{
	if (!x)
		return;
	xmlXPathFreeCompExpr(x->compiled);
	free(x);
}

/* ---- the deadline ---- */

static xmlXPathContext *volatile at_work;

/* All operations are used up. Again and again, as libxml2 may just be adding to what it read before. */
static void on_deadline(int signal)
{
	(void)signal;
	at_work->opCount = at_work->opLimit;
}

struct deadline {
	struct sigaction action;
	sigset_t mask;
	struct itimerval timer;
};

/* Workers run with all signals blocked. */
static void deadline_start(struct deadline *before, xmlXPathContext *c)
{
	const struct itimerval timer = {{0, 10 * MS}, {0, LIMIT_XPATH_MS * MS}};
	const struct sigaction action = {.sa_handler = on_deadline, .sa_flags = SA_RESTART};
	sigset_t one;
	sigemptyset(&one);
	sigaddset(&one, SIGVTALRM);
	at_work = c;
	sigaction(SIGVTALRM, &action, &before->action);
	sigprocmask(SIG_UNBLOCK, &one, &before->mask);
	setitimer(ITIMER_VIRTUAL, &timer, &before->timer);
}

static void deadline_end(const struct deadline *before)
{
	static const struct itimerval never;
	setitimer(ITIMER_VIRTUAL, &never, NULL);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	sigaction(SIGVTALRM, &before->action, NULL);
	setitimer(ITIMER_VIRTUAL, &before->timer, NULL);
}

/* ---- values ---- */

static void add_text(struct buf *out, xmlChar *text)
{
	if (!text)
		mem_die(0);
	buf_adds(out, (const char *)text);
	xmlFree(text);
}

/* Stops as soon as there is more than is shown. */
static void print(xmlXPathObject *v, struct buf *out)
{
	if (v->type != XPATH_NODESET) {
		add_text(out, xmlXPathCastToString(v));
		return;
	}
	xmlXPathNodeSetSort(v->nodesetval);
	for (int i = 0; v->nodesetval && i < v->nodesetval->nodeNr; i++) {
		if (out->size > LIMIT_XPATH_VALUE)
			break;
		buf_adds(out, i ? ", " : "");
		add_text(out, xmlXPathCastNodeToString(v->nodesetval->nodeTab[i]));
	}
}

/* The rest is cut, never within a letter. */
static const char *cut(struct arena *a, const struct buf *text)
{
	static const char more[] = "…";
	const char *from = buf_text(text);
	size_t size = text->size;
	if (size <= LIMIT_XPATH_VALUE)
		return arena_strndup(a, from, size);
	size = LIMIT_XPATH_VALUE - (sizeof more - 1);
	while (size && (from[size] & 0xc0) == 0x80)
		size--;
	return arena_concat(a, arena_strndup(a, from, size), more);
}

const char *xpath_value(
    struct arena *a, const struct xpath *x, const struct xpath_doc *d, struct err *e)
{
	struct trouble t;
	struct deadline before;
	struct buf out = {0};
	xmlXPathContext *c = context_open(&t, d->xml);
	xmlXPathRegisterFuncLookup(c, function_lookup, NULL);
	deadline_start(&before, c);
	xmlXPathObject *v = xmlXPathCompiledEval(x->compiled, c);
	deadline_end(&before);
	if (v && !t.code)
		print(v, &out);
	const char *value = v && !t.code ? cut(a, &out) : NULL;
	if (!value)
		complain(&t, e);
	xmlXPathFreeObject(v);
	context_close(c, &t);
	buf_free(&out);
	return value;
}
