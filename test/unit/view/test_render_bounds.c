/* SPDX-License-Identifier: ISC */
/*
 * view/render with stylesheets and catalogues that are wrong or hostile, in place of those that are compiled in:
 * each mistake is named, and what a stylesheet must not do it cannot (PITFALLS §4.4).
 */
#include "view/render.h"

#include "view/templates.h"

#include "test/unit/helpers.h"

#define XSL(body)                                                                             \
	"<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" " \
	"xmlns:t=\"urn:rollcall:texts\">"                                                     \
	"<xsl:output method=\"html\" indent=\"no\"/>"                                         \
	"<xsl:decimal-format name=\"n\" decimal-separator=\"[[number.point]]\" "              \
	"grouping-separator=\"[[number.group]]\"/>" body "</xsl:stylesheet>"
#define PAGE(body) XSL("<xsl:template match=\"/\"><p>" body "</p></xsl:template>")

/* ---- what lies in the folder ---- */

static struct template files[] = {
    {"page.xsl", "", 0}, {"other.xsl", "", 0}, {"texts.de", "", 0}, {"texts.en", "", 0}};

const struct template *templates(size_t *count)
{
	*count = sizeof files / sizeof *files;
	return files;
}

const struct template *template_find(const char *name)
{
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

const struct render_file *render_file(const char *name)
{
	static const struct render_file css = {"a.css", "text/css", "", 0, "0123456789abcdef"};
	return strcmp(name, css.name) == 0 ? &css : NULL;
}

static void put(const char *name, const char *bytes)
{
	struct template *file = &files[template_find(name) - files];
	file->bytes = bytes;
	file->size = strlen(bytes);
}

#define NUMBERS_EN "number.group = ,\nnumber.point = .\n"
#define NUMBERS_DE "number.group = .\nnumber.point = ,\n"

/* One page, one text for each language: "hello", with whatever `en` and `de` add. */
static struct render *folder(const char *page, const char *en, const char *de, struct err *e)
{
	static char texts[2][1024];
	snprintf(texts[0], sizeof texts[0], NUMBERS_EN "hello = Hello\n%s", en);
	snprintf(texts[1], sizeof texts[1], NUMBERS_DE "hello = Hallo\n%s", de);
	put("page.xsl", page);
	put("other.xsl", PAGE("other"));
	put("texts.en", texts[0]);
	put("texts.de", texts[1]);
	*e = (struct err){""};
	return render_new(e);
}

static struct buf out;

static int teardown(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

/* <page n="1234567" one="1" state="good"><item/>…</page> */
static struct doc *document(int items)
{
	struct doc *d = doc_new("page");
	doc_number(d, "n", 1234567);
	doc_number(d, "one", 1);
	doc_attr(d, "state", "good");
	doc_attr(d, "strange", "it's");
	for (int i = 0; i < items; i++)
		doc_leaf(d, "item", "x");
	return d;
}

/* The HTML of page.xsl; "": it failed, and `e` says why. */
static const char *shown(struct render *r, const char *language, int items, struct err *e)
{
	struct doc *d = document(items);
	buf_reset(&out);
	buf_adds(&out, "|");
	*e = (struct err){""};
	bool ok = render_page(r, "page", language, d, &out, e);
	doc_free(d);
	assert_true(ok || out.size == 1);
	assert_true(ok == !e->text[0]);
	return ok ? buf_text(&out) + 1 : "";
}

/* ---- texts ---- */

#define TEXTS_EN                                                                           \
	"said = {1} is {2}, {1}\nfound.one = one device{2}\nfound.many = {1} devices{2}\n" \
	"state.good = fine\nstate.bad = broken\nwild = \"<b>&'{x}\"\n"
#define TEXTS_DE                                                                            \
	"said = {2} ist {1}, {1}\nfound.one = ein Gerät{2}\nfound.many = {1} Geräte{2}\n" \
	"state.good = gut\nstate.bad = kaputt\nwild = \"<b>&'{x}\"\n"

static const struct {
	const char *body, *en, *de;
} texts[] = {
    {"<t:say key=\"hello\"/>", "<p>Hello</p>\n", "<p>Hallo</p>\n"},
    {"<t:say key=\"wild\"/>", "<p>\"&lt;b&gt;&amp;'{x}\"</p>\n", "<p>\"&lt;b&gt;&amp;'{x}\"</p>\n"},
    {"<t:say key=\"said\"><t:with><b>x</b></t:with> <t:with><xsl:value-of select=\"page/@state\"/>"
     "</t:with></t:say>",
	"<p><b>x</b> is good, <b>x</b></p>\n", "<p>good ist <b>x</b>, <b>x</b></p>\n"},
    {"<t:say key=\"said\"><t:with><t:say key=\"hello\"/></t:with><t:with>y</t:with></t:say>",
	"<p>Hello is y, Hello</p>\n", "<p>y ist Hallo, Hallo</p>\n"},
    {"<t:count key=\"found\" select=\"page/@n\"><t:with>!</t:with></t:count>",
	"<p>1,234,567 devices!</p>\n", "<p>1.234.567 Geräte!</p>\n"},
    {"<t:count key=\"found\" select=\"page/@one\"><t:with/></t:count>", "<p>one device</p>\n",
	"<p>ein Gerät</p>\n"},
    {"<t:number select=\"page/@n\"/>", "<p>1,234,567</p>\n", "<p>1.234.567</p>\n"},
    {"<t:pick prefix=\"state.\" select=\"page/@state\"/>", "<p>fine</p>\n", "<p>gut</p>\n"},
    {"<t:pick prefix=\"state.\" select=\"page/@strange\"/>", "<p>it's</p>\n", "<p>it's</p>\n"},
    {"<t:pick prefix=\"none.\" select=\"page/@state\"/>", "<p>good</p>\n", "<p>good</p>\n"},
    {"<t:pick prefix=\"state.\" select=\"page/@state\"/><t:pick prefix=\"state.\" "
     "select=\"page/@one\"/>",
	"<p>fine1</p>\n", "<p>gut1</p>\n"},
    {"<i title=\"a [[hello]] [[wild]] {page/@one}\">.</i>",
	"<p><i title=\"a Hello &quot;&lt;b&gt;&amp;'{x}&quot; 1\">.</i></p>\n",
	"<p><i title=\"a Hallo &quot;&lt;b&gt;&amp;'{x}&quot; 1\">.</i></p>\n"},
    {"<a href=\"/web/[[@a.css]]\">.</a>",
	"<p><a href=\"/web/a.css?v=0123456789abcdef\">.</a></p>\n",
	"<p><a href=\"/web/a.css?v=0123456789abcdef\">.</a></p>\n"},
};

static void texts_stand_where_they_belong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char page[2048];
		struct err e;
		snprintf(page, sizeof page, PAGE("%s"), texts[i].body);
		struct render *r = folder(page, TEXTS_EN, TEXTS_DE, &e);
		if (!r)
			fail_msg("%s: %s", texts[i].body, e.text);
		assert_string_equal(shown(r, "en", 0, &e), texts[i].en);
		assert_string_equal(shown(r, "de", 0, &e), texts[i].de);
		assert_string_equal(shown(r, "fr", 0, &e), texts[i].en);
		assert_string_equal(shown(r, NULL, 0, &e), texts[i].en);
		render_free(r);
	}
}

