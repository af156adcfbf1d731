/* SPDX-License-Identifier: ISC */
/*
 * Fills in lighttpd/lighttpd.conf and looks after lighttpd's files (web.h).
 *
 * The template: @WORD@ is replaced, lines from "#@ PART" to "#@ end" are kept when that part is wanted.
 */
#include "tools/rollcall/web.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "home/base_path.h"
#include "tools/rollcall/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEMPLATE "lighttpd/lighttpd.conf"
#define FDS_A_CONNECTION 4
/* lighttpd waits longer than the watchdog by what a request may spend in the queue of the socket. */
#define QUEUE_SECONDS 110
#define SHOWN 8192 /* bytes of lighttpd's log that are shown */

struct word {
	const char *name, *value;
};

int web_backlog(void)
{
	struct buf text = {0};
	long allowed = LIMIT_BACKLOG;
	if (file_read(AT_FDCWD, "/proc/sys/net/core/somaxconn", 64, &text, NULL)) {
		const char *digits = text.data;
		text_trim(&digits, &text.size);
		text.data[(size_t)(digits - text.data) + text.size] = '\0';
		num_parse(digits, 1, LIMIT_BACKLOG, &allowed);
	}
	buf_free(&text);
	return (int)allowed;
}

bool web_add_base(struct web *w, const char *base, struct err *e)
{
	const char *path = base_path_parse(base, e);
	if (!path)
		return false;
	w->bases[w->nbases++] = path;
	return true;
}

/* ---- the words ---- */

/* "^(?:/update|/mtls/update)" and what comes after it, a pattern itself. */
static const char *pattern(struct arena *a, const struct web *w, const char *after)
{
	struct buf out = {0};
	buf_adds(&out, "^(?:");
	for (size_t i = 0; i < w->nbases; i++) {
		if (i)
			buf_addc(&out, '|');
		for (const char *p = w->bases[i]; *p; p++)
			buf_addf(&out, *p == '.' ? "[%c]" : "%c", *p);
	}
	buf_addf(&out, ")%s", after);
	const char *copy = arena_strdup(a, buf_text(&out));
	buf_free(&out);
	return copy;
}

static const char *firmware_aliases(struct arena *a, const struct web *w, const char *fw)
{
	const char *out = "";
	for (size_t i = 0; i < w->nbases; i++)
		out = arena_printf(
		    a, "%s%s\"%s/fw/\" => \"%s/\"", out, i ? ", " : "", w->bases[i], fw);
	return out;
}

/* Where the firmware really is: symbolic links below are not followed, this one may be. */
static const char *firmware_folder(struct arena *a, const struct web *w)
{
	char real[PATH_MAX];
	const char *path = w->home->fw;
	return realpath(path, real) ? arena_strdup(a, real) : path;
}

static const char *number(struct arena *a, long n)
{
	return arena_printf(a, "%ld", n);
}

/* As many descriptors as the limits allow, and a quarter of them connections. */
static long most_fds(void)
{
	struct rlimit limit;
	long wanted = (long)web_backlog() * FDS_A_CONNECTION;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < (rlim_t)wanted)
		return (long)limit.rlim_max;
	return wanted;
}

