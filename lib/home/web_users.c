/* SPDX-License-Identifier: ISC */
/* A file of lines, read as a whole and written as a whole (web_users.h). */
#include "home/web_users.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/md5.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_MOST ((size_t)1 << 20)
#define MODE 0640

bool web_users_is_name(const char *name, struct err *e)
{
	size_t size = strlen(name);
	if (!size || size > WEB_USERS_NAME)
		return err_set(e, "the name of a user must have 1 to %d letters", WEB_USERS_NAME);
	/* What ends a field, quotes a text of HTTP, or makes a comment. */
	if (!text_is_utf8(name, size) || text_has_control(name, size) || strpbrk(name, ":\"\\") ||
	    name[0] == '#' || name[0] == ' ' || name[size - 1] == ' ')
		return err_set(e,
		    "the name of a user must be letters without : \" \\, without # in front, and without "
		    "blanks around it");
	return true;
}

/* A file that is not there is empty. */
static bool read_all(const char *path, struct buf *out, struct err *e)
{
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return true;
	if (!file_read(AT_FDCWD, path, FILE_MOST, out, e))
		return false;
	if (out->size && out->data[out->size - 1] != '\n')
		buf_addc(out, '\n');
	return true;
}

/* The name in a line of our realm, and its length; NULL: it is something else. */
static const char *name_in(const char *line, size_t size, size_t *length)
{
	static const char realm[] = ":" WEB_USERS_REALM ":";
	const char *colon = memchr(line, ':', size);
	if (!size || *line == '#' || !colon)
		return NULL;
	*length = (size_t)(colon - line);
	return size - *length >= sizeof realm - 1 && memcmp(colon, realm, sizeof realm - 1) == 0
		   ? line
		   : NULL;
}

/* Walks over lines that each end with a newline. */
static bool next_line(const struct buf *all, size_t *at, const char **line, size_t *size)
{
	if (*at >= all->size)
		return false;
	*line = all->data + *at;
	*size = (size_t)((const char *)memchr(*line, '\n', all->size - *at) - *line);
	*at += *size + 1;
	return true;
}

bool web_users_list(
    struct arena *a, const char *path, const char *const **names, size_t *count, struct err *e)
{
	struct buf all = {0};
	const char **list = NULL, *line;
	size_t at = 0, size, length, room = 0;
	*count = 0;
	if (!read_all(path, &all, e)) {
		buf_free(&all);
		return false;
	}
	while (next_line(&all, &at, &line, &size)) {
		if (!name_in(line, size, &length))
			continue;
		list = arena_room(a, list, *count, &room, sizeof *list, 8);
		list[(*count)++] = arena_strndup(a, line, length);
	}
	*names = list;
	buf_free(&all);
	return true;
}

/* All lines but those of this user. */
static bool without(const struct buf *all, const char *name, struct buf *out)
{
	const char *line;
	size_t at = 0, size, length;
	bool found = false;
	while (next_line(all, &at, &line, &size)) {
		bool his = name_in(line, size, &length) && length == strlen(name) &&
			   memcmp(line, name, length) == 0;
		found |= his;
		if (!his)
			buf_add(out, line, size + 1);
	}
	return found;
}

static void add_user(struct buf *out, const char *name, const char *password)
{
	char hash[MD5_HEX];
	struct md5 *m = md5_new();
	md5_add(m, name, strlen(name));
	md5_add(m, ":" WEB_USERS_REALM ":", strlen(":" WEB_USERS_REALM ":"));
	md5_add(m, password, strlen(password));
	md5_hex(m, hash);
	md5_free(m);
	buf_addf(out, "%s:%s:%s\n", name, WEB_USERS_REALM, hash);
}

bool web_users_set(
    const char *path, const char *name, const char *password, bool *known, struct err *e)
{
	struct buf all = {0}, text = {0};
	bool ok = web_users_is_name(name, e) && read_all(path, &all, e);
	if (ok) {
		*known = without(&all, name, &text);
		add_user(&text, name, password);
		ok = file_write(path, text.data, text.size, MODE, e);
	}
	buf_free(&all);
	buf_free(&text);
	return ok;
}

bool web_users_drop(const char *path, const char *name, struct err *e)
{
	struct buf all = {0}, text = {0};
	bool ok = read_all(path, &all, e);
	if (ok && !without(&all, name, &text))
		ok = err_set(e, "there is no user \"%s\" in %s", name, path);
	else if (ok && text.size)
		ok = file_write(path, text.data, text.size, MODE, e);
	else if (ok)
		ok = unlink(path) == 0 || err_sys(e, "%s cannot be removed", path);
	buf_free(&all);
	buf_free(&text);
	return ok;
}
