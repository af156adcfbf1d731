/* SPDX-License-Identifier: ISC */
#include "core/trust.h"

#include "base/date.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

bool trust_is_forced(const struct config *c)
{
	return c->times_forcehttps && c->times_forcetrust;
}

bool trust_is_ca(const struct config *c, const char *issuer)
{
	return conf_list_has(&c->canames, issuer);
}

/* ---- names ---- */

/* Devices whose vendor wrote their type another way into the certificate than they say it. */
static const struct {
	const char *written, *meant;
} spellings[] = {
    {"ip222s", "ip222"},
    {"ip232s", "ip232"},
    {"ip240a", "ip240"},
    {"ip200a", "ip200"},
};

static bool begins_with(const char *s, const char *lower)
{
	while (*lower && text_lower(*s) == *lower) {
		s++;
		lower++;
	}
	return !*lower;
}

static bool is_hwid(const char *cn, const char *hwid)
{
	if (text_same(cn, hwid))
		return true;
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		const char *written = spellings[i].written, *meant = spellings[i].meant;
		if (!begins_with(cn, written) || !begins_with(hwid, meant))
			continue;
		const char *rest = cn + strlen(written);
		if ((!*rest || *rest == '-') && text_same(rest, hwid + strlen(meant)))
			return true;
	}
	return false;
}

/* What a hardware id ends with when it is made of a type and of the address: "30-00-af"; or NULL. */
static const char *tail_of(const char *hwid)
{
	static const char form[] = "-xx-xx-xx";
	size_t n = strlen(hwid), size = sizeof form - 1;
	if (n <= size)
		return NULL;
	const char *tail = hwid + n - size;
	for (size_t i = 0; i < size; i++) {
		if (form[i] == '-' ? tail[i] != '-' : !isxdigit((unsigned char)tail[i]))
			return NULL;
	}
	return tail + 1;
}

/* Does the serial number end with the same bytes, however it is written? */
static bool ends_with(const char *sn, const char *tail)
{
	const char *s = sn + strlen(sn), *t = tail + strlen(tail);
	while (t > tail) {
		if (*--t == '-')
			continue;
		while (s > sn && s[-1] == '-')
			s--;
		if (s == sn || text_lower(*--s) != text_lower(*t))
			return false;
	}
	return true;
}

bool trust_is_pair(const char *sn, const char *hwid)
{
	const char *tail = tail_of(hwid);
	return tail && ends_with(sn, tail);
}

bool trust_same_serial(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "-");
		b += strspn(b, "-");
		if (!*a || text_lower(*a) != text_lower(*b))
			return *a == *b;
	}
}

bool trust_is_wildcard(const struct config *c, const char *cn)
{
	return *c->customcerts_cawildcard && strcmp(cn, c->customcerts_cawildcard) == 0;
}

/* Where only the serial number is known: what a hardware id has of it. */
static bool is_hwid_of(const char *cn, const char *sn)
{
	const char *tail = tail_of(cn);
	return tail && ends_with(sn, tail);
}

/*
 * A hardware id that is not made of the serial number proves nothing of it: else a certificate with any name
 * would do for any device, with that name as hardware id.
 */
bool trust_is_name(const struct config *c, const char *cn, const char *sn, const char *hwid)
{
	sn = sn ? sn : "";
	hwid = hwid ? hwid : "";
	if (trust_is_wildcard(c, cn))
		return true;
	if (!*sn)
		return *hwid && is_hwid(cn, hwid);
	if (*hwid && tail_of(hwid) && !trust_is_pair(sn, hwid))
		return false;
	if (trust_same_serial(cn, sn) && !strchr(cn, '-'))
		return true;
	return *hwid ? tail_of(hwid) && is_hwid(cn, hwid) : is_hwid_of(cn, sn);
}

bool trust_is_hwid(const struct config *c, const struct request *r)
{
	if (!r->cert || !r->hwid)
		return false;
	const char *cn = r->cert->cn;
	return trust_is_wildcard(c, cn) || is_hwid(cn, r->hwid) ||
	       (r->sn && trust_is_pair(r->sn, r->hwid) && trust_same_serial(cn, r->sn));
}

/* ---- a request ---- */

/* What it says it is, for people. */
static const char *claim_of(struct arena *a, const struct request *r)
{
	const char *hwid = r->hwid ? req_show(a, r->hwid) : NULL;
	const char *sn = r->sn ? req_show(a, r->sn) : NULL;
	if (hwid && sn)
		return arena_concat(a, hwid, " with the serial number ", sn);
	if (hwid || sn)
		return hwid ? hwid : arena_concat(a, "the one with the serial number ", sn);
	return "no one";
}

/* CN='IP232-30-00-af', issued by 'Example CA' */
static const char *facts_of(struct arena *a, const struct cert *cert)
{
	return arena_concat(
	    a, "CN='", req_show(a, cert->cn), "', issued by '", req_show(a, cert->issuer), "'");
}

static const char *none(struct arena *a, const struct request *r)
{
	if (!r->https)
		return "no client certificate can come over HTTP";
	return arena_printf(a,
	    "no client certificate: port %ld did not ask for one; use the port for mutual TLS (times/@httpsport)",
	    r->port);
}

/* Our own CA knows for which device it made the certificate, whatever names this one says. */
static bool is_made_for_another(const struct request *r)
{
	return r->cert->sn && r->sn && !trust_same_serial(r->cert->sn, r->sn);
}

static const char *foreign(struct arena *a, const struct request *r)
{
	if (is_made_for_another(r))
		return arena_concat(a, "the device claims to be ", claim_of(a, r),
		    ", but its certificate was made here for the one with the serial number ",
		    req_show(a, r->cert->sn), ": ", facts_of(a, r->cert));
	if (r->sn && r->hwid && tail_of(r->hwid) && !trust_is_pair(r->sn, r->hwid))
		return arena_concat(a, "the device claims to be ", claim_of(a, r),
		    ", and these two are not of one device; its certificate: ",
		    facts_of(a, r->cert));
	return arena_concat(a, "the device claims to be ", claim_of(a, r),
	    ", but its certificate is for another one: ", facts_of(a, r->cert));
}

/* "2026-03-01 12:00 UTC" */
static const char *moment(struct arena *a, int64_t seconds)
{
	char text[DATE_SIZE];
	return arena_strdup(a, date_minute(seconds, text));
}

/* Why a certificate of its own does not do; NULL: it does. */
static const char *fault_of(
    struct arena *a, const struct config *c, const struct cert *cert, int64_t now)
{
	if (!trust_is_ca(c, cert->issuer))
		return "the issuer is not in customcerts/@CAname";
	if (now < cert->from)
		return arena_concat(a, "it is not valid before ", moment(a, cert->from));
	if (now > cert->until)
		return arena_concat(a, "it is not valid any more, since ", moment(a, cert->until));
	return NULL;
}

enum trust trust_of(
    struct arena *a, const struct config *c, const struct request *r, int64_t now, const char **why)
{
	if (!r->cert) {
		*why = none(a, r);
		return TRUST_NONE;
	}
	if (is_made_for_another(r) || !trust_is_name(c, r->cert->cn, r->sn, r->hwid)) {
		*why = foreign(a, r);
		return TRUST_FOREIGN;
	}
	const char *fault = fault_of(a, c, r->cert, now);
	if (fault) {
		*why = arena_concat(
		    a, "a certificate that is not trusted (", facts_of(a, r->cert), "): ", fault);
		return TRUST_UNKNOWN;
	}
	*why = arena_concat(a, "good certificate (", facts_of(a, r->cert), ")");
	return TRUST_GOOD;
}
