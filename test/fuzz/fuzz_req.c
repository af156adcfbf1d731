/* SPDX-License-Identifier: ISC */
/*
 * From the door to the reply: core/req, caller, plan, script.
 *
 * Whatever a device sends, every line of its reply is a comment, a line of an administrator's
 * snippet, or one of the few commands below with nothing in it that could be another command.
 *
 * The input: a line with a digit for the configuration and letters for the rest (h HTTPS, p a trusted
 * proxy, m the master device answered, d devices are remembered, k this one is known, s its skip-next is set), then lines with the query, the Host header, X-Forwarded-For,
 * SERVER_PORT, the method and Content-Length. What is missing is NULL.
 */
#include "base/text.h"
#include "core/change.h"
#include "core/plan.h"
#include "core/script.h"
#include "core/track.h"
#include "core/urlmod.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define NOW 1772366400
#define SNIPPET_LINE "config add SNIPPET /x 1"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- four configurations, made by hand: this is about requests ---- */

#define EMPTY_TEXT ""
#define EMPTY_RAW ""
#define EMPTY_WORD ""
#define EMPTY_MASTER ""
#define EMPTY_NUMBER CONF_ABSENT
#define EMPTY_BOOL false
#define EMPTY_BUILD "none"
#define EMPTY_CHOICE ""
#define EMPTY_HOURS ""
#define EMPTY_PATTERN ""

static struct config config_empty(void)
{
	struct config c = {
#define FIELD(element, attribute, field, type, min, max, unit, help) .field = EMPTY_##type,
	    CONF_SETTINGS(FIELD)
#undef FIELD
	};
	return c;
}

static struct conf_phase one_phase[] = {{"update", "update", 200}};
static struct conf_phase phases[] = {
    {"staging", "staging", 100}, {"_first_update", "update", 200}, {"update", "update", 200}};
static const char *implied[] = {"lab", "default"};
static struct conf_environment one_environment[] = {{.id = "default"}};
static struct conf_environment environments[] = {
    {.id = "default"}, {.id = "lab"}, {"home", {implied, 2}}};
static const char *models[] = {"ip232", "ip222"};
static struct conf_class classes[] = {{"phone", {models, 2}}, {"desk", {models, 1}}};
static struct conf_stdarg stdargs[] = {{"sn", "#m"}, {"type", "#t"}, {"hwid", "#h"}, {"ip", "#i"},
    {"CHECK", NULL}, {"PROT", NULL}, {"BOOT", NULL}};
static const char *proxies[] = {"198.51.100.0/24", "2001:db8::/32"};
static struct conf_applies applies[] = {{"phone", false}, {"lab", true}};

static void config_fill(struct config *c)
{
	c->times_dir = "scripts";
	c->times_polling = 5;
	c->times_interval = 15;
	c->times_grace = 90;
	c->times_check = true;
	c->environments_combine = "position";
	c->phases = one_phase;
	c->nphases = 1;
	c->environments = one_environment;
	c->nenvironments = 1;
	c->classes = classes;
	c->nclasses = 2;
	c->stdargs = stdargs;
	c->nstdargs = sizeof stdargs / sizeof *stdargs;
	c->proxies = (struct conf_list){proxies, 2};
}

static void config_many(struct config *c)
{
	c->phases = phases;
	c->nphases = 3;
	c->environments = environments;
	c->nenvironments = 3;
	c->times_allow = "22,23";
	c->times_initial = 60;
	c->times_forcestaging = true;
}

static void config_firmware(struct config *c)
{
	config_many(c);
	c->environments_combine = "all";
	c->master_info = "http://master.example/";
	c->master_firmware = "master";
	c->master_bootcode = "125";
	c->fwstorage_url = "/fw/{build}/{model}/{filetype}/{filename}";
	c->backup_dir = "backup";
	c->backup_scfg = "update.php?mode=backup&hwid=#h&sn=#m";
	c->master_applies = applies;
	c->nmaster_applies = 1;
}

