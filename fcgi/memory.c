/* SPDX-License-Identifier: ISC */
#include "fcgi/memory.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PIPE_SIZE (1 << 20) /* as much as anybody may have; some 20 000 sightings */

_Static_assert(sizeof(struct sighting) <= 512, "POSIX writes so much at once (PIPE_BUF)");

bool memory_pipe(int fds[2], struct err *e)
{
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return err_sys(e, "no pipe can be made");
	fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE); /* without it there is less room, and all is well */
	return true;
}

void memory_init(struct memory *m, const struct server *server)
{
	*m = (struct memory){
	    .server = server,
	    .post = {.path = server->home.writer, .fd = -1},
	};
}

void memory_close(struct memory *m)
{
	store_close(m->store);
	post_close(&m->post);
	m->store = NULL;
}

struct store *memory_store(struct memory *m, struct err *e)
{
	if (!m->store)
		m->store = store_open(m->server->home.store, STORE_READ, 0, e);
	return m->store;
}

bool memory_device(
    struct memory *m, struct arena *a, const char *sn, struct device *out, struct err *e)
{
	struct store *s = memory_store(m, e);
	if (!s || !store_begin(s, e))
		return false;
	store_device(s, a, sn, out);
	return store_end(s, e);
}

bool memory_answer(
    struct memory *m, struct arena *a, const char *sn, const char *query, struct store_answer *out)
{
	struct err e;
	struct store *s = memory_store(m, &e);
	if (!s || !store_begin(s, &e))
		return false;
	bool found = store_answer(s, a, sn, query, out);
	return store_end(s, &e) && found;
}

bool memory_keep(struct memory *m, const struct buf *list, struct err *e)
{
	return list->size == 0 || post_send(&m->post, list->data, list->size, LIMIT_RECEIPT_MS, e);
}

void memory_sighted(struct memory *m, const char *sn, int64_t time)
{
	struct sighting one = {.time = time};
	size_t size = strlen(sn);
	if (size >= sizeof one.sn)
		return;
	memcpy(one.sn, sn, size);
	if (write(m->server->sightings[1], &one, sizeof one) != (ssize_t)sizeof one)
		BOARD_COUNT(m->server->board->writer.lost);
}
