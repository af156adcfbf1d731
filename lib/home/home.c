/* SPDX-License-Identifier: ISC */
#include "home/home.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_HOME "/var/lib/rollcall"

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
		return err_sys(
		    e, "the home directory %s cannot be used (--home DIR names another)", dir);
	if (stat(real, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, "the home %s is not a directory (--home DIR names another)", dir);
	h->dir = mem_strdup(real);
	h->user_config = join(real, "config/user-config.xml");
	h->good_config = join(real, "data/user-config.good.xml");
	h->run = join(real, "run");
	h->log = join(real, "log");
	h->data = join(real, "data");
	return true;
}

void home_close(struct home *h)
{
	char *const all[] = {h->dir, h->user_config, h->good_config, h->run, h->log, h->data};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		free(all[i]);
	*h = (struct home){0};
}

bool home_make(const struct home *h, struct err *e)
{
	/* What only we read and write is ours alone; the rest follows the administrator's umask. */
	static const struct {
		const char *name;
		unsigned mode;
	} folders[] = {{"config", 0750}, {"scripts", 0750}, {"certs", 0750}, {"backup", 0750},
	    {"fw", 0755}, {"webdav", 0755}, {"data", 0700}, {"run", 0750}, {"log", 0750}};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char *path = join(h->dir, folders[i].name);
		bool ok = file_mkdirs(path, folders[i].mode, e);
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
	struct stat st;
	bool ok = file_read(AT_FDCWD, path, LIMIT_MASTER_INFO, &bytes, e) &&
		  master_parse(buf_text(&bytes), bytes.size, m, e);
	if (ok && stat(path, &st) == 0)
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
