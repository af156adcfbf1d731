/* SPDX-License-Identifier: ISC */
/* core/xpath: expressions, their values, and that none takes long. */
#include "core/xpath.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

#include "test/unit/core/quick.h"
#include "test/unit/helpers.h"

#include <libxml/parser.h>
#include <signal.h>
#include <sys/time.h>

static const char phone[] =
    "<state seen='1522065435' phase='update' nextphase=''>"
    "<device sn='00-90-33-30-00-af' type='IP232' classes='phone, ip232' environments=''/>"
    "<config filename='scripts/a.txt' delivered='5'/><config filename='scripts/b.txt' delivered='12'/>"
    "<queries>"
    "<media seen='1'><info stun='stun.example' turn='turn.example' turn-user='u'>"
    "<nat result='symmetric' public-addr='203.0.113.7'/></info></media>"
    "<registration seen='2'><info>"
    "<reg id='0' state='Up' h323='Reception' e164='10' gk-addr='172.16.0.1' gk-id='pbx'/>"
    "<reg id='1' state='Down' h323='Zoë' e164='' gk-addr='' gk-id=''><note> two \n words </note></reg>"
    "<reg id='2' state='Up' e164='7'>a<b>c</b>d<![CDATA[<f>]]></reg>"
    "</info></registration></queries>"
    "<msgs time='3' msg='x'/></state>";

/* "!" and what is wrong, when it cannot be had. Good until the next call. */
static const char *ask(const struct xpath_doc *d, const char *expression)
{
	static struct arena arena;
	struct err e = {"?"};
	arena_reset(&arena);
	struct xpath *x = xpath_compile(expression, &e);
	const char *value = x ? xpath_value(&arena, x, d, &e) : NULL;
	if (!value)
		value = arena_concat(&arena, "!", e.text);
	xpath_free(x);
	return value;
}

static struct xpath_doc *open_text(const char *xml)
{
	struct err e = {""};
	struct xpath_doc *d = xpath_doc_open(xml, strlen(xml), &e);
	if (!d)
		fail_msg("%s: %s", xml, e.text);
	return d;
}

struct expected {
	const char *expression, *value;
};

static void assert_values(const char *xml, const struct expected *list, size_t count)
{
	struct xpath_doc *d = open_text(xml);
	for (size_t i = 0; i < count; i++) {
		const char *value = ask(d, list[i].expression);
		if (strcmp(value, list[i].value) != 0)
			fail_msg("%s\n  is \"%s\"\n  not \"%s\"", list[i].expression, value,
			    list[i].value);
	}
	xpath_doc_close(d);
}
#define ASSERT_VALUES(xml, list) assert_values(xml, list, COUNT(list))

/* Those of the documentation that installations are configured after. */
static void as_documented(void **state)
{
	(void)state;
	static const struct expected list[] = {
	    {"concat(/state/queries/media/info/nat/@result, ' (', /state/queries/media/info/nat/@public-addr, ')')",
		"symmetric (203.0.113.7)"},
	    {"concat('STUN: ', /state/queries/media/info/@stun, ' TURN: ', /state/queries/media/info/@turn, ' (', /state/queries/media/info/@turn-user, ')')",
		"STUN: stun.example TURN: turn.example (u)"},
	    {"concat(/state/queries/registration/info/reg[@id = \"0\"]/@state, ': ' , /state/queries/registration/info/reg[@id = \"0\"]/@h323, '/', /state/queries/registration/info/reg[@id = \"0\"]/@e164)",
		"Up: Reception/10"},
	    {"concat(/state/queries/registration/info/reg[@id = \"0\"]/@gk-addr, '/', /state/queries/registration/info/reg[@id = \"0\"]/@gk-id)",
		"172.16.0.1/pbx"},
	};
	ASSERT_VALUES(phone, list);
}

static void values(void **state)
{
	(void)state;
	static const struct expected list[] = {
	    {"//reg/@state", "Up, Down, Up"},
	    {"//reg/@e164", "10, , 7"}, /* an empty one is shown as such */
	    {"/state/@nextphase", ""},
	    {"//nothing", ""},
	    {"count(//reg)", "3"},
	    {"count(//reg) > 2", "true"},
	    {"/state/device/@sn = 'x'", "false"},
	    {"'text'", "text"},
	    {"//reg[3]", "acd<f>"},
	    {"//b | //nat/@result | //b", "symmetric, c"},
	};
	ASSERT_VALUES(phone, list);
}

