/* SPDX-License-Identifier: ISC */
/* core/req: the door. What is let in is typed and clean; what is not is refused with a reason. */
#include "core/req.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/pct.h"
#include "base/text.h"

#include "test/unit/helpers.h"

#define DEVICE "type=IP232&sn=00-90-33-30-00-af&hwid=IP232-30-00-af&ip=172.16.1.9"

static struct arena arena;

static struct req_input input(const char *query)
{
	return (struct req_input){.method = "GET",
	    .path = "/update/update.php",
	    .query = query,
	    .host = "update.example",
	    .port = "80",
	    .peer = "192.0.2.7"};
}

static struct request parse(const char *query)
{
	struct req_input in = input(query);
	struct request r;
	req_parse(&arena, &in, NULL, &r);
	return r;
}

/* Refused with a reason that says `why` and is safe to print. */
static void assert_refused(const struct request *r, int status, const char *why)
{
	if (!r->refused)
		fail_msg("should be refused: %s", why);
	if (!strstr(r->refused, why))
		fail_msg("\"%s\" should say \"%s\"", r->refused, why);
	assert_int_equal(r->status, status);
	assert_true(text_is_utf8(r->refused, strlen(r->refused)));
	assert_false(text_has_control(r->refused, strlen(r->refused)));
}

/* NAME=xxx… with n letters. */
static const char *long_arg(const char *name, size_t n, const char *more)
{
	char *x = arena_alloc(&arena, n + 1);
	memset(x, 'x', n);
	return arena_printf(&arena, "%s=%s%s", name, x, more);
}

static void fields(void **state)
{
	(void)state;
	struct request r =
	    parse(DEVICE "&phase=update&env=a,b&polling=5&mode=m&PROT=1&BOOT=2&CHECK=3");
	assert_null(r.refused);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.method, METHOD_GET);
	assert_string_equal(r.type, "IP232");
	assert_string_equal(r.sn, "00-90-33-30-00-af");
	assert_string_equal(r.hwid, "IP232-30-00-af");
	assert_string_equal(r.ip, "172.16.1.9");
	assert_string_equal(r.phase, "update");
	assert_string_equal(r.env, "a,b");
	assert_string_equal(r.polling, "5");
	assert_string_equal(r.mode, "m");
	assert_string_equal(r.prot, "1");
	assert_string_equal(r.boot, "2");
	assert_string_equal(r.check, "3");
	assert_int_equal(r.nargs, 11);
	r = parse("Type=x&prot=1"); /* names are case-sensitive */
	assert_null(r.type);
	assert_null(r.prot);
}

static void absent_pointers(void **state)
{
	(void)state;
	const struct req_input in = {0};
	struct request r;
	req_parse(&arena, &in, NULL, &r);
	assert_refused(&r, 200, "there is no Host header");
	assert_int_equal(r.method, METHOD_OTHER);
	assert_string_equal(r.path, "");
	assert_string_equal(r.host, "");
	assert_string_equal(r.address, "");
	assert_int_equal(r.nargs, 0);
	assert_string_equal(req_subject(&r), "unknown device");
}

