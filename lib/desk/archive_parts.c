/* SPDX-License-Identifier: ISC */
/*
 * Which files and folders a backup of the server consists of.
 *
 * The first member of an archive has a line for each, so that it can be put back without the configuration that it
 * was made with:
 *
 *   format 1
 *   version 0.1.0
 *   host NAME
 *   made SECONDS
 *   has WORD           "keys", "passwords"
 *   part NAME          a folder of the home; keys and passwords in it may have been left out
 *   data NAME          a folder that has none of these
 *   file NAME          a file
 *   log NAME           the same, of logs: put back only where there are none
 *   from PATH          where the part above it lay, when that was not in the home
 */
#include "desk/archive_parts.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "home/swap.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- which ---- */

#define NOWHERE SIZE_MAX
#define AT(field) offsetof(struct config, field)
static const struct {
	const char *label, *usual; /* the latter where the configuration says nothing else */
	size_t field;
	unsigned kind;
	bool file, secrets;
} places[] = {
    {"config", "config", NOWHERE, ARCHIVE_CONFIG, false, true},
    {"scripts", "scripts", AT(times_dir), ARCHIVE_CONFIG, false, true},
    {"certs", "certs", AT(customcerts_dir), ARCHIVE_CONFIG, false, true},
    {"ca", "ca", NOWHERE, ARCHIVE_CONFIG, false, true},
    {"pki", "pki", NOWHERE, ARCHIVE_CONFIG, false, true},
    {"stats", "stats", AT(statistics_dir), ARCHIVE_CONFIG, false, false},
    {"master-info.xml", "data/master-info.xml", AT(master_cache), ARCHIVE_CONFIG, true, false},
    {"user-config.good.xml", ARCHIVE_GOOD_NAME, NOWHERE, ARCHIVE_CONFIG, true, false},
    {"backup", "backup", AT(backup_dir), ARCHIVE_BACKUPS, false, false},
    {"log", "log", NOWHERE, ARCHIVE_LOGS, false, false},
    {"logs", "webdav/log", AT(logs_dir), ARCHIVE_LOGS, false, false},
    {"alarms", "webdav/alarm", AT(logs_alarmdir), ARCHIVE_LOGS, false, false},
};
#define PLACES (sizeof places / sizeof *places)
_Static_assert(PLACES < ARCHIVE_PARTS, "there is room for all of them and the store");

/* The setting, or what is usual. */
static const char *wanted_folder(const struct archive_wish *w, size_t i)
{
	const char *value = "";
	if (w->config && places[i].field != NOWHERE)
		value =
		    *(const char *const *)(const void *)((const char *)w->config + places[i].field);
	if (w->pki && strcmp(places[i].label, "pki") == 0)
		value = w->pki;
	return *value ? value : places[i].usual;
}

/* Relative to the home, in the arena; NULL: it lies elsewhere. */
static const char *in_home(struct arena *a, const struct home *h, const char *folder)
{
	size_t size = strlen(h->dir);
	char *out = arena_alloc(a, strlen(folder) + 1);
	if (*folder == '/') {
		if (strncmp(folder, h->dir, size) != 0 || folder[size] != '/')
			return NULL;
		folder += size;
	}
	return path_normal(out, folder) ? out : NULL;
}

