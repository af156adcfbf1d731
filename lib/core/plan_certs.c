/* SPDX-License-Identifier: ISC */
/*
 * Certificates (spec §8): what is to be done with those of a device, and the commands for it. Where the
 * device stands is decided by certs.h; a table says what follows.
 */
#include "core/plan_parts.h"

#include "base/buf.h"
#include "base/pct.h"
#include "base/text.h"
#include "core/cert_answer.h"
#include "core/certs.h"
#include "core/trust.h"

#include <string.h>

/* An answer is fresh for so long, and for so many fast polls on top. */
#define FRESH_SECONDS 10
#define FRESH_POLLS 4
/* So long a device waits for its name. */
#define NAME_SECONDS 60

/* What is done at step 9 of §6. */
struct plan_certs_step {
	void (*commands)(struct plan *p, const struct plan_input *in); /* NULL: none */
	bool ends;      /* the reply ends behind them; the device polls fast */
	const char *is; /* for certstat, behind the reason; "": the reason says all */
};

bool plan_wants_certs(const struct config *c, const struct device *d)
{
	return *c->customcerts_dir && *c->status_dir && d && cert_answer_says(d, CERT_SAYS_REQUEST);
}

/* ---- commands ---- */

/* URL-encoded in place: for the words of a command. */
static const char *encoded(struct plan *p, const char *value)
{
	struct buf out = {0};
	pct_encode(&out, value, strlen(value));
	const char *text = arena_strndup(p->arena, buf_text(&out), out.size);
	buf_free(&out);
	return text;
}

/* The device sends one of its variables. */
static void send_variable(
    struct plan *p, const struct plan_input *in, const struct certs_variable *v, const char *reason)
{
	struct arena *a = p->arena;
	const char *file = certs_variable_file(a, in->config, v, in->request->sn);
	const char *proc = v->proc ? arena_concat(a, "&proc=", v->proc) : "";
	const char *postproc = v->postproc ? arena_concat(a, "&postproc=", v->postproc) : "";
	const char *url = arena_concat(a, "update.php?mode=vardump&sn=#m&var=", v->name,
	    "&file=", encoded(p, file), proc, postproc);
	plan_command(p, CONCERN_CERTIFICATES, reason, "mod cmd UP0 scfg %s ser nop /always %s",
	    req_url(a, in->request, url), encoded(p, arena_concat(a, "vars read ", v->name)));
}

static void ask_error(struct plan *p, const struct plan_input *in)
{
	send_variable(p, in, &certs_variables[CERTS_VARIABLE_ERROR],
	    "the device says what was wrong with a certificate, if anything was");
}

static void fetch(struct plan *p, const struct plan_input *in)
{
	ask_error(p, in);
	send_variable(p, in, &certs_variables[CERTS_VARIABLE_REQUEST],
	    "the device sends its signing request");
	p->cert_fetch = true;
}

static void deliver(struct plan *p, const struct plan_input *in)
{
	ask_error(p, in);
	for (size_t i = 0; i < in->certs->count; i++)
		plan_command(p, CONCERN_CERTIFICATES,
		    i == 0   ? "the signed certificate"
		    : i == 1 ? "and the certificates of its CA"
			     : NULL,
		    "vars create X509/REQUESTRESPONSE/%05zu pb %s", i, in->certs->hex[i]);
	p->cert_sent = p->skip_next = true;
}

/* A command of §8 has a word for each, also where it is empty. */
static void create(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	const char *type = in->request->type;
	bool app = text_same(type, "mypbxa") || text_same(type, "mypbxi");
	struct certs_subject s;
	ask_error(p, in);
	certs_subject(p->arena, c, in->device, &s);
	plan_command(p, CONCERN_CERTIFICATES, "the device makes a key and a signing request",
	    "mod cmd X509 servercert-create /cmd servercert-create /redirect /target device "
	    "/type Signing%srequest  /key %s /signature %s /dn-cn %s /dn-ou %s /dn-o %s /dn-l %s "
	    "/dn-st %s /dn-c %s /san-dns %s /san-dns %s /san-dns %s /san-ip %s /san-ip %s",
	    app ? "+" : "%20", encoded(p, c->customcerts_csrkey),
	    encoded(p, c->customcerts_csrsignature), encoded(p, s.cn), encoded(p, s.ou),
	    encoded(p, s.o), encoded(p, s.l), encoded(p, s.st), encoded(p, s.c),
	    encoded(p, s.dns[0]), encoded(p, s.dns[1]), encoded(p, s.dns[2]), encoded(p, s.ip[0]),
	    encoded(p, s.ip[1]));
	p->cert_drop = p->skip_next = true;
}

