/* SPDX-License-Identifier: ISC */
#include "fcgi/health.h"

#include "base/limits.h"
#include "base/log.h"
#include "proc/clock.h"

#include <string.h>
#include <sys/statvfs.h>

#define SUBJECT "store"
#define QUIET_MS 10000
#define LOOK_MS 1000

void health_failed(struct health *h, const char *why)
{
	int64_t now_ms = clock_now_ms();
	board_write(&h->board->problem, why, strlen(why));
	h->failed_ms = now_ms;
	if (h->said_ms && now_ms - h->said_ms < QUIET_MS)
		return;
	h->said_ms = now_ms;
	log_warn(SUBJECT,
	    "%s; devices get no commands that must be remembered until it can be written again",
	    why);
}

void health_fine(struct health *h)
{
	int64_t now_ms = clock_now_ms();
	if (!h->failed_ms)
		return;
	board_write(&h->board->problem, "", 0);
	if (now_ms - h->failed_ms < QUIET_MS)
		return;
	h->failed_ms = h->said_ms = 0;
	log_info(SUBJECT, "can be written again");
}

/* Is the disk so full that what is left belongs to the devices that are known? */
static bool is_nearly_full(const char *folder)
{
	struct statvfs fs;
	if (statvfs(folder, &fs) != 0)
		return false;
	uint64_t left = (uint64_t)fs.f_bavail * fs.f_frsize;
	uint64_t part = (uint64_t)fs.f_blocks * fs.f_frsize / LIMIT_RESERVE_PART;
	return left < (part < LIMIT_RESERVE ? part : LIMIT_RESERVE);
}

/* Anybody can invent serial numbers: that must not cost the known devices what they need. */
static void look_for_room(struct health *h, size_t devices)
{
	bool disk = is_nearly_full(h->folder);
	bool full = disk || devices >= LIMIT_DEVICES;
	if (full != (BOARD_GET(h->board->full) != 0)) {
		if (full)
			log_warn(SUBJECT,
			    "%s: new devices are refused, those that are known are served",
			    disk ? "the disk is nearly full" : "there are too many devices");
		else
			log_info(SUBJECT, "there is room for new devices again");
	}
	BOARD_SET(h->board->full, full);
}

void health_look(struct health *h, struct store *s)
{
	struct store_info info = {.format = 0};
	int64_t now_ms = clock_now_ms();
	if (h->looked_ms && now_ms - h->looked_ms < LOOK_MS)
		return;
	h->looked_ms = now_ms;
	if (!store_begin(s, NULL))
		return;
	store_info(s, &info);
	if (!store_end(s, NULL))
		return;
	BOARD_SET(h->board->devices, info.devices);
	BOARD_SET(h->board->records, info.records);
	BOARD_SET(h->board->bytes, info.file_bytes);
	BOARD_SET(h->board->readers, info.readers);
	look_for_room(h, info.devices);
}
