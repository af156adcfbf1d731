/* SPDX-License-Identifier: ISC */
/* core/answer: what devices send, made fit to be put into another document; and what is refused. */
#include "core/answer.h"

#include "base/limits.h"
#include "base/text.h"

#include "test/unit/core/quick.h"

#include <libxml/parser.h>

struct bytes {
	const char *at;
	size_t size;
};
#define BYTES(text) ((struct bytes){text, sizeof text - 1})

static const char *give(struct bytes from, struct buf *out)
{
	static struct err e;
	e.text[0] = '\0';
	buf_reset(out);
	return answer_parse(from.at, from.size, out, &e) ? buf_text(out) : e.text;
}

static void what_devices_send(void **state)
{
	(void)state;
	static const struct {
		struct bytes from;
		const char *to;
	} cases[] = {
	    {BYTES("<info name=\"Reception Desk 1\"/>"), "<info name=\"Reception Desk 1\"/>"},
	    {BYTES("<info><nat></nat></info>"), "<info><nat/></info>"},
	    {BYTES("<info b='1' a=\"2\" ><x > t </x ></info >\n"),
		"<info b=\"1\" a=\"2\"><x> t </x></info>"},
	    {BYTES(
		 "<?xml version='1.0'?>\n<!-- c --><?pi x?><i>a<!-- b -->c<?p?><j/></i><!-- d -->"),
		"<i>ac<j/></i>"},
	    {BYTES("<i>a<![CDATA[<b>&amp;]]>c]]&gt;</i>"), "<i>a&lt;b&gt;&amp;amp;c]]&gt;</i>"},
	    {BYTES("<i a='\"&lt;&amp;&#9;&#10;&#13;\n>'>\"'\t\n&#13;&#x3c;</i>"),
		"<i a=\"&quot;&lt;&amp;&#9;&#10;&#13; &gt;\">\"'\t\n&#13;&lt;</i>"},
	    {BYTES("\xef\xbb\xbf<i a='\xc3\xa4'/>"), "<i a=\"ä\"/>"},
	    {BYTES("<?xml version='1.0' encoding='ISO-8859-1'?><i a='\xe4'>\xdf</i>"),
		"<i a=\"ä\">ß</i>"},
	    {BYTES("\xff\xfe<\0i\0/\0>\0"), "<i/>"},
	    {BYTES("\xfe\xff\0<\0i\0>\x20\xac\0<\0/\0i\0>"), "<i>€</i>"},
	    {BYTES(
		 "<i xmlns='urn:a' xmlns:p='urn:&amp;b' p:c='1' xml:lang='de'><p:d xmlns=''/></i>"),
		"<i xmlns=\"urn:a\" xmlns:p=\"urn:&amp;b\" p:c=\"1\" xml:lang=\"de\"><p:d xmlns=\"\"/></i>"},
	    {BYTES("<i>&#x1F600;</i>"), "<i>\xf0\x9f\x98\x80</i>"},
	    {BYTES("<i><script>alert(1)</script></i>"), "<i><script>alert(1)</script></i>"},
	};
	struct buf out = {0}, again = {0};
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_string_equal(give(cases[i].from, &out), cases[i].to);
		/* What comes out is an answer, too, and stays as it is. */
		assert_string_equal(give((struct bytes){out.data, out.size}, &again), cases[i].to);
	}
	buf_free(&out);
	buf_free(&again);
}

