/* SPDX-License-Identifier: ISC */
#include "core/certs.h"

#include "base/address.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/text.h"
#include "core/cert_answer.h"
#include "core/trust.h"

#include <string.h>

/* ---- where a device stands ---- */

const char *certs_state_name(enum certs_state state)
{
	static const char *const names[] = {
	    [CERTS_OFF] = "off",
	    [CERTS_NOT_ASKED] = "not asked",
	    [CERTS_UNKNOWN] = "unknown",
	    [CERTS_CLEAR] = "to be cleared",
	    [CERTS_ERROR] = "error",
	    [CERTS_BUSY] = "busy",
	    [CERTS_EARLY] = "not valid yet",
	    [CERTS_GOOD] = "good",
	    [CERTS_PROVED] = "proved",
	    [CERTS_LAPSED] = "expired",
	    [CERTS_STUCK] = "undated",
	    [CERTS_NEEDED] = "needed",
	};
	return names[state];
}

bool certs_is_asked(const struct config *c, const struct caller *who)
{
	for (size_t i = 0; i < c->nqueries; i++) {
		const struct conf_query *q = &c->queries[i];
		for (size_t k = 0; strcmp(q->id, CERT_QUERY) == 0 && k < q->napplies; k++) {
			if (caller_applies(who, &q->applies[k]))
				return true;
		}
	}
	return false;
}

/* "2026-03-01" */
static const char *day(struct arena *a, int64_t seconds)
{
	char text[DATE_SIZE];
	return arena_strdup(a, date_day(seconds, text));
}

/* An issuer that is not trusted; NULL: all are. */
static const char *stranger(struct arena *a, const struct config *c, const struct device *d)
{
	const char *rest = d->cert_issuer, *name;
	while ((name = cert_issuers_next(a, &rest))) {
		if (!trust_is_ca(c, name))
			return name;
	}
	return NULL;
}

int64_t certs_renewal(const struct config *c)
{
	return c->customcerts_renew == CONF_ABSENT ? 0 : (int64_t)c->customcerts_renew * DATE_DAY;
}

int64_t certs_end(const struct device *d, int64_t now)
{
	bool said = d->cert_at && d->cert_until;
	bool proved = *d->tls_issuer && d->tls_until > now;
	if (!said || !proved)
		return said ? d->cert_until : d->tls_until;
	return d->cert_proved || d->cert_until < d->tls_until ? d->cert_until : d->tls_until;
}

/* What follows from its certificates alone: good, or why not. */
static enum certs_state judge(
    struct arena *a, const struct config *c, const struct device *d, int64_t now, const char **why)
{
	const char *issuer = stranger(a, c, d);
	if (cert_answer_says(d, CERT_SAYS_NONE)) {
		*why = "it has no certificate";
		return CERTS_NEEDED;
	}
	if (issuer) {
		*why = arena_concat(a, "the issuer \"", issuer, "\" is not in customcerts/@CAname");
		return CERTS_NEEDED;
	}
	if (d->cert_until && d->cert_until <= now) {
		const char *when = day(a, d->cert_until);
		/* A clock that is wrong for a moment shall not have a whole fleet make new keys. */
		*why = d->cert_lapsed
			   ? arena_concat(a, "it has expired on ", when)
			   : arena_concat(a, "it has expired on ", when,
				 "; a new one is made when the next poll finds the same");
		return d->cert_lapsed ? CERTS_NEEDED : CERTS_LAPSED;
	}
	if (cert_answer_says(d, CERT_SAYS_UNDATED)) {
		*why =
		    d->cert_sent
			? "a date of the certificate that it was sent is not understood: it is left alone, look at the device"
			: "a date of its certificate is not understood, so it does not count as valid";
		return d->cert_sent ? CERTS_STUCK : CERTS_NEEDED;
	}
	if (d->cert_until - now < certs_renewal(c)) {
		*why = arena_printf(a, "it expires on %s, within %ld days (customcerts/@renew)",
		    day(a, d->cert_until), c->customcerts_renew);
		return CERTS_NEEDED;
	}
	*why = arena_concat(a, "good until ", day(a, d->cert_until), ", issued by ",
	    cert_issuers_list(a, d->cert_issuer));
	return CERTS_GOOD;
}

