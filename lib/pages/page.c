/* SPDX-License-Identifier: ISC */
#include "pages/page.h"

#include "base/log.h"
#include "base/pct.h"
#include "base/text.h"
#include "base/version.h"
#include "guard/password.h"
#include "pages/route.h"
#include "pages/session.h"
#include "pages/web.h"
#include "proc/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROSTER_AGE_MS 1000
#define ROSTER_SMALL 10000 /* devices: so many are looked through in no time */
#define DONE_MOST 40       /* letters of the key of a text */
#define NAME_MOST 100      /* of a file that is downloaded */

/* ---- pages that are shown ---- */

static void add_notice(struct doc *d, const char *kind, const char *key, const char *text)
{
	doc_open(d, "notice");
	doc_attr(d, "kind", kind);
	doc_attr(d, "key", key);
	if (text && *text)
		doc_text(d, text);
	doc_close(d);
}

static void add_server_notices(struct page *p)
{
	const struct board *b = p->site->board;
	struct account configured;
	char text[BOARD_BLOCK + 1];
	if (account_of_config(p->site->config, &configured) && configured.is_default)
		add_notice(p->doc, "warn", "default-password", NULL);
	if (!b || p->request.role == ROLE_NOBODY)
		return;
	if (BOARD_GET(b->config_state) != BOARD_CONFIG_GOOD) {
		text[board_read(&b->config_message, text, BOARD_BLOCK)] = '\0';
		add_notice(p->doc, "bad", "configuration-bad", text);
	}
	text[board_read(&b->writer.problem, text, BOARD_BLOCK)] = '\0';
	if (*text)
		add_notice(p->doc, "bad", "writer-problem", text);
}

static void add_done(struct page *p)
{
	const char *done = form_value(&p->request.query, "done");
	if (done && strlen(done) <= DONE_MOST && text_is_word(done, "-"))
		add_notice(p->doc, "good", arena_concat(&p->arena, "done.", done), NULL);
}

static void add_files(struct doc *d)
{
	static const char *const names[] = {"rollcall.css", "rollcall.js", "icon.svg"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct render_file *f = render_file(names[i]);
		if (!f)
			continue;
		doc_open(d, "file");
		doc_attr(d, "name", f->name);
		doc_attr(d, "version", f->version);
		doc_close(d);
	}
}

/* An address that takes forms only is none that a link can lead back to. */
static const char *here(const struct page *p)
{
	bool known;
	return p->request.method == METHOD_GET ||
		       page_route_find(p->request.path, METHOD_GET, &known)
		   ? p->request.here
		   : NULL;
}

struct doc *page_begin(struct page *p, const char *name)
{
	const struct page_request *r = &p->request;
	doc_free(p->doc);
	struct doc *d = p->doc = doc_new("page");
	doc_attr(d, "name", name);
	doc_attr(d, "base", r->base);
	doc_attr(d, "here", here(p));
	doc_attr(d, "language", r->language);
	doc_attr(d, "version", ROLLCALL_VERSION);
	doc_time(d, "now", p->now);
	if (r->account) {
		doc_attr(d, "user", r->account->name);
		doc_attr(d, "role", role_name(r->role));
		doc_attr(d, "csrf", r->csrf);
		doc_flag(d, "operator", r->role >= ROLE_OPERATOR);
		doc_flag(d, "administrator", r->role >= ROLE_ADMINISTRATOR);
	}
	for (const char *const *l = render_languages; *l; l++)
		doc_leaf(d, "language", *l);
	add_files(d);
	add_server_notices(p);
	add_done(p);
	return d;
}

/* Half a page is never sent, nor what went wrong inside. */
static void fail_inside(struct page *p, const char *what, const char *why)
{
	log_warn(p->request.path, "%s: %s", what, why);
	buf_reset(&p->reply.body);
	buf_adds(&p->reply.body, "This page could not be made; the log of the server says why.\n");
	p->reply.status = 500;
	p->reply.type = "text/plain; charset=utf-8";
}

