/* SPDX-License-Identifier: ISC */
/*
 * A device may say what it likes here: nothing that it says makes it trusted, it only keeps it from
 * being given a new certificate. What is odd or does not fit therefore counts against the certificate.
 */
#include "core/cert_answer.h"

#include "base/buf.h"
#include "base/date.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/req.h"
#include "core/xml_read.h"

#include <libxml/tree.h>
#include <string.h>
#include <time.h>

/* ---- dates ---- */

#define YEAR_FIRST 1950
#define HOUR 3600
#define MINUTE 60

struct date {
	struct tm tm;
	int weekday; /* -1: it is not said */
	int zone;    /* seconds east of UTC */
};

static bool take_digits(const char **at, int least, int most, int *out)
{
	int n = 0, value = 0;
	for (; n < most && text_is_digit(**at); n++)
		value = 10 * value + (*(*at)++ - '0');
	*out = value;
	return n >= least;
}

static bool take_char(const char **at, char c)
{
	bool is = **at == c;
	*at += is;
	return is;
}

static bool take_blanks(const char **at)
{
	const char *from = *at;
	while (**at == ' ' || **at == '\t')
		++*at;
	return *at > from;
}

static bool is_letter(char c)
{
	return text_lower(c) >= 'a' && text_lower(c) <= 'z';
}

/* A word of the list: which one. Words are of three letters, "JanFebMar…". */
static bool take_name(const char **at, const char *names, int *out)
{
	char word[4] = "";
	for (size_t n = 0; n < 3 && is_letter((*at)[n]); n++)
		word[n] = (*at)[n];
	for (*out = 0; *names; names += 3, ++*out) {
		const char name[4] = {names[0], names[1], names[2], '\0'};
		if (text_same(name, word)) {
			*at += 3;
			return true;
		}
	}
	return false;
}

static bool take_year(const char **at, struct date *d)
{
	bool good = take_digits(at, 4, 4, &d->tm.tm_year) && d->tm.tm_year >= YEAR_FIRST;
	d->tm.tm_year -= 1900;
	return good;
}

static bool take_month(const char **at, struct date *d)
{
	bool good = take_digits(at, 2, 2, &d->tm.tm_mon);
	d->tm.tm_mon--;
	return good;
}

static bool take_month_name(const char **at, struct date *d)
{
	return take_name(at, "JanFebMarAprMayJunJulAugSepOctNovDec", &d->tm.tm_mon);
}

static bool take_day(const char **at, struct date *d)
{
	return take_digits(at, 2, 2, &d->tm.tm_mday);
}

static bool take_short_day(const char **at, struct date *d)
{
	return take_digits(at, 1, 2, &d->tm.tm_mday);
}

/* "Sun, ", or nothing */
static bool take_weekday(const char **at, struct date *d)
{
	if (!is_letter(**at))
		return true;
	bool good = take_name(at, "SunMonTueWedThuFriSat", &d->weekday) && take_char(at, ',');
	take_blanks(at);
	return good;
}

static bool take_t(const char **at, struct date *d)
{
	(void)d;
	return take_char(at, 'T') || take_char(at, 't') || take_blanks(at);
}

/* 12:00, 12:00:00, 12:00:00.000: less than a second does not matter here. */
static bool take_time(const char **at, struct date *d)
{
	int fraction;
	if (!take_digits(at, 2, 2, &d->tm.tm_hour) || !take_char(at, ':') ||
	    !take_digits(at, 2, 2, &d->tm.tm_min))
		return false;
	if (!take_char(at, ':'))
		return true;
	if (!take_digits(at, 2, 2, &d->tm.tm_sec))
		return false;
	if (!take_char(at, '.') && !take_char(at, ','))
		return true;
	bool any = false;
	while (take_digits(at, 1, 1, &fraction))
		any = true;
	return any;
}

static bool take_offset(const char **at, struct date *d)
{
	int sign = *(*at)++ == '-' ? -1 : 1, hours, minutes;
	bool good = take_digits(at, 2, 2, &hours);
	take_char(at, ':');
	good = good && take_digits(at, 2, 2, &minutes) && hours < 24 && minutes < 60;
	d->zone = good ? sign * (hours * HOUR + minutes * MINUTE) : 0;
	return good;
}

/* RFC 2822, §4.3: the letters that soldiers use mean nothing certain and count as UTC. */
static bool take_zone_name(const char **at, struct date *d)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {{"UTC", 0}, {"GMT", 0}, {"UT", 0}, {"EST", -5}, {"EDT", -4}, {"CST", -6},
	    {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
	char word[4] = "";
	size_t n = 0;
	for (; n < 3 && is_letter(**at); n++)
		word[n] = *(*at)++;
	if (n == 1)
		return text_lower(word[0]) != 'j';
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (text_same(word, zones[i].name)) {
			d->zone = zones[i].hours * HOUR;
			return true;
		}
	}
	return false;
}