static void numbers(void **state)
{
	(void)state;
	static const struct expected list[] = {
	    {"1 div 3", "0.333333333333333"},
	    {"0.1 + 0.2", "0.3"},
	    {"1e5", "100000"},
	    {"10 mod 3", "1"},
	    {"-10 mod 3", "-1"},
	    {"1.5 mod -1", "0.5"},
	    {"1 div 0", "Infinity"},
	    {"-1 div 0", "-Infinity"},
	    {"0 div 0", "NaN"},
	    {"-0", "0"},
	    {"- - 3", "3"},
	    {"100000000000000000000000", "1e+23"},
	    {"1 div 1000000", "1e-06"},
	    {".5", "0.5"},
	    {"5.", "5"},
	    {"-1.25", "-1.25"},
	    {"120", "120"},
	    {"number(' -12.50 ')", "-12.5"},
	    {"number('0x10')", "NaN"},
	    {"number('1e3')", "1000"},
	    {"number('+1')", "NaN"},
	    {"number('inf')", "NaN"},
	    {"number('')", "NaN"},
	    {"number('.')", "NaN"},
	    {"number(true())", "1"},
	    {"number(//reg[@id='2']/@e164)", "7"},
	    {"sum(//config/@delivered)", "17"},
	    {"sum(//nothing)", "0"},
	    {"sum(//reg/@e164)", "NaN"},
	    {"floor(-1.5)", "-2"},
	    {"ceiling(1.2)", "2"},
	    {"round(2.5)", "3"},
	    {"round(-2.5)", "-2"},
	    {"1 + 2 * 3 - 4 div 2", "5"},
	    {"(1 + 2) * 3", "9"},
	    {"2 - 1 - 1", "0"},
	    {"8 div 4 div 2", "1"},
	};
	ASSERT_VALUES(phone, list);
}

static void texts(void **state)
{
	(void)state;
	static const struct expected list[] = {
	    {"string(//note)", " two \n words "},
	    {"normalize-space(//note)", "two words"},
	    {"string-length('Zoë')", "3"},
	    {"substring('12345', 2, 3)", "234"},
	    {"substring('12345', 2)", "2345"},
	    {"substring('12345', 1.5, 2.6)", "234"},
	    {"substring('12345', 0, 3)", "12"},
	    {"substring('12345', 0 div 0, 3)", ""},
	    {"substring('12345', 1, 0 div 0)", ""},
	    {"substring('12345', -42, 1 div 0)", "12345"},
	    {"substring('12345', -1 div 0, 1 div 0)", ""},
	    {"substring('aëb', 2, 1)", "ë"},
	    {"substring-before('1999/04/01', '/')", "1999"},
	    {"substring-after('1999/04/01', '/')", "04/01"},
	    {"substring-after('abc', '')", "abc"},
	    {"substring-before('abc', 'x')", ""},
	    {"translate('bar', 'abc', 'AB')", "BAr"},
	    {"translate('--aaa--', 'abc-', 'ABC')", "AAA"},
	    {"translate('aëa', 'aë', 'ëa')", "ëaë"},
	    {"translate('aa', 'aa', 'xy')", "xx"},
	    {"starts-with(/state/device/@type, 'IP')", "true"},
	    {"contains(/state/device/@classes, 'ip232')", "true"},
	    {"contains('', '')", "true"},
	    {"concat(1, true(), //nothing, 'x')", "1truex"},
	    {"name(//nat)", "nat"},
	    {"local-name(//nat/@*[2])", "public-addr"},
	    {"name(//nothing)", ""},
	    {"namespace-uri(//nat)", ""},
	    {"string(//reg[@id=2])", "acd<f>"},
	    {"\"it's\"", "it's"},
	};
	ASSERT_VALUES(phone, list);
}

