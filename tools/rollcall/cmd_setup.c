/* SPDX-License-Identifier: ISC */
/*
 * rollcall setup: the surroundings of this server, HOME/config/server.conf, and who may see what is not public.
 *
 * Asks at a terminal, or takes options; says what changes before it is written. What nobody should be served with
 * (desk/check.h) is not written.
 */
#include "tools/rollcall/cli.h"

#include "base/file.h"
#include "core/findings.h"
#include "desk/check_web.h"
#include "desk/serving.h"
#include "guard/password.h"
#include "home/web_users.h"
#include "tools/rollcall/secret.h"
#include "tools/rollcall/server_conf.h"
#include "tools/rollcall/setup_ask.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WEB, WEBDAV, KINDS };
#define TRIES 3 /* at a password, at a terminal */

struct setup {
	const struct home *home;
	const struct options *options; /* of the command line */
	struct options given;          /* what is to be set, and unset: those, or the answers */
	const char *users[KINDS];      /* NULL: none is to be made or removed */
	struct buf before, after;      /* the file */
	struct options was, will;      /* what it says */
	struct buf out;
};

/* ---- users ---- */

static const struct {
	const char *option, *file, *what;
} kinds[KINDS] = {
    {"--web-user", "web.htdigest",
	"Who may see what is not public: firmware, say, and logs of devices."},
    {"--webdav-user", "webdav.htdigest", "Who may read and write all files in /webdav/."},
};

static const char *users_file(const struct setup *s, int kind)
{
	return kind == WEB ? s->home->web_users : s->home->webdav_users;
}

/* "anna, berta"; "" without any. Free it. */
static bool list_users(const struct setup *s, int kind, struct buf *out, struct err *e)
{
	struct arena a = {0};
	const char *const *names;
	size_t count;
	bool ok = web_users_list(&a, users_file(s, kind), &names, &count, e);
	for (size_t i = 0; i < count; i++)
		buf_addf(out, "%s%s", i ? ", " : "", names[i]);
	arena_free(&a);
	return ok;
}

static bool ask_password(const char *name, char *password, size_t size, struct err *e)
{
	if (!secret_read(name, password, size, e))
		return false;
	return strlen(password) >= PASSWORD_LEAST ||
	       err_set(e, "the password must have at least %d letters", PASSWORD_LEAST);
}

/* Whoever sits at a terminal may mistype: what he answered before is not lost for that. */
static bool ask_password_again(const char *name, char *password, size_t size, struct err *e)
{
	int left = isatty(STDIN_FILENO) ? TRIES : 1;
	while (!ask_password(name, password, size, e)) {
		if (--left == 0)
			return false;
		fprintf(stderr, "%s\n", e->text);
	}
	return true;
}

static bool save_user(struct setup *s, int kind, struct err *e)
{
	char password[PASSWORD_MOST + 1] = "";
	bool known = false;
	const char *name = s->users[kind];
	bool ok = ask_password_again(name, password, sizeof password, e) &&
		  web_users_set(users_file(s, kind), name, password, &known, e);
	OPENSSL_cleanse(password, sizeof password);
	if (ok)
		printf("%s: %s in %s\n", name, known ? "the password was set" : "made",
		    kinds[kind].file);
	return ok;
}

static bool change_users(struct setup *s, struct err *e)
{
	for (int i = 0; i < KINDS; i++) {
		if (!s->users[i])
			continue;
		bool ok = s->options->drop ? web_users_drop(users_file(s, i), s->users[i], e)
					   : save_user(s, i, e);
		if (!ok)
			return false;
		if (s->options->drop)
			printf("%s: removed from %s\n", s->users[i], kinds[i].file);
	}
	return true;
}

/* ---- settings ---- */

static bool is_setting_given(const struct options *o)
{
	for (size_t i = 0; i < options_table.count; i++) {
		if (o->line.given[i] && server_conf_has(&options_table.rows[i]))
			return true;
	}
	return false;
}