/* Nothing is UTC. */
static bool take_zone(const char **at, struct date *d)
{
	take_blanks(at);
	if (!**at)
		return true;
	return **at == '+' || **at == '-' ? take_offset(at, d) : take_zone_name(at, d);
}

/* The forms; a letter is a part (see below), a blank is one or more, anything else is itself. */
static const char *const forms[] = {
    "Y-M-D",     /* 2026-03-01 */
    "Y-M-DTtz",  /* 2026-03-01T12:00:00Z */
    "d.M.Y tz",  /* 01.03.2026 12:00 */
    "wd N Y tz", /* Sun, 01 Mar 2026 12:00:00 +0000 */
    "N d t Yz",  /* Mar  1 12:00:00 2026 GMT */
};

static bool take_part(char part, const char **at, struct date *d)
{
	static const struct {
		char part;
		bool (*take)(const char **at, struct date *d);
	} parts[] = {
	    {'Y', take_year},
	    {'M', take_month},
	    {'N', take_month_name},
	    {'D', take_day},
	    {'d', take_short_day},
	    {'w', take_weekday},
	    {'T', take_t},
	    {'t', take_time},
	    {'z', take_zone},
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (parts[i].part == part)
			return parts[i].take(at, d);
	}
	return part == ' ' ? take_blanks(at) : take_char(at, part);
}

static bool match(const char *form, const char *text, struct date *d)
{
	*d = (struct date){.weekday = -1};
	while (*form && take_part(*form, &text, d))
		form++;
	return !*form && !*text;
}

/* timegm() makes the 3rd of March of a 31st of February: then it was no date. */
static bool is_real(const struct tm *said, const struct tm *is, int weekday)
{
	return said->tm_year == is->tm_year && said->tm_mon == is->tm_mon &&
	       said->tm_mday == is->tm_mday && said->tm_hour == is->tm_hour &&
	       said->tm_min == is->tm_min && said->tm_sec == is->tm_sec &&
	       (weekday < 0 || weekday == is->tm_wday);
}

static bool date_seconds(const struct date *d, int64_t *seconds)
{
	struct tm said = d->tm;
	bool leap = said.tm_sec == 60;
	said.tm_sec -= leap;
	struct tm is = said;
	int64_t t = (int64_t)timegm(&is) - d->zone;
	/* A leap second is the last one of a day; to us it is the one before it. */
	if (!is_real(&said, &is, d->weekday) || (leap && (t + 1) % DATE_DAY != 0))
		return false;
	*seconds = t;
	return true;
}

bool cert_date_parse(const char *text, int64_t *seconds)
{
	struct date d;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (match(forms[i], text, &d))
			return date_seconds(&d, seconds);
	}
	return false;
}

/* ---- the answer ---- */

static const struct xml_limits limits = {
    LIMIT_BODY_ANSWER, LIMIT_ANSWER_NODES, LIMIT_ANSWER_DEPTH, LIMIT_ANSWER_ATTRS};

struct facts {
	struct arena *a;
	size_t certificates;
	const char *subject;
	struct buf issuers;  /* tabs between */
	struct buf value;    /* of the attribute that was read last */
	int64_t from, until; /* 0: not known */
	const char *problem; /* the first one; NULL: every date is understood */
};

static bool is_named(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && !n->ns && strcmp((const char *)n->name, name) == 0;
}

/* The first element of that name at or after `n` among its siblings. */
static const xmlNode *from(const xmlNode *n, const char *name)
{
	while (n && !is_named(n, name))
		n = n->next;
	return n;
}

/* Is there a `child` in any element `name` of `parent`? `child` NULL: such an element is enough. */
static bool has(const xmlNode *parent, const char *name, const char *child)
{
	const xmlNode *n = from(parent->children, name);
	while (n && child && !from(n->children, child))
		n = from(n->next, name);
	return n != NULL;
}

/* Without white space at its ends; "" when it is missing, too. Until the next call. */
static const char *attribute(struct facts *f, const xmlNode *n, const char *name)
{
	const xmlAttr *attr = xmlHasNsProp(n, (const xmlChar *)name, NULL);
	buf_reset(&f->value);
	for (const xmlNode *text = attr ? attr->children : NULL; text; text = text->next)
		buf_adds(&f->value, text->content ? (const char *)text->content : "");
	const char *value = buf_text(&f->value);
	size_t size = f->value.size;
	text_trim(&value, &size);
	if (size)
		f->value.data[value - f->value.data + (ptrdiff_t)size] = '\0';
	return size ? value : "";
}

/* Is it a part of the list with this between the parts? */
static bool is_listed(const char *list, char between, const char *part)
{
	size_t size = strlen(part);
	while (*list) {
		const char ends[] = {between, '\0'};
		size_t n = strcspn(list, ends);
		if (n == size && memcmp(list, part, n) == 0)
			return true;
		list += n + (list[n] != '\0');
	}
	return false;
}

