/* SPDX-License-Identifier: ISC */
#include "base/address.h"

#include "base/limits.h"
#include "base/num.h"

#include <arpa/inet.h>
#include <string.h>

bool address_parse(const char *text, size_t size, struct in6_addr *out)
{
	char plain[LIMIT_IP];
	struct in_addr v4;
	const char *zone = memchr(text, '%', size);
	if (zone)
		size = (size_t)(zone - text);
	if (size >= sizeof plain)
		return false;
	memcpy(plain, text, size);
	plain[size] = '\0';
	if (inet_pton(AF_INET, plain, &v4) != 1)
		return inet_pton(AF_INET6, plain, out) == 1;
	*out = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
	memcpy(out->s6_addr + 12, &v4, sizeof v4);
	return true;
}

long address_bits(const char *text)
{
	return strchr(text, ':') ? 128 : 32;
}

bool address_net_parse(const char *text, struct address_net *out)
{
	size_t size = strcspn(text, "/");
	long most = address_bits(text), bits = most;
	if (!address_parse(text, size, &out->address) ||
	    (text[size] == '/' && !num_parse(text + size + 1, 0, most, &bits)))
		return false;
	out->bits = (unsigned)(bits + 128 - most);
	return true;
}

bool address_net_has(const struct address_net *n, const char *address)
{
	struct in6_addr a;
	unsigned whole = n->bits / 8, mask = 0xff00U >> n->bits % 8 & 0xff;
	if (!*address || !address_parse(address, strlen(address), &a) ||
	    memcmp(a.s6_addr, n->address.s6_addr, whole) != 0)
		return false;
	return !mask || !((a.s6_addr[whole] ^ n->address.s6_addr[whole]) & mask);
}

bool address_in(const char *address, const char *network)
{
	struct address_net n;
	return address_net_parse(network, &n) && address_net_has(&n, address);
}
