/* SPDX-License-Identifier: ISC */
/*
 * A setting that one place knows and another does not is a mistake in one of them: the tables of
 * settings.h, the shipped defaults, the schema, the DTD and the manual page know the same elements
 * and attributes.
 */
#include "test/unit/core/conf_try.h"

#include "base/text.h"
#include "core/conf_schema.h"
#include "core/conf_xml.h"

static struct buf manual, dtd;

static int read_documents(void **state)
{
	(void)state;
	conf_fixture_read("man/user-config.xml.5", &manual);
	conf_fixture_read("conf/full-config.dtd", &dtd);
	return 0;
}

static int free_documents(void **state)
{
	(void)state;
	buf_free(&manual);
	buf_free(&dtd);
	return 0;
}

/* ---- everything that the tables know, in one file ---- */

static const char *example(const struct conf_rule *r)
{
	static const char *const examples[CONF_TYPES] = {
	    [CONF_TYPE_TEXT] = "default",
	    [CONF_TYPE_RAW] = " ",
	    [CONF_TYPE_WORD] = "fw/{build}/",
	    [CONF_TYPE_MASTER] = "http://m/x",
	    [CONF_TYPE_BOOL] = "true",
	    [CONF_TYPE_BUILD] = "4711",
	    [CONF_TYPE_HOURS] = "22,23",
	    [CONF_TYPE_PATTERN] = "!a!b!",
	    [CONF_TYPE_NAME] = "name",
	    [CONF_TYPE_PHASE] = "phase",
	    [CONF_TYPE_ELEMENT] = "query",
	    [CONF_TYPE_MODEL] = "ip1",
	    [CONF_TYPE_XPATH] = "/state",
	    [CONF_TYPE_ADDRESS] = "10.0.0.0",
	    [CONF_TYPE_NETMASK] = "255.0.0.0",
	};
	/* Those that a rule looks at more closely. */
	static const struct {
		const char *element, *attribute, *example;
	} others[] = {
	    {"master", "password-hash",
		"$y$j9T$aaaaaaaaaaaaaaaaaaaaaa$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
	    {"metrics", "token", "0123456789abcdef"},
	    {"alarms/forward", "to", "mailto:ops@example.com"},
	    {"alarms/forward", "from", "rollcall@example.com"},
	    {"statistics", "mail", "ops@example.com"},
	    {"commands", "url", "https://appliance.example/commands"},
	};
	static char word[32];
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (strcmp(r->element, others[i].element) == 0 &&
		    strcmp(r->attribute, others[i].attribute) == 0)
			return others[i].example;
	}
	if (r->type == CONF_TYPE_NUMBER) {
		snprintf(word, sizeof word, "%ld", r->min ? r->min : 1);
		return word;
	}
	if (r->type != CONF_TYPE_CHOICE)
		return examples[r->type];
	const char *words = conf_rule_words(r);
	snprintf(word, sizeof word, "%.*s", (int)strcspn(words, " "), words);
	return word;
}

static void write_element(const struct conf_element *e, struct buf *out)
{
	const struct conf_rule *text = conf_rule_find(e, "");
	buf_addf(out, "<%s", conf_element_name(e));
	for (size_t i = 0; i < conf_nrules; i++) {
		const struct conf_rule *r = &conf_rules[i];
		if (*r->attribute && strcmp(r->element, e->path) == 0)
			buf_addf(out, " %s='%s'", r->attribute, example(r));
	}
	buf_adds(out, ">");
	buf_adds(out, text ? example(text) : "");
	for (size_t i = 1; i < conf_nelements; i++) {
		if (conf_element_find(e, conf_element_name(&conf_elements[i])) == &conf_elements[i])
			write_element(&conf_elements[i], out);
	}
	buf_addf(out, "</%s>\n", conf_element_name(e));
}

static void schema_knows_all(void **state)
{
	struct buf xml = {0};
	(void)state;
	write_element(conf_elements, &xml);
	struct tried t = conf_try_good(buf_text(&xml));
	assert_int_equal(t.config->times_grace, 1);
	conf_try_free(&t);
	buf_free(&xml);
}

