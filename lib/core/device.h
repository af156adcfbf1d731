/* SPDX-License-Identifier: ISC */
/*
 * What we know of a device: one table of fields (spec §11, `device`, `firmware`, `bootcode`).
 *
 * When it was last seen stands beside it (`seen`, `polls`): that changes with every poll, the fields
 * below rarely do.
 *
 * F(id, type, name, shown, help)
 *   id     of the field in a record (record.h), fixed for ever
 *   type   TEXT (never NULL; "" when nothing is known) or NUMBER (0 when nothing is known)
 *   name   in struct device
 *   shown  what it is called wherever somebody sees it: `rollcall devices --json`, --csv, --sort
 * Times are seconds since 1970. A number that is 0 and a text that is "" are not known.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define DEVICE_FIELDS(F) \
	F(1, NUMBER, created, created, "when it was first heard of") \
	F(2, TEXT, type, type, "the model, as it says") \
	F(3, TEXT, hwid, hwid, "hardware id") \
	F(4, TEXT, realip, realip, "its own address, as it says (ip=#i)") \
	F(5, TEXT, ip, ip, "the address it calls from") \
	F(6, TEXT, proxy, proxy, "the trusted proxy it calls through; empty without one") \
	F(7, TEXT, phase, phase, "the phase it is in") \
	F(8, TEXT, nextphase, nextphase, "the phase that its last poll handed it on to; empty: none") \
	F(9, TEXT, classes, classes, "its classes, joined by ', '") \
	F(10, TEXT, environments, environments, "its environments, joined by ', '") \
	F(11, TEXT, prot, firmware, "the firmware build it runs (PROT)") \
	F(12, TEXT, boot, boot, "the boot code build it runs (BOOT)") \
	F(13, TEXT, firmware, firmware_requested, "the firmware build it was last told to load") \
	F(14, NUMBER, firmware_at, firmware_requested_at, "when it was first told to load that one") \
	F(15, TEXT, bootcode, boot_requested, "the boot code build it was last told to load") \
	F(16, NUMBER, bootcode_at, boot_requested_at, "when it was first told to load that one") \
	F(17, TEXT, certstat, certstat, "what was last decided about its certificates") \
	F(18, TEXT, backup, backup, "the file name of its newest configuration backup") \
	F(19, NUMBER, backup_at, backup_at, "when that was stored") \
	F(20, TEXT, name, name, "the device name, from its answer to the query admin") \
	F(21, NUMBER, skip, skip, "1: its next poll is sent queries only (skip-next, spec §8)") \
	F(22, NUMBER, settled, settled, "when it last became settled (last phase, nothing to do); 0: it is not") \
	F(23, NUMBER, https, https, "1: its last poll came over HTTPS") \
	F(24, NUMBER, cert_at, cert_answered, "when it last answered the query certificates") \
	F(25, TEXT, cert_subject, cert_subject, "the common name in its certificate, as it says") \
	F(26, TEXT, cert_issuer, cert_issuer, "who issued its certificates, as it says; a tab between several") \
	F(27, NUMBER, cert_from, cert_from, "since when all of its certificates are valid") \
	F(28, NUMBER, cert_until, cert_until, "until when all of its certificates are valid") \
	F(29, TEXT, cert_says, cert_says, "what else it says of certificates, words of: none undated request busy error") \
	F(30, NUMBER, cert_lapsed, cert_lapsed, "when its certificate was first found expired; 0: it is not") \
	F(31, NUMBER, cert_asked, cert_asked, "when it was told to send its signing request; 0: it has sent it") \
	F(32, NUMBER, cert_request, cert_request, "when its signing request arrived; 0: there is none here") \
	F(33, TEXT, cert_digest, cert_digest, "SHA-256 of that request, hexadecimal") \
	F(34, TEXT, cert_origin, cert_origin, "the address that sent that request, and how") \
	F(35, TEXT, cert_auto, cert_auto, "why that request may be signed without an administrator; empty: it may not") \
	F(36, NUMBER, cert_sent, cert_sent, "when it was last sent a signed certificate") \
	F(37, NUMBER, cert_clear, cert_clear, "1: its next poll removes what it holds of requests and errors") \
	F(38, TEXT, rdns, rdns, "the DNS name of its own address") \
	F(39, TEXT, rdns_of, rdns_of, "the address whose DNS name was looked up") \
	F(40, TEXT, tls_issuer, tls_issuer, "who issued the certificate that it last proved itself with") \
	F(41, NUMBER, tls_until, tls_until, "until when that one is valid") \
	F(42, NUMBER, cert_proved, cert_proved, "1: its last answer about certificates came with a trusted certificate") \
	F(43, TEXT, cert_serial, cert_serial, "the serial number of the last certificate that our own CA made for it") \
	F(44, NUMBER, cert_revoked, cert_revoked, "when that one was revoked; 0: it was not, or it was sent another one") \
	F(45, NUMBER, rdns_asked, rdns_asked, "since when it waits for the DNS name of its own address; 0: it does not") \
	F(46, TEXT, asked, asked, "the URL of its last poll, as it asked for it; empty when it is too long to be kept") \
	F(47, NUMBER, cert_signed, cert_signed, "when its signing request was signed; 0: there is none, or it was not")
/* clang-format on */