static void remove_variables(struct plan *p, bool error)
{
	if (error)
		plan_command(p, CONCERN_CERTIFICATES,
		    "what the device holds of requests and errors goes",
		    "vars del X509/REQUESTERROR");
	/* A blank at the end: what devices have always been sent. */
	plan_command(p, CONCERN_CERTIFICATES, error ? NULL : "the request has done its work",
	    "vars del X509/REQUEST ");
	plan_command(p, CONCERN_CERTIFICATES, NULL, "vars del X509/REQUESTKEY ");
}

static void clear(struct plan *p, const struct plan_input *in)
{
	(void)in;
	remove_variables(p, true);
	p->cert_cleared = p->cert_drop = p->skip_next = true;
}

static void tidy(struct plan *p, const struct plan_input *in)
{
	(void)in;
	remove_variables(p, false);
}

static void stop(struct plan *p, const struct plan_input *in)
{
	(void)in;
	plan_command(p, CONCERN_CERTIFICATES, "certificate handling stops here", "ser");
}

/* ---- what follows from where it stands ---- */

static const struct plan_certs_step goes_on = {NULL, false, ""};
static const struct plan_certs_step waits = {NULL, true, ""};
static const struct plan_certs_step looks_up = {
    NULL, true, "the DNS name of its address is looked up"};
static const struct plan_certs_step asks_again = {NULL, true,
    "its last answer is too old to move it to the port for mutual TLS: a new one is waited for"};
static const struct plan_certs_step too_early = {
    NULL, true, "the port for mutual TLS would refuse it until then, so it stays here"};
static const struct plan_certs_step stops = {stop, true, ""};
static const struct plan_certs_step clears = {clear, true, ""};
static const struct plan_certs_step tidies = {tidy, true, ""};
static const struct plan_certs_step creates = {create, true, "it is to make a signing request"};
static const struct plan_certs_step fetches = {fetch, true, "its signing request is fetched"};
static const struct plan_certs_step delivers = {deliver, true, "it is sent its signed certificate"};
static const struct plan_certs_step unsigned_goes_on = {
    NULL, false, "its request waits to be signed"};
static const struct plan_certs_step unsigned_waits = {
    NULL, true, "its request waits to be signed, and it waits for that"};

/* It shows a trusted certificate now. */
static bool proves(struct plan *p, const struct plan_input *in)
{
	const char *why;
	return in->request->cert &&
	       trust_of(p->arena, in->config, in->request, in->now, &why) == TRUST_GOOD;
}

/* What it has now may be trusted still: it need not wait for the next one. */
static bool waits_for_trust(struct plan *p, const struct plan_input *in)
{
	return trust_is_forced(in->config) && !proves(p, in);
}

static const struct plan_certs_step *when_unsigned(
    struct plan *p, const struct plan_input *in, const struct device *d)
{
	const char *sn = in->request->sn;
	if (!in->certs->problem && text_same(in->config->customcerts_catype, "internal"))
		plan_say(p, CONCERN_CERTIFICATES,
		    arena_concat(p->arena, "to sign it: rollcall csr approve ", sn));
	else if (!in->certs->problem)
		plan_say(p, CONCERN_CERTIFICATES,
		    arena_concat(p->arena, "to sign it: rollcall csr export ", sn,
			", then rollcall csr import ", sn, " FILE"));
	p->cert_sign = *d->cert_auto != '\0' && !in->certs->problem;
	return waits_for_trust(p, in) ? &unsigned_waits : &unsigned_goes_on;
}

/* Who can be kept from a name for ever by those that ask for many goes on without one. */
static bool has_waited(const struct device *d, int64_t now)
{
	return d->rdns_asked && (now < d->rdns_asked || now - d->rdns_asked > NAME_SECONDS);
}

static const struct plan_certs_step *when_needed(
    struct plan *p, const struct plan_input *in, const struct device *d)
{
	if (cert_answer_says(d, CERT_SAYS_REQUEST)) {
		if (!in->certs || !in->certs->request)
			return &fetches;
		return in->certs->count ? &delivers : when_unsigned(p, in, d);
	}
	p->rdns_wanted = certs_wants_rdns(in->config, d) && !has_waited(d, in->now);
	return p->rdns_wanted ? &looks_up : &creates;
}

/* Files of a request that has done its work, or that somebody else left there. */
static const struct plan_certs_step *when_good(struct plan *p, const struct device *d)
{
	bool holds = cert_answer_says(d, CERT_SAYS_REQUEST);
	p->cert_drop = d->cert_request || holds || !text_starts(d->certstat, "good");
	return holds ? &tidies : &goes_on;
}

