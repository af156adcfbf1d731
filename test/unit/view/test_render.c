/* SPDX-License-Identifier: ISC */
/*
 * view/render: the stylesheets and the catalogues are right, every template makes the HTML that it made when
 * somebody last looked at it (golden/), what devices say is text, and nothing is made of half a page.
 *
 * A case is golden/NAME.xml with golden/NAME.en.html, and golden/NAME.LANGUAGE.html for each other language that it
 * is to be shown in; one in each will do, as keys and texts are looked at for all. Add a case by adding the XML, and
 * a language by adding an empty file. GOLDEN=write makes the HTML anew (then look at it, and at the difference).
 * The stylesheet is that of the case's name up to a "+": devices+empty.xml is shown by devices.xsl. GOLDEN_ONLY=NAME
 * looks at one case; GOLDEN_PAGES=FOLDER also writes whole pages there, in every language, to look at with a browser.
 *
 * Kept is what is in <main>, with a line for each element, so that one sees what has changed; of a case with
 * "frame" in its name the whole page.
 */
#include "view/render.h"

#include "view/doc.h"
#include "view/templates.h"

#include "test/unit/helpers.h"

#include <glob.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#define GOLDEN "test/unit/view/golden"

static struct render *render;

static int setup(void **state)
{
	struct err e;
	(void)state;
	render = render_new(&e);
	if (!render)
		fprintf(stderr, "%s\n", e.text);
	return render ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	render_free(render);
	return 0;
}

/* ---- golden pages ---- */

/* Builds what the XML says, by the functions that pages use. */
static void build(struct doc *d, const xmlNode *from)
{
	for (const xmlAttr *a = from->properties; a; a = a->next)
		doc_attr(d, (const char *)a->name,
		    a->children ? (const char *)a->children->content : "");
	for (const xmlNode *n = from->children; n; n = n->next) {
		if (n->type == XML_TEXT_NODE && !xmlIsBlankNode(n))
			doc_text(d, (const char *)n->content);
		if (n->type != XML_ELEMENT_NODE)
			continue;
		doc_open(d, (const char *)n->name);
		build(d, n);
		doc_close(d);
	}
}

static struct doc *read_case(const char *name)
{
	char path[512];
	snprintf(path, sizeof path, GOLDEN "/%s.xml", name);
	xmlDoc *xml = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOENT);
	assert_non_null(xml);
	const xmlNode *root = xmlDocGetRootElement(xml);
	struct doc *d = doc_new((const char *)root->name);
	build(d, root);
	xmlFreeDoc(xml);
	return d;
}

static void write_golden(const char *path, const struct buf *html)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(html->data, 1, html->size, file), html->size);
	assert_int_equal(fclose(file), 0);
}

/* False: it is another one, and was said where. */
static bool compare_golden(const char *path, const struct buf *html)
{
	struct buf was = {0};
	FILE *file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "%s is not there: GOLDEN=write makes it\n", path);
		return false;
	}
	for (size_t n; (n = fread(buf_want(&was, 4096), 1, 4096, file));)
		buf_took(&was, n);
	fclose(file);
	size_t at = 0;
	while (at < was.size && at < html->size && was.data[at] == html->data[at])
		at++;
	bool same = at == was.size && at == html->size;
	if (!same)
		fprintf(stderr, "%s: at byte %zu it is no longer\n  %.200s\nbut\n  %.200s\n", path,
		    at, buf_text(&was) + at, buf_text(html) + at);
	buf_free(&was);
	return same;
}

/* The version of a file is in its address, and changes with it: of no interest here. */
static void drop_versions(struct buf *html)
{
	char *to = html->data;
	for (const char *from = html->data; *from;) {
		size_t digits =
		    strncmp(from, "?v=", 3) == 0 ? strspn(from + 3, "0123456789abcdef") : 0;
		if (digits == 16)
			from += 3 + digits;
		else
			*to++ = *from++;
	}
	*to = '\0';
	html->size = (size_t)(to - html->data);
}

