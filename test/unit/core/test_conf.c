/* SPDX-License-Identifier: ISC */
/* Loading what is right: the merge, what comes out of it, where it came from, and how it is printed. */
#include "test/unit/core/conf_try.h"

#include "base/text.h"

#include <glob.h>

static const struct conf_value *value_at(const struct config *c, const char *path)
{
	for (size_t i = 0; i < c->nvalues; i++) {
		if (strcmp(c->values[i].path, path) == 0)
			return &c->values[i];
	}
	fail_msg("there is no value %s", path);
	return NULL;
}

static void defaults_alone(void **state)
{
	struct tried t = conf_try_over(NULL, NULL, 0);
	const struct config *c = t.config;
	(void)state;
	assert_non_null(c);
	assert_string_equal(c->master_info, "");
	assert_int_equal(c->master_expire, 3600);
	assert_string_equal(c->master_user, "admin");
	assert_string_equal(c->master_firmware, "master");
	assert_string_equal(c->fwstorage_url, "fw/{build}/");
	assert_string_equal(c->backup_dir, "");
	assert_int_equal(c->backup_nbackups, 10);
	assert_string_equal(c->backup_scfg, "update.php?mode=backup&hwid=#h&sn=#m");
	assert_int_equal(c->backup_minage, CONF_ABSENT);
	assert_int_equal(c->status_missing, 604800);
	assert_true(c->status_usehttpsdevlinks);
	assert_true(c->times_check);
	assert_int_equal(c->times_polling, 5);
	assert_int_equal(c->times_interval, 15);
	assert_int_equal(c->times_grace, 90);
	assert_int_equal(c->times_httpsport, CONF_ABSENT);
	assert_int_equal(c->times_initial, CONF_ABSENT);
	assert_true(c->times_forcestaging);
	assert_false(c->times_forcehttps);
	assert_string_equal(c->environments_combine, "position");
	assert_string_equal(c->customcerts_cakeys, "CAkey*");
	assert_int_equal(c->customcerts_renew, 90);
	assert_int_equal(c->nphases, 1);
	assert_int_equal(c->nenvironments, 1);
	assert_int_equal(c->nclasses, 12);
	assert_int_equal(c->nobootdev.count, 8);
	assert_int_equal(c->nofirmdev.count, 5);
	assert_int_equal(c->nstdargs, 19);
	assert_int_equal(c->nqueries, 2);
	assert_int_equal(c->queries[0].napplies, 0);
	assert_int_equal(c->proxies.count, 0);
	assert_non_null(c->urlmod);
	conf_try_free(&t);
}

/* The lists are those of the protocol's description, in its order. */
static void shipped_lists(void **state)
{
	struct tried t = conf_try_over(NULL, NULL, 0);
	const struct config *c = t.config;
	(void)state;
	static const struct {
		const char *id, *first, *last;
		size_t count;
	} classes[] = {
	    {"phone", "ip101", "mypbxa", 26},
	    {"opus_phone", "ip101", "mypbxa", 6},
	    {"pre_opus_phone", "ip110", "swphone", 20},
	    {"phone_oldui", "ip110", "ip72", 15},
	    {"phone_newui", "ip101", "mypbxa", 9},
	    {"mobile", "mypbxi", "mypbxa", 2},
	    {"gw", "ipva", "ip811", 31},
	    {"fxogw", "ip38", "ip311", 2},
	    {"fxsgw", "ip302", "ip411", 9},
	    {"brigw", "ip302", "ip6010", 9},
	    {"prigw", "ip1060", "ip6013", 9},
	    {"pbx", "ipva", "ip811", 20},
	};
	assert_int_equal(c->nclasses, COUNT(classes));
	for (size_t i = 0; i < COUNT(classes); i++) {
		const struct conf_class *k = &c->classes[i];
		assert_string_equal(k->id, classes[i].id);
		assert_string_equal(k->models.items[0], classes[i].first);
		assert_string_equal(k->models.items[k->models.count - 1], classes[i].last);
		assert_int_equal(k->models.count, classes[i].count);
	}
	conf_try_free(&t);
}

