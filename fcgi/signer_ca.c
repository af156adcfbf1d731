/* SPDX-License-Identifier: ISC */
#include "fcgi/signer_ca.h"

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "guard/crl.h"
#include "guard/x509.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRESENT "ca"
#define FORMER "ca-"
#define CERT ".pem"
#define KEY ".key"
#define DAMAGED ".damaged"
#define KEY_MOST (16 << 10) /* bytes; RSA 4096 has 3300 */
#define LIST_MODE 0640

/* ---- secrets ---- */

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->room);
	buf_free(b);
}

/* A key that others may have read is no secret any more: no CA is worth anything with it. */
static bool is_secret(int fd, const char *path, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(e, "%s cannot be examined", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s is not a regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, "%s belongs to another user (uid %ld)", path, (long)st.st_uid);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(e,
		    "%s can be read by others than its owner (mode %04o) and is not used: chmod 600 it "
		    "if nobody has read it, else make a new CA (rollcall ca init)",
		    path, (unsigned)st.st_mode & 07777);
	return true;
}

static bool read_key(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, "%s is a link; the key of a CA must be a file", path);
	if (fd < 0)
		return err_sys(e, "the key %s of the CA cannot be opened", path);
	buf_want(out, KEY_MOST + 1); /* at once: no copy is left behind by growing */
	bool ok = is_secret(fd, path, e) && file_read_fd(fd, path, KEY_MOST, out, e);
	close(fd);
	return ok;
}

/* Who can change the folder can put another CA there. */
static bool is_folder_ours(const char *path, struct err *e)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return err_sys(e, "%s cannot be examined", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e,
		    "%s may be changed by others than its owner (mode %04o): chmod 700 it", path,
		    (unsigned)st.st_mode & 07777);
	return true;
}

/* ---- one CA ---- */

static bool read_cert(const char *path, struct buf *out, struct err *e)
{
	return file_read(AT_FDCWD, path, X509_MOST, out, e);
}

static struct ca *open_ca(const char *cert_path, const char *key_path, struct err *e)
{
	struct buf cert = {0}, key = {0};
	struct err why = {""};
	struct ca *ca = NULL;
	if (read_cert(cert_path, &cert, e) && read_key(key_path, &key, e)) {
		ca = ca_open(cert.data, cert.size, key.data, key.size, &why);
		if (!ca)
			err_set(e, "the CA in %s cannot be used: %s", cert_path, why.text);
	}
	wipe(&key);
	buf_free(&cert);
	return ca;
}

void signer_ca_look(const struct signer_ca *s, struct signer_files *out)
{
	const struct home *h = s->home;
	*out = (struct signer_files){
	    stamp_at(h->ca), stamp_at(h->ca_cert), stamp_at(h->ca_key), stamp_at(h->ca_crl)};
}

static bool same_ca(const struct signer_files *a, const struct signer_files *b)
{
	return stamp_same(&a->cert, &b->cert) && stamp_same(&a->key, &b->key);
}

bool signer_ca_same(const struct signer_files *a, const struct signer_files *b)
{
	return same_ca(a, b) && stamp_same(&a->folder, &b->folder) && stamp_same(&a->crl, &b->crl);
}

void signer_ca_close(struct signer_ca *s)
{
	ca_close(s->ca);
	s->ca = NULL;
}

struct ca *signer_ca_present(struct signer_ca *s, struct err *e)
{
	struct signer_files now;
	signer_ca_look(s, &now);
	if (s->ca && same_ca(&now, &s->loaded))
		return s->ca;
	signer_ca_close(s);
	if (!now.cert.inode && !now.key.inode) {
		err_set(e, "there is no CA in %s: rollcall ca init makes one", s->home->ca);
		return NULL;
	}
	if (is_folder_ours(s->home->ca, e))
		s->ca = open_ca(s->home->ca_cert, s->home->ca_key, e);
	s->loaded = now;
	return s->ca;
}

bool signer_ca_facts(
    struct arena *a, const void *bytes, size_t size, struct cert *out, struct err *e)
{
	X509 *cert = x509_read_one(bytes, size, e);
	bool ok = cert && x509_facts(a, cert, out, e);
	X509_free(cert);
	return ok;
}

/* ---- all of them ---- */

static int is_ca(const struct dirent *one)
{
	const char *name = one->d_name;
	return strcmp(name, PRESENT CERT) == 0 ||
	       (text_starts(name, FORMER) && text_ends(name, CERT) &&
		   !strstr(name, FILE_TEMPORARY));
}

/* Calls `take` with the path of each certificate until it returns false: the former ones, then ca.pem. */
static bool each_ca(const struct signer_ca *s, bool (*take)(void *context, const char *path),
    void *context, struct err *e)
{
	struct dirent **names = NULL;
	int n = scandir(s->home->ca, &names, is_ca, alphasort);
	bool on = true;
	if (n < 0)
		return errno == ENOENT || err_sys(e, "%s cannot be read", s->home->ca);
	for (int i = 0; i < n; i++) {
		struct buf path = {0};
		buf_addf(&path, "%s/%s", s->home->ca, names[i]->d_name);
		on = on && take(context, path.data);
		buf_free(&path);
		free(names[i]);
	}
	free(names);
	return true;
}

struct search {
	const char *issuer;
	bool found;
};

static bool search_in(void *context, const char *path)
{
	struct search *s = context;
	struct arena a = {0};
	struct buf cert = {0};
	struct cert facts;
	s->found = read_cert(path, &cert, NULL) &&
		   signer_ca_facts(&a, cert.data, cert.size, &facts, NULL) &&
		   strcmp(facts.cn, s->issuer) == 0;
	buf_free(&cert);
	arena_free(&a);
	return !s->found;
}

