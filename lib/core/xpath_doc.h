/* SPDX-License-Identifier: ISC */
/* What the parts of XPath share; private to lib/core/xpath*.c. */
#ifndef CORE_XPATH_DOC_H
#define CORE_XPATH_DOC_H

#include "core/xpath.h"

#include <libxml/tree.h>

struct xpath_doc {
	xmlDoc *xml;
};

/* The next name in an expression, outside of literals: its length, and `at` is where it begins. 0: none. */
size_t xpath_word(const char **at);

#endif
