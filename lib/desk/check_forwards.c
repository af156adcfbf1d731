/* SPDX-License-Identifier: ISC */
/* Where alarms are passed on to: programs that are not there. That a target is away is no finding. */
#include "desk/check_parts.h"

#include "core/forward.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SENDMAIL "/usr/sbin/sendmail"

static void warn(
    struct arena *a, const struct conf_forward *target, struct findings *f, const char *text)
{
	findings_add(f, FINDING_WARNING, arena_printf(a, "alarms/forward[%s]/@to", target->id), 0,
	    "%s", text);
}

/* It is run as the user of the server, with what devices say of themselves. */
static void check_command(
    struct arena *a, const struct conf_forward *target, const char *path, struct findings *f)
{
	struct stat st;
	if (stat(path, &st) != 0)
		warn(a, target, f,
		    arena_printf(a, "%s cannot be run, nobody is told of alarms by it: %s", path,
			strerror(errno)));
	else if (!S_ISREG(st.st_mode) || !(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		warn(a, target, f,
		    arena_printf(
			a, "%s is no program, nobody is told of alarms by it: chmod +x it", path));
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		warn(a, target, f,
		    arena_printf(a,
			"%s can be changed by others, who thereby run what they like: chmod go-w it",
			path));
}

static void check_mail(struct arena *a, const struct conf_forward *target, struct findings *f)
{
	if (access(SENDMAIL, X_OK) != 0)
		warn(a, target, f,
		    SENDMAIL
		    " is not there, so no mail is sent: install a mail server or a relay that has it "
		    "(Debian: msmtp-mta, postfix)");
}

void check_forwards(struct arena *a, const struct config *c, struct findings *f)
{
	for (size_t i = 0; i < c->nforwards; i++) {
		const struct conf_forward *target = &c->forwards[i];
		enum forward_kind kind;
		const char *rest;
		if (!forward_kind_of(target->to, &kind, &rest))
			continue;
		if (kind == FORWARD_COMMAND)
			check_command(a, target, rest, f);
		else if (kind == FORWARD_MAIL)
			check_mail(a, target, f);
	}
}
