/* SPDX-License-Identifier: ISC */
/* Every mistake an administrator can make in a configuration, made once: file, line and words. */
#include "test/unit/core/conf_try.h"

/* The only finding, without the name of the file; "" when nothing is found. */
struct mistake {
	const char *xml, *said;
};

/* Silences what every configuration gets that leaves the password as it is. */
#define QUIET "<master user='' password=''/>"

#define POSITION(line, one, two, lost)                                                           \
	line ": warning: environments: a device that names several gets only the first of each " \
	     "position: with env=" one "," two " it does not get " lost                          \
	     " (combine=\"all\" in <environments> keeps all)"

#define HASH "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"
#define SIXTY_FOUR "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NO_HASH \
	"master/@password-hash is no hash that can be used: `rollcall passwd --hash` makes one (it begins with $y$)"
#define NO_USER                                                                                \
	"master/@user is empty: nobody can sign in with this account (it never means that no " \
	"password is asked for); name a user, or, if only the accounts of `rollcall passwd` "  \
	"shall count, set password=\"\" as well"

static void expect(const struct mistake *m)
{
	struct tried t = conf_try(m->xml);
	char *said = NULL;
	int n =
	    *m->said ? asprintf(&said, "user-config.xml:%s\n", m->said) : asprintf(&said, "%s", "");
	assert_true(n >= 0);
	if (strcmp(buf_text(&t.text), said) != 0)
		fail_msg("%s\nfound:    %sexpected: %s", m->xml, buf_text(&t.text), said);
	free(said);
	conf_try_free(&t);
}

static void expect_all(const struct mistake *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect(&list[i]);
}
#define EXPECT(list) expect_all(list, COUNT(list))

static void unknown_names(void **state)
{
	static const struct mistake list[] = {
	    {"<config>\n<master user='' password=''/>\n<tiems/></config>",
		"3: error: config has no element <tiems>; did you mean \"times\"?"},
	    {"<config>" QUIET "\n<qwertz/></config>", "2: error: config has no element <qwertz>"},
	    {"<config>" QUIET "\n<phase id='x'/></config>",
		"2: error: config has no element <phase>; it belongs where phases/phase is"},
	    {"<config>" QUIET "\n<times dir='x'\n\n grce='1'/></config>",
		"4: error: times has no attribute \"grce\"; did you mean \"grace\"?"},
	    {"<config>" QUIET "<status\n grace='1'/></config>",
		"2: error: status has no attribute \"grace\"; it belongs to times"},
	    {"<config debug='true'>" QUIET "</config>",
		"1: error: config has no attribute \"debug\""},
	    {"<config>" QUIET "<x:times xmlns:x='urn:x'/></config>",
		"1: error: config has no element <x:times>; did you mean \"times\"?"},
	    {"\n<konfig/>", "2: error: the outermost element is <konfig>: it must be <config>"},
	    {"<config xmlns='urn:x'/>",
		"1: error: the outermost element is <{urn:x}config>: it must be <config>"},
	    {"<config>" QUIET "<times>\nx</times></config>",
		"1: error: times holds the text \"x\": text has no meaning there"},
	    {"<config>" QUIET "\n<times/>\n<times/></config>",
		"3: error: times occurs twice, first on line 2: put both into one"},
	};
	(void)state;
	EXPECT(list);
}

/* A proposal is made only when the word is likely to be meant. */
static void guesses(void **state)
{
	static const struct mistake list[] = {
	    {"<config>" QUIET "<environments><environment id='a'/><environment id='bc'>"
	     "<implies>b</implies></environment></environments></config>",
		"1: error: environments/environment[bc]/implies is \"b\", which is no environment"},
	    {"<config><master user='' password=''><applies>xy</applies></master>"
	     "<classes><class id='gy'/></classes></config>",
		"1: warning: master/applies is \"xy\", which is no class and no device type that is listed"},
	    {"<config><master user='' password=''><applies>GW</applies></master></config>",
		"1: warning: master/applies is \"GW\", which is no class and no device type that is listed; did you mean \"gw\"?"},
	    {"<config>" QUIET "<times dr='x'/></config>",
		"1: error: times has no attribute \"dr\"; did you mean \"dir\"?"},
	    {"<config>" QUIET "<status min='x'/></config>",
		"1: error: status has no attribute \"min\""},
	};
	(void)state;
	EXPECT(list);
}

static void wrong_values(void **state)
{
	static const struct mistake list[] = {
	    {"<config>" QUIET "<times\ngrace='abc'/></config>",
		"2: error: times/@grace is \"abc\": it must be a number of seconds from 0 to 31622400"},
	    {"<config>" QUIET "<times interval='0'/></config>",
		"1: error: times/@interval is \"0\": it must be a number of minutes from 1 to 100000"},
	    {"<config>" QUIET "<times httpsport='70000'/></config>",
		"1: error: times/@httpsport is \"70000\": it must be a number from 1 to 65535"},
	    {"<config>" QUIET "<times check='yes'/></config>",
		"1: error: times/@check is \"yes\": it must be true or false"},
	    {"<config>" QUIET "<environments combine='any'/></config>",
		"1: error: environments/@combine is \"any\": it must be position or all"},
	    {"<config><master user='' password='' firmware='12r1'/></config>",
		"1: error: master/@firmware is \"12r1\": it must be a build number of at most 9 digits, none or master"},
	    {"<config><master user='' password='' firmware=''/></config>",
		"1: error: master/@firmware is \"\": it must be a build number of at most 9 digits, none or master"},
	    {"<config><master user='' password='' bootcode='9876543210'/></config>",
		"1: error: master/@bootcode is \"9876543210\": it must be a build number of at most 9 digits, none, master or firmware"},
	    {"<config>" QUIET "<times forcestaging='true' allow='22,24'/></config>",
		"1: error: times/@allow is \"22,24\": it must be hours from 0 to 23 with commas between, as in 22,23,0,1"},
	    {"<config>" QUIET "<times forcestaging='true' allow='22,,23'/></config>",
		"1: error: times/@allow is \"22,,23\": it must be hours from 0 to 23 with commas between, as in 22,23,0,1"},
	    {"<config>" QUIET "<times forcestaging='true' allow='22,'/></config>",
		"1: error: times/@allow is \"22,\": it must be hours from 0 to 23 with commas between, as in 22,23,0,1"},
	    {"<config>" QUIET "<backup dir='a&#10;b'/></config>",
		"1: error: backup/@dir holds a line break or another control character: write it in one line, without"},
	    {"<config>" QUIET "<times\n httpsurlmod='!(!!'/></config>",
		"2: error: times/@httpsurlmod is \"!(!!\": the pattern is wrong at character 2: missing closing parenthesis"},
	    {"<config>" QUIET "<times\n httpsurlmod='!(a)b!$2!'/></config>",
		"2: error: times/@httpsurlmod is \"!(a)b!$2!\": the replacement names $2, but the pattern has no such group: a group is what stands in (parentheses)"},
	    {"<config>" QUIET "<proxies><proxy>10.0.0.300</proxy></proxies></config>",
		"1: error: proxies/proxy is \"10.0.0.300\": it must be an IPv4 or IPv6 address, alone or with /BITS"},
	    {"<config>" QUIET "<proxies><proxy>10.0.0.0/33</proxy></proxies></config>",
		"1: error: proxies/proxy is \"10.0.0.0/33\": the bits behind the / must be from 0 to 32"},
	    {"<config>" QUIET "<proxies><proxy>fe80::/129</proxy></proxies></config>",
		"1: error: proxies/proxy is \"fe80::/129\": the bits behind the / must be from 0 to 128"},
	    {"<config>" QUIET "<nobootdev><model>ip 232</model></nobootdev></config>",
		"1: error: nobootdev/model is \"ip 232\": a device type has letters, digits, -, _ and . only"},
	};
	(void)state;
	EXPECT(list);
}

