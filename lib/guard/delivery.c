/* SPDX-License-Identifier: ISC */
#include "guard/delivery.h"

#include "guard/csr.h"
#include "guard/x509.h"

#include <string.h>

#define PRIVATE_KEY "PRIVATE KEY-----"

/* Blocks of DER as hexadecimal, in the order of sending. */
struct blocks {
	struct arena *arena;
	const char **hex;
	size_t count, room;
	bool empty; /* one of them has nothing in it */
};

static void take_block(void *context, const void *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	struct blocks *b = context;
	const unsigned char *from = bytes;
	if (b->count == b->room) {
		size_t room = b->room ? 2 * b->room : 8;
		const char **hex = arena_calloc(b->arena, room, sizeof *hex);
		if (b->count)
			memcpy(hex, b->hex, b->count * sizeof *hex);
		b->hex = hex;
		b->room = room;
	}
	char *text = arena_alloc(b->arena, 2 * size + 1);
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[from[i] >> 4];
		text[2 * i + 1] = digits[from[i] & 0xf];
	}
	b->empty |= size == 0;
	b->hex[b->count++] = text;
}

/* A key that was put into the wrong file must not go to every phone. */
static bool has_key(const struct certs_bytes *f)
{
	return memmem(f->bytes, f->size, PRIVATE_KEY, strlen(PRIVATE_KEY)) != NULL;
}

static bool add_file(struct blocks *b, const struct certs_bytes *f, struct err *e)
{
	struct err why;
	if (has_key(f))
		return err_set(e, "there is a private key in %s", f->name);
	b->empty = false;
	if (!x509_blocks(f->bytes, f->size, take_block, b, &why))
		return err_set(e, "%s: %s", f->name, why.text);
	return !b->empty || err_set(e, "%s is empty", f->name);
}

static bool is_certificate(const struct certs_bytes *f)
{
	X509 *cert = x509_read_one(f->bytes, f->size, NULL);
	X509_free(cert);
	return cert != NULL;
}

/*
 * A certificate for another key would be an error on the device, which stops it for good. What cannot be
 * understood is the administrator's business, and is sent as it is.
 */
static bool fits(struct arena *a, const struct certs_bytes *request, const struct certs_bytes *cert,
    struct err *e)
{
	struct csr csr;
	struct cert facts;
	if (!request || !csr_read(a, request->bytes, request->size, &csr, NULL) ||
	    !is_certificate(cert))
		return true;
	return csr_answered(a, request->bytes, request->size, cert->bytes, cert->size, &facts, e);
}

void delivery_make(struct arena *a, const struct certs_bytes *request,
    const struct certs_bytes *files, size_t count, struct plan_certs *out)
{
	struct blocks b = {.arena = a};
	struct err e;
	bool ok = count && fits(a, request, &files[0], &e);
	for (size_t i = 0; ok && i < count; i++)
		ok = add_file(&b, &files[i], &e);
	out->hex = ok ? b.hex : NULL;
	out->count = ok ? b.count : 0;
	out->problem = ok || !count ? NULL : arena_strdup(a, e.text);
}