static bool are_users_given(const struct options *o)
{
	return o->web_user || o->webdav_user;
}

static int misused(const struct options *o)
{
	struct err e = {""};
	for (size_t i = 0; i < o->unset.count; i++) {
		const struct opt *row = server_conf_find(o->unset.items[i], &e);
		if (!row)
			return cli_misuse("--unset: %s", e.text);
		if (o->line.given[row - options_table.rows])
			return cli_misuse(
			    "--%s and --unset %s do not go together", row->name, row->name);
	}
	if (!server_conf_check(o, &e))
		return cli_misuse("%s", e.text);
	if (o->drop && !are_users_given(o))
		return cli_misuse("whom? rollcall setup --web-user NAME --drop, or --webdav-user");
	const char *const names[] = {o->web_user, o->webdav_user};
	for (int i = 0; i < KINDS; i++) {
		if (names[i] && !web_users_is_name(names[i], &e))
			return cli_misuse("%s: %s", kinds[i].option, e.text);
	}
	return CLI_FINE;
}

/* What the file will be, and what it will say. */
static bool compose(struct setup *s, struct err *e)
{
	const char *path = s->home->server_conf;
	buf_reset(&s->after);
	options_free(&s->will);
	return server_conf_text(path, &s->before, &s->given, &s->given.unset, &s->after, e) &&
	       server_conf_parse(path, &s->after, &s->will, e);
}

static void lines_of(const struct opt *row, const struct options *o, struct buf *out)
{
	if (o->line.given[row - options_table.rows])
		server_conf_lines(row, o, out);
}

