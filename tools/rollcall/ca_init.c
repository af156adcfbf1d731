/* SPDX-License-Identifier: ISC */
/*
 * rollcall ca init: a CA of our own. What trusts it comes before what uses it: the key, then the places
 * where devices and the web server look for the certificate, and last ca.pem, by which everybody else
 * knows that there is a CA. Interrupted before that, it leaves a key that nothing was made with, and says
 * so when it is called again.
 */
#include "tools/rollcall/cli.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "core/cert_answer.h"
#include "core/trust.h"
#include "desk/ca_files.h"
#include "desk/cells.h"
#include "guard/ca.h"
#include "guard/x509.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/who.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DELIVERED "CAkey-internal.cer" /* in customcerts/@dir: what devices get beside their own */
#define TEST_KEY "client-ca.key"       /* beside client-ca.pem: of a CA for tests (keys.h) */
#define FOLDER "certs"                 /* where that is when the configuration does not say */
#define SECRET 0600
#define PUBLISHED 0644

struct init {
	const struct home *home;
	const struct options *options;
	struct config *config;
	struct arena arena;
	const char *clients, *delivered; /* paths */
	struct buf cert, key;            /* PEM */
	struct cert facts;
	const char *former; /* the serial number of the CA that it takes the place of; NULL: none */
	const char *test;   /* the CA for tests that is not trusted any more; NULL: none */
	time_t now;
};

/* ---- may it be made? ---- */

static bool has_right_name(const struct init *in, struct err *e)
{
	const char *name = in->options->name, *between = in->config->customcerts_canamesep;
	size_t n = strlen(name);
	text_trim(&name, &n);
	if (n != strlen(in->options->name) || n == 0)
		return err_set(e, "--name \"%s\": no blanks at its ends", in->options->name);
	if (n > CA_NAME_MOST)
		return err_set(e, "--name: at most %d bytes", CA_NAME_MOST);
	if (!text_is_utf8(name, n) || text_has_control(name, n))
		return err_set(e, "--name: it must be text in UTF-8 without control characters");
	if (*between && strstr(name, between))
		return err_set(e,
		    "--name %s: \"%s\" separates the names in customcerts/@CAname (@CAnamesep), so none "
		    "may have it in it",
		    name, between);
	return true;
}

static bool is_free(const char *path, const char *cert, struct err *e)
{
	return access(path, F_OK) != 0 ||
	       err_set(e, "%s is there, but %s is not: bring that back, or move the key away", path,
		   cert);
}

/* What is there already, and what is to become of it. */
static bool find_former(struct init *in, struct err *e)
{
	const struct home *h = in->home;
	struct buf bytes = {0};
	struct cert former;
	bool there = access(h->ca_cert, F_OK) == 0;
	if (!there && in->options->replace)
		return err_set(
		    e, "there is no CA in %s that could be replaced: leave out --replace", h->ca);
	if (!there)
		return is_free(h->ca_key, h->ca_cert, e);
	bool ok = ca_file_read(&in->arena, h->ca_cert, &bytes, &former, e);
	buf_free(&bytes);
	if (!ok)
		return false;
	if (!in->options->replace)
		return err_set(e,
		    "there is a CA already, \"%s\" (%s): --replace makes a new one beside it, and both stay "
		    "trusted",
		    former.cn, h->ca_cert);
	if (strcmp(former.cn, in->options->name) == 0)
		return err_set(e,
		    "--name %s: the CA that is there has this name; give the new one another, so that they "
		    "can be told apart",
		    former.cn);
	in->former = former.serial;
	return true;
}

/* ---- making it ---- */

/* "…/CAkey-internal.cer" → "…/CAkey-internal-SERIAL.cer" */
static const char *former_delivered(struct init *in)
{
	const char *path = in->delivered, *suffix = strrchr(path, '.');
	return arena_concat(&in->arena, arena_strndup(&in->arena, path, (size_t)(suffix - path)),
	    "-", in->former, suffix);
}

/*
 * The former files get a second name first, so that there is a CA at any moment, and each device the chain
 * of its certificate. One that devices are not sent from here has nothing to keep.
 */
static bool keep_former(struct init *in, struct err *e)
{
	struct arena *a = &in->arena;
	const char *base = in->former ? arena_concat(a, in->home->ca, "/ca-", in->former) : NULL;
	const char *const files[][2] = {
	    {in->home->ca_cert, base ? arena_concat(a, base, ".pem") : NULL},
	    {in->home->ca_key, base ? arena_concat(a, base, ".key") : NULL},
	    {in->delivered, base ? former_delivered(in) : NULL},
	};
	for (size_t i = 0; i < sizeof files / sizeof *files && base; i++) {
		const char *from = files[i][0], *to = files[i][1];
		bool absent = from == in->delivered && access(from, F_OK) != 0;
		if (!absent && access(to, F_OK) != 0 && link(from, to) != 0)
			return err_sys(e, "%s cannot be kept as %s", from, to);
	}
	return true;
}

