/* SPDX-License-Identifier: ISC */
/* Keys, certificates and enrolment of devices; see certificate.h. Touches libcrypto. */
#include "tools/sim/certificate.h"

#include "base/file.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/text.h"
#include "tools/sim/signing_request.h"

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REQUEST "X509/REQUEST"
#define REQUESTKEY "X509/REQUESTKEY"
#define REQUESTERROR "X509/REQUESTERROR"
#define RESPONSES "X509/REQUESTRESPONSE/"
#define CERTIFICATE "X509/CERTIFICATE"

#define CHAIN_MOST 8           /* certificates that are installed at once */
#define FILE_MOST (64 << 10)   /* bytes of a PEM file */
#define MADE "20100101000000Z" /* what was made then, says that it lasts so long */
#define LASTS "20360101000000Z"

struct certificate {
	EVP_PKEY *key;
	X509 *chain[CHAIN_MOST]; /* its own, its issuer's, …; NULL behind the last */
	struct signing_request wanted;
	bool said_busy;
	EVP_PKEY *request_key;         /* of what is in X509/REQUEST */
	struct buf chain_pem, key_pem; /* of the first two, when somebody asked */
};

static void forget_chain(struct certificate *c)
{
	for (size_t i = 0; i < CHAIN_MOST; i++) {
		X509_free(c->chain[i]);
		c->chain[i] = NULL;
	}
	buf_reset(&c->chain_pem);
	buf_reset(&c->key_pem);
}

static void forget_request(struct certificate *c)
{
	signing_request_free(&c->wanted);
	EVP_PKEY_free(c->request_key);
	c->request_key = NULL;
	c->said_busy = false;
}

void certificate_free(struct device *d)
{
	struct certificate *c = d->certificate;
	if (!c)
		return;
	forget_chain(c);
	forget_request(c);
	EVP_PKEY_free(c->key);
	buf_free(&c->chain_pem);
	buf_free(&c->key_pem);
	free(c);
	d->certificate = NULL;
}

/* ---- what it was made with ---- */

/* Self-signed: the name of the subject is that of the issuer. */
static X509 *self_signed(EVP_PKEY *key, const char *cn)
{
	X509 *x = X509_new();
	X509_NAME *name = x ? X509_get_subject_name(x) : NULL;
	bool fine = key && name && X509_set_version(x, X509_VERSION_3) == 1 &&
		    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
		    X509_NAME_add_entry_by_txt(
			name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) == 1 &&
		    X509_set_issuer_name(x, name) == 1 &&
		    ASN1_TIME_set_string(X509_getm_notBefore(x), MADE) == 1 &&
		    ASN1_TIME_set_string(X509_getm_notAfter(x), LASTS) == 1 &&
		    X509_set_pubkey(x, key) == 1 && X509_sign(x, key, EVP_sha256()) > 0;
	if (fine)
		return x;
	X509_free(x);
	return NULL;
}

/* What is known of its certificates; the first time, nothing is. */
static struct certificate *of(struct device *d)
{
	if (!d->certificate)
		d->certificate = mem_alloc(sizeof *d->certificate);
	return d->certificate;
}

/* The same, with a certificate. */
static struct certificate *with_one(struct device *d)
{
	struct certificate *c = of(d);
	if (c->chain[0])
		return c;
	c->key = EVP_EC_gen("P-256");
	c->chain[0] = self_signed(c->key, device_names(d).hwid);
	if (!c->chain[0])
		mem_die(sizeof *c); /* the only thing libcrypto may lack here */
	return c;
}

/* Without a pass phrase: nobody is there to type one. */
static int no_phrase(char *out, int size, int writing, void *context)
{
	(void)out, (void)size, (void)writing, (void)context;
	return 0;
}

/* All certificates of a PEM file, in order. Returns how many. */
static size_t read_chain(const struct buf *pem, X509 *out[CHAIN_MOST])
{
	size_t n = 0;
	BIO *in = BIO_new_mem_buf(pem->data, (int)pem->size);
	while (in && n < CHAIN_MOST && (out[n] = PEM_read_bio_X509(in, NULL, no_phrase, NULL)))
		n++;
	BIO_free(in);
	return n;
}

