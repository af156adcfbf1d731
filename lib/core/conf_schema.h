/* SPDX-License-Identifier: ISC */
/* The tables of settings.h as data, and what each type of value means. Private to conf_*.c. */
#ifndef CORE_CONF_SCHEMA_H
#define CORE_CONF_SCHEMA_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum conf_type {
	CONF_TYPE_TEXT,
	CONF_TYPE_RAW,
	CONF_TYPE_WORD,
	CONF_TYPE_MASTER,
	CONF_TYPE_NUMBER,
	CONF_TYPE_BOOL,
	CONF_TYPE_BUILD,
	CONF_TYPE_CHOICE,
	CONF_TYPE_HOURS,
	CONF_TYPE_PATTERN,
	CONF_TYPE_NAME,
	CONF_TYPE_PHASE,
	CONF_TYPE_ELEMENT,
	CONF_TYPE_MODEL,
	CONF_TYPE_XPATH,
	CONF_TYPE_ADDRESS,
	CONF_TYPE_NETMASK,
	CONF_TYPES
};

enum conf_need { CONF_NEED_MAY, CONF_NEED_MUST, CONF_NEED_KEY };

struct conf_element {
	const char *path;
	size_t most;
};

/* A setting: an attribute, or ("") the text of an element. */
struct conf_rule {
	const char *element, *attribute;
	enum conf_type type;
	long min, max;
	const char *unit;
	enum conf_need need;
	bool is_field; /* has a place in struct config, at `offset` */
	size_t offset;
	const char *help;
};

extern const struct conf_element conf_elements[];
extern const size_t conf_nelements;
extern const struct conf_rule conf_rules[];
extern const size_t conf_nrules;

/* The row of an element below another; `parent` NULL asks for <config>. NULL: there is none. */
const struct conf_element *conf_element_find(const struct conf_element *parent, const char *name);
/* The row of an attribute, or with "" of the text. NULL: there is none. */
const struct conf_rule *conf_rule_find(const struct conf_element *element, const char *attribute);
/* The words that a BUILD, CHOICE or MASTER may be, with blanks between; "" for others. */
const char *conf_rule_words(const struct conf_rule *rule);
/* The last name of an element's path. */
const char *conf_element_name(const struct conf_element *element);

/*
 * Is this value right? If not, the reason continues a sentence that begins with the name of the
 * setting: `is "abc": it must be …`.
 */
bool conf_type_check(const struct conf_rule *rule, const char *value, struct err *e);

/* Readers for values that were checked, and have no blanks at their ends; also used by the checks. */
bool conf_type_number(const struct conf_rule *rule, const char *value, long *out);
bool conf_type_bool(const char *value, bool *out);
/* How many bits of an address a mask leaves to the network. False: it is no mask. */
bool conf_type_netmask(const char *value, long *bits);
/*
 * The word of a CHOICE, BUILD or MASTER as the table writes it: `*size` bytes at what is returned. NULL:
 * it is none of the words.
 */
const char *conf_type_word(const struct conf_rule *rule, const char *value, size_t *size);

#endif