static void what_the_server_does_for_itself(void **state)
{
	static const struct mistake list[] = {
	    {"<config>" QUIET "\n<commands url='ftp://x/'/></config>",
		"2: error: commands/@url is \"ftp://x/\": it must begin with http:// or https://"},
	    {"<config>" QUIET "<commands url='commands.txt'/></config>",
		"1: error: commands/@url is \"commands.txt\": it must begin with http:// or https://"},
	    {"<config>" QUIET "<commands url='HTTPS://x/'/></config>", ""},
	    {"<config>" QUIET "\n<statistics mail='office'/></config>",
		"2: error: statistics/@mail is \"office\": it must be one address, as in office@example.com"},
	    {"<config>" QUIET "<statistics mail='a@example.com, b@example.com'/></config>",
		"1: error: statistics/@mail is \"a@example.com, b@example.com\": it must be one address, as in office@example.com"},
	    {"<config>" QUIET "<statistics dir=''\nmail='office@example.com'/></config>",
		"2: warning: statistics/@mail does nothing, because statistics/@dir is empty: no statistics are kept"},
	    {"<config>" QUIET "<statistics dir='' copy='x'/></config>",
		"1: warning: statistics/@copy does nothing, because statistics/@dir is empty: no statistics are kept"},
	    {"<config>" QUIET "<statistics mail='office@example.com' copy='/mnt/x'/></config>", ""},
	};
	(void)state;
	EXPECT(list);
}

static void token_of_metrics(void **state)
{
#define NO_TOKEN                                                                           \
	"metrics/@token must have 16 letters or more, and be made of letters, digits and " \
	"-._~+/= only: `openssl rand -hex 20` prints a good one"
	static const struct mistake list[] = {
	    {"<config>" QUIET "<metrics token='0123456789abcde'/></config>", "1: error: " NO_TOKEN},
	    {"<config>" QUIET "\n<metrics token='0123456789 abcdef'/></config>",
		"2: error: " NO_TOKEN},
	    {"<config>" QUIET "<metrics token='0123456789abcdef'/></config>", ""},
	    {"<config>" QUIET "<metrics token=''/></config>", ""},
	};
	(void)state;
	EXPECT(list);
}

/* What becomes a part of a command, and the device that is asked. */
static void urls_and_words(void **state)
{
#define INFO "it must be a URL that begins with http:// or https://, none, or empty"
#define WORD \
	"it becomes a part of a command, so it must be printable ASCII without blanks; in a URL, %20 is a blank"
	static const struct mistake list[] = {
	    {"<config>\n<master user='' password='' info='172.16.0.10/CMD0/box_info.xml'/></config>",
		"2: error: master/@info is \"172.16.0.10/CMD0/box_info.xml\": " INFO
		"; is http:// missing in front?"},
	    {"<config><master user='' password='' info='[::1]/x'/></config>",
		"1: error: master/@info is \"[::1]/x\": " INFO "; is http:// missing in front?"},
	    {"<config><master user='' password='' info='ftp://x/y'/></config>",
		"1: error: master/@info is \"ftp://x/y\": " INFO},
	    {"<config><master user='' password='' info='HTTP://x/y'/></config>",
		"1: error: master/@info is \"HTTP://x/y\": " INFO},
	    {"<config><master user='' password='' info='http://'/></config>",
		"1: error: master/@info is \"http://\": " INFO},
	    {"<config><master user='' password='' info='http:///x'/></config>",
		"1: error: master/@info is \"http:///x\": " INFO},
	    {"<config><master user='' password='' info='/x'/></config>",
		"1: error: master/@info is \"/x\": " INFO},
	    {"<config><master user='' password='' info='http://x/a b'/></config>",
		"1: error: master/@info is \"http://x/a b\": " WORD},
	    {"<config><master user='' password='' info=' https://x/box_info.xml '/></config>", ""},
	    {"<config>" QUIET "<fwstorage url='my builds/{build}/'/></config>",
		"1: error: fwstorage/@url is \"my builds/{build}/\": " WORD},
	    {"<config>" QUIET "<fwstorage url='{build}b&#xfc;/'/></config>",
		"1: error: fwstorage/@url is \"{build}b\xc3\xbc/\": " WORD},
	    {"<config>" QUIET "<fwstorage url='a&#10;{build}'/></config>",
		"1: error: fwstorage/@url is \"a {build}\": " WORD},
	    {"<config>" QUIET "<fwstorage url=''/></config>",
		"1: error: fwstorage/@url is empty: it needs a value (where devices load firmware; {build} {model} {filetype} {filename} are replaced)"},
	    {"<config>" QUIET "<filenames><model id='a' prot='x y'/></filenames></config>",
		"1: error: filenames/model[a]/@prot is \"x y\": " WORD},
	    {"<config>" QUIET "<filenames><model id='a' boot='x y'/></filenames></config>",
		"1: error: filenames/model[a]/@boot is \"x y\": " WORD},
	    /* These two may go on with more words of the command. */
	    {"<config>" QUIET "<backup scfg='u ser hourly /force 1'/></config>", ""},
	    {"<config>" QUIET "<queries scfg='u ser hourly'/></config>", ""},
	    {"<config>" QUIET "<backup scfg='u&#10;reset'/></config>",
		"1: error: backup/@scfg holds a line break or another control character: write it in one line, without"},
	    {"<config>" QUIET "<backup scfg=' '/></config>",
		"1: error: backup/@scfg is empty: it needs a value (URL that devices send their configuration to)"},
	};
	(void)state;
	EXPECT(list);
}

static void too_long(void **state)
{
	char xml[LIMIT_SETTING + 200];
	static char long_value[LIMIT_SETTING + 2];
	(void)state;
	memset(long_value, 'x', LIMIT_SETTING + 1);
	snprintf(xml, sizeof xml, "<config>" QUIET "<backup dir='%s'/></config>", long_value);
	expect(&(struct mistake){xml, "1: error: backup/@dir is 2049 bytes long: it may be 2048"});
}

