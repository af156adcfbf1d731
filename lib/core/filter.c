/* SPDX-License-Identifier: ISC */
/*
 * A filter is read once and asked for every device of a fleet: its words are folded and cut at their
 * stars beforehand, and a device's texts are looked at where they are, without a copy.
 */
#include "core/filter.h"

#include "base/address.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define MAC_DIGITS 12
#define MOST_DAYS 100000L
#define MAC_LEAST 6 /* digits of the beginning of an address: three bytes */

enum word_kind {
	WORD_TEXT,
	WORD_PRESENT,
	WORD_MISSING,
	WORD_SETTLED,
	WORD_UNSETTLED,
	WORD_NETWORK,
	WORD_FIELD,   /* NAME:VALUE of a text … */
	WORD_SERIAL,  /* … of the serial number */
	WORD_FW,      /* `number` is an enum fleet_build */
	WORD_BC,      /* likewise */
	WORD_CERT,    /* an enum fleet_cert */
	WORD_EXPIRES, /* days */
	WORD_SEEN,    /* seconds */
};

/* What stands between two stars. */
struct piece {
	const char *text; /* folded */
	size_t size;
	char begins[2]; /* the bytes that it can begin with; NUL: others, too */
};

struct word {
	enum word_kind kind;
	bool excludes;                   /* it has a "!" before it */
	bool from_anywhere, to_anywhere; /* begins, ends with a star */
	struct piece *pieces;            /* none: only stars */
	size_t npieces;
	char mac[MAC_DIGITS]; /* digits, when it may be the beginning of a serial number */
	size_t nmac;
	struct address_net network;
	const struct name *name; /* of a WORD_FIELD */
	int64_t number;
};

struct filter {
	struct word *words;
	size_t count;
};

/* What may stand before a colon. */
static const struct name {
	const char *text;
	enum word_kind kind;
	enum device_at at[2]; /* where a WORD_FIELD looks */
	const char *between;  /* what separates the texts in one field; NULL: it is one text */
} names[] = {
    {"sn", WORD_SERIAL, {0}, NULL},
    {"hwid", WORD_FIELD, {DEVICE_AT_hwid, DEVICE_AT_hwid}, NULL},
    {"ip", WORD_FIELD, {DEVICE_AT_ip, DEVICE_AT_realip}, NULL},
    {"type", WORD_FIELD, {DEVICE_AT_type, DEVICE_AT_type}, NULL},
    {"name", WORD_FIELD, {DEVICE_AT_name, DEVICE_AT_name}, NULL},
    {"phase", WORD_FIELD, {DEVICE_AT_phase, DEVICE_AT_phase}, NULL},
    {"class", WORD_FIELD, {DEVICE_AT_classes, DEVICE_AT_classes}, ", "},
    {"env", WORD_FIELD, {DEVICE_AT_environments, DEVICE_AT_environments}, ", "},
    {"firmware", WORD_FIELD, {DEVICE_AT_prot, DEVICE_AT_prot}, NULL},
    {"boot", WORD_FIELD, {DEVICE_AT_boot, DEVICE_AT_boot}, NULL},
    {"issuer", WORD_FIELD, {DEVICE_AT_cert_issuer, DEVICE_AT_tls_issuer}, "\t"},
    {"fw", WORD_FW, {0}, NULL},
    {"bc", WORD_BC, {0}, NULL},
    {"cert", WORD_CERT, {0}, NULL},
    {"expires", WORD_EXPIRES, {0}, NULL},
    {"seen", WORD_SEEN, {0}, NULL},
};
#define NAMES (sizeof names / sizeof *names)

/* ---- MAC addresses ---- */

