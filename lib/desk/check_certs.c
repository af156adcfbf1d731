/* SPDX-License-Identifier: ISC */
#include "desk/check_parts.h"

#include "base/date.h"
#include "base/file.h"
#include "core/trust.h"
#include "desk/ca_files.h"
#include "desk/cells.h"
#include "desk/serving.h"
#include "guard/client.h"
#include "guard/csr.h"
#include "guard/x509.h"
#include "home/certdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct certs_check {
	struct arena arena;
	const struct home *home;
	const struct config *config;
	struct findings *findings;
	time_t now;
	const char *folder, *clients; /* customcerts/@dir; client-ca.pem */
	bool *found;                  /* of each name in CAname: some file has a CA of it */
};

static bool is_internal(const struct config *c)
{
	return strcmp(c->customcerts_catype, "internal") == 0;
}

/* ---- what is wrong ---- */

#define WARN(k, file, ...) findings_add((k)->findings, FINDING_WARNING, file, 0, __VA_ARGS__)

static const char *day(struct certs_check *k, int64_t when)
{
	struct buf text = {0};
	cell_until(&text, when, k->now);
	const char *out = arena_strdup(&k->arena, buf_text(&text));
	buf_free(&text);
	return out;
}

static void note_name(struct certs_check *k, const char *name)
{
	const struct conf_list *names = &k->config->canames;
	for (size_t i = 0; i < names->count; i++)
		k->found[i] |= strcmp(names->items[i], name) == 0;
}

/* ---- CA files ---- */

static void check_ca(struct certs_check *k, const char *path, const struct cert *ca)
{
	note_name(k, ca->cn);
	if (ca->until <= k->now)
		WARN(k, path, "the CA \"%s\" has expired: %s", ca->cn, day(k, ca->until));
}

/* Devices show all that they were sent; one that is not trusted spoils it all (core/certs.h). */
static void check_issuer(struct certs_check *k, const char *path, const struct cert *ca)
{
	if (trust_is_ca(k->config, ca->cn) && !trust_is_ca(k->config, ca->issuer))
		WARN(k, path,
		    "the CA \"%s\" is issued by \"%s\", which is not in customcerts/@CAname: devices that "
		    "are sent it would ask for certificates again and again; add that name, too",
		    ca->cn, ca->issuer);
}

static void check_ca_file(struct certs_check *k, const char *name)
{
	const char *path = arena_concat(&k->arena, k->folder, "/", name);
	struct buf bytes = {0};
	struct err e = {""};
	X509 *list[X509_CHAIN];
	size_t count = 0;
	if (certdir_read_name(k->home, k->config, name, &bytes, &e))
		count = x509_read(buf_text(&bytes), bytes.size, list, &e);
	if (!count)
		WARN(k, path,
		    "devices are sent this file as that of a CA (customcerts/@CAkeys), but: %s",
		    e.text);
	for (size_t i = 0; i < count; i++) {
		struct cert ca;
		if (x509_facts(&k->arena, list[i], &ca, NULL)) {
			check_ca(k, path, &ca);
			check_issuer(k, path, &ca);
		}
		X509_free(list[i]);
	}
	buf_free(&bytes);
}

static void check_ca_files(struct certs_check *k)
{
	size_t count;
	const char **names = certdir_cas(&k->arena, k->home, k->config, &count);
	if (!count)
		WARN(k, k->folder,
		    "no file in it fits to customcerts/@CAkeys (%s): devices get their certificate "
		    "without that of its CA",
		    k->config->customcerts_cakeys);
	for (size_t i = 0; i < count; i++)
		check_ca_file(k, names[i]);
}

static void check_clients(struct certs_check *k)
{
	static const char *const none[] = {NULL};
	struct err e = {""};
	if (access(k->clients, F_OK) != 0 && errno == ENOENT) {
		if (trust_is_forced(k->config))
			WARN(k, k->clients,
			    "it does not exist, but trust is enforced (times/@forcetrust): no device can "
			    "prove itself");
		return;
	}
	struct client_trust *t = client_trust_load(k->clients, none, &e);
	if (!t) {
		findings_add(k->findings, FINDING_ERROR, k->clients, 0,
		    "the CAs of client certificates cannot be used: %s", e.text);
		return;
	}
	for (size_t i = 0; i < client_trust_count(t); i++) {
		struct cert ca;
		client_trust_ca(t, &k->arena, i, &ca);
		check_ca(k, k->clients, &ca);
	}
	client_trust_free(t);
}

static void check_names(struct certs_check *k)
{
	const struct conf_list *names = &k->config->canames;
	for (size_t i = 0; i < names->count; i++) {
		if (!k->found[i])
			WARN(k, k->home->user_config,
			    "customcerts/@CAname has \"%.*s\", but neither a CA file in %s nor %s has a CA "
			    "of that name",
			    findings_shown(names->items[i]), names->items[i],
			    k->config->customcerts_dir, k->clients);
	}
}

/* ---- our own CA ---- */

static void check_trusted(struct certs_check *k, const char *path)
{
	struct buf ca = {0}, all = {0};
	bool ok = file_read(AT_FDCWD, path, X509_MOST, &ca, NULL) &&
		  file_read(AT_FDCWD, k->clients, CA_CLIENTS_MOST, &all, NULL) &&
		  ca_is_in(&ca, &all);
	if (!ok)
		WARN(k, k->clients,
		    "the CA in %s is not in it: devices with a certificate of it do not get in",
		    path);
	buf_free(&ca);
	buf_free(&all);
}

