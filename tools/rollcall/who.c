/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/who.h"

#include "base/text.h"
#include "core/change.h"
#include "tools/rollcall/changes.h"
#include "tools/rollcall/cli.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

const char *who_name(void)
{
	static char name[128];
	if (*name)
		return name;
	const struct passwd *user = getpwuid(getuid());
	if (user && text_is_word(user->pw_name, "-_.@+\\"))
		snprintf(name, sizeof name, "%.64s on the command line", user->pw_name);
	else
		snprintf(name, sizeof name, "uid %ld on the command line", (long)getuid());
	return name;
}

bool who_did(const struct home *h, const char *sn, const char *what, const char *text)
{
	struct buf list = {0};
	struct err e = {""};
	change_audit(&list, sn, time(NULL), what, who_name(), text);
	bool ok = changes_apply(h, &list, &e);
	buf_free(&list);
	if (!ok)
		cli_fail("it was done, but the audit does not say so (%s): %s", what, e.text);
	return ok;
}
