/* SPDX-License-Identifier: ISC */
/*
 * What was loaded from the files (trusted.h) is replaced as a whole, and what was found out by it (struct
 * known) is forgotten then: a certificate that was verified counts as such until a file changes, or until it
 * or its CA is not valid any more. Only what was found good is kept. To verify one takes 0.3 ms with an
 * RSA-2048 CA and 0.4 ms with a P-256 one, of which 0.25 ms go into taking its key apart; to know it, 2 µs.
 */
#include "guard/client.h"

#include "base/date.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "guard/trusted.h"
#include "guard/x509.h"

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define CRL_FILES 4
#define KNOWN 4096 /* certificates that are remembered: some 800 KB when all are */
#define LOOK_MS 1000

/* A certificate that was found good. */
struct known {
	unsigned char key[SHA256_DIGEST_LENGTH]; /* of its PEM */
	time_t from, until;                      /* all of its chain is valid from, and before */
	char *texts; /* cn, issuer, serial, each with its NUL; NULL: nothing */
	int64_t cert_from, cert_until;
};

struct client_trust {
	char *cas, *crls[CRL_FILES + 1];
	struct stamp stamps[1 + CRL_FILES];
	long long looked; /* when, by the clock of client_trust_refresh() */
	struct trusted *now;
	struct known known[KNOWN];
};

/* ---- what is known ---- */

static void known_forget(struct client_trust *t)
{
	for (size_t i = 0; i < KNOWN; i++) {
		free(t->known[i].texts);
		t->known[i].texts = NULL;
	}
}

static struct known *known_at(struct client_trust *t, const unsigned char *key)
{
	return &t->known[(key[0] << 8 | key[1]) % KNOWN];
}

static bool known_find(
    struct client_trust *t, struct arena *a, const unsigned char *key, time_t now, struct cert *out)
{
	const struct known *k = known_at(t, key);
	if (!k->texts || memcmp(k->key, key, sizeof k->key) != 0 || now < k->from ||
	    now >= k->until)
		return false;
	const char *issuer = k->texts + strlen(k->texts) + 1;
	*out = (struct cert){.cn = arena_strdup(a, k->texts),
	    .issuer = arena_strdup(a, issuer),
	    .serial = arena_strdup(a, issuer + strlen(issuer) + 1),
	    .from = k->cert_from,
	    .until = k->cert_until};
	return true;
}

static void known_keep(struct client_trust *t, const unsigned char *key, const struct cert *c,
    time_t from, time_t until)
{
	struct known *k = known_at(t, key);
	const char *const parts[] = {c->cn, c->issuer, c->serial};
	free(k->texts);
	char *at = k->texts = mem_alloc(strlen(c->cn) + strlen(c->issuer) + strlen(c->serial) + 3);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		at = stpcpy(at, parts[i]) + 1;
	memcpy(k->key, key, sizeof k->key);
	k->from = from;
	k->until = until;
	k->cert_from = c->from;
	k->cert_until = c->until;
}

/* ---- files that change ---- */

/* Has a file changed since the last look? To be asked before they are read. */
static bool look(struct client_trust *t)
{
	bool changed = false;
	for (size_t i = 0; i == 0 || t->crls[i - 1]; i++) {
		struct stamp now = stamp_at(i ? t->crls[i - 1] : t->cas);
		changed = changed || !stamp_same(&now, &t->stamps[i]);
		t->stamps[i] = now;
	}
	return changed;
}

struct client_trust *client_trust_load(const char *cas, const char *const *crls, struct err *e)
{
	struct client_trust *t = mem_alloc(sizeof *t);
	t->cas = mem_strdup(cas);
	for (size_t i = 0; i < CRL_FILES && crls[i]; i++)
		t->crls[i] = mem_strdup(crls[i]);
	look(t);
	t->now = trusted_load(t->cas, t->crls, e);
	if (t->now)
		return t;
	client_trust_free(t);
	return NULL;
}

void client_trust_free(struct client_trust *t)
{
	if (!t)
		return;
	trusted_free(t->now);
	known_forget(t);
	free(t->cas);
	for (size_t i = 0; i < CRL_FILES; i++)
		free(t->crls[i]);
	free(t);
}

bool client_trust_refresh(struct client_trust *t, long long now_ms, struct err *e)
{
	if (now_ms - t->looked < LOOK_MS && now_ms >= t->looked)
		return true;
	t->looked = now_ms;
	if (!look(t))
		return true;
	struct trusted *fresh = trusted_load(t->cas, t->crls, e);
	if (!fresh)
		return false;
	trusted_free(t->now);
	t->now = fresh;
	known_forget(t);
	return true;
}

/* ---- verifying ---- */

/* What to say of an error of OpenSSL; of the certificate itself, and of a CA above it. */
struct reason {
	int error;
	const char *text, *date; /* `date`: 'until' or 'from' follows the text */
};

static const char until[] = "until", from[] = "from";

static const struct reason reasons[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, "has expired on ", until},
    {X509_V_ERR_CERT_NOT_YET_VALID, "is not valid before ", from},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, "has a wrong signature", NULL},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, "has a wrong signature", NULL},
    {X509_V_ERR_INVALID_PURPOSE, "is not for TLS clients", NULL},
    {X509_V_ERR_INVALID_CA, "is not that of a CA", NULL},
    {X509_V_ERR_EE_KEY_TOO_SMALL, "has a key that is too weak (RSA below 2048)", NULL},
    {X509_V_ERR_CA_KEY_TOO_SMALL, "has a key that is too weak (RSA below 2048)", NULL},
    {X509_V_ERR_CA_MD_TOO_WEAK, "is signed with a digest that is too weak (SHA-1, MD5)", NULL},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, "has a critical extension that is not known", NULL},
};

