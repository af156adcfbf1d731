/* SPDX-License-Identifier: ISC */
#include "core/forward.h"

#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "core/fields.h"

#include <string.h>

#define PORT_MOST 65535

/* The fields of the report stand in the same record, as in alarm.c. */
enum { NEWS_COUNT = 100 };

struct more {
	int64_t count;
};
static const struct fields_row news_rows[] = {FIELDS_ROW(more, NEWS_COUNT, count, FIELDS_NUMBER)};
static const struct fields_row forward_rows[] = {
    FIELDS_ROW(forward_state, 1, taken, FIELDS_NUMBER),
    FIELDS_ROW(forward_state, 2, sent, FIELDS_NUMBER),
    FIELDS_ROW(forward_state, 3, sent_at, FIELDS_NUMBER),
    FIELDS_ROW(forward_state, 4, failures, FIELDS_NUMBER),
    FIELDS_ROW(forward_state, 5, next, FIELDS_NUMBER),
    FIELDS_ROW(forward_state, 6, problem, FORWARD_PROBLEM),
};
#define FORWARD forward_rows, sizeof forward_rows / sizeof *forward_rows

/* ---- where to ---- */

static bool check_http(const char *rest, struct err *e);
static bool check_syslog(const char *rest, struct err *e);
static bool check_command(const char *rest, struct err *e);
static bool check_mail(const char *rest, struct err *e);

const char *const forward_schemes[] = {"http:", "https:", "syslog:", "command:", "mailto:", NULL};
static const struct {
	enum forward_kind kind;
	bool (*check)(const char *rest, struct err *e);
} kinds[] = {
    {FORWARD_HTTP, check_http},
    {FORWARD_HTTP, check_http},
    {FORWARD_SYSLOG, check_syslog},
    {FORWARD_COMMAND, check_command},
    {FORWARD_MAIL, check_mail},
};
_Static_assert(sizeof kinds / sizeof *kinds + 1 == sizeof forward_schemes / sizeof *forward_schemes,
    "each scheme is of a kind");

/* Its row; NULL in forward_schemes when there is none. */
static size_t find_scheme(const char *to)
{
	size_t i = 0;
	while (forward_schemes[i] && !text_starts(to, forward_schemes[i]))
		i++;
	return i;
}

bool forward_kind_of(const char *to, enum forward_kind *kind, const char **rest)
{
	size_t i = find_scheme(to);
	if (!forward_schemes[i])
		return false;
	*kind = kinds[i].kind;
	*rest = to + strlen(forward_schemes[i]);
	return true;
}

/* Letters, digits and what stands in names and addresses. */
static bool is_host(const char *text, size_t size, const char *also)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	for (size_t i = 0; i < size; i++) {
		if (!memchr(letters, text[i], sizeof letters - 1) &&
		    (!*also || !strchr(also, text[i])))
			return false;
	}
	return size > 0 && size <= LIMIT_HOST;
}

bool forward_host(struct arena *a, const char *text, size_t size, const char **host, long *port)
{
	bool bracket = size && *text == '[';
	const char *end = text + size, *close = bracket ? memchr(text, ']', size) : NULL;
	const char *colon =
	    memchr(close ? close : text, ':', (size_t)(end - (close ? close : text)));
	const char *name = bracket ? text + 1 : text, *name_end = close   ? close
								  : colon ? colon
									  : end;
	if ((bracket && (!close || close + 1 != (colon ? colon : end))) || memchr(text, '\0', size))
		return false;
	*port = 0;
	*host = arena_strndup(a, name, (size_t)(name_end - name));
	return is_host(name, (size_t)(name_end - name), bracket ? ":%" : "") &&
	       (!colon || num_parse(arena_strndup(a, colon + 1, (size_t)(end - colon - 1)), 1,
			      PORT_MOST, port));
}

static bool is_address(const char *text, size_t size)
{
	struct arena a = {0};
	const char *host;
	long port;
	bool ok = forward_host(&a, text, size, &host, &port);
	arena_free(&a);
	return ok;
}

