/* SPDX-License-Identifier: ISC */
/* What each type of value means: one small function per type, and the table that knows them. */
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "core/conf.h"
#include "core/conf_schema.h"
#include "core/conf_xml.h"
#include "core/urlmod.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 60

int conf_shown(const char *value)
{
	size_t n = strnlen(value, SHOWN + 1);
	if (n <= SHOWN)
		return (int)n;
	n = SHOWN;
	while (n && ((unsigned char)value[n] & 0xc0) == 0x80)
		n--;
	return (int)n;
}

/* Copies a value without the blanks at its ends. False: too long to be a short word. */
static bool trimmed(const char *value, char *out, size_t size)
{
	size_t n = strlen(value);
	text_trim(&value, &n);
	if (n >= size)
		return false;
	memcpy(out, value, n);
	out[n] = '\0';
	return true;
}

bool conf_type_number(const struct conf_rule *rule, const char *value, long *out)
{
	char word[32];
	if (!trimmed(value, word, sizeof word))
		return false;
	if (*word)
		return num_parse(word, rule->min, rule->max, out);
	*out = CONF_ABSENT;
	return true;
}

bool conf_type_bool(const char *value, bool *out)
{
	char word[8];
	if (!trimmed(value, word, sizeof word))
		return false;
	*out = text_same(word, "true");
	return *out || !*word || text_same(word, "false");
}

const char *conf_type_word(const struct conf_rule *rule, const char *value, size_t *size)
{
	char word[16];
	const char *list = conf_rule_words(rule);
	if (!trimmed(value, word, sizeof word))
		return NULL;
	text_lower_all(word);
	while (*list) {
		*size = strcspn(list, " ");
		if (*size == strlen(word) && strncmp(list, word, *size) == 0)
			return list;
		list += *size + (list[*size] == ' ');
	}
	return NULL;
}

/* "none, master or firmware" */
static void words_listed(const struct conf_rule *rule, char *out, size_t size)
{
	const char *list = conf_rule_words(rule);
	size_t used = 0;
	*out = '\0';
	while (*list && used < size) {
		size_t n = strcspn(list, " ");
		bool last = !list[n] || !strchr(list + n + 1, ' ');
		const char *after = !list[n] ? "" : last ? " or " : ", ";
		used += (size_t)snprintf(out + used, size - used, "%.*s%s", (int)n, list, after);
		list += n + (list[n] == ' ');
	}
}

static const char *unit_name(const char *unit)
{
	static const char *const names[][2] = {
	    {"s", "seconds "}, {"min", "minutes "}, {"days", "days "}, {"files", "files "}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i][0], unit) == 0)
			return names[i][1];
	}
	return "";
}

static bool check_text(const struct conf_rule *rule, const char *value, struct err *e)
{
	(void)rule;
	if (text_has_control(value, strlen(value)))
		return err_set(e,
		    "holds a line break or another control character: write it in one line, "
		    "without");
	return true;
}

static bool check_number(const struct conf_rule *rule, const char *value, struct err *e)
{
	long number;
	if (conf_type_number(rule, value, &number))
		return true;
	const char *unit = unit_name(rule->unit);
	return err_set(e, "is \"%.*s\": it must be a number %s%sfrom %ld to %ld", conf_shown(value),
	    value, *unit ? "of " : "", unit, rule->min, rule->max);
}

static bool check_bool(const struct conf_rule *rule, const char *value, struct err *e)
{
	bool is;
	(void)rule;
	return conf_type_bool(value, &is) ||
	       err_set(e, "is \"%.*s\": it must be true or false", conf_shown(value), value);
}

static bool check_choice(const struct conf_rule *rule, const char *value, struct err *e)
{
	size_t n;
	if (conf_type_word(rule, value, &n))
		return true;
	char list[80];
	words_listed(rule, list, sizeof list);
	return err_set(e, "is \"%.*s\": it must be %s", conf_shown(value), value, list);
}

static bool check_build(const struct conf_rule *rule, const char *value, struct err *e)
{
	char word[16];
	long number;
	size_t n;
	if (conf_type_word(rule, value, &n))
		return true;
	if (trimmed(value, word, sizeof word) && num_parse(word, 0, 999999999, &number))
		return true;
	char list[80];
	words_listed(rule, list, sizeof list);
	return err_set(e, "is \"%.*s\": it must be a build number of at most 9 digits, %s",
	    conf_shown(value), value, list);
}

/* One hour of a list, up to the comma. */
static bool is_hour(const char *at, size_t n)
{
	char digits[8];
	long hour;
	text_trim(&at, &n);
	if (n >= sizeof digits)
		return false;
	memcpy(digits, at, n);
	digits[n] = '\0';
	return num_parse(digits, 0, 23, &hour);
}

static bool check_hours(const struct conf_rule *rule, const char *value, struct err *e)
{
	const char *at = value;
	size_t all = strlen(value);
	(void)rule;
	text_trim(&at, &all);
	while (all) {
		size_t n = strcspn(at, ",");
		if (!is_hour(at, n) || !strcmp(at + n, ","))
			return err_set(e,
			    "is \"%.*s\": it must be hours from 0 to 23 with commas between, as in "
			    "22,23,0,1",
			    conf_shown(value), value);
		if (!at[n])
			return true;
		at += n + 1;
	}
	return true;
}