/* The home itself, what is the server's own or published, what is temporary. */
static bool is_forbidden(const char *name)
{
	static const char *const whole[] = {"", "data", "webdav", ARCHIVE_OUTSIDE};
	static const char *const below[] = {"run", "fw", "web"};
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		if (strcmp(name, whole[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
		if (path_is_in(name, below[i]))
			return true;
	}
	return text_starts(name, ARCHIVE_STORE_NAME) || text_starts(name, SWAP_PREPARED) ||
	       text_starts(name, SWAP_BEGUN) || text_starts(name, SWAP_ASIDE);
}

/* In another one? The same folder counts once. */
static bool is_covered(const struct archive_parts *p, size_t i)
{
	for (size_t k = 0; k < p->count; k++) {
		bool same = strcmp(p->list[i].name, p->list[k].name) == 0;
		if (k != i && path_is_in(p->list[i].name, p->list[k].name) && (!same || k < i))
			return true;
	}
	return false;
}

static void drop_covered(struct archive_parts *p)
{
	size_t i = 0;
	while (i < p->count) {
		if (is_covered(p, i))
			memmove(&p->list[i], &p->list[i + 1], (--p->count - i) * sizeof p->list[0]);
		else
			i++;
	}
}

static bool add_place(struct arena *a, struct archive_parts *p, const struct archive_wish *w,
    size_t i, struct buf *said)
{
	struct stat st;
	const char *folder = wanted_folder(w, i), *name = in_home(a, w->home, folder);
	const char *path = *folder == '/' ? arena_strdup(a, folder)
					  : arena_printf(a, "%s/%s", w->home->dir, folder);
	if (stat(path, &st) != 0)
		return true; /* it need not be there */
	bool right = places[i].file ? S_ISREG(st.st_mode) : S_ISDIR(st.st_mode);
	if (!right || (name && (is_forbidden(name) || !archive_is_name(name))) ||
	    text_has_control(path, strlen(path))) {
		buf_addf(said, "%s: is not in the backup: it is no %s of its own\n", path,
		    places[i].file ? "file" : "folder");
		return false;
	}
	if (!name)
		name = arena_concat(a, ARCHIVE_OUTSIDE "/", places[i].label);
	p->list[p->count++] =
	    (struct archive_part){name, path, places[i].kind, places[i].file, places[i].secrets};
	return true;
}

size_t archive_parts_find(
    struct arena *a, struct archive_parts *p, const struct archive_wish *w, struct buf *said)
{
	size_t failed = 0;
	p->count = 0;
	for (size_t i = 0; i < PLACES; i++) {
		if (w->parts & places[i].kind)
			failed += !add_place(a, p, w, i, said);
	}
	if ((w->parts & ARCHIVE_STORE) && w->store)
		p->list[p->count++] = (struct archive_part){
		    ARCHIVE_STORE_NAME, w->home->store, ARCHIVE_STORE, false, false};
	drop_covered(p);
	return failed;
}

bool archive_is_name(const char *name)
{
	char normal[LIMIT_ARCHIVE_NAME + 1];
	size_t size = strlen(name), depth = 0;
	if (size == 0 || size > LIMIT_ARCHIVE_NAME || text_has_control(name, size) ||
	    !text_is_utf8(name, size) || *name == '/' || !path_normal(normal, name))
		return false;
	for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/'))
		depth++;
	return strcmp(normal, name) == 0 && depth < LIMIT_ARCHIVE_DEPTH;
}

/* ---- the first member ---- */

static const struct {
	const char *word;
	unsigned kind;
} extras[] = {
    {"keys", ARCHIVE_KEYS},
    {"passwords", ARCHIVE_PASSWORDS},
};

/* Of a part, as it is read again. */
static const struct {
	const char *word;
	unsigned kind;
	bool secrets, file;
} part_words[] = {
    {"part", ARCHIVE_CONFIG, true, false},
    {"data", ARCHIVE_CONFIG, false, false},
    {"file", ARCHIVE_CONFIG, false, true},
    {"log", ARCHIVE_LOGS, false, false},
};
#define PART_WORDS (sizeof part_words / sizeof *part_words)

static const char *word_of(const struct archive_part *p)
{
	bool log = p->kind == ARCHIVE_LOGS;
	size_t i = 0;
	while ((part_words[i].kind == ARCHIVE_LOGS) != log || part_words[i].secrets != p->secrets ||
	       part_words[i].file != p->file)
		i++;
	return part_words[i].word;
}

void archive_head_print(const struct archive_head *h, struct buf *out)
{
	buf_addf(out, "format %d\nversion %s\nhost %s\nmade %lld\n", ARCHIVE_FORMAT,
	    ROLLCALL_VERSION, h->host, (long long)h->made);
	for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
		if (h->kinds & extras[i].kind)
			buf_addf(out, "has %s\n", extras[i].word);
	}
	for (size_t i = 0; i < h->parts.count; i++) {
		const struct archive_part *p = &h->parts.list[i];
		buf_addf(out, "%s %s\n", word_of(p), p->name);
		if (path_is_in(p->name, ARCHIVE_OUTSIDE))
			buf_addf(out, "from %s\n", p->path);
	}
}

static bool overlaps(const struct archive_parts *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++) {
		if (path_is_in(name, p->list[i].name) || path_is_in(p->list[i].name, name))
			return true;
	}
	return false;
}

static bool parse_part(struct arena *a, const char *name, size_t word, struct archive_head *h)
{
	struct archive_parts *p = &h->parts;
	bool store = strcmp(name, ARCHIVE_STORE_NAME) == 0;
	if (p->count == ARCHIVE_PARTS || !archive_is_name(name) || (!store && is_forbidden(name)) ||
	    overlaps(p, name))
		return false;
	p->list[p->count++] = (struct archive_part){.name = arena_strdup(a, name),
	    .kind = store ? ARCHIVE_STORE : part_words[word].kind,
	    .secrets = part_words[word].secrets,
	    .file = part_words[word].file};
	return true;
}

static bool parse_word(const char *word, struct archive_head *h)
{
	for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
		if (strcmp(word, extras[i].word) == 0)
			h->kinds |= extras[i].kind;
	}
	return true;
}

static bool copy(char *to, size_t size, const char *value)
{
	snprintf(to, size, "%s", value);
	return true;
}