static void attributes_win(void **state)
{
	struct tried t =
	    conf_try_good("<config><times grace=' 7 ' check='FALSE' allow='22, 23' polling=''/>"
			  "<master firmware='4711' bootcode=' FirmWare '/></config>");
	const struct config *c = t.config;
	(void)state;
	assert_int_equal(c->times_grace, 7);
	assert_false(c->times_check);
	assert_string_equal(c->times_allow, "22,23");
	assert_int_equal(c->times_polling, CONF_ABSENT);
	assert_int_equal(c->times_interval, 15);
	assert_string_equal(c->master_firmware, "4711");
	assert_string_equal(c->master_bootcode, "firmware");
	conf_try_free(&t);
}

/* In no value do blanks at the ends count, but in the one that may be made of blanks. */
static void blanks_at_the_ends(void **state)
{
	struct tried t =
	    conf_try_good("<config><master info=' http://m/x ' user=' me' password='a b '/>"
			  "<times dir='\t my scripts ' httpsurlmod=' !a!b! ' allow=' 22 , 23 '/>"
			  "<customcerts CAname=' One, Two ' CAnamesep=' '/>"
			  "<phases><phase id=' update ' seq=' 7 '/></phases>"
			  "<classes><class id=' gw'><model> X </model></class></classes>"
			  "<stdargs><stdarg key=' k ' value=' v '/></stdargs></config>");
	const struct config *c = t.config;
	(void)state;
	assert_string_equal(c->master_info, "http://m/x");
	assert_string_equal(c->master_user, "me");
	assert_string_equal(c->master_password, "a b");
	assert_string_equal(c->times_dir, "my scripts");
	assert_string_equal(c->times_httpsurlmod, "!a!b!");
	assert_string_equal(c->times_allow, "22,23");
	assert_string_equal(c->customcerts_caname, "One, Two");
	assert_string_equal(c->customcerts_canamesep, " ");
	assert_int_equal(c->nphases, 1); /* the same one */
	assert_int_equal(c->phases[0].seq, 7);
	assert_int_equal(c->nclasses, 12);
	assert_string_equal(c->stdargs[c->nstdargs - 1].key, "k");
	assert_string_equal(c->stdargs[c->nstdargs - 1].value, "v");
	assert_string_equal(value_at(c, "times/@dir")->value, "my scripts");
	conf_try_free(&t);
}

static void names_of_cas(void **state)
{
	static const struct {
		const char *attributes, *names;
	} list[] = {
	    {"",
		"innovaphone Device Certification Authority|innovaphone Device Certification Authority 2"},
	    {"CAname='One CA'", "One CA"},
	    {"CAname=' One CA ,Two,, Three , '", "One CA|Two|Three"},
	    {"CAname='One, Inc.;Two' CAnamesep=';'", "One, Inc.|Two"},
	    {"CAname='One or Two' CAnamesep=' or '", "One|Two"},
	    {"CAname='One  Two' CAnamesep=' '", "One|Two"},
	    {"CAname='One, Two' CAnamesep=''", "One, Two"},
	    {"CAname=','", ""},
	    {"CAname=''", ""},
	};
	char xml[200];
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct arena arena = {0};
		snprintf(xml, sizeof xml, "<config><customcerts %s/></config>", list[i].attributes);
		struct tried t = conf_try_good(xml);
		assert_string_equal(conf_list_join(&arena, &t.config->canames, "|"), list[i].names);
		conf_try_free(&t);
		arena_free(&arena);
	}
}

static void networks_signed_off(void **state)
{
	struct arena arena = {0};
	struct tried t =
	    conf_try_good("<config><customcerts CAtype='internal'>"
			  "<auto-sign-off network='10.1.0.0' netmask='255.255.0.0'/>"
			  "<auto-sign-off network=' 10.2.0.0/15 ' netmask=' '/>"
			  "<auto-sign-off network='10.3.0.1'/>"
			  "<auto-sign-off network='10.4.0.1' netmask='255.255.255.255'/>"
			  "<auto-sign-off network='10.5.0.1' netmask='128.0.0.0'/>"
			  "<auto-sign-off network='fe80::1'/>"
			  "<auto-sign-off network='fd00::/8'/>"
			  "</customcerts></config>");
	(void)state;
	assert_string_equal(conf_list_join(&arena, &t.config->auto_sign, " "),
	    "10.1.0.0/16 10.2.0.0/15 10.3.0.1/32 10.4.0.1/32 10.5.0.1/1 fe80::1/128 fd00::/8");
	assert_string_equal(
	    value_at(t.config, "customcerts/auto-sign-off/@netmask")->value, "255.255.0.0");
	conf_try_free(&t);
	t = conf_try_good("<config/>");
	assert_int_equal(t.config->auto_sign.count, 0);
	assert_string_equal(t.config->customcerts_caalgorithm, "P-256");
	assert_string_equal(t.config->customcerts_causage, "client");
	assert_int_equal(t.config->customcerts_cadays, 730);
	conf_try_free(&t);
	t = conf_try_good(
	    "<config><customcerts CAtype='Internal' CAalgorithm='rsa-2048'/></config>");
	assert_string_equal(t.config->customcerts_catype, "internal");
	assert_string_equal(t.config->customcerts_caalgorithm, "RSA-2048");
	conf_try_free(&t);
	arena_free(&arena);
}

