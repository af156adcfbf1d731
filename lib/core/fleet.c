/* SPDX-License-Identifier: ISC */
/*
 * Asked for every device of a fleet: nothing is allocated here. What a device belongs to stands in its record,
 * as it was at its last poll.
 */
#include "core/fleet.h"

#include "core/build.h"
#include "core/cert_answer.h"
#include "core/certs.h"
#include "core/trust.h"

#include <string.h>

/* ---- names ---- */

const char *fleet_presence_name(enum fleet_presence p)
{
	static const char *const names[FLEET_PRESENCES] = {
	    [FLEET_PRESENT] = "present",
	    [FLEET_MISSING] = "missing",
	};
	return names[p];
}

const char *fleet_build_name(enum fleet_build b)
{
	static const char *const names[FLEET_BUILDS] = {
	    [FLEET_BUILD_CURRENT] = "current",
	    [FLEET_BUILD_LOADING] = "loading",
	    [FLEET_BUILD_OTHER] = "other",
	    [FLEET_BUILD_UNKNOWN] = "unknown",
	    [FLEET_BUILD_UNWANTED] = "unwanted",
	};
	return names[b];
}

const char *fleet_cert_name(enum fleet_cert c)
{
	static const char *const names[FLEET_CERTS] = {
	    [FLEET_CERT_OFF] = "off",
	    [FLEET_CERT_ERROR] = "error",
	    [FLEET_CERT_REVOKED] = "revoked",
	    [FLEET_CERT_APPROVAL] = "approval",
	    [FLEET_CERT_SIGNED] = "signed",
	    [FLEET_CERT_EXPIRED] = "expired",
	    [FLEET_CERT_ASKED] = "asked",
	    [FLEET_CERT_EXPIRING] = "expiring",
	    [FLEET_CERT_STRANGER] = "stranger",
	    [FLEET_CERT_NONE] = "none",
	    [FLEET_CERT_UNKNOWN] = "unknown",
	    [FLEET_CERT_FINE] = "fine",
	};
	return names[c];
}

/* ---- is it there, and has it settled ---- */

enum fleet_presence fleet_presence(const struct fleet_judge *j, const struct device *d)
{
	return device_is_missing(d, j->now, j->config->status_missing) ? FLEET_MISSING
								       : FLEET_PRESENT;
}

bool fleet_settled(const struct device *d)
{
	return d->settled != 0;
}

/* ---- firmware and boot code ---- */

/* Is it one of those in "phone, ip222"? */
static bool is_among(const char *list, const char *name)
{
	size_t size = strlen(name);
	for (;;) {
		size_t n = strcspn(list, ",");
		if (n == size && memcmp(list, name, size) == 0)
			return true;
		if (!list[n])
			return false;
		list += n + 1 + strspn(list + n + 1, " ");
	}
}

static bool applies(const void *context, const struct conf_applies *one)
{
	const struct device *d = context;
	return strcmp(one->text, "*") == 0 ||
	       is_among(one->env ? d->environments : d->classes, one->text);
}

static const char *wanted(const struct fleet_judge *j, const struct device *d, enum build_kind kind)
{
	const struct build_who who = {d->type, applies, d};
	return build_for(j->config, j->master, &who, kind).number;
}

const char *fleet_wanted_firmware(const struct fleet_judge *j, const struct device *d)
{
	return wanted(j, d, BUILD_FIRMWARE);
}

const char *fleet_wanted_bootcode(const struct fleet_judge *j, const struct device *d)
{
	return wanted(j, d, BUILD_BOOTCODE);
}

/* `told`: the build that it was last told to load. */
static enum fleet_build judge_build(const char *is_wanted, const char *runs, const char *told)
{
	if (!*is_wanted)
		return FLEET_BUILD_UNWANTED;
	if (strcmp(runs, is_wanted) == 0)
		return FLEET_BUILD_CURRENT;
	if (strcmp(told, is_wanted) == 0)
		return FLEET_BUILD_LOADING;
	return *runs ? FLEET_BUILD_OTHER : FLEET_BUILD_UNKNOWN;
}

enum fleet_build fleet_firmware(const struct fleet_judge *j, const struct device *d)
{
	return judge_build(fleet_wanted_firmware(j, d), d->prot, d->firmware);
}

enum fleet_build fleet_bootcode(const struct fleet_judge *j, const struct device *d)
{
	return judge_build(fleet_wanted_bootcode(j, d), d->boot, d->bootcode);
}

/* ---- certificates ---- */

static bool has_none(const struct device *d)
{
	return d->cert_at && cert_answer_says(d, CERT_SAYS_NONE);
}

int64_t fleet_cert_until(const struct fleet_judge *j, const struct device *d)
{
	return has_none(d) ? 0 : certs_end(d, j->now);
}

/* Of its signing request, while that is here. A file that somebody put there is known once it was sent. */
static bool is_signed(const struct device *d)
{
	return d->cert_signed || d->cert_sent >= d->cert_request;
}

static bool is_asked(const struct device *d)
{
	return d->cert_asked || cert_answer_says(d, CERT_SAYS_REQUEST) ||
	       cert_answer_says(d, CERT_SAYS_BUSY);
}

/* One of those with tabs between is not that of a CA in customcerts/@CAname. */
static bool has_stranger(const struct config *c, const char *issuers)
{
	char name[LIMIT_CERT_NAMES + 1];
	while (*issuers) {
		size_t n = strcspn(issuers, "\t"), size = n < sizeof name ? n : sizeof name - 1;
		memcpy(name, issuers, size);
		name[size] = '\0';
		if (!trust_is_ca(c, name))
			return true;
		issuers += n + (issuers[n] != '\0');
	}
	return false;
}

static bool is_stranger(const struct config *c, const struct device *d)
{
	return has_stranger(c, d->cert_at ? d->cert_issuer : d->tls_issuer);
}

/* What follows from the certificate alone. */
static enum fleet_cert judge_cert(const struct fleet_judge *j, const struct device *d)
{
	int64_t until = fleet_cert_until(j, d);
	if (until && until <= j->now)
		return FLEET_CERT_EXPIRED;
	if (is_asked(d))
		return FLEET_CERT_ASKED;
	if (until && until - j->now < certs_renewal(j->config))
		return FLEET_CERT_EXPIRING;
	if (!has_none(d) && is_stranger(j->config, d))
		return FLEET_CERT_STRANGER;
	if (has_none(d))
		return FLEET_CERT_NONE;
	if (!until || cert_answer_says(d, CERT_SAYS_UNDATED))
		return FLEET_CERT_UNKNOWN;
	return FLEET_CERT_FINE;
}

enum fleet_cert fleet_cert(const struct fleet_judge *j, const struct device *d)
{
	if (!*j->config->customcerts_dir || !*j->config->status_dir)
		return FLEET_CERT_OFF;
	if (cert_answer_says(d, CERT_SAYS_ERROR))
		return FLEET_CERT_ERROR;
	if (d->cert_revoked)
		return FLEET_CERT_REVOKED;
	if (d->cert_request)
		return is_signed(d) ? FLEET_CERT_SIGNED : FLEET_CERT_APPROVAL;
	return judge_cert(j, d);
}
