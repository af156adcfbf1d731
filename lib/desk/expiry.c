/* SPDX-License-Identifier: ISC */
#include "desk/expiry.h"

#include "desk/ca_files.h"

#include <string.h>
#include <unistd.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void take_file(struct arena *a, const char *path, struct expiry *list, size_t *count)
{
	struct err e = {""};
	struct cert cert;
	struct expiry one = {.name = base_name(path)};
	if (access(path, F_OK) != 0)
		return;
	if (ca_file_cert(a, path, &cert, &e))
		one.until = cert.until;
	else
		one.problem = arena_strdup(a, e.text);
	list[(*count)++] = one;
}

struct expiry *expiry_read(struct arena *a, const struct home *h, const char *pki, size_t *count)
{
	size_t ncas;
	const struct ca_file *cas = ca_files(a, h, &ncas);
	struct expiry *list = arena_calloc(a, ncas + 2, sizeof *list);
	*count = 0;
	take_file(a, arena_concat(a, pki ? pki : h->pki, "/server.pem"), list, count);
	take_file(a, ca_clients(a, h, pki), list, count);
	for (size_t i = 0; i < ncas; i++) {
		if (cas[i].former)
			continue;
		list[(*count)++] = (struct expiry){
		    base_name(cas[i].path), cas[i].problem ? 0 : cas[i].cert.until, cas[i].problem};
	}
	return list;
}