static const struct word *make_words(struct arena *a, const struct web *w, const char *suffix)
{
	const char *fw = firmware_folder(a, w);
	const struct web_tls *tls = &w->tls;
	const struct listener *http = &w->listeners[WEB_HTTP];
	long fds = most_fds();
	const struct word words[] = {
	    {"HTTP_HOST", arena_printf(a, strchr(http->host, ':') ? "[%s]" : "%s", http->host)},
	    {"HTTP_PORT", number(a, http->port)},
	    {"HTTPS_PORT", number(a, w->listeners[WEB_HTTPS].port)},
	    {"HTTPS_SOCKET", w->listeners[WEB_HTTPS].socket},
	    {"MTLS_SOCKET", w->listeners[WEB_MTLS].socket},
	    {"FW", fw},
	    {"FW_URL", pattern(a, w, "/fw/")},
	    {"UPDATE_URL", pattern(a, w, "/update[.]php$")},
	    {"ADMIN_URL", pattern(a, w, "/(admin|web)(/|$)")},
	    {"FW_ALIASES", firmware_aliases(a, w, fw)},
	    {"LOG", w->home->log},
	    {"ERROR_LOG", w->home->web_log},
	    {"SOCKET", w->home->socket},
	    {"ADMIN_SOCKET", w->home->admin},
	    {"UPLOADS", w->home->uploads},
	    {"SERVER_PEM", web_tls_path(a, tls, WEB_TLS_SERVER, suffix)},
	    {"CLIENT_CA", web_tls_path(a, tls, WEB_TLS_CAS, suffix)},
	    {"CLIENT_CRL", web_tls_path(a, tls, WEB_TLS_GIVEN, suffix)},
	    {"CONNECTIONS", number(a, fds / FDS_A_CONNECTION)},
	    {"FDS", number(a, fds)},
	    {"BACKLOG", number(a, web_backlog())},
	    {"HEADER", number(a, LIMIT_HEADER)},
	    {"BODY_KB", number(a, LIMIT_BODY / 1024)},
	    {"OTHER_KB", number(a, LIMIT_BODY_ANSWER / 1024)},
	    {"GRACE", number(a, WEB_GRACE)},
	    {"READ_TIMEOUT", number(a, w->watchdog + QUEUE_SECONDS)},
	    {NULL, NULL},
	};
	return memcpy(arena_alloc(a, sizeof words), words, sizeof words);
}

/* ---- the template ---- */

static bool wanted_part(const struct web *w, const char *name, size_t size)
{
	bool https = listener_wanted(&w->listeners[WEB_HTTPS]);
	bool mtls = listener_wanted(&w->listeners[WEB_MTLS]);
	const struct {
		const char *name;
		bool wanted;
	} parts[] = {{"access-log", w->access_log}, {"tls", web_has_tls(w)}, {"https", https},
	    {"mtls", mtls}, {"crl", w->tls.given}};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strlen(parts[i].name) == size && memcmp(parts[i].name, name, size) == 0)
			return parts[i].wanted;
	}
	log_panic(TEMPLATE, "has an unknown part %.*s", (int)size, name);
}

static const char *find_word(const struct word *words, const char *name, size_t size)
{
	for (; words->name; words++) {
		if (strlen(words->name) == size && memcmp(words->name, name, size) == 0)
			return words->value;
	}
	log_panic(TEMPLATE, "has an unknown word @%.*s@", (int)size, name);
}

static void fill_line(const struct word *words, const char *line, size_t size, struct buf *out)
{
	const char *end = line + size, *at, *close;
	while ((at = memchr(line, '@', (size_t)(end - line))) &&
	       (close = memchr(at + 1, '@', (size_t)(end - at - 1)))) {
		buf_add(out, line, (size_t)(at - line));
		buf_adds(out, find_word(words, at + 1, (size_t)(close - at - 1)));
		line = close + 1;
	}
	buf_add(out, line, (size_t)(end - line));
	buf_addc(out, '\n');
}

