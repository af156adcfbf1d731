/* SPDX-License-Identifier: ISC */
/*
 * Proxies that are believed when they say in X-Forwarded-For who asks (--trust-proxy), as mod_extforward is told.
 *
 * It knows an address by its text, and a network by its bits. Of an IPv4 network it takes each address that is
 * written as an IPv6 one (::ffff:192.0.2.1) for a part (1.4.69), so the two never come together here: a socket of
 * IPv6 is given the network in that form, and one of IPv4 hears of no such address (web_proxies_has_ipv4_net()).
 */
#ifndef ROLLCALL_WEB_PROXIES_H
#define ROLLCALL_WEB_PROXIES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/opt.h"

#include <stdbool.h>

bool web_proxies_check(const struct opt_list *proxies, struct err *e);
/* For a socket of that family: "\"192.0.2.1\" => \"trust\", …" */
const char *web_proxies(struct arena *a, const struct opt_list *proxies, bool ipv6);
bool web_proxies_has_ipv4_net(const struct opt_list *proxies);

#endif