static bool is_hex(char c)
{
	return text_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Groups of two, four or six digits between the separators; two with points are an IP address. */
static bool is_group(size_t size, char separator)
{
	return size == 4 || size == 6 || (size == 2 && separator != '.');
}

/*
 * The digits of a MAC address or of its beginning, in lower case; 0: it is none. All groups are of one
 * size (the last may be shorter, and have a separator behind it), all separators the same.
 */
static size_t mac_parse(const char *text, char digits[MAC_DIGITS])
{
	size_t n = 0, size = strspn(text, "0123456789abcdefABCDEF"), last = 0;
	char separator = text[size];
	if (separator && (!strchr("-:.", separator) || !is_group(size, separator)))
		return 0;
	for (; *text; text++) {
		if (*text == separator && last == size) {
			last = 0;
		} else if (is_hex(*text) && last < size && n < MAC_DIGITS) {
			digits[n++] = text_lower(*text);
			last++;
		} else {
			return 0;
		}
	}
	return n % 2 == 0 ? n : 0;
}

static bool mac_begins(const struct word *w, const char *sn)
{
	size_t n = 0;
	for (; *sn && n < w->nmac; sn++) {
		if (text_lower(*sn) == w->mac[n])
			n++;
		else if (*sn != '-' && *sn != ':' && *sn != '.')
			return false;
	}
	return n == w->nmac;
}

const char *filter_serial(struct arena *a, const char *text)
{
	char digits[MAC_DIGITS], sn[MAC_DIGITS / 2 * 3], *to = sn;
	size_t n = strlen(text);
	text_trim(&text, &n);
	char *trimmed = arena_strndup(a, text, n);
	text_lower_all(trimmed);
	if (mac_parse(trimmed, digits) != MAC_DIGITS || !is_hex(trimmed[n - 1]))
		return trimmed;
	for (size_t i = 0; i < MAC_DIGITS; i++) {
		*to++ = digits[i];
		if (i % 2)
			*to++ = '-';
	}
	return arena_strndup(a, sn, sizeof sn - 1);
}

/* ---- networks ---- */

/* ADDRESS/BITS; what is no address before its slash is a text like others. */
static bool network_read(struct word *w, const char *text, struct err *e)
{
	const char *slash = strchr(text, '/');
	struct in6_addr address;
	if (!slash || !address_parse(text, (size_t)(slash - text), &address))
		return true;
	if (!address_net_parse(text, &w->network))
		return err_set(
		    e, "%s: the number behind / must be from 0 to %ld", text, address_bits(text));
	w->kind = WORD_NETWORK;
	return true;
}

/* ---- reading ---- */

/* Ä and ä are one letter, too: U+00C0..U+00DE but ×, two bytes each. */
static char fold(const char *text, size_t at)
{
	unsigned char c = (unsigned char)text[at];
	if (c >= 0x80 && c <= 0x9e && c != 0x97 && at && (unsigned char)text[at - 1] == 0xc3)
		return (char)(c + 0x20);
	return text_lower((char)c);
}

/* Most places of most texts are passed over by these alone. */
static struct piece piece_of(const char *text)
{
	struct piece p = {.text = text, .size = strlen(text)};
	bool letter = *text >= 'a' && *text <= 'z';
	if (*text != '?' && !(*text & 0x80)) {
		p.begins[0] = *text;
		p.begins[1] = letter ? (char)(*text - ('a' - 'A')) : *text;
	}
	return p;
}

static void word_cut(struct arena *a, struct word *w, char *text, size_t n)
{
	w->from_anywhere = text[0] == '*';
	w->to_anywhere = n && text[n - 1] == '*';
	w->pieces = arena_calloc(a, n + 1, sizeof *w->pieces);
	for (char *rest = text, *part; (part = strtok_r(rest, "*", &rest));)
		w->pieces[w->npieces++] = piece_of(part);
}

static enum word_kind kind_of(const char *text)
{
	static const char *const words[] = {[WORD_PRESENT] = "present",
	    [WORD_MISSING] = "missing",
	    [WORD_SETTLED] = "settled",
	    [WORD_UNSETTLED] = "unsettled"};
	for (size_t i = WORD_PRESENT; i <= WORD_UNSETTLED; i++) {
		if (strcmp(text, words[i]) == 0)
			return (enum word_kind)i;
	}
	return WORD_TEXT;
}

/* ---- reading NAME:VALUE ---- */

static const char *build_name(int i)
{
	return fleet_build_name((enum fleet_build)i);
}

static const char *cert_name(int i)
{
	return fleet_cert_name((enum fleet_cert)i);
}

/* One of so many words that `name` knows. */
static bool choice_read(struct word *w, const char *text, const char *value,
    const char *(*name)(int), int count, struct err *e)
{
	struct buf all = {0};
	int i = 0;
	while (i < count && strcmp(name(i), value) != 0)
		i++;
	w->number = i;
	for (int k = 0; i == count && k < count; k++)
		buf_addf(&all, "%s%s", k ? ", " : "", name(k));
	if (i == count)
		err_set(e, "%s: behind the colon may be %s", text, buf_text(&all));
	buf_free(&all);
	return i < count;
}

static bool days_read(struct word *w, const char *text, const char *value, struct err *e)
{
	long days;
	if (!num_parse(value, 0, MOST_DAYS, &days))
		return err_set(e, "%s: behind the colon must be a number of days", text);
	w->number = days;
	return true;
}

static bool span_read(struct word *w, const char *text, const char *value, struct err *e)
{
	static const struct {
		char unit;
		long seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DATE_DAY}};
	char digits[16] = "";
	long n = 0, unit = 1;
	size_t size = strlen(value);
	for (size_t i = 0; size && i < sizeof units / sizeof *units; i++) {
		if (value[size - 1] != units[i].unit)
			continue;
		unit = units[i].seconds;
		size--;
		break;
	}
	if (size < sizeof digits)
		snprintf(digits, sizeof digits, "%.*s", (int)size, value);
	if (!num_parse(digits, 0, MOST_DAYS * DATE_DAY, &n))
		return err_set(e,
		    "%s: behind the colon must be a number of seconds, or one with m, h or d",
		    text);
	w->number = (int64_t)n * unit;
	return true;
}