/* How many certificates a file has. */
static size_t count_certs(const struct buf *file)
{
	X509 *list[X509_CHAIN];
	size_t count = x509_read(buf_text(file), file->size, list, NULL);
	for (size_t i = 0; i < count; i++)
		X509_free(list[i]);
	return count;
}

static void wipe(struct buf *secret)
{
	if (secret->size)
		OPENSSL_cleanse(secret->data, secret->size);
}

/*
 * Does client-ca.pem hold nothing but the CA for tests that `rollcall serve` made? Its key lies beside it, and
 * whoever reads that could make himself a certificate; and it has no revocation list, without which lighttpd
 * is given none at all.
 */
static bool is_for_tests(struct init *in, const struct buf *all)
{
	const char *folder = arena_strndup(
	    &in->arena, in->clients, (size_t)(strrchr(in->clients, '/') - in->clients));
	struct buf key = {0};
	struct ca *ca = NULL;
	struct cert facts;
	if (file_read(
		AT_FDCWD, arena_concat(&in->arena, folder, "/" TEST_KEY), X509_MOST, &key, NULL))
		ca = ca_open(buf_text(all), all->size, buf_text(&key), key.size, NULL);
	bool is = ca && count_certs(all) == 1 && ca_facts(ca, &in->arena, &facts, NULL) &&
		  !trust_is_ca(in->config, facts.cn);
	ca_close(ca);
	wipe(&key);
	buf_free(&key);
	if (is)
		in->test = facts.cn;
	return is;
}

/* Adds it to what the port for mutual TLS trusts; the mode of the file stays. */
static bool trust_it(struct init *in, struct err *e)
{
	struct buf all = {0};
	struct stat st;
	bool there = stat(in->clients, &st) == 0;
	bool ok = !there || file_read(AT_FDCWD, in->clients, CA_CLIENTS_MOST, &all, e);
	if (ok && there && is_for_tests(in, &all))
		buf_reset(&all);
	if (ok && !ca_is_in(&in->cert, &all)) {
		if (all.size && all.data[all.size - 1] != '\n')
			buf_addc(&all, '\n');
		buf_add(&all, in->cert.data, in->cert.size);
		ok = file_write(
		    in->clients, all.data, all.size, there ? st.st_mode & 0777 : PUBLISHED, e);
	}
	buf_free(&all);
	return ok;
}

static bool make_folder_of(const char *path, unsigned mode, struct err *e)
{
	char *folder = strdup(path);
	*strrchr(folder, '/') = '\0';
	bool ok = file_mkdirs(folder, mode, e);
	free(folder);
	return ok;
}

static bool put(const char *path, const struct buf *bytes, unsigned mode, struct err *e)
{
	return file_write(path, buf_text(bytes), bytes->size, mode, e);
}

static bool make_folders(const struct init *in, struct err *e)
{
	const struct home *h = in->home;
	return file_mkdirs(h->ca, 0700, e) &&
	       (chmod(h->ca, 0700) == 0 || err_sys(e, "%s cannot be closed to others", h->ca)) &&
	       make_folder_of(in->clients, 0700, e) && make_folder_of(in->delivered, 0750, e);
}

static bool put_all(struct init *in, struct err *e)
{
	const struct home *h = in->home;
	return make_folders(in, e) && keep_former(in, e) && put(h->ca_key, &in->key, SECRET, e) &&
	       trust_it(in, e) && put(in->delivered, &in->cert, 0640, e) &&
	       put(h->ca_cert, &in->cert, PUBLISHED, e);
}

static bool read_facts(struct init *in, struct err *e)
{
	struct ca *ca = ca_open(in->cert.data, in->cert.size, in->key.data, in->key.size, e);
	bool ok = ca && ca_facts(ca, &in->arena, &in->facts, e);
	ca_close(ca);
	return ok;
}

static bool make(struct init *in, struct err *e)
{
	const char *algorithm =
	    in->options->algorithm ? in->options->algorithm : in->config->customcerts_caalgorithm;
	bool ok = ca_make(in->options->name, algorithm, in->now, &in->cert, &in->key, e) &&
		  read_facts(in, e) && put_all(in, e);
	wipe(&in->key);
	return ok;
}

/* ---- what is to be done next ---- */

static void add_attribute(struct buf *out, const char *name, const char *value)
{
	static const struct {
		char c;
		const char *escape;
	} escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'"', "&quot;"}};
	buf_addf(out, " %s=\"", name);
	for (; *value; value++) {
		const char *escape = NULL;
		for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
			escape = *value == escapes[i].c ? escapes[i].escape : escape;
		buf_adds(out, escape ? escape : (const char[]){*value, '\0'});
	}
	buf_addc(out, '"');
}

