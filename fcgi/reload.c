/* SPDX-License-Identifier: ISC */
#include "fcgi/reload.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "fcgi/debug.h"
#include "proc/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SETTLE_MS 200
#define CHECK_LOOK_MS 20
#define FINDINGS_LOGGED 50
#define GOOD_MODE 0640

/* ---- findings: to the log and the board ---- */

/* "FILE:LINE: error: TEXT": the subject of a message is what stands before the first ": ". */
static void log_finding(const char *line, size_t n)
{
	char subject[512];
	const char *colon = memmem(line, n, ": ", 2);
	size_t name = colon ? (size_t)(colon - line) : 0;
	snprintf(subject, sizeof subject, "%.*s", (int)name, line);
	const char *rest = colon ? colon + 2 : line;
	log_warn(subject, "%.*s", (int)(line + n - rest), rest);
}

static void log_findings(const char *text)
{
	unsigned more = 0, said = 0;
	while (*text) {
		size_t n = strcspn(text, "\n");
		if (said < FINDINGS_LOGGED)
			log_finding(text, n), said++;
		else
			more++;
		text += n + (text[n] != '\0');
	}
	if (more)
		log_warn("configuration", "%u more findings; `rollcall check` prints all", more);
}

/* What cannot be read is a finding like others; its text begins with the path already. */
static void unreadable(const char *path, const struct err *e, struct buf *out)
{
	bool named = text_starts(e->text, path);
	buf_addf(out, "%s: error: it%s%s\n", path,
	    named ? "" : " cannot be read: ", e->text + (named ? strlen(path) : 0));
}

/* The line that an administrator needs first; warnings may stand before it. */
static const char *first_error(const char *findings)
{
	for (const char *line = findings; *line;
	     line += strcspn(line, "\n"), line += *line != '\0') {
		const char *error = strstr(line, ": error: ");
		if (error && error < line + strcspn(line, "\n"))
			return line;
	}
	return findings;
}

static void set_state(struct server *s, enum board_config state, const char *findings)
{
	BOARD_SET(s->board->config_state, (int32_t)state);
	const char *worst = first_error(findings);
	board_write(&s->board->config_message, worst, strcspn(worst, "\n"));
}

/* ---- into force, or not ---- */

static void copy_bytes(struct buf *to, const struct buf *from)
{
	buf_reset(to);
	buf_add(to, buf_text(from), from->size);
}

/* Compiles what was checked. False: not possible after all; `text` has the findings. */
static bool compile(struct reload *r, const char *name, struct buf *text)
{
	struct findings f = {0};
	struct config *config = home_compile(name, &r->bytes, &f);
	findings_print(&f, text);
	findings_free(&f);
	if (!config)
		return false;
	struct server *s = r->server;
	conf_free(s->config);
	s->config = config;
	if (!log_set_level_named(config->loglevel))
		log_set_level(LOG_LEVEL_INFO);
	copy_bytes(&r->in_force, &r->bytes);
	BOARD_COUNT(s->board->generation);
	BOARD_SET(s->board->config_loaded, (int64_t)time(NULL));
	if (config->debugmerge)
		debug_merge(&s->home, config);
	return true;
}

static void keep_as_good(struct reload *r)
{
	struct err e;
	const char *path = r->server->home.good_config;
	if (!file_write(path, buf_text(&r->bytes), r->bytes.size, GOOD_MODE, &e))
		log_warn(path, "%s; a start while user-config.xml has a mistake will fail", e.text);
}

static void refuse(struct reload *r, const char *findings)
{
	log_findings(findings);
	log_warn(r->server->home.user_config,
	    "is not taken; the configuration before it stays in force");
	set_state(r->server, BOARD_CONFIG_BAD, findings);
}

static void accept_checked(struct reload *r)
{
	struct buf text = {0};
	const char *path = r->server->home.user_config;
	if (compile(r, path, &text)) {
		log_findings(buf_text(&text)); /* warnings */
		keep_as_good(r);
		set_state(r->server, BOARD_CONFIG_GOOD, "");
		log_info(
		    path, "is in force, generation %u", BOARD_GET(r->server->board->generation));
	} else {
		refuse(r, buf_text(&text));
	}
	buf_free(&text);
}

/* What is in the file again is what was in force all the time. */
static void accept_same(struct reload *r)
{
	if (BOARD_GET(r->server->board->config_state) == BOARD_CONFIG_GOOD)
		return;
	log_info(r->server->home.user_config, "is again what is in force");
	keep_as_good(r);
	set_state(r->server, BOARD_CONFIG_GOOD, "");
}

