/* SPDX-License-Identifier: ISC */
/* How an administrator reads and changes the store, whether a server runs or not. */
#include "desk/desk.h"

#include "base/limits.h"
#include "core/change.h"
#include "proc/board.h"
#include "proc/post.h"

#include <errno.h>
#include <unistd.h>

struct store *desk_store(const struct home *h, struct err *e)
{
	if (access(h->store, F_OK) != 0 && errno == ENOENT) {
		err_set(e,
		    "nothing is remembered in %s yet: the server makes the store when it starts (%s)",
		    h->dir, h->store);
		return NULL;
	}
	return store_open(h->store, STORE_READ, 0, e);
}

static bool apply_here(const struct home *h, const struct buf *list, struct err *e)
{
	enum store_outcome outcome = STORE_AGAIN;
	struct store *s = store_open(h->store, STORE_WRITE, STORE_MAP_MB, e);
	while (s && outcome == STORE_AGAIN && store_write(s, e)) {
		store_apply(s, list->data, list->size);
		outcome = store_commit(s, e);
	}
	store_close(s);
	return s && outcome == STORE_DONE;
}

bool desk_apply(const struct home *h, const struct buf *list, struct err *e)
{
	struct post post = {.path = h->writer, .fd = -1};
	if (list->size == 0)
		return true;
	if (!board_is_running(h->board))
		return apply_here(h, list, e);
	bool ok = post_send(&post, list->data, list->size, LIMIT_WRITER_SECONDS * 1000, e);
	post_close(&post);
	return ok;
}

bool desk_did(
    const struct desk *k, const char *sn, const char *what, const char *text, struct err *e)
{
	struct buf list = {0};
	change_audit(&list, sn, k->now, what, k->who, text);
	bool ok = desk_apply(k->home, &list, e);
	buf_free(&list);
	return ok;
}
