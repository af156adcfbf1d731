/* SPDX-License-Identifier: ISC */
/* Signing requests and certificates of devices; see certificate.h. Touches libcrypto. */
#include "tools/sim/certificate.h"

#include "base/pct.h"
#include "base/text.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RESPONSES "X509/REQUESTRESPONSE/"

static EVP_PKEY *shared_key;

static EVP_PKEY *key(void)
{
	if (!shared_key)
		shared_key = EVP_RSA_gen(2048);
	return shared_key;
}

void certificate_end(void)
{
	EVP_PKEY_free(shared_key);
	shared_key = NULL;
}

/* The decoded value behind option `i`; an empty value is just not there. */
static bool value_behind(const struct words *w, size_t i, struct buf *out)
{
	buf_reset(out);
	if (i + 1 >= w->count || w->word[i + 1][0] == '/')
		return true;
	size_t n = strlen(w->word[i + 1]);
	if (!pct_decode(buf_want(out, n), w->word[i + 1], n, &n))
		return false;
	buf_took(out, n);
	return text_is_utf8(out->data, n) && !text_has_control(out->data, n);
}

/* What an option of servercert-create is for: a part of the subject, or a kind of other name. */
static const struct {
	const char *option, *subject, *other;
} options[] = {
    {"/dn-cn", "CN", NULL},
    {"/dn-ou", "OU", NULL},
    {"/dn-o", "O", NULL},
    {"/dn-l", "L", NULL},
    {"/dn-st", "ST", NULL},
    {"/dn-c", "C", NULL},
    {"/san-dns", NULL, "DNS"},
    {"/san-ip", NULL, "IP"},
};

static bool add_option(
    X509_NAME *subject, struct buf *others, const char *option, const char *value)
{
	size_t i = 0;
	while (i < sizeof options / sizeof options[0] && strcmp(option, options[i].option) != 0)
		i++;
	if (i == sizeof options / sizeof options[0] || !*value)
		return true;
	if (options[i].subject)
		return X509_NAME_add_entry_by_txt(subject, options[i].subject, MBSTRING_UTF8,
			   (const unsigned char *)value, -1, -1, 0) == 1;
	buf_addf(others, "%s%s:%s", others->size > 0 ? "," : "", options[i].other, value);
	return true;
}

static bool add_options(X509_REQ *request, const struct words *w, struct buf *others)
{
	X509_NAME *subject = X509_REQ_get_subject_name(request);
	struct buf value = {0};
	bool fine = true;
	for (size_t i = 0; i < w->count && fine; i++)
		fine = w->word[i][0] != '/' ||
		       (value_behind(w, i, &value) &&
			   add_option(subject, others, w->word[i], buf_text(&value)));
	buf_free(&value);
	return fine;
}

static bool add_other_names(X509_REQ *request, const char *names)
{
	if (!*names)
		return true;
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
	if (!e)
		return false;
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	bool fine = list && sk_X509_EXTENSION_push(list, e) > 0;
	fine = fine && X509_REQ_add_extensions(request, list) == 1;
	sk_X509_EXTENSION_free(list);
	X509_EXTENSION_free(e);
	return fine;
}

/* Signs and stores it as a binary variable. */
static bool keep_request(struct device *d, X509_REQ *request)
{
	static const char hex[] = "0123456789abcdef";
	struct buf text = {0};
	unsigned char *der = NULL;

	if (X509_REQ_set_pubkey(request, key()) != 1 ||
	    X509_REQ_sign(request, key(), EVP_sha256()) == 0)
		return false;
	int n = i2d_X509_REQ(request, &der);
	buf_adds(&text, "pb ");
	for (int i = 0; i < n; i++) {
		buf_addc(&text, hex[der[i] >> 4]);
		buf_addc(&text, hex[der[i] & 15]);
	}
	bool fine = n > 0 && pairs_set(&d->vars, "X509/REQUEST", buf_text(&text));
	OPENSSL_free(der);
	buf_free(&text);
	return fine && pairs_set(&d->vars, "X509/REQUESTKEY", "cb 00");
}

bool certificate_request(struct device *d, const struct words *w)
{
	struct buf others = {0};
	X509_REQ *request = X509_REQ_new();
	bool fine = key() && request && add_options(request, w, &others) &&
		    add_other_names(request, buf_text(&others)) && keep_request(d, request);
	X509_REQ_free(request);
	buf_free(&others);
	if (fine)
		pairs_del(&d->vars, "X509/REQUESTERROR");
	return fine;
}

/* The certificate in a binary variable, NULL when there is none in it. */
static X509 *certificate_in(const struct device *d, const char *variable)
{
	const char *hex = device_var(d, variable);
	long n = 0;
	unsigned char *der = hex ? OPENSSL_hexstr2buf(hex, &n) : NULL;
	const unsigned char *at = der;
	X509 *x = der ? d2i_X509(NULL, &at, n) : NULL;
	OPENSSL_free(der);
	return x;
}

void certificate_install(struct device *d)
{
	const char *response = pairs_get(&d->vars, RESPONSES "00000");
	if (!response)
		return;
	X509 *x = certificate_in(d, RESPONSES "00000");
	if (x)
		pairs_set(&d->vars, "X509/CERTIFICATE", response);
	else
		pairs_set(&d->vars, "X509/REQUESTERROR", "p not-a-certificate");
	device_trace(d, "  %s", x ? "new certificate" : "the certificate is none");
	pairs_del_below(&d->vars, RESPONSES);
	X509_free(x);
}

static void add_common_name(const char *attribute, X509_NAME *name, struct buf *out)
{
	char cn[LIMIT_NAME] = "";
	X509_NAME_get_text_by_NID(name, NID_commonName, cn, sizeof cn);
	buf_addf(out, " %s=\"", attribute);
	for (const char *c = cn; *c; c++)
		buf_addc(out, strchr("<>&\"", *c) || (unsigned char)*c < 0x20 ? '?' : *c);
	buf_addc(out, '"');
}

static void add_time(const char *attribute, const ASN1_TIME *time, struct buf *out)
{
	struct tm tm = {0};
	char text[32] = "";
	if (ASN1_TIME_to_tm(time, &tm) == 1)
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_addf(out, " %s=\"%s\"", attribute, text);
}

static void add_certificate(X509 *x, struct buf *out)
{
	buf_adds(out, "<certificate");
	add_common_name("subject_cn", X509_get_subject_name(x), out);
	add_common_name("issuer_cn", X509_get_issuer_name(x), out);
	add_time("not_before", X509_get0_notBefore(x), out);
	add_time("not_after", X509_get0_notAfter(x), out);
	buf_adds(out, "/>");
}

void certificate_info(const struct device *d, struct buf *out)
{
	X509 *x = certificate_in(d, "X509/CERTIFICATE");
	struct names n = device_names(d);

	buf_adds(out, "<info><servercert>");
	if (x)
		add_certificate(x, out);
	else /* the one it signed itself when it was made */
		buf_addf(out,
		    "<certificate subject_cn=\"%s\" issuer_cn=\"%s\" "
		    "not_before=\"2010-01-01T00:00:00Z\" not_after=\"2036-01-01T00:00:00Z\"/>",
		    n.hwid, n.hwid);
	buf_addf(out, "</servercert><requests>%s</requests>%s</info>",
	    pairs_get(&d->vars, "X509/REQUEST") ? "<request/>" : "",
	    pairs_get(&d->vars, "X509/REQUESTERROR") ? "<request-error/>" : "");
	X509_free(x);
}