/* ---- the three steps ---- */

static enum reload_step watch(struct reload *r, int64_t now_ms)
{
	if (now_ms < r->next_ms)
		return RELOAD_WATCHING;
	r->settling = stamp_at(r->server->home.user_config);
	if (stamp_same(&r->settling, &r->seen)) {
		r->next_ms = now_ms + LIMIT_CONFIG_RESCAN_MS;
		return RELOAD_WATCHING;
	}
	r->next_ms = now_ms + SETTLE_MS;
	return RELOAD_SETTLING;
}

static enum reload_step read_and_check(struct reload *r, int64_t now_ms)
{
	struct err e;
	const char *path = r->server->home.user_config;
	buf_reset(&r->bytes);
	if (!home_read_config(path, &r->bytes, &e)) {
		struct buf line = {0};
		unreadable(path, &e, &line);
		refuse(r, buf_text(&line));
		buf_free(&line);
		return RELOAD_WATCHING;
	}
	if (r->bytes.size == r->in_force.size &&
	    memcmp(buf_text(&r->bytes), buf_text(&r->in_force), r->bytes.size) == 0) {
		accept_same(r);
		return RELOAD_WATCHING;
	}
	checker_start(&r->checker, path, &r->bytes, now_ms);
	return RELOAD_CHECKING;
}

static enum reload_step settle(struct reload *r, int64_t now_ms)
{
	if (now_ms < r->next_ms)
		return RELOAD_SETTLING;
	struct stamp now = stamp_at(r->server->home.user_config);
	if (!stamp_same(&now, &r->settling)) {
		r->settling = now;
		r->next_ms = now_ms + SETTLE_MS;
		return RELOAD_SETTLING;
	}
	/* Noted before it is read: if it changes meanwhile, it is read again. */
	r->seen = now;
	return read_and_check(r, now_ms);
}

static enum reload_step check(struct reload *r, int64_t now_ms)
{
	switch (checker_poll(&r->checker, now_ms)) {
	case CHECKER_RUNNING:
		return RELOAD_CHECKING;
	case CHECKER_GOOD:
		accept_checked(r);
		break;
	case CHECKER_BAD:
		refuse(r, checker_findings(&r->checker));
		break;
	}
	return RELOAD_WATCHING;
}

int64_t reload_tick(struct reload *r, int64_t now_ms)
{
	static enum reload_step (*const steps[RELOAD_STEPS])(struct reload *, int64_t) = {
	    [RELOAD_WATCHING] = watch,
	    [RELOAD_SETTLING] = settle,
	    [RELOAD_CHECKING] = check,
	};
	r->step = steps[r->step](r, now_ms);
	if (r->step == RELOAD_CHECKING)
		return CHECK_LOOK_MS;
	return r->next_ms > now_ms ? r->next_ms - now_ms : 1;
}

void reload_now(struct reload *r)
{
	r->next_ms = 0;
	if (r->step == RELOAD_WATCHING)
		r->seen = (struct stamp){0};
}

/* ---- the start ---- */

static bool load(struct reload *r, const char *path, struct buf *findings)
{
	struct err e;
	buf_reset(findings);
	buf_reset(&r->bytes);
	if (!home_read_config(path, &r->bytes, &e)) {
		unreadable(path, &e, findings);
		return false;
	}
	checker_start(&r->checker, path, &r->bytes, clock_now_ms());
	if (checker_wait(&r->checker) == CHECKER_GOOD)
		return compile(r, path, findings);
	buf_adds(findings, checker_findings(&r->checker));
	return false;
}

static bool load_last_good(struct reload *r, const struct buf *why)
{
	struct buf text = {0};
	const struct home *h = &r->server->home;
	bool ok = load(r, h->good_config, &text);
	buf_free(&text);
	if (!ok) {
		fputs(buf_text(why), stderr);
		return false;
	}
	log_findings(buf_text(why));
	log_warn(h->user_config,
	    "CANNOT BE USED; what is served is the last good configuration, %s", h->good_config);
	set_state(r->server, BOARD_CONFIG_LAST_GOOD, buf_text(why));
	return true;
}

bool reload_first(struct reload *r)
{
	struct buf text = {0};
	r->seen = stamp_at(r->server->home.user_config);
	bool ok = load(r, r->server->home.user_config, &text);
	if (ok) {
		log_findings(buf_text(&text));
		keep_as_good(r);
		set_state(r->server, BOARD_CONFIG_GOOD, "");
	} else {
		ok = load_last_good(r, &text);
	}
	buf_free(&text);
	return ok;
}
