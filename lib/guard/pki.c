/* SPDX-License-Identifier: ISC */
/* Makes the certificates of pki.h: one recipe, two sets of extensions. */
#include "guard/pki.h"

#include "guard/make.h"

#include <openssl/x509v3.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A new key and a certificate that it signs itself. */
static bool make(const char *name, long days, const struct make_extension *extensions, size_t count,
    time_t now, struct buf *cert_out, struct buf *key_out, struct err *e)
{
	const struct make_name subject[] = {
	    {NID_organizationName, "Rollcall"}, {NID_commonName, name}};
	struct make_recipe r = {subject, COUNT(subject), now - MAKE_SKEW, now + days * MAKE_DAY,
	    extensions, count, make_key("P-256", e), NULL, NULL};
	X509 *cert = r.key ? make_cert(&r, e) : NULL;
	bool ok = cert && make_cert_pem(cert, cert_out, e) && make_key_pem(r.key, key_out, e);
	X509_free(cert);
	EVP_PKEY_free(r.key);
	return ok;
}

static bool check_names(const char *const *names, size_t count, struct err *e)
{
	if (count == 0 || count > PKI_NAMES)
		return err_set(
		    e, "a server certificate needs 1 to %d names, not %zu", PKI_NAMES, count);
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) > MAKE_NAME_MOST)
			return err_set(e,
			    "\"%s\" is neither a DNS name nor an IP address of at most %d "
			    "characters",
			    names[i], MAKE_NAME_MOST);
	}
	return true;
}

bool pki_make_server(
    const char *const *names, size_t count, time_t now, struct buf *pem, struct err *e)
{
	struct buf alternatives = {0};
	bool ok = check_names(names, count, e) && make_alternatives(names, count, &alternatives, e);
	/* No keyUsage: one without keyCertSign keeps OpenSSL from seeing that it signed itself. */
	const struct make_extension extensions[] = {
	    {NID_basic_constraints, "critical,CA:FALSE"},
	    {NID_ext_key_usage, "serverAuth"},
	    {NID_subject_key_identifier, "hash"},
	    {NID_subject_alt_name, buf_text(&alternatives)},
	};
	ok = ok && make(names[0], PKI_SERVER_DAYS, extensions, COUNT(extensions), now, pem, pem, e);
	buf_free(&alternatives);
	return ok;
}

bool pki_make_ca(const char *name, time_t now, struct buf *cert, struct buf *key, struct err *e)
{
	static const struct make_extension extensions[] = {
	    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
	    {NID_key_usage, "critical,keyCertSign,cRLSign"},
	    {NID_subject_key_identifier, "hash"},
	};
	return make(name, PKI_CA_DAYS, extensions, COUNT(extensions), now, cert, key, e);
}