/* ---- mistakes that are found at start ---- */

static const struct {
	const char *page, *en, *de;
	const char *says;
} mistakes[] = {
    {PAGE("<t:say key=\"missing\"/>"), "", "", "templates/page.xsl:1: there is no text missing"},
    {PAGE("<t:say/>"), "", "", "needs an attribute key"},
    {PAGE("<t:count key=\"hello\"/>"), "", "", "needs an attribute select"},
    {PAGE("<t:count key=\"hello\" select=\"1\"/>"), "", "", "there is no text hello.one"},
    {PAGE("<t:number/>"), "", "", "needs an attribute select"},
    {PAGE("<t:pick select=\"1\"/>"), "", "", "needs an attribute prefix"},
    {PAGE("<t:shout key=\"hello\"/>"), "", "", "there is no t:shout"},
    {PAGE("<t:say key=\"x\"><t:with>1</t:with></t:say>"), "x = {1} {2}\n", "x = {1} {2}\n",
	"this has a {…} without t:with: x"},
    {PAGE("<i title=\"[[missing]]\"/>"), "", "", "there is no text missing"},
    {PAGE("<i title=\"[[hello\"/>"), "", "", "[[ without ]]"},
    {PAGE("<i title=\"[[@b.css]]\"/>"), "", "", "there is no text @b.css"},
    {PAGE(""), "only = here\n", "", "texts.de has no only"},
    {PAGE(""), "", "nur = hier\n", "texts.en has no nur"},
    {PAGE(""), "x = {1}\n", "x = {2}\n", "x has other {1}"},
    {PAGE(""), "hello = again\n", "", "texts.en: hello stands twice"},
    {PAGE(""), "no equals sign\n", "", "texts.en:4: no \"key = text\""},
    {PAGE(""), "a b = c\n", "", "texts.en:4: no \"key = text\""},
    {PAGE(""), "empty =\n", "", "texts.en:4: empty has no text"},
    {PAGE(""), "bad = \xff\n", "", "texts.en is not UTF-8"},
    {"<p>", "", "", "templates/page.xsl"},
    {"<p/>", "", "", "this is no stylesheet"},
    {PAGE("<xsl:value-of select=\"((\"/>"), "", "", "page.xsl"},
    {PAGE("<xsl:value-of select=\"nowhere()\"/><xsl:nonsense/>"), "", "", "nonsense"},
    {XSL("<xsl:include href=\"nowhere.xsl\"/>"), "", "", "nowhere.xsl"},
    {XSL("<xsl:include href=\"/etc/passwd\"/>"), "", "", "passwd"},
    {XSL("<xsl:include href=\"http://127.0.0.1:1/x.xsl\"/>"), "", "", "127.0.0.1"},
};

