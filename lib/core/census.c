/* SPDX-License-Identifier: ISC */
#include "core/census.h"

#include "base/buf.h"
#include "base/mem.h"
#include "core/cert_answer.h"
#include "core/certs.h"
#include "core/trust.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What our CA signed for a device. */
struct census_signed {
	const char *sn, *issuer;
	int64_t at, until, revoked;
};

const char *census_fault_name(enum census_fault fault)
{
	static const char *const names[CENSUS_FAULTS] = {
	    [CENSUS_FINE] = "fine",
	    [CENSUS_UNKNOWN] = "nothing known",
	    [CENSUS_ERROR] = "stopped by an error",
	    [CENSUS_NONE] = "no certificate",
	    [CENSUS_SELF_SIGNED] = "self-signed",
	    [CENSUS_STRANGER] = "issuer not trusted",
	    [CENSUS_NOT_IN_FILE] = "issuer not in client-ca.pem",
	    [CENSUS_UNDATED] = "undated",
	    [CENSUS_EARLY] = "not valid yet",
	    [CENSUS_EXPIRED] = "expired",
	    [CENSUS_NAME] = "name not recognised",
	    [CENSUS_REVOKED] = "revoked",
	    [CENSUS_DROPPED] = "of the dropped CA",
	    [CENSUS_ABSENT] = "ends soon, not seen lately",
	    [CENSUS_IDLE] = "ends soon, not renewed",
	};
	return names[fault];
}

/* ---- the certificates that we signed ---- */

