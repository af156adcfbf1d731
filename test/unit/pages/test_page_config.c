/* SPDX-License-Identifier: ISC */
/*
 * pages/page_config: the parts of its document: findings with errors first, spans of time in plain words, where a
 * value came from, what devices can be in, and no password anywhere.
 */
#include "pages/page_config.h"

#include "test/unit/pages/page_fixture.h"

#define SECRET "Geheim-4711"
#define NOW 1800000000

static int setup(void **state)
{
	(void)state;
	page_fixture_setup("");
	free(home.dir);
	home.dir = strdup("/srv/home");
	return 0;
}

static void begin(const char *inside)
{
	page_end(&page);
	configure(inside);
	page.doc = doc_new("test");
}

static void has(const char *part)
{
	print_document();
	assert_has(part);
}

static void has_not(const char *part)
{
	print_document();
	assert_lacks(part);
}

/* ---- values ---- */

static void only_what_was_changed(void **state)
{
	(void)state;
	begin("\n<times interval=\"120\"/>\n<status dir=\"status\" missing=\"5400\"/>");
	config_values(page.doc, &home, config, false);
	has("<group name=\"times\">");
	has("path=\"times/@interval\" name=\"@interval\" unit=\"min\"");
	has("help=\"how often a settled device polls\" changed=\"true\" file=\"user-config.xml\" "
	    "name-of-file=\"user-config.xml\" line=\"2\"");
	has("<span hours=\"2\"/>");
	has("<span hours=\"1\" minutes=\"30\"/>");
	has("line=\"3\"");
	has_not("master");
	has_not("@grace");
}

static void all_values(void **state)
{
	(void)state;
	begin("");
	config_values(page.doc, &home, config, true);
	has("<group name=\"config\">");
	has("name=\"@debugmerge\"");
	has("path=\"times/@grace\" name=\"@grace\" unit=\"s\"");
	has("<span minutes=\"1\" seconds=\"30\"/>");
	has("<span days=\"7\"/>"); /* status/@missing */
	has("path=\"phases/phase[update]/@seq\" name=\"phase[update]/@seq\" "
	    "help=\"its place in the order of phases\"");
	/* A list is one row. */
	has("path=\"nobootdev/model\" name=\"model\" help=\"a device type that gets no boot code\" count=\"8\"");
	has("ipva, ipvadect, swphone");
	has_not("changed=");
	/* An empty value has no unit. */
	has("path=\"times/@initial\" name=\"@initial\" help=");
}

static void every_value_is_explained(void **state)
{
	(void)state;
	begin(
	    "<stdargs><stdarg key=\"a]/@b\" value=\"x\"/></stdargs>"
	    "<environments><environment id=\"a\"><implies>default</implies></environment></environments>"
	    "<queries><query id=\"q\" title=\"T\"><cmd>c</cmd><applies env=\"1\">default</applies>"
	    "<show title=\"S\">string(/state/queries/q)</show></query></queries>");
	for (size_t i = 0; i < config->nvalues; i++) {
		const char *unit, *help = "";
		if (!conf_value_about(&config->values[i], &unit, &help) || !*help)
			fail_msg("%s is not explained", config->values[i].path);
	}
	const struct conf_value strange = {.path = "times/@nothing", .value = ""};
	const char *unit, *help;
	assert_false(conf_value_about(&strange, &unit, &help));
}

static void no_password(void **state)
{
	(void)state;
	struct master m = {.answered_at = 0};
	begin("<master info=\"http://admin:" SECRET "@192.0.2.1/box_info.xml\" password=\"" SECRET
	      "\"/><backup scfg=\"http://u:" SECRET "@192.0.2.2/x\"/>");
	config_values(page.doc, &home, config, true);
	config_master(page.doc, config, &m, NOW);
	has("(hidden)");
	has("url=\"http://admin:(hidden)@192.0.2.1/box_info.xml\"");
	has_not(SECRET);
}

/* ---- findings ---- */

static void errors_come_first(void **state)
{
	(void)state;
	struct findings f = {0};
	begin("");
	findings_add(&f, FINDING_WARNING, "/srv/home/scripts/x.txt", 0, "a <b>doubt</b>");
	findings_add(&f, FINDING_ERROR, "/srv/home/config/user-config.xml", 12, "a mistake");
	findings_add(&f, FINDING_ERROR, "/srv/homer/file", 0, "elsewhere");
	config_findings(page.doc, &home, &f);
	has("<finding kind=\"error\" file=\"config/user-config.xml\" line=\"12\">a mistake</finding>");
	has("<finding kind=\"error\" file=\"/srv/homer/file\">elsewhere</finding>");
	has("<finding kind=\"warning\" file=\"scripts/x.txt\">a &lt;b&gt;doubt&lt;/b&gt;</finding>");
	assert_true(
	    strstr(buf_text(&document), "warning") > strstr(buf_text(&document), "elsewhere"));
	findings_free(&f);
}

/* ---- the master device ---- */

static void master_states(void **state)
{
	(void)state;
	static const struct {
		const char *inside;
		struct master m;
		const char *expected[3];
	} cases[] = {
	    {"<master info=\"\"/>", {.answered_at = 0},
		{"state=\"off\"", "setting=\"master\"/>", NULL}},
	    {"<master info=\"none\" firmware=\"125678\" bootcode=\"firmware\"/>",
		{.answered_at = 0},
		{"state=\"fixed\"", "<firmware setting=\"125678\" build=\"125678\"/>",
		    "<bootcode setting=\"firmware\" build=\"125678\"/>"}},
	    {"<master info=\"http://192.0.2.1/x\"/>", {.asked_at = NOW, .problem = "timeout"},
		{"state=\"unknown\"", "problem=\"timeout\"", "asked-iso=\"2027-01-15T08:00:00Z\""}},
	    {"<master info=\"http://192.0.2.1/x\"/>",
		{"125678", "125000", .answered_at = NOW, .asked_at = NOW},
		{"state=\"current\"", "<firmware setting=\"master\" build=\"125678\"/>",
		    "<bootcode setting=\"master\" build=\"125000\"/>"}},
	    {"<master info=\"http://192.0.2.1/x\" expire=\"60\"><applies env=\"1\">default</applies></master>",
		{"125678", "", .answered_at = NOW - 3600, .asked_at = NOW - 5},
		{"state=\"stale\"", "<bootcode setting=\"master\"/>",
		    "<applies environment=\"true\">default</applies>"}},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(cases[i].inside);
		config_master(page.doc, config, &cases[i].m, NOW);
		for (size_t n = 0; n < 3 && cases[i].expected[n]; n++)
			has(cases[i].expected[n]);
	}
}

static void what_devices_can_be_in(void **state)
{
	(void)state;
	begin(
	    "<times forcestaging=\"true\" allow=\"22\"/><phases><phase id=\"staging\" seq=\"100\"/></phases><environments><environment id=\"a\">"
	    "<implies>default</implies></environment></environments>"
	    "<classes><class id=\"mine\"><model>ip1</model></class></classes>");
	config_names(page.doc, config);
	has("<phase id=\"staging\"/>");
	has("snippets=\"update\"");
	has("<phase id=\"update\" last=\"true\"/>");
	has("<environment id=\"default\" default=\"true\"/>");
	has("<implies>default</implies>");
	has("<class id=\"mine\" models=\"1\"/>");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, page_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(only_what_was_changed),
	    TEST(all_values),
	    TEST(every_value_is_explained),
	    TEST(no_password),
	    TEST(errors_come_first),
	    TEST(master_states),
	    TEST(what_devices_can_be_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
