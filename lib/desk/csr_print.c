/* SPDX-License-Identifier: ISC */
/* A signing request beside what the configuration wants of it, for people and for programs. */
#include "desk/csr_case.h"

#include "base/json.h"
#include "base/text.h"
#include "core/trust.h"
#include "desk/cells.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* ---- what is different ---- */

void csr_case_wanted(struct arena *a, const struct config *c, const struct device *d,
    struct csr_wanted list[CSR_WANTED])
{
	struct certs_subject subject, *s = &subject;
	certs_subject(a, c, d, s);
	const struct csr_wanted all[CSR_WANTED] = {
	    {"common name", s->cn, "CN=", false},
	    {"organizational unit", s->ou, "OU=", false},
	    {"organization", s->o, "O=", false},
	    {"locality", s->l, "L=", false},
	    {"state", s->st, "ST=", false},
	    {"country", s->c, "C=", false},
	    {"DNS name", s->dns[0], "DNS:", true},
	    {"DNS name", s->dns[1], "DNS:", true},
	    {"DNS name", s->dns[2], "DNS:", true},
	    {"address", s->ip[0], "IP:", true},
	    {"address", s->ip[1], "IP:", true},
	};
	memcpy(list, all, sizeof all);
}

/* IPv6 addresses have several spellings. */
static bool is_same_address(const char *a, const char *b)
{
	unsigned char one[16], two[16];
	return inet_pton(AF_INET6, a, one) == 1 && inet_pton(AF_INET6, b, two) == 1 &&
	       memcmp(one, two, sizeof one) == 0;
}

/* "CN=a, O=b": is "O=b" one of the parts? A value may have ", " in it itself. */
static bool has_part(struct arena *a, const char *list, const char *key, const char *value)
{
	const char *part = arena_concat(a, key, value);
	size_t n = strlen(part);
	for (const char *p = list; *p;) {
		if (strncasecmp(p, part, n) == 0 && (!p[n] || text_starts(p + n, ", ")))
			return true;
		size_t size = strcspn(p, ",");
		if (text_starts(p, key) &&
		    is_same_address(arena_strndup(a, p + strlen(key), size - strlen(key)), value))
			return true;
		p += size;
		p += strspn(p, ", ");
	}
	return false;
}

bool csr_case_lacks(struct arena *a, const struct csr *csr, const struct csr_wanted *w)
{
	if (!*w->value)
		return false;
	if (strcmp(w->key, "CN=") == 0)
		return strcmp(csr->cn, w->value) != 0;
	return !has_part(a, w->other ? csr->san : csr->subject, w->key, w->value);
}

const char *csr_case_differs(struct arena *a, const struct desk *k, const struct csr_case *c)
{
	struct csr_wanted list[CSR_WANTED];
	struct buf text = {0};
	csr_case_wanted(a, k->config, c->device, list);
	for (size_t i = 0; c->csr && i < CSR_WANTED; i++) {
		if (!csr_case_lacks(a, c->csr, &list[i]))
			continue;
		buf_addf(&text, "the configuration wants the %s ", list[i].what);
		cell_add(&text, list[i].value);
		buf_adds(&text, "; the request does not have it\n");
	}
	if (c->csr && !trust_is_name(k->config, c->csr->cn, c->device->sn, c->device->hwid))
		buf_addf(&text, "its common name is not recognised as that of the device: %s\n",
		    trust_is_name(k->config, c->csr->cn, NULL, c->device->hwid)
			? "its hardware id does not end in the last three bytes of its serial "
			  "number, so it proves nothing of that; let it be {sn} "
			  "(customcerts/@CSRdn-cn)"
			: "it is neither the serial number without dashes nor the hardware id");
	const char *out = arena_strdup(a, buf_text(&text));
	buf_free(&text);
	return out;
}

/* ---- for programs ---- */

const char *csr_state_word(enum csr_state state)
{
	static const char *const words[] = {[CSR_WAITING] = "waiting",
	    [CSR_SIGNED] = "signed",
	    [CSR_SENT] = "sent",
	    [CSR_MISFIT] = "misfit",
	    [CSR_ERROR] = "error",
	    [CSR_DAMAGED] = "damaged",
	    [CSR_GONE] = "gone"};
	return words[state];
}

static void json_csr(const struct csr *csr, struct buf *out)
{
	buf_adds(out, ", \"request\": ");
	if (!csr) {
		buf_adds(out, "null");
		return;
	}
	json_pair(out, "{", "subject", csr->subject);
	json_pair(out, ", ", "cn", csr->cn);
	json_pair(out, ", ", "key", csr->key);
	json_pair(out, ", ", "signature", csr->signature);
	json_pair(out, ", ", "san", csr->san);
	json_pair(out, ", ", "digest", csr->digest);
	json_pair(out, ", ", "weak", csr->weak);
	buf_addc(out, '}');
}

static void json_cert(const struct cert *cert, struct buf *out)
{
	buf_adds(out, ", \"certificate\": ");
	if (!cert) {
		buf_adds(out, "null");
		return;
	}
	json_pair(out, "{", "cn", cert->cn);
	json_pair(out, ", ", "issuer", cert->issuer);
	json_pair(out, ", ", "serial", cert->serial);
	buf_addf(out, ", \"from\": %" PRId64 ", \"until\": %" PRId64 "}", cert->from, cert->until);
}

void csr_case_json(const struct csr_case *k, struct buf *out)
{
	const struct device *d = k->device;
	json_pair(out, "", "sn", d->sn);
	json_pair(out, ", ", "hwid", d->hwid);
	json_pair(out, ", ", "name", d->name);
	buf_addf(out, ", \"known\": %s", k->known ? "true" : "false");
	json_pair(out, ", ", "state", csr_state_word(k->state));
	json_pair(out, ", ", "text", k->text);
	buf_addf(out, ", \"received\": %" PRId64 ", \"replaced\": %s", k->received,
	    k->replaced ? "true" : "false");
	json_pair(out, ", ", "origin", d->cert_origin);
	json_pair(out, ", ", "auto", d->cert_auto);
	buf_addf(out, ", \"sent\": %" PRId64, d->cert_sent);
	json_pair(out, ", ", "problem", k->problem);
	json_pair(out, ", ", "error", k->error);
	json_csr(k->csr, out);
	json_cert(k->cert, out);
}