static void config_https(struct config *c)
{
	config_firmware(c);
	c->nmaster_applies = 2;
	c->times_forcehttps = true;
	c->times_httpsport = 8443;
	c->urlmod = urlmod_new("#^(https://[^/]+)/(\\w+)/(.*)x#$1/secure/${3}#i", NULL);
	assert(c->urlmod);
}

enum { CONFIGS = 4 };
static struct config configs[CONFIGS];
static struct snippets *snippets;
static struct md5 *md5;

static void prepare(void)
{
	static void (*const make[CONFIGS])(struct config *) = {
	    config_fill, config_many, config_firmware, config_https};
	static const char *const names[] = {"all-all-all.txt", "update-all-default.txt",
	    "all-phone-lab.txt", "staging-ip232-00_90_33_30_00_af.txt", "update-desk-default.txt"};
	if (snippets)
		return;
	for (int i = 0; i < CONFIGS; i++) {
		configs[i] = config_empty();
		config_fill(&configs[i]);
		make[i](&configs[i]);
	}
	md5 = md5_new();
	snippets = snip_new();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		snip_put(snippets, names[i], NOW - 86400, SNIPPET_LINE, strlen(SNIPPET_LINE));
	snip_put_problem(snippets, "update-phone-default.txt", NOW - 86400, 7, "it is not text");
}

/* ---- what a reply may say ---- */

/* The part of `line` after `start`, NULL when it does not start so. */
static const char *after(const char *line, const char *start)
{
	return text_starts(line, start) ? line + strlen(start) : NULL;
}

static bool is_all(const char *s, const char *set)
{
	return *s && strspn(s, set) == strlen(s);
}

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool is_encoded(const char *s)
{
	return is_all(s, LETTERS DIGITS "-._~%");
}

/* "URL" or "URL ser BUILD" */
static bool is_transfer(const char *s, bool build)
{
	const char *end = s + strcspn(s, " ");
	if (!text_starts(s, "http://") && !text_starts(s, "https://"))
		return false;
	if (!build)
		return !*end;
	const char *number = after(end, " ser ");
	return number && is_all(number, DIGITS);
}

static bool is_allowed(const char *line)
{
	static const char *const whole[] = {SNIPPET_LINE, "config write", "config activate",
	    "config rem UP1 /provision", "config add UP1 /no-dhcp", "iresetn",
	    "mod cmd UP1 times  /allow 22,23 /initial 60", "mod cmd UP1 times  /initial 60"};
	const char *rest;
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		if (strcmp(line, whole[i]) == 0)
			return true;
	}
	if ((rest = after(line, "config add UP1 /url ")))
		return is_encoded(rest);
	if ((rest = after(line, "config add UP1 /poll ")) ||
	    (rest = after(line, "mod cmd UP1 provision ")))
		return is_all(rest, DIGITS);
	if ((rest = after(line, "mod cmd UP1 check ser ")))
		return strlen(rest) == 32 && is_all(rest, DIGITS "abcdef");
	if ((rest = after(line, "mod cmd UP0 scfg ")))
		return is_transfer(rest, false);
	if ((rest = after(line, "mod cmd UP0 prot ")) || (rest = after(line, "mod cmd UP0 boot ")))
		return is_transfer(rest, true);
	return false;
}

static void check_printable(const char *s)
{
	assert(text_is_utf8(s, strlen(s)) && !text_has_control(s, strlen(s)));
}

/* Returns how many commands there are. */
static size_t check_script(struct arena *a, const struct buf *script)
{
	const char *line = buf_text(script), *end = line + script->size;
	size_t commands = 0;
	assert(strlen(line) == script->size);
	while (line < end) {
		size_t n = strcspn(line, "\r\n");
		assert(line + n + 2 <= end && line[n] == '\r' && line[n + 1] == '\n');
		const char *text = arena_strndup(a, line, n);
		check_printable(text);
		if (*text && *text != '#') {
			assert(is_allowed(text));
			commands++;
		}
		line += n + 2;
	}
	return commands;
}