static void paths(void **state)
{
	(void)state;
	static const struct expected list[] = {
	    {"//reg[last()]/@id", "2"},
	    {"//reg[position() < 3]/@id", "0, 1"},
	    {"//reg[@state='Up'][2]/@id", "2"},
	    {"(//reg)[2]/@id", "1"},
	    {"//reg[@h323]/@id", "0, 1"},
	    {"//reg[not(@h323)]/@id", "2"},
	    {"//reg[1]/following-sibling::reg/@id", "1, 2"},
	    {"//reg[3]/preceding-sibling::*[1]/@id", "1"},
	    {"//reg[3]/preceding::nat/@result", "symmetric"},
	    {"//nat/following::b", "c"},
	    {"count(//nat/ancestor::*)", "4"},
	    {"name(//nat/ancestor::*[1])", "info"},
	    {"name(//nat/ancestor-or-self::*[1])", "nat"},
	    {"name(//nat/..)", "info"},
	    {"//b/../@id", "2"},
	    {"//b/parent::reg/@id", "2"},
	    {"//b/parent::info", ""},
	    {"//reg[b]/descendant::text()", "a, c, d<f>"},
	    {"//reg[b]/node()", "a, c, d<f>"},
	    {"//comment() | //processing-instruction('x')", ""},
	    {"count(/)", "1"},
	    {"/*/@phase", "update"},
	    {"/descendant-or-self::state/@seen", "1522065435"},
	    {"count(//@id)", "3"},
	    {"//self::b", "c"},
	    {"state/msgs/@msg", "x"},
	    {"./state/msgs/./@time", "3"},
	    {"//reg[@e164 = //config/@delivered or @id='0' and true()]/@id", "0"},
	    {"//reg/attribute::h323", "Reception, Zoë"},
	    {"//*[local-name() = 'b']", "c"},
	    {"/state/queries/*/@seen", "1, 2"},
	    {"/ state / msgs / @time", "3"},
	    {"//reg[ 2 ] /@id", "1"},
	    {"count(//@*/..)", "12"},
	    {"/state/device/@*[. = 'IP232']", "IP232"},
	};
	ASSERT_VALUES(phone, list);
}

/* Words that are operators only where one can stand. */
static void names_like_operators(void **state)
{
	(void)state;
	static const struct expected list[] = {
	    {"/or/and/div", "x"},
	    {"or/and/mod * 3", "6"},
	    {"or/and/* = 'x'", "true"},
	    {"count(or/*) * count(*)", "1"},
	    {"or or or", "true"},
	    {"//div and //mod", "true"},
	    {"or/and/mod mod 2", "0"},
	    {"or/and/a-b", "y"},
	    {"3 -2", "1"},
	    {"//text/text()", "t"},
	};
	ASSERT_VALUES(
	    "<or><and><div>x</div><mod>2</mod><a-b>y</a-b><text>t</text></and></or>", list);
}

static void comparisons(void **state)
{
	(void)state;
	static const struct expected list[] = {
	    {"//a = 2", "true"},
	    {"//a != 2", "true"},
	    {"//a > 2", "true"},
	    {"//a > 3", "false"},
	    {"3 <= //a", "true"},
	    {"4 <= //a", "false"},
	    {"//a = //b", "true"},
	    {"//a != //b", "true"},
	    {"//a = //c", "false"},
	    {"//a != //c", "true"},
	    {"//d = //d", "true"},
	    {"//d != //d", "false"},
	    {"//a < //b", "true"},
	    {"//b >= 4", "false"},
	    {"//a = 'x'", "false"},
	    {"//none = //none", "false"},
	    {"//none != 'x'", "false"},
	    {"//none = false()", "true"},
	    {"//a = true()", "true"},
	    {"//c < 1", "false"},
	    {"'2' = 2", "true"},
	    {"'2.0' = '2'", "false"},
	    {"'a' = true()", "true"},
	    {"3 > true()", "true"},
	    {"0.5 < true()", "true"},
	    {"'x' < 1", "false"},
	    {"1 = 1 = 1", "true"},
	    {"3 > 2 > 1", "false"},
	    {"not(1 = 2)", "true"},
	    {"boolean('false')", "true"},
	    {"boolean(0 div 0)", "false"},
	    {"boolean('')", "false"},
	    {"0 div 0 = 0 div 0", "false"},
	};
	ASSERT_VALUES(
	    "<r><a>1</a><a>2</a><a>3</a><b>3</b><b>2</b><c>z</c><c/><d>same</d><d>same</d></r>",
	    list);
}

