/* SPDX-License-Identifier: ISC */
#include "guard/csr.h"

#include "guard/x509.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>

#define RSA_LEAST 2048
#define RSA_MOST 4096

/* ---- what our own CA would never sign ---- */

/* Each returns NULL, or what is wrong. */
typedef const char *check(struct arena *a, X509_REQ *request, const struct csr *c);

/* A curve that is spelt out, were it P-256: nobody would accept the certificate. */
static bool is_explicit(const EVP_PKEY *key)
{
	int spelt = 0;
	return EVP_PKEY_get_int_param(
		   key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &spelt) == 1 &&
	       spelt;
}

static bool is_good_key(const EVP_PKEY *key, const char *shown)
{
	int bits = key ? EVP_PKEY_get_bits(key) : 0;
	if (key && EVP_PKEY_is_a(key, "RSA"))
		return bits >= RSA_LEAST && bits <= RSA_MOST;
	return key && (strcmp(shown, "P-256") == 0 || strcmp(shown, "P-384") == 0) &&
	       !is_explicit(key);
}

static const char *check_key(struct arena *a, X509_REQ *request, const struct csr *c)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(request);
	if (is_good_key(key, c->key))
		return NULL;
	return arena_printf(a, "its key is %s%s, not RSA %d to %d, P-256 or P-384", c->key,
	    key && is_explicit(key) ? " with a curve that is spelt out" : "", RSA_LEAST, RSA_MOST);
}

static const char *check_digest(struct arena *a, X509_REQ *request, const struct csr *c)
{
	int digest = NID_undef;
	OBJ_find_sigid_algs(X509_REQ_get_signature_nid(request), &digest, NULL);
	bool ok = digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
	return ok ? NULL
		  : arena_printf(a, "it is signed with %s, not with SHA-256, SHA-384 or SHA-512",
			c->signature);
}

/* Only now, with a key of known size: of others this may take long. */
static const char *check_signature(struct arena *a, X509_REQ *request, const struct csr *c)
{
	(void)a, (void)c;
	bool ok = X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1;
	return ok ? NULL : "its signature is wrong: whoever made it may not have the key";
}

static const char *check_name(struct arena *a, X509_REQ *request, const struct csr *c)
{
	struct err e;
	const char *cn;
	(void)c;
	bool ok = x509_cn(a, X509_REQ_get_subject_name(request), "subject", &cn, &e);
	return ok ? NULL : arena_strdup(a, e.text);
}

static const char *check_ca(struct arena *a, X509_REQ *request, const struct csr *c)
{
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
	int found = -1;
	BASIC_CONSTRAINTS *b = X509V3_get_d2i(extensions, NID_basic_constraints, &found, NULL);
	/* -1: there is none; -2: there are several. */
	bool ok = b ? !b->ca : found == -1;
	(void)a, (void)c;
	BASIC_CONSTRAINTS_free(b);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return ok ? NULL : "it asks for the certificate of a CA (CA:TRUE)";
}

static check *const checks[] = {check_key, check_digest, check_signature, check_name, check_ca};

static const char *find_weakness(struct arena *a, X509_REQ *request, const struct csr *c)
{
	const char *weak = NULL;
	for (size_t i = 0; !weak && i < sizeof checks / sizeof *checks; i++)
		weak = checks[i](a, request, c);
	ERR_clear_error();
	return weak;
}

/* ---- reading ---- */

static const char *show_san(struct arena *a, X509_REQ *request)
{
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
	const char *shown = x509_show_san(a, extensions);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return shown;
}

/* One key has one digest: points on curves can be written in several ways, and parameters left out. */
static void digest_key(X509_REQ *request, char out[65])
{
	EVP_PKEY *asked = X509_REQ_get0_pubkey(request);
	EVP_PKEY *key = asked ? EVP_PKEY_dup(asked) : NULL;
	unsigned char *der = NULL;
	if (key && EVP_PKEY_is_a(key, "EC"))
		EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
		    OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
	int size = key ? i2d_PUBKEY(key, &der) : 0;
	*out = '\0';
	if (size > 0)
		x509_digest(der, (size_t)size, out);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	ERR_clear_error();
}

static const char *show_signature(const X509_REQ *request)
{
	int nid = X509_REQ_get_signature_nid(request);
	return nid == NID_undef ? "an unknown algorithm" : OBJ_nid2ln(nid);
}

bool csr_read(struct arena *a, const void *bytes, size_t size, struct csr *out, struct err *e)
{
	char digest[65];
	X509_REQ *request = x509_read_request(bytes, size, digest, e);
	if (!request)
		return false;
	const X509_NAME *subject = X509_REQ_get_subject_name(request);
	*out = (struct csr){.subject = x509_show_name(a, subject),
	    .cn = "",
	    .key = x509_show_key(a, X509_REQ_get0_pubkey(request)),
	    .signature = show_signature(request),
	    .san = show_san(a, request)};
	x509_cn(a, subject, "subject", &out->cn, NULL);
	memcpy(out->digest, digest, sizeof digest);
	digest_key(request, out->key_digest);
	out->weak = find_weakness(a, request, out);
	X509_REQ_free(request);
	return true;
}

static bool is_for(struct arena *a, X509_REQ *request, X509 *cert, struct err *e)
{
	EVP_PKEY *wanted = X509_REQ_get0_pubkey(request), *given = X509_get0_pubkey(cert);
	bool ok = wanted && given && EVP_PKEY_eq(wanted, given) == 1;
	ERR_clear_error();
	return ok || err_set(e,
			 "the certificate is for another key than that of the request: its "
			 "subject is %s",
			 x509_show_name(a, X509_get_subject_name(cert)));
}

bool csr_answered(struct arena *a, const void *request, size_t request_size, const void *cert,
    size_t cert_size, struct cert *out, struct err *e)
{
	struct err why = {""};
	X509_REQ *asked = x509_read_request(request, request_size, NULL, &why);
	if (!asked)
		return err_set(e, "the request cannot be read: %s", why.text);
	X509 *answer = x509_read_one(cert, cert_size, e);
	bool ok = answer && is_for(a, asked, answer, e) && x509_facts(a, answer, out, e);
	X509_free(answer);
	X509_REQ_free(asked);
	return ok;
}
