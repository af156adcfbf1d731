/* SPDX-License-Identifier: ISC */
/* Looking, settling, taking (renew.h). */
#include "tools/rollcall/renew.h"

#include "base/log.h"
#include "guard/front.h"

#include <string.h>

#define LOOK_MS 1000
/* A file that was not changed for so long is whole; what is not will be found when it is read. */
#define SETTLE_MS 300
/* Where something changes all the time, it is taken nevertheless. */
#define SETTLE_MOST_MS 5000

static bool are_same(const struct stamp *a, const struct stamp *b)
{
	for (size_t i = 0; i < WEB_TLS_SOURCES; i++) {
		if (!stamp_same(&a[i], &b[i]))
			return false;
	}
	return true;
}

/* Once for each reason. */
static void say_unlisted(struct err *said, const struct err *why)
{
	if (strcmp(said->text, why->text) != 0 && *why->text)
		log_info("lighttpd",
		    "is not given the revocation lists, because %s; the workers look at them for each request",
		    why->text);
	*said = *why;
}

static void begin_again(struct renew *r, int64_t now_ms)
{
	memcpy(r->found, r->web->tls.seen, sizeof r->found);
	r->since_ms = 0;
	r->wanted = false;
	r->next_ms = web_has_tls(r->web) ? now_ms + LOOK_MS : 0;
}

void renew_start(struct renew *r, struct web *web, int64_t now_ms)
{
	*r = (struct renew){.web = web, .until = web->tls.until};
	say_unlisted(&r->said, &web->tls.unlisted);
	begin_again(r, now_ms);
}

void renew_ask(struct renew *r, int64_t now_ms, bool always)
{
	r->wanted = r->wanted || always;
	if (r->wanted || web_has_tls(r->web))
		r->next_ms = now_ms;
}

/* Something is other than it was when it was taken. True: and it stays as it is. */
static bool has_settled(struct renew *r, int64_t now_ms)
{
	struct stamp now[WEB_TLS_SOURCES];
	web_tls_look(&r->web->tls, now);
	bool moving = !are_same(now, r->found);
	memcpy(r->found, now, sizeof now);
	if (are_same(now, r->web->tls.seen)) {
		r->since_ms = 0;
		r->next_ms = now_ms + LOOK_MS;
		return false;
	}
	if (!r->since_ms)
		r->since_ms = now_ms;
	r->next_ms = now_ms + SETTLE_MS;
	return !moving || now_ms - r->since_ms > SETTLE_MOST_MS;
}

static bool runs_out(const struct renew *r)
{
	return r->until && time(NULL) >= r->until - FRONT_MARGIN;
}

/* True: there is something new. */
static bool take(struct renew *r)
{
	struct buf changed = {0};
	struct err e;
	bool ok = web_write(r->web, &changed, &e);
	/* What runs out, and cannot be replaced now, is tried again when a file changes. */
	r->until = ok ? r->web->tls.until : runs_out(r) ? 0 : r->until;
	if (!ok)
		log_warn("lighttpd",
		    "goes on with the certificates that it has, because the new ones are not right: %s",
		    e.text);
	else if (changed.size)
		log_info("lighttpd", "gets new certificates: %s", buf_text(&changed));
	if (ok)
		say_unlisted(&r->said, &r->web->tls.unlisted);
	bool new = ok &&changed.size;
	buf_free(&changed);
	return new || (ok && r->wanted);
}

bool renew_look(struct renew *r, int64_t now_ms)
{
	bool due = r->wanted || runs_out(r) || has_settled(r, now_ms);
	if (!due)
		return false;
	bool new = take(r);
	begin_again(r, now_ms);
	return new;
}
