/* SPDX-License-Identifier: ISC */
/* What each type of value means: one small function per type, and the table that knows them. */
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "core/conf.h"
#include "core/conf_schema.h"
#include "core/conf_xml.h"
#include "core/snip_name.h"
#include "core/urlmod.h"
#include "core/xpath.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool conf_type_number(const struct conf_rule *rule, const char *value, long *out)
{
	if (*value)
		return num_parse(value, rule->min, rule->max, out);
	*out = CONF_ABSENT;
	return true;
}

bool conf_type_bool(const char *value, bool *out)
{
	*out = text_same(value, "true");
	return *out || !*value || text_same(value, "false");
}

/* Is `value` the first `n` bytes of `word`, case aside? */
static bool is_word(const char *value, const char *word, size_t n)
{
	size_t i = 0;
	while (i < n && text_lower(value[i]) == text_lower(word[i]))
		i++;
	return i == n && !value[n];
}

const char *conf_type_word(const struct conf_rule *rule, const char *value, size_t *size)
{
	const char *list = conf_rule_words(rule);
	while (*list) {
		*size = strcspn(list, " ");
		if (is_word(value, list, *size))
			return list;
		list += *size + (list[*size] == ' ');
	}
	return NULL;
}

/* What stands behind a word of a list, and before the last one "or". */
static const char *after_word(const char *rest)
{
	if (!*rest)
		return "";
	return strchr(rest + 1, ' ') ? ", " : " or ";
}

/* "none, master or firmware" */
static void words_listed(const struct conf_rule *rule, char *out, size_t size)
{
	const char *list = conf_rule_words(rule);
	size_t used = 0;
	*out = '\0';
	while (*list && used < size) {
		size_t n = strcspn(list, " ");
		used += (size_t)snprintf(
		    out + used, size - used, "%.*s%s", (int)n, list, after_word(list + n));
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
		    "holds a line break or another control character: write it in one line, without");
	return true;
}

/* What `{…}` are replaced by has no blanks either (req.h), and a URL can say %20. */
static bool check_word(const struct conf_rule *rule, const char *value, struct err *e)
{
	size_t n = strlen(value);
	(void)rule;
	if (text_is_plain(value, n) && !memchr(value, ' ', n))
		return true;
	return err_set(e,
	    "is \"%.*s\": it becomes a part of a command, so it must be printable ASCII without blanks; in a URL, %%20 is a blank",
	    findings_shown(value), value);
}

static bool check_master(const struct conf_rule *rule, const char *value, struct err *e)
{
	static const char *const schemes[] = {"http://", "https://"};
	size_t n;
	if (!*value || conf_type_word(rule, value, &n))
		return true;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		n = strlen(schemes[i]);
		if (text_starts(value, schemes[i]) && value[n] && value[n] != '/')
			return check_word(rule, value, e);
	}
	bool bare = !strstr(value, "://") && text_is_word((char[]){*value, '\0'}, "[");
	return err_set(e,
	    "is \"%.*s\": it must be a URL that begins with http:// or https://, none, or empty%s",
	    findings_shown(value), value, bare ? "; is http:// missing in front?" : "");
}

static bool check_number(const struct conf_rule *rule, const char *value, struct err *e)
{
	long number;
	if (conf_type_number(rule, value, &number))
		return true;
	const char *unit = unit_name(rule->unit);
	return err_set(e, "is \"%.*s\": it must be a number %s%sfrom %ld to %ld",
	    findings_shown(value), value, *unit ? "of " : "", unit, rule->min, rule->max);
}

static bool check_bool(const struct conf_rule *rule, const char *value, struct err *e)
{
	bool is;
	(void)rule;
	return conf_type_bool(value, &is) ||
	       err_set(e, "is \"%.*s\": it must be true or false", findings_shown(value), value);
}

static bool check_choice(const struct conf_rule *rule, const char *value, struct err *e)
{
	size_t n;
	if (conf_type_word(rule, value, &n))
		return true;
	char list[80];
	words_listed(rule, list, sizeof list);
	return err_set(e, "is \"%.*s\": it must be %s", findings_shown(value), value, list);
}