static void add_customcerts(struct init *in, struct buf *out)
{
	const struct config *c = in->config;
	if (!*c->customcerts_dir)
		add_attribute(out, "dir", FOLDER);
	if (strcmp(c->customcerts_catype, "internal") != 0)
		add_attribute(out, "CAtype", "internal");
	if (fnmatch(c->customcerts_cakeys, DELIVERED, FNM_PERIOD) != 0)
		add_attribute(out, "CAkeys", "CAkey*");
	if (!trust_is_ca(c, in->facts.cn))
		add_attribute(out, "CAname",
		    *c->customcerts_caname ? arena_concat(&in->arena, c->customcerts_caname,
						 c->customcerts_canamesep, in->facts.cn)
					   : in->facts.cn);
}

static bool is_asked(const struct config *c)
{
	bool asked = false;
	for (size_t i = 0; i < c->nqueries; i++)
		asked |= strcmp(c->queries[i].id, CERT_QUERY) == 0 && c->queries[i].napplies;
	return asked;
}

/* What is not as it must be for this CA, a line for each element; nothing when all is. */
static void add_settings(struct init *in, struct buf *out)
{
	struct buf attributes = {0};
	if (!*in->config->status_dir)
		buf_adds(out, "  <status dir=\"status\"/>\n");
	if (!is_asked(in->config))
		buf_adds(out, "  <queries><query id=\"" CERT_QUERY
			      "\"><applies>*</applies></query></queries>\n");
	add_customcerts(in, &attributes);
	if (attributes.size)
		buf_addf(out, "  <customcerts%s/>\n", attributes.data);
	buf_free(&attributes);
}

static void print_text(struct init *in, const struct buf *settings, struct buf *out)
{
	buf_addf(out, "the CA \"%s\" is made: %s, until ", in->facts.cn, in->home->ca_cert);
	cell_until(out, in->facts.until, in->now);
	buf_addf(
	    out, "\nits key is %s: keep a copy where nobody else gets at it\n", in->home->ca_key);
	buf_addf(out,
	    "trusted by the port for mutual TLS: %s\ndevices get it with their certificate: %s\n",
	    in->clients, in->delivered);
	if (in->test)
		buf_addf(out,
		    "the CA for tests \"%s\" is not trusted any more: it stood alone in that file, and its "
		    "key lies beside it\n",
		    in->test);
	if (in->former)
		buf_addf(out, "the one before is %s/ca-%s.pem, and stays trusted\n", in->home->ca,
		    in->former);
	if (settings->size)
		buf_addf(out, "put this into %s:\n%s", in->home->user_config, settings->data);
}

static void print_json(struct init *in, const struct buf *settings, struct buf *out)
{
	json_pair(out, "{", "name", in->facts.cn);
	json_pair(out, ", ", "serial", in->facts.serial);
	buf_addf(out, ", \"from\": %lld, \"until\": %lld", (long long)in->facts.from,
	    (long long)in->facts.until);
	json_pair(out, ", ", "certificate", in->home->ca_cert);
	json_pair(out, ", ", "key", in->home->ca_key);
	json_pair(out, ", ", "clients", in->clients);
	json_pair(out, ", ", "delivered", in->delivered);
	json_pair(out, ", ", "replaced", in->former);
	json_pair(out, ", ", "test_ca", in->test);
	json_pair(out, ", ", "configuration", settings->size ? settings->data : NULL);
	buf_adds(out, "}\n");
}

static int report(struct init *in)
{
	struct buf out = {0}, settings = {0};
	add_settings(in, &settings);
	if (in->options->json)
		print_json(in, &settings, &out);
	else
		print_text(in, &settings, &out);
	buf_free(&settings);
	return cli_print(&out, CLI_FINE);
}

static int init(struct init *in)
{
	struct err e = {""};
	const char *dir = *in->config->customcerts_dir ? in->config->customcerts_dir : FOLDER;
	char *folder = home_path(in->home, dir);
	in->delivered = arena_concat(&in->arena, folder, "/" DELIVERED);
	in->clients = ca_clients(&in->arena, in->home, in->options->pki);
	free(folder);
	if (!has_right_name(in, &e))
		return cli_misuse("%s", e.text);
	if (!home_make(in->home, &e) || !find_former(in, &e))
		return cli_fail("%s", e.text);
	if (!make(in, &e))
		return cli_fail("there is no new CA: %s", e.text);
	const char *text = arena_printf(&in->arena, "the CA %s, serial number %s%s%s", in->facts.cn,
	    in->facts.serial, in->former ? ", in place of " : "", in->former ? in->former : "");
	bool kept = who_did(in->home, "", "ca init", text);
	int status = report(in);
	return kept ? status : CLI_FINDING;
}

int ca_init(const struct home *h, const struct options *o)
{
	struct init in = {.home = h, .options = o, .now = time(NULL)};
	int status = CLI_FINDING;
	if (!o->name)
		return cli_misuse("it needs --name NAME, the common name of the CA");
	in.config = device_config(h);
	if (in.config)
		status = init(&in);
	conf_free(in.config);
	buf_free(&in.cert);
	buf_free(&in.key);
	arena_free(&in.arena);
	return status;
}