/* Decoded as forms are; of a repeated one the last counts, at the place of the first. */
static void arguments(void **state)
{
	(void)state;
	static const struct {
		const char *query, *args; /* "name=value|…" */
	} cases[] = {
	    {"", ""},
	    {"&&&", ""},
	    {"a", "a="},
	    {"a=", "a="},
	    {"a=b=c", "a=b=c"},
	    {"=x&a=1", "a=1"},
	    {"a=1&b=2&a=3", "a=3|b=2"},
	    {"a=1&%61=2", "a=2"},
	    {"a+b=c+d%2B", "a b=c d+"},
	    {"a=%26b%3Dc", "a=&b=c"},
	    {"a=50%&b=%zz", "a=50%|b=%zz"},
	    {"a=%2541", "a=%41"},
	    {"a;b=1", "a;b=1"},
	    {"a[]=1&a[]=2", "a[]=2"},
	    {"a=%c3%bc", "a=\xc3\xbc"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct request r = parse(cases[i].query);
		struct buf b = {0};
		for (size_t k = 0; k < r.nargs; k++)
			buf_addf(&b, "%s%s=%s", k ? "|" : "", r.args[k].name, r.args[k].value);
		assert_null(r.refused);
		assert_string_equal(buf_text(&b), cases[i].args);
		buf_free(&b);
	}
	struct request r = parse("a=1&b=2&a=3");
	assert_string_equal(req_arg(&r, "a"), "3");
	assert_null(req_arg(&r, "A"));
}

/* A line break in any argument must never start a command line: nothing with one comes in. */
static void control_characters(void **state)
{
	(void)state;
	static const char *const names[] = {"type", "sn", "hwid", "ip", "phase", "env", "polling",
	    "mode", "PROT", "BOOT", "CHECK", "other"};
	static const char *const bad[] = {"%0d%0areset", "%0a", "%00", "x%00y", "%7f", "%1b[2J",
	    "\t", "\r\n", "%c2%85", "%c2%9bx"};
	for (size_t i = 0; i < COUNT(names); i++) {
		for (size_t k = 0; k < COUNT(bad); k++) {
			struct request r =
			    parse(arena_printf(&arena, DEVICE "&%s=a%s", names[i], bad[k]));
			assert_refused(&r, 200,
			    arena_printf(&arena, "argument %s has a control character", names[i]));
			r = parse(arena_printf(&arena, "%s%s=a", names[i], bad[k]));
			assert_refused(&r, 200, "the name of an argument has a control character");
		}
	}
	/* The last one counts, but an earlier one is read too. */
	struct request r = parse("x=%0a&x=1");
	assert_refused(&r, 200, "argument x has a control character");
}

static void not_utf8(void **state)
{
	(void)state;
	static const char *const bad[] = {"%fc", "%c0%af", "%ed%a0%80", "%c3", "\xff"};
	for (size_t k = 0; k < COUNT(bad); k++) {
		struct request r = parse(arena_printf(&arena, "env=%s", bad[k]));
		assert_refused(&r, 200, "argument env is not UTF-8: \"\\x");
		r = parse(arena_printf(&arena, "%s=1", bad[k]));
		assert_refused(&r, 200, "the name of an argument is not UTF-8");
	}
}

static void lengths(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t max;
	} cases[] = {{"type", LIMIT_TYPE}, {"sn", LIMIT_SN}, {"hwid", LIMIT_HWID}, {"ip", LIMIT_IP},
	    {"phase", LIMIT_PHASE}, {"env", LIMIT_ARG_VALUE}, {"polling", LIMIT_ARG_VALUE},
	    {"other", LIMIT_ARG_VALUE}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct request r = parse(long_arg(cases[i].name, cases[i].max, ""));
		assert_null(r.refused);
		r = parse(long_arg(cases[i].name, cases[i].max + 1, ""));
		assert_refused(&r, 200,
		    arena_printf(&arena, "argument %s is %zu bytes long, at most %zu",
			cases[i].name, cases[i].max + 1, cases[i].max));
	}
	const char *name = long_arg("", LIMIT_ARG_NAME, "=1") + 1;
	struct request r = parse(name);
	assert_null(r.refused);
	r = parse(arena_printf(&arena, "x%s", name));
	assert_refused(&r, 200, "the name of an argument is 65 bytes long");
	/* Measured decoded: 1024 letters may be 3072 bytes of query. */
	struct buf b = {0};
	buf_adds(&b, "x=");
	for (int i = 0; i < LIMIT_ARG_VALUE; i++)
		buf_adds(&b, "%41");
	r = parse(arena_strdup(&arena, b.data));
	assert_null(r.refused);
	buf_free(&b);
}

static void counts(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int i = 0; i < LIMIT_ARGS; i++)
		buf_addf(&b, "%sa%d=1", i ? "&" : "", i);
	struct request r = parse(arena_strdup(&arena, b.data));
	assert_null(r.refused);
	assert_int_equal(r.nargs, LIMIT_ARGS);
	buf_adds(&b, "&x=1");
	r = parse(arena_strdup(&arena, b.data));
	assert_refused(&r, 200, "257 arguments, at most 256 are allowed");

	/* Ten thousand of them: the query is too long already; the log can still name the device. */
	buf_reset(&b);
	buf_adds(&b, DEVICE);
	for (int i = 0; i < 10000; i++)
		buf_addf(&b, "&a%d=1", i);
	r = parse(arena_strdup(&arena, b.data));
	assert_refused(&r, 200, "the query is ");
	assert_true(r.nargs <= LIMIT_ARGS);
	assert_string_equal(req_subject(&r), "00-90-33-30-00-af");
	buf_free(&b);

	r = parse(long_arg("sn=1", LIMIT_QUERY, ""));
	assert_refused(&r, 200, "at most 8192 are allowed");
}

