/* SPDX-License-Identifier: ISC */
#include "guard/delivery.h"

#include "guard/csr.h"
#include "guard/x509.h"

#include <openssl/err.h>
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
	b->hex = arena_room(b->arena, b->hex, b->count, &b->room, sizeof *b->hex, 8);
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
	b->empty = false;
	if (!x509_blocks(f->bytes, f->size, take_block, b, &why))
		return err_set(e, "%s: %s", f->name, why.text);
	return !b->empty || err_set(e, "%s is empty", f->name);
}

/*
 * What is no certificate for its key would be an error on the device, which stops it for good. Where the
 * request itself is not understood, that cannot be said, and what lies there is sent as it is.
 */
static bool fits(struct arena *a, const struct certs_bytes *request, const struct certs_bytes *cert,
    struct err *e)
{
	struct csr csr;
	struct cert facts;
	if (!request || !csr_read(a, request->bytes, request->size, &csr, NULL))
		return true;
	return csr_answered(a, request->bytes, request->size, cert->bytes, cert->size, &facts, e);
}

/* ---- which files are of its chain ---- */

/* A certificate of a file. */
struct link {
	X509 *cert;
	size_t file;
	bool needed; /* it is the device's, or has signed one that is */
};

struct chain {
	struct arena *arena;
	struct link *links;
	size_t count;
};

/* By name and signature: what a CA may do, and when, is for the device to say. */
static bool has_signed(X509 *ca, X509 *cert)
{
	return X509_NAME_cmp(X509_get_subject_name(ca), X509_get_issuer_name(cert)) == 0 &&
	       X509_verify(cert, X509_get0_pubkey(ca)) == 1;
}

/* False: one of the files is none of certificates. */
static bool chain_read(struct chain *c, const struct certs_bytes *files, size_t count)
{
	c->links = arena_calloc(c->arena, count * X509_CHAIN, sizeof *c->links);
	for (size_t i = 0; i < count; i++) {
		X509 *certs[X509_CHAIN];
		size_t n = x509_read(files[i].bytes, files[i].size, certs, NULL);
		for (size_t k = 0; k < n; k++)
			c->links[c->count++] = (struct link){certs[k], i, i == 0 && k == 0};
		if (!n)
			return false;
	}
	return true;
}

/* Who has signed one that is needed is needed, too, until nobody is added. */
static void chain_follow(struct chain *c)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < c->count; i++) {
			for (size_t k = 0; c->links[i].needed && k < c->count; k++) {
				if (c->links[k].needed ||
				    !has_signed(c->links[k].cert, c->links[i].cert))
					continue;
				c->links[k].needed = more = true;
			}
		}
	}
}

/* Marks the files that are to be sent. False: the issuer is in none of them. */
static bool chain_mark(const struct chain *c, bool *sent)
{
	bool issuer = false;
	sent[0] = true;
	for (size_t i = 0; i < c->count; i++) {
		const struct link *l = &c->links[i];
		sent[l->file] |= l->needed;
		issuer |= l->needed && i > 0 && has_signed(l->cert, c->links[0].cert);
	}
	return issuer;
}

/*
 * Of several CAs, those that have to do with this certificate; all of them where that cannot be said.
 */
static const bool *choose(struct arena *a, const struct certs_bytes *files, size_t count)
{
	struct chain c = {.arena = a};
	bool *sent = arena_calloc(a, count, sizeof *sent);
	bool known = chain_read(&c, files, count);
	if (known) {
		chain_follow(&c);
		known = chain_mark(&c, sent);
	}
	for (size_t i = 0; i < count; i++)
		sent[i] |= !known;
	for (size_t i = 0; i < c.count; i++)
		X509_free(c.links[i].cert);
	ERR_clear_error();
	return sent;
}

static bool check_keys(const struct certs_bytes *files, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (has_key(&files[i]))
			return err_set(e, "there is a private key in %s", files[i].name);
	}
	return true;
}

void delivery_make(struct arena *a, const struct certs_bytes *request,
    const struct certs_bytes *files, size_t count, struct plan_certs *out)
{
	struct blocks b = {.arena = a};
	struct err e;
	bool ok = count && check_keys(files, count, &e) && fits(a, request, &files[0], &e);
	const bool *sent = ok ? choose(a, files, count) : NULL;
	for (size_t i = 0; ok && i < count; i++)
		ok = !sent[i] || add_file(&b, &files[i], &e);
	out->hex = ok ? b.hex : NULL;
	out->count = ok ? b.count : 0;
	out->problem = ok || !count ? NULL : arena_strdup(a, e.text);
}