static void names(void **state)
{
	static const struct mistake list[] = {
	    {"<config>" QUIET "<phases>\n<phase id='all' seq='1'/></phases></config>",
		"2: error: phases/phase[all]/@id is \"all\": that word means any in the names of snippet files, another must be chosen"},
	    {"<config>" QUIET "<phases><phase id='_' seq='1'/></phases></config>",
		"1: error: phases/phase[_]/@id is \"_\": that is not a name for a phase"},
	    {"<config>" QUIET "<phases><phase id='_first_x' seq='1'/></phases></config>",
		"1: error: phases/phase[_first_x]/@id is \"_first_x\": names that begin with _first_ are the server's own"},
	    {"<config>" QUIET
	     "<environments><environment id='home-office'/></environments></config>",
		"1: error: environments/environment[home-office]/@id is \"home-office\": it becomes a part of file names, so it may have letters, digits and _ only; \"home_office\" would be right"},
	    {"<config>" QUIET "<environments><environment id='B\xc3\xbcro \xe6\xbc\xa2\xc3\x97'/>"
	     "</environments></config>",
		"1: error: environments/environment[B\xc3\xbcro \xe6\xbc\xa2\xc3\x97]/@id is \"B\xc3\xbcro \xe6\xbc\xa2\xc3\x97\": it becomes a part of file names, so it may have letters, digits and _ only; \"Buero___\" would be right"},
	    {"<config>" QUIET "<classes><class id='Stra\xc3\x9f"
	     "e-\xc3\x84-\xc3\xa9'/></classes></config>",
		"1: error: classes/class[Stra\xc3\x9f"
		"e-\xc3\x84-\xc3\xa9]/@id is \"Stra\xc3\x9f"
		"e-\xc3\x84-\xc3\xa9\": it becomes a part of file names, so it may have letters, digits and _ only; \"Strasse_Ae_e\" would be right"},
	    {"<config>" QUIET "<classes><class id=''/></classes></config>",
		"1: error: classes/class[] has no id: it needs one, the name of the class"},
	    {"<config>" QUIET "<classes><class id='ALL'/></classes></config>",
		"1: error: classes/class[ALL]/@id is \"all\": that word means any in the names of snippet files, another must be chosen"},
	    {"<config>" QUIET
	     "<environments>\n<environment id='a'/>\n<environment id='a'/></environments></config>",
		"3: error: environments/environment[a] occurs twice, first on line 2: make them one, or give this one another id"},
	    {"<config>" QUIET "<stdargs><stdarg key='x'/>\n<stdarg key='x'/></stdargs></config>",
		"2: error: stdargs/stdarg[x] occurs twice, first on line 1: make them one, or give this one another key"},
	    {"<config>" QUIET "<environments><environment/></environments></config>",
		"1: error: environments/environment has no id: it needs one, the name of the environment"},
	    {"<config>" QUIET "<phases>\n<phase id='x'/></phases></config>",
		"2: error: phases/phase[x] has no seq: it needs one, its place in the order of phases"},
	    {"<config>" QUIET "<queries><query id='1x'><cmd>x</cmd></query></queries></config>",
		"1: error: queries/query[1x]/@id is \"1x\": it becomes the name of an XML element and a part of URLs, so it must begin with a letter or _ and may go on with letters, digits, _, - and ."},
	    {"<config>" QUIET "<phases><phase id='x' seq='200'/></phases></config>",
		"1: warning: phases/phase[x] has the same seq as phase \"update\": which comes first depends on the order in the file"},
	    {"<config>" QUIET "<classes><class id='Phone'/></classes></config>",
		"1: warning: classes/class[Phone] differs from \"phone\" in case only: both get the same snippet files"},
	};
	(void)state;
	EXPECT(list);
}

static void names_of_others(void **state)
{
	static const struct mistake list[] = {
	    {"<config>" QUIET
	     "<environments><environment id='sifi'>\n<implies>sifl</implies></environment>"
	     "</environments></config>",
		"2: error: environments/environment[sifi]/implies is \"sifl\", which is no environment; did you mean \"sifi\"?"},
	    {"<config>" QUIET
	     "<environments><environment id='a'><implies>\na</implies></environment>"
	     "</environments></config>",
		"1: warning: environments/environment[a]/implies is the environment itself: that does nothing"},
	    {"<config>" QUIET
	     "<environments><environment id='a'><implies/></environment></environments>"
	     "</config>",
		"1: error: environments/environment[a]/implies is empty: it must be the id of another environment that comes with this one"},
	    {"<config><master user='' password=''><applies>phnoe</applies></master></config>",
		"1: warning: master/applies is \"phnoe\", which is no class and no device type that is listed; did you mean \"phone\"?"},
	    {"<config><master user='' password=''><applies env=''>berlin</applies></master></config>",
		"1: error: master/applies is \"berlin\", which is no environment"},
	    {"<config><master "
	     "user='' password=''><applies>IP232</applies><applies>*</applies></master></config>",
		""},
	    {"<config><master user='' password=''><applies>Phone</applies></master></config>",
		"1: warning: master/applies is \"Phone\", which is no class and no device type that is listed; did you mean \"phone\"?"},
	    {"<config><filenames><model id='Mine'/></filenames>"
	     "<master user='' password=''><applies>mINE</applies></master></config>",
		""},
	    {"<config>" QUIET
	     "<queries><query id='admin'>\n<applies env=''>defualt</applies></query></queries>"
	     "</config>",
		"2: error: queries/query[admin]/applies is \"defualt\", which is no environment; did you mean \"default\"?\n"
		"user-config.xml:2: warning: queries/query[admin]: no query is sent, because answers are kept only when status/@dir is set"},
	};
	(void)state;
	EXPECT(list);
}

static void queries(void **state)
{
	static const struct mistake list[] = {
	    {"<config>" QUIET "<queries>\n<query id='x'/></queries></config>",
		"2: error: queries/query[x] has no <cmd>: it needs one, the command whose output the device sends"},
	    {"<config>" QUIET "<queries><query id='x'><cmd/></query></queries></config>",
		"1: error: queries/query[x]/cmd is empty: it must be the command whose output the device sends"},
	    {"<config>" QUIET "<queries><query id='x'><cmd>a\nb</cmd></query></queries></config>",
		"1: error: queries/query[x]/cmd holds a line break or another control character: write it in one line, without"},
	    {"<config>" QUIET
	     "<queries><query id='admin'>\n<show>concat(/a</show></query></queries></config>",
		"2: error: queries/query[admin]/show is \"concat(/a\": it is no XPath expression: something is missing, or cannot stand there, at byte 10"},
	};
	(void)state;
	EXPECT(list);
}

