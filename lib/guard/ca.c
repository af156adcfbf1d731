/* SPDX-License-Identifier: ISC */
#include "guard/ca.h"

#include "base/mem.h"
#include "base/text.h"
#include "core/trust.h"
#include "guard/csr.h"
#include "guard/make.h"
#include "guard/pem.h"
#include "guard/x509.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct ca {
	X509 *cert;
	EVP_PKEY *key;
	time_t from, until;
};

/* ---- a new one ---- */

static bool check_ca_name(const char *name, struct err *e)
{
	size_t n = strlen(name);
	if (n == 0 || n > CA_NAME_MOST)
		return err_set(e, "the name of a CA has 1 to %d bytes, not %zu", CA_NAME_MOST, n);
	if (!text_is_utf8(name, n) || text_has_control(name, n))
		return err_set(e, "the name of a CA is UTF-8 without control characters");
	/* A name of customcerts/@CAname is trimmed: this one would never be found there. */
	if (text_is_space(name[0]) || text_is_space(name[n - 1]))
		return err_set(e, "the name of a CA has no blank at its beginning or end");
	return true;
}

bool ca_make(const char *name, const char *algorithm, time_t now, struct buf *cert_out,
    struct buf *key_out, struct err *e)
{
	static const struct make_extension extensions[] = {
	    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
	    {NID_key_usage, "critical,keyCertSign,cRLSign"},
	    {NID_subject_key_identifier, "hash"},
	};
	const struct make_name subject = {NID_commonName, name};
	EVP_PKEY *key = check_ca_name(name, e) ? make_key(algorithm, e) : NULL;
	const struct make_recipe r = {&subject, 1, now - MAKE_SKEW, now + CA_DAYS * MAKE_DAY,
	    extensions, COUNT(extensions), key, NULL, NULL};
	X509 *cert = key ? make_cert(&r, e) : NULL;
	bool ok = cert && make_cert_pem(cert, cert_out, e) && make_key_pem(key, key_out, e);
	X509_free(cert);
	EVP_PKEY_free(key);
	return ok;
}

/* ---- one that exists ---- */

static bool check_ca(const struct ca *ca, struct err *e)
{
	if (X509_check_ca(ca->cert) != 1 || !(X509_get_key_usage(ca->cert) & KU_KEY_CERT_SIGN))
		return err_set(e, "the certificate is not that of a CA");
	bool ok = X509_check_private_key(ca->cert, ca->key) == 1;
	ERR_clear_error();
	return ok || err_set(e, "the key does not belong to the certificate");
}

static bool read_ca(struct ca *ca, const void *cert, size_t cert_size, const void *key,
    size_t key_size, struct err *e)
{
	struct err why = {""};
	ca->cert = x509_read_one(cert, cert_size, &why);
	if (!ca->cert)
		return err_set(e, "the certificate of the CA cannot be used: %s", why.text);
	ca->key = x509_read_key(key, key_size, &why);
	if (!ca->key)
		return err_set(e, "the key of the CA cannot be used: %s", why.text);
	return true;
}

struct ca *ca_open(
    const void *cert, size_t cert_size, const void *key, size_t key_size, struct err *e)
{
	struct ca *ca = mem_alloc(sizeof *ca);
	struct arena a = {0};
	struct cert facts = {0};
	bool ok = read_ca(ca, cert, cert_size, key, key_size, e) && check_ca(ca, e) &&
		  ca_facts(ca, &a, &facts, e);
	ca->from = facts.from;
	ca->until = facts.until;
	arena_free(&a);
	if (ok)
		return ca;
	ca_close(ca);
	return NULL;
}

void ca_close(struct ca *ca)
{
	if (!ca)
		return;
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
	free(ca);
}

bool ca_facts(const struct ca *ca, struct arena *a, struct cert *out, struct err *e)
{
	return x509_facts(a, ca->cert, out, e);
}

/* ---- signing ---- */

static bool is_wildcard(const struct config *c, const char *cn)
{
	return *c->customcerts_cawildcard && text_same(cn, c->customcerts_cawildcard);
}

/* `whose` wants this name: is it that of the device, and of no other? */
static bool check_name(
    const struct ca_order *order, const char *cn, const char *whose, struct err *e)
{
	if (!*cn)
		return err_set(e, "%s has no common name", whose);
	if (is_wildcard(order->config, cn))
		return err_set(e,
		    "the common name of %s, \"%s\", is customcerts/@CAwildcard: a certificate of "
		    "this name would be good for every device",
		    whose, cn);
	if (!trust_is_name(order->config, cn, order->sn, order->hwid))
		return err_set(e,
		    "the common name of %s, \"%s\", is neither the hardware id of the device "
		    "(%s) nor its serial number without dashes (%s)",
		    whose, cn, order->hwid && *order->hwid ? order->hwid : "not known",
		    order->sn && *order->sn ? order->sn : "not known");
	return true;
}

