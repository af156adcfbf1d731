/* SPDX-License-Identifier: ISC */
/* Addresses and networks as text, IPv4 and IPv6. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* A network; an IPv4 one is that of the mapped addresses, ::ffff:0:0/96 and below. */
struct address_net {
	struct in6_addr address;
	unsigned bits;
};

/* `text` need not end with a NUL. The zone of a link-local address (%eth0) does not count. */
bool address_parse(const char *text, size_t size, struct in6_addr *out);
/* The most bits that may follow an address of this form: 32 or 128. */
long address_bits(const char *text);
/* ADDRESS, or ADDRESS/BITS. False: it is neither. */
bool address_net_parse(const char *text, struct address_net *out);
/* False also when `address` is none. */
bool address_net_has(const struct address_net *n, const char *address);
/* Both as text: is this address in that network? False also when one of them is none. */
bool address_in(const char *address, const char *network);

#endif