static void settings_together(void **state)
{
	static const struct mistake list[] = {
	    {"<config>\n<master user='' password=''\n info='none' firmware='4711'\n "
	     "bootcode='master'/></config>",
		"4: error: master/@bootcode is \"master\", but master/@info is \"none\", so that no master device is asked: give a build number or \"none\", or the URL of a master device as info"},
	    {"<config>\n<master user='' password=''\n info='none' bootcode='none'/></config>",
		"3: error: master/@firmware is \"master\" (the default), but master/@info is \"none\", so that no master device is asked: give a build number or \"none\", or the URL of a master device as info"},
	    {"<config><master user='' password='' info='none' firmware='4711' bootcode='firmware'/></config>",
		""},
	    {"<config><master user='' password='' info=''/></config>", ""},
	    {"<config>\n<master user='' password='' info=' None '/></config>",
		"2: error: master/@firmware is \"master\" (the default), but master/@info is \"none\", so that no master device is asked: give a build number or \"none\", or the URL of a master device as info\n"
		"user-config.xml:2: error: master/@bootcode is \"master\" (the default), but master/@info is \"none\", so that no master device is asked: give a build number or \"none\", or the URL of a master device as info"},
	    {"<config>" QUIET "<times\nforcetrust='true'/></config>",
		"2: warning: times/@forcetrust does nothing without forcehttps=\"true\""},
	    {"<config>" QUIET "<times\nallow='22'/></config>",
		"2: warning: times/@allow is set and forcestaging is not, and its default does not count for the last phase: set forcestaging=\"true\" as well if a new device shall run that phase once at any hour"},
	    {"<config>" QUIET "<times allow='22' forcestaging='true'/></config>", ""},
	    {"<config>" QUIET "<times allow='22' forcestaging='false'/></config>", ""},
	    {"<config>" QUIET "<times allow=''/></config>", ""},
	    {"\n<config/>",
		"2: warning: master/@password is the one that everybody knows: set another one"},
	    {"<config>\n<master user='me' password='password'/></config>",
		"2: warning: master/@password is the one that everybody knows: set another one"},
	    {"<config><master user='me' password='secret'/></config>", ""},
	    {"<config>\n<master user='me' password-hash='" HASH "'/></config>", ""},
	    {"<config>\n<master user='me' password='' password-hash='" HASH "'/></config>", ""},
	    {"<config>\n<master password-hash='" HASH "'\npassword='x'/></config>",
		"3: warning: master/@password does not count, because password-hash is set: remove it"},
	    {"<config>\n<master user='me' password-hash='secret'/></config>", "2: error: " NO_HASH},
	    {"<config>\n<master password-hash='$1$saltsalt$PUNOv.7JQ7bKIBFNnFCWw1'/></config>",
		"2: error: " NO_HASH},
	    {"<config>\n<master password-hash='$y$j9T$a b$LGbGpxSLJa01eS9E5kx8aKPfGWGhDmRbNhLwKOl4l78'/></config>",
		"2: error: " NO_HASH},
	    {"<config>\n<master user='' password='x'/></config>", "2: warning: " NO_USER},
	    {"<config>\n<master user=''/></config>", "2: warning: " NO_USER},
	    {"<config>\n<master user='' password='' password-hash='" HASH "'/></config>",
		"2: warning: " NO_USER},
	    {"<config>\n<master user='me' password=''/></config>",
		"2: warning: master/@password is empty: nobody can sign in with this account; set password-hash (`rollcall passwd --hash` makes it), or, if only the accounts of `rollcall passwd` shall count, user=\"\" as well"},
	    {"<config>\n<master password='x' user='" SIXTY_FOUR "'/></config>", ""},
	    {"<config>\n<master password='x' user='" SIXTY_FOUR "x'/></config>",
		"2: warning: master/@user has more than 64 bytes: nobody can sign in with this account"},
	    {"<config>\n<master password='" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR
	     "'/></config>",
		""},
	    {"<config>\n<master password='" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR
	     "x'/></config>",
		"2: warning: master/@password has more than 256 bytes: nobody can sign in with it"},
	    {"<config>" QUIET "<times/></config>", ""},
	    {"<config><master user='' password='' idle='0'/></config>",
		"1: error: master/@idle is \"0\": it must be a number of minutes from 1 to 1440"},
	};
	(void)state;
	EXPECT(list);
}

static void answers_not_kept(void **state)
{
	static const struct mistake list[] = {
	    {"<config>" QUIET "<queries><query id='admin'>\n<applies>*</applies></query>"
	     "<query id='certificates'><applies>*</applies></query></queries></config>",
		"2: warning: queries/query[certificates], queries/query[admin]: no query is sent, because answers are kept only when status/@dir is set"},
	    {"<config>" QUIET "<queries><query id='admin' title='A'/><query id='x'><cmd>y</cmd>"
	     "\n<applies>*</applies></query></queries></config>",
		"2: warning: queries/query[x]: no query is sent, because answers are kept only when status/@dir is set"},
	    {"<config>" QUIET "<status dir='status'/><queries><query id='admin'>"
	     "<applies>*</applies></query></queries></config>",
		""},
	    {"<config>" QUIET "<queries><query id='admin' title='A'/></queries></config>", ""},
	};
	(void)state;
	EXPECT(list);
}

/* Everything that certificates need is there; what is tested stands on the second line. */
#define CERTS(attributes, children)                                                             \
	"<config>" QUIET "<status dir='s'/><queries><query id='certificates'>"                  \
	"<applies>*</applies></query></queries>\n<customcerts dir='c' " attributes ">" children \
	"</customcerts></config>"
#define INTERNAL(attributes, children) CERTS("CAtype='internal' " attributes, children)

static void certificates(void **state)
{
#define NO_STATUS \
	"2: warning: customcerts/@dir is set, but certificates are not looked at, because what devices say of theirs is kept only when status/@dir is set: set that, too"
#define NO_QUERY \
	"2: warning: customcerts/@dir is set, but the query \"certificates\" is asked of nobody, so that no certificate is looked at: add <query id=\"certificates\"><applies>*</applies></query> to <queries>"
#define NO_NAMES                                                                            \
	"2: error: customcerts/@CAname names no CA: every device would be told, again and " \
	"again, to get a new certificate; give the common name of the CA that issues the certificates"
	static const struct mistake list[] = {
	    {CERTS("", ""), ""},
	    {"<config>" QUIET "<customcerts\ndir='certs'/></config>",
		NO_STATUS "\nuser-config.xml:" NO_QUERY},
	    {"<config>" QUIET "<status dir='s'/><customcerts\ndir='certs'/></config>", NO_QUERY},
	    {"<config>" QUIET "<status dir='s'/><customcerts\ndir='certs'/><queries>"
	     "<query id='admin'><applies>*</applies></query></queries></config>",
		NO_QUERY},
	    {"<config>" QUIET "<customcerts CAname='' CAnamesep='' CSRdn-o='{name}'/></config>",
		""},
	    {CERTS("CAname=''", ""), NO_NAMES},
	    {CERTS("CAname=' , ,'", ""), NO_NAMES},
	    {CERTS("CAname='--' CAnamesep='--'", ""), NO_NAMES},
	    {CERTS("CAname='Example, Inc.' CAnamesep=''", ""),
		"2: warning: customcerts/@CAnamesep is empty, so that the whole of CAname is the name of one CA: if it names several, say what stands between them"},
	    {CERTS("CSRsan-dns-2='{name}.example.com'", ""),
		"2: warning: customcerts/@CSRsan-dns-2 has {name}, but the query \"admin\", which tells the name, is asked of nobody, so that the value becomes empty: add <query id=\"admin\"><applies>*</applies></query> to <queries>"},
	    {"<config>" QUIET "<status dir='s'/><queries><query id='certificates'>"
	     "<applies>*</applies></query><query id='admin'><applies env=''>default</applies>"
	     "</query></queries><customcerts dir='c' CSRsan-dns-1='{name}'/></config>",
		""},
	    {CERTS("CSRdn-cn='anything'", ""), ""},
	};
	(void)state;
	EXPECT(list);
}

