/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/who.h"

#include "base/text.h"
#include "desk/desk.h"
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
	const struct desk desk = {.home = h, .who = who_name(), .now = time(NULL)};
	struct err e = {""};
	bool ok = desk_did(&desk, sn, what, text, &e);
	if (!ok)
		cli_fail("it was done, but the audit does not say so (%s): %s", what, e.text);
	return ok;
}
