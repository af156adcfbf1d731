/* SPDX-License-Identifier: ISC */
#include "guard/front.h"

#include "base/arena.h"
#include "guard/pem.h"
#include "guard/x509.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

/* Security level 2 of OpenSSL, the lowest that Debian has; `lighttpd -tt` does not look at it. */
#define SECURITY_BITS 112

/* ---- reading ---- */

/* Certificates and lists of a text, in order; other things between PEM lines do not count. */
static STACK_OF(X509_INFO) * read_all(const void *bytes, size_t size, struct err *e)
{
	BIO *bio = size <= INT_MAX ? BIO_new_mem_buf(bytes, (int)size) : NULL;
	STACK_OF(X509_INFO) *all =
	    bio ? PEM_X509_INFO_read_bio(bio, NULL, pem_no_phrase, NULL) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	if (!all)
		err_set(e, "it is damaged, or not complete: a block of PEM in it cannot be read");
	return all;
}

static void free_all(STACK_OF(X509_INFO) * all)
{
	sk_X509_INFO_pop_free(all, X509_INFO_free);
}

static X509 *cert_at(const STACK_OF(X509_INFO) * all, int i)
{
	return sk_X509_INFO_value(all, i)->x509;
}

static X509_CRL *list_at(const STACK_OF(X509_INFO) * all, int i)
{
	return sk_X509_INFO_value(all, i)->crl;
}

/* ---- checking ---- */

static X509 *first_cert(const STACK_OF(X509_INFO) * all)
{
	for (int i = 0; i < sk_X509_INFO_num(all); i++) {
		if (cert_at(all, i))
			return cert_at(all, i);
	}
	return NULL;
}

/* Nobody checks the signature of one that signed itself. */
static bool is_signed_weakly(X509 *cert)
{
	int bits = 0;
	return !(X509_get_extension_flags(cert) & EXFLAG_SS) &&
	       X509_get_signature_info(cert, NULL, NULL, &bits, NULL) == 1 && bits < SECURITY_BITS;
}

/* NULL: nothing is wrong. */
static const char *wrong_with(X509 *cert, const EVP_PKEY *key)
{
	if (!cert)
		return "there is no certificate in it";
	if (!key)
		return "there is no private key in it, or one with a pass phrase";
	if (X509_check_private_key(cert, key) != 1)
		return "its private key is not that of its first certificate";
	if (EVP_PKEY_get_security_bits(key) < SECURITY_BITS)
		return "its key is too weak, OpenSSL would end each handshake (2048 bits of RSA are enough)";
	if (is_signed_weakly(cert))
		return "its certificate is signed with what is too weak, OpenSSL would end each handshake "
		       "(SHA-256 is enough)";
	return NULL;
}

bool front_check_server(const void *bytes, size_t size, struct err *e)
{
	STACK_OF(X509_INFO) *all = read_all(bytes, size, e);
	if (!all)
		return false;
	EVP_PKEY *key = x509_read_key(bytes, size, NULL);
	const char *wrong = wrong_with(first_cert(all), key);
	bool ok = !wrong || err_set(e, "%s", wrong);
	EVP_PKEY_free(key);
	ERR_clear_error();
	free_all(all);
	return ok;
}

bool front_is_for(const void *bytes, size_t size, const char *host)
{
	X509 *cert = x509_read_one(bytes, size, NULL);
	bool is = cert && (X509_check_host(cert, host, 0, 0, NULL) == 1 ||
			      X509_check_ip_asc(cert, host, 0) == 1);
	ERR_clear_error();
	X509_free(cert);
	return is;
}

/* ---- revocation lists ---- */

/* 0: it does not say. */
static time_t time_of(const ASN1_TIME *t)
{
	int64_t seconds;
	x509_time(t, &seconds);
	return (time_t)seconds;
}

