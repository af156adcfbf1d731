/* SPDX-License-Identifier: ISC */
#include "home/base_path.h"

#include "base/text.h"

#include <string.h>

const char *base_path_parse(const char *text, struct err *e)
{
	bool root = strcmp(text, "/") == 0;
	bool ok = text[0] == '/' && text_is_word(text, "/-_.") && !strstr(text, "//") &&
		  !strstr(text, "/.") && (root || !text_ends(text, "/"));
	if (ok)
		return root ? "" : text;
	err_set(e,
	    "--base %s: it must begin with a slash, end without one, and have only letters, "
	    "digits, - _ and . between them, like " BASE_PATH,
	    text);
	return NULL;
}