/* What ends up in file names and commands is made of harmless characters. */
static void well_known_arguments(void **state)
{
	(void)state;
	static const struct {
		const char *query, *why; /* NULL: let in */
	} cases[] = {
	    {"type=IP29-20", NULL}, {"type=my_PBX.a", NULL}, {"type=", "argument type is empty"},
	    {"type=..", "argument type is \"..\""}, {"type=-x", "argument type is"},
	    {"type=a/b", "argument type is"}, {"type=a%20b", "argument type is"},
	    {"type=%25s", "argument type is \"%s\""}, {"type=%c3%bc", "argument type is"},
	    {"sn=009033", NULL}, {"sn=", "argument sn is empty"},
	    {"sn=#m", "argument sn is \"#m\""}, {"sn=a.b", "argument sn is"},
	    {"sn=../x", "argument sn is"}, {"sn=a_b", "argument sn is"},
	    {"hwid=IP232-30-00-af", NULL}, {"hwid=", "argument hwid is empty"},
	    {"hwid=a/../b", "argument hwid is"}, {"hwid=.ssh", "argument hwid is"},
	    {"ip=fe80::1%25eth0", NULL}, {"ip=", NULL},
	    {"phase=x y/..", NULL}, /* unknown, but that is for caller.c to say */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct request r = parse(cases[i].query);
		if (cases[i].why)
			assert_refused(&r, 200, cases[i].why);
		else if (r.refused)
			fail_msg("%s: %s", cases[i].query, r.refused);
	}
}

static void hosts(void **state)
{
	(void)state;
	static const struct {
		const char *host;
		bool ok;
	} cases[] = {{"update.example", true}, {"update.example:8080", true},
	    {"UP_1.example-x", true}, {"192.0.2.1:80", true}, {"[2001:db8::1]", true},
	    {"[2001:db8::1]:8443", true}, {"[::ffff:1.2.3.4]:1", true}, {"x:65535", true},
	    {"x:", false}, {"x:0", false}, {"x:65536", false}, {"x:80:80", false}, {"x:8a", false},
	    {":80", false}, {"[]", false}, {"[2001:db8::1", false}, {"2001:db8::1", false},
	    {"[x]", false}, {"[::1]x", false}, {"x[::1]", false}, {"a b", false},
	    {"a\r\nreset", false}, {"a\n", false}, {"a\"b", false}, {"a'b", false},
	    {"../etc", false}, {"a/b", false}, {"a%0d", false}, {"user@host", false},
	    {"a,b", false},
	    {"b\xc3\xbc"
	     "cher",
		false},
	    {"\xff", false}, {" ", false}, {"a;reset", false}, {"$(x)", false}, {"x?y", false},
	    {"x#y", false}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct req_input in = input(DEVICE);
		struct request r;
		in.host = cases[i].host;
		req_parse(&arena, &in, NULL, &r);
		if (cases[i].ok != !r.refused)
			fail_msg("Host %s", cases[i].host);
		assert_string_equal(r.host, cases[i].ok ? cases[i].host : "");
		if (r.refused)
			assert_refused(&r, 200, "the Host header is \"");
	}
	struct req_input in = input(DEVICE);
	struct request r;
	in.host = long_arg("", LIMIT_HOST, "") + 1;
	req_parse(&arena, &in, NULL, &r);
	assert_null(r.refused);
	in.host = long_arg("", LIMIT_HOST + 1, "") + 1;
	req_parse(&arena, &in, NULL, &r);
	assert_refused(&r, 200, "the Host header is \"xxx");
	in.host = "";
	req_parse(&arena, &in, NULL, &r);
	assert_refused(&r, 200, "there is no Host header");
}

static void methods(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum method method;
	} cases[] = {{"GET", METHOD_GET}, {"HEAD", METHOD_HEAD}, {"PUT", METHOD_PUT},
	    {"POST", METHOD_POST}, {"get", METHOD_OTHER}, {"DELETE", METHOD_OTHER},
	    {"GETX", METHOD_OTHER}, {"", METHOD_OTHER}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct req_input in = input(DEVICE);
		struct request r;
		in.method = cases[i].name;
		req_parse(&arena, &in, NULL, &r);
		assert_int_equal(r.method, cases[i].method);
	}
}