static void check_plan(const struct plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct step *s = &p->steps[i];
		if (s->kind == STEP_COMMAND)
			assert(is_allowed(s->text) && strlen(s->text) < 8192);
		if (s->kind == STEP_SNIPPET)
			assert(!s->snippet->problem);
		assert(s->reason || s->kind != STEP_NOTE);
	}
}

static void check_request(const struct request *r)
{
	assert(r->refused ? *r->refused != '\0' : r->status == 200);
	if (r->refused)
		check_printable(r->refused);
	check_printable(req_subject(r));
	check_printable(r->host);
	for (size_t i = 0; i < r->nargs; i++) {
		check_printable(r->args[i].name);
		check_printable(r->args[i].value);
		assert(req_arg(r, r->args[i].name) == r->args[i].value);
	}
}

/* ---- the input ---- */

/* The next line, NULL when there is none. */
static const char *next(struct arena *a, const char **at, const char *end)
{
	if (*at >= end)
		return NULL;
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	const char *stop = newline ? newline : end;
	const char *line = arena_strndup(a, *at, (size_t)(stop - *at));
	*at = newline ? newline + 1 : end;
	return line;
}

/* What is remembered of it is a list that the writer takes. */
static void check_track(const struct plan_input *in, const struct plan *plan)
{
	struct buf list = {0};
	enum track what = track_poll(in, plan, &list);
	assert((what == TRACK_PROMISED) == (list.size > 0));
	assert(change_is_whole(list.data, list.size));
	buf_free(&list);
}

static void decide(struct arena *a, const struct req_input *in, const struct config *c,
    const struct master *master, const struct device *known)
{
	struct request r;
	struct plan plan;
	struct buf script = {0};
	struct device device;
	req_parse(a, in, c, &r);
	check_request(&r);
	struct plan_input input = {
	    .config = c,
	    .snippets = snippets,
	    .master = master,
	    .request = &r,
	    .md5 = md5,
	    .now = NOW,
	};
	if (known && !r.refused && r.sn) {
		device = *known;
		device.sn = r.sn;
		input.device = &device;
	}
	plan_make(a, &input, &plan);
	if (input.device)
		check_track(&input, &plan);
	check_plan(&plan);
	script_write(&plan, &script);
	size_t commands = check_script(a, &script);
	assert(!commands || (!r.refused && !plan.who.unknown));
	assert(!plan.settled || plan.who.phase == &c->phases[c->nphases - 1]);
	buf_reset(&script);
	script_write_json(&plan, &script);
	assert(text_is_utf8(script.data, script.size));
	buf_free(&script);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct master answered = {"1260000", "1260001", NOW - 60, NOW - 60, ""};
	static const struct master silent = {.asked_at = NOW - 60, .problem = "it did not answer"};
	const char *at = (const char *)data, *end = at + size;
	struct arena a = {0};

	prepare();
	const char *how = next(&a, &at, end);
	if (!how)
		how = "";
	struct req_input in = {.path = "/update/update.php"};
	in.query = next(&a, &at, end);
	in.host = next(&a, &at, end);
	in.forwarded_for = next(&a, &at, end);
	in.port = next(&a, &at, end);
	in.method = next(&a, &at, end);
	in.content_length = next(&a, &at, end);
	in.https = strchr(how, 'h') ? "on" : NULL;
	struct device known;
	device_init(&known, "");
	known.created = strchr(how, 'k') ? NOW - 3600 : 0;
	known.skip = strchr(how, 's') != NULL;
	in.peer = strchr(how, 'p') ? "198.51.100.9" : "::ffff:192.0.2.7";
	decide(&a, &in, &configs[(unsigned char)how[0] % CONFIGS],
	    strchr(how, 'm') ? &answered : &silent, strchr(how, 'd') ? &known : NULL);
	arena_free(&a);
	return 0;
}
