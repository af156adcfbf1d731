/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_certs.h"

#include "core/cert_answer.h"
#include "core/certs.h"
#include "tools/rollcall/device_text.h"

#include <string.h>

#define LABEL 16 /* as in device_report.c */

static void label(struct buf *out, const char *name)
{
	size_t from = out->size;
	buf_adds(out, name);
	cell_pad(out, from, LABEL);
}

/* Whether the query applies is known of a poll only; who has answered was asked. */
static void add_state(const struct device_data *data, const struct device *d, struct buf *out)
{
	struct arena a = {0};
	const char *why;
	enum certs_state state =
	    certs_state(&a, data->config, d, d->cert_at != 0, false, data->now, &why);
	bool judged = state != CERTS_NOT_ASKED && state != CERTS_OFF;
	label(out, "certificates");
	if (judged && state != CERTS_GOOD)
		buf_addf(out, "%s: ", certs_state_name(state));
	cell_add(out, judged || !*d->certstat ? why : d->certstat);
	buf_addc(out, '\n');
	if (judged && *d->certstat && strcmp(d->certstat, why) != 0) {
		label(out, "  at its poll");
		cell_add(out, d->certstat);
		buf_addc(out, '\n');
	}
	arena_free(&a);
}

static void add_word(const struct device_data *data, const struct device *d, struct buf *out)
{
	struct arena a = {0};
	label(out, "  it says");
	if (cert_answer_says(d, CERT_SAYS_NONE)) {
		buf_adds(out, "none");
	} else {
		cell_add(out, *d->cert_subject ? d->cert_subject : "(no name)");
		buf_adds(out, ", issued by ");
		cell_add(out, cert_issuers_list(&a, d->cert_issuer));
		buf_adds(out, d->cert_until ? ", until " : ", no date that is understood");
		if (d->cert_until)
			cell_until(out, d->cert_until, data->now);
	}
	if (cert_answer_says(d, CERT_SAYS_REQUEST))
		buf_adds(out, "; it holds a signing request");
	buf_adds(out, "; answered ");
	cell_age(out, d->cert_at, data->now);
	buf_adds(out, d->cert_proved ? " ago over mutual TLS\n" : " ago\n");
	arena_free(&a);
}

static void add_proof(const struct device_data *data, const struct device *d, struct buf *out)
{
	label(out, "  it proved");
	buf_adds(out, "itself with a certificate issued by ");
	cell_add(out, d->tls_issuer);
	buf_adds(out, ", until ");
	cell_until(out, d->tls_until, data->now);
	buf_addc(out, '\n');
}

/* For rollcall ca revoke. */
static void add_ours(const struct device_data *data, const struct device *d, struct buf *out)
{
	label(out, "  from our CA");
	buf_adds(out, "serial number ");
	cell_add(out, d->cert_serial);
	if (d->cert_revoked) {
		buf_adds(out, ", revoked ");
		cell_when(out, d->cert_revoked, data->now);
	}
	buf_addc(out, '\n');
}

static void add_request(const struct device_data *data, const struct device *d, struct buf *out)
{
	label(out, "  request");
	cell_age(out, d->cert_request, data->now);
	buf_adds(out, " ago, from ");
	cell_add(out, *d->cert_origin ? d->cert_origin : "-");
	if (*d->cert_auto) {
		buf_adds(out, "; it needs no approval: ");
		cell_add(out, d->cert_auto);
	}
	buf_addf(out, "; rollcall csr show %s\n", d->sn);
}

void device_report_certs(const struct device_data *data, const struct device *d, struct buf *out)
{
	if (*d->certstat || d->cert_at)
		add_state(data, d, out);
	if (d->cert_at)
		add_word(data, d, out);
	if (*d->tls_issuer)
		add_proof(data, d, out);
	if (*d->cert_serial)
		add_ours(data, d, out);
	if (d->cert_request)
		add_request(data, d, out);
	if (d->cert_sent) {
		label(out, "  sent");
		cell_when(out, d->cert_sent, data->now);
		buf_addc(out, '\n');
	}
}
