/* SPDX-License-Identifier: ISC */
#include "desk/ca_files.h"

#include "base/file.h"
#include "base/text.h"
#include "guard/x509.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool ca_file_read(
    struct arena *a, const char *path, struct buf *bytes, struct cert *out, struct err *e)
{
	if (!file_read(AT_FDCWD, path, X509_MOST, bytes, e))
		return false;
	X509 *cert = x509_read_one(buf_text(bytes), bytes->size, e);
	bool ok = cert && x509_facts(a, cert, out, e);
	X509_free(cert);
	return ok;
}

bool ca_file_cert(struct arena *a, const char *path, struct cert *out, struct err *e)
{
	struct buf bytes = {0};
	bool ok = ca_file_read(a, path, &bytes, out, e);
	OPENSSL_cleanse(bytes.data, bytes.size);
	buf_free(&bytes);
	return ok;
}

static void take(struct arena *a, const char *path, bool former, struct ca_file *out)
{
	struct err e = {""};
	*out = (struct ca_file){.path = arena_strdup(a, path), .former = former};
	if (!ca_file_cert(a, path, &out->cert, &e))
		out->problem = arena_strdup(a, e.text);
}

static int is_former(const struct dirent *one)
{
	return fnmatch("ca-*.pem", one->d_name, 0) == 0;
}

struct ca_file *ca_files(struct arena *a, const struct home *h, size_t *count)
{
	struct dirent **names = NULL;
	int former = scandir(h->ca, &names, is_former, alphasort);
	struct ca_file *list = arena_calloc(a, (size_t)(former > 0 ? former : 0) + 1, sizeof *list);
	*count = 0;
	if (access(h->ca_cert, F_OK) == 0)
		take(a, h->ca_cert, false, &list[(*count)++]);
	for (int i = 0; i < former; i++) {
		take(a, arena_concat(a, h->ca, "/", names[i]->d_name), true, &list[(*count)++]);
		free(names[i]);
	}
	free(names);
	return list;
}

const char *ca_clients(struct arena *a, const struct home *h, const char *pki)
{
	return arena_concat(a, pki ? pki : h->pki, "/client-ca.pem");
}

/* A file may have more certificates than x509_read() reads; what we added stands in it as it is. */
bool ca_is_in(const struct buf *cert, const struct buf *file)
{
	X509 *list[X509_CHAIN], *one = x509_read_one(buf_text(cert), cert->size, NULL);
	size_t count = one ? x509_read(buf_text(file), file->size, list, NULL) : 0;
	bool found = cert->size && memmem(buf_text(file), file->size, cert->data, cert->size);
	for (size_t i = 0; i < count; i++) {
		found |= X509_cmp(list[i], one) == 0;
		X509_free(list[i]);
	}
	X509_free(one);
	return found;
}