static void internal_ca(void **state)
{
#define ROUND(days, renew)                                                                       \
	"2: error: customcerts/@CAdays is " days " and customcerts/@renew is " renew             \
	": a new certificate would be due for renewal at once, again and again; CAdays must be " \
	"the greater one"
#define CLAIMS(name, value)                                                                      \
	"2: warning: customcerts/@CAusage is \"both\" and " name " is \"" value                  \
	"\": a device could claim the name of any server, so that no request is signed without " \
	"an administrator, not even a renewal"
	static const struct mistake list[] = {
	    {INTERNAL("", ""), ""},
	    {INTERNAL("CAalgorithm='rsa-3072' CAusage='Client' CAdays='91'", ""), ""},
	    {INTERNAL("CAalgorithm='RSA-1024'", ""),
		"2: error: customcerts/@CAalgorithm is \"RSA-1024\": it must be P-256, P-384, RSA-2048, RSA-3072 or RSA-4096"},
	    {INTERNAL("CAusage='server'", ""),
		"2: error: customcerts/@CAusage is \"server\": it must be client or both"},
	    {CERTS("CAtype='none'", ""),
		"2: error: customcerts/@CAtype is \"none\": it must be manual or internal"},
	    {INTERNAL("CAdays='3651'", ""),
		"2: error: customcerts/@CAdays is \"3651\": it must be a number of days from 1 to 3650"},
	    {INTERNAL("CAdays=''", ""),
		"2: error: customcerts/@CAdays is empty: the internal CA needs a number of days, for how long a certificate is valid"},
	    {INTERNAL("CAdays='90'", ""), ROUND("90", "90")},
	    {INTERNAL("renew='1000'", ""), ROUND("730", "1000")},
	    {INTERNAL("renew='' CAdays='1'", ""), ""},
	    {CERTS("CAdays='1'", ""), ""},
	    {"<config>" QUIET "<customcerts\nCAtype='internal'/></config>",
		"2: warning: customcerts/@CAtype is \"internal\", but customcerts/@dir is empty, so that certificates are not handled: name the folder for them"},
	    {INTERNAL("CSRdn-cn='phone-{sn}'", ""),
		"2: error: customcerts/@CSRdn-cn is \"phone-{sn}\": a certificate with this common name is not recognised as that of the device, so that the internal CA signs no request; it must be {sn} or {hwid}"},
	    {INTERNAL("CSRdn-cn='{hwid}'", ""), ""},
	    {INTERNAL("CSRdn-cn='phone' CAwildcard='phone'", ""), ""},
	    {INTERNAL("CAusage='both' CSRsan-dns-1='{hwid}.example.com' CSRsan-ip-1='{ip}'", ""),
		""},
	    {INTERNAL("CSRsan-ip-2='{realip}'", ""), ""},
	    {CERTS("CAusage='both' CSRsan-ip-2='{realip}'", ""), ""},
	    {INTERNAL("CAusage='both' CSRsan-dns-3='x.{rdns}'", ""),
		CLAIMS("CSRsan-dns-3", "x.{rdns}")},
	    {INTERNAL("CAusage='BOTH' CSRsan-ip-2='{realip}'", ""),
		CLAIMS("CSRsan-ip-2", "{realip}")},
	};
	(void)state;
	EXPECT(list);
}

static void auto_sign_off(void **state)
{
#define NETWORK(attributes) INTERNAL("", "\n<auto-sign-off " attributes "/>")
#define ANYBODY \
	"3: warning: customcerts/auto-sign-off is a network that has every address in it: anybody gets a certificate for the device that he says he is"
#define NO_MASK(mask)                                             \
	"3: error: customcerts/auto-sign-off/@netmask is \"" mask \
	"\": it must be an IPv4 mask, ones and then zeros, as in 255.255.0.0"
	static const struct mistake list[] = {
	    {NETWORK("network='10.0.0.0' netmask='255.255.255.254'"), ""},
	    {NETWORK("network='10.0.0.0/8' netmask=''"), ""},
	    {NETWORK("network='fe80::/10'"), ""},
	    {NETWORK("network='10.0.0.1'"), ""},
	    {NETWORK("netmask='255.0.0.0'"),
		"3: error: customcerts/auto-sign-off has no network: it needs one, requests from this network are signed without an administrator: an address, or ADDRESS/BITS"},
	    {NETWORK("network='10.0.0.0' netmask='255.0.255.0'"), NO_MASK("255.0.255.0")},
	    {NETWORK("network='10.0.0.0' netmask='0.0.0.255'"), NO_MASK("0.0.0.255")},
	    {NETWORK("network='10.0.0.0' netmask='24'"), NO_MASK("24")},
	    {NETWORK("network='10.0.0.0' netmask='ffff::'"), NO_MASK("ffff::")},
	    {NETWORK("network='10.0.0/24'"),
		"3: error: customcerts/auto-sign-off/@network is \"10.0.0/24\": it must be an IPv4 or IPv6 address, alone or with /BITS"},
	    {NETWORK("network='10.0.0.0/8' netmask='255.0.0.0'"),
		"3: error: customcerts/auto-sign-off has a network with /BITS, \"10.0.0.0/8\", and a netmask: one of both must go"},
	    {NETWORK("network='fe80::' netmask='255.0.0.0'"),
		"3: error: customcerts/auto-sign-off has an IPv6 network, \"fe80::\", and a netmask, which is for IPv4: write /BITS behind the network instead"},
	    {NETWORK("network='0.0.0.0/0'"), ANYBODY},
	    {NETWORK("network='::/0'"), ANYBODY},
	    {NETWORK("network='10.0.0.0'\nnetmask='0.0.0.0'"),
		"4: warning: customcerts/auto-sign-off is a network that has every address in it: anybody gets a certificate for the device that he says he is"},
	    {NETWORK("network='10.0.0.0/10'"), ""},
	    {CERTS("", "\n<auto-sign-off network='10.0.0.0/8'/>"),
		"3: warning: customcerts/auto-sign-off does nothing without CAtype=\"internal\": nobody but you can sign with the key of a CA elsewhere"},
	};
	(void)state;
	EXPECT(list);
}

static void forced_trust(void **state)
{
#define FORCED(port, certs) \
	"<config>" QUIET "<times forcehttps='true'\nforcetrust='true' " port "/>" certs "</config>"
	static const struct mistake list[] = {
	    {FORCED("httpsport='444'", ""), ""},
	    {FORCED("", ""),
		"2: warning: times/@forcetrust is set, but httpsport is not, so that devices come to port 443, which asks for no client certificate, and get no snippets: set httpsport to the port for mutual TLS (rollcall serve --mtls)"},
	    {FORCED("httpsport='444'", "<customcerts CAname=''/>"),
		"2: error: customcerts/@CAname names no CA: with times/@forcetrust no device would get snippets; give the common name of the CA that issues the certificates"},
	    {FORCED("httpsport='444'", "<customcerts CSRdn-cn='x'/>"), ""},
	    {FORCED("httpsport='444'",
		 "<status dir='s'/><queries><query id='certificates'><applies>*</applies>"
		 "</query></queries><customcerts dir='c' CSRdn-cn='{sn}.example.com'/>"),
		"2: warning: customcerts/@CSRdn-cn is \"{sn}.example.com\": a certificate with this common name is not recognised as that of the device, so that with times/@forcetrust it gets no snippets; it must be {sn} or {hwid}"},
	    {"<config>" QUIET "<times forcehttps='true'/></config>", ""},
	};
	(void)state;
	EXPECT(list);
}