static EVP_PKEY *read_key(const struct buf *pem)
{
	BIO *in = BIO_new_mem_buf(pem->data, (int)pem->size);
	EVP_PKEY *key = in ? PEM_read_bio_PrivateKey(in, NULL, no_phrase, NULL) : NULL;
	BIO_free(in);
	return key;
}

static bool load_chain(struct certificate *c, const char *path, struct err *e)
{
	struct buf pem = {0};
	bool fine = file_read(AT_FDCWD, path, FILE_MOST, &pem, e);
	if (fine && read_chain(&pem, c->chain) == 0)
		fine = err_set(e, "%s: no certificate in PEM is in it", path);
	buf_free(&pem);
	return fine;
}

static bool load_key(struct certificate *c, const char *path, struct err *e)
{
	struct buf pem = {0};
	bool fine = file_read(AT_FDCWD, path, FILE_MOST, &pem, e);
	if (fine && !(c->key = read_key(&pem)))
		fine = err_set(e, "%s: no private key in PEM is in it", path);
	buf_free(&pem);
	return fine;
}

bool certificate_load(struct device *d, const char *certificate, const char *key, struct err *e)
{
	certificate_free(d);
	struct certificate *c = of(d);
	bool fine = load_chain(c, certificate, e) && load_key(c, key, e);
	if (fine && X509_check_private_key(c->chain[0], c->key) != 1)
		fine = err_set(
		    e, "%s: the key in %s is that of another certificate", certificate, key);
	if (!fine)
		certificate_free(d);
	return fine;
}

/* ---- a signing request ---- */

bool certificate_request(struct device *d, const struct words *w)
{
	struct signing_request wanted;
	if (!signing_request_parse(w, &wanted))
		return false;
	struct certificate *c = of(d);
	forget_request(c);
	c->wanted = wanted;
	pairs_del(&d->vars, REQUEST);
	pairs_del(&d->vars, REQUESTKEY);
	pairs_del(&d->vars, REQUESTERROR);
	return true;
}

bool certificate_is_due(const struct device *d)
{
	return d->certificate && d->certificate->wanted.request && d->certificate->said_busy;
}

/* Bytes as the value of a permanent binary variable. */
static void keep_bytes(struct device *d, const char *variable, const unsigned char *bytes, int n)
{
	struct buf text = {0};
	buf_adds(&text, "pb ");
	hex_encode(buf_want(&text, 2 * (size_t)n + 1), bytes, (size_t)n);
	buf_took(&text, 2 * (size_t)n);
	pairs_set(&d->vars, variable, buf_text(&text));
	buf_free(&text);
}

static void keep_request(struct device *d, X509_REQ *request)
{
	unsigned char *der = NULL;
	int n = i2d_X509_REQ(request, &der);
	if (n > 0) {
		keep_bytes(d, REQUEST, der, n);
		pairs_set(&d->vars, REQUESTKEY, "cb 00");
	}
	OPENSSL_free(der);
}

void certificate_make(struct device *d)
{
	struct certificate *c = d->certificate;
	struct signing_request wanted = c->wanted;

	c->wanted = (struct signing_request){0};
	forget_request(c);
	c->request_key = signing_request_key(&wanted);
	if (c->request_key && signing_request_sign(&wanted, c->request_key))
		keep_request(d, wanted.request);
	else
		pairs_set(&d->vars, REQUESTERROR, "p no-key");
	device_trace(d, "has made a key");
	signing_request_free(&wanted);
}

/* ---- what comes back ---- */

/* The certificate in a binary variable, NULL when there is none in it. */
static X509 *certificate_in(const struct device *d, const char *variable)
{
	const char *hex = device_var(d, variable);
	long n = 0;
	unsigned char *der = hex ? OPENSSL_hexstr2buf(hex, &n) : NULL;
	const unsigned char *at = der;
	X509 *x = der ? d2i_X509(NULL, &at, n) : NULL;
	if (x && at != der + n) {
		X509_free(x);
		x = NULL;
	}
	OPENSSL_free(der);
	return x;
}

