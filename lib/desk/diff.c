/* SPDX-License-Identifier: ISC */
#include "desk/diff.h"

#include "base/buf.h"
#include "base/text.h"
#include "proc/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_SIZE 65536
#define ALL_LINES 100000000L
/* Where diff finds the two files: its standard input, output and error are below. */
#define FIRST_FD 3

/* ---- the program ---- */

struct run {
	pid_t pid;
	int end; /* of the pipe that it writes to */
};

/* Signals are blocked in a worker; diff is to end when it is told to, or when nobody reads. */
static void set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, usual;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGTERM);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &usual);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* Returns an errno. */
static int spawn(
    const struct diff_file files[2], const int inputs[2], long around, int output, pid_t *pid)
{
	char lines[32];
	const char *words[] = {"diff", "-a", "--strip-trailing-cr", "-U", lines, "--label",
	    files[0].name, "--label", files[1].name, "--", "/dev/fd/3", "/dev/fd/4", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	snprintf(lines, sizeof lines, "%ld", around);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	set_signals(&attributes);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	for (int i = 0; i < 2; i++)
		posix_spawn_file_actions_adddup2(&actions, inputs[i], FIRST_FD + i);
	int wrong = posix_spawnp(pid, "diff", &actions, &attributes, (char *const *)words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return wrong;
}

/* Copies of the descriptors, out of the way of those that diff gets. False: errno says why. */
static bool set_aside(const struct diff_file files[2], int out[2])
{
	out[0] = fcntl(files[0].fd, F_DUPFD_CLOEXEC, FIRST_FD + 2);
	out[1] = out[0] < 0 ? -1 : fcntl(files[1].fd, F_DUPFD_CLOEXEC, FIRST_FD + 2);
	return out[1] >= 0;
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

static bool start(const struct diff_file files[2], long around, struct run *run, struct err *e)
{
	int ends[2] = {-1, -1}, inputs[2] = {-1, -1}, wrong = 0;
	if (!set_aside(files, inputs) || pipe2(ends, O_CLOEXEC) != 0)
		wrong = errno;
	else
		wrong = spawn(files, inputs, around, ends[1], &run->pid);
	close_all(inputs, 2);
	close_all(ends + 1, 1);
	run->end = ends[0];
	if (!wrong)
		return true;
	close_all(ends, 1);
	errno = wrong;
	return err_sys(e, "diff cannot be run");
}

static enum diff_result finish(const struct run *run, bool ended, struct err *e)
{
	int status;
	close(run->end);
	if (ended)
		kill(run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0) {
		if (errno == EINTR)
			continue;
		err_sys(e, "diff cannot be waited for");
		return DIFF_FAILED;
	}
	if (ended)
		return DIFF_DIFFERENT;
	if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
		return WEXITSTATUS(status) == 1 ? DIFF_DIFFERENT : DIFF_SAME;
	err_set(e, "diff failed");
	return DIFF_FAILED;
}

/* ---- its output ---- */

enum reading { READ_ALL, READ_ENOUGH, READ_LATE, READ_BROKEN };

/* Hands out the lines that are complete; what is left stays. */
static bool take_lines(struct buf *bytes, diff_take *take, void *context)
{
	const char *at = bytes->data, *end = bytes->data + bytes->size, *stop;
	while ((stop = memchr(at, '\n', (size_t)(end - at)))) {
		if (!take(context, at, (size_t)(stop - at)))
			return false;
		at = stop + 1;
	}
	size_t left = (size_t)(end - at);
	memmove(bytes->data, at, left);
	bytes->size = left;
	return true;
}

static bool wait_for(int fd, int64_t until)
{
	int64_t left = until ? until - clock_now_ms() : -1;
	struct pollfd one = {.fd = fd, .events = POLLIN};
	return !until || (left > 0 && (poll(&one, 1, (int)left) > 0 || errno == EINTR));
}

static enum reading read_output(int fd, long most_ms, diff_take *take, void *context)
{
	struct buf bytes = {0};
	int64_t until = most_ms ? clock_now_ms() + most_ms : 0;
	enum reading how = READ_BROKEN;
	for (ssize_t n = 1; n;) {
		how = READ_LATE;
		if (!wait_for(fd, until))
			break;
		n = read(fd, buf_want(&bytes, READ_SIZE), READ_SIZE);
		how = n < 0 ? READ_BROKEN : READ_ALL;
		if (n < 0 && errno != EINTR)
			break;
		buf_took(&bytes, n > 0 ? (size_t)n : 0);
		if (n > 0 && !take_lines(&bytes, take, context)) {
			how = READ_ENOUGH;
			break;
		}
	}
	if (how == READ_ALL && bytes.size)
		take(context, bytes.data, bytes.size);
	buf_free(&bytes);
	return how;
}

enum diff_result diff_run(const struct diff_file files[2], long around, long most_ms,
    diff_take *take, void *context, struct err *e)
{
	struct run run = {.pid = -1, .end = -1};
	if (!start(files, around, &run, e))
		return DIFF_FAILED;
	enum reading how = read_output(run.end, most_ms, take, context);
	enum diff_result result = finish(&run, how != READ_ALL, e);
	if (how == READ_LATE)
		err_set(e, "comparing them takes too long");
	else if (how == READ_BROKEN)
		err_set(e, "what diff says cannot be read");
	return how == READ_LATE || how == READ_BROKEN ? DIFF_FAILED : result;
}

/* ---- both files, line by line ---- */

struct taking {
	struct arena *a;
	struct diff *out;
	size_t room, head; /* head: lines of the output that come before the first "@@" */
	long at[2];
};

static void add_line(struct taking *t, enum diff_kind kind, const char *text, size_t size)
{
	struct diff *d = t->out;
	d->lines = arena_room(t->a, d->lines, d->count, &t->room, sizeof *d->lines, 256);
	if (size && text[size - 1] == '\r')
		size--;
	d->lines[d->count++] = (struct diff_line){.kind = kind,
	    .a = kind == DIFF_ADDED ? 0 : ++t->at[0],
	    .b = kind == DIFF_REMOVED ? 0 : ++t->at[1],
	    .text = arena_strndup(t->a, text, size),
	    .size = size};
}

/* With all lines around there is one hunk, that of both files from their beginnings on. */
static bool take_line(void *context, const char *line, size_t size)
{
	static const char marks[] = " -+";
	struct taking *t = context;
	if (t->head < 3) {
		t->head++;
		return true;
	}
	const char *mark = size ? memchr(marks, *line, sizeof marks - 1) : NULL;
	if (!mark) /* "\ No newline at end of file" */
		return true;
	t->out->cut = t->out->count == DIFF_LINES;
	if (!t->out->cut)
		add_line(t, (enum diff_kind)(mark - marks), line + 1, size - 1);
	return !t->out->cut;
}

enum diff_result diff_lines(
    struct arena *a, const struct diff_file files[2], long most_ms, struct diff *out, struct err *e)
{
	struct taking t = {.a = a, .out = out};
	*out = (struct diff){0};
	return diff_run(files, ALL_LINES, most_ms, take_line, &t, e);
}
