/* SPDX-License-Identifier: ISC */
/*
 * What the commands about devices work on: the store of a home, with the configuration that says what it
 * means. Functions that fail have said why on stderr.
 */
#ifndef ROLLCALL_DEVICE_DATA_H
#define ROLLCALL_DEVICE_DATA_H

#include "base/arena.h"
#include "core/conf.h"
#include "desk/desk.h"
#include "home/home.h"
#include "store/store.h"
#include "view/state.h"

#include <stdbool.h>
#include <stdint.h>

struct device_data {
	const struct home *home;
	struct config *config;
	struct store *store; /* NULL once it was closed */
	int64_t now;
	size_t meant;       /* how many devices the text may mean that device_find() was given */
	bool may_be_new;    /* it says nothing when that is none */
	struct arena arena; /* what was read from the store */
};

/* The administrator's configuration, or the last good one when that has errors. NULL: there is none. */
struct config *device_config(const struct home *h);

/* device_close() in any case. */
bool device_open(struct device_data *d, const struct home *h);
void device_close(struct device_data *d);
/* The store alone; what was read stays. Before changing it: a process opens it once. */
void device_close_store(struct device_data *d);
/* For the acts of desk/desk.h, by the user who called us. */
struct desk device_desk(const struct device_data *d);
/* Is there a CA of our own and a server that runs? Says what is missing. */
bool device_can_sign(const struct device_data *d);

/*
 * The device that somebody means: by its serial number as it stands there; else by a MAC address in any
 * spelling; else by a hardware id, device name or address. NULL: none is meant, or it may be several.
 */
const struct device *device_find(struct device_data *d, const char *text);
/* Is this the serial number of a device, as it stands there? Says nothing. */
bool device_is_serial(const struct home *h, const char *text);
/* All that is known of it. */
bool device_state(struct device_data *d, const char *sn, struct state *out);

#endif