/* What is kept of a page. */
static void take_golden(const char *name, const struct buf *html, struct buf *out)
{
	const char *from = html->data, *end = from + html->size;
	if (!strstr(name, "frame") && strstr(from, "<main")) {
		from = strstr(from, "<main");
		end = strstr(from, "</main>") + strlen("</main>");
	}
	for (; from < end; from++) {
		buf_addc(out, *from);
		if (*from == '>' && from + 1 < end && from[1] == '<')
			buf_addc(out, '\n');
	}
	if (out->data[out->size - 1] != '\n')
		buf_addc(out, '\n');
}

/* Every case has English; of the others those whose file is there. */
static bool has_golden(const char *name, const char *language)
{
	char path[512];
	snprintf(path, sizeof path, GOLDEN "/%s.%s.html", name, language);
	return strcmp(language, "en") == 0 || access(path, F_OK) == 0;
}

static bool one_case(const char *name, const char *language)
{
	char path[512], sheet[256];
	struct err e = {""};
	struct buf html = {0}, golden = {0};
	struct doc *d = read_case(name);
	doc_attr(d, "language", language);
	snprintf(sheet, sizeof sheet, "%.*s", (int)strcspn(name, "+"), name);
	bool ok = render_page(render, sheet, language, d, &html, &e);
	doc_free(d);
	if (!ok) {
		fprintf(stderr, "%s: %s\n", name, e.text);
		return false;
	}
	drop_versions(&html);
	if (getenv("GOLDEN_PAGES")) {
		snprintf(
		    path, sizeof path, "%s/%s.%s.html", getenv("GOLDEN_PAGES"), name, language);
		write_golden(path, &html);
	}
	take_golden(name, &html, &golden);
	snprintf(path, sizeof path, GOLDEN "/%s.%s.html", name, language);
	if (!has_golden(name, language))
		ok = true; /* that it can be made is all that is asked */
	else if (getenv("GOLDEN") && strcmp(getenv("GOLDEN"), "write") == 0)
		write_golden(path, &golden);
	else
		ok = compare_golden(path, &golden);
	buf_free(&html);
	buf_free(&golden);
	return ok;
}

static void pages_are_as_they_were(void **state)
{
	(void)state;
	struct dirent **files;
	size_t cases = 0, wrong = 0;
	int n = scandir(GOLDEN, &files, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char *end = strstr(files[i]->d_name, ".xml");
		const char *only = getenv("GOLDEN_ONLY");
		if (end && end[4] == '\0') {
			*end = '\0';
			for (const char *const *l = render_languages; *l; l++)
				if (!only || strcmp(only, files[i]->d_name) == 0)
					wrong += !one_case(files[i]->d_name, *l);
			cases++;
		}
		free(files[i]);
	}
	free(files);
	assert_true(cases >= 3);
	assert_int_equal(wrong, 0);
}

/* ---- catalogues ---- */

/* Does BEFORE, the first `n` letters of the key, AFTER stand in it? */
static bool stands(
    const char *text, const char *before, const char *key, size_t n, const char *after)
{
	char wanted[256];
	snprintf(wanted, sizeof wanted, "%s%.*s%s", before, (int)n, key, after);
	return strstr(text, wanted);
}

/* Whole, or without its last parts: "cert." of "cert.fine", "devices.found" of "devices.found.one". */
static bool is_used_in(const char *text, const char *key, size_t n)
{
	if (stands(text, "key=\"", key, n, "\"") || stands(text, "[[", key, n, "]]"))
		return true;
	for (size_t k = n - 1; k > 0; k--)
		if (key[k] == '.' && (stands(text, "prefix=\"", key, k + 1, "\"") ||
					 stands(text, "count key=\"", key, k, "\"")))
			return true;
	return false;
}

