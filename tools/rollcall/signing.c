/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/signing.h"

#include "base/limits.h"
#include "proc/board.h"
#include "proc/post.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/who.h"

#include <string.h>
#include <unistd.h>

/* The signer waits for the writer, who may be busy. */
#define WAIT_MS (LIMIT_WRITER_SECONDS * 1000 + LIMIT_SIGN_MS)

bool signing_possible(const struct home *h, const struct config *c)
{
	if (strcmp(c->customcerts_catype, "internal") != 0)
		cli_fail(
		    "customcerts/@CAtype is \"%s\" in %s: nothing is signed here. Sign the request "
		    "elsewhere (rollcall csr export, rollcall csr import), or make a CA (rollcall ca init)",
		    c->customcerts_catype, h->user_config);
	else if (access(h->ca_cert, F_OK) != 0)
		cli_fail("there is no CA in %s yet: rollcall ca init --name NAME makes one", h->ca);
	else if (!board_is_running(h->board))
		cli_fail(
		    "%s: the server does not run, and only its signer has the key: start it (rollcall serve)",
		    h->dir);
	else
		return true;
	return false;
}

bool signing_ask(const struct home *h, struct order *order, struct buf *said, struct err *e)
{
	struct post post = {.path = h->signer, .whom = "the signer", .most = ORDER_MOST, .fd = -1};
	struct buf bytes = {0};
	order->who = who_name();
	order_encode(&bytes, order);
	bool ok = post_send(&post, bytes.data, bytes.size, WAIT_MS, e);
	if (ok && said)
		buf_adds(said, post.said);
	post_close(&post);
	buf_free(&bytes);
	return ok;
}
