/* SPDX-License-Identifier: ISC */
/* A table of questions, and a loop over it (setup_ask.h). */
#include "tools/rollcall/setup_ask.h"

#include "base/num.h"
#include "base/text.h"
#include "core/findings.h"
#include "desk/check_web.h"
#include "home/web_users.h"
#include "tools/rollcall/server_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a line of the terminal ---- */

static bool read_line(struct arena *a, const char **out)
{
	char *line = NULL;
	size_t room = 0;
	fflush(stdout);
	ssize_t n = getline(&line, &room, stdin);
	if (n >= 0) {
		const char *text = line;
		size_t size = (size_t)n;
		text_trim(&text, &size);
		*out = arena_strndup(a, text, size);
	}
	free(line);
	return n >= 0;
}

static bool broken_off(struct err *e)
{
	putchar('\n');
	return err_set(e, "nothing was changed");
}

/* ---- the questions ---- */

static bool has_https(const struct options *o)
{
	return o->line.given[opt_find(&options_table, "https") - options_table.rows];
}

/* Of the ports that are suggested when none is set, the second are for who may not open the first. */
static const struct question {
	const char *name, *text;
	const char *suggested[2];
	bool (*only)(const struct options *o); /* NULL: it always makes sense */
} questions[] = {
    {"http",
	"HTTP, for devices and browsers: address and port. 0.0.0.0 stands for each address of this machine,\n"
	"[::] for those of IPv6, too.",
	{"0.0.0.0:80", "0.0.0.0:8080"}, NULL},
    {"https", "HTTPS, likewise.", {"0.0.0.0:443", "0.0.0.0:8443"}, NULL},
    {"mtls",
	"HTTPS for devices that show a certificate of their own (mutual TLS); not on port 80 or 443.",
	{"0.0.0.0:444", "0.0.0.0:8444"}, NULL},
    {"force-https",
	"Send browsers that come over HTTP to HTTPS? Devices are never sent there: what moves those is\n"
	"times/@forcehttps in the configuration.",
	{NULL}, has_https},
    {"base", "What the path of each URL begins with; several with blanks between.", {NULL}, NULL},
    {"public",
	"Paths that need no password; several with blanks between. /x is a folder with its files, /x/ also\n"
	"all that is below it, / everything. The administrator's pages have a sign-in of their own.",
	{NULL}, NULL},
    {"webdav-public",
	"Of the files in /webdav/, what everybody may read: /background/, say; likewise.", {NULL},
	NULL},
    {"webdav-writable", "And what everybody may also write, without a password; likewise.", {NULL},
	NULL},
    {"auth",
	"How passwords are asked for: digest; or basic, for devices that know no other, and over HTTPS only.",
	{NULL}, NULL},
    {"trust-proxy",
	"Proxies in front of this server that say who asks (X-Forwarded-For): addresses or networks; likewise.",
	{NULL}, NULL},
    {"connections", "How many connections there may be at a time: 2000 will do for 16000 devices.",
	{NULL}, NULL},
    {"access-log", "Write each request to HOME/log/lighttpd-access.log?", {NULL}, NULL},
};
#define QUESTIONS (sizeof questions / sizeof *questions)
#define LAST_PORT "mtls" /* then all are known: do they go together? */