/* What has no room left is as one that is missing: it may not seem as if all were named. */
static void add_issuer(struct facts *f, const char *issuer)
{
	static const char unnamed[] = "\t" CERT_ISSUER_NONE;
	char name[LIMIT_CERT_NAME + 1];
	size_t n = text_clean(name, sizeof name, issuer, strlen(issuer));
	bool fits = f->issuers.size + 1 + n + strlen(unnamed) <= LIMIT_CERT_NAMES;
	const char *add = n && fits ? name : CERT_ISSUER_NONE;
	if (is_listed(buf_text(&f->issuers), '\t', add))
		return;
	if (f->issuers.size)
		buf_addc(&f->issuers, '\t');
	buf_adds(&f->issuers, add);
}

static void complain(struct facts *f, const char *name, const char *value)
{
	if (f->problem)
		return;
	f->problem =
	    *value ? arena_concat(f->a, "the date \"", req_show(f->a, value),
			 "\" of its certificate (", name, ") is none, or in no form that is known")
		   : arena_concat(f->a, "its certificate has no ", name);
}

/* 0: it is missing or not understood. 1970 is not nothing, so the earliest second is the first of that. */
static int64_t date_of(struct facts *f, const xmlNode *certificate, const char *name)
{
	const char *value = attribute(f, certificate, name);
	int64_t seconds;
	if (cert_date_parse(value, &seconds))
		return seconds > 1 ? seconds : 1;
	complain(f, name, value);
	return 0;
}

static void add_certificate(struct facts *f, const xmlNode *n)
{
	char subject[LIMIT_CERT_NAME + 1];
	if (f->certificates++ == 0) {
		const char *value = attribute(f, n, "subject_cn");
		text_clean(subject, sizeof subject, value, strlen(value));
		f->subject = arena_strdup(f->a, subject);
	}
	add_issuer(f, attribute(f, n, "issuer_cn"));
	int64_t since = date_of(f, n, "not_before"), until = date_of(f, n, "not_after");
	if (since > f->from)
		f->from = since;
	if (until && (!f->until || until < f->until))
		f->until = until;
}

static void add_certificates(struct facts *f, const xmlNode *info)
{
	const xmlNode *server, *n;
	for (server = from(info->children, "servercert"); server;
	     server = from(server->next, "servercert")) {
		for (n = from(server->children, "certificate"); n; n = from(n->next, "certificate"))
			add_certificate(f, n);
	}
}

static const char *words(const struct facts *f, const xmlNode *info)
{
	const struct {
		bool holds;
		const char *word;
	} list[] = {
	    {!f->certificates, CERT_SAYS_NONE},
	    {f->problem != NULL, CERT_SAYS_UNDATED},
	    {has(info, "requests", "request"), CERT_SAYS_REQUEST},
	    {has(info, "busy", NULL), CERT_SAYS_BUSY},
	    {has(info, "request-error", NULL), CERT_SAYS_ERROR},
	};
	const char *says = "";
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		if (list[i].holds)
			says = arena_concat(f->a, says, *says ? " " : "", list[i].word);
	}
	return says;
}

static void take(struct arena *a, struct device *d, const xmlNode *info, const char **problem)
{
	struct facts f = {.a = a, .subject = ""};
	add_certificates(&f, info);
	d->cert_subject = f.subject;
	d->cert_issuer = arena_strndup(a, buf_text(&f.issuers), f.issuers.size);
	d->cert_from = f.from;
	d->cert_until = f.until;
	d->cert_says = words(&f, info);
	*problem = f.problem;
	buf_free(&f.issuers);
	buf_free(&f.value);
}

void cert_answer_take(struct arena *a, struct device *d, const char *xml, size_t size, int64_t now,
    const char **problem)
{
	xmlDoc *doc = xml_read(xml, size, &limits, NULL);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	d->cert_at = d->cert_from = d->cert_until = 0;
	d->cert_subject = d->cert_issuer = d->cert_says = "";
	if (root && is_named(root, "info")) {
		d->cert_at = now;
		take(a, d, root, problem);
	} else {
		*problem = "the answer to the query \"" CERT_QUERY
			   "\" is no <info>: nothing is known of its certificates";
	}
	xmlFreeDoc(doc);
}

const char *cert_issuers_next(struct arena *a, const char **rest)
{
	const char *at = *rest;
	size_t n = strcspn(at, "\t");
	if (!*at)
		return NULL;
	*rest = at + n + (at[n] != '\0');
	return arena_strndup(a, at, n);
}

const char *cert_issuers_list(struct arena *a, const char *issuers)
{
	const char *out = "", *name;
	while ((name = cert_issuers_next(a, &issuers)))
		out = arena_concat(a, out, *out ? ", " : "", name);
	return out;
}

bool cert_answer_says(const struct device *d, const char *word)
{
	return is_listed(d->cert_says, ' ', word);
}
