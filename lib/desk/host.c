/* SPDX-License-Identifier: ISC */
#include "desk/host.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TEXT_MOST 16384 /* bytes of a file in /proc that are looked at */
#define PERCENT 100

/* Files in /proc have no size: read to the end. "": it cannot be read. */
static const char *read_text(const char *path, char text[TEXT_MOST])
{
	size_t size = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && size < TEXT_MOST - 1 &&
	       (n = read(fd, text + size, TEXT_MOST - 1 - size)) > 0)
		size += (size_t)n;
	if (fd >= 0)
		close(fd);
	text[size] = '\0';
	return text;
}

/* ---- words and numbers ---- */

/* The number behind `name`, wherever it stands at the beginning of a line or behind a blank. False: it is not there. */
static bool number_of(const char *line, const char *name, uint64_t *out)
{
	size_t n = strlen(name);
	for (const char *at = line; (at = strstr(at, name)); at += n) {
		bool begins = at == line || at[-1] == ' ' || at[-1] == '\n';
		const char *digits = at + n + strspn(at + n, ": \t");
		if (!begins || digits == at + n || !isdigit((unsigned char)*digits))
			continue;
		*out = strtoull(digits, NULL, 10);
		return true;
	}
	return false;
}

static uint64_t kilobytes(const char *text, const char *name)
{
	uint64_t number = 0;
	return number_of(text, name, &number) ? number * 1024 : 0;
}

void host_parse_meminfo(const char *text, struct host *out)
{
	out->memory = kilobytes(text, "MemTotal");
	out->memory_free = kilobytes(text, "MemAvailable");
	out->swap = kilobytes(text, "SwapTotal");
	out->swap_free = kilobytes(text, "SwapFree");
}

/* "TCP: inuse 27 orphan 0 tw 3 alloc 30 mem 1": the number behind `word` in the line of `name`. */
static void socket_number(const char *text, const char *name, const char *word, uint64_t *out)
{
	char line[256];
	const char *at = strstr(text, name);
	while (at && at != text && at[-1] != '\n')
		at = strstr(at + 1, name);
	if (!at)
		return;
	snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
	number_of(line, word, out);
}

void host_parse_sockstat(const char *text, struct host *out)
{
	socket_number(text, "sockets:", "used", &out->sockets);
	socket_number(text, "TCP:", "inuse", &out->tcp);
	socket_number(text, "TCP:", "tw", &out->tcp_closing);
	socket_number(text, "UDP:", "inuse", &out->udp);
	socket_number(text, "TCP6:", "inuse", &out->tcp6);
	socket_number(text, "UDP6:", "inuse", &out->udp6);
}

/* "0.20 0.18 0.12 1/80 11206" */
void host_parse_loadavg(const char *text, struct host *out)
{
	double load[3];
	uint64_t all;
	if (sscanf(text, "%lf %lf %lf %*u/%" SCNu64, &load[0], &load[1], &load[2], &all) != 4)
		return;
	memcpy(out->load, load, sizeof load);
	out->processes = all;
}

/* ---- disks ---- */

static bool read_disk(const char *path, struct host_disk *out)
{
	struct statvfs fs;
	if (statvfs(path, &fs) != 0)
		return false;
	uint64_t used = (uint64_t)fs.f_blocks - fs.f_bfree, all = used + fs.f_bavail;
	*out = (struct host_disk){
	    .path = path,
	    .size = (uint64_t)fs.f_blocks * fs.f_frsize,
	    .used = used * fs.f_frsize,
	    .available = (uint64_t)fs.f_bavail * fs.f_frsize,
	    .percent = all ? (unsigned)((used * PERCENT + all - 1) / all) : 0,
	    .read_only = fs.f_flag & ST_RDONLY,
	};
	return true;
}

static void read_disks(struct arena *a, const struct home *h, struct host *out)
{
	const char *const paths[] = {h->data, h->log, h->run, h->fw, "/"};
	enum { COUNT = sizeof paths / sizeof *paths };
	dev_t seen[COUNT] = {0};
	struct host_disk *list = arena_calloc(a, COUNT, sizeof *list);
	for (size_t i = 0; i < COUNT; i++) {
		struct stat st;
		size_t at = 0;
		if (stat(paths[i], &st) != 0)
			continue;
		while (at < out->ndisks && seen[at] != st.st_dev)
			at++;
		seen[at] = st.st_dev;
		if (at == out->ndisks && read_disk(arena_strdup(a, paths[i]), &list[at]))
			out->ndisks++;
	}
	out->disks = list;
}

void host_read(struct arena *a, const struct home *h, struct host *out)
{
	char text[TEXT_MOST];
	*out = (struct host){.cores = sysconf(_SC_NPROCESSORS_ONLN)};
	if (gethostname(out->name, sizeof out->name - 1) != 0)
		out->name[0] = '\0';
	out->uptime = (int64_t)strtoll(read_text("/proc/uptime", text), NULL, 10);
	host_parse_loadavg(read_text("/proc/loadavg", text), out);
	host_parse_meminfo(read_text("/proc/meminfo", text), out);
	host_parse_sockstat(read_text("/proc/net/sockstat", text), out);
	host_parse_sockstat(read_text("/proc/net/sockstat6", text), out);
	read_disks(a, h, out);
}

/* ---- a process ---- */

#define STAT_STATE 3 /* the number of the first field behind the name (proc(5)) */
#define STAT_UTIME 14
#define STAT_STIME 15
#define STAT_RSS 24 /* pages */

/* The name in it may have blanks and brackets, whatever it likes: fields count from the last bracket. */
bool host_parse_stat(const char *text, long ticks, struct host_process *out)
{
	const char *at = strrchr(text, ')');
	uint64_t cpu = 0, rss = 0;
	if (!at || ticks <= 0)
		return false;
	at++;
	for (int field = STAT_STATE; field <= STAT_RSS; field++) {
		at += strspn(at, " ");
		if (!*at)
			return false;
		if (field == STAT_UTIME || field == STAT_STIME)
			cpu += strtoull(at, NULL, 10);
		if (field == STAT_RSS)
			rss = strtoull(at, NULL, 10);
		at += strcspn(at, " ");
	}
	out->cpu_ms = (int64_t)(cpu * 1000 / (uint64_t)ticks);
	out->memory = rss * (uint64_t)sysconf(_SC_PAGESIZE);
	return true;
}

void host_process_read(int pid, struct host_process *out)
{
	char path[64], text[TEXT_MOST];
	*out = (struct host_process){0};
	if (pid <= 0)
		return;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	host_parse_stat(read_text(path, text), sysconf(_SC_CLK_TCK), out);
}
