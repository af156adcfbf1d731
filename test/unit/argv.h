/* SPDX-License-Identifier: ISC */
/* A command line, written as one text: "--home x check" becomes what main() would get. */
#ifndef TEST_ARGV_H
#define TEST_ARGV_H

#include <stdio.h>
#include <string.h>

struct argv {
	char text[512];
	char *word[32]; /* NULL at the end */
	int count;
};

/* What options_parse() points to stays good as long as `a` does. */
static inline void argv_split(struct argv *a, const char *text)
{
	snprintf(a->text, sizeof a->text, "program %s", text);
	a->count = 0;
	for (char *p = strtok(a->text, " "); p; p = strtok(NULL, " "))
		a->word[a->count++] = p;
	a->word[a->count] = NULL;
}

#endif
