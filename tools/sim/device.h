/* SPDX-License-Identifier: ISC */
/*
 * One simulated device: who it is, what it keeps, and which URL it asks (spec §1).
 *
 * What identifies a device follows from its number alone, so that a fleet is the same in every run.
 * The configuration (config.h) is a table "MODULE /option" → value, the variables one "NAME" →
 * "flags value" (UPDATE/PROT, UPDATE/CHECK …). The command file URL and the interval live in the configuration of
 * module UP1; what is in force is copied out of it by device_activate(), as `config activate` does.
 * Pure, but that device_trace() writes to the log and date twins are taken from the clock.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include "base/buf.h"
#include "base/limits.h"
#include "tools/sim/diary.h"
#include "tools/sim/pairs.h"

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_NUMBERS 0x1000000 /* serial numbers have three bytes for the number */

struct device {
	uint32_t number;
	uint32_t polls;
	const char *type;          /* borrowed */
	char *url;                 /* the command file URL in force, #marks not replaced */
	struct pairs config, vars; /* of the configuration what config.h has put there */
	uint64_t furnished;        /* see config.c: modules whose first settings are in `config`, */
	uint64_t factory;          /* and what of its sum comes from them */
	uint32_t edits;            /* changes by an administrator */
	long interval;             /* minutes between polls */
	long fast;                 /* seconds between polls instead, 0: the interval */
	long fast_config;          /* UP1 /provision as last activated */
	int64_t born;              /* ms, when it first polled */
	uint64_t backed_up;        /* device_config_sum() when a backup was last sent */
	uint32_t backups;          /* how many different ones were sent: CFG-BACKUP-NUM */
	struct certificate *certificate; /* see certificate.h; NULL: it has not been asked yet */
	bool making_key;                 /* waits in the fleet's queue for certificate_make() */
	struct diary diary;
	bool settled, traced;
};

struct names {
	char sn[LIMIT_SN];
	char hwid[LIMIT_HWID];
	char ip[LIMIT_IP];
};

/* A factory-new device whose command file URL is `url`. `type` must outlive it. */
void device_init(struct device *d, uint32_t number, const char *type, const char *url);
void device_free(struct device *d);
struct names device_names(const struct device *d);
/* Adds what people call it, "Meeting Room 3": no two devices of a kind have the same. */
void device_label(const struct device *d, struct buf *out);
/* The number that is dialled to reach it. */
unsigned device_extension(const struct device *d);
/* A phone, with a user and a registration; else a gateway. */
bool device_is_phone(const struct device *d);
/* A number that looks random, the same in every run for the same device and `salt`. */
uint64_t device_dice(const struct device *d, uint64_t salt);
/* The number in a serial number of ours; false when it is none. */
bool device_number(const char *sn, uint32_t *number);

/* Adds `url` with #t #m #h #i replaced; nothing is encoded. */
void device_expand(const struct device *d, const char *url, struct buf *out);
/* Adds what is asked at a poll: the command file URL, expanded, and what the device says of itself. */
void device_poll_url(const struct device *d, struct buf *out);
/* Makes UP1's /url, /poll and /provision effective. False when one of them makes no sense. */
bool device_activate(struct device *d);
/* Seconds of the device's time until its next poll. */
long device_wait(const struct device *d);

/* A variable's value without its flags, NULL when there is none. */
const char *device_var(const struct device *d, const char *name);
/* One of the update module's own variables: "PROT" is UPDATE/PROT; its date twin is set as well. */
const char *device_own(const struct device *d, const char *name);
bool device_set_own(struct device *d, const char *name, const char *value);
/* A backup was taken: CFG-BACKUP-NUM counts those that differ from the one before. */
void device_backed_up(struct device *d);
/* A sum over the configuration, whatever of it is in the table yet. */
uint64_t device_config_sum(const struct device *d);
/* A sum over everything the device keeps: two equal ones mean that nothing changed between. */
uint64_t device_sum(const struct device *d);

/* One line about a device that is traced (--trace), nothing for the others. */
void device_trace(const struct device *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