void page_show(struct page *p, const char *stylesheet)
{
	struct err e = {""};
	p->reply.type = "text/html; charset=utf-8";
	buf_reset(&p->reply.body);
	if (!render_page(
		p->site->render, stylesheet, p->request.language, p->doc, &p->reply.body, &e))
		fail_inside(p, stylesheet, e.text);
}

void page_fail(struct page *p, int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(&p->arena, format, args);
	va_end(args);
	p->reply.status = status;
	if (p->request.live) {
		buf_reset(&p->reply.body);
		buf_addf(&p->reply.body, "%s\n", text);
		p->reply.type = "text/plain; charset=utf-8";
		return;
	}
	struct doc *d = page_begin(p, "fail");
	doc_open(d, "fail");
	doc_number(d, "status", status);
	doc_text(d, text);
	doc_close(d);
	page_show(p, "fail");
}

const char *page_url_list(struct page *p, const char *path, const char *const *pairs)
{
	struct buf out = {0};
	buf_adds(&out, path);
	for (; pairs[0]; pairs += 2) {
		if (!pairs[1])
			continue;
		buf_addf(&out, "%c%s=", strchr(buf_text(&out), '?') ? '&' : '?', pairs[0]);
		pct_encode(&out, pairs[1], strlen(pairs[1]));
	}
	const char *copy = arena_strdup(&p->arena, buf_text(&out));
	buf_free(&out);
	return copy;
}

void page_redirect(struct page *p, const char *path, const char *done)
{
	p->reply.status = 303;
	p->reply.type = "text/plain; charset=utf-8";
	buf_reset(&p->reply.body);
	buf_addf(&p->reply.headers, "Location: %s/admin/%s\r\n", p->request.base,
	    page_url(p, path, "done", done, NULL));
}

void page_data(struct page *p, const char *type)
{
	p->reply.type = type;
}

void page_download(struct page *p, const char *type, const char *name)
{
	char safe[NAME_MOST + 1];
	size_t n = 0;
	for (; n < NAME_MOST && name[n]; n++) {
		const char letter[2] = {name[n], '\0'};
		safe[n] = text_is_word(letter, "._-") && (n || name[n] != '.') ? name[n] : '_';
	}
	safe[n] = '\0';
	p->reply.type = type;
	buf_addf(&p->reply.headers, "Content-Disposition: attachment; filename=\"%s\"\r\n", safe);
}

/* ---- what pages are made of ---- */

const char *page_value(const struct page *p, const char *name)
{
	const struct page_request *r = &p->request;
	const char *value = form_value(r->method == METHOD_POST ? &r->form : &r->query, name);
	return value ? value : "";
}

struct store *page_store(struct page *p)
{
	struct err e = {""};
	if (!p->site->store)
		p->site->store = desk_store(p->site->home, &e);
	if (!p->site->store)
		page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
	return p->site->store;
}

struct roster *page_roster(struct page *p)
{
	struct err e = {""};
	struct store *s = page_store(p);
	struct roster *r = p->site->roster;
	int64_t age = roster_count(r) < ROSTER_SMALL ? 0 : ROSTER_AGE_MS;
	if (s && roster_refresh(r, s, clock_now_ms(), age, &e))
		return r;
	if (s)
		page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
	return NULL;
}

struct fleet_judge page_judge(struct page *p, struct master *master)
{
	*master = (struct master){.answered_at = 0};
	if (p->site->board)
		board_read(&p->site->board->master, master, sizeof *master);
	return (struct fleet_judge){.config = p->site->config, .master = master, .now = p->now};
}

struct desk page_desk(struct page *p)
{
	const struct page_request *r = &p->request;
	return (struct desk){
	    .home = p->site->home,
	    .config = p->site->config,
	    .who = r->account ? arena_printf(&p->arena, "%s (%s) from %s", r->account->name,
				    role_name(r->role), r->address)
			      : arena_printf(&p->arena, "somebody from %s", r->address),
	    .now = p->now,
	    .store = p->site->store,
	};
}

