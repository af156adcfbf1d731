/* SPDX-License-Identifier: ISC */
/* core/plan: the decision, at its edges (spec §4 to §7; the conformance corpus has the rest). */
#include "core/plan.h"

#include "test/unit/core/plan_fixture.h"

/* ---- §4: who is calling ---- */

static void missing_arguments(void **state)
{
	(void)state;
	static const struct {
		const char *query, *missing, *polling, *url;
	} cases[] = {
	    {"", "type, sn, hwid, ip", FAST,
		"polling=5&phase=update&type=#t&sn=#m&hwid=#h&ip=#i\n"},
	    {"sn=1&type=A", "hwid, ip", FAST,
		"polling=5&phase=update&hwid=#h&ip=#i&sn=#m&type=#t\n"},
	    {"hwid=1&ip=1&sn=1", "type", FAST,
		"polling=5&phase=update&type=#t&hwid=#h&ip=#i&sn=#m\n"},
	    {"type=A&sn=1&hwid=1", "ip", FAST,
		"polling=5&phase=update&ip=#i&type=#t&sn=#m&hwid=#h\n"},
	    {"type=A&sn=1&ip=1", "hwid", FAST,
		"polling=5&phase=update&hwid=#h&type=#t&sn=#m&ip=#i\n"},
	    /* what is given stays, and counts as absent for the commands */
	    {"phase=update", "type, sn, hwid, ip", FAST,
		"polling=5&phase=update&type=#t&sn=#m&hwid=#h&ip=#i\n"},
	    {"polling=7", "type, sn, hwid, ip", "mod cmd UP1 provision 7\nconfig add UP1 /poll 1\n",
		"polling=7&phase=update&type=#t&sn=#m&hwid=#h&ip=#i\n"},
	    {"polling=0", "type, sn, hwid, ip", "",
		"polling=0&phase=update&type=#t&sn=#m&hwid=#h&ip=#i\n"},
	    /* nothing changed: no argument moves to the front */
	    {"x=1&polling=7&phase=update", "type, sn, hwid, ip",
		"mod cmd UP1 provision 7\nconfig add UP1 /poll 1\n",
		"type=#t&sn=#m&hwid=#h&ip=#i&x=1&polling=7&phase=update\n"},
	    /* no command is made of what is no number */
	    {"polling=1;reset", "type, sn, hwid, ip", "",
		"polling=1%3Breset&phase=update&type=#t&sn=#m&hwid=#h&ip=#i\n"},
	    /* the device's own are left out, others kept in their order */
	    {"env=default&PROT=1&b=2&ver=x&BOOTdate=3&a=1", "type, sn, hwid, ip", FAST,
		"polling=5&phase=update&type=#t&sn=#m&hwid=#h&ip=#i&env=default&b=2&a=1\n"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *expected =
		    print("%s%s%s%s", cases[i].polling, URL, cases[i].url, MOVED);
		assert_string_equal(ask(cases[i].query), expected);
		assert_note(print("missing: %s", cases[i].missing));
		assert_false(w.plan.settled);
		next_case();
	}
}

static void first_contact_without_polling(void **state)
{
	(void)state;
	configure("<times polling='' interval=''/>");
	assert_string_equal(
	    ask(""), URL "polling=&phase=update&type=#t&sn=#m&hwid=#h&ip=#i\n" MOVED);
	configure("<times polling='0'/>");
	assert_string_equal(
	    ask(""), URL "polling=0&phase=update&type=#t&sn=#m&hwid=#h&ip=#i\n" MOVED);
}

static void first_contact_with_phases(void **state)
{
	(void)state;
	configure("<phases><phase id='staging' seq='100'/></phases>");
	file("all-all-all.txt", DAY, "x");
	assert_string_equal(
	    ask("sn=1"), FAST URL "polling=5&phase=staging&type=#t&hwid=#h&ip=#i&sn=#m\n" MOVED);
	assert_string_equal(ask("sn=1&phase=update"),
	    FAST URL "polling=5&phase=update&type=#t&hwid=#h&ip=#i&sn=#m\n" MOVED);
}

/* A comment, nothing else; the log names it. */
static void what_is_not_configured(void **state)
{
	(void)state;
	configure("<backup dir='backup'/>");
	file("update-all-default.txt", DAY, "x");
	assert_string_equal(ask(DEVICE "&phase=nope"), "");
	assert_warned("phase \"nope\" is not configured");
	assert_note("nothing is sent");
	assert_note("IP232");
	assert_string_equal(ask(DEVICE "&env=default,nope"), "");
	assert_warned("environment \"nope\" is not configured");
	assert_string_equal(ask(DEVICE "&env="), "");
	assert_warned("environment \"\" is not configured");
}

static void what_the_door_refused(void **state)
{
	(void)state;
	configure("<backup dir='backup'/>");
	file("update-all-default.txt", DAY, "x");
	static const char *const queries[] = {DEVICE "&env=%0d%0areset", DEVICE "&x=%fc",
	    "type=a/b&sn=1&hwid=1&ip=1", "sn=..&type=1&hwid=1&ip=1"};
	for (size_t i = 0; i < COUNT(queries); i++) {
		assert_string_equal(ask(queries[i]), "");
		assert_warned("argument ");
		assert_note("nothing is sent");
	}
	w.in.host = "a b";
	assert_string_equal(ask(SETTLED), "");
	assert_warned("the Host header is \"a b\"");
}

static void says_who_is_calling(void **state)
{
	(void)state;
	configure("<environments><environment id='lab'><implies>default</implies></environment>"
		  "</environments><proxies><proxy>192.0.2.0/24</proxy></proxies>");
	w.in.forwarded_for = "10.9.8.7";
	ask(SETTLED "&env=lab,default");
	assert_note("device IP232, serial number 00-90-33-30-00-af, hardware id IP232-30-00-af");
	assert_note(
	    "own address 172.16.1.9, calls from 10.9.8.7 through the proxy 192.0.2.7 over HTTP");
	assert_note("phase: update, next phase: none (this is the last one)");
	assert_note("environments: lab, default");
	assert_note("classes: phone+pre_opus_phone+phone_newui+ip232");
	assert_false(has_note("without a place"));
	configure("<environments><environment id='lab'/></environments>");
	ask(SETTLED "&env=lab,default");
	assert_note("environments without a place: default");
	configure("<environments combine='all'><environment id='lab'/></environments>");
	ask(SETTLED "&env=lab,default");
	assert_note("environments: lab, default");
	assert_false(has_note("without a place"));
}

/* ---- §5: which files ---- */

/* The candidates in their order, one a line. */
static const char *candidates(void)
{
	struct buf out = {0};
	for (size_t i = 0; i < w.plan.count; i++) {
		const char *s = w.plan.steps[i].reason;
		if (w.plan.steps[i].concern == CONCERN_FILES && text_starts(s, "  scripts/"))
			buf_addf(&out, "%.*s\n", (int)strcspn(s + 10, " ,"), s + 10);
	}
	const char *text = arena_strdup(&w.arena, buf_text(&out));
	buf_free(&out);
	return text;
}

/* Phase outermost, environment innermost; "all" only where there is a choice, and before the SN. */
static void order_of_candidates(void **state)
{
	(void)state;
	ask("type=Zz&sn=0A-b&hwid=1&ip=1");
	assert_string_equal(candidates(), "update-all-0a_b.txt\nupdate-all-default.txt\n"
					  "update-zz-0a_b.txt\nupdate-zz-default.txt\n");

	w.config->nclasses = 1; /* the shipped ones cannot be taken away by a file */
	ask("type=Zz&sn=0A-b&hwid=1&ip=1");
	assert_string_equal(candidates(), "update-zz-0a_b.txt\nupdate-zz-default.txt\n");

	configure("<phases><phase id='staging' seq='100'/></phases>"
		  "<environments><environment id='Lab'><implies>default</implies></environment>"
		  "</environments>");
	ask("type=IP38&sn=1&hwid=1&ip=1&env=Lab");
	static const char *const phases[] = {"all", "staging"},
				 *const classes[] = {"all", "gw", "fxogw", "ip38"},
				 *const envs[] = {"all", "1", "lab", "default"};
	const char *expected = "";
	for (size_t i = 0; i < COUNT(phases); i++)
		for (size_t k = 0; k < COUNT(classes); k++)
			for (size_t m = 0; m < COUNT(envs); m++)
				expected = print(
				    "%s%s-%s-%s.txt\n", expected, phases[i], classes[k], envs[m]);
	assert_string_equal(candidates(), expected);
}

/* "All lower case" is meant of the phase too. */
static void a_phase_in_upper_case_has_files_in_lower_case(void **state)
{
	(void)state;
	configure("<phases><phase id='Staging' seq='100'/></phases>");
	file("staging-zz-default.txt", DAY, "x");
	assert_non_null(
	    strstr(ask("type=Zz&sn=1&hwid=1&ip=1&phase=Staging"), "{staging-zz-default.txt}\n"));
}

/* A device that calls itself like one of the wildcards gets no file twice. */
static void names_that_are_wildcards(void **state)
{
	(void)state;
	configure("<environments><environment id='lab'/></environments>");
	file("update-all-all.txt", DAY, "x");
	const char *sent = ask("type=all&sn=all&hwid=1&ip=1&phase=update&polling=0");
	assert_true(text_starts(sent, "{update-all-all.txt}\nconfig write\n"));
}

static void existing_ones_are_sent_in_that_order(void **state)
{
	(void)state;
	configure("<phases><phase id='staging' seq='100'/></phases>"
		  "<environments><environment id='lab'/></environments>");
	static const char *const names[] = {"all-all-all.txt", "all-phone-lab.txt",
	    "update-all-all.txt", "update-all-00_90_33_30_00_af.txt", "update-all-lab.txt",
	    "update-phone-all.txt", "update-pre_opus_phone-lab.txt", "update-ip232-all.txt"};
	static const char *const others[] = {"staging-all-all.txt", "update-all-default.txt",
	    "update-gw-lab.txt", "update-all.txt", "Update-all-all.txt", "update-all-all.txt~"};
	const char *expected = "";
	for (size_t i = 0; i < COUNT(names); i++) {
		file(names[COUNT(names) - 1 - i], DAY, "x");
		expected = print("%s{%s}\n", expected, names[i]);
	}
	for (size_t i = 0; i < COUNT(others); i++)
		file(others[i], DAY, "y");
	const char *sent = ask(SETTLED "&env=lab");
	assert_true(text_starts(sent, expected));
	assert_true(text_starts(sent + strlen(expected), "config write\n"));
	assert_note("scripts/update-all-all.txt, 24.0 h old");
	assert_note("scripts/all-all-lab.txt does not exist");
}

static void grace(void **state)
{
	(void)state;
	static const struct {
		const char *grace;
		long age;
		bool sent;
	} cases[] = {
	    {"90", 90, true},
	    {"90", 89, false},
	    {"90", 0, false},
	    {"90", -3600, false}, /* from the future: nobody knows how old it is */
	    {"0", 0, true},
	    {"", 0, true},
	    {"1", 0, false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(
		    print("<times grace='%s' initial='3'/><backup dir='backup'/>", cases[i].grace));
		file("update-all-default.txt", DAY, "old");
		file("update-phone-default.txt", cases[i].age, "young");
		const char *backup = "mod cmd UP0 scfg http://update.example/update/"
				     "update.php?mode=backup&hwid=#h&sn=#m\n";
		const char *sent = ask(SETTLED);
		if (cases[i].sent) {
			assert_non_null(strstr(sent, "{update-phone-default.txt}"));
			assert_false(has_note("files are being edited"));
		} else {
			assert_string_equal(sent, backup);
			assert_note("edited: scripts/update-phone-default.txt is ");
			assert_note(print("in %ld s", atol(cases[i].grace) - cases[i].age));
		}
		next_case();
	}
}

static void only_files_of_this_device_are_edited(void **state)
{
	(void)state;
	file("update-gw-default.txt", 1, "x");
	assert_string_equal(ask(SETTLED), EMPTY_REPLY);
	file("update-ip232-default.txt", 1, "x");
	assert_string_equal(ask(SETTLED), "");
}

static void a_problem_is_left_out(void **state)
{
	(void)state;
	file("update-all-default.txt", DAY, "a");
	file("update-ip232-default.txt", DAY, "c");
	snip_put_problem(w.snippets, "update-phone-default.txt", NOW - DAY, 5, "it is not text");
	assert_string_equal(ask(SETTLED),
	    "{update-all-default.txt}\n{update-ip232-default.txt}\n" KEEP CHECK(SUM_OF_AC) END);
	assert_note("warning: scripts/update-phone-default.txt is left out: it is not text");
	snip_drop(w.snippets, "update-all-default.txt");
	snip_drop(w.snippets, "update-ip232-default.txt");
	assert_string_equal(ask(SETTLED), EMPTY_REPLY);
	assert_note("there is no snippet for this device");
}

static void ages_and_letters_are_noted(void **state)
{
	(void)state;
	configure("<times grace='0'/>");
	file("update-all-default.txt", 246, "x");
	file("update-phone-default.txt", -7200, "gr\xfc");
	ask(SETTLED);
	assert_note("scripts/update-all-default.txt, 4.1 min old");
	assert_note("scripts/update-phone-default.txt, dated 2.0 h in the future (not UTF-8");
}

/* ---- §5: the check sum ---- */

static void check_sums(void **state)
{
	(void)state;
	static const struct {
		const char *first, *second, *sum;
	} cases[] = {
	    {"# set the device name\nconfig add CMD0 /name This+is+a+Phone%21\n", "",
		"949e07b290f04dccd8242f98b6e61a0a"},
	    {"# set the device name\r\n\r\n \t\n",
		"  config add CMD0 /name This+is+a+Phone%21  \r\n",
		"949e07b290f04dccd8242f98b6e61a0a"},
	    {"", "\xef\xbb\xbf# set the device name\rconfig add CMD0 /name This+is+a+Phone%21",
		"949e07b290f04dccd8242f98b6e61a0a"},
	    {"", "", NO_SUM},
	    {"a", "c", SUM_OF_AC},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		file("update-all-default.txt", DAY, cases[i].first);
		file("update-phone-default.txt", DAY, cases[i].second);
		assert_string_equal(ask(SETTLED),
		    print("{update-all-default.txt}\n{update-phone-default.txt}\n" KEEP
			  "mod cmd UP1 check ser %s\n" END,
			cases[i].sum));
		next_case();
	}
}

static void check_matches(void **state)
{
	(void)state;
	file("update-all-default.txt", DAY, "a");
	assert_string_equal(ask(SETTLED "&CHECK=" SUM_OF_A), "");
	assert_true(w.plan.settled);
	assert_note("no snippet: the device already ran this version (check sum " SUM_OF_A ")");
	assert_note("nothing to do");
	/* Back to slow polling, and nothing else. */
	assert_string_equal(ask(DEVICE "&phase=update&polling=5&CHECK=" SUM_OF_A),
	    SLOW URL "polling=0&phase=update" SELF MOVED);
	assert_false(w.plan.settled);
}

static void check_differs(void **state)
{
	(void)state;
	static const char *const others[] = {NO_SUM, "", "0CC175B9C0F1B6A831C399E269772661",
	    "0cc175b9c0f1b6a831c399e26977266", SUM_OF_A "%20"};
	const char *all = "{update-all-default.txt}\n" KEEP CHECK(SUM_OF_A) END;
	file("update-all-default.txt", DAY, "a");
	for (size_t i = 0; i < COUNT(others); i++) {
		assert_string_equal(ask(print(SETTLED "&CHECK=%s", others[i])), all);
		assert_note("the snippets changed: check sum " SUM_OF_A);
		assert_false(w.plan.settled);
		next_case();
	}
	assert_string_equal(ask(SETTLED "&check=" SUM_OF_A), all); /* not the device's word */
}

static void without_check(void **state)
{
	(void)state;
	configure("<times check='false'/>");
	file("update-all-default.txt", DAY, "a");
	const char *all = "{update-all-default.txt}\n" KEEP END;
	assert_string_equal(ask(SETTLED "&CHECK=" SUM_OF_A), all);
	assert_string_equal(ask(SETTLED), all);
}

static void no_check_before_the_last_phase(void **state)
{
	(void)state;
	configure("<phases><phase id='staging' seq='100'/></phases>");
	file("all-all-default.txt", DAY, "a");
	assert_string_equal(ask(DEVICE "&phase=staging&polling=5&CHECK=" SUM_OF_A),
	    "{all-all-default.txt}\n" URL "polling=5&phase=update" SELF MOVED END);
	assert_string_equal(ask(SETTLED "&CHECK=" SUM_OF_A), "");
}

/* Firmware was sent in the same reply: the device has not settled. */
static void firmware_is_something_to_do(void **state)
{
	(void)state;
	configure("<master info='none' firmware='7' bootcode='none'/>");
	file("update-all-default.txt", DAY, "a");
	assert_string_equal(ask(SETTLED "&CHECK=" SUM_OF_A),
	    "mod cmd UP0 prot http://update.example/update/fw/7/ ser 7\n" END);
	assert_false(w.plan.settled);
	assert_false(has_note("nothing to do"));
	assert_string_equal(ask(SETTLED "&PROT=7&CHECK=" SUM_OF_A), "");
	assert_true(w.plan.settled);
}

/* ---- §5: the URL ---- */

/* The last phase wants polling 0; a stored "polling" is compared as PHP does. */
static void polling_off_as_php_compares(void **state)
{
	(void)state;
	static const struct {
		const char *has; /* NULL: absent */
		bool same;
	} cases[] = {{NULL, true}, {"", true}, {"0", true}, {"00", true}, {"0.0", true},
	    {"0e5", true}, {"5", false}, {"05", false}, {"0.1", false}, {"abc", false},
	    {"0x0", false}, {"0;reset", false}, {"-0.5", false}, {"nan", false}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *has = cases[i].has;
		const char *sent =
		    ask(print(DEVICE "&phase=update%s%s", has ? "&polling=" : "", has ? has : ""));
		const char *expected = cases[i].same ? EMPTY_REPLY
						     : SLOW URL
					   "polling=0&phase=update" SELF MOVED CHECK(NO_SUM) END;
		if (strcmp(sent, expected) != 0)
			fail_msg("polling=%s:\n%s", has ? has : "(absent)", sent);
		next_case();
	}
}

static void polling_on_as_php_compares(void **state)
{
	(void)state;
	static const struct {
		const char *has;
		bool same;
	} cases[] = {{"5", true}, {"05", true}, {"5.0", true}, {"50e-1", true}, {NULL, false},
	    {"", false}, {"0", false}, {"6", false}, {"5x", false}, {"0x5", false}, {"abc", false}};
	configure("<phases><phase id='staging' seq='100'/></phases>");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *has = cases[i].has;
		const char *sent =
		    ask(print(DEVICE "&phase=staging%s%s", has ? "&polling=" : "", has ? has : ""));
		const char *expected = print(
		    "%s" URL "polling=5&phase=update" SELF MOVED END, cases[i].same ? "" : FAST);
		if (strcmp(sent, expected) != 0)
			fail_msg("polling=%s:\n%s", has ? has : "(absent)", sent);
		next_case();
	}
}

static void polling_that_is_configured_away(void **state)
{
	(void)state;
	/* 0 is a wish like any other: it turns fast polling off. */
	configure("<phases><phase id='staging' seq='100'/></phases><times polling='0'/>");
	assert_string_equal(ask(DEVICE "&phase=staging&polling=5"),
	    SLOW URL "polling=0&phase=update" SELF MOVED END);
	assert_string_equal(
	    ask(DEVICE "&phase=staging"), URL "polling=0&phase=update" SELF MOVED END);
	/* Empty counts as absent: no wish. What the device had stays, an absent one as empty. */
	configure("<phases><phase id='staging' seq='100'/></phases><times polling=''/>");
	assert_string_equal(
	    ask(DEVICE "&phase=staging&polling=7"), URL "polling=7&phase=update" SELF MOVED END);
	assert_string_equal(
	    ask(DEVICE "&phase=staging"), URL "polling=&phase=update" SELF MOVED END);
	configure("<times interval=''/>");
	assert_string_equal(ask(DEVICE "&phase=update&polling=5"),
	    "mod cmd UP1 provision 0\nconfig rem UP1 /provision\n" URL
	    "polling=0&phase=update" SELF MOVED CHECK(NO_SUM) END);
}

/* In the last phase only polling is wanted: an absent or empty phase stays as it came. */
static void the_last_phase_stays_as_it_came(void **state)
{
	(void)state;
	assert_string_equal(ask(DEVICE), EMPTY_REPLY);
	assert_string_equal(ask(DEVICE "&phase="), EMPTY_REPLY);
	assert_string_equal(
	    ask(DEVICE "&polling=5"), SLOW URL "polling=0&phase=" SELF MOVED CHECK(NO_SUM) END);
	assert_note("changed in the URL: polling");
}

static void phases_hand_on(void **state)
{
	(void)state;
	configure("<phases><phase id='b' seq='250'/><phase id='a' seq='50'/></phases>");
	static const char *const steps[][2] = {
	    {"", "update"}, {"&phase=", "update"}, {"&phase=a", "update"}, {"&phase=update", "b"}};
	for (size_t i = 0; i < COUNT(steps); i++) {
		assert_string_equal(ask(print(DEVICE "&polling=5%s", steps[i][0])),
		    print(URL "polling=5&phase=%s" SELF MOVED END, steps[i][1]));
		assert_note("changed in the URL: phase");
		next_case();
	}
	assert_string_equal(ask(DEVICE "&phase=b"), EMPTY_REPLY);
}

/* Each as its stdarg says: written as it is, dropped, or percent-encoded. */
static void arguments_of_the_new_url(void **state)
{
	(void)state;
	configure("<stdargs><stdarg key='gone'/><stdarg key='mine' value='#i/raw'/>"
		  "<stdarg key='sn' value='serial'/></stdargs>");
	assert_string_equal(
	    ask(DEVICE "&polling=5&gone=1&mine=2&mine=3&r=%26%3D%23%c3%bc+&%20n=%2f&phase=update"),
	    SLOW URL "polling=0&phase=update&type=#t&sn=serial&hwid=#h&ip=#i"
		     "&mine=#i/raw&r=%26%3D%23%C3%BC%20&%20n=%2F\n" MOVED CHECK(NO_SUM) END);
	/* All that a device says of itself. */
	assert_string_equal(
	    ask(DEVICE "&phase=update&polling=5&PROT=1&PROTdate=1&BOOT=1&BOOTdate=1&BMC=1&BMCdate=1"
		       "&CFG=1&CFGdate=1&SCFG=1&SCFGdate=1&CHECK=1&CHECKdate=1&CFG-BACKUP-NUM=1"
		       "&CFG-BACKUP-NUMdate=1&ver=1&vers=1"),
	    SLOW URL "polling=0&phase=update&type=#t&sn=serial&hwid=#h&ip=#i&vers=1\n" MOVED CHECK(
		NO_SUM) END);
}

static const char *filled(const char *name, size_t n)
{
	char *text = memset(arena_alloc(&w.arena, n + 1), 'x', n);
	return print("%s=%s", name, text);
}

/* 2000 bytes are a URL, 2001 are none, and half of the reply would be worse than nothing. */
static void the_longest_url(void **state)
{
	(void)state;
	size_t fixed = strlen(PLACE "polling=0&phase=update" SELF) - 1 + strlen("&a=&b=");
	for (size_t n = 1999; n <= 2002; n++) {
		const char *query = print(DEVICE "&phase=update&polling=5&%s&%s", filled("a", 1000),
		    filled("b", n - 1000 - fixed));
		file("update-all-default.txt", DAY, "x");
		const char *sent = ask(query);
		if (n <= 2000) {
			const char *url = strstr(sent, PLACE);
			assert_non_null(url);
			assert_int_equal(strcspn(url, "\n"), n);
			assert_true(text_starts(sent, "{update-all-default.txt}\n"));
		} else {
			assert_string_equal(sent, "");
			assert_warned(print(
			    "the new URL would be %zu bytes long, at most 2000 are allowed", n));
		}
		next_case();
	}
	/* First contact and forced HTTPS have the same limit. */
	assert_string_equal(ask(print("%s&%s", filled("a", 1000), filled("b", 1000))), "");
	assert_warned("at most 2000 are allowed");
	static const char *const https[] = {"httpsurlmod=''", "", "httpsurlmod='!^http!http!'"};
	for (size_t i = 0; i < COUNT(https); i++) {
		configure(print("<times forcehttps='true' polling='' %s/>", https[i]));
		fixed = strlen("https://update.example/update/update.php?" SELF) - 1 +
			strlen("&phase=update&a=&b=") - 1;
		assert_non_null(strstr(ask(print(DEVICE "&phase=update&%s&%s", filled("a", 1000),
					   filled("b", 1000 - fixed))),
		    "config add UP1 /url https://"));
		assert_string_equal(ask(print(DEVICE "&phase=update&%s&%s", filled("a", 1000),
					filled("b", 1001 - fixed))),
		    "");
		assert_warned("2000");
	}
}

/* ---- §5, §6: hours, and the fake last phase ---- */

static void restricted_hours(void **state)
{
	(void)state;
	static const struct {
		const char *times, *query, *sent;
	} cases[] = {
	    {"", SETTLED, ""},
	    {"allow='' initial='' forcestaging='true'", SETTLED, ""},
	    {"initial='0'", SETTLED, "mod cmd UP1 times  /initial 0\n"},
	    {"initial='60'", SETTLED, "mod cmd UP1 times  /initial 60\n"},
	    {"allow='22,23,0'", SETTLED, "mod cmd UP1 times  /allow 22,23,0\n"},
	    {"allow=' 22, 23 ' initial='60'", SETTLED,
		"mod cmd UP1 times  /allow 22,23 /initial 60\n"},
	    /* before the last phase */
	    {"allow='22'", DEVICE "&phase=staging", ""},
	    {"allow='22' initial='60'", DEVICE "&phase=staging",
		"mod cmd UP1 times  /initial 60\n"},
	    {"allow='22' initial='60' forcestaging='true'", DEVICE "&phase=_first_update",
		"mod cmd UP1 times  /initial 60\n"},
	    {"allow='22' forcestaging='true'", SETTLED, "mod cmd UP1 times  /allow 22\n"},
	    {"allow='22' initial='60' forcestaging='false'", DEVICE "&phase=staging",
		"mod cmd UP1 times  /allow 22 /initial 60\n"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(print(
		    "<phases><phase id='staging' seq='100'/></phases><times %s/>", cases[i].times));
		ask(cases[i].query);
		assert_string_equal(commands_about(CONCERN_TIMES), cases[i].sent);
		if (strstr(cases[i].times, "allow='22'") && !strstr(cases[i].sent, "/allow"))
			assert_note("hours 22 do not count yet");
		next_case();
	}
}

/* Staged devices run the last phase's snippets once without limits: in a phase of their own. */
static void fake_last_phase(void **state)
{
	(void)state;
	configure("<phases><phase id='staging' seq='100'/></phases>"
		  "<times allow='22' forcestaging='true'/>");
	file("staging-all-default.txt", DAY, "s");
	file("update-all-default.txt", DAY, "a");
	assert_string_equal(ask(DEVICE "&phase=staging&polling=5"),
	    "{staging-all-default.txt}\n" URL "polling=5&phase=_first_update" SELF MOVED END);
	assert_string_equal(ask(DEVICE "&phase=_first_update&polling=5&CHECK=" SUM_OF_A),
	    "{update-all-default.txt}\n" URL "polling=5&phase=update" SELF MOVED END);
	assert_note("phase: _first_update, next phase: update");
	assert_string_equal(ask(DEVICE "&phase=update&polling=5"),
	    "mod cmd UP1 times  /allow 22\n{update-all-default.txt}\n" SLOW URL
	    "polling=0&phase=update" SELF MOVED CHECK(SUM_OF_A) END);
	assert_string_equal(ask(DEVICE "&phase=_first_staging"), "");
	assert_warned("phase \"_first_staging\" is not configured");
}

/* The URL that is handed out names a phase that the door lets in, however long the last one's name is. */
static void fake_last_phase_of_the_longest_name(void **state)
{
	(void)state;
	const char *last = memset(arena_alloc(&w.arena, LIMIT_NAME + 1), 'x', LIMIT_NAME);
	configure(print("<phases><phase id='%s' seq='300'/></phases>"
			"<times allow='22' forcestaging='true'/>",
	    last));
	assert_string_equal(ask(DEVICE "&phase=update&polling=5"),
	    print(URL "polling=5&phase=_first_%s" SELF MOVED END, last));
	assert_string_equal(ask(print(DEVICE "&phase=_first_%s&polling=5", last)),
	    print(URL "polling=5&phase=%s" SELF MOVED END, last));
}

static void no_fake_last_phase(void **state)
{
	(void)state;
	static const char *const times[] = {"allow='22'", "allow='' forcestaging='true'",
	    "forcestaging='true'", "allow='22' forcestaging='false'"};
	for (size_t i = 0; i < COUNT(times); i++) {
		configure(print("<times %s/>", times[i]));
		assert_string_equal(ask(DEVICE "&phase=_first_update"), "");
		assert_warned("phase \"_first_update\" is not configured");
		next_case();
	}
}

/* ---- §6: backups ---- */

static void backups(void **state)
{
	(void)state;
	ask(SETTLED);
	assert_string_equal(commands_about(CONCERN_BACKUP), "");
	assert_note("no backup: backup/@dir is not set");
	configure("<backup dir='b' scfg='/put?sn=#m'/>");
	ask(SETTLED);
	assert_string_equal(commands_about(CONCERN_BACKUP),
	    "mod cmd UP0 scfg http://update.example/update/put?sn=#m\n");
	configure("<backup dir='b' scfg='https://keep.example/#m'/>");
	ask(SETTLED);
	assert_string_equal(
	    commands_about(CONCERN_BACKUP), "mod cmd UP0 scfg https://keep.example/#m\n");
	/* What follows the URL are further words of the command. */
	configure("<backup dir='b' scfg='x.php?sn=#m ser hourly /force 1'/>");
	ask(SETTLED);
	assert_string_equal(commands_about(CONCERN_BACKUP),
	    "mod cmd UP0 scfg http://update.example/update/x.php?sn=#m ser hourly /force 1\n");
	/* Not in the clear when HTTPS is forced; over HTTPS on a wrong port it is no secret. */
	configure("<backup dir='b' scfg='x'/><times forcehttps='true'/>");
	ask(SETTLED);
	assert_string_equal(commands_about(CONCERN_BACKUP), "");
	assert_note("no backup: not over HTTP, because times/@forcehttps is set");
	w.in.https = "on";
	w.in.port = "8443";
	ask(SETTLED);
	assert_string_equal(
	    commands_about(CONCERN_BACKUP), "mod cmd UP0 scfg https://update.example/update/x\n");
}

/* ---- §7: firmware and boot code ---- */

#define PROT(n) "mod cmd UP0 prot http://update.example/update/fw/" n "/ ser " n "\n"
#define BOOT(n) "mod cmd UP0 boot http://update.example/update/fw/" n "/ ser " n "\n"

/* Both words, against a master device that did not answer, and one that runs 11 and 12. */
static void wanted_builds(void **state)
{
	(void)state;
	static const char waits[] = "waits"; /* the reply ends here */
	static const struct {
		const char *firmware, *bootcode;
		const char *unknown, *known;
	} cases[] = {
	    {"none", "none", "", ""},
	    {"none", "7", BOOT("7"), BOOT("7")},
	    {"none", "master", waits, BOOT("12")},
	    {"none", "firmware", "", ""},
	    {"7", "none", PROT("7"), PROT("7")},
	    {"7", "8", PROT("7") BOOT("8"), PROT("7") BOOT("8")},
	    {"7", "master", waits, PROT("7") BOOT("12")},
	    {"7", "firmware", PROT("7") BOOT("7"), PROT("7") BOOT("7")},
	    {"master", "none", waits, PROT("11")},
	    {"master", "7", waits, PROT("11") BOOT("7")},
	    {"master", "master", waits, PROT("11") BOOT("12")},
	    {"master", "firmware", waits, PROT("11") BOOT("11")},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const char *const infos[] = {"", "none", "http://master.example/info.xml"};
		bool asks = strcmp(cases[i].firmware, "master") == 0 ||
			    strcmp(cases[i].bootcode, "master") == 0;
		for (size_t k = 0; k < COUNT(infos); k++) {
			if (asks && k == 1)
				continue; /* a mistake that conf.c refuses */
			for (int answered = 0; answered < 2; answered++) {
				configure(print("<master info='%s' firmware='%s' bootcode='%s'/>",
				    infos[k], cases[i].firmware, cases[i].bootcode));
				w.master = answered
					       ? (struct master){"11", "12", NOW - 5, NOW - 5, ""}
					       : (struct master){0};
				const char *expected = answered ? cases[i].known : cases[i].unknown;
				const char *sent = ask(SETTLED);
				if (k == 0) {
					assert_string_equal(sent, EMPTY_REPLY);
					assert_note("master/@info is empty");
				} else if (expected == waits) {
					assert_string_equal(sent, "");
					assert_note("the master device never answered");
				} else {
					assert_string_equal(
					    sent, print("%s%s" EMPTY_REPLY, expected,
						      *expected ? END : ""));
				}
				next_case();
			}
		}
	}
}

/* Who may not have the snippets may not replace what is kept of a device. */
static void uploads_over_the_wrong_connection(void **state)
{
	(void)state;
	static const struct {
		const char *times;
		bool https;
		const char *why;
	} cases[] = {
	    {"", false, NULL},
	    {"<times forcetrust='true'/>", false, NULL},
	    {"<times forcehttps='true'/>", false, "not over HTTP"},
	    {"<times forcehttps='true'/>", true, NULL},
	    {"<times forcehttps='true' forcetrust='true' httpsport='444'/>", true,
		"times/@forcetrust is set: "},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		configure(cases[i].times);
		const struct request r = {.https = cases[i].https};
		const char *why = plan_backup_refused(&w.arena, w.config, &r, NOW);
		assert_int_equal(why != NULL, cases[i].why != NULL);
		if (why)
			assert_non_null(strstr(why, cases[i].why));
	}
}

static void a_master_device_that_is_off(void **state)
{
	(void)state;
	configure("<master info='http://master.example/info.xml'/>");
	w.master = (struct master){.asked_at = NOW - 5, .problem = "connection refused"};
	assert_string_equal(ask(SETTLED), "");
	assert_note("nothing more is sent (see rollcall status)");
	/* Its last answer outlives it. */
	w.master = (struct master){"11", "", NOW - 100 * DAY, NOW - 5, "connection refused"};
	assert_string_equal(ask(SETTLED), PROT("11") END EMPTY_REPLY);
	assert_note(
	    "the master device runs firmware 11, boot code (none) (it said so 100.0 days ago; asking it again failed, see rollcall status)");
	assert_note("no boot code: the master device has none");
}

static void what_the_device_has(void **state)
{
	(void)state;
	static const struct {
		const char *query, *sent, *note;
	} cases[] = {
	    {"&PROT=11&BOOT=12", "", "no firmware: the device has build 11, as wanted"},
	    {"&PROT=11&BOOT=12", "", "no boot code: the device has build 12, as wanted"},
	    {"&PROT=10&BOOT=12", PROT("11") END,
		"firmware: the device has build 10, build 11 is wanted"},
	    {"&PROT=11&BOOT=13", BOOT("12") END,
		"boot code: the device has build 13, build 12 is wanted"},
	    {"&PROT=&BOOT=12", PROT("11") END, "the device has build (unknown), build 11"},
	    {"&PROT=011&BOOT=12", PROT("11") END, "build 011, build 11 is wanted"},
	    {"&prot=11&BOOT=12", PROT("11") END, "(unknown)"},
	    {"", PROT("11") BOOT("12") END, "reset for the new build"},
	};
	configure("<master info='none' firmware='11' bootcode='12'/>");
	for (size_t i = 0; i < COUNT(cases); i++) {
		ask(print(SETTLED "%s", cases[i].query));
		assert_string_equal(commands_about(CONCERN_FIRMWARE), cases[i].sent);
		assert_note(cases[i].note);
		next_case();
	}
}

static void types_without(void **state)
{
	(void)state;
	static const struct {
		const char *type, *sent;
	} cases[] = {
	    {"IP232", PROT("11") BOOT("12") END},
	    {"IPVA", PROT("11") END},
	    {"MyPBXa", PROT("11") END},
	    {"SwPhone", ""},
	    {"mypbxi", ""},
	    {"MINE", BOOT("12") END},
	};
	configure("<master info='none' firmware='11' bootcode='12'/>"
		  "<nofirmdev><model>Mine</model></nofirmdev>");
	for (size_t i = 0; i < COUNT(cases); i++) {
		ask(print("type=%s&sn=1&hwid=1&ip=1", cases[i].type));
		assert_string_equal(commands_about(CONCERN_FIRMWARE), cases[i].sent);
		if (!strstr(cases[i].sent, "boot"))
			assert_note("no boot code: devices of type ");
		if (!strstr(cases[i].sent, "prot"))
			assert_note("no firmware: devices of type ");
		next_case();
	}
}

static void who_it_applies_to(void **state)
{
	(void)state;
	static const struct {
		const char *applies, *query;
		const char *unmet; /* NULL: it is sent */
	} cases[] = {
	    {"<applies>*</applies>", "", NULL},
	    {"<applies>phone</applies>", "", NULL},
	    {"<applies>ip232</applies>", "", NULL},
	    {"<applies>IP232</applies>", "", NULL},
	    {"<applies>Phone</applies>", "", "class \"Phone\""},
	    {"<applies>gw</applies>", "", "class \"gw\""},
	    {"<applies env='1'>lab</applies>", "&env=lab", NULL},
	    {"<applies env='1'>lab</applies>", "", "environment \"lab\""},
	    {"<applies env='1'>*</applies>", "", NULL},
	    {"<applies>phone</applies><applies env=''>lab</applies>", "&env=lab", NULL},
	    {"<applies>phone</applies><applies env=''>lab</applies>", "", "environment \"lab\""},
	    {"<applies>gw</applies><applies>phone</applies>", "", "class \"gw\""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(print("<environments><environment id='lab'/></environments>"
				"<master info='none' firmware='11' bootcode='none'>%s</master>",
		    cases[i].applies));
		const char *sent = ask(print(SETTLED "%s", cases[i].query));
		assert_string_equal(
		    sent, print("%s" EMPTY_REPLY, cases[i].unmet ? "" : PROT("11") END));
		if (cases[i].unmet)
			assert_note(print("only for %s (master/applies)", cases[i].unmet));
		next_case();
	}
}

/* {filename}, {model} and the rest, and where a relative URL begins. */
static void storage(void **state)
{
	(void)state;
	static const struct {
		const char *url, *type, *prot, *boot;
	} cases[] = {
	    {"fw/{build}/", "IP232", "http://update.example/update/fw/11/",
		"http://update.example/update/fw/12/"},
	    {"/fw/{filename}", "IP232", "http://update.example/update/fw/ip232.bin",
		"http://update.example/update/fw/boot232.bin"},
	    {"{filetype}/{model}/{build}/{filename}", "IP29-20",
		"http://update.example/update/prot/IP29-20/11/ip29.bin",
		"http://update.example/update/boot/IP29-20/12/boot29.bin"},
	    {"{filename}", "IPBL", "http://update.example/update/ipbl.bin",
		"http://update.example/update/bootipbl.bin"},
	    {"{filename}", "Gate-7", "http://update.example/update/gate.bin",
		"http://update.example/update/bootgate.bin"},
	    {"https://fw.example/{build}{build}?t={filetype}", "IP232",
		"https://fw.example/1111?t=prot", "https://fw.example/1212?t=boot"},
	    /* overridden, one of both, and the other file as ever */
	    {"{filename}", "Both", "http://update.example/update/b.apk",
		"http://update.example/update/alt.bin"},
	    {"{filename}", "IP7-x", "http://update.example/update/only.bin",
		"http://update.example/update/boot7.bin"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(print("<master info='none' firmware='11' bootcode='12'/>"
				"<fwstorage url='%s'/><filenames>"
				"<model id='both' prot='b.apk' boot='alt.bin'/>"
				"<model id='ip7-x' prot='only.bin'/></filenames>",
		    cases[i].url));
		ask(print("type=%s&sn=1&hwid=1&ip=1", cases[i].type));
		assert_string_equal(commands_about(CONCERN_FIRMWARE),
		    print("mod cmd UP0 prot %s ser 11\nmod cmd UP0 boot %s ser 12\n" END,
			cases[i].prot, cases[i].boot));
		next_case();
	}
	configure("<master info='none' firmware='11' bootcode='none'/>"
		  "<fwstorage url='{filename}'/>");
	ask("type=MyPBXa&sn=1&hwid=1&ip=1"); /* as shipped */
	assert_string_equal(commands_about(CONCERN_FIRMWARE),
	    "mod cmd UP0 prot http://update.example/update/mypbx.apk ser 11\n" END);
}

/* ---- §6 step 10: forced HTTPS ---- */

static void wrong_scheme_or_port(void **state)
{
	(void)state;
	static const struct {
		const char *httpsport, *https, *port, *host;
		const char *place; /* NULL: all is right */
	} cases[] = {
	    {"", NULL, "80", "update.example", "https://update.example"},
	    {"", NULL, "8080", "update.example:8080", "https://update.example"},
	    {"", "on", "8443", "update.example:8443", "https://update.example"},
	    {"", "on", "443", "update.example", NULL},
	    {"", "off", "443", "update.example", "https://update.example"},
	    {"8443", NULL, "80", "update.example", "https://update.example:8443"},
	    {"8443", NULL, "8443", "update.example:8443", "https://update.example:8443"},
	    {"8443", "on", "443", "update.example", "https://update.example:8443"},
	    {"8443", "on", "8443", "update.example:8443", NULL},
	    {"8443", "on", "8443", "update.example", NULL}, /* the port it came in on counts */
	    {"8443", "on", "443", "update.example:8443", "https://update.example:8443"},
	    {"443", NULL, "80", "update.example", "https://update.example:443"},
	    {"", NULL, "80", "[2001:db8::1]", "https://[2001:db8::1]"},
	    {"", NULL, "80", "[2001:db8::1]:8080", "https://[2001:db8::1]"},
	    {"8443", NULL, "80", "[2001:db8::1]:8080", "https://[2001:db8::1]:8443"},
	    {"8443", NULL, "80", "192.0.2.1:80", "https://192.0.2.1:8443"},
	};
	file("update-all-default.txt", DAY, "a");
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(print("<times forcehttps='true' httpsport='%s'/>", cases[i].httpsport));
		w.in.https = cases[i].https;
		w.in.port = cases[i].port;
		w.in.host = cases[i].host;
		const char *sent = ask(SETTLED);
		if (cases[i].place) {
			assert_string_equal(
			    sent, print(FAST "config add UP1 /url %s/update/update.php"
					     "?polling=5&phase=update" SELF MOVED,
				      cases[i].place));
			assert_note("no snippet is sent here");
		} else {
			assert_string_equal(
			    sent, "{update-all-default.txt}\n" KEEP CHECK(SUM_OF_A) END);
		}
		next_case();
	}
}

/* Polling is fast already: nothing moves to the front, an absent phase stays absent. */
static void moved_with_its_arguments(void **state)
{
	(void)state;
	configure("<times forcehttps='true'/>");
	assert_string_equal(ask("x=1&" DEVICE "&polling=5"),
	    "config add UP1 /url https://update.example/update/update.php"
	    "?x=1&type=#t&sn=#m&hwid=#h&ip=#i&polling=5\n" MOVED);
	assert_string_equal(ask(DEVICE),
	    FAST "config add UP1 /url https://update.example/update/update.php"
		 "?polling=5&phase=" SELF MOVED);
	/* Firmware is no secret: it comes before the move. */
	configure("<times forcehttps='true' polling=''/>"
		  "<master info='none' firmware='11' bootcode='none'/>");
	assert_string_equal(ask(SETTLED),
	    PROT("11") END "config add UP1 /url https://update.example/update/update.php"
			   "?type=#t&sn=#m&hwid=#h&ip=#i&phase=update&polling=0\n" MOVED);
	/* What must be missing is asked for first, where it came in. */
	assert_string_equal(ask("sn=1&type=A&hwid=1&polling=5&phase=update"),
	    FAST URL "ip=#i&sn=#m&type=#t&hwid=#h&polling=5&phase=update\n" MOVED);
}

static void url_patterns(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *url; /* NULL: cannot be applied */
	} cases[] = {
	    {"", "https://update.example/update/update.php"},
	    {"!mtls/!!i", "https://update.example/update/update.php"},
	    {"!UPDATE/!secure/!i", "https://update.example/secure/update.php"},
	    {"#^https://([^/]+)/(\\w+)/#https://tls.$1:99/${2}s/#",
		"https://tls.update.example:99/updates/update.php"},
	    {"/update\\.(php)/x.\\1/", "https://update.example/update/x.php"},
	    {"!^(([a-z:/.]+)*)*$!x!", NULL}, /* backtracks for ever */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(print("<times forcehttps='true' httpsurlmod='%s'/>", cases[i].pattern));
		const char *sent = ask(DEVICE "&polling=5&phase=update");
		if (cases[i].url) {
			assert_string_equal(sent,
			    print("config add UP1 /url %s"
				  "?type=#t&sn=#m&hwid=#h&ip=#i&polling=5&phase=update\n" MOVED,
				cases[i].url));
		} else {
			assert_string_equal(sent, "");
			assert_warned("times/@httpsurlmod does not work on https://update.example");
		}
		next_case();
	}
	/* It is for the move alone. */
	configure("<times forcehttps='true' httpsurlmod='!update!x!'/>");
	w.in.https = "on";
	w.in.port = "443";
	assert_non_null(
	    strstr(ask(DEVICE "&polling=5&phase=update"), "/url https://update.example/update/"));
}

/* ---- §6 step 11 ---- */

static void forced_trust(void **state)
{
	(void)state;
	configure("<times forcehttps='true' forcetrust='true'/>");
	file("update-all-default.txt", DAY, "secret");
	w.in.https = "on";
	w.in.port = "443";
	assert_string_equal(ask(SETTLED), "");
	assert_warned("no client certificate");
	assert_false(w.plan.settled);
	w.in.https = NULL; /* first of all it is moved */
	assert_non_null(strstr(ask(SETTLED), "/url https://"));
	configure("<times forcetrust='true'/>"); /* "only with forced HTTPS" */
	assert_non_null(strstr(ask(SETTLED), "{update-all-default.txt}"));
}

/* ---- the rest ---- */

/* ---- §10: queries ---- */

#define QUERIES(inside)                 \
	"<status dir='data'/><queries>" \
	"<query id='certificates'><applies>none-of-them</applies></query>" inside "</queries>"
#define SCFG(id, cmd)                                                                      \
	"mod cmd UP0 scfg http://update.example/update/update.php?mode=query&sn=#m&id=" id \
	" ser nop /always " cmd "\n"

/* In the order of the configuration, each once, its command trimmed and encoded. */
static void queries(void **state)
{
	(void)state;
	static const struct {
		const char *inside, *sent;
	} cases[] = {
	    {"<query id='admin'><cmd>mod cmd A</cmd><applies>gw</applies></query>", ""},
	    {"<query id='admin'><cmd>\n mod cmd FLASHDIR0 x+y%20/a=\xc3\xbc \n</cmd>"
	     "<applies>phone</applies></query>",
		SCFG("admin", "mod%20cmd%20FLASHDIR0%20x%2By%2520%2Fa%3D%C3%BC")},
	    {"<query id='b'><cmd>B</cmd><applies>*</applies></query>"
	     "<query id='a'><cmd>A</cmd><applies>*</applies></query>"
	     "<query id='admin'><cmd>C</cmd><applies>gw</applies>"
	     "<applies>ip232</applies><applies>phone</applies></query>",
		SCFG("admin", "C") SCFG("b", "B") SCFG("a", "A")},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(print(QUERIES("%s"), cases[i].inside));
		ask(SETTLED);
		assert_string_equal(commands_about(CONCERN_QUERIES), cases[i].sent);
		if (*cases[i].sent)
			assert_note("the device answers the query admin");
		else
			assert_note("no query applies to classes phone+");
		assert_false(w.plan.only_queries);
		next_case();
	}
}

/* Nobody would keep the answers. */
static void queries_without_a_folder(void **state)
{
	(void)state;
	configure("<queries><query id='admin'><cmd>A</cmd><applies>*</applies></query></queries>");
	assert_string_equal(ask(SETTLED), EMPTY_REPLY);
	assert_note("no query is sent: answers are kept only when status/@dir is set");
}

/* ---- §8: skip-next ---- */

static void only_queries_after_skip_next(void **state)
{
	(void)state;
	struct device d;
	device_init(&d, "00-90-33-30-00-af");
	d.created = NOW - DAY;
	w.device = &d;
	file("update-all-default.txt", DAY, "x");
	configure(QUERIES(
	    "<query id='admin'><cmd>A</cmd><applies>phone</applies></query>") "<backup dir='backup'/><master info='http://m.example/' firmware='7' bootcode='none'/>"
									      "<times allow='22'/>");
	const char *all = ask(SETTLED);
	assert_non_null(strstr(all, SCFG("admin", "A")));
	assert_non_null(strstr(all, PROT("7")));
	assert_non_null(strstr(all, "mode=backup"));
	assert_non_null(strstr(all, "/allow 22"));
	assert_false(w.plan.only_queries);
	d.skip = 1;
	assert_string_equal(ask(SETTLED), SCFG("admin", "A"));
	assert_note("only queries this time: the next decision needs fresh answers");
	assert_true(w.plan.only_queries);
	assert_false(w.plan.settled);
	assert_null(w.plan.firmware);
	assert_null(w.plan.handed_on);
	/* Also in a phase before the last, and while files are edited. */
	configure(QUERIES(
	    "<query id='admin'><cmd>A</cmd><applies>phone</applies></query>") "<phases><phase id='staging' seq='100'/></phases>");
	file("update-all-default.txt", 0, "x");
	assert_string_equal(ask(DEVICE "&phase=staging"), SCFG("admin", "A"));
	assert_true(w.plan.only_queries);
	assert_null(w.plan.handed_on);
	/* A poll that says nothing of use does not use it up. */
	ask("sn=00-90-33-30-00-af");
	assert_false(w.plan.only_queries);
	ask(DEVICE "&phase=nope");
	assert_false(w.plan.only_queries);
	w.device = NULL;
}

/* ---- §11: what is to be remembered ---- */

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

static void what_is_to_be_remembered(void **state)
{
	(void)state;
	static const struct {
		const char *master, *query;
		const char *firmware, *bootcode, *handed_on;
		bool settled;
	} cases[] = {
	    {"firmware='none' bootcode='none'", SETTLED, "-", "-", "-", true},
	    {"firmware='7' bootcode='8'", SETTLED, "7", "8", "-", false},
	    {"firmware='7' bootcode='firmware'", SETTLED, "7", "7", "-", false},
	    {"firmware='7' bootcode='8'", SETTLED "&PROT=7&BOOT=8", "-", "-", "-", true},
	    {"firmware='7' bootcode='8'", SETTLED "&PROT=6&BOOT=8", "7", "-", "-", false},
	    {"firmware='7' bootcode='8'", SETTLED "&PROT=7&BOOT=6", "-", "8", "-", false},
	    {"firmware='none' bootcode='none'", DEVICE "&phase=staging", "-", "-", "update", false},
	    {"firmware='none' bootcode='none'", DEVICE, "-", "-", "update", false},
	    {"firmware='none' bootcode='none'", "sn=1", "-", "-", "-", false},
	    {"firmware='none' bootcode='none'", DEVICE "&phase=nope", "-", "-", "-", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		configure(print("<phases><phase id='staging' seq='100'/></phases>"
				"<master info='http://m.example/' %s/>",
		    cases[i].master));
		file("update-all-default.txt", DAY, "a");
		ask(print("%s&CHECK=" SUM_OF_A, cases[i].query));
		const char *got = print("%zu: %s %s %s", i, or_none(w.plan.firmware),
		    or_none(w.plan.bootcode), or_none(w.plan.handed_on));
		assert_string_equal(got, print("%zu: %s %s %s", i, cases[i].firmware,
					     cases[i].bootcode, cases[i].handed_on));
		assert_int_equal(w.plan.settled, cases[i].settled);
		next_case();
	}
}

static void concerns_have_names(void **state)
{
	(void)state;
	for (int i = CONCERN_CALLER; i <= CONCERN_END; i++) {
		assert_true(text_is_word(plan_concern_name((enum concern)i), ""));
		for (int k = CONCERN_CALLER; k < i; k++)
			assert_string_not_equal(
			    plan_concern_name((enum concern)i), plan_concern_name((enum concern)k));
	}
}

/* The same input gives the same steps: nothing is kept between two decisions. */
static void decides_the_same_again(void **state)
{
	(void)state;
	file("update-all-default.txt", DAY, "a");
	struct buf before = {0};
	buf_adds(&before, ask(SETTLED));
	ask("");
	ask(SETTLED "&CHECK=" SUM_OF_A);
	assert_string_equal(ask(SETTLED), before.data);
	buf_free(&before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(missing_arguments),
	    TEST(first_contact_without_polling),
	    TEST(first_contact_with_phases),
	    TEST(what_is_not_configured),
	    TEST(what_the_door_refused),
	    TEST(says_who_is_calling),
	    TEST(order_of_candidates),
	    TEST(a_phase_in_upper_case_has_files_in_lower_case),
	    TEST(names_that_are_wildcards),
	    TEST(existing_ones_are_sent_in_that_order),
	    TEST(grace),
	    TEST(only_files_of_this_device_are_edited),
	    TEST(a_problem_is_left_out),
	    TEST(ages_and_letters_are_noted),
	    TEST(check_sums),
	    TEST(check_matches),
	    TEST(check_differs),
	    TEST(without_check),
	    TEST(no_check_before_the_last_phase),
	    TEST(firmware_is_something_to_do),
	    TEST(polling_off_as_php_compares),
	    TEST(polling_on_as_php_compares),
	    TEST(polling_that_is_configured_away),
	    TEST(the_last_phase_stays_as_it_came),
	    TEST(phases_hand_on),
	    TEST(arguments_of_the_new_url),
	    TEST(the_longest_url),
	    TEST(restricted_hours),
	    TEST(fake_last_phase),
	    TEST(fake_last_phase_of_the_longest_name),
	    TEST(no_fake_last_phase),
	    TEST(backups),
	    TEST(wanted_builds),
	    TEST(uploads_over_the_wrong_connection),
	    TEST(a_master_device_that_is_off),
	    TEST(what_the_device_has),
	    TEST(types_without),
	    TEST(who_it_applies_to),
	    TEST(storage),
	    TEST(wrong_scheme_or_port),
	    TEST(moved_with_its_arguments),
	    TEST(url_patterns),
	    TEST(forced_trust),
	    TEST(queries),
	    TEST(queries_without_a_folder),
	    TEST(only_queries_after_skip_next),
	    TEST(what_is_to_be_remembered),
	    TEST(concerns_have_names),
	    TEST(decides_the_same_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
