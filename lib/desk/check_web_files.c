/* SPDX-License-Identifier: ISC */
/*
 * What the web server publishes as files: can it read them, and is nothing private among them, be it a folder that was
 * put there, a link, a second name of a file, or the same folder mounted twice (check_web.h)?
 */
#include "desk/check_web.h"

#include "base/arena.h"
#include "base/text.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRIES_MOST 100000 /* of one published folder */
#define PRIVATE_MOST 32

struct place {
	const char *path, *real; /* real NULL: it is not there */
	const char *what;
	bool doubtful; /* some publish it on purpose, behind a password */
	dev_t device;
	ino_t inode;
};

/* A file that has more than one name. */
struct named {
	dev_t device;
	ino_t inode;
	const char *path;
};

struct walk {
	struct arena arena;
	const struct home *home;
	struct findings *findings;
	struct place places[PRIVATE_MOST];
	size_t nplaces;
	bool knows_names;
	struct named *names; /* of files in private folders with more than one name */
	size_t nnames, room;
};

#define WARN(w, file, ...) findings_add((w)->findings, FINDING_WARNING, file, 0, __VA_ARGS__)
#define FAIL(w, place, file, ...)                                                                 \
	findings_add((w)->findings, (place)->doubtful ? FINDING_WARNING : FINDING_ERROR, file, 0, \
	    __VA_ARGS__)

/* ---- what is private ---- */

static const struct place *private_folder(const struct walk *w, const struct stat *st)
{
	for (size_t i = 0; i < w->nplaces; i++) {
		if (w->places[i].device == st->st_dev && w->places[i].inode == st->st_ino)
			return &w->places[i];
	}
	return NULL;
}

static void add_place(struct walk *w, const char *name, const char *what, bool doubtful)
{
	char real[PATH_MAX];
	struct stat st;
	if (!name || !*name || w->nplaces == PRIVATE_MOST)
		return;
	char *path = home_path(w->home, name);
	if (realpath(path, real) && stat(real, &st) == 0 && !private_folder(w, &st)) {
		w->places[w->nplaces++] = (struct place){arena_strdup(&w->arena, path),
		    arena_strdup(&w->arena, real), what, doubtful, st.st_dev, st.st_ino};
	}
	free(path);
}