#define ASKED(attributes)                                                                     \
	"<config>" QUIET "<status dir='status'/>\n<queries " attributes "><query id='admin'>" \
	"<applies>*</applies></query></queries></config>"

/* Devices are told the URL; what they send there must be known for what it is. */
static void modes(void **state)
{
#define NO_BACKUP(value)                                                                           \
	"2: warning: backup/@scfg is \"" value "\", without mode=backup in it: what devices send " \
	"there is not kept as a backup"
#define NO_ANSWER(value)                                                                           \
	"2: warning: queries/@scfg is \"" value "\", without mode=query in it: what devices send " \
	"there is not kept as an answer"
#define BACKUP(scfg) "<config>" QUIET "<backup dir='b'\nscfg='" scfg "'/></config>"
	static const struct mistake list[] = {
	    {BACKUP("update.php?hwid=#h"), NO_BACKUP("update.php?hwid=#h")},
	    {BACKUP("update.php?mode=query"), NO_BACKUP("update.php?mode=query")},
	    {BACKUP("update.php?mode=backups&amp;x"), NO_BACKUP("update.php?mode=backups&x")},
	    {BACKUP("update.php?xmode=backup"), NO_BACKUP("update.php?xmode=backup")},
	    {BACKUP("update.php ?mode=backup"), NO_BACKUP("update.php ?mode=backup")},
	    {BACKUP("u?mode=backup&amp;mode=query"), NO_BACKUP("u?mode=backup&mode=query")},
	    {BACKUP("http://x/update/update.php?sn=#m"),
		NO_BACKUP("http://x/update/update.php?sn=#m")},
	    {BACKUP("update.php?to=http://x/"), NO_BACKUP("update.php?to=http://x/")},
	    {BACKUP("u?to=http://x/"), NO_BACKUP("u?to=http://x/")},
	    {BACKUP("update.php?hwid=#h&amp;mode=backup ser hourly /force 1"), ""},
	    {BACKUP("update.php?mode=query&amp;mode=backup"), ""},
	    {BACKUP("https://other.example/#h.txt"), ""},
	    {BACKUP("https://other.example/x?page=update.php"), ""},
	    {"<config>" QUIET "<backup scfg='u'/><queries scfg='u'/></config>", ""},
	    {ASKED("scfg='update.php?sn=#m'"), NO_ANSWER("update.php?sn=#m")},
	    {ASKED("scfg='update.php?mode=query'"), ""},
	    {ASKED(""), ""},
	};
	(void)state;
	EXPECT(list);
}

static void missing_and_forgotten(void **state)
{
#define NEVER(missing, expire)                                                     \
	"2: warning: status/@missing is " missing " and status/@expire is " expire \
	": a device is "                                                           \
	"forgotten before it is missing, so that none ever is"
	static const struct mistake list[] = {
	    {"<config>" QUIET "<status missing='60'\nexpire='60'/></config>", NEVER("60", "60")},
	    {"<config>" QUIET "<status\nexpire='3600'/></config>", NEVER("604800", "3600")},
	    {"<config>" QUIET "<status\nmissing='7776001'/></config>", NEVER("7776001", "7776000")},
	    {"<config>" QUIET "<status missing='60' expire='61'/></config>", ""},
	    {"<config>" QUIET "<status missing='' expire='60'/></config>", ""},
	    {"<config>" QUIET "<status missing='60' expire=''/></config>", ""},
	};
	(void)state;
	EXPECT(list);
}

#define SHOWN(expression)                                                             \
	"<config>" QUIET "<queries><query id='media'><cmd>x</cmd>\n<show>" expression \
	"</show></query></queries></config>"
#define SHOW "2: warning: queries/query[media]/show "

/* What is shown of an answer that nobody gives. */
static void shows_of_no_query(void **state)
{
#define NONE(id) SHOW "asks for /state/queries/" id ", but no query is called so"
	static const struct mistake list[] = {
	    {SHOWN("/state/queries/meida/info/@x"), NONE("meida") "; did you mean \"media\"?"},
	    {SHOWN("/state/queries/Admin"), NONE("Admin") "; did you mean \"admin\"?"},
	    {SHOWN("concat(/state/queries/media/x, /state/queries/qwertz[1])"), NONE("qwertz")},
	    {SHOWN("concat(/state/queries/qwertz/a, /state/queries/qwertz/b)"), NONE("qwertz")},
	    {SHOWN("'/state/queries/qwertz'"), ""},
	    {SHOWN("string(\"it's /state/queries/qwertz\")"), ""},
	    {SHOWN("/state/queries/*/info"), ""},
	    {SHOWN("count(/state/queries)"), ""},
	    {SHOWN("/x/state/queries/qwertz"), ""},
	    {SHOWN("/state/queries/certificates/info"), ""},
	};
	(void)state;
	EXPECT(list);
}

static void shows_begin_with_a_slash(void **state)
{
#define RELATIVE(value)                                                 \
	SHOW "is \"" value "\": a path must begin with a slash, as in " \
	     "/state/queries/media/info"
	static const struct mistake list[] = {
	    {SHOWN("info/nat/@result"), RELATIVE("info/nat/@result")},
	    {SHOWN("@seen"), RELATIVE("@seen")},
	    {SHOWN("./state"), RELATIVE("./state")},
	    {SHOWN("*"), RELATIVE("*")},
	    {SHOWN("(state)"), RELATIVE("(state)")},
	    {SHOWN("text()"), RELATIVE("text()")},
	    {SHOWN("child::state"), RELATIVE("child::state")},
	    {SHOWN("//info"), ""},
	    {SHOWN("string (/state)"), ""},
	    {SHOWN("'text'"), ""},
	    {SHOWN("-1 + .5"), ""},
	    {SHOWN(".5"), ""},
	    {SHOWN("(/state)[1]"), ""},
	};
	(void)state;
	EXPECT(list);
}

