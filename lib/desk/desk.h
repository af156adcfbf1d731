/* SPDX-License-Identifier: ISC */
/*
 * What an administrator does, whether on the command line or on a page: one home for each act, its checks,
 * its change in the store and its entry in the audit. Nothing here prints; what fails says why in `e`.
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"
#include "core/device.h"
#include "core/order.h"
#include "home/home.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who does something, and with what. */
struct desk {
	const struct home *home;
	const struct config *config; /* of that home */
	const char
	    *who; /* for the audit: "root on the command line", "anna (operator) from 192.0.2.7" */
	int64_t now;
	/*
	 * Open for reading, without a snapshot; NULL: an act opens it for as long as it needs it. Only in a process
	 * of a server that runs, or for acts that do not change the store themselves: see desk_apply().
	 */
	struct store *store;
};

/* ---- the store (changes.c) ---- */

/* The store of a home, for reading. NULL: `e` says why, and what to do. Close with store_close(). */
struct store *desk_store(const struct home *h, struct err *e);
/*
 * Applies a list (core/change.h): by the writer of the server that runs with this home; when none runs,
 * right in the store, which nobody may have open in this process then. After true it is on disk; after
 * false it may not be (proc/post.h).
 */
bool desk_apply(const struct home *h, const struct buf *list, struct err *e);

/* ---- devices (devices.c) ---- */

/*
 * The device of this serial number, with `seen` and what it says of its certificates; in a snapshot of its
 * own, in the arena. NULL: there is none, or `e` says what is wrong.
 */
const struct device *desk_device(struct store *s, struct arena *a, const char *sn, struct err *e);
/*
 * What a device says of its certificates, from its answer where that is older than what is taken from them
 * (it was imported). Within a snapshot; in the arena.
 */
void desk_take_answer(struct store *s, struct arena *a, struct device *d);

/*
 * They count as seen now. Each is in the audit. Those that are not known are passed over. False: `e` says how
 * far it went.
 */
bool desk_touch(const struct desk *k, const char *const *sns, size_t count, struct err *e);
/*
 * All that is known of them goes, and the files of their requests. Backups stay. On a full disk it is done
 * without an entry in the audit, because forgetting is what makes room: then `e` says so, although true
 * comes back.
 */
bool desk_forget(const struct desk *k, const char *const *sns, size_t count, struct err *e);
/*
 * Removes one backup of a device: `file` is its name in the folder of `hwid`. When that was the newest one of
 * a device that is known, it has the one before from then on.
 */
bool desk_backup_drop(
    const struct desk *k, const char *sn, const char *hwid, const char *file, struct err *e);

/* ---- signing requests (csr_acts.c); csr_case.h shows them ---- */

/* The serial number may also be that of a device that is not known any more, but has files there. */

/*
 * Takes the certificate (PEM or DER, `size` bytes) that a CA elsewhere made of the request of a device. False:
 * it is none for this very key, not of a trusted CA, … `said`: warnings, a line each.
 */
bool desk_csr_import(const struct desk *k, const char *sn, const void *bytes, size_t size,
    struct buf *said, struct err *e);
/* The same, with the name of the file for what is said; `left_out` are the certificates behind the first one. */
struct desk_file {
	const char *name;
	const void *bytes;
	size_t size, left_out;
};
bool desk_csr_take(
    const struct desk *k, const char *sn, struct desk_file *file, struct buf *said, struct err *e);
/*
 * Has it signed by our own CA. `digest`: of the request that was looked at, or the beginning of it ("": the one
 * that is there now). `said`: what the signer says.
 */
bool desk_csr_approve(const struct desk *k, const char *sn, const char *digest, const char *why,
    struct buf *said, struct err *e);
/* Can anything be signed here at all? */
bool desk_csr_can_approve(const struct desk *k, struct err *e);
/*
 * Drops the request of a device and what became of it, here and, with its next poll, on the device; also an
 * error that stops it.
 */
bool desk_csr_drop(const struct desk *k, const char *sn, struct err *e);
/*
 * Asks the signer of the running server (fcgi/signer.h), and waits until it is done; fills in `who`. `said`:
 * NULL, or what the signer tells of it is added there.
 */
bool desk_sign(const struct desk *k, struct order *order, struct buf *said, struct err *e);

/* An entry of the audit that stands alone. `sn` "": about no device. */
bool desk_did(
    const struct desk *k, const char *sn, const char *what, const char *text, struct err *e);

#endif