enum certs_state certs_state(struct arena *a, const struct config *c, const struct device *d,
    bool asked, bool proves, int64_t now, const char **why)
{
	*why = "not looked at: customcerts/@dir or status/@dir is not set";
	if (!*c->customcerts_dir || !*c->status_dir)
		return CERTS_OFF;
	const struct {
		bool holds;
		enum certs_state state;
		const char *why;
	} first[] = {
	    {!asked, CERTS_NOT_ASKED,
		"not looked at: the query \"certificates\" does not apply to this device"},
	    {d->cert_clear, CERTS_CLEAR,
		"what the device holds of requests and errors is removed, as an administrator wants"},
	    {proves && !d->cert_proved, CERTS_PROVED,
		"good: it has proved that; what it says besides counts when it comes with the same proof"},
	    {!d->cert_at, CERTS_UNKNOWN,
		"nothing is known yet: waiting for the answer to the query \"certificates\""},
	    {cert_answer_says(d, CERT_SAYS_ERROR), CERTS_ERROR,
		"the device could not install what was uploaded: certificate handling stops until an administrator clears it (rollcall csr drop)"},
	    {cert_answer_says(d, CERT_SAYS_BUSY), CERTS_BUSY,
		"the device is making a key: waiting"},
	};
	for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
		*why = first[i].why;
		if (first[i].holds)
			return first[i].state;
	}
	if (d->cert_revoked) {
		*why = arena_concat(a, "its certificate was revoked on ", day(a, d->cert_revoked),
		    ": another one needs an administrator");
		return CERTS_NEEDED;
	}
	if (d->cert_from > now) {
		*why = arena_concat(
		    a, "not valid before ", day(a, d->cert_from), ": it is left alone");
		return CERTS_EARLY;
	}
	return judge(a, c, d, now, why);
}

/* ---- files ---- */

static const char *const suffixes[CERTS_FILES] = {
    [CERTS_REQUEST_DER] = "-request.p10.der",
    [CERTS_REQUEST_PEM] = "-request.p10.pem",
    [CERTS_SIGNED] = "-signedrequest.cer",
    [CERTS_REQUEST_ERROR] = "-requesterror",
};

const char *certs_file(struct arena *a, enum certs_file which, const char *sn)
{
	return arena_concat(a, sn, suffixes[which]);
}

bool certs_file_parse(struct arena *a, const char *name, enum certs_file *which, const char **sn)
{
	for (size_t i = 0; i < CERTS_FILES; i++) {
		if (!text_ends(name, suffixes[i]))
			continue;
		*which = (enum certs_file)i;
		*sn = arena_strndup(a, name, strlen(name) - strlen(suffixes[i]));
		return req_is_serial(*sn);
	}
	return false;
}

const struct certs_variable certs_variables[CERTS_VARIABLES] = {
    [CERTS_VARIABLE_ERROR] = {"X509/REQUESTERROR", CERTS_REQUEST_ERROR, NULL, NULL, false},
    [CERTS_VARIABLE_REQUEST] = {"X509/REQUEST", CERTS_REQUEST_DER, "var2bin", "createPemFromDer",
	true},
};

const char *certs_variable_file(
    struct arena *a, const struct config *c, const struct certs_variable *v, const char *sn)
{
	return arena_concat(a, c->customcerts_dir, "/", certs_file(a, v->file, sn));
}

/* ---- what a request is to say ---- */

/* "00-90-33-30-00-af" → "00903330000af" */
static const char *without_dashes(struct arena *a, const char *sn)
{
	char *out = arena_strdup(a, sn), *to = out;
	for (; *sn; sn++) {
		if (*sn != '-')
			*to++ = *sn;
	}
	*to = '\0';
	return out;
}

/*
 * "Reception Desk 1" → "reception-desk-1". What cannot stand in a DNS name is a dash; dashes and dots are not
 * doubled, and at the ends there are none.
 */
static const char *as_dns_name(struct arena *a, const char *name)
{
	static const char digits_and_letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char *out = arena_lower(a, name), *to = out;
	for (const char *p = out; *p; p++) {
		bool joint = !strchr(digits_and_letters, *p);
		if (!joint)
			*to++ = *p;
		else if (to > out && to[-1] != '-' && to[-1] != '.')
			*to++ = *p == '.' ? '.' : '-';
		else if (to > out && *p == '.')
			to[-1] = '.';
	}
	while (to > out && (to[-1] == '-' || to[-1] == '.'))
		to--;
	*to = '\0';
	return out;
}

struct words {
	const char *list[7][2];
};

