/* SPDX-License-Identifier: ISC */
/*
 * rollcall diff: what is different between two backups of a device. diff(1) finds it; what it prints comes
 * from a device, and is made visible here.
 */
#include "tools/rollcall/cli.h"

#include "base/num.h"
#include "base/text.h"
#include "desk/diff.h"
#include "tools/rollcall/device_backups.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AROUND 3 /* unchanged lines */

/* ---- which two ---- */

/* Words behind the device: one is against the newest; none are the newest two. */
static bool read_numbers(const struct options *o, long numbers[2], size_t *count)
{
	*count = 0;
	for (size_t i = 2; i < o->line.nwords; i++) {
		if (!num_parse(o->line.words[i], 0, LONG_MAX - 1, &numbers[(*count)++]))
			return false;
	}
	return true;
}

static const struct backups_file *find_file(const struct device_backups *b, long number)
{
	for (size_t i = 0; i < b->count; i++) {
		if (b->files[i].number == number)
			return &b->files[i];
	}
	cli_fail("%s: there is no backup %ld; the first is %ld, the last %ld", b->folder, number,
	    b->files[0].number, b->files[b->count - 1].number);
	return NULL;
}

static bool choose(const struct device_backups *b, const long numbers[2], size_t count,
    const struct backups_file *out[2])
{
	if (!count && b->count < 2) {
		cli_fail("%s: there is only one backup, %ld", b->folder, b->files[0].number);
		return false;
	}
	out[1] = &b->files[b->count - 1];
	out[0] = count ? find_file(b, numbers[0]) : &b->files[b->count - 2];
	if (out[0] && count > 1)
		out[1] = find_file(b, numbers[1]);
	return out[0] && out[1];
}

/* ---- the difference ---- */

static void print_line(const char *line, size_t n)
{
	struct buf out = {0};
	size_t room = 4 * n + 2;
	const char *tab;
	while ((tab = memchr(line, '\t', n))) { /* a tab does no harm, and belongs there */
		size_t before = (size_t)(tab - line);
		buf_took(&out, text_clean(buf_want(&out, room), room, line, before));
		buf_addc(&out, '\t');
		n -= before + 1;
		line = tab + 1;
	}
	buf_took(&out, text_clean(buf_want(&out, room), room, line, n));
	buf_addc(&out, '\n');
	fwrite(out.data, 1, out.size, stdout);
	buf_free(&out);
}

static bool take_line(void *context, const char *line, size_t n)
{
	(void)context;
	print_line(line, n);
	return true;
}

static int report(
    enum diff_result result, const struct backups_file *const files[2], const struct err *e)
{
	struct buf rest = {0};
	if (result == DIFF_FAILED)
		return cli_fail("%s and %s: %s", files[0]->name, files[1]->name, e->text);
	if (result == DIFF_SAME)
		buf_addf(
		    &rest, "no difference between %s and %s\n", files[0]->name, files[1]->name);
	return cli_print(&rest, ferror(stdout) ? CLI_FINDING : CLI_FINE);
}

static int compare(const struct device_backups *b, const struct backups_file *const files[2])
{
	struct diff_file both[2] = {{-1, files[0]->name}, {-1, files[1]->name}};
	struct err e = {""};
	size_t size;
	int status = CLI_FINDING;
	for (int i = 0; i < 2; i++)
		both[i].fd = i && both[0].fd < 0
				 ? -1
				 : backups_open(b->dir, b->hwid, files[i]->name, &size, &e);
	if (both[1].fd >= 0)
		status = report(diff_run(both, AROUND, 0, take_line, NULL, &e), files, &e);
	else
		cli_fail("%s", e.text);
	for (int i = 0; i < 2; i++) {
		if (both[i].fd >= 0)
			close(both[i].fd);
	}
	return status;
}

int cmd_diff(const struct home *h, const struct options *o)
{
	struct device_backups b;
	const struct backups_file *files[2];
	long numbers[2];
	size_t count;
	int status = CLI_FINDING;
	if (!read_numbers(o, numbers, &count))
		return cli_misuse(
		    "\"%s\" must be the number of a backup; rollcall backups lists them",
		    o->line.words[count + 1]);
	if (device_backups(h, o->line.words[1], &b) && choose(&b, numbers, count, files))
		status = compare(&b, files);
	arena_free(&b.arena);
	return status;
}