static void namespaces(void **state)
{
	(void)state;
	static const struct expected list[] = {
	    {"/r/a", ""},
	    {"/r/*", "1, 2"},
	    {"name(/r/*)", "p:a"},
	    {"local-name(/r/*)", "a"},
	    {"namespace-uri(/r/*)", "urn:p"},
	    {"/r/@xml:lang", "en-GB"},
	    {"/r/@lang", ""},
	    {"boolean(/r/*[lang('EN')])", "true"},
	    {"boolean(/r/*[lang('e')])", "false"},
	    {"/p:a", "!there are no prefixes here: write *[local-name() = \"…\"], at byte 5"},
	};
	ASSERT_VALUES(
	    "<r xml:lang='en-GB'><p:a xmlns:p='urn:p'>1</p:a><a xmlns='urn:q'>2</a></r>", list);
}

static void mistakes(void **state)
{
	(void)state;
#define MISSING "!something is missing, or cannot stand there, at byte "
	static const struct expected list[] = {
	    {"", MISSING "1"},
	    {"/state/", MISSING "8"},
	    {"//", MISSING "3"},
	    {"concat('a'", MISSING "11"},
	    {"concat('a')", "!a function has too few or too many arguments"},
	    {"true(1)", "!a function has too few or too many arguments"},
	    {"string-length(1, 2)", "!a function has too few or too many arguments"},
	    {"contains('a')", "!a function has too few or too many arguments"},
	    {"translate()", "!a function has too few or too many arguments"},
	    {"cuont(//a)", "!there is no function cuont(): did you mean count()?, at byte 1"},
	    {"//none[cuont (.)]",
		"!there is no function cuont(): did you mean count()?, at byte 8"},
	    {"document('/etc/passwd')", "!there is no function document(), at byte 1"},
	    {"exsl:node-set(/)", "!there is no function node-set(), at byte 6"},
	    {"//none[exsl:count(/)]",
		"!there is no function count(): did you mean count()?, at byte 13"},
	    {"id('x')", "!there is no function id(), at byte 1"},
	    {"$x", "!there are no variables here, at byte 3"},
	    {"//none[$x]", "!there are no variables here, at byte 10"},
	    {"namespace::*", "!there is no axis namespace, at byte 1"},
	    {"//a/namespace :: *", "!there is no axis namespace, at byte 5"},
	    {"sideways::*", MISSING "10"},
	    {"count('a')", "!a value stands where nodes, e.g. a path, must"},
	    {"'a'[1]", "!a value stands where nodes, e.g. a path, must"},
	    {"'a'/b", "!a value stands where nodes, e.g. a path, must"},
	    {"//a | 1", "!a value stands where nodes, e.g. a path, must"},
	    {"a b", MISSING "3"},
	    {"a)", MISSING "2"},
	    {"a)|(b", MISSING "2"},
	    {"(a", MISSING "3"},
	    {"a[1", "!a ] is missing, at byte 4"},
	    {"'a", "!a quote is not closed, at byte 3"},
	    {"a = = b", MISSING "5"},
	    {"a # b", MISSING "3"},
	    {"a/string()", MISSING "10"},
	    {"\xff", "!it is no UTF-8"},
	    {"a\x01", MISSING "2"},
	};
	struct xpath_doc *d = open_text("<a/>");
	for (size_t i = 0; i < COUNT(list); i++) {
		const char *value = ask(d, list[i].expression);
		if (strcmp(value, list[i].value) != 0)
			fail_msg("%s\n  is \"%s\"\n  not \"%s\"", list[i].expression, value,
			    list[i].value);
	}
	xpath_doc_close(d);
}