static void schemes_ports_and_bodies(void **state)
{
	(void)state;
	static const struct {
		const char *https, *port, *length;
		bool is_https;
		long is_port, is_length;
	} cases[] = {
	    {NULL, "80", NULL, false, 80, 0},
	    {"on", "8443", "", true, 8443, 0},
	    {"off", "8080", "0", false, 8080, 0},
	    {"", NULL, "17", false, 80, 17},
	    {"ON", NULL, "16777216", false, 80, 16777216},
	    {"on", NULL, NULL, true, 443, 0},
	    {"on", "65536", NULL, true, 443, 0},
	    {NULL, "x", NULL, false, 80, 0},
	    {NULL, "80", "16777217", false, 80, -1},
	    {NULL, "80", "-1", false, 80, -1},
	    {NULL, "80", "1x", false, 80, -1},
	    {NULL, "80", "99999999999999999999", false, 80, -1},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct req_input in = input(DEVICE);
		struct request r;
		in.https = cases[i].https;
		in.port = cases[i].port;
		in.content_length = cases[i].length;
		req_parse(&arena, &in, NULL, &r);
		assert_int_equal(r.https, cases[i].is_https);
		assert_int_equal(r.port, cases[i].is_port);
		assert_int_equal(r.content_length, cases[i].is_length);
		if (cases[i].is_length < 0)
			assert_refused(&r, 413, "the body is larger than");
		else
			assert_null(r.refused);
	}
}