/* ---- the schema alone, without our own checks before it ---- */

static void schema_says(const char *xml, size_t findings)
{
	struct buf schema = {0};
	struct findings f = {0};
	struct conf_xml x;
	conf_fixture_read("conf/user-config.rng", &schema);
	const struct conf_source s = {"user-config.rng", buf_text(&schema), schema.size},
				 u = {"user-config.xml", xml, strlen(xml)};
	assert_true(conf_xml_open(&x, &u, &f));
	conf_rng_check(&x, &u, &s, &f);
	if (f.count != findings)
		fail_msg("%s: %s", xml, f.count ? f.list[0].text : "nothing is found");
	conf_xml_close(&x);
	findings_free(&f);
	buf_free(&schema);
}

static void schema_knows_no_more(void **state)
{
	static const char *const wrong[] = {
	    "<konfig/>",
	    "<config><tiems/></config>",
	    "<config><times grce='1'/></config>",
	    "<config><times>x</times></config>",
	    "<config><times/><times/></config>",
	    "<config><phase id='x'/></config>",
	    "<config><phases><phase seq='1'/></phases></config>",
	    "<config><queries><query id='x'><cmd/><cmd/></query></queries></config>",
	};
	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		schema_says(wrong[i], 1);
	schema_says("<config xml:lang='de'><times xmlns:x='u' x:y='' grace='1'/></config>", 0);
}

/* How often something stands in a text. */
static size_t occurrences(const char *text, const char *what)
{
	size_t n = 0;
	while ((text = strstr(text, what))) {
		text++;
		n++;
	}
	return n;
}

static void schema_has_as_many(void **state)
{
	struct buf schema = {0};
	size_t attributes = 0;
	(void)state;
	conf_fixture_read("conf/user-config.rng", &schema);
	for (size_t i = 0; i < conf_nrules; i++)
		attributes += *conf_rules[i].attribute != '\0';
	assert_int_equal(occurrences(buf_text(&schema), "<element name="), conf_nelements);
	assert_int_equal(occurrences(buf_text(&schema), "<attribute name=") +
			     occurrences(buf_text(&schema), "<name>"),
	    attributes);
	buf_free(&schema);
}

/* ---- defaults, DTD, manual page ---- */

static void defaults_for_all(void **state)
{
	struct tried t = conf_try_over(NULL, NULL, 0);
	(void)state;
	for (size_t i = 0; i < conf_nrules; i++) {
		char path[128];
		const struct conf_rule *r = &conf_rules[i];
		snprintf(
		    path, sizeof path, "%s%s@%s", r->element, *r->element ? "/" : "", r->attribute);
		bool found = !r->is_field;
		for (size_t k = 0; k < t.config->nvalues && !found; k++)
			found = strcmp(t.config->values[k].path, path) == 0;
		if (!found)
			fail_msg("conf/default-config.xml has no %s", path);
	}
	conf_try_free(&t);
}

/* The part of the DTD that declares an element's attributes. */
static bool dtd_has(const char *element, const char *attribute)
{
	char head[80], name[80];
	snprintf(head, sizeof head, "<!ATTLIST %s\n", element);
	snprintf(name, sizeof name, "    %s ", attribute);
	const char *at = strstr(buf_text(&dtd), head);
	const char *found = at ? strstr(at, name) : NULL;
	return found && found < strchr(at, '>');
}

static void dtd_knows_all(void **state)
{
	char head[80];
	(void)state;
	for (size_t i = 0; i < conf_nelements; i++) {
		const struct conf_element *e = &conf_elements[i];
		snprintf(head, sizeof head, "<!ELEMENT %s ", conf_element_name(e));
		if (!strstr(buf_text(&dtd), head))
			fail_msg("the DTD has no %s", e->path);
		for (size_t k = 0; k < conf_nrules; k++) {
			const struct conf_rule *r = &conf_rules[k];
			if (*r->attribute && strcmp(r->element, e->path) == 0 &&
			    !dtd_has(conf_element_name(e), r->attribute))
				fail_msg("the DTD has no %s/@%s", e->path, r->attribute);
		}
	}
}

