/* SPDX-License-Identifier: ISC */
/* A table of the modules; a configuration that only loads some of them says whether they are there. */
#include "tools/rollcall/web_modules.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "tools/rollcall/program.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *name;
	const char *without; /* what is left out then; NULL: nothing can be served without it */
} modules[WEB_MODULES] = {
    [WEB_MODULE_REDIRECT] = {"mod_redirect", "browsers are not sent to HTTPS"},
    [WEB_MODULE_ACCESS] = {"mod_access", NULL},
    [WEB_MODULE_AUTH] = {"mod_auth", "nobody sees what is not public"},
    [WEB_MODULE_AUTHN_FILE] = {"mod_authn_file", "nobody sees what is not public"},
    [WEB_MODULE_EXTFORWARD] = {"mod_extforward",
	"no proxy is believed, and who comes through one is known by its address"},
    [WEB_MODULE_ALIAS] = {"mod_alias", NULL},
    [WEB_MODULE_WEBDAV] = {"mod_webdav",
	"files below /webdav/ can be fetched, but neither listed nor changed (Debian has it in the "
	"package lighttpd-mod-webdav)"},
    [WEB_MODULE_FASTCGI] = {"mod_fastcgi", NULL},
    [WEB_MODULE_SETENV] = {"mod_setenv", NULL},
    [WEB_MODULE_EXPIRE] = {"mod_expire", "firmware is fetched without saying how long it is fresh"},
    [WEB_MODULE_STATICFILE] = {"mod_staticfile", NULL},
    [WEB_MODULE_ACCESSLOG] = {"mod_accesslog", "requests are not logged"},
    [WEB_MODULE_OPENSSL] = {"mod_openssl", NULL},
};

static bool is_asked_for(const struct web_modules *m, size_t i)
{
	return m->wanted[i] && modules[i].without;
}

static void add(struct buf *list, size_t i)
{
	buf_addf(list, "%s\"%s\"", list->size ? ", " : "", modules[i].name);
}

bool web_modules_try(const char *lighttpd, const char *path, const char *list, const char *settings)
{
	struct program p = {.name = "lighttpd", .watch = -1, .end_signal = SIGKILL, .silent = true};
	struct buf text = {0};
	int status = -1;
	buf_addf(&text,
	    "server.compat-module-load = \"disable\"\nserver.document-root = \"/\"\n"
	    "server.bind = \"127.0.0.1\"\nserver.modules = ( %s )\n%s",
	    list, settings);
	bool ok = file_write(path, text.data, text.size, 0640, NULL);
	buf_free(&text);
	program_arg(&p, lighttpd);
	program_arg(&p, "-tt");
	program_option(&p, "-f", path);
	if (!ok || !program_start(&p, NULL))
		return false;
	while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
		;
	unlink(path);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool all_load(const struct web_modules *m, const char *lighttpd, const char *path)
{
	struct buf list = {0};
	for (size_t i = 0; i < WEB_MODULES; i++) {
		if (is_asked_for(m, i))
			add(&list, i);
	}
	bool ok = !list.size || web_modules_try(lighttpd, path, buf_text(&list), "");
	buf_free(&list);
	return ok;
}

static bool loads_one(const char *lighttpd, const char *path, size_t i)
{
	struct buf list = {0};
	add(&list, i);
	bool ok = web_modules_try(lighttpd, path, buf_text(&list), "");
	buf_free(&list);
	return ok;
}

void web_modules_find(struct web_modules *m, const char *lighttpd, const char *path)
{
	bool all = all_load(m, lighttpd, path);
	for (size_t i = 0; i < WEB_MODULES; i++) {
		bool was = m->missing[i];
		m->missing[i] = !all && is_asked_for(m, i) && !loads_one(lighttpd, path, i);
		if (m->missing[i] && !was)
			log_warn(lighttpd, "has no %s: %s", modules[i].name, modules[i].without);
	}
}

bool web_modules_has(const struct web_modules *m, enum web_module module)
{
	return m->wanted[module] && !m->missing[module];
}

const char *web_modules_list(struct arena *a, const struct web_modules *m)
{
	struct buf list = {0};
	for (size_t i = 0; i < WEB_MODULES; i++) {
		if (web_modules_has(m, i))
			add(&list, i);
	}
	const char *copy = arena_strdup(a, buf_text(&list));
	buf_free(&list);
	return copy;
}
