/* SPDX-License-Identifier: ISC */
#include "core/account.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "core/fields.h"
#include "core/issued.h"

#include <openssl/evp.h>
#include <string.h>

#define CREDENTIAL 32 /* digits */
#define AGENT 256
#define CLOCK_BACK 300             /* seconds that a session may seem to have begun in the future */
#define EVERYBODY_KNOWS "password" /* conf/default-config.xml */

static const struct fields_row account_rows[] = {
    FIELDS_ROW(account, 1, hash, ACCOUNT_HASH),
    FIELDS_ROW(account, 2, role, FIELDS_NUMBER),
    FIELDS_ROW(account, 3, made, FIELDS_NUMBER),
    FIELDS_ROW(account, 4, changed, FIELDS_NUMBER),
    FIELDS_ROW(account, 5, made_by, AUDIT_WHO),
};
static const struct fields_row session_rows[] = {
    FIELDS_ROW(session, 1, user, ACCOUNT_NAME),
    FIELDS_ROW(session, 2, credential, CREDENTIAL),
    FIELDS_ROW(session, 3, made, FIELDS_NUMBER),
    FIELDS_ROW(session, 4, used, FIELDS_NUMBER),
    FIELDS_ROW(session, 5, address, LIMIT_IP),
    FIELDS_ROW(session, 6, agent, AGENT),
};
#define ACCOUNT account_rows, sizeof account_rows / sizeof *account_rows
#define SESSION session_rows, sizeof session_rows / sizeof *session_rows

/* ---- roles ---- */

static const char *const roles[] = {
    [ROLE_VIEWER] = "viewer",
    [ROLE_OPERATOR] = "operator",
    [ROLE_ADMINISTRATOR] = "administrator",
};
#define ROLES (sizeof roles / sizeof *roles)

const char *role_name(enum role role)
{
	return (size_t)role < ROLES ? roles[role] : NULL;
}

enum role role_find(const char *name)
{
	for (size_t i = ROLE_VIEWER; i < ROLES; i++) {
		if (strcmp(roles[i], name) == 0)
			return (enum role)i;
	}
	return ROLE_NOBODY;
}

/* ---- names ---- */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

bool account_is_name(const char *text, size_t size)
{
	return size <= ACCOUNT_NAME && text_is_of(text, size, LETTERS DIGITS "._-@+");
}

bool session_is_id(const char *text, size_t size)
{
	return size == SESSION_ID && text_is_of(text, size, DIGITS "abcdef");
}

bool account_is_hash(const char *text)
{
	static const char *const methods[] = {"$y$", "$gy$", "$7$", "$2b$", "$2y$", "$6$"};
	size_t size = strlen(text), i = 0;
	while (i < sizeof methods / sizeof *methods && !text_starts(text, methods[i]))
		i++;
	/* Setting, salt and digest; the shortest has 43 letters of digest. */
	return i < sizeof methods / sizeof *methods && size >= 48 && size <= ACCOUNT_HASH &&
	       text_is_plain(text, size) && !strpbrk(text, " !*:;\\");
}

/* ---- records ---- */

void account_encode(struct buf *out, const struct account *was, const struct account *now)
{
	fields_encode(out, ACCOUNT, was, now);
}

bool account_decode(
    struct arena *a, const char *name, const void *bytes, size_t size, struct account *out)
{
	*out = (struct account){.name = arena_strdup(a, name)};
	bool whole = fields_decode(a, ACCOUNT, bytes, size, out);
	if (out->role < ROLE_NOBODY || out->role > ROLE_ADMINISTRATOR)
		out->role = ROLE_NOBODY; /* one of a newer version: it may do nothing here */
	return whole;
}

void session_encode(struct buf *out, const struct session *was, const struct session *now)
{
	fields_encode(out, SESSION, was, now);
}

bool session_decode(
    struct arena *a, const char *id, const void *bytes, size_t size, struct session *out)
{
	*out = (struct session){.id = arena_strdup(a, id)};
	return fields_decode(a, SESSION, bytes, size, out);
}

/* ---- the account of the configuration, and what one is signed in with ---- */

static bool is_configured(const struct config *c)
{
	size_t size = strlen(c->master_user);
	/* Sessions are of a user, so the whole name must fit into one. */
	return size && size <= ACCOUNT_NAME && text_is_utf8(c->master_user, size) &&
	       (*c->master_password || *c->master_password_hash);
}

bool account_of_config(const struct config *c, struct account *out)
{
	bool hashed = *c->master_password_hash;
	if (!is_configured(c))
		return false;
	*out = (struct account){
	    .name = c->master_user,
	    .hash = c->master_password_hash,
	    .role = ROLE_ADMINISTRATOR,
	    .made_by = "",
	    .secret = hashed ? NULL : c->master_password,
	    .configured = true,
	    .is_default = !hashed && strcmp(c->master_password, EVERYBODY_KNOWS) == 0,
	};
	return true;
}

const char *account_credential(struct arena *a, const struct account *account)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char digits[CREDENTIAL + 1];
	/* Only the last one may have a line feed in it; of what kind that is stands before it. */
	const char *text = arena_printf(a, "%s\n%lld\n%s\n%s", account->name,
	    (long long)account->role, account->secret ? "secret" : "hash",
	    account->secret ? account->secret : account->hash);
	if (EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL) != 1)
		log_panic("account", "OpenSSL offers no SHA-256");
	hex_encode(digits, digest, CREDENTIAL / 2);
	return arena_strdup(a, digits);
}

bool session_is_alive(struct arena *a, const struct session *s, const struct account *account,
    const struct config *c, int64_t now)
{
	int64_t idle = c ? (int64_t)c->master_idle * 60 : SESSION_MOST;
	return s->made <= now + CLOCK_BACK && now - s->made < SESSION_MOST &&
	       now - s->used < idle && account->role > ROLE_NOBODY &&
	       strcmp(s->user, account->name) == 0 &&
	       strcmp(s->credential, account_credential(a, account)) == 0;
}