static bool parse_line(struct arena *a, const char *name, const char *value, struct archive_head *h)
{
	long number;
	if (strcmp(name, "version") == 0)
		return copy(h->version, sizeof h->version, value);
	if (strcmp(name, "host") == 0)
		return copy(h->host, sizeof h->host, value);
	if (strcmp(name, "made") == 0) {
		bool ok = num_parse(value, 0, LONG_MAX, &number);
		h->made = ok ? number : 0;
		return ok;
	}
	if (strcmp(name, "has") == 0)
		return parse_word(value, h);
	if (strcmp(name, "from") == 0 && h->parts.count)
		h->parts.list[h->parts.count - 1].path = arena_strdup(a, value);
	for (size_t i = 0; i < PART_WORDS; i++) {
		if (strcmp(name, part_words[i].word) == 0)
			return parse_part(a, value, i, h);
	}
	return true; /* of a later version */
}

static bool parse_lines(struct arena *a, char *text, struct archive_head *h)
{
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = strchr(line, ' ');
		size_t size = strlen(line);
		if (!value || text_has_control(line, size) || !text_is_utf8(line, size))
			return false;
		*value++ = '\0';
		if (!parse_line(a, line, value, h))
			return false;
	}
	return true;
}

bool archive_head_parse(struct arena *a, const char *text, struct archive_head *h, struct err *e)
{
	static const char format[] = "format ";
	char digits[16];
	long number = 0;
	*h = (struct archive_head){0};
	snprintf(digits, sizeof digits, "%.*s",
	    text_starts(text, format) ? (int)strcspn(text + strlen(format), "\n") : 0,
	    text + (text_starts(text, format) ? strlen(format) : 0));
	if (num_parse(digits, 1, LONG_MAX, &number) && number > ARCHIVE_FORMAT)
		return err_set(e,
		    "this backup was made by a newer version of Rollcall: restore it with that one");
	if (number != ARCHIVE_FORMAT || !parse_lines(a, arena_strdup(a, text), h) ||
	    h->parts.count == 0)
		return err_set(e, "this is no backup that `rollcall backup` made: its " ARCHIVE_HEAD
				  " is not right");
	return true;
}

/* ---- the last one ---- */

void archive_sum_begin(struct archive_sum *s)
{
	*s = (struct archive_sum){.state = EVP_MD_CTX_new()};
	if (!s->state || EVP_DigestInit_ex(s->state, EVP_sha256(), NULL) != 1)
		log_panic("sha256", "cannot begin");
}

void archive_sum_add(struct archive_sum *s, const void *bytes, size_t size)
{
	if (EVP_DigestUpdate(s->state, bytes, size) != 1)
		log_panic("sha256", "cannot go on");
}

void archive_sum_member(struct archive_sum *s, const char *name, bool folder, int64_t size)
{
	char line[LIMIT_ARCHIVE_NAME + 64];
	int n = snprintf(
	    line, sizeof line, "\n%s %lld %s\n", folder ? "folder" : "file", (long long)size, name);
	archive_sum_add(s, line, (size_t)n);
	s->files += !folder;
	s->bytes += size;
}

void archive_sum_end(struct archive_sum *s, struct buf *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[HEX_SHA256 + 1];
	unsigned size = 0;
	if (EVP_DigestFinal_ex(s->state, digest, &size) != 1 || 2 * size != HEX_SHA256)
		log_panic("sha256", "cannot end");
	EVP_MD_CTX_free(s->state);
	s->state = NULL;
	hex_encode(hex, digest, size);
	buf_addf(out, "files %zu\nbytes %lld\nsha256 %s\n", s->files, (long long)s->bytes, hex);
}

/* ---- secrets ---- */

static const struct {
	const char *end;
	unsigned kind;
} secret_names[] = {
    {".key", ARCHIVE_KEYS},
    {".p12", ARCHIVE_KEYS},
    {".pfx", ARCHIVE_KEYS},
    {".htdigest", ARCHIVE_PASSWORDS},
    {".htpasswd", ARCHIVE_PASSWORDS},
};

/* "-----BEGIN ENCRYPTED PRIVATE KEY-----", too; it may stand behind certificates. */
static bool has_key(int fd)
{
	static const char mark[] = "PRIVATE KEY-----";
	const size_t keep = sizeof mark - 2;
	char bytes[32768];
	size_t held = 0;
	bool found = false;
	ssize_t n;
	while (!found && (n = read(fd, bytes + held, sizeof bytes - held)) > 0) {
		size_t size = held + (size_t)n;
		found = memmem(bytes, size, mark, strlen(mark)) != NULL;
		held = size < keep ? size : keep;
		memmove(bytes, bytes + size - held, held);
	}
	return lseek(fd, 0, SEEK_SET) == 0 && found;
}

unsigned archive_secret(const char *name, int fd)
{
	for (size_t i = 0; i < sizeof secret_names / sizeof *secret_names; i++) {
		size_t n = strlen(name), end = strlen(secret_names[i].end);
		if (n > end && text_same(name + n - end, secret_names[i].end))
			return secret_names[i].kind;
	}
	return has_key(fd) ? ARCHIVE_KEYS : 0;
}