/* What the web server publishes, however it is written. */
static void published_folders(void **state)
{
#define PUBLISHED(setting, value, at, better)                                                      \
	"2: error: " setting " is \"" value "\", which is published by the web server at BASE/" at \
	"/; use another folder, e.g. " better
#define OUTSIDE(value)                        \
	"1: warning: backup/@dir is \"" value \
	"\", which leads out of the home directory: if that is meant, an absolute path is clearer"
	static const struct mistake list[] = {
	    {"<config>" QUIET "<backup\ndir='fw'/></config>",
		PUBLISHED("backup/@dir", "fw", "fw", "backup")},
	    {"<config>" QUIET "\n<times dir='./web/'/></config>",
		PUBLISHED("times/@dir", "./web/", "web", "scripts")},
	    {"<config>" QUIET "\n<status dir='a/..//fw/./x'/></config>",
		PUBLISHED("status/@dir", "a/..//fw/./x", "fw", "status")},
	    {"<config>\n<master user='' password='' cache='web/master.xml'/></config>",
		PUBLISHED("master/@cache", "web/master.xml", "web", "data/master-info.xml")},
	    {"<config>" QUIET "\n<customcerts dir='a/b/../../fw/certs'/></config>",
		PUBLISHED("customcerts/@dir", "a/b/../../fw/certs", "fw",
		    "certs") "\nuser-config.xml:" NO_STATUS "\nuser-config.xml:" NO_QUERY},
	    {"<config>" QUIET "<backup dir='../fw'/></config>", OUTSIDE("../fw")},
	    {"<config>" QUIET "<backup dir='a/../../b'/></config>", OUTSIDE("a/../../b")},
	    {"<config>" QUIET "<backup dir='fwx'/><status dir='x/fw'/><times dir='.'/></config>",
		""},
	    {"<config>" QUIET "<backup dir='/fw'/><status dir='fw/../..fw'/></config>", ""},
	};
	(void)state;
	EXPECT(list);
}

static void meta_words(void **state)
{
#define FW_WORDS \
	"which stands for nothing ({build} {model} {filetype} {filename} do): no device would find such a file"
#define CSR_WORDS \
	"which stands for nothing ({realip} {ip} {proxy} {sn} {hwid} {name} {rdns} do): the value becomes empty"
	static const struct mistake list[] = {
	    {"<config>" QUIET "<fwstorage\nurl='fw/{bild}/'/></config>",
		"2: error: fwstorage/@url has {bild}, " FW_WORDS "; did you mean \"{build}\"?"},
	    {"<config>" QUIET "<fwstorage url='fw/{build}/{type}'/></config>",
		"1: error: fwstorage/@url has {type}, " FW_WORDS},
	    {"<config>" QUIET "<fwstorage url='fw/{build'/></config>",
		"1: error: fwstorage/@url has {build, " FW_WORDS "; did you mean \"{build}\"?"},
	    {"<config>" QUIET "<fwstorage\nurl='fw/{model}/'/></config>",
		"2: warning: fwstorage/@url has no {build}: devices load every build from the same place"},
	    {"<config>" QUIET "<fwstorage url='{build}{model}{filetype}{filename}'/></config>", ""},
	    {"<config>" QUIET "<customcerts CSRdn-cn='{hwid}'\nCSRsan-dns-1='{nmae}.x'/></config>",
		"2: warning: customcerts/@CSRsan-dns-1 has {nmae}, " CSR_WORDS
		"; did you mean \"{name}\"?"},
	    {"<config>" QUIET "<customcerts CSRdn-o='{company}' CAkeys='{x}'/></config>",
		"1: warning: customcerts/@CSRdn-o has {company}, " CSR_WORDS},
	};
	(void)state;
	EXPECT(list);
}

/* env=one,two: the second only gets the places that the first leaves free. */
static void dropped_by_position(void **state)
{
#define ENVIRONMENTS                                                      \
	"<environment id='x'/><environment id='y'/><environment id='z'/>" \
	"<environment id='a'><implies>x</implies></environment>\n"        \
	"<environment id='b'><implies>y</implies></environment>"
	static const struct mistake list[] = {
	    {"<config>" QUIET "\n<environments>" ENVIRONMENTS "</environments></config>",
		POSITION("2", "a", "b", "b, y")},
	    {"<config>" QUIET "<environments combine='all'>" ENVIRONMENTS
	     "</environments></config>",
		""},
	    {"<config>" QUIET "\n<environments><environment id='homeoffice'/>"
	     "<environment id='mobile'/></environments></config>",
		POSITION("2", "homeoffice", "mobile", "mobile")},
	    {"<config>" QUIET "<environments><environment id='a'><implies>b</implies></environment>"
	     "<environment id='b'/><environment id='c'/></environments></config>",
		POSITION("1", "a", "c", "c")},
	    {"<config>" QUIET "<environments><environment id='a'><implies>b</implies></environment>"
	     "<environment id='b'/></environments></config>",
		POSITION("1", "b", "a", "a")},
	    {"<config>" QUIET
	     "<environments><environment id='a'><implies>default</implies></environment>"
	     "</environments></config>",
		""},
	};
	(void)state;
	EXPECT(list);
}

