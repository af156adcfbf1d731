/* SPDX-License-Identifier: ISC */
/*
 * Accounts for the administrator's pages: listed, made, changed, dropped. Passwords come in as they were
 * typed, and only their hash goes further; no message and no entry of the audit holds one.
 */
#ifndef DESK_ACCOUNTS_H
#define DESK_ACCOUNTS_H

#include "core/account.h"
#include "desk/desk.h"

#include <stdbool.h>
#include <stddef.h>

struct account_row {
	struct account account;
	bool
	    shadowed; /* one of the store that has the name of that of the configuration: it does not count */
	size_t sessions; /* that have not ended */
};

/*
 * That of the configuration first, then by name; in the arena. What a store that was not made yet holds is
 * nothing. False: `e` says why it cannot be read.
 */
bool desk_accounts(
    const struct desk *k, struct arena *a, struct account_row **list, size_t *count, struct err *e);

enum desk_account_outcome {
	DESK_ACCOUNT_DONE,
	DESK_ACCOUNT_WRONG,  /* the name, or the password, is not as it should be */
	DESK_ACCOUNT_EXISTS, /* it shall be made, and is there */
	DESK_ACCOUNT_NONE,   /* there is none of that name */
	DESK_ACCOUNT_LAST,   /* nobody else could change accounts any more */
	DESK_ACCOUNT_FAILED, /* the store */
};

struct desk_account {
	const char *name;
	enum role role;       /* ROLE_NOBODY: as it was; of a new one: viewer */
	const char *password; /* NULL: as it was */
	bool make;            /* it must not be there; else it must */
};

/*
 * Makes an account, or changes one: all its sessions end with that. What it changes nothing of is done. `*is`, when
 * it is not NULL, is the account afterwards. `e` says what is wrong.
 */
enum desk_account_outcome desk_account_save(const struct desk *k, struct arena *a,
    const struct desk_account *order, struct account *is, struct err *e);
enum desk_account_outcome desk_account_drop(
    const struct desk *k, struct arena *a, const char *name, struct err *e);

#endif
