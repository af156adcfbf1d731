/* SPDX-License-Identifier: ISC */
/*
 * rollcall diff: what is different between two backups of a device. diff(1) finds it; what it prints comes
 * from a device, and is made visible here.
 */
#include "tools/rollcall/cli.h"

#include "base/num.h"
#include "base/text.h"
#include "tools/rollcall/device_backups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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
	while (n && line[n - 1] == '\n')
		n--;
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

static void print_all(FILE *from)
{
	char *line = NULL;
	size_t room = 0;
	for (ssize_t n; (n = getline(&line, &room, from)) > 0;)
		print_line(line, (size_t)n);
	free(line);
}

/* Starts diff with its output to the returned end of a pipe; -1: errno says why. */
static int start(const struct backups_file *const files[2], const char *const paths[2], pid_t *pid)
{
	const char *words[] = {"diff", "-u", "-a", "--strip-trailing-cr", "--label", files[0]->name,
	    "--label", files[1]->name, "--", paths[0], paths[1], NULL};
	posix_spawn_file_actions_t actions;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	int wrong = posix_spawnp(pid, "diff", &actions, NULL, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!wrong)
		return ends[0];
	close(ends[0]);
	errno = wrong;
	return -1;
}

/* How diff ended: 0 the same, 1 different, others: it has said why. */
static int finish(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 2;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

static int compare(struct device_backups *b, const struct backups_file *const files[2])
{
	const char *paths[2] = {arena_concat(&b->arena, b->folder, "/", files[0]->name),
	    arena_concat(&b->arena, b->folder, "/", files[1]->name)};
	pid_t pid;
	int end = start(files, paths, &pid);
	FILE *from = end < 0 ? NULL : fdopen(end, "r");
	if (!from)
		return cli_fail("diff cannot be run: %s", strerror(errno));
	print_all(from);
	fclose(from);
	int status = finish(pid);
	if (status > 1)
		return cli_fail("diff failed on %s and %s", paths[0], paths[1]);
	struct buf rest = {0};
	if (status == 0)
		buf_addf(
		    &rest, "no difference between %s and %s\n", files[0]->name, files[1]->name);
	return cli_print(&rest, ferror(stdout) ? CLI_FINDING : CLI_FINE);
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