static const struct name *name_of(const char *text)
{
	size_t n = strcspn(text, ":");
	for (size_t i = 0; text[n] && i < NAMES; i++) {
		if (strlen(names[i].text) == n && memcmp(names[i].text, text, n) == 0)
			return &names[i];
	}
	return NULL;
}

static bool field_read(struct arena *a, struct word *w, const char *value, struct err *e)
{
	w->nmac = w->kind == WORD_SERIAL ? mac_parse(value, w->mac) : 0;
	if (w->nmac < MAC_DIGITS)
		w->nmac = 0;
	word_cut(a, w, arena_strdup(a, value), strlen(value));
	return w->name->at[0] != DEVICE_AT_ip || network_read(w, value, e);
}

static bool name_read(struct arena *a, struct word *w, const char *text, struct err *e)
{
	const char *value = text + strlen(w->name->text) + 1;
	w->kind = w->name->kind;
	switch (w->kind) {
	case WORD_FW:
	case WORD_BC:
		return choice_read(w, text, value, build_name, FLEET_BUILDS, e);
	case WORD_CERT:
		return choice_read(w, text, value, cert_name, FLEET_CERTS, e);
	case WORD_EXPIRES:
		return days_read(w, text, value, e);
	case WORD_SEEN:
		return span_read(w, text, value, e);
	default:
		return field_read(a, w, value, e);
	}
}

/* ---- reading words ---- */

static bool word_read(struct arena *a, struct word *w, const char *bytes, size_t n, struct err *e)
{
	w->excludes = n > 1 && *bytes == '!';
	bytes += w->excludes;
	n -= w->excludes;
	char *text = arena_strndup(a, bytes, n);
	for (size_t i = 0; i < n; i++)
		text[i] = fold(bytes, i);
	w->name = name_of(text);
	if (w->name)
		return name_read(a, w, text, e);
	w->kind = kind_of(text);
	w->nmac = mac_parse(text, w->mac);
	if (w->nmac < MAC_LEAST)
		w->nmac = 0;
	if (!network_read(w, text, e))
		return false;
	word_cut(a, w, text, n);
	return true;
}

static bool add_words(struct arena *a, struct filter *f, const char *text, struct err *e)
{
	while (*text) {
		size_t n = 0;
		while (text[n] && !text_is_space(text[n]))
			n++;
		if (n > LIMIT_FILTER_WORD)
			return err_set(e, "a word of the filter is %zu bytes long: it may be %d", n,
			    LIMIT_FILTER_WORD);
		if (n && f->count == LIMIT_FILTER_WORDS)
			return err_set(e, "the filter has more than %d words", LIMIT_FILTER_WORDS);
		if (n && !word_read(a, &f->words[f->count++], text, n, e))
			return false;
		text += text[n] ? n + 1 : n;
	}
	return true;
}

struct filter *filter_parse(struct arena *a, const char *const *texts, size_t count, struct err *e)
{
	struct filter *f = arena_alloc(a, sizeof *f);
	f->words = arena_calloc(a, LIMIT_FILTER_WORDS, sizeof *f->words);
	for (size_t i = 0; i < count; i++) {
		if (!add_words(a, f, texts[i], e))
			return NULL;
	}
	return f;
}

/* ---- asking ---- */