static struct words known_words(struct arena *a, const struct device *d)
{
	return (struct words){{
	    {"{realip}", d->realip},
	    {"{ip}", d->ip},
	    {"{proxy}", d->proxy},
	    {"{sn}", without_dashes(a, d->sn)},
	    {"{hwid}", d->hwid},
	    {"{name}", as_dns_name(a, d->name)},
	    {"{rdns}", strcmp(d->rdns_of, d->realip) == 0 ? d->rdns : ""},
	}};
}

static const char *const *word_at(const struct words *w, const char *text)
{
	for (size_t i = 0; i < sizeof w->list / sizeof *w->list; i++) {
		if (text_starts(text, w->list[i][0]))
			return w->list[i];
	}
	return NULL;
}

/* "" when it uses something that is not known. */
static const char *expand(struct arena *a, const struct words *w, const char *value)
{
	struct buf out = {0};
	bool known = true;
	while (*value && known) {
		const char *const *word = word_at(w, value);
		known = word ? *word[1] != '\0' : *value != '{';
		if (word)
			buf_adds(&out, word[1]);
		else
			buf_addc(&out, *value);
		value += word ? strlen(word[0]) : 1;
	}
	const char *text = known ? arena_strndup(a, buf_text(&out), out.size) : "";
	buf_free(&out);
	return text;
}

void certs_subject(
    struct arena *a, const struct config *c, const struct device *d, struct certs_subject *out)
{
	struct words w = known_words(a, d);
	*out = (struct certs_subject){
	    .cn = expand(a, &w, c->customcerts_csrdn_cn),
	    .ou = expand(a, &w, c->customcerts_csrdn_ou),
	    .o = expand(a, &w, c->customcerts_csrdn_o),
	    .l = expand(a, &w, c->customcerts_csrdn_l),
	    .st = expand(a, &w, c->customcerts_csrdn_st),
	    .c = expand(a, &w, c->customcerts_csrdn_c),
	    .dns = {expand(a, &w, c->customcerts_csrsan_dns_1),
		expand(a, &w, c->customcerts_csrsan_dns_2),
		expand(a, &w, c->customcerts_csrsan_dns_3)},
	    .ip = {expand(a, &w, c->customcerts_csrsan_ip_1),
		expand(a, &w, c->customcerts_csrsan_ip_2)},
	};
}

bool certs_is_claimed(const char *value)
{
	return strstr(value, "{name}") || strstr(value, "{realip}") || strstr(value, "{rdns}");
}

/* Could a device get a certificate that makes it a server of any name? */
static bool makes_servers(const struct config *c)
{
	const char *const names[] = {c->customcerts_csrsan_dns_1, c->customcerts_csrsan_dns_2,
	    c->customcerts_csrsan_dns_3, c->customcerts_csrsan_ip_1, c->customcerts_csrsan_ip_2};
	bool claimed = false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		claimed |= certs_is_claimed(names[i]);
	return claimed && strcmp(c->customcerts_causage, "client") != 0;
}

bool certs_wants_rdns(const struct config *c, const struct device *d)
{
	const char *const values[] = {c->customcerts_csrdn_cn, c->customcerts_csrdn_ou,
	    c->customcerts_csrdn_o, c->customcerts_csrdn_l, c->customcerts_csrdn_st,
	    c->customcerts_csrdn_c, c->customcerts_csrsan_dns_1, c->customcerts_csrsan_dns_2,
	    c->customcerts_csrsan_dns_3, c->customcerts_csrsan_ip_1, c->customcerts_csrsan_ip_2};
	bool used = false;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		used |= strstr(values[i], "{rdns}") != NULL;
	return used && *d->realip && strcmp(d->rdns_of, d->realip) != 0;
}

/* ---- signed without an administrator ---- */

const char *certs_auto(
    struct arena *a, const struct config *c, const struct request *r, bool has_one, int64_t now)
{
	const char *why;
	if (strcmp(c->customcerts_catype, "internal") != 0 || makes_servers(c))
		return NULL;
	enum trust trust = trust_of(a, c, r, now, &why);
	if (trust == TRUST_GOOD && !trust_is_wildcard(c, r->cert->cn))
		return arena_concat(a, "it proved itself with a certificate of ", r->cert->issuer);
	/* What a proxy says of an address is no proof; nor is an address, once a device has a certificate. */
	if (trust == TRUST_FOREIGN || has_one || *r->proxy)
		return NULL;
	for (size_t i = 0; i < c->auto_sign.count; i++) {
		if (address_in(r->address, c->auto_sign.items[i]))
			return arena_concat(a, "its address ", r->address, " is in ",
			    c->auto_sign.items[i], " (customcerts/auto-sign-off)");
	}
	return NULL;
}