static void find_places(struct walk *w, const struct config *c, const char *pki)
{
	const struct {
		const char *name, *what;
		bool doubtful;
	} all[] = {
	    {"config", "the configuration, with passwords in it", false},
	    {"data", "all that is known of devices", false},
	    {"run", "what the running server needs", false},
	    {"log", "the logs of this server", false},
	    {"ca", "our own CA, with its key", false},
	    {pki, "the keys of the web server", false},
	    {"certs", "certificates of devices", false},
	    {c ? c->customcerts_dir : NULL, "certificates of devices", false},
	    {"scripts", "what devices are sent, with passwords in it", true},
	    {c ? c->times_dir : NULL, "what devices are sent, with passwords in it", true},
	    {"backup", "configurations of devices", true},
	    {c ? c->backup_dir : NULL, "configurations of devices", true},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		add_place(w, all[i].name, all[i].what, all[i].doubtful);
}

/* Is it that folder, or something in it? */
static bool is_in(const char *path, const char *folder)
{
	size_t size = strlen(folder);
	if (strcmp(folder, "/") == 0)
		return true;
	return strncmp(path, folder, size) == 0 && (path[size] == '/' || !path[size]);
}

/* The private place that a file lies in, or that lies in this folder. */
static const struct place *private_at(const struct walk *w, const char *real)
{
	for (size_t i = 0; i < w->nplaces; i++) {
		if (is_in(real, w->places[i].real) || is_in(w->places[i].real, real))
			return &w->places[i];
	}
	return NULL;
}

/* ---- files with two names ---- */

static void note_names(struct walk *w, const struct place *place)
{
	char *paths[] = {(char *)place->real, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *one;
	for (size_t n = 0; tree && n < ENTRIES_MOST && (one = fts_read(tree)); n++) {
		if (one->fts_info != FTS_F || one->fts_statp->st_nlink < 2)
			continue;
		w->names =
		    arena_room(&w->arena, w->names, w->nnames, &w->room, sizeof *w->names, 16);
		w->names[w->nnames++] = (struct named){one->fts_statp->st_dev,
		    one->fts_statp->st_ino, arena_strdup(&w->arena, one->fts_path)};
	}
	if (tree)
		fts_close(tree);
}

/* The private name of a file; NULL: it has none. */
static const char *private_name(struct walk *w, const struct stat *st)
{
	for (size_t i = 0; !w->knows_names && i < w->nplaces; i++)
		note_names(w, &w->places[i]);
	w->knows_names = true;
	for (size_t i = 0; i < w->nnames; i++) {
		if (w->names[i].device == st->st_dev && w->names[i].inode == st->st_ino)
			return w->names[i].path;
	}
	return NULL;
}

/* ---- what is published ---- */

static void check_link(struct walk *w, const char *path)
{
	char real[PATH_MAX];
	const struct place *place = realpath(path, real) ? private_at(w, real) : NULL;
	if (place)
		FAIL(w, place, path, "this link leads to %s (%s): remove it", place->path,
		    place->what);
	else
		WARN(w, path,
		    "this is a link, which the web server does not follow: whoever asks for it gets 403; copy "
		    "what it leads to, or mount it");
}

static void check_file(struct walk *w, const char *path, const struct stat *st)
{
	const char *other = st->st_nlink > 1 ? private_name(w, st) : NULL;
	if (other)
		findings_add(w->findings, FINDING_ERROR, path, 0,
		    "this is another name of %s, which is private: remove it", other);
	if (access(path, R_OK) != 0)
		WARN(w, path, "the web server cannot read it: %s", strerror(errno));
}

/* False: nothing in it is to be looked at. */
static bool check_folder(struct walk *w, const char *path, const struct stat *st)
{
	const struct place *place = private_folder(w, st);
	if (place)
		FAIL(w, place, path, "this folder is %s (%s): move it away", place->path,
		    place->what);
	else if (access(path, R_OK | X_OK) != 0)
		WARN(w, path, "the web server cannot read this folder: %s", strerror(errno));
	return !place;
}

static void check_entry(struct walk *w, FTS *tree, FTSENT *one)
{
	switch (one->fts_info) {
	case FTS_SL:
	case FTS_SLNONE:
		check_link(w, one->fts_path);
		break;
	case FTS_D:
		if (!check_folder(w, one->fts_path, one->fts_statp))
			fts_set(tree, one, FTS_SKIP);
		break;
	case FTS_F:
		check_file(w, one->fts_path, one->fts_statp);
		break;
	default:
		break;
	}
}

/* Everything below it, as far as there is room for findings. */
static void check_tree(struct walk *w, const char *real)
{
	char *paths[] = {(char *)real, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *one;
	size_t n = 0;
	while (tree && n < ENTRIES_MOST && findings_room(w->findings, FINDING_WARNING) &&
	       (one = fts_read(tree))) {
		check_entry(w, tree, one);
		n++;
	}
	if (n == ENTRIES_MOST)
		WARN(w, real, "only the first %d files in it were looked at", ENTRIES_MOST);
	if (tree)
		fts_close(tree);
}

/* The folder itself may be a link; then where it leads is what is published. */
static void check_published(struct walk *w, const char *path)
{
	char real[PATH_MAX];
	bool found = false;
	struct stat st;
	if (lstat(path, &st) != 0)
		return;
	if (!realpath(path, real)) {
		WARN(w, path, "the web server cannot publish it: %s", strerror(errno));
		return;
	}
	for (size_t i = 0; i < w->nplaces; i++) {
		const struct place *p = &w->places[i];
		if (!is_in(p->real, real))
			continue;
		FAIL(w, p, path, "the web server publishes %s here (%s): move it away", p->path,
		    p->what);
		found = true;
	}
	if (!found)
		check_tree(w, real);
}

/* ---- modes ---- */

/* May everybody go into the folder that this is in, and into those above it? */
static bool can_be_reached(struct walk *w, const char *path)
{
	char *folder = arena_strdup(&w->arena, path), *slash;
	struct stat st;
	while ((slash = strrchr(folder, '/')) && slash != folder) {
		*slash = '\0';
		if (stat(folder, &st) != 0 || !(st.st_mode & S_IXOTH))
			return false;
	}
	return true;
}

static void check_mode(
    struct walk *w, const char *path, mode_t bits, const char *what, const char *how)
{
	struct stat st;
	if (stat(path, &st) == 0 && st.st_mode & bits && can_be_reached(w, path))
		WARN(w, path, "this %s is open to all users of this machine: chmod %s it", what,
		    how);
}

static void check_modes(struct walk *w, const char *pki)
{
	static const struct {
		const char *name, *what;
		mode_t bits;
		const char *how;
	} files[] = {
	    {"config", "folder", S_IWOTH, "o-w"},
	    {"fw", "folder", S_IWOTH, "o-w"},
	    {"webdav", "folder", S_IWOTH, "o-w"},
	    {"config/user-config.xml", "file", S_IRWXO, "o-rwx"},
	    {"config/web.htdigest", "file", S_IRWXO, "o-rwx"},
	    {"config/webdav.htdigest", "file", S_IRWXO, "o-rwx"},
	};
	static const char *const keys[] = {"server.pem", "client-ca.key"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const char *path = arena_concat(&w->arena, w->home->dir, "/", files[i].name);
		check_mode(w, path, files[i].bits, files[i].what, files[i].how);
	}
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		check_mode(
		    w, arena_concat(&w->arena, pki, "/", keys[i]), S_IRWXO, "private key", "o-rwx");
}

void check_web_files(
    const struct home *h, const struct config *c, const char *pki, struct findings *f)
{
	static const char *const published[] = {"fw", "webdav"};
	struct walk w = {.home = h, .findings = f};
	find_places(&w, c, pki);
	for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
		char *path = home_path(h, published[i]);
		check_published(&w, path);
		free(path);
	}
	check_modes(&w, pki);
	arena_free(&w.arena);
}