static void long_and_deep(void **state)
{
	struct buf text = {0};
	struct xpath_doc *d = open_text("<a>1</a>");
	(void)state;
	for (int i = 0; i < 32; i++)
		buf_addc(&text, '(');
	buf_addc(&text, '1');
	for (int i = 0; i < 32; i++)
		buf_addc(&text, ')');
	assert_string_equal(ask(d, text.data), "1");
	buf_reset(&text);
	for (int i = 0; i < 1000; i++)
		buf_addc(&text, "(-["[i % 3]);
	assert_int_equal(*ask(d, text.data), '!');
	buf_reset(&text);
	for (int i = 0; i < 2000; i++)
		buf_addc(&text, '(');
	assert_non_null(strstr(ask(d, text.data), "!brackets are nested too deeply, at byte "));
	buf_reset(&text);
	for (int i = 0; i < 1000; i++)
		buf_adds(&text, i ? "+1" : "1");
	assert_string_equal(ask(d, text.data), "1000");
	buf_reset(&text);
	while (text.size <= LIMIT_SETTING)
		buf_addc(&text, '1');
	assert_string_equal(ask(d, text.data), "!it is too long");
	buf_free(&text);
	xpath_doc_close(d);
}

static void a_long_value_is_cut(void **state)
{
	struct buf xml = {0};
	(void)state;
	buf_adds(&xml, "<r><a>");
	for (int i = 0; i < LIMIT_XPATH_VALUE; i++)
		buf_addc(&xml, 'x');
	buf_adds(&xml, "</a><b>x");
	for (int i = 0; i < LIMIT_XPATH_VALUE / 2; i++)
		buf_adds(&xml, "ë");
	buf_adds(&xml, "</b></r>");
	struct xpath_doc *d = open_text(xml.data);
	assert_int_equal(strlen(ask(d, "/r/a")), LIMIT_XPATH_VALUE);
	assert_true(text_ends(ask(d, "/r/a"), "x"));
	static const char *const longer[] = {
	    "concat(/r/a, 'y')", "/r/a | /r/b", "/r/b", "concat('x', /r/b)"};
	for (size_t i = 0; i < COUNT(longer); i++) {
		const char *value = ask(d, longer[i]);
		assert_true(
		    strlen(value) <= LIMIT_XPATH_VALUE && strlen(value) > LIMIT_XPATH_VALUE - 5);
		assert_true(text_is_utf8(value, strlen(value)) && text_ends(value, "…"));
	}
	xpath_doc_close(d);
	buf_free(&xml);
}

/* ---- documents ---- */

static void documents_that_are_none(void **state)
{
	(void)state;
	static const char *const cases[] = {
	    "", "text", "<a>", "<a/><b/>", "<a><p:b/></a>", "<!DOCTYPE a><a/>", "<a>&x;</a>"};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err e = {""};
		assert_null(xpath_doc_open(cases[i], strlen(cases[i]), &e));
		assert_true(*e.text);
	}
}

static void documents_too_large(void **state)
{
	struct buf xml = {0};
	struct err e;
	(void)state;
	buf_adds(&xml, "<a>");
	for (int i = 0; i < LIMIT_XPATH_BYTES - 7; i++)
		buf_addc(&xml, 'x');
	buf_adds(&xml, "</a>");
	xpath_doc_close(open_text(xml.data));
	buf_addc(&xml, '\n');
	assert_null(xpath_doc_open(xml.data, xml.size, &e));
	assert_string_equal(e.text, "it is larger than 262144 bytes");

	buf_reset(&xml);
	buf_adds(&xml, "<a>");
	for (int i = 0; i < LIMIT_XPATH_NODES / 2; i++)
		buf_addf(&xml, "<b>%d</b>", i % 100);
	buf_adds(&xml, "</a>");
	assert_null(xpath_doc_open(xml.data, xml.size, &e));
	assert_string_equal(e.text, "it has more than 8000 elements, attributes and texts");

	/* A few thousand that are alike, or a few hundred that are alike and long. */
	buf_reset(&xml);
	buf_adds(&xml, "<a>");
	for (int i = 0; i < LIMIT_XPATH_NODES / 2; i++)
		buf_adds(&xml, "<b/>");
	buf_adds(&xml, "</a>");
	assert_null(xpath_doc_open(xml.data, xml.size, &e));
	assert_string_equal(e.text, "it has too many values that begin alike");

	buf_reset(&xml);
	for (int i = 0; i < 100; i++)
		buf_adds(&xml, "<a>");
	for (int i = 0; i < 60000; i++)
		buf_addc(&xml, 'x');
	for (int i = 0; i < 100; i++)
		buf_adds(&xml, "</a>");
	assert_null(xpath_doc_open(xml.data, xml.size, &e));
	assert_string_equal(e.text, "it has too many values that begin alike");
	buf_free(&xml);
}