/*
 * In the page an attribute is `.It Va grace` below `.Ss times`, and the text of a leaf is the leaf's
 * own section.
 */
static const char *manual_section(const char *element, const char **end)
{
	char head[80];
	snprintf(head, sizeof head, "\n.Ss %s\n", *element ? element : "config");
	const char *at = strstr(buf_text(&manual), head);
	if (!at)
		fail_msg("the manual page has no section %s", head + 5);
	const char *section = strstr(at + 1, "\n.Ss "), *part = strstr(at + 1, "\n.Sh ");
	*end = section && section < part ? section : part;
	return at;
}

/* What the page must say of the values of a setting: "" for nothing. */
static void bounds(const struct conf_rule *r, char *out, size_t size)
{
	bool word =
	    r->type == CONF_TYPE_BOOL || r->type == CONF_TYPE_BUILD || r->type == CONF_TYPE_CHOICE;
	*out = '\0';
	if (r->type == CONF_TYPE_NUMBER)
		snprintf(out, size, "%ld to %ld", r->min, r->max);
	else if (!word && r->max != LIMIT_SETTING)
		snprintf(out, size, "\nAt most %ld bytes.\n", r->max);
}

/* The text of an element stands in its section before its attributes. */
static void manual_has(const struct conf_rule *r)
{
	const char *end, *found = manual_section(r->element, &end);
	char line[80], range[80];
	if (*r->attribute) {
		snprintf(line, sizeof line, "\n.It Va %s\n", r->attribute);
		found = strstr(found, line);
	}
	if (!found || found > end)
		fail_msg("the manual page has no %s/@%s", r->element, r->attribute);
	bounds(r, range, sizeof range);
	const char *said = strstr(found, range), *next = strstr(found + 1, "\n.It Va");
	if (!said || said > end || (next && said > next))
		fail_msg(
		    "the manual page does not say %s for %s/@%s", range, r->element, r->attribute);
}

static void manual_knows_all(void **state)
{
	const char *end;
	(void)state;
	for (size_t i = 0; i < conf_nelements; i++)
		manual_section(conf_elements[i].path, &end);
	for (size_t i = 0; i < conf_nrules; i++)
		manual_has(&conf_rules[i]);
}

/* As many as the tables, so that the page tells of none that is gone. */
static void manual_knows_no_more(void **state)
{
	size_t attributes = 0;
	(void)state;
	for (size_t i = 0; i < conf_nrules; i++)
		attributes += *conf_rules[i].attribute != '\0';
	assert_int_equal(occurrences(buf_text(&manual), "\n.It Va "), attributes);
}

/* What stands there to be copied is right; of certificates and trust nothing in it is doubtful. */
static void manual_examples_are_right(void **state)
{
	size_t count = 0;
	(void)state;
	const char *at = strstr(buf_text(&manual), "\n.Sh EXAMPLES\n");
	assert_non_null(at);
	while ((at = strstr(at, "\n.Bd -literal"))) {
		const char *xml = strchr(at + 1, '\n') + 1, *end = strstr(xml, ".Ed\n");
		assert_non_null(end);
		char *copy = strndup(xml, (size_t)(end - xml));
		struct tried t = conf_try_good(copy);
		assert_null(strstr(buf_text(&t.text), "customcerts"));
		assert_null(strstr(buf_text(&t.text), "times/@"));
		conf_try_free(&t);
		free(copy);
		at = end;
		count++;
	}
	assert_int_equal(count, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(schema_knows_all),
	    cmocka_unit_test(schema_knows_no_more),
	    cmocka_unit_test(schema_has_as_many),
	    cmocka_unit_test(defaults_for_all),
	    cmocka_unit_test(dtd_knows_all),
	    cmocka_unit_test(manual_knows_all),
	    cmocka_unit_test(manual_knows_no_more),
	    cmocka_unit_test(manual_examples_are_right),
	};
	return cmocka_run_group_tests(tests, read_documents, free_documents);
}
