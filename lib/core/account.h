/* SPDX-License-Identifier: ISC */
/*
 * Who may use the administrator's pages: accounts and sessions, as records of the store (record.h: ids
 * are fixed for ever). Pure: passwords are hashed and compared in lib/guard.
 *
 * The account of the configuration (master/@user) is one, too, but stands in no store: see
 * account_of_config().
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What somebody may do; each may do what those before may. */
enum role {
	ROLE_NOBODY,        /* not signed in */
	ROLE_VIEWER,        /* looks */
	ROLE_OPERATOR,      /* acts on devices: touch, forget, requests for certificates */
	ROLE_ADMINISTRATOR, /* and on other accounts */
};
/* "viewer"; NULL for what is none. */
const char *role_name(enum role role);
/* ROLE_NOBODY: there is none of that name. */
enum role role_find(const char *name);

/* Bytes; what is longer is refused where it comes in. */
#define ACCOUNT_NAME 64
#define ACCOUNT_HASH 256
#define ACCOUNT_PASSWORD 256
#define SESSION_MOST (12L * 3600) /* seconds after which a session ends in any case */
#define SESSION_ID 64             /* hexadecimal digits: the SHA-256 of what the browser holds */

struct account {
	const char *name;      /* the key; letters, digits, "._-@+", not longer than ACCOUNT_NAME */
	const char *hash;      /* crypt(5); "": nobody can sign in with it */
	int64_t role;          /* enum role */
	int64_t made, changed; /* the account; its password */
	const char *made_by;
	const char
	    *secret;     /* not in the store: a password as it stands in the configuration; NULL */
	bool configured; /* it is that of the configuration */
	bool is_default; /* ... and its password is the one that everybody knows */
};

struct session {
	const char *id;         /* the key */
	const char *user;       /* whose it is */
	const char *credential; /* digest of what it was begun with: see account_credential() */
	int64_t made, used;     /* used: within a minute */
	const char *address;    /* where it was begun */
	const char *agent;      /* the browser, as it says */
};

bool account_is_name(const char *text, size_t size);
bool session_is_id(const char *text, size_t size);
/* Has it the form of a hash (crypt(5)) of a method that is good enough? */
bool account_is_hash(const char *text);

void account_encode(struct buf *out, const struct account *was, const struct account *now);
bool account_decode(
    struct arena *a, const char *name, const void *bytes, size_t size, struct account *out);
void session_encode(struct buf *out, const struct session *was, const struct session *now);
bool session_decode(
    struct arena *a, const char *id, const void *bytes, size_t size, struct session *out);

/*
 * master/@user with @password-hash or @password: always an administrator. False: there is none (@user is
 * empty, or neither password nor hash is set). Points into the configuration.
 */
bool account_of_config(const struct config *c, struct account *out);
/*
 * A digest of what an account is signed in with: another password, another hash or another role makes
 * another one, so sessions begun before end by themselves. 32 hexadecimal digits.
 */
const char *account_credential(struct arena *a, const struct account *account);
/*
 * Has a session not ended: by its age, by not being used for master/@idle, by another password or role of its
 * account? `c` NULL: whatever master/@idle says.
 */
bool session_is_alive(struct arena *a, const struct session *s, const struct account *account,
    const struct config *c, int64_t now);

#endif