static int by_device(const void *a, const void *b)
{
	const struct census_signed *x = a, *y = b;
	int order = strcmp(x->sn, y->sn);
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

void census_issued(struct census *s, const struct issued *i)
{
	if (s->nsigned == s->signed_room) {
		s->signed_room = s->signed_room ? 2 * s->signed_room : 256;
		s->signed_by_us =
		    mem_realloc(s->signed_by_us, s->signed_room * sizeof *s->signed_by_us);
	}
	s->signed_by_us[s->nsigned++] = (struct census_signed){arena_strdup(&s->arena, i->sn),
	    arena_strdup(&s->arena, i->issuer), i->at, i->until, i->revoked};
}

/* The newest of each device. */
static void sort_signed(struct census *s)
{
	size_t kept = 0;
	s->sorted = true;
	if (!s->nsigned)
		return;
	qsort(s->signed_by_us, s->nsigned, sizeof *s->signed_by_us, by_device);
	for (size_t i = 0; i < s->nsigned; i++) {
		bool same =
		    kept && strcmp(s->signed_by_us[kept - 1].sn, s->signed_by_us[i].sn) == 0;
		kept -= same;
		s->signed_by_us[kept++] = s->signed_by_us[i];
	}
	s->nsigned = kept;
}

static int by_sn(const void *a, const void *b)
{
	return strcmp(((const struct census_signed *)a)->sn, ((const struct census_signed *)b)->sn);
}

/* Is a certificate of this device, with these facts, the one that we revoked? */
static bool is_revoked(struct census *s, const char *sn, const char *issuer, int64_t until)
{
	struct census_signed key = {.sn = sn};
	if (!s->sorted)
		sort_signed(s);
	const struct census_signed *one =
	    s->nsigned ? bsearch(&key, s->signed_by_us, s->nsigned, sizeof key, by_sn) : NULL;
	return one && one->revoked && one->until == until && strcmp(one->issuer, issuer) == 0;
}

/* ---- judging ---- */

/* Does the port for mutual TLS let certificates of this CA in? */
static bool is_in_file(const struct census *s, const char *issuer)
{
	for (size_t i = 0; s->cas && i < s->ncas; i++) {
		if (strcmp(s->cas[i].cn, issuer) == 0 && s->cas[i].from <= s->now &&
		    s->cas[i].until > s->now)
			return true;
	}
	return !s->cas;
}

static enum census_fault judge_issuer(
    const struct census *s, const char *issuer, const char *without)
{
	if (!trust_is_ca(s->config, issuer))
		return CENSUS_STRANGER;
	if (without && strcmp(issuer, without) == 0)
		return CENSUS_DROPPED;
	return is_in_file(s, issuer) ? CENSUS_FINE : CENSUS_NOT_IN_FILE;
}

/* All of those with tabs between. */
static enum census_fault judge_issuers(
    const struct census *s, const char *names, const char *without)
{
	enum census_fault fault = *names ? CENSUS_FINE : CENSUS_STRANGER;
	struct arena a = {0};
	const char *name;
	while (!fault && (name = cert_issuers_next(&a, &names)))
		fault = judge_issuer(s, name, without);
	arena_free(&a);
	return fault;
}

static bool is_self_signed(const struct census *s, const struct device *d)
{
	return *d->cert_issuer && strcmp(d->cert_issuer, d->cert_subject) == 0 &&
	       !trust_is_ca(s->config, d->cert_issuer);
}

/* A certificate for its hardware id, which proves nothing of its serial number? */
static bool is_named_apart(const struct census *s, const struct device *d)
{
	return !trust_is_name(s->config, d->cert_subject, d->sn, d->hwid) &&
	       trust_is_name(s->config, d->cert_subject, NULL, d->hwid);
}

static enum census_fault judge_word(struct census *s, const struct device *d, const char *without)
{
	if (cert_answer_says(d, CERT_SAYS_ERROR))
		return CENSUS_ERROR;
	if (cert_answer_says(d, CERT_SAYS_NONE))
		return CENSUS_NONE;
	if (is_self_signed(s, d))
		return CENSUS_SELF_SIGNED;
	enum census_fault fault = judge_issuers(s, d->cert_issuer, without);
	if (fault)
		return fault;
	if (d->cert_until && d->cert_until <= s->now)
		return CENSUS_EXPIRED;
	if (d->cert_from > s->now)
		return CENSUS_EARLY;
	if (d->cert_revoked || is_revoked(s, d->sn, d->cert_issuer, d->cert_until))
		return CENSUS_REVOKED;
	if (!d->cert_until || cert_answer_says(d, CERT_SAYS_UNDATED))
		return CENSUS_UNDATED;
	return trust_is_name(s->config, d->cert_subject, d->sn, d->hwid) ? CENSUS_FINE
									 : CENSUS_NAME;
}

static enum census_fault judge_proof(struct census *s, const struct device *d, const char *without)
{
	enum census_fault fault = judge_issuer(s, d->tls_issuer, without);
	if (fault)
		return fault;
	if (d->tls_until <= s->now)
		return CENSUS_EXPIRED;
	return is_revoked(s, d->sn, d->tls_issuer, d->tls_until) ? CENSUS_REVOKED : CENSUS_FINE;
}

enum census_fault census_fault(struct census *s, const struct device *d, const char *without)
{
	bool answered = d->cert_at != 0, proved = *d->tls_issuer != '\0';
	if (!answered && !proved)
		return CENSUS_UNKNOWN;
	enum census_fault word = answered ? judge_word(s, d, without) : CENSUS_FINE;
	enum census_fault proof = proved ? judge_proof(s, d, without) : CENSUS_FINE;
	if (!answered || word == CENSUS_FINE)
		return answered && proof == CENSUS_EXPIRED ? CENSUS_FINE : proof;
	bool unclear = word == CENSUS_UNDATED || (word == CENSUS_NAME && !is_named_apart(s, d));
	return unclear && proved && proof == CENSUS_FINE ? CENSUS_FINE : word;
}

/* ---- who will be locked out ---- */

/* Somebody has begun with it: the device, the server, or an administrator who is to sign now. */
static bool is_being_renewed(const struct device *d)
{
	return d->cert_asked || d->cert_request || cert_answer_says(d, CERT_SAYS_REQUEST) ||
	       cert_answer_says(d, CERT_SAYS_BUSY);
}

/* Nothing is renewed where certificates are not looked after. */
static bool is_due(const struct census *s, int64_t left)
{
	const struct config *c = s->config;
	return left < certs_renewal(c) || !*c->customcerts_dir || !*c->status_dir;
}

enum census_fault census_soon(const struct census *s, const struct device *d)
{
	int64_t left = certs_end(d, s->now) - s->now;
	if (left <= 0 || left > CENSUS_SOON)
		return CENSUS_FINE;
	if (s->now - d->seen > CENSUS_LATELY)
		return CENSUS_ABSENT;
	return is_due(s, left) && !is_being_renewed(d) ? CENSUS_IDLE : CENSUS_FINE;
}

/* ---- sentences ---- */

static const char *day(struct arena *a, int64_t when)
{
	char text[32] = "";
	time_t t = (time_t)when;
	struct tm tm;
	if (gmtime_r(&t, &tm))
		strftime(text, sizeof text, "%Y-%m-%d", &tm);
	return arena_strdup(a, text);
}

static const char *why_soon(struct census *s, const struct device *d, enum census_fault fault)
{
	struct arena *a = &s->arena;
	const char *end = day(a, certs_end(d, s->now));
	if (fault == CENSUS_IDLE)
		return arena_printf(
		    a, "its certificate ends on %s, and nobody has begun to renew it", end);
	return arena_printf(a, "its certificate ends on %s, and it was %s%s", end,
	    d->seen ? "last seen on " : "never seen", d->seen ? day(a, d->seen) : "");
}

static const char *why(
    struct census *s, const struct device *d, enum census_fault fault, const char *without)
{
	struct arena *a = &s->arena;
	const char *issuer = cert_issuers_list(a, d->cert_at ? d->cert_issuer : d->tls_issuer);
	int64_t until = d->cert_at ? d->cert_until : d->tls_until;
	switch (fault) {
	case CENSUS_UNKNOWN:
		return "nothing is known of its certificates: it has not answered the query certificates";
	case CENSUS_ERROR:
		return "it could not install what it was sent, and waits for rollcall csr drop";
	case CENSUS_NONE:
		return "it has no certificate";
	case CENSUS_SELF_SIGNED:
		return "its certificate is signed by itself";
	case CENSUS_STRANGER:
		return arena_printf(a, "issued by \"%s\", which is not in customcerts/@CAname",
		    d->cert_at && judge_issuers(s, d->cert_issuer, NULL) == CENSUS_STRANGER
			? issuer
			: d->tls_issuer);
	case CENSUS_NOT_IN_FILE:
		return arena_printf(a,
		    "issued by \"%s\", but client-ca.pem has no such CA that is valid now", issuer);
	case CENSUS_UNDATED:
		return "a date of its certificate is missing or not understood";
	case CENSUS_EARLY:
		return arena_printf(
		    a, "its certificate is not valid before %s", day(a, d->cert_from));
	case CENSUS_EXPIRED:
		return arena_printf(a, "its certificate has expired on %s", day(a, until));
	case CENSUS_NAME:
		return arena_printf(a, "the common name of its certificate is \"%s\", %s",
		    d->cert_subject,
		    is_named_apart(s, d)
			? "which is its hardware id, but has nothing of its serial number in it"
			: "not its own");
	case CENSUS_REVOKED:
		return "its certificate is revoked";
	case CENSUS_DROPPED:
		return d->cert_at && judge_word(s, d, without) == CENSUS_FINE
			   ? "it says that it has another one, but proved itself with this last"
			   : "its certificate is of this CA";
	case CENSUS_ABSENT:
	case CENSUS_IDLE:
		return why_soon(s, d, fault);
	case CENSUS_FINE:
	case CENSUS_FAULTS:
		break;
	}
	return "";
}

/* ---- counting ---- */

static void list_add(struct census *s, struct census_list *l, const struct device *d,
    enum census_fault fault, const char *without)
{
	bool missing = device_is_missing(d, s->now, s->config->status_missing);
	if (l->count == l->room) {
		l->room = l->room ? 2 * l->room : 32;
		l->list = mem_realloc(l->list, l->room * sizeof *l->list);
	}
	l->list[l->count++] = (struct census_one){arena_strdup(&s->arena, d->sn),
	    arena_strdup(&s->arena, d->name), fault, why(s, d, fault, without), missing};
	l->missing += missing;
}

static int month_of(int64_t until, int64_t now)
{
	time_t t = (time_t)until;
	struct tm tm;
	if (!until || !gmtime_r(&t, &tm))
		return CENSUS_NO_MONTH;
	return until <= now ? CENSUS_PAST : (tm.tm_year + 1900) * 12 + tm.tm_mon;
}

static int compare_row(const struct census_row *r, const char *issuer, int month)
{
	int order = strcmp(r->issuer, issuer);
	return order ? order : (r->month > month) - (r->month < month);
}

/* Its row; made when there is none and room for one. */
static struct census_row *row_of(struct census *s, const char *issuer, int month)
{
	size_t from = 0, to = s->nrows;
	while (from < to) {
		size_t mid = (from + to) / 2;
		int order = compare_row(&s->rows[mid], issuer, month);
		if (order == 0)
			return &s->rows[mid];
		if (order < 0)
			from = mid + 1;
		else
			to = mid;
	}
	if (s->nrows == CENSUS_ROWS)
		return &s->rows[CENSUS_ROWS];
	memmove(&s->rows[from + 1], &s->rows[from], (s->nrows - from) * sizeof *s->rows);
	s->rows[from] =
	    (struct census_row){.issuer = arena_strdup(&s->arena, issuer), .month = month};
	s->nrows++;
	return &s->rows[from];
}

static void add_rows(struct census *s, const struct device *d)
{
	struct arena a = {0};
	bool none = cert_answer_says(d, CERT_SAYS_NONE);
	if (d->cert_at && !none) {
		bool undated = cert_answer_says(d, CERT_SAYS_UNDATED);
		int64_t until = undated && d->cert_until > s->now ? 0 : d->cert_until;
		/* Of those each would be an issuer of its own. */
		const char *issuer =
		    is_self_signed(s, d) ? CENSUS_ITSELF : cert_issuers_list(&a, d->cert_issuer);
		row_of(s, issuer, month_of(until, s->now))->says++;
	}
	if (*d->tls_issuer)
		row_of(s, d->tls_issuer, month_of(d->tls_until, s->now))->proved++;
	arena_free(&a);
}

static bool is_among(const char *names, const char *name)
{
	for (size_t n; *names; names += n + (names[n] != '\0')) {
		n = strcspn(names, "\t");
		if (strlen(name) == n && memcmp(names, name, n) == 0)
			return true;
	}
	return false;
}

void census_add(struct census *s, const struct device *d)
{
	enum census_fault fault = census_fault(s, d, NULL);
	s->devices++;
	s->missing += device_is_missing(d, s->now, s->config->status_missing);
	s->faults[fault]++;
	add_rows(s, d);
	enum census_fault soon = fault ? CENSUS_FINE : census_soon(s, d);
	if (fault)
		list_add(s, &s->locked, d, fault, NULL);
	if (soon)
		list_add(s, &s->soon, d, soon, NULL);
	for (size_t i = 0; i < s->nca; i++) {
		struct census_ca *ca = &s->ca[i];
		bool has =
		    is_among(d->cert_issuer, ca->name) || strcmp(d->tls_issuer, ca->name) == 0;
		ca->devices += has;
		enum census_fault without =
		    has && !fault ? census_fault(s, d, ca->name) : CENSUS_FINE;
		if (without)
			list_add(s, &ca->lost, d, without, ca->name);
	}
}

void census_begin(struct census *s)
{
	const struct conf_list *names = &s->config->canames;
	s->rows[CENSUS_ROWS] = (struct census_row){.issuer = "(others)", .month = CENSUS_NO_MONTH};
	s->nca = names->count;
	s->ca = mem_calloc(s->nca + 1, sizeof *s->ca);
	for (size_t i = 0; i < s->nca; i++) {
		s->ca[i].name = names->items[i];
		s->ca[i].in_file = s->cas && is_in_file(s, names->items[i]);
	}
}

const struct census_ca *census_ca(const struct census *s, const char *name)
{
	for (size_t i = 0; i < s->nca; i++) {
		if (strcmp(s->ca[i].name, name) == 0)
			return &s->ca[i];
	}
	return NULL;
}

void census_free(struct census *s)
{
	for (size_t i = 0; i < s->nca; i++)
		free(s->ca[i].lost.list);
	free(s->ca);
	free(s->locked.list);
	free(s->soon.list);
	free(s->signed_by_us);
	arena_free(&s->arena);
}
