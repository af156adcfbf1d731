/* SPDX-License-Identifier: ISC */
#include "guard/trusted.h"

#include "base/file.h"
#include "base/mem.h"
#include "guard/crl.h"
#include "guard/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CAS_SIZE (1 << 20) /* bytes of the file of CAs */
#define AUTH_LEVEL 2       /* 112 bits: no SHA-1, no RSA below 2048 */

void trusted_free(struct trusted *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->ncas; i++)
		X509_free(t->cas[i]);
	for (size_t i = 0; i < t->ncrls; i++)
		X509_CRL_free(t->crls[i]);
	X509_STORE_free(t->store);
	free(t);
}

static bool is_loaded(const struct trusted *t, const X509 *ca)
{
	for (size_t i = 0; i < t->ncas; i++) {
		if (X509_cmp(t->cas[i], ca) == 0)
			return true;
	}
	return false;
}

/* Takes the reference when it is a CA. One that is none can vouch for nobody, not even for itself. */
static bool keep_ca(struct trusted *t, X509 *ca, struct err *e)
{
	if (!X509_check_ca(ca) || is_loaded(t, ca)) {
		X509_free(ca);
		return true;
	}
	if (t->ncas < TRUSTED_CAS && X509_STORE_add_cert(t->store, ca) == 1) {
		t->cas[t->ncas++] = ca;
		return true;
	}
	X509_free(ca);
	return err_set(e, "there are more than %d CAs in it", TRUSTED_CAS);
}

static bool take_ca(void *context, const struct pem_block *block, struct err *e)
{
	const unsigned char *at = block->der;
	if (!block->name)
		return err_set(e, "there is no certificate in PEM in it");
	if (strcmp(block->name, PEM_STRING_X509) != 0 || block->encrypted)
		return true;
	X509 *ca = d2i_X509(NULL, &at, (long)block->size);
	return ca ? keep_ca(context, ca, e) : err_set(e, "a certificate in it is damaged");
}

/* Is it signed by a CA of the file? -1: it says so, but it is not. */
static int crl_is_ours(const struct trusted *t, X509_CRL *crl)
{
	int found = 0;
	for (size_t i = 0; i < t->ncas && found != 1; i++) {
		if (X509_NAME_cmp(X509_get_subject_name(t->cas[i]), X509_CRL_get_issuer(crl)) == 0)
			found = X509_CRL_verify(crl, X509_get0_pubkey(t->cas[i])) == 1 ? 1 : -1;
	}
	return found;
}

/* Takes the reference when the list is of a CA that we know. */
static bool keep_crl(struct trusted *t, X509_CRL *crl, struct err *e)
{
	X509_REVOKED *revoked;
	int ours = crl_is_ours(t, crl);
	if (ours == 1 && t->ncrls < TRUSTED_CRLS) {
		/* The first question sorts the list: better now than in a request. */
		X509_CRL_get0_by_cert(crl, &revoked, t->cas[0]);
		t->crls[t->ncrls++] = crl;
		return true;
	}
	X509_CRL_free(crl);
	if (ours == 1)
		return err_set(e, "there are more than %d revocation lists", TRUSTED_CRLS);
	return ours == 0 || err_set(e, "the signature of a revocation list in it is wrong");
}

static bool take_crl(void *context, const struct pem_block *block, struct err *e)
{
	const unsigned char *at = block->der;
	if (!block->name)
		return err_set(e, "there is no revocation list in PEM in it");
	if (strcmp(block->name, PEM_STRING_X509_CRL) != 0 || block->encrypted)
		return true;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)block->size);
	return crl ? keep_crl(context, crl, e) : err_set(e, "a revocation list in it is damaged");
}

/* `e` names the file. */
static bool load_file(
    const char *path, size_t most, pem_take *take, struct trusted *t, struct err *e)
{
	struct buf bytes = {0};
	struct err why = {""};
	bool ok = file_read(AT_FDCWD, path, most, &bytes, e);
	if (ok && !pem_each(buf_text(&bytes), bytes.size, most, take, t, &why))
		ok = err_set(e, "%s: %s", path, why.text);
	ERR_clear_error();
	buf_free(&bytes);
	return ok;
}

static bool load_crls(char *const *paths, struct trusted *t, struct err *e)
{
	struct stat st;
	for (; *paths; paths++) {
		/* An empty one is as good as none: it revokes nothing. */
		int failed = stat(*paths, &st) == 0 ? 0 : errno;
		if (failed == ENOENT || (!failed && st.st_size == 0))
			continue;
		if (!load_file(*paths, CRL_MOST, take_crl, t, e))
			return false;
	}
	return true;
}

static bool fill_store(const char *cas, struct trusted *t, struct err *e)
{
	t->store = X509_STORE_new();
	if (!t->store || X509_STORE_set_flags(t->store, X509_V_FLAG_PARTIAL_CHAIN) != 1 ||
	    X509_STORE_set_purpose(t->store, X509_PURPOSE_SSL_CLIENT) != 1)
		return err_set(e, "OpenSSL makes no store of certificates");
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(t->store), AUTH_LEVEL);
	if (!load_file(cas, CAS_SIZE, take_ca, t, e))
		return false;
	return t->ncas || err_set(e, "%s: there is no CA's certificate in it", cas);
}

struct trusted *trusted_load(const char *cas, char *const *crls, struct err *e)
{
	struct trusted *t = mem_alloc(sizeof *t);
	if (fill_store(cas, t, e) && load_crls(crls, t, e))
		return t;
	trusted_free(t);
	return NULL;
}

const X509_REVOKED *trusted_revoked(const struct trusted *t, X509 *cert)
{
	X509_REVOKED *found = NULL;
	for (size_t i = 0; i < t->ncrls; i++) {
		if (X509_NAME_cmp(X509_CRL_get_issuer(t->crls[i]), X509_get_issuer_name(cert)) ==
			0 &&
		    X509_CRL_get0_by_cert(t->crls[i], &found, cert) == 1)
			return found;
	}
	return NULL;
}
