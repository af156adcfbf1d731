/* SPDX-License-Identifier: ISC */
/* Two tables, of what is copied and of where it comes from; the rest goes through them (web_tls.h). */
#include "tools/rollcall/web_tls.h"

#include "base/file.h"
#include "guard/client.h"
#include "guard/crl.h"
#include "guard/front.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPIES_MODE 0700
#define COPY_MODE 0600
#define SOURCE_MOST CRL_MOST                /* bytes; of the others guard/client.h wants less */
#define COPY_MOST ((size_t)3 * SOURCE_MOST) /* lists of two files, and a bit */

/* In HOME/run. */
static const char *const copies[WEB_TLS_COPIES] = {
    "pki/server.pem", "pki/client-ca.pem", "pki/client-crl.pem", "client-crl.pem"};

static const struct source {
	const char *name; /* in the folder of --pki; NULL: the list of our own CA */
	enum web_tls_copy becomes;
	bool optional;
} sources[WEB_TLS_SOURCES] = {
    [WEB_TLS_FROM_SERVER] = {"server.pem", WEB_TLS_SERVER, false},
    [WEB_TLS_FROM_CAS] = {"client-ca.pem", WEB_TLS_CAS, false},
    [WEB_TLS_FROM_LISTS] = {"client-crl.pem", WEB_TLS_LISTS, true},
    [WEB_TLS_FROM_OWN] = {NULL, WEB_TLS_GIVEN, true},
};

static const char *source_path(struct arena *a, const struct web_tls *t, size_t i)
{
	return sources[i].name ? arena_printf(a, "%s/%s", t->pki, sources[i].name)
			       : t->home->ca_crl;
}

static bool is_needed(const struct web_tls *t, size_t source)
{
	return source == WEB_TLS_FROM_SERVER ? t->server : t->cas;
}

const char *web_tls_path(
    struct arena *a, const struct web_tls *t, enum web_tls_copy copy, const char *suffix)
{
	return arena_printf(a, "%s/%s%s", t->home->run, copies[copy], suffix);
}

const char *web_tls_folder(struct arena *a, const struct home *h)
{
	return arena_printf(a, "%s/pki", h->run);
}

void web_tls_look(const struct web_tls *t, struct stamp now[WEB_TLS_SOURCES])
{
	struct arena a = {0};
	for (size_t i = 0; i < WEB_TLS_SOURCES; i++)
		now[i] = is_needed(t, i) ? stamp_at(source_path(&a, t, i)) : (struct stamp){0};
	arena_free(&a);
}

/* ---- reading ---- */

/* What was read, by where it goes. */
struct bytes {
	struct buf of[WEB_TLS_COPIES];
};

/* A key may have been in it. */
static void wipe(struct buf *b)
{
	OPENSSL_cleanse(b->data, b->size);
	buf_free(b);
}

static void wipe_all(struct bytes *b)
{
	for (size_t i = 0; i < WEB_TLS_COPIES; i++)
		wipe(&b->of[i]);
}

static bool read_source(
    struct arena *a, const struct web_tls *t, size_t i, struct buf *out, struct err *e)
{
	const char *path = source_path(a, t, i);
	if (!is_needed(t, i) || (sources[i].optional && access(path, F_OK) != 0 && errno == ENOENT))
		return true;
	struct buf bytes = {0};
	bool ok = file_read(AT_FDCWD, path, SOURCE_MOST, &bytes, e);
	if (ok && bytes.size) {
		buf_addf(out, "# From %s: change that one, this is a copy.\n", path);
		buf_add(out, buf_text(&bytes), bytes.size);
	}
	wipe(&bytes);
	return ok;
}

static bool read_all(struct web_tls *t, struct bytes *b, struct err *e)
{
	struct arena a = {0};
	struct err why;
	bool ok = true;
	for (size_t i = 0; ok && i < WEB_TLS_SOURCES; i++)
		ok = read_source(&a, t, i, &b->of[sources[i].becomes], e);
	t->lists = b->of[WEB_TLS_LISTS].size > 0;
	const struct buf *server = &b->of[WEB_TLS_SERVER];
	if (ok && t->server && !front_check_server(buf_text(server), server->size, &why))
		ok = err_set(e, "%s: %s", source_path(&a, t, WEB_TLS_FROM_SERVER), why.text);
	arena_free(&a);
	return ok;
}

/* ---- what lighttpd is given of revocation lists ---- */