/* What is wrong with the XML itself, in the words of a person; and the line of the cause. */
static void xml_mistakes(void **state)
{
	static const struct mistake list[] = {
	    {"<config>\n<backup scfg='u?a=1&b=2'/></config>",
		"2: error: this & must be written &amp;"},
	    {"<config>\n<backup scfg='a & b'/></config>", "2: error: this & must be written &amp;"},
	    {"<config>\n\na & b</config>", "3: error: this & must be written &amp;"},
	    {"<config>\n&foo;</config>",
		"2: error: &foo; is not known: write the text itself, or &amp;foo; if these very letters are meant"},
	    {"<config>\n<times\n dir=scripts/></config>",
		"3: error: the value of dir must stand in quotes: dir=\"…\""},
	    {"<config>\n<times grace=90 dir='x'/></config>",
		"2: error: the value of grace must stand in quotes: grace=\"…\""},
	    {"<config>\n<times check/></config>",
		"2: error: the attribute check has no value: it must be check=\"…\""},
	    {"<config>\n<times dir='scripts/>\n<status/>\n</config>",
		"2: error: the quote ' that opens here is not closed (a < within quotes is written &lt;)"},
	    {"<config>\n<master user='me password='x'/></config>",
		"2: error: before this x a blank must stand: is it missing, or a quote?"},
	    {"<config>\n<times dir='a'grace='1'/></config>",
		"2: error: before this g a blank must stand: is it missing, or a quote?"},
	    {"<config>\n<times dir='a' \"/></config>",
		"2: error: the name of an attribute must stand here, not \": is there a quote too many, or one too few?"},
	    {"<config>\n<environments>\n<environment id='a'/>\n</environments\n<queries/></config>",
		"4: error: the tag </environments that begins here is not closed: it must end with >"},
	    {"<config>\n<times\ndir='a'\n<status/></config>",
		"2: error: the tag <times that begins here is not closed: it must end with >"},
	    {"<config>\n<times/>\n</config",
		"3: error: the tag </config that begins here is not closed: it must end with >"},
	    {"<config>\n<environments>\n<environment id='a'/>\n</config>",
		"4: error: </config> stands where </environments> must: <environments> was opened on line 2 and is not ended yet"},
	    {"<config>\n<times>\n</tmies>\n</config>",
		"3: error: </tmies> stands where </times> must: <times> was opened on line 2 and is not ended yet"},
	    {"<config>\n<times>\n</times>",
		"3: error: here the file ends, but <config> of line 1 does not: </config> is missing"},
	    {"<config>\n<times dir='a'\n dir='b'/></config>",
		"3: error: the attribute dir stands twice in this tag: one must go"},
	    {"<config/>\n<config/>",
		"2: error: something follows the end of the outermost element: there may be only one, and nothing behind it"},
	    {"hello <config/>", "1: error: something stands before the first tag: take it out"},
	    {"\n<?xml version='1.0'?><config/>",
		"2: error: the line <?xml …?> must be the first of the file: nothing may stand before it, no blank either"},
	    {"<config>\n<!-- a -- b --></config>", "2: error: a comment may not hold --"},
	    {"<config>\n<!-- a\n</config>",
		"2: error: the <!-- that stands here is not closed: --> is missing"},
	    {"<config>\na < b</config>",
		"2: error: this < does not begin a tag: a name must follow at once (in a text, < is written &lt;)"},
	    {"<config>\n]]></config>", "2: error: ]]> in a text is written ]]&gt;"},
	    {"<!DOCTYPE config SYSTEM 'a'\n<config/>",
		"2: error: the DOCTYPE before this < is not closed: > is missing"},
	    {"<config>\n<!DOCTYPE config SYSTEM 'a'></config>",
		"2: error: the DOCTYPE must stand before the first element"},
	    {"<config>\n&#1;</config>",
		"2: error: this is not well-formed XML: xmlParseCharRef: invalid xmlChar value 1"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		char said[400];
		snprintf(said, sizeof said, "%s (nothing behind it was looked at)", list[i].said);
		expect(&(struct mistake){list[i].xml, said});
	}
}

static void all_are_listed(void **state)
{
	struct tried t =
	    conf_try("<config>\n<times grace='x'/>\n<nothing/>\n<status refresh='y'/>\n"
		     "<environments><environment id='a-b'/></environments>\n</config>");
	(void)state;
	assert_int_equal(t.found.errors, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(t.found.list[i].line, i < 1 ? 1 : i + 1);
	conf_try_free(&t);
}

/* A group that the defaults fail to fill. */
static void nothing_left(void **state)
{
	struct tried t = conf_try_over("<config/>", NULL, 0);
	(void)state;
	assert_string_equal(buf_text(&t.text),
	    "default-config.xml:1: error: there is no phase: at least one must be configured\n"
	    "default-config.xml:1: error: there is no environment: at least one must be configured\n");
	conf_try_free(&t);
}

/* A target that can never be reached is a mistake. */
static void forwards(void **state)
{
#define FORWARD(attributes) \
	"<config>" QUIET "<alarms>\n<forward id='ops' " attributes "/></alarms></config>"
#define TO_IS(to) "2: error: alarms/forward[ops]/@to is \"" to "\": "
	static const struct mistake list[] = {
	    {FORWARD("to='http://192.0.2.7' user='u' password='p'"), ""},
	    {FORWARD("to='https://192.0.2.7:8443/ap/alarm.fcgi'"), ""},
	    {FORWARD("to='syslog:'"), ""},
	    {FORWARD("to='command:/usr/local/bin/tell' severity='major'"), ""},
	    {FORWARD("to='mailto:ops@example.com' from='rollcall@example.com'"), ""},
	    {FORWARD(""),
		"2: error: alarms/forward[ops] has no to: it needs one, where alarms are passed on to: http://, https://, syslog:, command:, mailto:"},
	    {FORWARD("to='htp://192.0.2.7'"),
		TO_IS(
		    "htp://192.0.2.7") "it must begin with http://, https://, syslog:, command: or mailto:; did you mean \"http:\"?"},
	    {FORWARD("to='ops@example.com'"),
		TO_IS(
		    "ops@example.com") "it must begin with http://, https://, syslog:, command: or mailto:; is mailto: missing in front?"},
	    {FORWARD("to='/usr/local/bin/tell'"),
		TO_IS(
		    "/usr/local/bin/tell") "it must begin with http://, https://, syslog:, command: or mailto:; is command: missing in front?"},
	    {FORWARD("to='192.0.2.7'"),
		TO_IS(
		    "192.0.2.7") "it must begin with http://, https://, syslog:, command: or mailto:"},
	    {FORWARD("to='http://192.0.2.7:99999'"),
		TO_IS(
		    "http://192.0.2.7:99999") "it must be a URL with a host, as in http://192.0.2.7 or https://alarms.example:8443/path"},
	    {FORWARD("to='syslog:log.example'"),
		TO_IS(
		    "syslog:log.example") "it must be syslog: (the log of this system) or, as in syslog://192.0.2.7, a host"},
	    {FORWARD("to='command:tell'"),
		TO_IS(
		    "command:tell") "it must name a program by its whole path, as in command:/usr/local/bin/alarm, without words behind it"},
	    {FORWARD("to='mailto:a@b.example, c@d.example'"),
		TO_IS(
		    "mailto:a@b.example, c@d.example") "it must have one address, as in mailto:ops@example.com; for another one add another <forward>"},
	    {FORWARD("to='mailto:a@b.example&#10;Bcc: c@d.example'"),
		"2: error: alarms/forward[ops]/@to holds a line break or another control character: write it in one line, without\n"
		"user-config.xml:2: error: alarms/forward[ops]/@to is \"mailto:a@b.example Bcc: c@d.example\": it must have one address, as in mailto:ops@example.com; for another one add another <forward>"},
	    {FORWARD("to='mailto:a@b.example' from='Rollcall'"),
		"2: error: alarms/forward[ops]/@from is \"Rollcall\": it must be an address, as in rollcall@example.com"},
	    {FORWARD("to='syslog:' user='u'"),
		"2: warning: alarms/forward[ops]/@user does nothing: it is for targets that begin with http: and https:"},
	    {FORWARD("to='http://192.0.2.7' from='a@b.example'"),
		"2: warning: alarms/forward[ops]/@from does nothing: it is for targets that begin with mailto:"},
	    {FORWARD("to='http://192.0.2.7' password='p'"),
		"2: warning: alarms/forward[ops]/@password does nothing without user"},
	    {FORWARD("to='syslog:' severity='loud'"),
		"2: error: alarms/forward[ops]/@severity is \"loud\": it must be minor, indeterminate or major"},
	};
	(void)state;
	EXPECT(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forwards),
	    cmocka_unit_test(unknown_names),
	    cmocka_unit_test(guesses),
	    cmocka_unit_test(wrong_values),
	    cmocka_unit_test(token_of_metrics),
	    cmocka_unit_test(what_the_server_does_for_itself),
	    cmocka_unit_test(urls_and_words),
	    cmocka_unit_test(too_long),
	    cmocka_unit_test(names),
	    cmocka_unit_test(names_of_others),
	    cmocka_unit_test(queries),
	    cmocka_unit_test(settings_together),
	    cmocka_unit_test(answers_not_kept),
	    cmocka_unit_test(certificates),
	    cmocka_unit_test(internal_ca),
	    cmocka_unit_test(auto_sign_off),
	    cmocka_unit_test(forced_trust),
	    cmocka_unit_test(modes),
	    cmocka_unit_test(missing_and_forgotten),
	    cmocka_unit_test(shows_of_no_query),
	    cmocka_unit_test(shows_begin_with_a_slash),
	    cmocka_unit_test(published_folders),
	    cmocka_unit_test(meta_words),
	    cmocka_unit_test(dropped_by_position),
	    cmocka_unit_test(xml_mistakes),
	    cmocka_unit_test(all_are_listed),
	    cmocka_unit_test(nothing_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