/* ---- time ---- */

/* Documents of several shapes, each as large as it may be. */
static void add_alike(struct buf *xml, int n)
{
	for (int i = 0; i < n; i++)
		buf_adds(xml, i % 2 ? "<d a=''/>" : "<d>1</d>");
}

static void add_empty(struct buf *xml, int n)
{
	for (int i = 0; i < n; i++)
		buf_adds(xml, "<d/>");
}

static void add_flat(struct buf *xml, int n)
{
	for (int i = 0; i < n; i++)
		buf_addf(xml, i % 2 ? "<d a='%d'/>" : "<d>%d</d>", i % 100);
}

static void add_attributes(struct buf *xml, int n)
{
	for (int i = 0; i < n; i++)
		buf_addf(xml, "%s a%d='aaaaaaaa'%s", i % 400 ? "" : "<d a='aaaaaaaa'", i % 400,
		    i % 400 == 399 || i == n - 1 ? "/>" : "");
}

/* Those that have no other value than 100 others, and begin as they do. */
static void add_groups(struct buf *xml, int n)
{
	for (int i = 0; i < n; i++)
		buf_addf(xml, "<%c a='%02d aaaaaaaaaa %c'/>", i % 2 ? 'd' : 'e', i / 2 % 50,
		    i % 2 ? 'd' : 'e');
}

static void add_long(struct buf *xml, int n)
{
	for (int i = 0; i < n; i++)
		buf_adds(xml, "<d a='aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'/>");
}

static void add_deep(struct buf *xml, int n)
{
	for (int i = 0; i < n; i += 100) {
		for (int k = 0; k < 100; k++)
			buf_addf(xml, "<d>%d", i / 100);
		for (int k = 0; k < 100; k++)
			buf_adds(xml, "</d>");
	}
}

/* Below one another, all with the same long text. */
static void add_deep_text(struct buf *xml, int n)
{
	for (int k = 0; k < 100; k++)
		buf_adds(xml, "<d>");
	for (int i = 0; i < n; i++)
		buf_addc(xml, 'a');
	for (int k = 0; k < 100; k++)
		buf_adds(xml, "</d>");
}

static void add_text(struct buf *xml, int n)
{
	buf_adds(xml, "<d a=''/>");
	for (int i = 0; i < n; i++)
		buf_adds(xml, "aaaaaaaaaaaaaaaa");
}

static void add_letters(struct buf *xml, int n)
{
	for (int i = 0; i < n; i++)
		buf_adds(xml, "<d a='1'>ëëëëëëëëëëëëëëëëë</d>");
}

typedef void filler(struct buf *xml, int n);

static struct xpath_doc *try_size(filler *fill, int n)
{
	struct buf xml = {0};
	struct err e;
	buf_adds(&xml, "<state>");
	fill(&xml, n);
	buf_adds(&xml, "</state>");
	struct xpath_doc *d = xpath_doc_open(xml.data, xml.size, &e);
	buf_free(&xml);
	return d;
}

static struct xpath_doc *open_largest(filler *fill)
{
	int fits = 1, most = LIMIT_XPATH_BYTES;
	while (most - fits > 1) {
		int n = (fits + most) / 2;
		struct xpath_doc *d = try_size(fill, n);
		*(d ? &fits : &most) = n;
		xpath_doc_close(d);
	}
	return try_size(fill, fits);
}