/* Bytes above 0x7f belong to letters. */
static bool is_letter(char c)
{
	return text_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* A word may begin or end here: this is not amid letters and digits. */
static bool is_edge(const char *text, size_t at)
{
	return at == 0 || !is_letter(text[at - 1]) || !is_letter(text[at]);
}

/* The next one where the piece may stand, or the end. */
static size_t next_place(const struct piece *p, const char *text, size_t at)
{
	const char one = p->begins[0], two = p->begins[1];
	while (one && text[at] && text[at] != one && text[at] != two)
		at++;
	return at;
}

/* Where the piece ends that stands at `at`; 0: it does not. */
static size_t piece_at(const struct piece *p, const char *text, size_t at)
{
	for (size_t i = 0; i < p->size; i++) {
		if (p->text[i] != '?' && p->text[i] != fold(text, at))
			return 0;
		if (!text[at++])
			return 0;
		while (p->text[i] == '?' && (text[at] & 0xc0) == 0x80)
			at++; /* the rest of a letter */
	}
	return at;
}

/*
 * Each piece as far to the left as it can be: then what follows has the most room, and nothing has to
 * be tried twice. `whole`: from the first letter to the last, but for stars; else between two edges.
 */
static bool word_stands_in(const struct word *w, const char *text, bool whole)
{
	size_t at = 0, end;
	for (size_t i = 0; i < w->npieces; i++, at = end) {
		bool first = i == 0 && !w->from_anywhere;
		bool last = i + 1 == w->npieces && !w->to_anywhere;
		for (end = 0;; at++) {
			at = next_place(&w->pieces[i], text, at);
			if (!first || (whole ? at == 0 : is_edge(text, at)))
				end = piece_at(&w->pieces[i], text, at);
			if (end && (!last || (whole ? !text[end] : is_edge(text, end))))
				break;
			if (!text[at])
				return false;
			end = 0;
		}
	}
	return w->npieces || !whole || w->from_anywhere || !*text;
}

/* One of the texts of a field is it as a whole. */
static bool is_one_of(const struct word *w, const char *text, const char *between)
{
	char one[LIMIT_CERT_NAMES + 1];
	const char *end;
	while (between && (end = strstr(text, between))) {
		size_t n = (size_t)(end - text);
		n = n < sizeof one ? n : sizeof one - 1;
		memcpy(one, text, n);
		one[n] = '\0';
		if (word_stands_in(w, one, true))
			return true;
		text = end + strlen(between);
	}
	return word_stands_in(w, text, true);
}

static bool field_is(const struct word *w, const struct device *d)
{
	const enum device_at *at = w->name->at;
	for (int i = 0; i < 2 && (i == 0 || at[1] != at[0]); i++) {
		if (is_one_of(w, device_text(d, &device_fields[at[i]]), w->name->between))
			return true;
	}
	return false;
}

static bool expires_within(const struct device *d, const struct fleet_judge *judge, int64_t days)
{
	int64_t until = fleet_cert_until(judge, d);
	return until > judge->now && until - judge->now <= days * DATE_DAY;
}

static bool stands_in_any(const struct word *w, const struct device *d)
{
	const char *const looked_at[] = {d->ip, d->realip, d->sn, d->hwid, d->type, d->name,
	    d->phase, d->classes, d->environments, d->prot, d->boot};
	for (size_t i = 0; i < sizeof looked_at / sizeof *looked_at; i++) {
		if (word_stands_in(w, looked_at[i], false))
			return true;
	}
	return w->nmac && mac_begins(w, d->sn);
}

static bool word_matches(
    const struct word *w, const struct device *d, const struct fleet_judge *judge)
{
	switch (w->kind) {
	case WORD_PRESENT:
		return fleet_presence(judge, d) == FLEET_PRESENT;
	case WORD_MISSING:
		return fleet_presence(judge, d) == FLEET_MISSING;
	case WORD_SETTLED:
		return fleet_settled(d);
	case WORD_UNSETTLED:
		return !fleet_settled(d);
	case WORD_NETWORK:
		return address_net_has(&w->network, d->ip) ||
		       address_net_has(&w->network, d->realip);
	case WORD_FIELD:
		return field_is(w, d);
	case WORD_SERIAL:
		return word_stands_in(w, d->sn, true) || (w->nmac && mac_begins(w, d->sn));
	case WORD_FW:
		return fleet_firmware(judge, d) == (enum fleet_build)w->number;
	case WORD_BC:
		return fleet_bootcode(judge, d) == (enum fleet_build)w->number;
	case WORD_CERT:
		return fleet_cert(judge, d) == (enum fleet_cert)w->number;
	case WORD_EXPIRES:
		return expires_within(d, judge, w->number);
	case WORD_SEEN:
		return d->seen && judge->now - d->seen <= w->number;
	case WORD_TEXT:
		break;
	}
	return stands_in_any(w, d);
}

bool filter_matches(const struct filter *f, const struct device *d, const struct fleet_judge *judge)
{
	for (size_t i = 0; i < f->count; i++) {
		if (word_matches(&f->words[i], d, judge) == f->words[i].excludes)
			return false;
	}
	return true;
}
