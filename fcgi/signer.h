/* SPDX-License-Identifier: ISC */
/*
 * The signer: the one process that opens the key of our own CA (HOME/ca/ca.key), and signs or revokes what
 * it is asked for over HOME/run/signer.sock (proc/post.h carries it; only our own user may connect).
 *
 * The message is narrow (core/order.h): which device, which request (its SHA-256), who says so. Everything
 * else the signer looks up itself: the request in customcerts/@dir, the device in the store, the
 * wanted certificate in the configuration. So whoever can send messages can have nothing signed but
 * requests that devices sent, for the names that these devices have.
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
