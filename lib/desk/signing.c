/* SPDX-License-Identifier: ISC */
/* The signer: is there somebody to ask, and asking him. */
#include "desk/desk.h"

#include "base/limits.h"
#include "proc/board.h"
#include "proc/post.h"

#include <string.h>
#include <unistd.h>

/* The signer waits for the writer, who may be busy. */
#define WAIT_MS (LIMIT_WRITER_SECONDS * 1000 + LIMIT_SIGN_MS)

bool desk_csr_can_approve(const struct desk *k, struct err *e)
{
	const struct home *h = k->home;
	if (strcmp(k->config->customcerts_catype, "internal") != 0)
		return err_set(e,
		    "customcerts/@CAtype is \"%s\" in %s: nothing is signed here. Sign the request "
		    "elsewhere (rollcall csr export, rollcall csr import), or make a CA (rollcall ca init)",
		    k->config->customcerts_catype, h->user_config);
	if (access(h->ca_cert, F_OK) != 0)
		return err_set(
		    e, "there is no CA in %s yet: rollcall ca init --name NAME makes one", h->ca);
	return board_is_running(h->board) ||
	       err_set(e,
		   "%s: the server does not run, and only its signer has the key: start it (rollcall serve)",
		   h->dir);
}

bool desk_sign(const struct desk *k, struct order *order, struct buf *said, struct err *e)
{
	struct post post = {
	    .path = k->home->signer, .whom = "the signer", .most = ORDER_MOST, .fd = -1};
	struct buf bytes = {0};
	order->who = k->who;
	order_encode(&bytes, order);
	bool ok = post_send(&post, bytes.data, bytes.size, WAIT_MS, e);
	if (ok && said)
		buf_adds(said, post.said);
	post_close(&post);
	buf_free(&bytes);
	return ok;
}