/* One that is complete, and says nothing of a part of the certificates only. */
static bool is_plain(const X509_CRL *list)
{
	return X509_CRL_get_ext_by_NID(list, NID_issuing_distribution_point, -1) < 0 &&
	       X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) < 0;
}

static bool counts(X509 *ca, X509_CRL *list, time_t now)
{
	time_t until = time_of(X509_CRL_get0_nextUpdate(list));
	return X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(ca)) == 0 &&
	       is_plain(list) && time_of(X509_CRL_get0_lastUpdate(list)) <= now &&
	       (until == 0 || until > now + FRONT_MARGIN) &&
	       X509_CRL_verify(list, X509_get0_pubkey(ca)) == 1;
}

struct joining {
	const STACK_OF(X509_INFO) * cas, *lists;
	time_t now, until;
	BIO *out;
};

/* The lists of one CA; which of them is the latest, OpenSSL finds out. False: there is none. */
static bool join_of(struct joining *j, X509 *ca)
{
	time_t longest = 0;
	bool found = false, for_ever = false;
	for (int i = 0; i < sk_X509_INFO_num(j->lists); i++) {
		X509_CRL *list = list_at(j->lists, i);
		if (!list || !counts(ca, list, j->now) || PEM_write_bio_X509_CRL(j->out, list) != 1)
			continue;
		time_t until = time_of(X509_CRL_get0_nextUpdate(list));
		found = true;
		for_ever = for_ever || until == 0;
		longest = until > longest ? until : longest;
	}
	if (found && !for_ever && (j->until == 0 || longest < j->until))
		j->until = longest;
	return found;
}

/* Another CA of the same name: whose list is whose could be mistaken. */
static bool has_namesake(const STACK_OF(X509_INFO) * cas, X509 *ca)
{
	for (int i = 0; i < sk_X509_INFO_num(cas); i++) {
		X509 *other = cert_at(cas, i);
		if (other &&
		    X509_NAME_cmp(X509_get_subject_name(other), X509_get_subject_name(ca)) == 0 &&
		    EVP_PKEY_eq(X509_get0_pubkey(other), X509_get0_pubkey(ca)) != 1)
			return true;
	}
	return false;
}

static bool join_ca(struct joining *j, X509 *ca, struct err *why)
{
	const char *reason = NULL;
	if (has_namesake(j->cas, ca))
		reason = "has the name of another one";
	else if (!join_of(j, ca))
		reason = "has no complete revocation list that is in force";
	if (!reason)
		return true;
	struct arena a = {0};
	err_set(why, "the CA \"%s\" %s", x509_show_cn(&a, X509_get_subject_name(ca)), reason);
	arena_free(&a);
	return false;
}

/* One that is none vouches for nobody. */
static bool is_ca(X509 *cert)
{
	return cert && X509_check_ca(cert) != 0;
}

static bool join_all(struct joining *j, struct buf *out, struct err *why)
{
	char *text = NULL;
	bool ok = j->out != NULL;
	for (int i = 0; ok && i < sk_X509_INFO_num(j->cas); i++)
		ok = !is_ca(cert_at(j->cas, i)) || join_ca(j, cert_at(j->cas, i), why);
	long size = ok ? BIO_get_mem_data(j->out, &text) : 0;
	if (size > 0)
		buf_add(out, text, (size_t)size);
	return ok;
}

bool front_lists(const void *cas, size_t cas_size, const void *lists, size_t lists_size, time_t now,
    struct buf *out, time_t *until, struct err *why)
{
	STACK_OF(X509_INFO) *trusted = read_all(cas, cas_size, why);
	STACK_OF(X509_INFO) *given = read_all(lists, lists_size, why);
	struct joining j = {trusted, given, now, 0, BIO_new(BIO_s_mem())};
	bool ok = trusted && given && join_all(&j, out, why);
	*until = j.until;
	BIO_free(j.out);
	free_all(trusted);
	free_all(given);
	ERR_clear_error();
	return ok;
}