/* A class is called exactly as configured; a device type in any case. */
static void who_it_applies_to(void **state)
{
	static const char *const cases[][2] = {
	    {"phone", "phone"},
	    {"IP232", "ip232"},
	    {"MyPBXi", "mypbxi"},
	    {"MiNe", "mine"},   /* of <filenames> */
	    {"Phone", "Phone"}, /* is said to be no class */
	    {"Desk", "Desk"},   /* a class, although there is a device type "desk" */
	    {"DESK", "desk"},   /* the device type */
	    {"*", "*"},
	    {"Unheard", "Unheard"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char xml[300];
		snprintf(xml, sizeof xml,
		    "<filenames><model id='Mine'/></filenames><nobootdev><model>desk</model></nobootdev>"
		    "<classes><class id='Desk'/></classes><master><applies>%s</applies></master>"
		    "<queries><query id='admin'><applies>%s</applies></query></queries>",
		    cases[i][0], cases[i][0]);
		struct config *c = conf_fixture(xml);
		assert_string_equal(c->master_applies[0].text, cases[i][1]);
		assert_string_equal(c->queries[1].applies[0].text, cases[i][1]);
		conf_free(c);
	}
	struct config *c = conf_fixture("<environments><environment id='IP232'/></environments>"
					"<master><applies env=''>IP232</applies></master>");
	assert_string_equal(c->master_applies[0].text, "IP232");
	conf_free(c);
}

static void matched_by_id_or_added(void **state)
{
	struct tried t = conf_try_good(
	    "<config><phases><phase id='staging' seq='100'/><phase id='update' seq='50'/>"
	    "<phase id='last' seq='100'/></phases>"
	    "<classes><class id='mobile'><model>IP232</model><model>x-1</model></class>"
	    "<class id='mine'><model>IP1</model></class></classes>"
	    "<nobootdev><model>Ip9</model></nobootdev>"
	    "<queries><query id='admin'><cmd>\n mod cmd OTHER \n</cmd><applies "
	    "env=''>default</applies>"
	    "<show title='T'>/state</show></query></queries></config>");
	const struct config *c = t.config;
	(void)state;
	assert_int_equal(c->nphases, 3);
	assert_string_equal(c->phases[0].id, "update");
	assert_string_equal(c->phases[1].id, "staging");
	assert_string_equal(c->phases[2].id, "last");
	assert_ptr_equal(conf_phase_find(c, "last"), &c->phases[2]);
	assert_null(conf_phase_find(c, "Last"));
	assert_int_equal(c->nclasses, 13);
	assert_int_equal(c->classes[5].models.count, 4);
	assert_string_equal(c->classes[5].models.items[2], "ip232");
	assert_string_equal(c->classes[12].id, "mine");
	assert_true(conf_list_has(&c->nobootdev, "ip9"));
	assert_string_equal(c->queries[1].id, "admin");
	assert_string_equal(c->queries[1].title, "Admin");
	assert_string_equal(c->queries[1].cmd, "mod cmd OTHER");
	assert_true(c->queries[1].applies[0].env);
	assert_string_equal(c->queries[1].shows[0].title, "T");
	conf_try_free(&t);
}

static void other_lists(void **state)
{
	struct tried t = conf_try_good(
	    "<config><filenames><model id='IP232' prot='ip232-sip.bin'/></filenames>"
	    "<stdargs><stdarg key='sn'/><stdarg key='new' value='#x'/></stdargs>"
	    "<proxies><proxy>10.0.0.0/8</proxy><proxy> ::1 </proxy></proxies></config>");
	const struct config *c = t.config;
	(void)state;
	const struct conf_filename *name = conf_filename_find(c, "ip232");
	assert_non_null(name);
	assert_string_equal(name->prot, "ip232-sip.bin");
	assert_null(name->boot);
	assert_null(conf_filename_find(c, "ip111"));
	assert_int_equal(c->nstdargs, 20);
	assert_string_equal(c->stdargs[0].key, "sn");
	assert_null(c->stdargs[0].value);
	assert_string_equal(c->stdargs[19].value, "#x");
	assert_string_equal(c->proxies.items[1], "::1");
	conf_try_free(&t);
}

/* Only what the user's own file says makes the phase that runs without limits (spec §5). */
static void fake_last_phase(void **state)
{
	static const struct {
		const char *times;
		size_t phases;
	} cases[] = {
	    {"allow='22,23' forcestaging='true'", 3},
	    {"allow='22,23'", 2},
	    {"forcestaging='true'", 2},
	    {"allow='' forcestaging='true'", 2},
	    {"allow='22' forcestaging='false'", 2},
	};
	char xml[300];
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(xml, sizeof xml,
		    "<config><phases><phase id='staging' seq='100'/></phases><times %s/></config>",
		    cases[i].times);
		struct tried t = conf_try_good(xml);
		assert_int_equal(t.config->nphases, cases[i].phases);
		const struct conf_phase *p = &t.config->phases[1];
		assert_string_equal(p->id, cases[i].phases == 3 ? "_first_update" : "update");
		assert_string_equal(p->snippets, "update");
		assert_string_equal(t.config->phases[t.config->nphases - 1].id, "update");
		conf_try_free(&t);
	}
}

