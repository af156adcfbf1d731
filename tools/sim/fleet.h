/* SPDX-License-Identifier: ISC */
/*
 * The fleet: when each device polls, and what follows from the answer.
 *
 * A heap says who is due. A device that is due and gets a free slot (net.h) keeps it for the poll
 * and for all transfers that its reply asks for, so never more than --parallel replies are held and
 * scripts that were begun come before new polls. Nothing here costs time by the number of devices
 * but the start. One thread; the moment is read once a round.
 */
#ifndef SIM_FLEET_H
#define SIM_FLEET_H

#include "base/err.h"
#include "tools/sim/device.h"
#include "tools/sim/heap.h"
#include "tools/sim/net.h"
#include "tools/sim/options.h"
#include "tools/sim/script.h"
#include "tools/sim/stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What the transfer is: the poll, one that the script wanted, an entry of the log or an alarm. */
enum errand_stage { ERRAND_POLL, ERRAND_SCRIPT, ERRAND_DIARY };

/* What a slot is busy with. */
struct errand {
	struct device *device;
	enum errand_stage stage;
	struct buf reply;
	struct err why; /* what is wrong with the reply */
	struct script script;
	struct diary_page page;
};

struct fleet {
	const struct options *options;
	struct net *net;
	struct net_settings settings;
	struct stats stats;
	struct device *devices;
	size_t count;
	struct heap due;
	struct heap making;     /* devices that need a key, one is made a round: it takes long */
	struct device impostor; /* its certificate is what --client-cert says */
	FILE *record;
	struct errand *errands;   /* by slot */
	size_t *free_slots, idle; /* a stack of those that have nothing to do */
	size_t settled;
	int64_t start, now; /* ms */
	int64_t report;     /* when the next progress line is due */
	int signals;        /* a signalfd */
	bool stopped;       /* by a signal */
};

/* `options` must outlive it. False: `e` says why; fleet_free() in any case. */
bool fleet_init(struct fleet *f, const struct options *options, struct err *e);
void fleet_free(struct fleet *f);
/* Runs until the options say it is over, or a signal. */
void fleet_run(struct fleet *f);
bool fleet_all_settled(const struct fleet *f);

#endif
