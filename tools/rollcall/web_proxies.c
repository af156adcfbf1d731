/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/web_proxies.h"

#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

#define MAPPED_BITS 96 /* of ::ffff:0:0, before the IPv4 address */

static bool is_mapped(const struct address_net *net)
{
	return IN6_IS_ADDR_V4MAPPED(&net->address) && net->bits >= MAPPED_BITS;
}

static bool is_single(const struct address_net *net)
{
	return net->bits == 128;
}

bool web_proxies_check(const struct opt_list *proxies, struct err *e)
{
	for (size_t i = 0; i < proxies->count; i++) {
		struct address_net net;
		const char *text = proxies->items[i];
		if (!address_net_parse(text, &net) || strchr(text, '%'))
			return err_set(e,
			    "--trust-proxy %s: it must be an address, or a network like 192.0.2.0/24",
			    text);
		if (net.bits == 0 || (is_mapped(&net) && net.bits == MAPPED_BITS))
			return err_set(e,
			    "--trust-proxy %s: everybody could say then who he is; name the proxies",
			    text);
	}
	return true;
}

bool web_proxies_has_ipv4_net(const struct opt_list *proxies)
{
	for (size_t i = 0; i < proxies->count; i++) {
		struct address_net net;
		if (address_net_parse(proxies->items[i], &net) && is_mapped(&net) &&
		    !is_single(&net))
			return true;
	}
	return false;
}

static const char *row(struct arena *a, const char *rows, const char *address, long bits)
{
	const char *mask = bits ? arena_printf(a, "/%ld", bits) : "";
	return arena_printf(a, "%s%s\"%s%s\" => \"trust\"", rows, *rows ? ", " : "", address, mask);
}

static const char *ipv4_rows(
    struct arena *a, const char *rows, const struct address_net *net, bool ipv6)
{
	char text[INET_ADDRSTRLEN];
	inet_ntop(AF_INET, net->address.s6_addr + 12, text, sizeof text);
	const char *mapped = arena_printf(a, "::ffff:%s", text);
	if (is_single(net))
		return row(a, row(a, rows, text, 0), mapped, 0);
	return ipv6 ? row(a, rows, mapped, net->bits)
		    : row(a, rows, text, (long)net->bits - MAPPED_BITS);
}

const char *web_proxies(struct arena *a, const struct opt_list *proxies, bool ipv6)
{
	const char *rows = "";
	for (size_t i = 0; i < proxies->count; i++) {
		struct address_net net;
		char text[INET6_ADDRSTRLEN];
		if (!address_net_parse(proxies->items[i], &net))
			continue;
		if (is_mapped(&net)) {
			rows = ipv4_rows(a, rows, &net, ipv6);
			continue;
		}
		inet_ntop(AF_INET6, &net.address, text, sizeof text);
		rows = row(a, rows, text, is_single(&net) ? 0 : net.bits);
	}
	return rows;
}