static void where_from(void **state)
{
	struct tried t = conf_try_good(
	    "<config>\n<times\n dir='s'\n grace='7'/>\n"
	    "<phases><phase id='a'\n seq='1'/></phases>\n"
	    "<queries><query id='admin'>\n<applies>*</applies></query></queries></config>");
	static const struct {
		const char *path, *value;
		unsigned line;
	} want[] = {
	    {"times/@grace", "7", 4},
	    {"times/@dir", "s", 3},
	    {"phases/phase[a]/@seq", "1", 6},
	    {"queries/query[admin]/applies", "*", 8},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct conf_value *v = value_at(t.config, want[i].path);
		assert_string_equal(v->value, want[i].value);
		assert_string_equal(v->file, "user-config.xml");
		assert_int_equal(v->line, want[i].line);
		assert_true(v->by_user);
	}
	const struct conf_value *shipped = value_at(t.config, "times/@interval");
	assert_string_equal(shipped->file, "default-config.xml");
	assert_false(shipped->by_user);
	conf_try_free(&t);
}

static void assert_has(const struct buf *text, const char *part)
{
	if (!strstr(buf_text(text), part))
		fail_msg("%s\nis not in\n%s", part, buf_text(text));
}

#define S3CRET "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"

static void printed(void **state)
{
	struct tried t =
	    conf_try_good("<config>\n<master user='me' password-hash='" S3CRET "'"
			  " info='http://you:s3cret@master.example/CMD0/box_info.xml'/>"
			  "<backup dir='a&quot;b'/><metrics token='s3cret-0123456789'/></config>");
	struct buf text = {0}, json = {0};
	(void)state;
	conf_print(t.config, &text);
	conf_print_json(t.config, &json);
	assert_has(&text, "\ntimes/@grace = 90 (default)\n");
	assert_has(&text, "\nmaster/@user = me (user-config.xml:2)\n");
	assert_has(&text, "\nmaster/@password = (hidden) (default)\n");
	assert_has(&text, "\nmaster/@password-hash = (hidden) (user-config.xml:2)\n");
	assert_has(&text, "\nmetrics/@token = (hidden) (user-config.xml:2)\n");
	assert_has(&text,
	    "\nmaster/@info = http://you:(hidden)@master.example/CMD0/box_info.xml (user-config.xml:2)\n");
	assert_has(&text, "\nenvironments/environment[default]/@id = default (default)\n");
	assert_has(&json,
	    "{\"path\": \"backup/@dir\", \"value\": \"a\\\"b\", \"file\": \"user-config.xml\", "
	    "\"line\": 2, \"default\": false}");
	assert_null(strstr(buf_text(&text), "s3cret"));
	assert_null(strstr(buf_text(&json), "s3cret"));
	assert_null(strstr(buf_text(&text), "$y$"));
	assert_null(strstr(buf_text(&json), "$y$"));
	buf_free(&text);
	buf_free(&json);
	conf_try_free(&t);
}

