/* SPDX-License-Identifier: ISC */
/*
 * The signer: the one process that opens the key of our own CA (HOME/ca/ca.key), and signs or revokes what
 * it is asked for over HOME/run/signer.sock (proc/post.h carries it; only our own user may connect).
 *
 * The message is narrow (core/order.h): which device, which request (its SHA-256), who says so. Everything
 * else the signer looks up itself: the request in customcerts/@dir, the device in the store, the
 * wanted certificate in the configuration. What comes from a process of rollcalld counts as an order of the
 * server, whatever it says: a mistake in a worker approves nothing. The processes that serve the administrator's
 * pages talk to no device; what they ask for counts as an order of the one who is signed in there.
 *
 * What that gives today: the key is in the memory of no process that talks to devices, and what they can be
 * made to ask for is decided here, and recorded. What it does not give: all of them run as one user, and who
 * makes a worker run a program of his own can read HOME/ca/ca.key, change the store and the board, and be
 * an administrator to us. Only a user of its own for the signer, which comes with packaging, is a wall.
 *
 * Order of a signing: the entry of the certificate and of the audit are on disk (by the writer) before
 * the certificate is anywhere else.
 */
#ifndef FCGI_SIGNER_H
#define FCGI_SIGNER_H

#include "proc/super.h"

/* The process; context is the struct server. */
int signer_main(const struct proc_self *self, void *context);

#endif