/* Only a listed peer may say whose request it is. */
static void proxies(void **state)
{
	(void)state;
	static const struct {
		const char *trusted, *peer, *forwarded, *address, *proxy;
	} cases[] = {
	    {NULL, "192.0.2.7", NULL, "192.0.2.7", ""},
	    {NULL, "192.0.2.7", "10.0.0.1", "192.0.2.7", ""},
	    {NULL, "::ffff:192.0.2.7", NULL, "192.0.2.7", ""},
	    {NULL, "2001:db8::1", NULL, "2001:db8::1", ""},
	    {"192.0.2.7", "192.0.2.7", NULL, "192.0.2.7", ""},
	    {"192.0.2.7", "192.0.2.7", "10.0.0.1", "10.0.0.1", "192.0.2.7"},
	    {"192.0.2.7", "192.0.2.7", " 10.0.0.1 , 10.0.0.2", "10.0.0.1", "192.0.2.7"},
	    {"192.0.2.7", "192.0.2.7", "::ffff:10.0.0.1", "10.0.0.1", "192.0.2.7"},
	    {"192.0.2.7", "192.0.2.7", "2001:db8::9", "2001:db8::9", "192.0.2.7"},
	    {"192.0.2.7", "::ffff:192.0.2.7", "10.0.0.1", "10.0.0.1", "192.0.2.7"},
	    {"::ffff:192.0.2.7", "192.0.2.7", "10.0.0.1", "10.0.0.1", "192.0.2.7"},
	    {"192.0.2.7", "192.0.2.8", "10.0.0.1", "192.0.2.8", ""},
	    /* networks */
	    {"192.0.2.0/24", "192.0.2.255", "10.0.0.1", "10.0.0.1", "192.0.2.255"},
	    {"192.0.2.0/24", "192.0.3.0", "10.0.0.1", "192.0.3.0", ""},
	    {"192.0.2.0/25", "192.0.2.127", "10.0.0.1", "10.0.0.1", "192.0.2.127"},
	    {"192.0.2.0/25", "192.0.2.128", "10.0.0.1", "192.0.2.128", ""},
	    {"0.0.0.0/0", "198.51.100.1", "10.0.0.1", "10.0.0.1", "198.51.100.1"},
	    {"0.0.0.0/0", "2001:db8::1", "10.0.0.1", "2001:db8::1", ""},
	    {"2001:db8::/33", "2001:db8:7fff::1", "10.0.0.1", "10.0.0.1", "2001:db8:7fff::1"},
	    {"2001:db8::/33", "2001:db8:8000::1", "10.0.0.1", "2001:db8:8000::1", ""},
	    {"::1/128", "::1", "10.0.0.1", "10.0.0.1", "::1"},
	    {"192.0.2.7/33", "192.0.2.7", "10.0.0.1", "192.0.2.7", ""},
	    {"proxy.example", "192.0.2.7", "10.0.0.1", "192.0.2.7", ""},
	    /* what is no address is not believed, not even from a trusted one */
	    {"192.0.2.7", "192.0.2.7", "", "192.0.2.7", ""},
	    {"192.0.2.7", "192.0.2.7", "unknown", "192.0.2.7", ""},
	    {"192.0.2.7", "192.0.2.7", "10.0.0.1:99", "192.0.2.7", ""},
	    {"192.0.2.7", "192.0.2.7", "10.0.0.1\r\nreset", "192.0.2.7", ""},
	    {"192.0.2.7", "192.0.2.7",
		"1111111111111111111111111111111111111111111111111111111111111"
		"1111111111111111111111111",
		"192.0.2.7", ""},
	    {"192.0.2.7", "unix:", "10.0.0.1", "unix:", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *list[] = {"198.51.100.77", cases[i].trusted};
		struct config c = {.proxies = {list, cases[i].trusted ? 2 : 1}};
		struct req_input in = input(DEVICE);
		struct request r;
		in.peer = cases[i].peer;
		in.forwarded_for = cases[i].forwarded;
		req_parse(&arena, &in, &c, &r);
		if (strcmp(r.address, cases[i].address) != 0 ||
		    strcmp(r.proxy, cases[i].proxy) != 0)
			fail_msg("case %zu: %s through \"%s\"", i, r.address, r.proxy);
		req_parse(&arena, &in, NULL, &r); /* without a configuration nobody is trusted */
		assert_string_equal(r.proxy, "");
	}
}

static void urls(void **state)
{
	(void)state;
	static const struct {
		const char *https, *host, *path, *relative, *url;
	} cases[] = {
	    {NULL, "h", "/update/update.php", "fw/1/", "http://h/update/fw/1/"},
	    {"on", "h:8443", "/update/update.php", "/fw/1/", "https://h:8443/update/fw/1/"},
	    {NULL, "h", "/update.php", "x", "http://h/x"},
	    {NULL, "h", "", "x", "http://h/x"},
	    {NULL, "[::1]:80", "/a/b/c", "x?y=/z", "http://[::1]:80/a/b/x?y=/z"},
	    {NULL, "h", "/update/update.php", "https://fw.example/x", "https://fw.example/x"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct req_input in = input(DEVICE);
		struct request r;
		in.https = cases[i].https;
		in.host = cases[i].host;
		in.path = cases[i].path;
		req_parse(&arena, &in, NULL, &r);
		assert_string_equal(req_url(&arena, &r, cases[i].relative), cases[i].url);
	}
}

/* The URL as it was asked for, so that it can be asked for again: what cannot stand on a line is not kept. */
static void asked(void **state)
{
	(void)state;
	static const struct {
		const char *https, *host, *query, *url;
	} cases[] = {
	    {NULL, "update.example", "sn=1&x=a%20b+c",
		"http://update.example/update/update.php?sn=1&x=a%20b+c"},
	    {"on", "[2001:db8::1]:444", "a=%2f&&b",
		"https://[2001:db8::1]:444/update/update.php?a=%2f&&b"},
	    {NULL, "update.example:80", "", "http://update.example:80/update/update.php"},
	    {NULL, "update.example", NULL, "http://update.example/update/update.php"},
	    {NULL, "update.example", "<script>\"'",
		"http://update.example/update/update.php?<script>\"'"},
	    {NULL, "update.example", "a b", ""},
	    {NULL, "update.example", "a\nb", ""},
	    {NULL, "update.example", "\xc3\xa4", ""},
	    {NULL, "update.example", "\x7f", ""},
	};
	struct req_input in = {.method = "GET", .path = "/update/update.php", .peer = "192.0.2.7"};
	struct request r;
	for (size_t i = 0; i < COUNT(cases); i++) {
		in.https = cases[i].https;
		in.host = cases[i].host;
		in.query = cases[i].query;
		req_parse(&arena, &in, NULL, &r);
		assert_string_equal(req_asked(&arena, &r), cases[i].url);
	}
	char query[LIMIT_ASKED + 1];
	in.host = "update.example";
	for (size_t n = LIMIT_ASKED - 100; n <= LIMIT_ASKED; n++) {
		memset(query, 'x', n);
		query[n] = '\0';
		in.query = query;
		req_parse(&arena, &in, NULL, &r);
		size_t whole = strlen("http://update.example/update/update.php?") + n;
		assert_int_equal(strlen(req_asked(&arena, &r)), whole <= LIMIT_ASKED ? whole : 0);
	}
}

/* The log names the device even when its request is refused; never with what it made up. */
static void subjects(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {DEVICE, "00-90-33-30-00-af"},
	    {"sn=00-90-33&env=%0a", "00-90-33"},
	    {"env=%0a&sn=00-90-33", "00-90-33"},
	    {"sn=a%20b", "192.0.2.7"},
	    {"sn=%0a", "192.0.2.7"},
	    {"sn=", "192.0.2.7"},
	    {"sn=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "192.0.2.7"},
	    {"", "192.0.2.7"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct request r = parse(cases[i][0]);
		assert_string_equal(req_subject(&r), cases[i][1]);
	}
}

static void shown(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"", ""},
	    {"plain \xc3\xbc", "plain \xc3\xbc"},
	    {"a\r\nb\x7f", "a\\x0d\\x0ab\\x7f"},
	    {"gr\xfc\xdf", "gr\\xfc\\xdf"},
	    {"\xc3\xbc\n", "\xc3\xbc\\x0a"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(req_show(&arena, cases[i][0]), cases[i][1]);
	const char *text = long_arg("", 80, "") + 1;
	assert_string_equal(req_show(&arena, text), text);
	text = long_arg("", 81, "") + 1;
	assert_string_equal(req_show(&arena, text), arena_printf(&arena, "%.80s...", text));
	/* Never cut inside a letter, nor taken for something else because of the cut. */
	for (int shift = 0; shift < 4; shift++) {
		const char *show = req_show(&arena,
		    arena_printf(&arena, "%.*s\xf0\x9f\x93\x9e\xf0\x9f\x93\x9e", 76 + shift, text));
		assert_true(text_is_utf8(show, strlen(show)));
		assert_null(strchr(show, '\\'));
		assert_true(text_ends(show, "..."));
	}
	/* Nothing but escapes, and all of them. */
	char bells[81];
	memset(bells, '\a', 80);
	bells[80] = '\0';
	assert_int_equal(strlen(req_show(&arena, bells)), 4 * 80);
}

/* U+0080 to U+009F as UTF-8 spells them: some terminals obey them. */
static void c1_controls_are_shown_whole(void **state)
{
	(void)state;
	for (int c = 0x80; c < 0xa0; c++) {
		const char text[] = {'a', (char)0xc2, (char)c, 'b', '\0'};
		assert_string_equal(
		    req_show(&arena, text), arena_printf(&arena, "a\\xc2\\x%02xb", c));
	}
	struct request r = parse("env=a%c2%85b");
	assert_refused(&r, 200, "argument env has a control character in it: \"a\\xc2\\x85b\"");
}

static int teardown(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

/* What becomes the name of a folder. */
static void hardware_ids(void **state)
{
	static const char *const right[] = {"IP232-30-00-af", "a", "0_.-"};
	static const char *const wrong[] = {
	    "", ".", "..", ".x", "-x", "a/b", "a b", "a\n", "\xc3\xbc"};
	char text[LIMIT_HWID + 2];
	(void)state;
	for (size_t i = 0; i < COUNT(right); i++)
		assert_true(req_is_hwid(right[i]));
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(req_is_hwid(wrong[i]));
	memset(text, 'x', sizeof text);
	text[LIMIT_HWID] = '\0';
	assert_true(req_is_hwid(text));
	text[LIMIT_HWID] = 'x';
	text[LIMIT_HWID + 1] = '\0';
	assert_false(req_is_hwid(text));
}

static int last_teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(fields),
	    TEST(absent_pointers),
	    TEST(arguments),
	    TEST(control_characters),
	    TEST(not_utf8),
	    TEST(lengths),
	    TEST(counts),
	    TEST(well_known_arguments),
	    TEST(hosts),
	    TEST(methods),
	    TEST(schemes_ports_and_bodies),
	    TEST(proxies),
	    TEST(urls),
	    TEST(asked),
	    TEST(subjects),
	    TEST(hardware_ids),
	    TEST(shown),
	    TEST(c1_controls_are_shown_whole),
	};
	return cmocka_run_group_tests(tests, NULL, last_teardown);
}
