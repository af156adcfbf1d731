/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/owner.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

bool owner_become(const struct home *h, struct err *e)
{
	struct stat st;
	if (geteuid() != 0)
		return true;
	if (stat(h->dir, &st) != 0)
		return err_sys(e, "%s cannot be examined", h->dir);
	if (st.st_uid == 0)
		return true;
	if (setgroups(1, &st.st_gid) == 0 && setgid(st.st_gid) == 0 && setuid(st.st_uid) == 0)
		return true;
	return err_sys(e, "the home %s belongs to another user, who root cannot become", h->dir);
}