static bool check_pattern(const struct conf_rule *rule, const char *value, struct err *e)
{
	struct err why;
	if (!check_text(rule, value, e))
		return false;
	if (!*value)
		return true;
	struct urlmod *m = urlmod_new(value, &why);
	if (!m)
		return err_set(e, "is \"%.*s\": %s", conf_shown(value), value, why.text);
	urlmod_free(m);
	return true;
}

static bool check_name(const struct conf_rule *rule, const char *value, struct err *e)
{
	(void)rule;
	if (text_same(value, "all"))
		return err_set(e,
		    "is \"all\": that word means any in the names of snippet files, another must "
		    "be chosen");
	if (text_is_word(value, "_"))
		return true;
	char better[LIMIT_NAME + 1];
	snprintf(better, sizeof better, "%s", value);
	for (char *c = better; *c; c++)
		*c = (char)(text_is_word((char[]){*c, '\0'}, "") ? *c : '_');
	return err_set(e,
	    "is \"%.*s\": it becomes a part of file names, so it may have letters, digits and _ "
	    "only; \"%s\" "
	    "would be right",
	    conf_shown(value), value, better);
}

static bool check_phase(const struct conf_rule *rule, const char *value, struct err *e)
{
	if (strcmp(value, "_") == 0)
		return err_set(e, "is \"_\": that is not a name for a phase");
	if (text_starts(value, "_first_"))
		return err_set(e, "is \"%.*s\": names that begin with _first_ are the server's own",
		    conf_shown(value), value);
	return check_name(rule, value, e);
}

static bool check_element(const struct conf_rule *rule, const char *value, struct err *e)
{
	(void)rule;
	bool starts = text_is_word((char[]){*value, '\0'}, "_") && !text_is_digit(*value);
	if (starts && text_is_word(value, "_-."))
		return true;
	return err_set(e,
	    "is \"%.*s\": it becomes the name of an XML element and a part of URLs, so it must "
	    "begin with a "
	    "letter or _ and may go on with letters, digits, _, - and .",
	    conf_shown(value), value);
}

static bool check_model(const struct conf_rule *rule, const char *value, struct err *e)
{
	(void)rule;
	return text_is_word(value, "-_.") ||
	       err_set(e, "is \"%.*s\": a device type has letters, digits, -, _ and . only",
		   conf_shown(value), value);
}

static bool check_xpath(const struct conf_rule *rule, const char *value, struct err *e)
{
	struct err why;
	(void)rule;
	return conf_xpath_check(value, &why) ||
	       err_set(e, "is \"%.*s\": it is no XPath expression: %s", conf_shown(value), value,
		   why.text);
}

static bool check_address(const struct conf_rule *rule, const char *value, struct err *e)
{
	char text[LIMIT_IP + 1];
	unsigned char bytes[16];
	long bits;
	(void)rule;
	snprintf(text, sizeof text, "%s", value);
	char *slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	long most = inet_pton(AF_INET, text, bytes) == 1    ? 32
		    : inet_pton(AF_INET6, text, bytes) == 1 ? 128
							    : 0;
	if (!most)
		return err_set(e,
		    "is \"%.*s\": it must be an IPv4 or IPv6 address, alone or with /BITS",
		    conf_shown(value), value);
	if (slash && !num_parse(slash + 1, 0, most, &bits))
		return err_set(e, "is \"%.*s\": the bits behind the / must be from 0 to %ld",
		    conf_shown(value), value, most);
	return true;
}

bool conf_type_check(const struct conf_rule *rule, const char *value, struct err *e)
{
	static bool (*const checks[CONF_TYPES])(
	    const struct conf_rule *, const char *, struct err *) = {
	    [CONF_TYPE_TEXT] = check_text,
	    [CONF_TYPE_NUMBER] = check_number,
	    [CONF_TYPE_BOOL] = check_bool,
	    [CONF_TYPE_BUILD] = check_build,
	    [CONF_TYPE_CHOICE] = check_choice,
	    [CONF_TYPE_HOURS] = check_hours,
	    [CONF_TYPE_PATTERN] = check_pattern,
	    [CONF_TYPE_NAME] = check_name,
	    [CONF_TYPE_PHASE] = check_phase,
	    [CONF_TYPE_ELEMENT] = check_element,
	    [CONF_TYPE_MODEL] = check_model,
	    [CONF_TYPE_XPATH] = check_xpath,
	    [CONF_TYPE_ADDRESS] = check_address,
	};

	bool counted = rule->type != CONF_TYPE_NUMBER && rule->type != CONF_TYPE_BOOL &&
		       rule->type != CONF_TYPE_BUILD && rule->type != CONF_TYPE_CHOICE;
	if (counted && strlen(value) > (size_t)rule->max)
		return err_set(e, "is %zu bytes long: it may be %ld", strlen(value), rule->max);
	return checks[rule->type](rule, value, e);
}