static void mistakes_are_found_at_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct err e;
		struct render *r = folder(mistakes[i].page, mistakes[i].en, mistakes[i].de, &e);
		if (r)
			fail_msg("nobody says: %s", mistakes[i].says);
		if (!strstr(e.text, mistakes[i].says))
			fail_msg("not \"%s\" but \"%s\"", mistakes[i].says, e.text);
		assert_null(strchr(e.text, '\n'));
	}
}

static void neighbours_are_imported(void **state)
{
	(void)state;
	struct err e;
	struct render *r = folder(
	    "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">"
	    "<xsl:import href=\"other.xsl\"/></xsl:stylesheet>",
	    "", "", &e);
	assert_non_null(r);
	assert_string_equal(shown(r, "en", 0, &e), "<p>other</p>\n");
	render_free(r);
}

/* ---- what a page must not do ---- */

/* It is loaded, but nothing comes of it. */
static void assert_fails(const char *page, const char *says)
{
	struct err e;
	struct render *r = folder(page, "", "", &e);
	if (!r)
		fail_msg("%s", e.text);
	assert_string_equal(shown(r, "en", 300, &e), "");
	if (!strstr(e.text, says))
		fail_msg("not \"%s\" but \"%s\"", says, e.text);
	/* And the next one, after it, is right. */
	struct doc *d = document(0);
	buf_reset(&out);
	assert_true(render_page(r, "other", "en", d, &out, &e));
	assert_string_equal(buf_text(&out), "<p>other</p>\n");
	doc_free(d);
	render_free(r);
}

static void files_are_not_read(void **state)
{
	(void)state;
	assert_fails(PAGE("<xsl:value-of select=\"document('/etc/passwd')\"/>"), "");
	assert_fails(
	    PAGE("<xsl:value-of select=\"document('test/unit/view/golden/fleet.xml')\"/>"), "");
	assert_fails(PAGE("<xsl:value-of select=\"document('page.xsl')\"/>"), "");
	assert_fails(PAGE("<xsl:value-of select=\"document('')//xsl:template/@match\"/>"), "");
	assert_fails(PAGE("<xsl:value-of select=\"document('http://127.0.0.1:1/')\"/>"), "");
}

static void files_are_not_written(void **state)
{
	char *dir = folder_new();
	char page[2048];
	(void)state;
	static const char *const prefixes[] = {"e", "xsl"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(page, sizeof page,
		    "<xsl:stylesheet version=\"1.1\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" "
		    "xmlns:e=\"http://exslt.org/common\" extension-element-prefixes=\"e\">"
		    "<xsl:template match=\"/\"><p>x</p><%s:document href=\"%s\">y</%s:document>"
		    "</xsl:template></xsl:stylesheet>",
		    prefixes[i], folder_path(dir, "written"), prefixes[i]);
		assert_fails(page, "");
		assert_int_equal(folder_count(dir), 0);
	}
	folder_free(dir);
}

static void endless_ones_end(void **state)
{
	(void)state;
	assert_fails(
	    XSL("<xsl:template match=\"/\"><p/><xsl:apply-templates select=\"/\"/></xsl:template>"),
	    "");
	assert_fails(PAGE("<xsl:value-of select=\"count(//item[count(//item[count(//item) &gt; "
			  "count(preceding::item)]) &gt; 0])\"/>"),
	    "peration limit");
}

static void messages_end_a_page(void **state)
{
	(void)state;
	assert_fails(
	    PAGE("before<xsl:message terminate=\"yes\">stop here</xsl:message>"), "stop here");
	assert_fails(PAGE("<xsl:message>by the way</xsl:message>after"), "by the way");
	assert_fails(PAGE("<xsl:value-of select=\"unknown-function()\"/>"), "unknown-function");
	assert_fails(PAGE("<xsl:value-of select=\"$unknown\"/>"), "unknown");
	assert_fails(PAGE("<xsl:call-template name=\"nobody\"/>"), "nobody");
}

static void what_is_not_there_is_said(void **state)
{
	(void)state;
	struct err e;
	struct render *r = folder(PAGE("x"), "", "", &e);
	struct doc *d = document(0);
	static const char *const names[] = {"nowhere", "page.xsl", "pag", "", "../page"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		buf_reset(&out);
		assert_false(render_page(r, names[i], "en", d, &out, &e));
		assert_non_null(strstr(e.text, "there is no stylesheet"));
		assert_int_equal(out.size, 0);
	}
	doc_free(d);
	render_free(r);
	render_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_stand_where_they_belong),
	    cmocka_unit_test(mistakes_are_found_at_start),
	    cmocka_unit_test(neighbours_are_imported),
	    cmocka_unit_test(files_are_not_read),
	    cmocka_unit_test(files_are_not_written),
	    cmocka_unit_test(endless_ones_end),
	    cmocka_unit_test(messages_end_a_page),
	    cmocka_unit_test(what_is_not_there_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