const struct device *page_find_device(struct page *p)
{
	const char *sn = page_value(p, "sn");
	struct device *d = arena_alloc(&p->arena, sizeof *d);
	struct err e = {""};
	struct store *s = page_store(p);
	if (!s)
		return NULL;
	if (!req_is_serial(sn)) {
		page_fail(p, 400, "A serial number is made of letters, digits and dashes.");
		return NULL;
	}
	bool found = false, ok = store_begin(s, &e);
	if (ok) {
		found = store_device(s, &p->arena, sn, d);
		if (found)
			store_seen(s, d);
		ok = store_end(s, &e);
	}
	if (!ok)
		page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
	else if (!found)
		page_fail(p, 404, "No device with the serial number %s is known.", sn);
	return ok && found ? d : NULL;
}

/* ---- from request to reply ---- */

/* The switch: a cookie, and back to where one was. */
static bool choose_language(struct page *p)
{
	const char *wanted = form_value(&p->request.query, "lang");
	for (const char *const *l = render_languages; wanted && *l; l++) {
		if (strcmp(*l, wanted) != 0 || p->request.method != METHOD_GET)
			continue;
		buf_addf(&p->reply.headers,
		    "Set-Cookie: rollcall-language=%s; Path=%s/; Max-Age=31536000; HttpOnly; SameSite=Lax\r\n"
		    "Location: %s\r\n",
		    *l, p->request.base, p->request.here);
		p->reply.status = 303;
		return true;
	}
	return false;
}

static void ask_to_sign_in(struct page *p)
{
	if (p->request.live)
		page_fail(p, 401, "You are signed out.");
	else if (p->request.method == METHOD_GET)
		page_redirect(p, page_url(p, "sign-in", "next", p->request.here, NULL), NULL);
	else
		page_fail(
		    p, 403, "You are signed out: nothing was changed. Sign in and try again.");
}

/* Nobody's page makes somebody's browser change anything here. */
static bool is_meant(const struct page *p)
{
	const char *sent = form_value(&p->request.form, "csrf");
	return p->request.own && p->request.token && sent && token_csrf_is(p->request.token, sent);
}

static void go(struct page *p, const struct page_route *route)
{
	if (route->role > ROLE_NOBODY && p->request.role == ROLE_NOBODY)
		ask_to_sign_in(p);
	else if (p->request.role < route->role)
		page_fail(p, 403, "This needs the role %s; yours is %s.", role_name(route->role),
		    role_name(p->request.role));
	else if (route->checked && !is_meant(p))
		page_fail(p, 403,
		    "This form is not of your present session: nothing was changed. Go back, load the "
		    "page anew and try again.");
	else
		route->handle(p);
}

static bool wants_session(const struct page_route *route)
{
	return text_starts(route->path, "admin/");
}

static void serve(struct page *p)
{
	bool known;
	struct page_request *r = &p->request;
	const struct page_route *route = page_route_find(r->path, r->method, &known);
	if (route) {
		if (!wants_session(route) || session_recall(p))
			go(p, route);
	} else if (known) {
		page_fail(p, 405, "This address does not take %s.",
		    r->method == METHOD_GET ? "GET" : "this method");
	} else if (strcmp(r->path, "admin") == 0 && r->method == METHOD_GET) {
		page_redirect(p, "", NULL);
	} else {
		page_fail(p, 404, "There is nothing at this address.");
	}
}

static void reset(struct page *p)
{
	struct page_reply *r = &p->reply;
	buf_reset(&r->headers);
	buf_reset(&r->body);
	r->status = 200;
	r->type = "text/plain; charset=utf-8";
	r->keep = false;
}

void page_serve(struct page *p, const struct page_input *in)
{
	reset(p);
	p->now = (int64_t)time(NULL);
	if (web_read(p, in) && !choose_language(p))
		serve(p);
	web_headers(p, &p->reply.headers);
}

void page_end(struct page *p)
{
	doc_free(p->doc);
	p->doc = NULL;
	arena_reset(&p->arena);
}

void page_free(struct page *p)
{
	page_end(p);
	arena_free(&p->arena);
	buf_free(&p->reply.headers);
	buf_free(&p->reply.body);
}