static void fill_template(const struct web *w, const struct word *words, struct buf *out)
{
	const struct home_shipped *file = home_shipped(TEMPLATE);
	if (!file)
		log_panic(TEMPLATE, "is not compiled in");
	const char *line = file->bytes, *end = file->bytes + file->size, *newline;
	bool wanted = true;
	for (; (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1) {
		size_t size = (size_t)(newline - line);
		if (size > 3 && memcmp(line, "#@ ", 3) == 0)
			wanted = (size == 6 && memcmp(line + 3, "end", 3) == 0) ||
				 wanted_part(w, line + 3, size - 3);
		else if (wanted)
			fill_line(words, line, size, out);
	}
}

/* The configuration as text; the files of TLS have that suffix. */
static bool fill(const struct web *w, const char *suffix, struct buf *out, struct err *e)
{
	struct arena a = {0};
	const struct word *words = make_words(&a, w, suffix);
	bool ok = true;
	for (const struct word *word = words; word->name && ok; word++) {
		/* FW_ALIASES is made of quoted texts; all that goes into it stands in another word. */
		bool quoted = strcmp(word->name, "FW_ALIASES") == 0;
		if (strpbrk(word->value, quoted ? "\\\r\n" : "\"\\\r\n"))
			ok = err_set(e,
			    "%s: lighttpd's configuration cannot hold this path; it must be "
			    "without quotation marks, backslashes and line ends",
			    word->value);
	}
	if (ok)
		fill_template(w, words, out);
	arena_free(&a);
	return ok;
}

/* ---- lighttpd's files ---- */

/* Beside the one in force while it is tried. */
static const char *config_path(struct arena *a, const struct web *w, const char *suffix)
{
	return arena_concat(a, w->home->web_config, suffix);
}

static bool write_config(const struct web *w, const char *suffix, struct err *e)
{
	struct buf text = {0};
	struct arena a = {0};
	const char *path = config_path(&a, w, suffix);
	bool ok = fill(w, suffix, &text, e) && file_write(path, text.data, text.size, 0640, e);
	buf_free(&text);
	arena_free(&a);
	return ok;
}

static bool is_accepted(const struct web *w, const char *path, struct err *e)
{
	struct program p = {.name = "lighttpd", .watch = -1, .end_signal = SIGKILL};
	int status;
	program_arg(&p, w->program);
	program_arg(&p, "-tt");
	program_option(&p, "-f", path);
	if (!program_start(&p, e))
		return false;
	while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return err_set(
	    e, "%s does not accept %s (its reason is on standard error)", w->program, path);
}

/* A configuration that is refused stays for the administrator to look at. */
static bool check(const struct web *w, struct err *e)
{
	struct arena a = {0};
	const char *path = config_path(&a, w, WEB_TLS_NEW);
	bool ok = is_accepted(w, path, e);
	if (ok)
		unlink(path);
	arena_free(&a);
	return ok;
}

bool web_has_tls(const struct web *w)
{
	return listener_wanted(&w->listeners[WEB_HTTPS]) ||
	       listener_wanted(&w->listeners[WEB_MTLS]);
}

bool web_write(struct web *w, struct buf *changed, struct err *e)
{
	w->tls.home = w->home;
	w->tls.pki = w->pki;
	w->tls.server = web_has_tls(w);
	w->tls.cas = listener_wanted(&w->listeners[WEB_MTLS]);
	bool ok = file_mkdirs(w->home->uploads, 0700, e) && web_tls_stage(&w->tls, e) &&
		  write_config(w, WEB_TLS_NEW, e) && check(w, e) &&
		  web_tls_take(&w->tls, changed, e) && write_config(w, "", e);
	web_tls_drop(&w->tls);
	return ok;
}

void web_clean(const struct web *w)
{
	DIR *folder = opendir(w->home->uploads);
	struct dirent *file;
	while (folder && (file = readdir(folder))) {
		if (text_starts(file->d_name, "lighttpd-upload-"))
			unlinkat(dirfd(folder), file->d_name, 0);
	}
	if (folder)
		closedir(folder);
}

int web_probe(const struct web *w)
{
	struct buf request = {0};
	int fd = listener_connect(&w->listeners[WEB_HTTP]);
	if (fd < 0)
		return -1;
	buf_addf(&request, "GET %s/fw/ HTTP/1.0\r\n\r\n", w->bases[0]);
	bool ok = send(fd, request.data, request.size, MSG_NOSIGNAL) == (ssize_t)request.size;
	buf_free(&request);
	if (ok)
		return fd;
	close(fd);
	return -1;
}

static int open_log(const struct web *w)
{
	return open(w->home->web_log, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

long web_log_size(const struct web *w)
{
	struct stat st = {0};
	int fd = open_log(w);
	if (fd < 0)
		return 0;
	fstat(fd, &st);
	close(fd);
	return (long)st.st_size;
}

void web_show_log(const struct web *w, long from)
{
	char bytes[SHOWN];
	int fd = open_log(w);
	if (fd < 0)
		return;
	ssize_t n = pread(fd, bytes, sizeof bytes, from);
	if (n > 0)
		fwrite(bytes, 1, (size_t)n, stderr);
	close(fd);
}