static bool check_build(const struct conf_rule *rule, const char *value, struct err *e)
{
	size_t n = strlen(value);
	if (n && n <= (size_t)rule->max && strspn(value, "0123456789") == n)
		return true;
	if (conf_type_word(rule, value, &n))
		return true;
	char list[80];
	words_listed(rule, list, sizeof list);
	return err_set(e, "is \"%.*s\": it must be a build number of at most %ld digits, %s",
	    findings_shown(value), value, rule->max, list);
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
	(void)rule;
	while (*at) {
		size_t n = strcspn(at, ",");
		if (!is_hour(at, n) || !strcmp(at + n, ","))
			return err_set(e,
			    "is \"%.*s\": it must be hours from 0 to 23 with commas between, as in 22,23,0,1",
			    findings_shown(value), value);
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
		return err_set(e, "is \"%.*s\": %s", findings_shown(value), value, why.text);
	urlmod_free(m);
	return true;
}

/* clang-format off */
/* U+00C0 to U+00FF, which in UTF-8 are 0xc3 and 0x80 to 0xbf, as they are written without. */
static const char *const latin[64] = {
    "A", "A", "A", "A", "Ae", "Aa", "Ae", "C", "E", "E", "E", "E", "I", "I", "I", "I",
    "D", "N", "O", "O", "O", "O", "Oe", "_", "Oe", "U", "U", "U", "Ue", "Y", "Th", "ss",
    "a", "a", "a", "a", "ae", "aa", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
    "d", "n", "o", "o", "o", "o", "oe", "_", "oe", "u", "u", "u", "ue", "y", "th", "y"};
/* clang-format on */

/* A letter of a name, as it may stand in the name of a file: how many bytes it had. */
static size_t letter(const char *at, const char **plain)
{
	const unsigned char *u = (const unsigned char *)at;
	size_t n = 1;
	*plain = "_";
	if (u[0] == 0xc3)
		*plain = latin[u[1] & 0x3f];
	while ((u[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* The same name, fit for the name of a file. No letter becomes longer. */
static void better_name(const char *value, char *out)
{
	while (*value) {
		const char *plain;
		bool fits = text_is_word((char[]){*value, '\0'}, "");
		size_t n = letter(value, &plain);
		out = fits ? mempcpy(out, value, 1) : stpcpy(out, plain);
		value += n;
	}
	*out = '\0';
}

static bool check_name(const struct conf_rule *rule, const char *value, struct err *e)
{
	(void)rule;
	if (text_same(value, SNIP_NAME_ALL))
		return err_set(e,
		    "is \"all\": that word means any in the names of snippet files, another must be chosen");
	if (!*value || text_is_word(value, "_")) /* that it is missing is said of every key */
		return true;
	char better[LIMIT_NAME + 1];
	better_name(value, better);
	return err_set(e,
	    "is \"%.*s\": it becomes a part of file names, so it may have letters, digits and _ only; \"%s\" would be right",
	    findings_shown(value), value, better);
}

static bool check_phase(const struct conf_rule *rule, const char *value, struct err *e)
{
	if (strcmp(value, "_") == 0)
		return err_set(e, "is \"_\": that is not a name for a phase");
	if (text_starts(value, CONF_FIRST))
		return err_set(e, "is \"%.*s\": names that begin with %s are the server's own",
		    findings_shown(value), value, CONF_FIRST);
	return check_name(rule, value, e);
}

static bool check_element(const struct conf_rule *rule, const char *value, struct err *e)
{
	(void)rule;
	bool starts = text_is_word((char[]){*value, '\0'}, "_") && !text_is_digit(*value);
	if (starts && text_is_word(value, "_-."))
		return true;
	return err_set(e,
	    "is \"%.*s\": it becomes the name of an XML element and a part of URLs, so it must begin with a letter or _ and may go on with letters, digits, _, - and .",
	    findings_shown(value), value);
}

static bool check_model(const struct conf_rule *rule, const char *value, struct err *e)
{
	(void)rule;
	return text_is_word(value, "-_.") ||
	       err_set(e, "is \"%.*s\": a device type has letters, digits, -, _ and . only",
		   findings_shown(value), value);
}

static bool check_xpath(const struct conf_rule *rule, const char *value, struct err *e)
{
	struct err why;
	(void)rule;
	struct xpath *x = xpath_compile(value, &why);
	xpath_free(x);
	return x || err_set(e, "is \"%.*s\": it is no XPath expression: %s", findings_shown(value),
			value, why.text);
}

/* How many bits an address has; 0: it is none. */
static long address_bits(const char *text)
{
	unsigned char bytes[16];
	if (inet_pton(AF_INET, text, bytes) == 1)
		return 32;
	return inet_pton(AF_INET6, text, bytes) == 1 ? 128 : 0;
}

static bool check_address(const struct conf_rule *rule, const char *value, struct err *e)
{
	char text[LIMIT_IP + 1];
	long bits;
	(void)rule;
	snprintf(text, sizeof text, "%s", value);
	char *slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	long most = address_bits(text);
	if (!most)
		return err_set(e,
		    "is \"%.*s\": it must be an IPv4 or IPv6 address, alone or with /BITS",
		    findings_shown(value), value);
	if (slash && !num_parse(slash + 1, 0, most, &bits))
		return err_set(e, "is \"%.*s\": the bits behind the / must be from 0 to %ld",
		    findings_shown(value), value, most);
	return true;
}

bool conf_type_netmask(const char *value, long *bits)
{
	struct in_addr mask;
	if (inet_pton(AF_INET, value, &mask) != 1)
		return false;
	uint32_t hosts = ~ntohl(mask.s_addr);
	*bits = 32 - __builtin_popcount(hosts);
	return (hosts & (hosts + 1)) == 0;
}

static bool check_netmask(const struct conf_rule *rule, const char *value, struct err *e)
{
	long bits;
	(void)rule;
	return !*value || conf_type_netmask(value, &bits) ||
	       err_set(e,
		   "is \"%.*s\": it must be an IPv4 mask, ones and then zeros, as in 255.255.0.0",
		   findings_shown(value), value);
}

bool conf_type_check(const struct conf_rule *rule, const char *value, struct err *e)
{
	static const struct {
		bool (*check)(const struct conf_rule *, const char *, struct err *);
		bool sized; /* min and max are lengths */
	} types[CONF_TYPES] = {
	    [CONF_TYPE_TEXT] = {check_text, true},
	    [CONF_TYPE_RAW] = {check_text, true},
	    [CONF_TYPE_WORD] = {check_word, true},
	    [CONF_TYPE_MASTER] = {check_master, true},
	    [CONF_TYPE_NUMBER] = {check_number, false},
	    [CONF_TYPE_BOOL] = {check_bool, false},
	    [CONF_TYPE_BUILD] = {check_build, false},
	    [CONF_TYPE_CHOICE] = {check_choice, false},
	    [CONF_TYPE_HOURS] = {check_hours, true},
	    [CONF_TYPE_PATTERN] = {check_pattern, true},
	    [CONF_TYPE_NAME] = {check_name, true},
	    [CONF_TYPE_PHASE] = {check_phase, true},
	    [CONF_TYPE_ELEMENT] = {check_element, true},
	    [CONF_TYPE_MODEL] = {check_model, true},
	    [CONF_TYPE_XPATH] = {check_xpath, true},
	    [CONF_TYPE_ADDRESS] = {check_address, true},
	    [CONF_TYPE_NETMASK] = {check_netmask, true},
	};
	bool sized = types[rule->type].sized;
	size_t n = strlen(value);
	if (sized && n > (size_t)rule->max)
		return err_set(e, "is %zu bytes long: it may be %ld", n, rule->max);
	if (sized && rule->is_field && n < (size_t)rule->min)
		return err_set(e, "is empty: it needs a value (%s)", rule->help);
	return types[rule->type].check(rule, value, e);
}