/* Only lists that lock nobody out (guard/front.h). */
static void choose_lists(struct web_tls *t, struct bytes *b)
{
	struct buf given = {0}, *lists = &b->of[WEB_TLS_GIVEN], *cas = &b->of[WEB_TLS_CAS];
	buf_addc(lists, '\n'); /* one may have no end of its last line */
	buf_add(lists, buf_text(&b->of[WEB_TLS_LISTS]), b->of[WEB_TLS_LISTS].size);
	t->unlisted.text[0] = '\0';
	t->until = 0;
	t->given = t->cas && lists->size > 1 &&
		   front_lists(buf_text(cas), cas->size, buf_text(lists), lists->size, time(NULL),
		       &given, &t->until, &t->unlisted);
	buf_free(lists);
	*lists = given;
}

/* ---- writing ---- */

static bool has(const struct web_tls *t, size_t copy)
{
	const bool wanted[WEB_TLS_COPIES] = {t->server, t->cas, t->lists, t->given};
	return wanted[copy];
}

static bool write_all(const struct web_tls *t, const struct bytes *b, struct err *e)
{
	struct arena a = {0};
	bool ok = file_mkdirs(web_tls_folder(&a, t->home), COPIES_MODE, e);
	for (size_t i = 0; ok && i < WEB_TLS_COPIES; i++) {
		const char *path = web_tls_path(&a, t, i, WEB_TLS_NEW);
		ok = !has(t, i) ||
		     file_write(path, buf_text(&b->of[i]), b->of[i].size, COPY_MODE, e);
	}
	arena_free(&a);
	return ok;
}

/* Would the workers take them? */
static bool loads(const struct web_tls *t, const char *cas, const char *lists, struct err *e)
{
	const char *const files[] = {t->home->ca_crl, lists, NULL};
	struct client_trust *trust = client_trust_load(cas, files, e);
	client_trust_free(trust);
	return trust != NULL;
}

static bool check(const struct web_tls *t, struct err *e)
{
	struct arena a = {0};
	bool ok = !t->cas || loads(t, web_tls_path(&a, t, WEB_TLS_CAS, WEB_TLS_NEW),
				 web_tls_path(&a, t, WEB_TLS_LISTS, WEB_TLS_NEW), e);
	if (!ok) /* the same again, with the names that administrators know */
		loads(t, source_path(&a, t, WEB_TLS_FROM_CAS),
		    source_path(&a, t, WEB_TLS_FROM_LISTS), e);
	arena_free(&a);
	return ok;
}

bool web_tls_stage(struct web_tls *t, struct err *e)
{
	struct bytes b = {0};
	web_tls_drop(t); /* of one that was killed */
	/* Before they are read: what changes meanwhile is read again. */
	web_tls_look(t, t->seen);
	bool ok = read_all(t, &b, e);
	if (ok) {
		choose_lists(t, &b);
		ok = write_all(t, &b, e) && check(t, e);
	}
	wipe_all(&b);
	return ok;
}

static bool are_same(const char *a, const char *b)
{
	struct buf one = {0}, other = {0};
	bool same = file_read(AT_FDCWD, a, COPY_MOST, &one, NULL) &&
		    file_read(AT_FDCWD, b, COPY_MOST, &other, NULL) && one.size == other.size &&
		    memcmp(buf_text(&one), buf_text(&other), one.size) == 0;
	wipe(&one);
	wipe(&other);
	return same;
}

/* One copy into force, or out of it. False: errno says why. */
static bool take_one(
    const struct web_tls *t, const char *from, const char *to, size_t copy, bool *changed)
{
	if (!has(t, copy)) {
		*changed = unlink(to) == 0;
		return *changed || errno == ENOENT;
	}
	*changed = !are_same(from, to);
	return rename(from, to) == 0;
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

bool web_tls_take(const struct web_tls *t, struct buf *changed, struct err *e)
{
	struct arena a = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < WEB_TLS_COPIES; i++) {
		const char *to = web_tls_path(&a, t, i, "");
		bool other;
		ok = take_one(t, web_tls_path(&a, t, i, WEB_TLS_NEW), to, i, &other) ||
		     err_sys(e, "%s cannot be replaced", to);
		/* The workers look at their lists themselves. */
		if (ok && other && i != WEB_TLS_LISTS)
			buf_addf(changed, "%s%s", changed->size ? ", " : "", name_of(to));
	}
	arena_free(&a);
	return ok;
}

void web_tls_drop(const struct web_tls *t)
{
	struct arena a = {0};
	for (size_t i = 0; i < WEB_TLS_COPIES; i++)
		unlink(web_tls_path(&a, t, i, WEB_TLS_NEW));
	arena_free(&a);
}

void web_tls_forget(const struct web_tls *t)
{
	struct arena a = {0};
	unlink(web_tls_path(&a, t, WEB_TLS_SERVER, ""));
	arena_free(&a);
}