static bool check_http(const char *rest, struct err *e)
{
	if (!text_is_plain(rest, strlen(rest)) || strchr(rest, ' '))
		return err_set(e, "it must be a URL in printable ASCII; in one, %%20 is a blank");
	if (text_starts(rest, "//")) {
		const char *host = rest + 2, *end = host + strcspn(host, "/?#");
		const char *at = memrchr(host, '@', (size_t)(end - host)); /* behind a password */
		if (at)
			host = at + 1;
		if (is_address(host, (size_t)(end - host)))
			return true;
	}
	return err_set(e,
	    "it must be a URL with a host, as in http://192.0.2.7 or https://alarms.example:8443/path");
}

static bool check_syslog(const char *rest, struct err *e)
{
	bool ok = text_starts(rest, "//") ? is_address(rest + 2, strlen(rest + 2))
					  : !*rest || *rest == '/';
	return ok ||
	       err_set(e,
		   "it must be syslog: (the log of this system) or, as in syslog://192.0.2.7, a host");
}

static bool check_command(const char *rest, struct err *e)
{
	return (*rest == '/' && !text_ends(rest, "/")) ||
	       err_set(e,
		   "it must name a program by its whole path, as in command:/usr/local/bin/alarm, without words behind it");
}

bool forward_is_mail(const char *address)
{
	static const char also[] = ".!#$%&'*+-/=?^_{|}~";
	const char *at = strchr(address, '@');
	if (!at || strlen(address) > LIMIT_HOST || *address == '-')
		return false;
	for (const char *p = address; p < at; p++) {
		if (!text_is_word((const char[]){*p, '\0'}, also))
			return false;
	}
	return at > address && is_host(at + 1, strlen(at + 1), "");
}

static bool check_mail(const char *rest, struct err *e)
{
	return forward_is_mail(rest) ||
	       err_set(e,
		   "it must have one address, as in mailto:ops@example.com; for another one add another <forward>");
}

bool forward_check(const char *to, struct err *e)
{
	size_t i = find_scheme(to);
	if (!forward_schemes[i])
		return err_set(
		    e, "it must begin with http://, https://, syslog:, command: or mailto:");
	return kinds[i].check(to + strlen(forward_schemes[i]), e);
}

/* ---- records ---- */

void news_encode(struct buf *out, const struct news *n)
{
	const struct more more = {n->count};
	alarm_report_encode(out, &n->report);
	fields_encode(out, news_rows, 1, NULL, &more);
}

bool news_decode(struct arena *a, int64_t number, const void *bytes, size_t size, struct news *out)
{
	struct more more = {0};
	*out = (struct news){.number = number};
	if (!alarm_report_decode(a, bytes, size, &out->report) ||
	    !fields_decode(a, news_rows, 1, bytes, size, &more))
		return false;
	out->count = more.count;
	return true;
}

void forward_encode(
    struct buf *out, const struct forward_state *was, const struct forward_state *now)
{
	fields_encode(out, FORWARD, was, now);
}

bool forward_decode(
    struct arena *a, const char *id, const void *bytes, size_t size, struct forward_state *out)
{
	*out = (struct forward_state){.id = id};
	return fields_decode(a, FORWARD, bytes, size, out);
}

/* ---- how far it is ---- */

void forward_took(struct forward_state *f, int64_t number, bool sent, int64_t now)
{
	f->taken = number;
	f->failures = f->next = 0;
	f->problem = "";
	if (!sent)
		return;
	f->sent++;
	f->sent_at = now;
}

void forward_failed(struct forward_state *f, const char *problem, int64_t now)
{
	int64_t pause = FORWARD_FIRST;
	for (int64_t i = 0; i < f->failures && pause < FORWARD_MOST; i++)
		pause *= 2;
	f->failures++;
	f->next = now + (pause < FORWARD_MOST ? pause : FORWARD_MOST);
	f->problem = problem;
}

int64_t forward_done(const struct news *first, size_t count, int64_t taken, int64_t old)
{
	int64_t done = count && first->number <= taken ? taken : 0;
	for (size_t i = 0; i < count && first[i].report.time < old; i++) {
		if (first[i].number > done)
			done = first[i].number;
	}
	return done;
}