static const char *const costly[] = {"//d/@a != //d/@a", "/state/d/@a != /state/d/@a",
    "//@a = //@a", "//@a = 'x'", "//d = //d", "//d != /state/d", "//d < //d", "//d[. < /]",
    "//d[/ = 1]", "//d[/ = 'a']", "//d[/ + 1]", "count(//d[string(/) = '1'])",
    "count((//d|//*|//@*)/following::*)", "//d/following::d", "count(//*/preceding::*/ancestor::*)",
    "//d[//d = 1]", "//d[@a = //d/@a]", "//d[//d[//d[//d]]]", "count(//*[count(//*) > 1])",
    "//*//*//*//*//*//*", "translate(string(/), string(/), string(/))", "//d[translate(/, /, 'x')]",
    "//d[contains(/, 'aaaab')]", "//d[contains(/, /)]", "//d[normalize-space(/)]",
    "//d[string-length(/)]", "//d[sum(//d) = 1]", "//d[concat(/, 1)]",
    "concat(/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/)",
    "//d[substring(/, 2)]", "//d[substring-after(/, 'a')]", "//d[lang('x')]",
    "//node()/ancestor-or-self::node()", "//d[position() = last()]", "(//d)[//d][//d]",
    "//d | //d | //d | //d", "//d[name(..) = name(//d)]", "//d[. = ../d]",
    "//d[count(preceding-sibling::*) = 3]", "//d/..//d/..//d/..//d", "//d/../d/../d/../d",
    "//d[concat(., ., ., ., ., /)]", "//d[1 = 1 and 2 = 2 or count(//d)]",
    "//d[floor(.) = round(//d)]", "//d[1 div 3 = concat(1 div 3, 2 div 3)]",
    "sum(//d/preceding::d)", "//d[number(concat(., 1 div 7)) = 2]",
    "translate(/, 'abcdefghijklmnopqrstuvwxyz0123456789', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
    "//d[//d/@a != //d/@a]", "//d[//d != //d]", "(//@*|//@*)[//@* != //@*]",
    "(//d|//d)[//d != //d]", "//d[starts-with(/, /)]", "//*[self::d or self::d][@a][@a][@a]",
    "//d/@a/../@a/../@a/../@a", "string(//d[/ = /][/ = /])", "(//d|//@a)[. = (//d|//@a)]",
    "//d[-(/)]", "//d[(/) mod 2]"};

static void nothing_takes_long(void **state)
{
	static filler *const fill[] = {add_alike, add_empty, add_flat, add_attributes, add_groups,
	    add_long, add_deep, add_deep_text, add_text, add_letters};
	(void)state;
	for (size_t i = 0; i < COUNT(fill); i++) {
		struct xpath_doc *d = open_largest(fill[i]);
		for (size_t k = 0; k < COUNT(costly); k++) {
			double since = quick_now();
			const char *value = ask(d, costly[k]);
			if (getenv("SHOW_TIMES"))
				printf("%6.1f ms %zu %s %.30s\n", 1000 * (quick_now() - since), i,
				    costly[k], value);
			assert_quick(since, 0.2, costly[k]);
			if (*value == '!' && !strstr(value, "it takes too long"))
				fail_msg("%s: %s", costly[k], value);
		}
		xpath_doc_close(d);
	}
}

/* The same expression ends in the same way, however often it is asked. */
static void asked_again(void **state)
{
	struct arena a = {0};
	struct err e;
	(void)state;
	struct xpath_doc *d = try_size(add_flat, 2000);
	struct xpath *good = xpath_compile("count(//d) + count(//@a)", &e);
	struct xpath *bad = xpath_compile("//d[//d = 1000]", &e);
	for (int i = 0; i < 100; i++) {
		assert_string_equal(xpath_value(&a, good, d, &e), "3000");
		if (i < 3)
			assert_null(xpath_value(&a, bad, d, &e));
		arena_reset(&a);
	}
	xpath_free(good);
	xpath_free(bad);
	xpath_doc_close(d);
	arena_free(&a);
}

/* ---- the deadline ---- */

static volatile sig_atomic_t alarms;

static void count_alarm(int signal)
{
	(void)signal;
	alarms++;
}