static void what_is_none(void **state)
{
	(void)state;
	static const struct {
		struct bytes from;
		const char *why;
	} cases[] = {
	    {BYTES(""), "there is no element in it"},
	    {BYTES("  \n"), "there is no element in it"},
	    {BYTES("text"), "there is no element in it"},
	    {BYTES("<!-- <i/> -->"), "there is no element in it"},
	    {BYTES("<info><nat></info>"), "line 1: </info> stands where </nat> must"},
	    {BYTES("<info>"), "line 1: here the file ends, but <info> of line 1 does not"},
	    {BYTES("<info a='x"), "line 1: the quote ' that opens here is not closed"},
	    {BYTES("<info"), "line 1: the tag <info that begins here is not closed"},
	    {BYTES("<a/><b/>"), "line 1: something follows the end of the outermost element"},
	    {BYTES("<a/>x"), "line 1: something follows the end of the outermost element"},
	    {BYTES("x<a/>"), "line 1: something stands before the first tag"},
	    {BYTES("<a></a></a>"), "line 1: something follows"},
	    {BYTES("<a b='1' b='2'/>"), "line 1: the attribute b stands twice"},
	    {BYTES("<a>&nbsp;</a>"), "line 1: &nbsp; is not known"},
	    {BYTES("<a>&</a>"), "line 1: this & must be written &amp;"},
	    {BYTES("<a>\n&#0;</a>"), "line 2: "},
	    {BYTES("<a>&#7;</a>"), "line 1: "},
	    {BYTES("<a>&#xd800;</a>"), "line 1: "},
	    {BYTES("<a>\0</a>"), "line 1: a character cannot stand in XML"},
	    {BYTES("<a>\n\x1b[2J</a>"), "line 2: a character cannot stand in XML"},
	    {BYTES("<a>\xef\xbf\xbf</a>"), "line 1: a character cannot stand in XML"},
	    {BYTES("<a>\xe4</a>"), "line 1: a byte is no UTF-8"},
	    {BYTES("<a>\xc0\xaf</a>"), "line 1: a byte is no UTF-8"},
	    {BYTES("\xff\xfe<\0a\0/\0>"), "it is not well-formed UTF-16"},
	    {BYTES("<?xml version='1.0' encoding='UTF-7'?><a/>"),
		"the encoding \"UTF-7\" is not read"},
	    {BYTES("<?xml version='1.0' encoding='\x1b[2J'?><a/>"),
		"the encoding \"\\x1b[2J\" is not read"},
	    {BYTES("<?xml version='1.0' encoding='EBCDIC-US'?><a/>"), "the encoding \"EBCDIC-US\""},
	    {BYTES("<!DOCTYPE a><a/>"), "line 1: a DOCTYPE is not read here"},
	    {BYTES("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), "a DOCTYPE is not read here"},
	    {BYTES("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"),
		"a DOCTYPE is not read here"},
	    {BYTES("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/'>%p;]><a/>"),
		"a DOCTYPE is not read here"},
	    {BYTES(
		 "<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;&b;&b;&b;'>]><a>&c;&c;</a>"),
		"a DOCTYPE is not read here"},
	    {BYTES("<a><!DOCTYPE a></a>"), "a DOCTYPE is not read here"},
	    {BYTES("\xff\xfe<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0a\0>\0<\0a\0/\0>\0"), "a DOCTYPE is not"},
	    {BYTES("<!doctype a><a/>"), "line 1: "},
	    {BYTES("<p:a/>"), "a name has a prefix that is not declared"},
	    {BYTES("<a p:b='1'/>"), "a name has a prefix that is not declared"},
	    {BYTES("<a><b xmlns:p='urn:p'/><p:c/></a>"),
		"a name has a prefix that is not declared"},
	    {BYTES("<a:b:c xmlns:a='urn:a'/>"), "a name has a prefix that is not declared"},
	    {BYTES("<a xmlns:p=''/>"), "a name has a prefix that is not declared"},
	    {BYTES("<a xmlns:xml='urn:a'/>"), "a name has a prefix that is not declared"},
	    {BYTES("<a xmlns:xmlns='urn:a'/>"), "a name has a prefix that is not declared"},
	    {BYTES("<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>"), ""},
	    {BYTES("<html><body><br></body></html>"), "line 1: </body> stands where </br> must"},
	};
	struct buf out = {0};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *why = give(cases[i].from, &out);
		if (out.size || !strstr(why, cases[i].why) || !*why)
			fail_msg("%zu %s: \"%s\" should say \"%s\"", i, cases[i].from.at, why,
			    cases[i].why);
		assert_false(text_has_control(why, strlen(why)));
	}
	buf_free(&out);
}

/* What was there before stays, whether something is added or not. */
static void is_added(void **state)
{
	struct buf out = {0};
	(void)state;
	buf_adds(&out, "before");
	assert_false(answer_parse("<a>", 3, &out, NULL));
	assert_string_equal(out.data, "before");
	assert_true(answer_parse("<a/>", 4, &out, NULL));
	assert_string_equal(out.data, "before<a/>");
	buf_free(&out);
}

/* ---- limits ---- */

/* HEAD, as often as fits or `most` times PART, TAIL. */
static void fill(struct buf *b, const char *head, const char *part, const char *tail, size_t most)
{
	buf_reset(b);
	buf_adds(b, head);
	while (most-- && b->size + strlen(part) + strlen(tail) <= LIMIT_BODY_ANSWER)
		buf_adds(b, part);
	buf_adds(b, tail);
}

static const char *give_buf(const struct buf *b, struct buf *out)
{
	return give((struct bytes){buf_text(b), b->size}, out);
}

static void as_large_as_may_be(void **state)
{
	struct buf b = {0}, out = {0};
	(void)state;
	fill(&b, "<a>", "<b/>", "</a>", LIMIT_ANSWER_NODES - 1);
	assert_string_equal(give_buf(&b, &out), b.data);
	fill(&b, "<a>", "<b/>", "</a>", LIMIT_ANSWER_NODES);
	assert_non_null(strstr(give_buf(&b, &out), "too many elements: 4000 are read"));

	fill(&b, "<a>", "x", "</a>", LIMIT_BODY_ANSWER);
	assert_int_equal(b.size, LIMIT_BODY_ANSWER);
	assert_string_equal(give_buf(&b, &out), b.data);
	buf_addc(&b, '\n');
	assert_non_null(strstr(give_buf(&b, &out), "larger than 65536 bytes"));
	fill(&b, "<a>", ">", "</a>", LIMIT_BODY_ANSWER);
	assert_non_null(strstr(give_buf(&b, &out), "larger than 65536 bytes when it is written"));

	buf_reset(&b);
	for (int i = 0; i < LIMIT_ANSWER_DEPTH; i++)
		buf_adds(&b, "<a>");
	buf_adds(&b, "x");
	for (int i = 0; i < LIMIT_ANSWER_DEPTH; i++)
		buf_adds(&b, "</a>");
	assert_string_equal(give_buf(&b, &out), b.data);
	buf_reset(&b);
	for (int i = 0; i <= LIMIT_ANSWER_DEPTH; i++)
		buf_adds(&b, "<a>");
	assert_non_null(strstr(give_buf(&b, &out), "nested too deeply: 100 levels"));

	buf_reset(&b);
	buf_adds(&b, "<a");
	for (int i = 0; i < LIMIT_ANSWER_ATTRS; i++)
		buf_addf(&b, " a%d=\"\"", i);
	buf_adds(&b, "/>");
	assert_string_equal(give_buf(&b, &out), b.data);
	b.size -= 2;
	buf_adds(&b, " b=\"\"/>");
	assert_non_null(strstr(give_buf(&b, &out), "too many attributes"));
	buf_free(&b);
	buf_free(&out);
}

/* 64 KB of anything are done in a moment. */
static void nothing_takes_long(void **state)
{
	static const struct {
		const char *head, *part, *tail;
	} cases[] = {
	    {"<a>", "<b/>", "</a>"},
	    {"<a", " b=''", "/>"},
	    {"", "<a>", ""},
	    {"", "<a b='", ""},
	    {"<a>", "&amp;", "</a>"},
	    {"<a>", "&x;", "</a>"},
	    {"<a>", "<!---->", "</a>"},
	    {"<a>", "<?p?>", "</a>"},
	    {"<a>", "<![CDATA[]]>", "</a>"},
	    {"<a>", "<![CDATA[", ""},
	    {"<", "a", "/>"},
	    {"<a ", "a", "=''/>"},
	    {"<a a='", "x", "'/>"},
	    {"<a a='", "&#10;", "'/>"},
	    {"<a xmlns:p='", "u", "'><p:b/></a>"},
	    {"<!DOCTYPE a [", "<!ENTITY b 'c'>", "]><a/>"},
	    {"<a>", "<b xmlns:p='u'><p:c/></b>", "</a>"},
	    {"<!--", "-", "--><a/>"},
	    {"", "<", ""},
	    {"", "<!", ""},
	    {"", "\n", "<a/>"},
	    {"<a>", "]]>", "</a>"},
	    {"<?xml ", "x", "?><a/>"},
	    {"<a>", "<b c='' d='' e='' f='' g='' h=''/>", "</a>"},
	    {"", "</a>", ""},
	};
	struct buf b = {0}, out = {0};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		fill(&b, cases[i].head, cases[i].part, cases[i].tail, LIMIT_BODY_ANSWER);
		double since = quick_now();
		give_buf(&b, &out);
		assert_quick(since, 0.1, b.data);
	}
	/* Of what libxml2 takes long at: many attributes, many namespaces. */
	for (int way = 0; way < 4; way++) {
		buf_reset(&b);
		buf_adds(&b, way < 2 ? "<a" : "<a>");
		for (int i = 0; b.size + 40 < LIMIT_BODY_ANSWER; i++) {
			if (way >= 2 && i % LIMIT_ANSWER_ATTRS == 0)
				buf_adds(&b, i ? "/><b" : "<b");
			buf_addf(&b, way % 2 ? " xmlns:a%d='u'" : " a%d=''", i);
		}
		buf_adds(&b, way < 2 ? "/>" : "/></a>");
		double since = quick_now();
		const char *said = give_buf(&b, &out);
		assert_quick(since, 0.1, b.data);
		if (way < 2)
			assert_non_null(strstr(said, "too many attributes"));
		else
			assert_true(out.size);
	}
	buf_free(&b);
	buf_free(&out);
}