static void check_key(struct certs_check *k)
{
	struct stat st;
	const char *path = k->home->ca_key;
	if (stat(path, &st) != 0)
		findings_add(k->findings, FINDING_ERROR, path, 0,
		    "the key of our own CA cannot be found: %s", strerror(errno));
	else if (st.st_mode & (S_IRWXG | S_IRWXO))
		findings_add(k->findings, FINDING_ERROR, path, 0,
		    "the key of our own CA is open to others: chmod 600 it");
}

/* Nothing is signed that the CA would not outlive for long enough; what is, ends with it at the latest. */
static void check_left(struct certs_check *k, const char *path, const struct cert *ca)
{
	const struct config *c = k->config;
	int64_t left = ca->until - k->now;
	if (left <= 0)
		findings_add(k->findings, FINDING_ERROR, path, 0,
		    "our own CA \"%s\" has expired (%s): nothing can be signed; rollcall ca init --replace "
		    "makes a new one",
		    ca->cn, day(k, ca->until));
	else if (c->customcerts_renew != CONF_ABSENT && left <= c->customcerts_renew * DATE_DAY)
		findings_add(k->findings, FINDING_ERROR, path, 0,
		    "our own CA \"%s\" expires on %s, within %ld days (customcerts/@renew): what it signs "
		    "would have to be renewed at once, so it signs nothing any more; rollcall ca init "
		    "--replace makes a new one",
		    ca->cn, day(k, ca->until), c->customcerts_renew);
	else if (c->customcerts_cadays != CONF_ABSENT && left < c->customcerts_cadays * DATE_DAY)
		WARN(k, path,
		    "our own CA \"%s\" expires on %s, within %ld days (customcerts/@CAdays): what it signs "
		    "ends with it; make a new one beside it in time (rollcall ca init --replace)",
		    ca->cn, day(k, ca->until), c->customcerts_cadays);
}

static void check_own(struct certs_check *k)
{
	const char *path = k->home->ca_cert;
	struct cert ca;
	struct err e = {""};
	if (!ca_file_cert(&k->arena, path, &ca, &e)) {
		findings_add(k->findings, FINDING_ERROR, path, 0,
		    "customcerts/@CAtype is internal, but there is no CA: %s; rollcall ca init --name NAME "
		    "makes one",
		    e.text);
		return;
	}
	check_left(k, path, &ca);
	if (!trust_is_ca(k->config, ca.cn))
		WARN(k, k->home->user_config,
		    "customcerts/@CAname does not have our own CA \"%s\": what it signs is not trusted, and "
		    "devices would ask for certificates again and again",
		    ca.cn);
	check_key(k);
	check_trusted(k, path);
}

/* ---- what lies in the folder ---- */

static void check_folder(struct certs_check *k)
{
	struct stat st;
	if (stat(k->folder, &st) == 0 && st.st_mode & (S_IRWXO))
		WARN(k, k->folder,
		    "this folder (customcerts/@dir) is open to all users of this machine: chmod o-rwx it");
}

static void check_signed(struct certs_check *k, const char *sn)
{
	struct buf request = {0}, signed_one = {0};
	struct cert cert;
	struct err e = {""};
	const char *path =
	    arena_concat(&k->arena, k->folder, "/", certs_file(&k->arena, CERTS_SIGNED, sn));
	bool readable = certdir_read(k->home, k->config, CERTS_REQUEST_DER, sn, &request, &e) &&
			certdir_read(k->home, k->config, CERTS_SIGNED, sn, &signed_one, &e);
	if (!readable)
		WARN(k, path, "a certificate without a request that it could be for: %s", e.text);
	else if (!csr_answered(&k->arena, buf_text(&request), request.size, buf_text(&signed_one),
		     signed_one.size, &cert, &e))
		WARN(k, path, "it does not fit to the request of the device: %s", e.text);
	else if (!trust_is_ca(k->config, cert.issuer))
		WARN(
		    k, path, "it is from \"%s\", which is not in customcerts/@CAname", cert.issuer);
	buf_free(&request);
	buf_free(&signed_one);
}

static void check_requests(struct certs_check *k)
{
	const char **sns;
	size_t count;
	struct err e = {""};
	if (!certdir_list(&k->arena, k->home, k->config, &sns, &count, &e)) {
		WARN(k, k->folder, "%s", e.text);
		return;
	}
	for (size_t i = 0; i < count && findings_room(k->findings, FINDING_WARNING); i++) {
		if (certdir_has(k->home, k->config, CERTS_SIGNED, sns[i]))
			check_signed(k, sns[i]);
	}
}

/* Every device would be moved to where it gets nothing. */
static void check_port(struct certs_check *k)
{
	struct err e;
	if (trust_is_forced(k->config) && !serving_hears_proof(k->home, k->config, &e))
		findings_add(k->findings, FINDING_ERROR, "times/@forcetrust", 0, "%s", e.text);
}

/* The shipped names are there for everybody, whatever CA he has. */
static bool is_shipped(const struct config *c)
{
	for (size_t i = 0; i < c->nvalues; i++) {
		if (strcmp(c->values[i].path, "customcerts/@CAname") == 0)
			return !c->values[i].by_user;
	}
	return false;
}

void check_certs(
    const struct home *h, const struct config *c, const char *pki, time_t now, struct findings *f)
{
	struct certs_check k = {.home = h, .config = c, .findings = f, .now = now};
	if (!*c->customcerts_dir)
		return;
	char *folder = home_path(h, c->customcerts_dir);
	k.folder = folder;
	k.clients = ca_clients(&k.arena, h, pki);
	k.found = arena_calloc(&k.arena, c->canames.count + 1, sizeof *k.found);
	check_folder(&k);
	check_ca_files(&k);
	check_clients(&k);
	if (!is_shipped(c))
		check_names(&k);
	if (is_internal(c))
		check_own(&k);
	check_requests(&k);
	check_port(&k);
	free(folder);
	arena_free(&k.arena);
}