/* Few operations that take long: no limit of them would end it. What was there before is there again. */
static void deadline(void **state)
{
	const struct sigaction mine = {.sa_handler = count_alarm};
	const struct itimerval hour = {{7, 0}, {3600, 0}};
	const char *const asked[] = {"count(//d/following::d)", "1 + 1", "count('a')"};
	struct sigaction action;
	struct itimerval timer;
	sigset_t all, mask;
	struct xpath_doc *d = open_largest(add_flat);
	(void)state;
	sigfillset(&all);
	sigaction(SIGVTALRM, &mine, NULL);
	setitimer(ITIMER_VIRTUAL, &hour, NULL);
	for (int blocked = 0; blocked < 2; blocked++) { /* workers run with all signals blocked */
		sigprocmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &all, NULL);
		for (size_t i = 0; i < COUNT(asked); i++) {
			double since = quick_now();
			const char *value = ask(d, asked[i]);
			double took = quick_now() - since;
			if (i == 0) {
				assert_non_null(strstr(value, "!it takes too long"));
				assert_true(took > LIMIT_XPATH_MS / 2000.0);
			}
			sigaction(SIGVTALRM, NULL, &action);
			getitimer(ITIMER_VIRTUAL, &timer);
			sigprocmask(SIG_BLOCK, NULL, &mask);
			assert_ptr_equal(action.sa_handler, count_alarm);
			assert_int_equal(sigismember(&mask, SIGVTALRM), blocked);
			assert_int_equal(sigismember(&mask, SIGUSR1), blocked);
			assert_true(timer.it_value.tv_sec > 3590 && timer.it_interval.tv_sec == 7);
			sigpending(&mask);
			assert_int_equal(sigismember(&mask, SIGVTALRM), 0);
		}
	}
	assert_int_equal(alarms, 0);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	setitimer(ITIMER_VIRTUAL, &(struct itimerval){0}, NULL);
	signal(SIGVTALRM, SIG_DFL);
	xpath_doc_close(d);
}

/* What is asked on pages works on the sample, and fast; what could take long does not. */
static void the_sample(void **state)
{
	static const char *const good[] = {
	    "concat(/state/queries/registration/info/reg[@id = \"0\"]/@state, ': ' , /state/queries/registration/info/reg[@id = \"0\"]/@h323, '/', /state/queries/registration/info/reg[@id = \"0\"]/@e164)",
	    "//nat/@result", "/state/queries/media/info/nat/@public-addr",
	    "count(//reg[@state = 'Up'])", "/state/msgs[last()]/@msg", "/state/config/@filename",
	    "//*[@x]", "//p//q[contains(., 'z')]",
	    "/state/queries/a/info/b[@c = /state/queries/d/info/e/@f][1]/@g"};
	static const char *const bad[] = {"//reg[@id = //user/@id]", "//a/following::b",
	    "//a[//b[//c]]", "//reg[contains(//*, @id)]"};
	struct xpath_doc *d = xpath_doc_sample();
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		double since = quick_now();
		xpath_doc_sample_for(d, good[i]);
		const char *value = ask(d, good[i]);
		if (getenv("SHOW_TIMES"))
			printf("%6.2f ms sample %s\n", 1000 * (quick_now() - since), good[i]);
		if (*value == '!' || (!*value && !strchr(good[i], '[')))
			fail_msg("%s: \"%s\"", good[i], value);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		xpath_doc_sample_for(d, bad[i]);
		if (!strstr(ask(d, bad[i]), "!it takes too long"))
			fail_msg("%s: %s", bad[i], ask(d, bad[i]));
	}
	xpath_doc_close(d);
}

static int teardown(void **state)
{
	struct xpath_doc *d = open_text("<a/>");
	(void)state;
	ask(d, "1");
	xpath_doc_close(d);
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_documented),
	    cmocka_unit_test(values),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(texts),
	    cmocka_unit_test(paths),
	    cmocka_unit_test(names_like_operators),
	    cmocka_unit_test(comparisons),
	    cmocka_unit_test(namespaces),
	    cmocka_unit_test(mistakes),
	    cmocka_unit_test(long_and_deep),
	    cmocka_unit_test(a_long_value_is_cut),
	    cmocka_unit_test(documents_that_are_none),
	    cmocka_unit_test(documents_too_large),
	    cmocka_unit_test(nothing_takes_long),
	    cmocka_unit_test(asked_again),
	    cmocka_unit_test(deadline),
	    cmocka_unit_test(the_sample),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
