/* SPDX-License-Identifier: ISC */
#include "proc/listen.h"

#include "base/limits.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NEW ".new"

static int unix_socket(int type)
{
	return socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool set_address(struct sockaddr_un *a, const char *path, const char *ending)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	int n = snprintf(a->sun_path, sizeof a->sun_path, "%s%s", path, ending);
	return n > 0 && (size_t)n < sizeof a->sun_path;
}

/* A full backlog (EAGAIN) is somebody, too. */
static bool somebody_listens(const struct sockaddr_un *a, int type)
{
	int fd = unix_socket(type);
	if (fd < 0)
		return true;
	int rc = connect(fd, (const struct sockaddr *)a, sizeof *a);
	bool listens = rc == 0 || errno == EAGAIN;
	close(fd);
	return listens;
}

static bool may_replace(const struct sockaddr_un *a, int type, struct err *e)
{
	struct stat st;
	if (lstat(a->sun_path, &st) != 0)
		return errno == ENOENT || err_sys(e, "%s cannot be examined", a->sun_path);
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return err_set(e, "%s is not a socket; remove it", a->sun_path);
	}
	if (!somebody_listens(a, type))
		return true;
	errno = EADDRINUSE;
	return err_set(e, "another process listens on %s; stop it first", a->sun_path);
}

static bool bind_and_listen(
    int fd, const struct sockaddr_un *temporary, const char *path, unsigned mode)
{
	unlink(temporary->sun_path); /* left over from one that was killed here */
	return bind(fd, (const struct sockaddr *)temporary, sizeof *temporary) == 0 &&
	       chmod(temporary->sun_path, (mode_t)mode) == 0 && listen(fd, LIMIT_BACKLOG) == 0 &&
	       rename(temporary->sun_path, path) == 0;
}

int listen_unix(const char *path, int type, unsigned mode, struct err *e)
{
	struct sockaddr_un here, temporary;
	if (!set_address(&here, path, "") || !set_address(&temporary, path, NEW)) {
		err_set(e, "%s is too long a name for a socket; %zu bytes are possible", path,
		    sizeof here.sun_path - sizeof NEW);
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!may_replace(&here, type, e))
		return -1;
	int fd = unix_socket(type);
	if (fd >= 0 && bind_and_listen(fd, &temporary, path, mode))
		return fd;
	err_sys(e, "cannot listen on %s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}