/*
 * A device that was reset has nothing of what it last said, and on the port for mutual TLS nobody would
 * hear it any more. It is asked at each poll, so that a fresh answer is there at the next one. Who was on
 * that port and comes back here without a certificate was reset, however fresh its answer is.
 */
static bool is_stale(const struct plan_input *in, const struct device *d)
{
	long polling = in->config->times_polling == CONF_ABSENT ? 0 : in->config->times_polling;
	return in->now - d->cert_at > FRESH_SECONDS + FRESH_POLLS * polling ||
	       (*d->tls_issuer && !in->request->cert);
}

/* Before it is moved to where only those are heard that have a certificate. */
static const struct plan_certs_step *before_the_move(
    struct plan *p, const struct plan_input *in, const struct device *d, enum certs_state state)
{
	if (!trust_is_forced(in->config) || !plan_is_elsewhere(in))
		return NULL;
	if (state == CERTS_EARLY)
		return &too_early;
	p->cert_again = state == CERTS_GOOD && is_stale(in, d);
	return p->cert_again ? &asks_again : NULL;
}

static const struct plan_certs_step *then_of(
    struct plan *p, const struct plan_input *in, const struct device *d, enum certs_state state)
{
	const struct plan_certs_step *first = before_the_move(p, in, d, state);
	if (first)
		return first;
	switch (state) {
	case CERTS_UNKNOWN:
	case CERTS_BUSY:
		return &waits;
	case CERTS_CLEAR:
		return &clears;
	case CERTS_ERROR:
		return &stops;
	case CERTS_GOOD:
		return when_good(p, d);
	case CERTS_NEEDED:
		return when_needed(p, in, d);
	case CERTS_OFF:
	case CERTS_NOT_ASKED:
	case CERTS_PROVED:
	case CERTS_EARLY:
	case CERTS_STUCK:
	case CERTS_LAPSED:
		break;
	}
	return &goes_on;
}

/* What stays as it is is not said to the log at each poll. */
static void say_state(struct plan *p, const struct device *d, const char *problem)
{
	const char *text = arena_concat(p->arena, "certificates: ", p->certstat);
	if (problem && strcmp(p->certstat, d->certstat) != 0)
		plan_warn(p, CONCERN_CERTIFICATES, "%s", text);
	else
		plan_say(p, CONCERN_CERTIFICATES, text);
}

bool plan_certificates(
    struct plan *p, const struct plan_input *in, const struct plan_certs_step **then)
{
	const struct config *c = in->config;
	const struct device *d = in->device;
	const char *why;
	struct device nothing;
	if (!d) {
		device_init(&nothing, in->request->sn);
		d = &nothing;
	}
	bool asked = *c->customcerts_dir && certs_is_asked(c, &p->who);
	enum certs_state state = certs_state(p->arena, c, d, asked, proves(p, in), in->now, &why);
	*then = then_of(p, in, d, state);
	p->certstat = *(*then)->is ? arena_concat(p->arena, why, "; ", (*then)->is) : why;
	const char *problem = state == CERTS_ERROR || state == CERTS_STUCK ? why : NULL;
	if (state == CERTS_NEEDED && in->certs && in->certs->problem) {
		problem = in->certs->problem;
		p->certstat =
		    arena_concat(p->arena, p->certstat, "; what lies here is not sent: ", problem);
	}
	say_state(p, d, problem);
	p->cert_lapsed = state == CERTS_LAPSED;
	if (p->cert_lapsed)
		plan_say(p, CONCERN_END, "nothing is sent until then");
	return !p->cert_lapsed;
}

bool plan_certificate_commands(
    struct plan *p, const struct plan_input *in, const struct plan_certs_step *then)
{
	if (then->commands)
		then->commands(p, in);
	if (!then->ends)
		return true;
	struct plan_address want = {.polling = plan_decimal(p, in->config->times_polling)};
	if (!plan_address_make(p, in, &want))
		return false;
	plan_say(p, CONCERN_END,
	    then == &stops ? arena_concat(p->arena, "nothing else is sent until rollcall csr drop ",
				 in->request->sn, "; it polls fast")
			   : "nothing else is sent until this is done; it polls fast");
	if (want.needed) {
		plan_address_commands(p, in, &want);
	} else {
		plan_command(p, CONCERN_END, NULL, "config write");
		plan_command(p, CONCERN_END, NULL, "config activate");
	}
	plan_command(
	    p, CONCERN_END, "reset if something needs it, when the device is idle", "iresetn");
	return false;
}