/* "a b" of the lines "NAME = a" and "NAME = b"; in the arena. */
static const char *value_now(struct options *o, const struct opt *row)
{
	struct buf lines = {0}, out = {0};
	char *rest = NULL;
	server_conf_lines(row, o, &lines);
	for (char *line = strtok_r(lines.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		buf_addf(&out, "%s%s", out.size ? " " : "", line + strlen(row->name) + 3);
	const char *text = arena_strdup(&o->texts, buf_text(&out));
	buf_free(&lines);
	buf_free(&out);
	return text;
}

/* A list is cut at blanks. What was there before goes. */
static bool set_values(
    struct options *to, struct arena *a, const struct opt *row, const char *text, struct err *e)
{
	bool set = false;
	char *copy = arena_strdup(a, text), *rest = NULL;
	if (row->kind != OPT_LIST)
		return opt_set(row, to, &set, copy, e);
	for (char *one = strtok_r(copy, " \t", &rest); one; one = strtok_r(NULL, " \t", &rest)) {
		if (!opt_set(row, to, &set, one, e))
			return false;
	}
	return true;
}

/* Tried apart first: an answer that is wrong changes nothing. */
static bool take_answer(
    struct options *answers, const struct opt *row, const char *text, struct err *e)
{
	struct options tried = {0};
	struct arena *a = &answers->texts;
	bool ok = set_values(&tried, a, row, text, e) && server_conf_check(&tried, e) &&
		  set_values(answers, a, row, text, e);
	options_free(&tried);
	return ok;
}

/* Said at once, not behind all other questions. */
static bool go_together(const struct home *h, const struct options *answers, struct err *e)
{
	struct check_web web;
	struct findings f = {0};
	if (!server_conf_check(answers, e))
		return false;
	server_conf_web(answers, &web);
	web.force_https = false; /* comes later */
	check_web_settings(h, &web, &f);
	for (size_t i = 0; i < f.count && f.errors; i++) {
		if (f.list[i].kind == FINDING_ERROR)
			err_set(e, "%s", f.list[i].text);
	}
	bool ok = !f.errors;
	findings_free(&f);
	return ok;
}

/* What Enter means; "": nothing is set. */
static const char *suggestion(const struct question *q, struct options *o, const struct opt *row)
{
	if (o->line.given[row - options_table.rows])
		return value_now(o, row);
	const char *ports = q->suggested[geteuid() == 0 ? 0 : 1];
	return ports ? ports : "";
}

static void show(const struct question *q, const struct opt *row, const char *enter)
{
	const char *normal = row->normal             ? row->normal
			     : row->otherwise        ? row->otherwise
			     : row->kind == OPT_FLAG ? "no"
						     : "none";
	printf("\n%s\n", q->text);
	printf("%s [%s]: ", row->name, *enter ? enter : normal);
}

static bool drop_it(struct options *answers, const struct opt *row, struct err *e)
{
	bool more = answers->unset.count > 0,
	     *given = &answers->line.given[row - options_table.rows];
	if (!*given)
		return true;
	*given = false;
	return opt_set(opt_find(&options_table, "unset"), answers, &more, row->name, e);
}

static bool ask(
    const struct home *h, const struct question *q, struct options *answers, struct err *e)
{
	struct err wrong;
	const struct opt *row = opt_find(&options_table, q->name);
	const char *text, *enter = suggestion(q, answers, row);
	for (;;) {
		show(q, row, enter);
		if (!read_line(&answers->texts, &text))
			return broken_off(e);
		if (!*text)
			text = enter;
		if (!*text)
			return true;
		if (strcmp(text, "-") == 0)
			return drop_it(answers, row, e);
		if (take_answer(answers, row, text, &wrong)) {
			answers->line.given[row - options_table.rows] = true;
			if (strcmp(q->name, LAST_PORT) != 0 || go_together(h, answers, &wrong))
				return true;
		}
		printf("%s\n", wrong.text + (text_starts(wrong.text, "--") ? 2 : 0));
	}
}

bool setup_ask(const struct home *h, struct options *answers, struct err *e)
{
	printf(
	    "Enter takes what stands in brackets, - leaves a setting to what it is by itself, Ctrl-D ends\n"
	    "this without changing anything.\n");
	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct question *q = &questions[i];
		bool has_sense = !q->only || q->only(answers);
		if (!(has_sense ? ask(h, q, answers, e)
				: drop_it(answers, opt_find(&options_table, q->name), e)))
			return false;
	}
	return true;
}

bool setup_ask_user(
    struct options *answers, const char *what, const char *users, const char **name, struct err *e)
{
	struct err wrong;
	for (;;) {
		printf(
		    "\n%s Users now: %s.\nname of one more, or of one who gets a new password [none]: ",
		    what, *users ? users : "none");
		if (!read_line(&answers->texts, name))
			return broken_off(e);
		if (!**name || strcmp(*name, "-") == 0) {
			*name = NULL;
			return true;
		}
		if (web_users_is_name(*name, &wrong))
			return true;
		printf("%s\n", wrong.text);
	}
}

bool setup_confirm(const char *question)
{
	struct arena a = {0};
	const char *text = "";
	printf("%s [yes]: ", question);
	bool yes =
	    read_line(&a, &text) && (!*text || text_same(text, "y") || text_same(text, "yes"));
	arena_free(&a);
	return yes;
}
