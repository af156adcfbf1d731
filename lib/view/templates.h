/* SPDX-License-Identifier: ISC */
/* What lies in templates/, compiled in: stylesheets, catalogues of texts, and what pages refer to. */
#ifndef VIEW_TEMPLATES_H
#define VIEW_TEMPLATES_H

#include <stddef.h>

struct template
{
	const char *name; /* "layout.xsl" */
	const char *bytes;
	size_t size; /* a NUL follows */
};

/* All of them, by name. */
const struct template *templates(size_t *count) __attribute__((returns_nonnull));
/* NULL: there is none. */
const struct template *template_find(const char *name);

#endif
