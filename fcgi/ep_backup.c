/* SPDX-License-Identifier: ISC */
/*
 * PUT update.php?mode=backup: a device sends its configuration (spec §9).
 */
#include "fcgi/endpoints.h"

#include "core/change.h"
#include "core/script.h"
#include "home/backups.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void say(struct exchange *x, const char *text)
{
	script_comment(&x->reply.body, text);
}

/* What is remembered of it; the file is there already, so the same one may be sent again. */
static bool note(struct exchange *x, const char *name, bool is_new, struct err *e)
{
	struct exchange_device d;
	if (!exchange_tracks(x) || !x->request.sn)
		return true;
	if (!exchange_device(x, &d, e))
		return false;
	d.now.hwid = x->request.hwid;
	d.now.backup = name;
	if (is_new || strcmp(d.was.backup, name) != 0)
		d.now.backup_at = d.time;
	exchange_change(x, &d);
	if (is_new)
		change_message(&x->changes, x->request.sn, d.time,
		    arena_concat(&x->arena, "its configuration is kept as ", name));
	return memory_keep(&x->memory, &x->changes, e);
}

static void answer_kept(struct exchange *x, long number, bool is_new)
{
	struct err e;
	const char *name = arena_printf(&x->arena, "%s.%ld.txt", x->request.hwid, number);
	if (!note(x, name, is_new, &e))
		exchange_refuse_now(x, "its backup", &e);
	else if (is_new)
		say(x, arena_concat(&x->arena, "stored as ", name));
	else
		say(x, arena_concat(&x->arena, "nothing has changed since ", name));
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
		answer_kept(x, number, true);
		break;
	case BACKUPS_SAME:
		answer_kept(x, number, false);
		break;
	case BACKUPS_EMPTY:
		say(x, "nothing was stored: there is no line in this configuration that counts");
		break;
	case BACKUPS_FAILED:
		exchange_refuse_now(x, "its backup", &e);
		break;
	}
	free(dir);
}

static void refuse(struct exchange *x, const char *why)
{
	quiet_warn(&x->quiet, req_subject(&x->request), "its backup is refused: %s", why);
	reply_refuse(&x->reply, 403, "No backup is taken: %s.", why);
}

void ep_backup(struct exchange *x, const struct buf *body)
{
	const char *why_not =
	    plan_backup_refused(&x->arena, x->server->config, &x->request, time(NULL));
	if (why_not)
		refuse(x, why_not);
	else if (!*x->server->config->backup_dir)
		reply_refuse(&x->reply, 404, "Backups are switched off (backup/@dir is not set).");
	else if (!x->request.hwid)
		say(x, "nothing was stored: the hardware id (hwid) is missing");
	else
		store(x, body);
}
