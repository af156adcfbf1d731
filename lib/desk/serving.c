/* SPDX-License-Identifier: ISC */
/*
 * The lock is one of fcntl(2): whoever asks learns the process that holds it, without taking it.
 *
 * HOME/run/serve: "NAME VALUE" a line; the names are those of the table below, and "address" as often as
 * there are any.
 */
#include "desk/serving.h"

#include "base/file.h"
#include "base/num.h"
#include "base/text.h"
#include "core/trust.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODE 0640
#define FILE_MAX 8192
#define ADDRESS "address "

#define AT(field) offsetof(struct serving, field)
static const struct {
	const char *name;
	size_t field;
} numbers[] = {
    {"pid", AT(pid)},
    {"since", AT(since)},
    {"lighttpd.pid", AT(lighttpd.pid)},
    {"lighttpd.restarts", AT(lighttpd.restarts)},
    {"lighttpd.since", AT(lighttpd.since)},
    {"rollcalld.pid", AT(rollcalld.pid)},
    {"rollcalld.restarts", AT(rollcalld.restarts)},
    {"rollcalld.since", AT(rollcalld.since)},
};
#define NUMBERS (sizeof numbers / sizeof *numbers)

/* ---- the lock ---- */

/* 0: nobody holds it. */
static long holder_of(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? (long)lock.l_pid : 0;
}

bool serving_lock(const struct home *h, struct err *e)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(h->serve_lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, MODE);
	if (fd < 0)
		return err_sys(e, "%s cannot be opened", h->serve_lock);
	if (fcntl(fd, F_SETLK, &lock) == 0) {
		serving_end(h); /* what one left behind that was killed */
		return true;
	}
	err_set(e, "%s is served already, by process %ld; stop that, or choose another --home",
	    h->dir, holder_of(fd));
	close(fd);
	return false;
}

/* ---- what it says ---- */

bool serving_write(const struct home *h, const struct serving *s, struct err *e)
{
	struct buf text = {0};
	for (size_t i = 0; i < NUMBERS; i++) {
		long value;
		memcpy(&value, (const char *)s + numbers[i].field, sizeof value);
		buf_addf(&text, "%s %ld\n", numbers[i].name, value);
	}
	for (size_t i = 0; i < s->naddresses; i++)
		buf_addf(&text, ADDRESS "%s\n", s->addresses[i]);
	bool ok = file_write(h->serve_says, text.data, text.size, MODE, e);
	buf_free(&text);
	return ok;
}

static void take_number(struct serving *s, const char *line)
{
	size_t size = strcspn(line, " ");
	long value;
	for (size_t i = 0; i < NUMBERS; i++) {
		if (strlen(numbers[i].name) == size && memcmp(line, numbers[i].name, size) == 0 &&
		    line[size] && num_parse(line + size + 1, 0, LONG_MAX, &value))
			memcpy((char *)s + numbers[i].field, &value, sizeof value);
	}
}

static void take_line(struct serving *s, const char *line)
{
	if (!text_starts(line, ADDRESS))
		take_number(s, line);
	else if (s->naddresses < SERVING_ADDRESSES)
		snprintf(s->addresses[s->naddresses++], SERVING_ADDRESS, "%s",
		    line + sizeof ADDRESS - 1);
}

static void take_lines(struct serving *s, char *text)
{
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_line(s, line);
}

void serving_read(const struct home *h, struct serving *s)
{
	struct buf text = {0};
	*s = (struct serving){0};
	int fd = open(h->serve_lock, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	long holder = fd < 0 ? 0 : holder_of(fd);
	if (fd >= 0)
		close(fd);
	if (!holder)
		return;
	if (file_read(AT_FDCWD, h->serve_says, FILE_MAX, &text, NULL) && text.size) {
		buf_addc(&text, '\0');
		take_lines(s, text.data);
	}
	s->pid = holder;
	buf_free(&text);
}

/* Of "mtls://127.0.0.1:18444/update/"; 0: it is served elsewhere. */
static long port_in(const char *address, const char *scheme)
{
	const char *slash =
	    text_starts(address, scheme) ? strchr(address + strlen(scheme), '/') : NULL;
	const char *colon = slash ? memrchr(address, ':', (size_t)(slash - address)) : NULL;
	return colon ? strtol(colon + 1, NULL, 10) : 0;
}

bool serving_hears_proof(const struct home *h, const struct config *c, struct err *e)
{
	struct serving s;
	long port = 0, wanted = c->times_httpsport == CONF_ABSENT ? 443 : c->times_httpsport;
	serving_read(h, &s);
	for (size_t i = 0; i < s.naddresses; i++) {
		long found = port_in(s.addresses[i], "mtls://");
		port = found ? found : port;
	}
	/* The port is written into the configuration together with times/@forcetrust. */
	if (!s.naddresses || port == wanted || (port && !trust_is_forced(c)))
		return true;
	if (!port)
		return err_set(e,
		    "the server that runs has no port for mutual TLS (rollcall serve --mtls): nobody can prove "
		    "himself there");
	return err_set(e,
	    "times/@httpsport is %ld, but the port for mutual TLS is %ld: nobody can prove himself there",
	    wanted, port);
}

void serving_end(const struct home *h)
{
	unlink(h->serve_says);
}