static bool check_request(const struct ca_order *order, const struct csr *c, struct err *e)
{
	if (c->weak)
		return err_set(e, "the request is refused: %s", c->weak);
	return check_name(order, c->cn, "the request", e) &&
	       check_name(order, order->subject->cn, "the certificate (customcerts/CSRdn-cn)", e);
}

/* The period is cut at that of the CA. */
static bool set_period(
    const struct ca *ca, const struct config *c, time_t now, struct make_recipe *r, struct err *e)
{
	if (now >= ca->until)
		return err_set(e, "the CA has expired");
	if (now < ca->from)
		return err_set(e, "the CA is not valid yet");
	time_t from = now - MAKE_SKEW, until = now + c->customcerts_cadays * MAKE_DAY;
	r->from = from > ca->from ? from : ca->from;
	r->until = until < ca->until ? until : ca->until;
	return true;
}

/* The names of customcerts/CSRsan-*, those that are not empty. */
static bool write_alternatives(const struct certs_subject *s, struct buf *out, struct err *e)
{
	const char *names[COUNT(s->dns) + COUNT(s->ip)];
	size_t n = 0;
	for (size_t i = 0; i < COUNT(s->dns); i++) {
		if (*s->dns[i])
			names[n++] = s->dns[i];
	}
	for (size_t i = 0; i < COUNT(s->ip); i++) {
		if (*s->ip[i] && !make_is_address(s->ip[i]))
			return err_set(
			    e, "\"%s\" (customcerts/CSRsan-ip) is no IP address", s->ip[i]);
		if (*s->ip[i])
			names[n++] = s->ip[i];
	}
	return make_alternatives(names, n, out, e);
}

/* Country as X.509 wants it, and nothing that is no text. */
static bool check_subject(const struct certs_subject *s, struct err *e)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const char *const texts[] = {s->cn, s->ou, s->o, s->l, s->st, s->c};
	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t n = strlen(texts[i]);
		if (!text_is_utf8(texts[i], n) || text_has_control(texts[i], n))
			return err_set(
			    e, "a part of the subject is not UTF-8 without control characters");
	}
	if (*s->c && (strlen(s->c) != 2 || strspn(s->c, letters) != 2))
		return err_set(
		    e, "\"%s\" (customcerts/CSRdn-c) is no country of two letters", s->c);
	return true;
}

/* The certificate, made of the order and of the key of the request. NULL: e says why. */
static X509 *sign(struct ca *ca, const struct ca_order *order, EVP_PKEY *key, const char *names,
    time_t now, struct err *e)
{
	const struct certs_subject *s = order->subject;
	const struct make_name subject[] = {
	    {NID_commonName, s->cn},
	    {NID_organizationalUnitName, s->ou},
	    {NID_organizationName, s->o},
	    {NID_localityName, s->l},
	    {NID_stateOrProvinceName, s->st},
	    {NID_countryName, s->c},
	};
	bool both = strcmp(order->config->customcerts_causage, "both") == 0;
	const struct make_extension extensions[] = {
	    {NID_basic_constraints, "critical,CA:FALSE"},
	    {NID_key_usage, EVP_PKEY_is_a(key, "RSA") ? "critical,digitalSignature,keyEncipherment"
						      : "critical,digitalSignature"},
	    {NID_ext_key_usage, both ? "clientAuth,serverAuth" : "clientAuth"},
	    {NID_subject_key_identifier, "hash"},
	    {NID_authority_key_identifier, "keyid:always"},
	    {NID_subject_alt_name, *names ? names : NULL},
	};
	struct make_recipe r = {
	    subject, COUNT(subject), 0, 0, extensions, COUNT(extensions), key, ca->cert, ca->key};
	return set_period(ca, order->config, now, &r, e) ? make_cert(&r, e) : NULL;
}

static bool report(
    struct arena *a, X509 *cert, const struct csr *c, time_t now, struct issued *out, struct err *e)
{
	struct cert facts;
	if (!x509_facts(a, cert, &facts, e))
		return false;
	out->serial = facts.serial;
	out->cn = facts.cn;
	out->issuer = facts.issuer;
	out->from = facts.from;
	out->until = facts.until;
	out->at = now;
	out->digest = arena_strdup(a, c->digest);
	out->key = arena_strdup(a, c->key_digest);
	return true;
}