static void mark_lines(struct buf *lines, char mark, struct buf *out)
{
	char *rest = NULL;
	if (!lines->size)
		return;
	for (char *line = strtok_r(lines->data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		buf_addf(out, "%c %s\n", mark, line);
}

/* "- http = …", "+ http = …", setting by setting; nothing when all is as it was. */
static void compare(const struct setup *s, struct buf *out)
{
	for (size_t i = 0; i < options_table.count; i++) {
		const struct opt *row = &options_table.rows[i];
		struct buf was = {0}, will = {0};
		if (!server_conf_has(row))
			continue;
		lines_of(row, &s->was, &was);
		lines_of(row, &s->will, &will);
		if (strcmp(buf_text(&was), buf_text(&will)) != 0) {
			mark_lines(&was, '-', out);
			mark_lines(&will, '+', out);
		}
		buf_free(&was);
		buf_free(&will);
	}
}

/* What is wrong with it, on standard error. False: nobody should be served so. */
static bool judge(const struct setup *s, struct err *e)
{
	struct check_web web;
	struct findings f = {0};
	struct buf text = {0};
	if (!server_conf_check(&s->will, e))
		return false;
	server_conf_web(&s->will, &web);
	web.comes = s->users[WEB] && !s->options->drop;
	check_web_settings(s->home, &web, &f);
	findings_print(&f, &text);
	fputs(buf_text(&text), stderr);
	bool ok = !f.errors || err_set(e, "nothing was changed");
	buf_free(&text);
	findings_free(&f);
	return ok;
}

/* ---- at a terminal ---- */

static bool ask_users(struct setup *s, struct err *e)
{
	for (int i = 0; i < KINDS; i++) {
		struct buf users = {0};
		bool ok = list_users(s, i, &users, e) && setup_ask_user(&s->given, kinds[i].what,
							     buf_text(&users), &s->users[i], e);
		buf_free(&users);
		if (!ok)
			return false;
	}
	return true;
}

static bool interview(struct setup *s, struct err *e)
{
	return setup_ask(s->home, &s->given, e) && ask_users(s, e);
}

/* ---- without anything to do ---- */

static void show_setting(const struct opt *row, const struct options *o, struct buf *out)
{
	const char *normal = row->normal                 ? row->normal
			     : row->otherwise            ? row->otherwise
			     : row->kind == OPT_FLAG     ? "no"
			     : strcmp(row->name, "http") ? "none"
							 : "none: rollcall serve must be told";
	if (o->line.given[row - options_table.rows])
		server_conf_lines(row, o, out);
	else
		buf_addf(out, "# %s: %s\n", row->name, normal);
}

static int show(struct setup *s)
{
	struct err e = {""};
	for (size_t i = 0; i < options_table.count; i++) {
		if (server_conf_has(&options_table.rows[i]))
			show_setting(&options_table.rows[i], &s->was, &s->out);
	}
	for (int i = 0; i < KINDS; i++) {
		struct buf users = {0};
		bool ok = list_users(s, i, &users, &e);
		buf_addf(&s->out, "# %s: %s\n", kinds[i].option + 2,
		    users.size ? buf_text(&users) : "none");
		buf_free(&users);
		if (!ok)
			return cli_fail("%s", e.text);
	}
	return cli_print(&s->out, CLI_FINE);
}

/* ---- the command ---- */

/* When it comes into force, as the last line. */
static void say_when(const struct setup *s, bool settings)
{
	struct serving serving;
	serving_read(s->home, &serving);
	if (settings && serving.pid)
		printf("The server that runs (process %ld) goes by it when it is started again.\n",
		    serving.pid);
	else if (settings)
		printf("rollcall serve goes by it.\n");
}

static bool write_all(struct setup *s, bool settings, struct err *e)
{
	if (!change_users(s, e))
		return false;
	if (settings && !server_conf_write(s->home->server_conf, &s->after, e))
		return false;
	if (settings)
		printf("written: %s\n", s->home->server_conf);
	say_when(s, settings);
	return fflush(stdout) == 0 || err_sys(e, "the output could not be written");
}

static bool are_users_named(const struct setup *s)
{
	return s->users[WEB] || s->users[WEBDAV];
}

static int change(struct setup *s, bool asked)
{
	struct err e = {""};
	struct buf changes = {0};
	bool ok = compose(s, &e);
	if (ok)
		compare(s, &changes);
	bool settings = changes.size > 0;
	ok = ok && (!settings || judge(s, &e));
	if (ok && settings)
		printf("%s%s", asked ? "\nThis changes:\n" : "", buf_text(&changes));
	if (ok && !settings && !are_users_named(s))
		printf("nothing changes\n");
	else if (ok && s->options->check)
		printf("nothing was written\n");
	else if (ok && asked && !setup_confirm("Write it?"))
		ok = err_set(&e, "nothing was changed");
	else if (ok)
		ok = write_all(s, settings, &e);
	buf_free(&changes);
	return ok ? CLI_FINE : cli_fail("%s", e.text);
}

static int run(struct setup *s)
{
	struct err e = {""};
	const struct options *o = s->options;
	const char *path = s->home->server_conf;
	/* It may be the first command in this home. */
	if (!home_make(s->home, &e) || !server_conf_load(path, &s->before, &e) ||
	    !server_conf_parse(path, &s->before, &s->was, &e))
		return cli_fail("%s", e.text);
	bool asks = !is_setting_given(o) && !o->unset.count && !are_users_given(o);
	if (!asks) {
		options_copy(&s->given, o);
		s->users[WEB] = o->web_user;
		s->users[WEBDAV] = o->webdav_user;
		return change(s, false);
	}
	if (o->check || !isatty(STDIN_FILENO))
		return show(s);
	if (!server_conf_parse(path, &s->before, &s->given, &e) || !interview(s, &e))
		return cli_fail("%s", e.text);
	return change(s, true);
}

int cmd_setup(const struct home *h, const struct options *o)
{
	struct setup s = {.home = h, .options = o};
	int status = misused(o);
	if (status != CLI_FINE)
		return status;
	status = run(&s);
	options_free(&s.given);
	options_free(&s.was);
	options_free(&s.will);
	buf_free(&s.before);
	buf_free(&s.after);
	buf_free(&s.out);
	return status;
}
