/* SPDX-License-Identifier: ISC */
/* A world to decide in: what plan_make() is given, and what it sends as text. For tests of core/plan. */
#ifndef TEST_PLAN_FIXTURE_H
#define TEST_PLAN_FIXTURE_H

#include "base/pct.h"
#include "base/text.h"
#include "core/plan.h"

#include "test/unit/core/conf_fixture.h"

#define NOW 1772366400 /* 2026-03-01T12:00:00Z */
#define DAY 86400L

#define DEVICE "type=IP232&sn=00-90-33-30-00-af&hwid=IP232-30-00-af&ip=172.16.1.9"
#define SETTLED DEVICE "&phase=update&polling=0"
/* As `SETTLED` comes out in a new URL, but for phase and polling. */
#define SELF "&type=#t&sn=#m&hwid=#h&ip=#i\n"

/* Commands, as render() writes them: the URL decoded, a snippet as {NAME}. */
#define PLACE "http://update.example/update/update.php?"
#define URL "config add UP1 /url " PLACE
#define FAST "mod cmd UP1 provision 5\nconfig add UP1 /poll 1\n"
#define SLOW "mod cmd UP1 provision 0\nconfig rem UP1 /provision\nconfig add UP1 /poll 15\n"
#define KEEP "config write\nconfig activate\n"
#define MOVED "config add UP1 /no-dhcp\n" KEEP
#define CHECK(sum) "mod cmd UP1 check ser " sum "\n"
#define NO_SUM "d41d8cd98f00b204e9800998ecf8427e" /* of nothing at all */
#define SUM_OF_A "0cc175b9c0f1b6a831c399e269772661"
#define SUM_OF_AC "e2075474294983e013ee4dd2201c7a73"
#define END "iresetn\n"
/* The last phase, nothing to change in the URL, no snippet. */
#define EMPTY_REPLY KEEP CHECK(NO_SUM) END

/* ---- a world to decide in ---- */

static struct {
	struct arena arena;
	struct config *config;
	struct snippets *snippets;
	struct md5 *md5;
	struct master master;
	struct req_input in;
	const struct device *device; /* NULL: nothing is remembered */
	const struct plan_certs *certs;
	const struct cert *cert; /* that the client proved itself with */
	struct plan plan;
} w;

static inline void configure(const char *inside)
{
	conf_free(w.config);
	w.config = conf_fixture(inside);
}

static inline void file(const char *name, long age, const char *text)
{
	snip_put(w.snippets, name, NOW - age, text, strlen(text));
}

static inline void render(struct buf *out, const struct step *s)
{
	static const char url[] = "config add UP1 /url ";
	if (s->kind == STEP_NOTE)
		return;
	if (s->kind == STEP_SNIPPET) {
		buf_addf(out, "{%s}\n", s->snippet->name);
		return;
	}
	if (!text_starts(s->text, url)) {
		buf_addf(out, "%s\n", s->text);
		return;
	}
	const char *encoded = s->text + strlen(url);
	char *decoded = arena_alloc(&w.arena, strlen(encoded) + 1);
	size_t n;
	assert_true(pct_decode(decoded, encoded, strlen(encoded), &n));
	buf_addf(out, "%s%s\n", url, decoded);
}

/* What holds of every plan, whatever was asked. */
static inline void check_steps(void)
{
	for (size_t i = 0; i < w.plan.count; i++) {
		const struct step *s = &w.plan.steps[i];
		assert_int_equal(s->kind == STEP_COMMAND, s->text != NULL);
		assert_int_equal(s->kind == STEP_SNIPPET, s->snippet != NULL);
		assert_true(s->kind != STEP_NOTE || (s->reason && *s->reason));
		if (s->kind == STEP_COMMAND) {
			assert_true(*s->text && *s->text != '#');
			assert_false(text_has_control(s->text, strlen(s->text)));
		}
	}
}

static inline const char *commands_about(int concern)
{
	struct buf out = {0};
	for (size_t i = 0; i < w.plan.count; i++) {
		if (concern < 0 || (int)w.plan.steps[i].concern == concern)
			render(&out, &w.plan.steps[i]);
	}
	const char *text = arena_strdup(&w.arena, buf_text(&out));
	buf_free(&out);
	return text;
}

/* Decides, and gives all that is sent. */
static inline const char *ask(const char *query)
{
	struct request *r = arena_alloc(&w.arena, sizeof *r);
	w.in.query = query;
	req_parse(&w.arena, &w.in, w.config, r);
	r->cert = w.cert;
	const struct plan_input in = {
	    .config = w.config,
	    .snippets = w.snippets,
	    .master = &w.master,
	    .request = r,
	    .device = w.device,
	    .certs = w.certs,
	    .md5 = w.md5,
	    .now = NOW,
	};
	plan_make(&w.arena, &in, &w.plan);
	check_steps();
	return commands_about(-1);
}

static inline bool has_note(const char *text)
{
	for (size_t i = 0; i < w.plan.count; i++) {
		if (w.plan.steps[i].reason && strstr(w.plan.steps[i].reason, text))
			return true;
	}
	return false;
}

static inline void assert_note(const char *text)
{
	if (has_note(text))
		return;
	for (size_t i = 0; i < w.plan.count; i++)
		print_message("  %s\n", w.plan.steps[i].reason ? w.plan.steps[i].reason : "-");
	fail_msg("no note says \"%s\"", text);
}

/* For an administrator in the reply, and for the log. */
static inline void assert_warned(const char *text)
{
	assert_note("warning: ");
	assert_note(text);
	assert_non_null(w.plan.warn);
	if (!strstr(w.plan.warn, text))
		fail_msg("the log says \"%s\", not \"%s\"", w.plan.warn, text);
}

static inline const char *print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline const char *print(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(&w.arena, format, args);
	va_end(args);
	return text;
}

static inline int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.md5 = md5_new();
	w.snippets = snip_new();
	w.in = (struct req_input){.method = "GET",
	    .path = "/update/update.php",
	    .host = "update.example",
	    .port = "80",
	    .peer = "192.0.2.7"};
	configure("");
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	conf_free(w.config);
	snip_free(w.snippets);
	md5_free(w.md5);
	arena_free(&w.arena);
	return 0;
}

static inline void next_case(void)
{
	arena_reset(&w.arena);
}

#endif
