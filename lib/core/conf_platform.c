/* SPDX-License-Identifier: ISC */
/* What the server does for itself: the command file that it fetches, and statistics that it sends. */
#include "core/conf_rules.h"

#include "core/forward.h"

#include <string.h>
#include <strings.h>

void rule_commands(struct rules *r)
{
	const char *url = rules_setting(r, "commands", "url");
	if (!*url || strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0)
		return;
	rules_say(r, FINDING_ERROR, rules_blame(r, "commands", "url"),
	    "commands/@url is \"%.*s\": it must begin with http:// or https://",
	    findings_shown(url), url);
}

static bool is_set(const struct rules *r, const char *attribute)
{
	return *rules_setting(r, "statistics", attribute);
}

void rule_statistics(struct rules *r)
{
	static const char *const needs[] = {"mail", "copy"};
	const char *mail = rules_setting(r, "statistics", "mail");
	if (*mail && !forward_is_mail(mail))
		rules_say(r, FINDING_ERROR, rules_blame(r, "statistics", "mail"),
		    "statistics/@mail is \"%.*s\": it must be one address, as in office@example.com",
		    findings_shown(mail), mail);
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
		if (is_set(r, needs[i]) && !is_set(r, "dir"))
			rules_say(r, FINDING_WARNING, rules_blame(r, "statistics", needs[i]),
			    "statistics/@%s does nothing, because statistics/@dir is empty: no statistics are kept",
			    needs[i]);
	}
}
