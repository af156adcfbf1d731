/* SPDX-License-Identifier: ISC */
#include "home/home.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_HOME "/var/lib/rollcall"

#define AT(field) offsetof(struct home, field)
static const struct {
	size_t field;
	const char *name;
} places[] = {
    {AT(user_config), "config/user-config.xml"},
    {AT(imported_config), "config/user-config.imported.xml"},
    {AT(server_conf), "config/server.conf"},
    {AT(web_users), "config/web.htdigest"},
    {AT(webdav_users), "config/webdav.htdigest"},
    {AT(good_config), "data/user-config.good.xml"},
    {AT(run), "run"},
    {AT(log), "log"},
    {AT(data), "data"},
    {AT(fw), "fw"},
    {AT(webdav), "webdav"},
    {AT(webdav_db), "data/webdav.db"},
    {AT(pki), "pki"},
    {AT(ca), "ca"},
    {AT(ca_cert), "ca/ca.pem"},
    {AT(ca_key), "ca/ca.key"},
    {AT(ca_crl), "ca/crl.pem"},
    {AT(signer), "run/signer.sock"},
    {AT(web_crl), "run/client-crl.pem"},
    {AT(board), "run/board"},
    {AT(socket), "run/update.sock"},
    {AT(admin), "run/admin.sock"},
    {AT(ap), "run/ap.sock"},
    {AT(writer), "run/writer.sock"},
    {AT(store), "data/store"},
    {AT(store_copy), "data/store-copy"},
    {AT(serve_lock), "run/serve.lock"},
    {AT(serve_says), "run/serve"},
    {AT(export_lock), "run/export.lock"},
    {AT(web_config), "run/lighttpd.conf"},
    {AT(uploads), "run/upload"},
    {AT(log_file), "log/rollcall.log"},
    {AT(web_log), "log/lighttpd-error.log"},
    {AT(access_log), "log/lighttpd-access.log"},
};
#define PLACES (sizeof places / sizeof *places)

static char *join(const char *dir, const char *name)
{
	size_t room = strlen(dir) + strlen(name) + 2;
	char *path = mem_alloc(room);
	snprintf(path, room, "%s/%s", dir, name);
	return path;
}

char *home_path(const struct home *h, const char *name)
{
	return *name == '/' ? mem_strdup(name) : join(h->dir, name);
}

static char **place(struct home *h, size_t i)
{
	return (char **)(void *)((char *)h + places[i].field);
}

bool home_open(struct home *h, const char *dir, struct err *e)
{
	char real[PATH_MAX];
	struct stat st;
	*h = (struct home){0};
	if (!dir)
		dir = getenv("ROLLCALL_HOME");
	if (!dir || !*dir)
		dir = DEFAULT_HOME;
	if (!realpath(dir, real))
		return err_sys(e,
		    "the home directory %s cannot be used; make it, or name another with --home "
		    "DIR or in $ROLLCALL_HOME",
		    dir);
	if (stat(real, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, "the home %s is not a directory (--home DIR names another)", dir);
	h->dir = mem_strdup(real);
	for (size_t i = 0; i < PLACES; i++)
		*place(h, i) = join(real, places[i].name);
	return true;
}

void home_close(struct home *h)
{
	for (size_t i = 0; i < PLACES; i++)
		free(*place(h, i));
	free(h->dir);
	*h = (struct home){0};
}

static bool make_folder(const char *path, unsigned mode, bool published, struct err *e)
{
	bool missing = access(path, F_OK) != 0;
	if (!file_mkdirs(path, mode, e))
		return false;
	/* The web server may be another user, and our umask is not made for it. */
	return !missing || !published || chmod(path, (mode_t)mode) == 0 ||
	       err_sys(e, "%s cannot be published", path);
}

/*
 * What we write into, and run lighttpd from, must not be another user's to change: a link there would
 * make us write or read what he could not, as root anything at all.
 */
static bool is_ours(const char *path, struct err *e)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return err_sys(e, "%s cannot be examined", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e,
		    "%s belongs to another user (uid %ld): run this as that user, or give the folder to the "
		    "one it runs as (chown)",
		    path, (long)st.st_uid);
	if (st.st_mode & S_IWOTH)
		return err_set(e, "%s may be changed by everybody: chmod o-w it", path);
	return true;
}

bool home_make(const struct home *h, struct err *e)
{
	static const struct {
		const char *name;
		unsigned mode;
		bool published, own;
	} folders[] = {
	    {"config", 0750, false, false},
	    {"scripts", 0750, false, false},
	    {"certs", 0750, false, false},
	    {"backup", 0750, false, false},
	    {"fw", 0755, true, false},
	    {"webdav", 0755, true, false},
	    {"data", 0700, false, true},
	    {"run", 0750, false, true},
	    {"log", 0750, false, true},
	};

	if (!is_ours(h->dir, e))
		return false;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char *path = join(h->dir, folders[i].name);
		bool ok = make_folder(path, folders[i].mode, folders[i].published, e) &&
			  (!folders[i].own || is_ours(path, e));
		free(path);
		if (!ok)
			return false;
	}
	return true;
}

bool home_read_config(const char *path, struct buf *out, struct err *e)
{
	return file_read(AT_FDCWD, path, LIMIT_CONFIG, out, e);
}

static struct conf_source shipped_source(const char *name)
{
	const struct home_shipped *file = home_shipped(name);
	if (!file)
		log_panic(name, "is not compiled in");
	return (struct conf_source){name, file->bytes, file->size};
}

struct config *home_compile(const char *name, const struct buf *bytes, struct findings *f)
{
	struct conf_source defaults = shipped_source("conf/default-config.xml");
	struct conf_source schema = shipped_source("conf/user-config.rng");
	struct conf_source user = {name, buf_text(bytes), bytes->size};
	return conf_load(&defaults, &user, &schema, f);
}

/* ---- the master device's answer ---- */

static char *master_file(const struct home *h, const struct config *c)
{
	return *c->master_cache ? home_path(h, c->master_cache) : join(h->data, "master-info.xml");
}

bool home_read_master(const struct home *h, const struct config *c, struct master *m, struct err *e)
{
	char *path = master_file(h, c);
	struct buf bytes = {0};
	struct stat st = {0};
	bool none = stat(path, &st) != 0 && errno == ENOENT;
	bool ok = none || (file_read(AT_FDCWD, path, LIMIT_MASTER_INFO, &bytes, e) &&
			      master_parse(buf_text(&bytes), bytes.size, m, e));
	if (ok && !none)
		m->answered_at = m->asked_at = st.st_mtime;
	buf_free(&bytes);
	free(path);
	return ok;
}

static bool make_folder_of(char *path, struct err *e)
{
	char *slash = strrchr(path, '/');
	*slash = '\0';
	bool ok = file_mkdirs(path, 0750, e);
	*slash = '/';
	return ok;
}

bool home_write_master(
    const struct home *h, const struct config *c, const char *bytes, size_t size, struct err *e)
{
	char *path = master_file(h, c);
	bool ok = make_folder_of(path, e) && file_write(path, bytes, size, 0640, e);
	free(path);
	return ok;
}
