/* SPDX-License-Identifier: ISC */
/*
 * PUT update.php?mode=backup: a device sends its configuration (spec §9).
 */
#include "fcgi/endpoints.h"

#include "base/log.h"
#include "core/script.h"
#include "home/backups.h"

#include <stdlib.h>
#include <time.h>

static void say(struct exchange *x, const char *text)
{
	script_comment(&x->reply.body, text);
}

/* The disk is full, or not ours to write: that may be over soon. */
static void answer_failed(struct exchange *x, const struct err *e)
{
	buf_adds(&x->reply.headers, "Retry-After: 60\r\n");
	quiet_warn(&x->quiet, req_subject(&x->request), "its backup cannot be stored: %s", e->text);
	reply_refuse(&x->reply, 503, "The backup cannot be stored now; nothing was stored.");
}

static void store(struct exchange *x, const struct buf *body)
{
	const struct config *c = x->server->config;
	char *dir = home_path(&x->server->home, c->backup_dir);
	const struct backups where = {
	    .dir = dir, .keep = c->backup_nbackups, .min_age = c->backup_minage};
	long number = 0;
	struct err e;

	switch (backups_store(
	    &where, x->request.hwid, buf_text(body), body->size, time(NULL), &number, &e)) {
	case BACKUPS_STORED:
		say(x, arena_printf(&x->arena, "stored as %s.%ld.txt", x->request.hwid, number));
		break;
	case BACKUPS_SAME:
		say(x, arena_printf(&x->arena, "nothing has changed since backup %ld", number));
		break;
	case BACKUPS_EMPTY:
		say(x, "nothing was stored: there is no line in this configuration that counts");
		break;
	case BACKUPS_FAILED:
		answer_failed(x, &e);
		break;
	}
	free(dir);
}

void ep_backup(struct exchange *x, const struct buf *body)
{
	if (!*x->server->config->backup_dir)
		reply_refuse(&x->reply, 404, "Backups are switched off (backup/@dir is not set).");
	else if (!x->request.hwid)
		say(x, "nothing was stored: the hardware id (hwid) is missing");
	else
		store(x, body);
}