static const char *show_day(struct arena *a, time_t time)
{
	char text[DATE_SIZE];
	return arena_strdup(a, date_day(time, text));
}

static bool is_self_signed(X509 *cert)
{
	return X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
}

static bool say_no_chain(const struct client_trust *t, struct arena *a, X509 *cert, struct err *e)
{
	if (is_self_signed(cert))
		return err_set(e, "it is signed by itself, not by a CA of %s", t->cas);
	return err_set(e,
	    "no chain leads from its issuer \"%s\" to a CA in %s; if an intermediate CA issued it, "
	    "that one must stand in the file, too",
	    x509_show_cn(a, X509_get_issuer_name(cert)), t->cas);
}

static bool say_reason(
    const struct reason *r, struct arena *a, X509 *cert, int depth, struct err *e)
{
	struct cert facts;
	x509_show_facts(a, cert, &facts);
	const char *date = r->date ? show_day(a, r->date == until ? facts.until : facts.from) : "";
	if (depth == 0)
		return err_set(e, "it %s%s", r->text, date);
	return err_set(e, "its CA \"%s\" %s%s", facts.cn, r->text, date);
}

/* Says in words what OpenSSL found. */
static bool say_why(
    const struct client_trust *t, struct arena *a, X509_STORE_CTX *context, struct err *e)
{
	int error = X509_STORE_CTX_get_error(context);
	int depth = X509_STORE_CTX_get_error_depth(context);
	X509 *cert = X509_STORE_CTX_get_current_cert(context);
	for (size_t i = 0; cert && i < sizeof reasons / sizeof *reasons; i++) {
		if (reasons[i].error == error)
			return say_reason(&reasons[i], a, cert, depth, e);
	}
	if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	    error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	    error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	    error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
		return say_no_chain(t, a, X509_STORE_CTX_get0_cert(context), e);
	return err_set(e, "it cannot be verified: %s", X509_verify_cert_error_string(error));
}

static bool check_revoked(
    const struct trusted *t, struct arena *a, const STACK_OF(X509) * chain, struct err *e)
{
	for (int i = 0; i < sk_X509_num(chain); i++) {
		X509 *cert = sk_X509_value(chain, i);
		const X509_REVOKED *found = trusted_revoked(t, cert);
		int64_t when;
		if (!found)
			continue;
		x509_time(X509_REVOKED_get0_revocationDate(found), &when);
		const char *day = show_day(a, when);
		if (i == 0)
			return err_set(e, "it was revoked on %s", day);
		return err_set(e, "its CA \"%s\" was revoked on %s",
		    x509_show_cn(a, X509_get_subject_name(cert)), day);
	}
	return true;
}

/* When is all of the chain valid? */
static void chain_window(
    struct arena *a, const STACK_OF(X509) * chain, time_t *chain_from, time_t *chain_until)
{
	for (int i = 0; i < sk_X509_num(chain); i++) {
		struct cert c;
		x509_show_facts(a, sk_X509_value(chain, i), &c);
		if (i == 0 || c.from > *chain_from)
			*chain_from = c.from;
		if (i == 0 || c.until < *chain_until)
			*chain_until = c.until;
	}
}

/* The chain, what it allows, and when; then the facts. */
static bool verify(struct client_trust *t, struct arena *a, X509 *cert, time_t now,
    const unsigned char *key, struct cert *out, struct err *e)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool ok = context && X509_STORE_CTX_init(context, t->now->store, cert, NULL) == 1;
	if (!ok)
		err_set(e, "OpenSSL verifies nothing");
	if (ok) {
		X509_STORE_CTX_set_time(context, 0, now);
		ok = X509_verify_cert(context) == 1 || say_why(t, a, context, e);
	}
	const STACK_OF(X509) *chain = ok ? X509_STORE_CTX_get0_chain(context) : NULL;
	ok = ok && check_revoked(t->now, a, chain, e) && x509_facts(a, cert, out, e);
	if (ok) {
		time_t valid_from = 0, valid_until = 0;
		chain_window(a, chain, &valid_from, &valid_until);
		known_keep(t, key, out, valid_from, valid_until);
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return ok;
}

bool client_verify(struct client_trust *t, struct arena *a, const char *pem, time_t now,
    struct cert *out, struct err *e)
{
	X509 *all[X509_CHAIN];
	unsigned char key[SHA256_DIGEST_LENGTH];
	size_t size = strnlen(pem, X509_MOST + 1);
	if (size > X509_MOST)
		return err_set(e, "it is longer than %d bytes", X509_MOST);
	SHA256((const unsigned char *)pem, size, key);
	if (known_find(t, a, key, now, out))
		return true;
	size_t count = x509_read(pem, size, all, e);
	bool ok = count > 1 ? err_set(e, "it is %zu certificates, not one", count) : count == 1;
	ok = ok && verify(t, a, all[0], now, key, out, e);
	while (count)
		X509_free(all[--count]);
	return ok;
}

/* ---- for lists ---- */

size_t client_trust_count(const struct client_trust *t)
{
	return t->now->ncas;
}

void client_trust_ca(const struct client_trust *t, struct arena *a, size_t i, struct cert *out)
{
	x509_show_facts(a, t->now->cas[i], out);
}