bool signer_ca_has(const struct signer_ca *s, const char *issuer)
{
	struct search search = {issuer, false};
	each_ca(s, search_in, &search, NULL);
	return search.found;
}

/* ---- revocation lists ---- */

struct lists {
	const struct issued *known;
	size_t count;
	time_t now;
	struct arena arena;
	struct buf before, after;
	size_t found; /* lists of our CAs in `before` */
	bool changed;
	bool failed;
	bool lost;     /* a list of a CA is neither there nor can it be made */
	struct err *e; /* of the first failure */
};

static bool stands_in(const struct crl *list, const char *serial)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->revoked[i].serial, serial) == 0)
			return true;
	return false;
}

/* Those of this CA that its list lacks, behind those that stand in it. *count is of all. */
static struct issued *gather(struct lists *l, const struct crl *list, size_t *count)
{
	size_t n = list->count;
	struct issued *all = arena_calloc(&l->arena, n + l->count + 1, sizeof *all);
	if (n)
		memcpy(all, list->revoked, n * sizeof *all);
	for (size_t i = 0; i < l->count; i++) {
		const struct issued *one = &l->known[i];
		if (one->revoked && strcmp(one->issuer, list->issuer) == 0 &&
		    !stands_in(list, one->serial))
			all[n++] = *one;
	}
	*count = n;
	return all;
}

static const char *key_of(struct lists *l, const char *cert_path)
{
	size_t stem = strlen(cert_path) - strlen(CERT);
	return arena_concat(&l->arena, arena_strndup(&l->arena, cert_path, stem), KEY);
}

static void make_list(struct lists *l, const char *path, const struct crl *was,
    const struct issued *all, size_t count)
{
	struct err e = {""};
	struct buf pem = {0};
	long number = was->number < (long)l->now ? (long)l->now : was->number + 1;
	struct ca *ca = open_ca(path, key_of(l, path), &e);
	bool ok = ca && ca_crl(ca, all, count, number, l->now, &pem, &e);
	if (ok)
		buf_add(&l->after, pem.data, pem.size);
	else if (was->pem)
		buf_add(&l->after, was->pem, was->size); /* better than none */
	if (!ok && !l->failed)
		err_set(l->e, "the revocation list of %s cannot be made: %s", was->issuer, e.text);
	l->failed |= !ok;
	l->lost |= !ok && !was->pem;
	l->changed |= ok;
	buf_free(&pem);
	ca_close(ca);
}

static bool list_one(void *context, const char *path)
{
	struct lists *l = context;
	struct buf cert = {0};
	struct crl was;
	struct err e = {""};
	size_t count;
	if (!read_cert(path, &cert, &e) ||
	    !crl_find(&l->arena, l->before.data, l->before.size, cert.data, cert.size, &was, &e)) {
		if (!l->failed)
			err_set(l->e, "%s is no certificate of a CA: %s", path, e.text);
		l->failed = true;
	} else {
		const struct issued *all = gather(l, &was, &count);
		l->found += was.lists;
		if (was.pem && count == was.count)
			buf_add(&l->after, was.pem, was.size);
		else
			make_list(l, path, &was, all, count);
	}
	buf_free(&cert);
	return true;
}

/* What is in it that nobody can read is still there for who can. */
static bool keep_damaged(const struct signer_ca *s, const struct buf *bytes, struct err *e)
{
	struct buf path = {0}, kept = {0};
	buf_addf(&path, "%s" DAMAGED, s->home->ca_crl);
	bool same = file_read(AT_FDCWD, path.data, CRL_MOST, &kept, NULL) &&
		    kept.size == bytes->size && memcmp(kept.data, bytes->data, kept.size) == 0;
	bool ok = same || file_write(path.data, bytes->data, bytes->size, LIST_MODE, e);
	if (ok && !same)
		log_warn(s->home->ca_crl, "is damaged: a copy of it is kept as %s", path.data);
	buf_free(&path);
	buf_free(&kept);
	return ok;
}

/* Not while that would be the end of a list that may stand in what is damaged. */
static bool write_lists(const struct signer_ca *s, struct lists *l, struct err *e)
{
	size_t lists;
	/* One that none of our CAs has signed may have been one of theirs. */
	bool damaged = !crl_count(l->before.data, l->before.size, &lists) || lists > l->found;
	if (damaged && !keep_damaged(s, &l->before, e))
		return false;
	if (damaged && l->lost) {
		struct err why = *l->e;
		return err_set(e,
		    "%s is damaged and stays as it is, because a list in it would be lost: %s. Bring back "
		    "that key, or a copy of the file",
		    s->home->ca_crl, why.text);
	}
	return file_write(s->home->ca_crl, l->after.data, l->after.size, LIST_MODE, e);
}

bool signer_ca_lists(
    const struct signer_ca *s, const struct issued *known, size_t count, time_t now, struct err *e)
{
	struct lists l = {.known = known, .count = count, .now = now, .e = e};
	bool there = access(s->home->ca_crl, F_OK) == 0;
	bool ok = !there || file_read(AT_FDCWD, s->home->ca_crl, CRL_MOST, &l.before, e);
	ok = ok && each_ca(s, list_one, &l, e);
	if (ok && l.changed)
		ok = write_lists(s, &l, e);
	buf_free(&l.before);
	buf_free(&l.after);
	arena_free(&l.arena);
	return ok && !l.failed;
}