bool ca_sign(struct ca *ca, struct arena *a, const struct ca_order *order, const void *bytes,
    size_t size, time_t now, struct buf *pem, struct issued *out, struct err *e)
{
	struct csr asked;
	struct buf names = {0};
	X509_REQ *request = NULL;
	X509 *cert = NULL;
	bool ok = csr_read(a, bytes, size, &asked, e) && check_request(order, &asked, e) &&
		  check_subject(order->subject, e) && write_alternatives(order->subject, &names, e);
	if (ok)
		request = x509_read_request(bytes, size, NULL, e);
	if (request)
		cert = sign(ca, order, X509_REQ_get0_pubkey(request), buf_text(&names), now, e);
	ok = cert && report(a, cert, &asked, now, out, e) && make_cert_pem(cert, pem, e);
	X509_free(cert);
	X509_REQ_free(request);
	buf_free(&names);
	return ok;
}

/* ---- revocation lists ---- */

static bool set_time(int (*set)(X509_CRL *, const ASN1_TIME *), X509_CRL *crl, time_t when)
{
	ASN1_TIME *time = X509_time_adj_ex(NULL, 0, 0, &when);
	bool ok = time && set(crl, time) == 1;
	ASN1_TIME_free(time);
	return ok;
}

static ASN1_INTEGER *read_serial(const char *hex)
{
	BIGNUM *number = NULL;
	ASN1_INTEGER *serial = NULL;
	if (*hex && BN_hex2bn(&number, hex) == (int)strlen(hex))
		serial = BN_to_ASN1_INTEGER(number, NULL);
	BN_free(number);
	return serial;
}

static bool add_revoked(X509_CRL *crl, const struct issued *one, struct err *e)
{
	time_t revoked = one->revoked;
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *serial = read_serial(one->serial);
	ASN1_TIME *when = X509_time_adj_ex(NULL, 0, 0, &revoked);
	bool ok = entry && serial && when && X509_REVOKED_set_serialNumber(entry, serial) == 1 &&
		  X509_REVOKED_set_revocationDate(entry, when) == 1 &&
		  X509_CRL_add0_revoked(crl, entry) == 1;
	if (!ok)
		X509_REVOKED_free(entry);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(when);
	return ok || err_set(e, "\"%s\" is no serial number of a certificate", one->serial);
}

static bool add_all(
    X509_CRL *crl, const char *issuer, const struct issued *list, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].revoked && strcmp(list[i].issuer, issuer) == 0 &&
		    !add_revoked(crl, &list[i], e))
			return false;
	}
	return true;
}

static bool add_number(X509_CRL *crl, long number)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	bool ok = n && ASN1_INTEGER_set(n, number) == 1 &&
		  X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) == 1;
	ASN1_INTEGER_free(n);
	return ok;
}

static bool add_key_id(X509_CRL *crl, X509 *issuer)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, NULL, NULL, crl, 0);
	X509_EXTENSION *made =
	    X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
	bool ok = made && X509_CRL_add_ext(crl, made, -1) == 1;
	X509_EXTENSION_free(made);
	return ok;
}

static bool finish_crl(struct ca *ca, X509_CRL *crl, long number, time_t now, struct buf *pem)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
		  X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->cert)) == 1 &&
		  set_time(X509_CRL_set1_lastUpdate, crl, now - MAKE_SKEW) &&
		  set_time(X509_CRL_set1_nextUpdate, crl, ca->until) && add_number(crl, number) &&
		  add_key_id(crl, ca->cert) && X509_CRL_sort(crl) == 1 &&
		  X509_CRL_sign(crl, ca->key, make_digest(ca->key)) > 0 &&
		  PEM_write_bio_X509_CRL(bio, crl) == 1 && pem_add(bio, pem);
	BIO_free(bio);
	return ok;
}

bool ca_crl(struct ca *ca, const struct issued *list, size_t count, long number, time_t now,
    struct buf *pem, struct err *e)
{
	struct arena a = {0};
	struct cert facts;
	X509_CRL *crl = X509_CRL_new();
	bool ok = crl && ca_facts(ca, &a, &facts, e) && add_all(crl, facts.cn, list, count, e);
	if (ok && !finish_crl(ca, crl, number, now, pem))
		ok = make_failed(e, "a revocation list could not be made");
	X509_CRL_free(crl);
	arena_free(&a);
	return ok;
}