#define DEVICE_TYPE_TEXT const char *
#define DEVICE_TYPE_NUMBER int64_t

struct device {
	const char *sn;
#define DEVICE_MEMBER(id, type, name, shown, help) DEVICE_TYPE_##type name;
	DEVICE_FIELDS(DEVICE_MEMBER)
#undef DEVICE_MEMBER
	int64_t seen;  /* its last poll; 0: never (it only sent something) */
	int64_t polls; /* since it is known */
};

enum device_type { DEVICE_TEXT, DEVICE_NUMBER };

struct device_field {
	unsigned id; /* 0: it is no field of the record */
	enum device_type type;
	const char *name, *shown, *help;
	size_t offset; /* in struct device; read it with the functions below */
};
extern const struct device_field device_fields[];
extern const size_t device_nfields;
/* What stands beside the table. */
extern const struct device_field device_sn, device_seen, device_polls;

/* Where a field stands in the table: device_fields[DEVICE_AT_hwid]. */
enum device_at {
#define DEVICE_AT(id, type, name, shown, help) DEVICE_AT_##name,
	DEVICE_FIELDS(DEVICE_AT)
#undef DEVICE_AT
};

/* The value of a field; of the type that it has. */
const char *device_text(const struct device *d, const struct device_field *f);
int64_t device_number(const struct device *d, const struct device_field *f);
void device_set_text(struct device *d, const struct device_field *f, const char *text);
void device_set_number(struct device *d, const struct device_field *f, int64_t number);
/* Is anything known there? */
bool device_has(const struct device *d, const struct device_field *f);

/*
 * Which of two devices comes first in a list that is sorted by a field (NULL: by serial number): below 0, above
 * 0; 0 only for one and the same. Texts as text_collate() has them. Those of which it is not known come last,
 * also in reverse; equal ones stand by serial number.
 */
int device_compare(
    const struct device *a, const struct device *b, const struct device_field *f, bool reverse);

/* A device of which nothing is known. */
void device_init(struct device *d, const char *sn);
/*
 * Reads a record; texts are copied into the arena. False: the bytes are no record; `d` is as
 * device_init() leaves it.
 */
bool device_decode(
    struct arena *a, const char *sn, const void *bytes, size_t size, struct device *d);
/* Adds the fields in which `now` differs from `was`; `was` NULL: all that are not empty. */
void device_encode(struct buf *out, const struct device *was, const struct device *now);
/* Is it missing: not seen for more than `limit` seconds (status/@missing)? */
bool device_is_missing(const struct device *d, int64_t now, int64_t limit);

#endif