/* A megabyte is not even looked at. */
static void too_large_at_once(void **state)
{
	size_t size = 16 << 20;
	char *bytes = calloc(1, size);
	struct buf out = {0};
	(void)state;
	double since = quick_now();
	assert_non_null(strstr(give((struct bytes){bytes, size}, &out), "larger than 65536 bytes"));
	assert_quick(since, 0.01, "16 MB");
	free(bytes);
}

/* ---- the name ---- */

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *query, *xml, *name;
	} cases[] = {
	    {"admin", "<info name=\"Reception Desk 1\"/>", "Reception Desk 1"},
	    {"admin", "<info><sys name=\"Gateway\"/></info>", "Gateway"},
	    {"admin", "<info name=\"a\"><sys name=\"b\"/></info>", "a"},
	    {"admin", "<info name=\" \"><x/>t<sys name=\" b \"/></info>", "b"},
	    {"admin", "<info><x><sys name=\"b\"/></x></info>", ""},
	    {"admin", "<info/>", ""},
	    {"admin", "<other name=\"a\"/>", ""},
	    {"admin", "<info xmlns=\"urn:x\" name=\"a\"/>", ""},
	    {"admin", "<info name=\"a&#10;b&#9;c\"/>", "a\\x0ab\\x09c"},
	    {"admin", "<info name=\"&lt;b&gt; &amp; Zoë\"/>", "<b> & Zoë"},
	    {"admin", "", ""},
	    {"admin", "<info", ""},
	    {"media", "<info name=\"a\"/>", ""},
	    {"", "<info name=\"a\"/>", ""},
	};
	struct arena a = {0};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(
		    answer_name(&a, cases[i].query, cases[i].xml, strlen(cases[i].xml)),
		    cases[i].name);
	arena_free(&a);
}

