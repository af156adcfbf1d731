/* SPDX-License-Identifier: ISC */
/*
 * The parts of the decision, for plan.c and plan_*.c only. One file per concern; each adds steps to
 * the plan and says by its result whether the reply goes on (true) or ends here (false).
 */
#ifndef CORE_PLAN_PARTS_H
#define CORE_PLAN_PARTS_H

#include "core/plan.h"

#define PLAN_PRINTF(n) __attribute__((format(printf, (n), (n) + 1)))

/* What was considered, found or left out. */
void plan_note(struct plan *p, enum concern concern, const char *format, ...) PLAN_PRINTF(3);
/* The same with a text that is ready. */
void plan_say(struct plan *p, enum concern concern, const char *text);
/* The same, and for the log. */
void plan_warn(struct plan *p, enum concern concern, const char *format, ...) PLAN_PRINTF(3);
/* A command; `reason` may be NULL where the step before it says why. */
void plan_command(struct plan *p, enum concern concern, const char *reason, const char *format, ...)
    PLAN_PRINTF(4);
void plan_snippet(struct plan *p, const struct snippet *s, const char *reason);
/* A NUMBER as text; NULL when it is not set. */
const char *plan_decimal(struct plan *p, long value);

/* plan_files.c: the candidates (§5), in order, and those that exist. */
struct plan_files {
	const struct snippet **found;
	size_t count;
	time_t youngest; /* mtime; 0 when there is none */
	const char *youngest_name;
};
void plan_files(struct plan *p, const struct plan_input *in, struct plan_files *files);
bool plan_grace(struct plan *p, const struct plan_input *in, const struct plan_files *files);

/* plan_certs.c: §8 */
struct plan_certs_step;
/* Step 5 of §6: what is to be done at step 9. False: the reply ends here. */
bool plan_certificates(
    struct plan *p, const struct plan_input *in, const struct plan_certs_step **then);
/* Step 9: the commands, and what follows them. False: the reply ends here. */
bool plan_certificate_commands(
    struct plan *p, const struct plan_input *in, const struct plan_certs_step *then);

/* plan_firmware.c: §7 */
bool plan_firmware(struct plan *p, const struct plan_input *in);

/* plan_address.c: URL rewriting (§5) and forced HTTPS (§6 step 10). */
struct plan_address {
	const char *phase;   /* wanted; NULL: stays as it came */
	const char *polling; /* wanted, decimal; NULL: stays as it came */
	bool to_https;       /* wrong scheme or port */
	bool incomplete;     /* a required argument is missing */
	/* Worked out by plan_address_make(): */
	bool needed;
	bool polling_commands;
	const char *url;
	const char *changed; /* "polling, phase" */
};
/* Works out whether the URL must be rewritten, and how. False: it cannot be, a note says why. */
bool plan_address_make(struct plan *p, const struct plan_input *in, struct plan_address *want);
/* The commands for it, `config write` and `config activate` included. */
void plan_address_commands(
    struct plan *p, const struct plan_input *in, const struct plan_address *want);
void plan_first_contact(struct plan *p, const struct plan_input *in);
/* It does not come over HTTPS and to the right port, as times/@forcehttps wants: it is moved (step 10). */
bool plan_is_elsewhere(const struct plan_input *in);
bool plan_https(struct plan *p, const struct plan_input *in);

/* plan_snippets.c: §5 "After the snippets", §6 step 12 */
void plan_snippets(struct plan *p, const struct plan_input *in, const struct plan_files *files);

#endif
