/* SPDX-License-Identifier: ISC */
/* Makes the files that TLS needs when an administrator brought none (keys.h). */
#include "tools/rollcall/keys.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "guard/pki.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CA_NAME "Rollcall test client CA"
#define OWN_CA_MOST 65536 /* bytes */

static void forget(struct buf *secret)
{
	OPENSSL_cleanse(secret->data, secret->size);
	buf_free(secret);
}

static bool write_new(const char *path, const struct buf *bytes, const char *what, struct err *e)
{
	if (!file_write(path, buf_text(bytes), bytes->size, 0600, e))
		return false;
	log_info(path, "was missing: made %s", what);
	return true;
}

static size_t find_names(
    const struct listener *const *listeners, size_t count, const char *host, const char **names)
{
	size_t n = 0;
	names[n++] = "localhost";
	names[n++] = "127.0.0.1";
	names[n++] = "::1";
	if (text_is_word(host, "-."))
		names[n++] = host;
	for (size_t i = 0; i < count; i++) {
		/* An address that stands for all of them is no name of this server. */
		if (listener_wanted(listeners[i]) && !listener_is_any(listeners[i]))
			names[n++] = listeners[i]->host;
	}
	return n;
}

static bool make_server(
    const char *path, const struct listener *https, const struct listener *mtls, struct err *e)
{
	const struct listener *listeners[] = {https, mtls};
	const char *names[PKI_NAMES];
	char host[65] = "";
	struct buf pem = {0};
	if (access(path, F_OK) == 0)
		return true;
	gethostname(host, sizeof host - 1);
	size_t count = find_names(listeners, 2, host, names);
	bool ok = pki_make_server(names, count, time(NULL), &pem, e) &&
		  write_new(path, &pem, "a server certificate that signs itself", e);
	forget(&pem);
	return ok;
}

/* What `rollcall ca init` puts there; here for a folder that came later. */
static bool take_own_ca(const char *own_ca, const char *path, struct err *e)
{
	struct buf cert = {0};
	bool ok = file_read(AT_FDCWD, own_ca, OWN_CA_MOST, &cert, e) &&
		  file_write(path, buf_text(&cert), cert.size, 0600, e);
	if (ok)
		log_info(path, "was missing: it is now the certificate of our own CA, %s", own_ca);
	buf_free(&cert);
	return ok;
}

static bool make_ca(const char *own_ca, const char *cert_path, const char *key_path, struct err *e)
{
	struct buf cert = {0}, key = {0};
	if (access(cert_path, F_OK) == 0)
		return true;
	if (access(key_path, F_OK) == 0)
		return err_set(e,
		    "%s is missing, but its key %s is there: bring it back, or remove "
		    "the key to get a new CA",
		    cert_path, key_path);
	if (access(own_ca, F_OK) == 0)
		return take_own_ca(own_ca, cert_path, e);
	/* The key first: a certificate without its key would look like one that was brought. */
	bool ok = pki_make_ca(CA_NAME, time(NULL), &cert, &key, e) &&
		  write_new(key_path, &key, "the key of a CA for client certificates", e) &&
		  write_new(cert_path, &cert,
		      "a CA for tests; your devices are let in when the CAs of their certificates "
		      "stand there instead",
		      e);
	forget(&key);
	buf_free(&cert);
	return ok;
}

bool keys_make(const char *dir, const char *own_ca, const struct listener *https,
    const struct listener *mtls, struct err *e)
{
	struct buf server = {0}, ca = {0}, ca_key = {0};
	buf_addf(&server, "%s/server.pem", dir);
	buf_addf(&ca, "%s/client-ca.pem", dir);
	buf_addf(&ca_key, "%s/client-ca.key", dir);
	bool ok = file_mkdirs(dir, 0700, e) && make_server(server.data, https, mtls, e) &&
		  (!listener_wanted(mtls) || make_ca(own_ca, ca.data, ca_key.data, e));
	buf_free(&server);
	buf_free(&ca);
	buf_free(&ca_key);
	return ok;
}