static void a_long_name(void **state)
{
	struct buf xml = {0};
	struct arena a = {0};
	(void)state;
	buf_adds(&xml, "<info name=\"x");
	for (int i = 0; i < LIMIT_NAME_DEVICE; i++)
		buf_adds(&xml, "ë");
	buf_adds(&xml, "\"/>");
	const char *name = answer_name(&a, "admin", xml.data, xml.size);
	assert_int_equal(strlen(name), LIMIT_NAME_DEVICE - 1);
	assert_true(text_is_utf8(name, strlen(name)));
	arena_free(&a);
	buf_free(&xml);
}

/* ---- out of memory ---- */

static long allocations; /* what is still granted */

static void *few_malloc(size_t size)
{
	return allocations-- > 0 ? malloc(size) : NULL;
}

static void *few_realloc(void *old, size_t size)
{
	return allocations-- > 0 ? realloc(old, size) : NULL;
}

static char *few_strdup(const char *s)
{
	return allocations-- > 0 ? strdup(s) : NULL;
}

static const char example[] =
    "<i xmlns:p='urn:p' a='1' p:b='x&amp;y'>t&lt;<p:c>u</p:c><d e=''/></i>";

/* 0: as with enough memory; 9: something else came out, or it was called wrong. */
static void with_little_memory(void)
{
	struct buf enough = {0}, out = {0};
	long granted = allocations;
	allocations = 1000000;
	if (!answer_parse(example, sizeof example - 1, &enough, NULL))
		_exit(9);
	allocations = granted;
	bool good = answer_parse(example, sizeof example - 1, &out, NULL);
	_exit(good && strcmp(out.data, enough.data) == 0 ? 0 : 9);
}

/* Whichever allocation of libxml2 fails: the process ends (70), or nobody has noticed. */
static void out_of_memory(void **state)
{
	char said[4096];
	int ended = 0, status;
	(void)state;
	xmlMemSetup(free, few_malloc, few_realloc, few_strdup);
	for (long n = 0; n < 500; n++) {
		allocations = n;
		status = child_status(with_little_memory, said, sizeof said);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 70)
			fail_msg("after %ld allocations: status %d", n, WEXITSTATUS(status));
		ended += WEXITSTATUS(status) == 70;
		if (WEXITSTATUS(status) == 0)
			break;
	}
	xmlMemSetup(free, malloc, realloc, strdup);
	assert_true(ended > 10);
}

static int teardown(void **state)
{
	(void)state;
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_devices_send),
	    cmocka_unit_test(what_is_none),
	    cmocka_unit_test(is_added),
	    cmocka_unit_test(as_large_as_may_be),
	    cmocka_unit_test(nothing_takes_long),
	    cmocka_unit_test(too_large_at_once),
	    cmocka_unit_test(names),
	    cmocka_unit_test(a_long_name),
	    cmocka_unit_test(out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