/* All that was put into X509/REQUESTRESPONSE/0000N, from 0 on. False: one of them is none. */
static bool read_responses(const struct device *d, X509 *out[CHAIN_MOST])
{
	for (unsigned i = 0; i < CHAIN_MOST; i++) {
		char name[sizeof RESPONSES + 8];
		snprintf(name, sizeof name, RESPONSES "%05u", i);
		if (!pairs_get(&d->vars, name))
			return i > 0;
		out[i] = certificate_in(d, name);
		if (!out[i])
			return false;
	}
	return true;
}

static bool is_issuer(X509 *issuer, X509 *subject)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	return X509_check_issued(issuer, subject) == X509_V_OK && key &&
	       X509_verify(subject, key) == 1;
}

/*
 * Puts the first, who issued it, who issued that … into the chain; what was sent besides (the
 * certificates of other CAs) is not shown. False: something was sent, but not who issued it.
 */
static bool order_chain(X509 *sent[CHAIN_MOST], X509 *chain[CHAIN_MOST])
{
	size_t n = 0;
	chain[n++] = sent[0];
	sent[0] = NULL;
	bool alone = !sent[1];
	for (size_t i = 1; i < CHAIN_MOST && n < CHAIN_MOST; i++) {
		if (!sent[i] || !is_issuer(sent[i], chain[n - 1]))
			continue;
		chain[n++] = sent[i];
		sent[i] = NULL;
		i = 0; /* from the start again, with the next one's issuer */
	}
	return alone || n > 1;
}

/* Why what was sent is no certificate for what was asked; a word. NULL: it is one. */
static const char *find_wrong(
    const struct device *d, X509 *sent[CHAIN_MOST], X509 *chain[CHAIN_MOST])
{
	const struct certificate *c = d->certificate;
	if (!read_responses(d, sent))
		return "not-a-certificate";
	if (!c || !c->request_key)
		return "no-request";
	if (X509_check_private_key(sent[0], c->request_key) != 1)
		return "another-key";
	return order_chain(sent, chain) ? NULL : "no-chain";
}

/* The certificate that it has already, again: as a server does that did not hear of the success. */
static bool is_repeated(const struct device *d)
{
	const char *has = pairs_get(&d->vars, CERTIFICATE);
	const char *sent = pairs_get(&d->vars, RESPONSES "00000");
	return has && sent && !strcmp(has, sent) && !pairs_get(&d->vars, REQUEST);
}

static void take_chain(struct device *d, X509 *chain[CHAIN_MOST])
{
	struct certificate *c = d->certificate;
	forget_chain(c);
	EVP_PKEY_free(c->key);
	c->key = c->request_key;
	c->request_key = NULL;
	memcpy(c->chain, chain, sizeof c->chain);
	memset(chain, 0, sizeof c->chain);
	pairs_set(&d->vars, CERTIFICATE, pairs_get(&d->vars, RESPONSES "00000"));
	pairs_del(&d->vars, REQUEST);
	pairs_del(&d->vars, REQUESTKEY);
}

static void free_all(X509 *list[CHAIN_MOST])
{
	for (size_t i = 0; i < CHAIN_MOST; i++)
		X509_free(list[i]);
}

static bool take_responses(struct device *d)
{
	X509 *sent[CHAIN_MOST] = {NULL}, *chain[CHAIN_MOST] = {NULL};
	const char *wrong = find_wrong(d, sent, chain);
	if (wrong) {
		char value[32];
		snprintf(value, sizeof value, "p %s", wrong);
		pairs_set(&d->vars, REQUESTERROR, value);
	} else {
		take_chain(d, chain);
	}
	device_trace(d, "  %s", wrong ? wrong : "new certificate");
	free_all(sent);
	free_all(chain);
	return !wrong;
}

bool certificate_install(struct device *d)
{
	bool renewed =
	    pairs_get(&d->vars, RESPONSES "00000") && !is_repeated(d) && take_responses(d);
	pairs_del_below(&d->vars, RESPONSES);
	if (d->certificate && d->certificate->request_key && !pairs_get(&d->vars, REQUEST))
		forget_request(d->certificate);
	return renewed;
}

