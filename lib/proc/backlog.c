/* SPDX-License-Identifier: ISC */
/*
 * The kernel tells it to those who ask by netlink (sock_diag(7)), as ss(8) does. By which name a socket was bound says
 * nothing (listen.c renames it): it is known by its inode.
 */
#include "proc/backlog.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTENING 10 /* TCP_LISTEN; unix sockets know the same word */
#define ANSWER 16384 /* bytes of one answer of the kernel */
#define WAIT_SECONDS 1

static bool ask(int fd)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req what;
	} question = {
	    .head = {.nlmsg_len = sizeof question,
		.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
	    .what = {.sdiag_family = AF_UNIX,
		.udiag_states = 1U << LISTENING,
		.udiag_show = UDIAG_SHOW_VFS | UDIAG_SHOW_RQLEN},
	};
	return send(fd, &question, sizeof question, 0) == (ssize_t)sizeof question;
}

/* What is looked for. */
struct wanted {
	struct backlog *list;
	size_t count;
};

/* The kernel has 32 bits of an inode's number here. Two that agree in those would be counted as one: of some
   sockets in one folder that is as good as never. */
static bool is_at(const char *path, const struct unix_diag_vfs *vfs)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	       (uint32_t)st.st_ino == vfs->udiag_vfs_ino;
}

/* One socket. */
static void read_socket(const struct nlmsghdr *head, const struct wanted *w)
{
	const struct unix_diag_msg *m = NLMSG_DATA(head);
	struct unix_diag_vfs vfs = {0};
	struct unix_diag_rqlen queue = {0};
	if (head->nlmsg_len < NLMSG_LENGTH(sizeof *m))
		return;
	size_t left = head->nlmsg_len - NLMSG_LENGTH(sizeof *m);
	for (const struct rtattr *a = (const void *)(m + 1); RTA_OK(a, left);
	     a = RTA_NEXT(a, left)) {
		if (a->rta_type == UNIX_DIAG_VFS && RTA_PAYLOAD(a) >= sizeof vfs)
			memcpy(&vfs, RTA_DATA(a), sizeof vfs);
		if (a->rta_type == UNIX_DIAG_RQLEN && RTA_PAYLOAD(a) >= sizeof queue)
			memcpy(&queue, RTA_DATA(a), sizeof queue);
	}
	for (size_t i = 0; vfs.udiag_vfs_ino && i < w->count; i++) {
		if (is_at(w->list[i].path, &vfs))
			w->list[i].waiting = (long)queue.udiag_rqueue;
	}
}

/* False: that was all. */
static bool read_answer(int fd, const struct wanted *w)
{
	_Alignas(struct nlmsghdr) char bytes[ANSWER];
	ssize_t got;
	while ((got = recv(fd, bytes, sizeof bytes, 0)) < 0 && errno == EINTR)
		;
	if (got <= 0)
		return false;
	size_t left = (size_t)got;
	for (const struct nlmsghdr *h = (const void *)bytes; NLMSG_OK(h, left);
	     h = NLMSG_NEXT(h, left)) {
		if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			return false; /* NLMSG_DONE, NLMSG_ERROR */
		read_socket(h, w);
	}
	return true;
}

void backlog_read(struct backlog *list, size_t count)
{
	const struct timeval patience = {.tv_sec = WAIT_SECONDS};
	const struct wanted w = {list, count};
	for (size_t i = 0; i < count; i++)
		list[i].waiting = -1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (ask(fd)) {
		while (read_answer(fd, &w))
			;
	}
	close(fd);
}
