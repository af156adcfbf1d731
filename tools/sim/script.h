/* SPDX-License-Identifier: ISC */
/*
 * A reply being executed on a device (spec §1), line by line, top to bottom.
 *
 * Pure: what a command needs from the network is only said. script_run() returns when the script
 * has ended or wants a transfer; the caller makes it, tells the outcome with script_answered() and
 * calls script_run() again. One struct script is used for one reply after the other, so that its
 * buffers are allocated once. Initialise with {0}.
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include "base/buf.h"
#include "base/err.h"
#include "tools/sim/device.h"
#include "tools/sim/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_MAX (4UL * 1024 * 1024) /* bytes of a reply */
#define SCRIPT_LINE 65536              /* bytes of one line */
#define SCRIPT_COMMANDS 32             /* room for a counter of each command there is */

enum script_want { SCRIPT_END, SCRIPT_GET, SCRIPT_PUT };

/* What a transfer is for. */
enum script_purpose { SCRIPT_FIRMWARE, SCRIPT_BOOTCODE, SCRIPT_BACKUP, SCRIPT_ANSWER };

/* What was executed; command_name() says which is which. */
struct script_counts {
	uint64_t commands[SCRIPT_COMMANDS];
	uint64_t bad; /* unknown commands, and known ones that made no sense */
};

/* The device's time when the script starts. */
struct script_time {
	int hour; /* 0 to 23, for `times /allow` */
	long age; /* minutes since the device was new, for `times /initial` */
};

struct script {
	struct device *device;
	struct script_counts *counts;
	struct script_time time;
	struct buf text; /* the reply */
	size_t at;       /* how far it was executed */
	uint64_t before; /* device_sum() when it started */
	bool rewrote;    /* the command file URL was set */
	bool fast;       /* fast polling was switched on */
	bool held;       /* `times` kept commands from being executed */
	bool failed;     /* a command was bad or a transfer failed */
	bool enrolled;   /* a certificate was installed */

	/* With SCRIPT_GET and SCRIPT_PUT: where, and for PUT what. */
	struct buf url, body;
	/* What success means: this variable gets this value (unless NULL), and a command is run. */
	const char *variable;
	struct buf value, final;
	enum script_purpose purpose;
};

/* Whether a reply may be executed at all: CRLF lines, none too long, no NUL. */
bool script_check(const char *text, size_t n, struct err *e);

void script_free(struct script *s);
/* Takes the text out of `reply`, which is empty afterwards. */
void script_start(struct script *s, struct device *d, struct script_time time,
    struct script_counts *counts, struct buf *reply);
enum script_want script_run(struct script *s);
/* How the transfer that script_run() wanted went. */
void script_answered(struct script *s, bool fine);
/*
 * After SCRIPT_END: the server had nothing left to do for this device. The reply set neither the
 * URL nor fast polling, fast polling is off, every command worked and none was held back, and what
 * the device keeps is the same as before.
 */
bool script_settled(const struct script *s);

/* For commands: executes one more line, e.g. the FINAL of another command. */
void script_line(struct script *s, const char *line);

#endif