/* Some are named by the functions of pages: "done.forgotten" is page_redirect(…, "forgotten"). */
static bool is_named_in_pages(const char *key, size_t n)
{
	static struct buf all;
	if (all.size == 0) {
		glob_t found;
		assert_int_equal(glob("lib/pages/*.c", 0, NULL, &found), 0);
		for (size_t k = 0; k < found.gl_pathc; k++) {
			FILE *file = fopen(found.gl_pathv[k], "r");
			assert_non_null(file);
			for (size_t got; (got = fread(buf_want(&all, 4096), 1, 4096, file));)
				buf_took(&all, got);
			fclose(file);
		}
		globfree(&found);
	}
	size_t part = strcspn(key, ".") + 1;
	return stands(buf_text(&all), "\"", key + part, n - part, "\"");
}

static bool is_used(const char *key, size_t n)
{
	size_t count;
	const struct template *all = templates(&count);
	if (strncmp(key, "done.", 5) == 0 || strncmp(key, "notice.", 7) == 0)
		return is_named_in_pages(key, n);
	if (strncmp(key, "number.", 7) == 0)
		return true; /* the separators */
	for (size_t i = 0; i < count; i++)
		if (strstr(all[i].name, ".xsl") && is_used_in(all[i].bytes, key, n))
			return true;
	return false;
}

static void no_text_is_left_over(void **state)
{
	const struct template *file = template_find("texts.en");
	size_t unused = 0;
	(void)state;
	for (const char *line = file->bytes; *line; line += strcspn(line, "\n") + 1) {
		size_t n = strcspn(line, " =\n");
		if (n == 0 || *line == '#' || is_used(line, n))
			continue;
		fprintf(stderr, "texts.en: nobody uses %.*s\n", (int)n, line);
		unused++;
	}
	assert_int_equal(unused, 0);
}

/* ---- which language ---- */

static const struct {
	const char *accept, *language;
} languages[] = {
    {NULL, "en"},
    {"", "en"},
    {"de", "de"},
    {"DE-at", "de"},
    {"en", "en"},
    {"fr", "en"},
    {"fr, de;q=0.8, en;q=0.9", "en"},
    {"fr,en;q=0.8,de;q=0.9", "de"},
    {"de,en", "en"},
    {"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"},
    {"*", "en"},
    {"de;q=0, *", "en"},
    {"en;q=0,de;q=0.1", "de"},
    {"*;q=0.9, de;q=0.1", "de"},
    {"den", "en"},
    {"de ; q = 1", "de"},
    {",,,;q=;=,de;q=2", "en"},
    {"de;q=nan", "en"},
    {"d", "en"},
    {";", "en"},
};

static void the_best_language_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
		const char *got = render_language(languages[i].accept);
		if (strcmp(got, languages[i].language) != 0)
			fail_msg(
			    "%s: not %s but %s", languages[i].accept, languages[i].language, got);
	}
}

/* ---- what browsers load ---- */

static void files_have_type_and_version(void **state)
{
	static const struct {
		const char *name, *type;
	} known[] = {{"rollcall.css", "text/css; charset=utf-8"},
	    {"rollcall.js", "text/javascript; charset=utf-8"}, {"icon.svg", "image/svg+xml"}};
	static const char *const others[] = {
	    "", "layout.xsl", "texts.en", "../rollcall.css", "css", ".css"};
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const struct render_file *f = render_file(known[i].name);
		assert_non_null(f);
		assert_string_equal(f->name, known[i].name);
		assert_string_equal(f->type, known[i].type);
		assert_int_equal(strlen(f->version), 16);
		assert_int_equal(strlen(f->bytes), f->size);
		assert_ptr_equal(f, render_file(known[i].name));
	}
	assert_string_not_equal(
	    render_file("rollcall.css")->version, render_file("rollcall.js")->version);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_null(render_file(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pages_are_as_they_were),
	    cmocka_unit_test(no_text_is_left_over),
	    cmocka_unit_test(the_best_language_is_taken),
	    cmocka_unit_test(files_have_type_and_version),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