/* What real files have and we have no use for is nobody's mistake. */
static void liberal(void **state)
{
	static const char *const files[] = {
	    "<config/>",
	    "<?xml version='1.0'?>\n<!DOCTYPE config SYSTEM \"full-config.dtd\">\n<!-- x "
	    "--><config/>",
	    "<config xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
	    "xsi:noNamespaceSchemaLocation='x'"
	    " xml:lang='de'><phases><phase id='a' xml:lang='de' seq='1'/></phases></config>",
	    "<config><!-- <times grace='x'/> --><?pi x?></config>",
	    "<config><times grace='' forcehttps='' httpsport='' allow='' initial=''/></config>",
	    "<config><![CDATA[ ]]></config>",
	};
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct tried t = conf_try_good(files[i]);
		conf_try_free(&t);
	}
}

/* The same text in every encoding that is read. */
static void encodings(void **state)
{
	static const char latin1[] =
	    "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><config><backup dir='b\xfc'/></config>";
	static const char utf8[] = "\xef\xbb\xbf<config><backup dir='b\xc3\xbc'/></config>";
	static const char ascii[] =
	    "<?xml version='1.0' encoding='US-ASCII'?><config><backup dir='b&#xfc;'/></config>";
	static const char u16[] =
	    "<?xml version='1.0' encoding='UTF-16'?><config><backup dir='b\xfc'/></config>";
	char little[2 * sizeof u16], big[2 * sizeof u16];
	size_t n = sizeof u16 - 1;
	memcpy(little, "\xff\xfe", 2);
	memcpy(big, "\xfe\xff", 2);
	for (size_t i = 0; i < n; i++) {
		little[2 + 2 * i] = big[3 + 2 * i] = u16[i];
		little[3 + 2 * i] = big[2 + 2 * i] = 0;
	}
	const struct {
		const char *bytes;
		size_t size;
	} files[] = {
	    {latin1, sizeof latin1 - 1},
	    {utf8, sizeof utf8 - 1},
	    {ascii, sizeof ascii - 1},
	    {little, 2 * n + 2},
	    {big, 2 * n + 2},
	    {little + 2, 2 * n},
	    {big + 2, 2 * n},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct tried t = conf_try_over(NULL, files[i].bytes, files[i].size);
		if (!t.config)
			fail_msg("file %zu: %s", i, buf_text(&t.text));
		assert_string_equal(t.config->backup_dir, "b\xc3\xbc");
		conf_try_free(&t);
	}
}

/* @HTTPS@ and @MTLS@ are ports, @MASTER@ is a URL. */
static void fill_in(const char *from, struct buf *out)
{
	while (*from) {
		const char *end = *from == '@' ? strchr(from + 1, '@') : NULL;
		bool is_word =
		    end && end - from < 12 &&
		    strspn(from + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == (size_t)(end - from - 1);
		if (is_word)
			buf_adds(
			    out, text_starts(from, "@MASTER@") ? "http://m/box_info.xml" : "8443");
		else
			buf_addc(out, *from);
		from = is_word ? end + 1 : from + 1;
	}
}

static void recorded_configurations(void **state)
{
	glob_t found;
	(void)state;
	assert_int_equal(glob("test/conformance/corpus/*/user-config.xml", 0, NULL, &found), 0);
	assert_true(found.gl_pathc > 30);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct buf raw = {0}, xml = {0};
		conf_fixture_read(found.gl_pathv[i], &raw);
		fill_in(buf_text(&raw), &xml);
		struct tried t = conf_try_good(buf_text(&xml));
		conf_try_free(&t);
		buf_free(&raw);
		buf_free(&xml);
	}
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults_alone),
	    cmocka_unit_test(shipped_lists),
	    cmocka_unit_test(attributes_win),
	    cmocka_unit_test(blanks_at_the_ends),
	    cmocka_unit_test(names_of_cas),
	    cmocka_unit_test(networks_signed_off),
	    cmocka_unit_test(who_it_applies_to),
	    cmocka_unit_test(matched_by_id_or_added),
	    cmocka_unit_test(other_lists),
	    cmocka_unit_test(fake_last_phase),
	    cmocka_unit_test(where_from),
	    cmocka_unit_test(printed),
	    cmocka_unit_test(liberal),
	    cmocka_unit_test(encodings),
	    cmocka_unit_test(recorded_configurations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
