/* SPDX-License-Identifier: ISC */
/*
 * The filter language of the device list.
 *
 * Words separated by white space; a device is shown when every word matches. Case does not count. A
 * word matches when it stands in one of these texts of a device, with no letter or digit right before
 * or after it (so "16" matches 172.16.0.20 but not 192.168.0.1): address it calls from, own address,
 * serial number, hardware id, type, name, phase, classes, environments, firmware and boot code
 * builds. "*" stands for any number of letters of a text, "?" for one. A word that is a MAC address
 * (or its beginning, from three bytes on) matches a serial number in any spelling: 00:90:33:30:00:af,
 * 0090.3330.00af, 0090333000AF. A network, 172.16.7.0/24 or 2001:db8::/32, matches both addresses.
 * "present" and "missing" look at when it was last seen (status/@missing), "settled" and "unsettled" at
 * whether it is in its last phase with nothing to do.
 *
 * A word NAME:VALUE looks at one thing only. As a whole, or with stars: sn, hwid, ip (both addresses; also a
 * network), type, name, phase, class, env, firmware, boot, issuer (of its certificate). By core/fleet.h:
 * fw:current fw:loading fw:other fw:unknown fw:unwanted, bc: the same of boot code, cert:expired and so on;
 * expires:N where its certificate is still valid, but not longer than N days; seen:N where it was seen
 * within the last N seconds (or N with m, h, d behind it). What is no such NAME is a text like others.
 *
 * A word with "!" before it matches where the word does not.
 */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include "base/arena.h"
#include "base/err.h"
#include "core/device.h"
#include "core/fleet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter;

/*
 * Reads `count` texts as one filter; none, or only white space, matches every device. NULL: too many
 * words, too long a word (LIMIT_FILTER_WORDS, LIMIT_FILTER_WORD), a network of too many bits, or a VALUE
 * that is none (fw:wrong); `e` says so. Lives in the arena.
 */
struct filter *filter_parse(struct arena *a, const char *const *texts, size_t count, struct err *e);
bool filter_matches(
    const struct filter *f, const struct device *d, const struct fleet_judge *judge);

/*
 * A serial number as devices write it (00-90-33-30-00-af) from any spelling of a MAC address; a text
 * that is none is taken as it is, in lower case. In the arena.
 */
const char *filter_serial(struct arena *a, const char *text);

#endif
