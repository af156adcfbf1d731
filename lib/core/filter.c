/* SPDX-License-Identifier: ISC */
/*
 * A filter is read once and asked for every device of a fleet: its words are folded and cut at their
 * stars beforehand, and a device's texts are looked at where they are, without a copy.
 */
#include "core/filter.h"

#include "base/address.h"
#include "base/limits.h"
#include "base/text.h"

#include <string.h>

#define MAC_DIGITS 12
#define MAC_LEAST 6 /* digits of the beginning of an address: three bytes */

enum word_kind {
	WORD_TEXT,
	WORD_PRESENT,
	WORD_MISSING,
	WORD_SETTLED,
	WORD_UNSETTLED,
	WORD_NETWORK,
};

/* What stands between two stars. */
struct piece {
	const char *text; /* folded */
	size_t size;
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
};

struct filter {
	struct word *words;
	size_t count;
};

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

static void word_cut(struct arena *a, struct word *w, char *text, size_t n)
{
	w->from_anywhere = text[0] == '*';
	w->to_anywhere = text[n - 1] == '*';
	w->pieces = arena_calloc(a, n, sizeof *w->pieces);
	for (char *rest = text, *part; (part = strtok_r(rest, "*", &rest));)
		w->pieces[w->npieces++] = (struct piece){part, strlen(part)};
}

static enum word_kind kind_of(const char *text)
{
	static const char *const names[] = {[WORD_PRESENT] = "present",
	    [WORD_MISSING] = "missing",
	    [WORD_SETTLED] = "settled",
	    [WORD_UNSETTLED] = "unsettled"};
	for (size_t i = WORD_PRESENT; i <= WORD_UNSETTLED; i++) {
		if (strcmp(text, names[i]) == 0)
			return (enum word_kind)i;
	}
	return WORD_TEXT;
}

static bool word_read(struct arena *a, struct word *w, const char *bytes, size_t n, struct err *e)
{
	w->excludes = n > 1 && *bytes == '!';
	bytes += w->excludes;
	n -= w->excludes;
	char *text = arena_strndup(a, bytes, n);
	for (size_t i = 0; i < n; i++)
		text[i] = fold(bytes, i);
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
 * be tried twice.
 */
static bool word_stands_in(const struct word *w, const char *text)
{
	size_t at = 0, end;
	for (size_t i = 0; i < w->npieces; i++, at = end) {
		bool first = i == 0 && !w->from_anywhere;
		bool last = i + 1 == w->npieces && !w->to_anywhere;
		for (end = 0;; at++) {
			if (!first || is_edge(text, at))
				end = piece_at(&w->pieces[i], text, at);
			if (end && (!last || is_edge(text, end)))
				break;
			if (!text[at])
				return false;
			end = 0;
		}
	}
	return true;
}

static bool stands_in_any(const struct word *w, const struct device *d)
{
	const char *const looked_at[] = {d->ip, d->realip, d->sn, d->hwid, d->type, d->name,
	    d->phase, d->classes, d->environments, d->prot, d->boot};
	for (size_t i = 0; i < sizeof looked_at / sizeof *looked_at; i++) {
		if (word_stands_in(w, looked_at[i]))
			return true;
	}
	return w->nmac && mac_begins(w, d->sn);
}

static bool word_matches(const struct word *w, const struct device *d, bool missing)
{
	switch (w->kind) {
	case WORD_PRESENT:
		return !missing;
	case WORD_MISSING:
		return missing;
	case WORD_SETTLED:
		return d->settled;
	case WORD_UNSETTLED:
		return !d->settled;
	case WORD_NETWORK:
		return address_net_has(&w->network, d->ip) ||
		       address_net_has(&w->network, d->realip);
	case WORD_TEXT:
		break;
	}
	return stands_in_any(w, d);
}

bool filter_matches(const struct filter *f, const struct device *d, int64_t now, int64_t missing)
{
	bool is_missing = device_is_missing(d, now, missing);
	for (size_t i = 0; i < f->count; i++) {
		if (word_matches(&f->words[i], d, is_missing) == f->words[i].excludes)
			return false;
	}
	return true;
}
