/* SPDX-License-Identifier: ISC */
/*
 * rollcall backup: the whole server as one file.
 *
 * The file is made where the caller may write, which the user that the home belongs to often may not; everything
 * else is done as that user, in a process of his.
 */
#include "desk/apart.h"
#include "desk/archive.h"
#include "desk/desk.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/owner.h"
#include "tools/rollcall/server_conf.h"
#include "tools/rollcall/who.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MB 1000000.0

struct backup {
	const struct home *home;
	const struct options *options;
	struct buf temporary; /* the file, until it is whole; empty: it goes to standard output */
	int fd;
	struct result {
		size_t files, failed;
		int64_t bytes;
	} * result; /* of the other process, in memory of both */
};

static const struct {
	size_t field;
	unsigned part;
	const char *without, *with;
} extras[] = {
    {offsetof(struct options, keys), ARCHIVE_KEYS, "private keys (--keys)", "private keys"},
    {offsetof(struct options, passwords), ARCHIVE_PASSWORDS,
	"passwords of the web server (--passwords)", "passwords of the web server"},
    {offsetof(struct options, logs), ARCHIVE_LOGS, "logs (--logs)", "logs"},
};
#define EXTRAS (sizeof extras / sizeof *extras)

static bool is_wanted(const struct options *o, size_t i)
{
	bool wanted;
	memcpy(&wanted, (const char *)o + extras[i].field, sizeof wanted);
	return wanted;
}

/* ---- as the owner of the home ---- */

/* As it is in force: the one before, when what the administrator is writing has a mistake. NULL: neither. */
static struct config *configuration(const struct home *h)
{
	const char *const paths[] = {h->user_config, h->good_config};
	struct config *config = NULL;
	for (size_t i = 0; !config && i < 2; i++) {
		struct buf bytes = {0};
		struct findings f = {0};
		if (home_read_config(paths[i], &bytes, NULL))
			config = home_compile(paths[i], &bytes, &f);
		findings_free(&f);
		buf_free(&bytes);
	}
	return config;
}

static bool make(const struct backup *b, const struct options *o, struct err *e)
{
	struct archive_made made;
	struct archive_wish wish = {.home = b->home, .pki = o->pki, .parts = ARCHIVE_USUAL};
	for (size_t i = 0; i < EXTRAS; i++)
		wish.parts |= is_wanted(o, i) ? extras[i].part : 0;
	bool any = access(b->home->store, F_OK) == 0;
	if (any && !(wish.store = desk_store(b->home, e)))
		return false;
	struct config *config = configuration(b->home);
	wish.config = config;
	bool ok = archive_make(&wish, b->fd, &made, e);
	*b->result = (struct result){made.files, made.failed, made.bytes};
	fputs(buf_text(&made.said), stderr);
	fflush(NULL);
	buf_free(&made.said);
	conf_free(config);
	store_close(wish.store);
	return ok;
}

static bool become_owner(const struct home *h, struct err *e)
{
	/* Another user's process lives on when we die, unless it says otherwise. */
	return owner_become(h, e) && (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 || err_sys(e, "prctl"));
}

static bool make_as_owner(const void *context, struct err *e)
{
	const struct backup *b = context;
	struct options o;
	options_copy(&o, b->options);
	bool ok = become_owner(b->home, e);
	/* Only where the keys are matters of it. */
	if (ok && !server_conf_read(b->home->server_conf, &o, e))
		cli_fail("%s", e->text);
	ok = ok && make(b, &o, e);
	options_free(&o);
	return ok;
}

static bool note_as_owner(const void *context, struct err *e)
{
	const struct backup *b = context;
	struct buf text = {0};
	buf_addf(&text, "of the server, to %s", b->options->line.words[1]);
	for (size_t i = 0; i < EXTRAS; i++)
		buf_addf(&text, "%s%s", is_wanted(b->options, i) ? ", with " : "",
		    is_wanted(b->options, i) ? extras[i].with : "");
	/* Where there is no store, there is nobody who could ask what was done. */
	bool ok = become_owner(b->home, e) &&
		  (access(b->home->store, F_OK) != 0 || who_did(b->home, "", "backup", text.data));
	buf_free(&text);
	return ok;
}

/* ---- as the caller ---- */

static const char *unfinished; /* the file that goes when we are told to stop */

static void stopped(int signal)
{
	if (unfinished)
		unlink(unfinished);
	_exit(128 + signal);
}

static void watch_signals(void)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = stopped};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		sigaction(all[i], &action, NULL);
}

static bool open_file(struct backup *b, struct err *e)
{
	struct stat st;
	const char *name = b->options->line.words[1];
	b->fd = STDOUT_FILENO;
	if (strcmp(name, "-") == 0)
		return !isatty(STDOUT_FILENO) ||
		       err_set(e,
			   "a backup is nothing for a terminal: name a file, or pass it on with |");
	if (stat(name, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, "%s is no file", name);
	buf_addf(&b->temporary, "%s" FILE_TEMPORARY "XXXXXX", name);
	b->fd = mkostemp(b->temporary.data, O_CLOEXEC);
	if (b->fd < 0)
		return err_sys(e, "%s cannot be written", name);
	unfinished = b->temporary.data;
	return true;
}

/* A file that was there before stays until this one is whole, and on disk. */
static bool put_in_place(struct backup *b, struct err *e)
{
	if (!b->temporary.size)
		return true;
	if (fsync(b->fd) != 0 || rename(b->temporary.data, b->options->line.words[1]) != 0)
		return err_sys(e, "%s cannot be written", b->options->line.words[1]);
	unfinished = NULL;
	return true;
}

static int tell(const struct backup *b)
{
	struct buf out = {0};
	const struct result *r = b->result;
	int status = r->failed ? cli_fail("%zu file%s missing in it", r->failed,
				     r->failed == 1 ? " is" : "s are")
			       : CLI_FINE;
	if (b->fd == STDOUT_FILENO)
		return status;
	buf_addf(&out, "%s: %zu file%s, %.1f MB", b->options->line.words[1], r->files,
	    r->files == 1 ? "" : "s", (double)r->bytes / MB);
	const char *before = "; without ";
	for (size_t i = 0; i < EXTRAS; i++) {
		if (is_wanted(b->options, i))
			continue;
		buf_addf(&out, "%s%s", before, extras[i].without);
		before = ", ";
	}
	buf_addc(&out, '\n');
	return cli_print(&out, status);
}

static int run(struct backup *b)
{
	struct err e = {""};
	if (!open_file(b, &e) || !apart(make_as_owner, b, &e) || !put_in_place(b, &e))
		return cli_fail("%s", e.text);
	/* It says itself when it could not be noted. */
	int noted = apart(note_as_owner, b, &e) ? CLI_FINE : CLI_FINDING;
	int status = tell(b);
	return status == CLI_FINE ? noted : status;
}

int cmd_backup(const struct home *h, const struct options *o)
{
	struct backup b = {.home = h, .options = o, .fd = -1};
	b.result =
	    mmap(NULL, sizeof *b.result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b.result == MAP_FAILED)
		return cli_fail("no memory can be shared: %s", strerror(errno));
	watch_signals();
	int status = run(&b);
	if (unfinished)
		unlink(unfinished);
	unfinished = NULL;
	if (b.fd >= 0 && b.fd != STDOUT_FILENO)
		close(b.fd);
	buf_free(&b.temporary);
	munmap(b.result, sizeof *b.result);
	return status;
}
