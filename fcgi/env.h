/* SPDX-License-Identifier: ISC */
/* What a web server hands over in the environment of a request: a row for each variable that is read. */
#ifndef FCGI_ENV_H
#define FCGI_ENV_H

#include <stdbool.h>
#include <stddef.h>

struct env_row {
	const char *name;
	size_t size;   /* of the name */
	size_t offset; /* of a const char * in the struct that is filled */
	/* Two fields of a request may have the same name here (X-Forwarded-For, X_Forwarded_For): of one that
	   comes twice nothing is believed. Of others the first counts. */
	bool once;
};
#define ENV_ROW(type, name, field)                               \
	{                                                        \
		name, sizeof(name) - 1, offsetof(type, field), 0 \
	}
#define ENV_ONCE(type, name, field)                              \
	{                                                        \
		name, sizeof(name) - 1, offsetof(type, field), 1 \
	}

/* Texts stay where they are. What is not there stays NULL: `out` is zeroed before. */
void env_read(char **envp, const struct env_row *rows, size_t count, void *out);

#endif
