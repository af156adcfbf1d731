/* SPDX-License-Identifier: ISC */
/*
 * What `rollcall check` says of the files that a configuration means: each file of the snippet folder,
 * who gets it or why nobody does, and the folders that firmware is loaded from.
 */
#ifndef DESK_CHECK_FILES_H
#define DESK_CHECK_FILES_H

#include "core/snip.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct check_file {
	const char *name;
	bool used;           /* some device is sent it */
	char mark;           /* '!': this needs somebody's eye; '?': it may; ' ': it is fine */
	const char *text;    /* "phase update, class phone, every environment", or what is wrong */
	const char *problem; /* NULL, or why it cannot be sent */
	time_t mtime;
	size_t size;
};

struct check_files {
	struct check_file *list;
	size_t count;
};

/*
 * The catalogue, and what else lies in the folder and looks like a snippet. What cannot be sent, and
 * what stops all others, becomes a finding. Texts live in the arena.
 */
void check_snippets(struct arena *a, const struct config *c, const struct snippets *all,
    const char *folder, time_t now, struct check_files *out, struct findings *f);

/*
 * The folder in the home that a build is loaded from, NULL: its place is elsewhere, or depends on the
 * device. When it is missing, that becomes a finding.
 */
const char *check_firmware(struct arena *a, const struct home *h, const struct config *c,
    const char *build, struct findings *f);

#endif