/* ---- what it says of them ---- */

static void add_common_name(const char *attribute, X509_NAME *name, struct buf *out)
{
	char cn[LIMIT_NAME] = "";
	X509_NAME_get_text_by_NID(name, NID_commonName, cn, sizeof cn);
	buf_addf(out, " %s=\"", attribute);
	for (const char *c = cn; *c; c++)
		buf_addc(out, strchr("<>&\"", *c) || (unsigned char)*c < 0x20 ? '?' : *c);
	buf_addc(out, '"');
}

/* Firmware of different years writes dates differently. */
static void print_date(const struct device *d, const struct tm *tm, char *out, size_t size)
{
	switch (d->number % 5) {
	case 0:
		strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", tm);
		return;
	case 1:
		strftime(out, size, "%a, %d %b %Y %H:%M:%S +0000", tm);
		return;
	case 2:
		strftime(out, size, "%d.%m.%Y %H:%M:%S", tm);
		return;
	case 3:
		strftime(out, size, "%d.%m.%Y %H:%M", tm);
		return;
	default:
		strftime(out, size, "%b %e %H:%M:%S %Y GMT", tm);
	}
}

static void add_time(
    const struct device *d, const char *attribute, const ASN1_TIME *time, struct buf *out)
{
	struct tm tm = {0};
	char text[40] = "";
	if (ASN1_TIME_to_tm(time, &tm) == 1)
		print_date(d, &tm, text, sizeof text);
	buf_addf(out, " %s=\"%s\"", attribute, text);
}

static void add_certificate(const struct device *d, X509 *x, struct buf *out)
{
	buf_adds(out, "<certificate");
	add_common_name("subject_cn", X509_get_subject_name(x), out);
	add_common_name("issuer_cn", X509_get_issuer_name(x), out);
	add_time(d, "not_before", X509_get0_notBefore(x), out);
	add_time(d, "not_after", X509_get0_notAfter(x), out);
	buf_adds(out, "/>");
}

void certificate_info(struct device *d, struct buf *out)
{
	struct certificate *c = with_one(d);

	buf_adds(out, "<info><servercert>");
	for (size_t i = 0; i < CHAIN_MOST && c->chain[i]; i++)
		add_certificate(d, c->chain[i], out);
	buf_addf(out, "</servercert><requests>%s</requests>",
	    pairs_get(&d->vars, REQUEST) ? "<request/>" : "");
	if (c->wanted.request)
		buf_adds(out, "<busy/>");
	if (pairs_get(&d->vars, REQUESTERROR))
		buf_adds(out, "<request-error/>");
	buf_adds(out, "</info>");
	c->said_busy = c->wanted.request != NULL;
}

/* ---- what it shows ---- */

static void take_text(BIO *bio, struct buf *out)
{
	char *text = NULL;
	long n = BIO_get_mem_data(bio, &text);
	buf_reset(out);
	if (n > 0)
		buf_add(out, text, (size_t)n);
	BIO_free(bio);
}

static void print_identity(struct certificate *c)
{
	BIO *chain = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_mem());
	if (!chain || !key)
		mem_die(sizeof *c);
	for (size_t i = 0; i < CHAIN_MOST && c->chain[i]; i++)
		PEM_write_bio_X509(chain, c->chain[i]);
	PEM_write_bio_PrivateKey(key, c->key, NULL, NULL, 0, NULL, NULL);
	take_text(chain, &c->chain_pem);
	take_text(key, &c->key_pem);
}

struct identity certificate_identity(struct device *d)
{
	struct certificate *c = with_one(d);
	if (c->key_pem.size == 0)
		print_identity(c);
	return (struct identity){&c->chain_pem, &c->key_pem};
}

bool certificate_save(struct device *d, const char *path, struct err *e)
{
	struct identity who = certificate_identity(d);
	struct buf all = {0};
	buf_add(&all, who.certificate->data, who.certificate->size);
	buf_add(&all, who.key->data, who.key->size);
	bool fine = file_write(path, all.data, all.size, 0600, e);
	buf_free(&all);
	return fine;
}
