/* SPDX-License-Identifier: ISC */
/*
 * The state document that a PHP update server keeps of a device (spec §11), read for
 * `rollcall import`. Pure: bytes in, what they say out.
 *
 * Such a file may be cut off, or damaged in other ways: what can be read of it is, and what was lost is
 * told. A DOCTYPE is never looked at, and neither is a document that is too large.
 */
#ifndef CORE_STATE_PARSE_H
#define CORE_STATE_PARSE_H

#include "base/arena.h"
#include "base/err.h"
#include "core/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct parsed_answer {
	const char *query;
	int64_t received; /* 0: it does not say */
	const char *xml;  /* as answer_parse() gives it */
	size_t size;
};

struct parsed_delivery {
	const char *snippet; /* its name, without a folder */
	int64_t sent, version;
};

struct parsed_message {
	int64_t time;
	const char *text; /* one line, at most LIMIT_MESSAGE bytes */
};

/* In an arena. */
struct state_parsed {
	/*
	 * `sn` is what the document says, "" for nothing; `seen` is 0 when it does not say. Its backup
	 * is not read: the files tell better which is the newest.
	 */
	struct device device;
	struct parsed_answer *answers;
	size_t nanswers;
	struct parsed_delivery *deliveries;
	size_t ndeliveries;
	struct parsed_message *messages;
	size_t nmessages;

	size_t lost;     /* things that could not be read */
	const char *why; /* the first of them, and what is wrong with it; "" for none */
};

/* False: nothing of it can be used, and `e` says why. */
bool state_parse(
    struct arena *a, const char *bytes, size_t size, struct state_parsed *out, struct err *e);

#endif
