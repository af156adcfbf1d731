/* SPDX-License-Identifier: ISC */
/* desk/archive_parts: what belongs into a backup of the server, and what its first member may say. */
#include "desk/archive_parts.h"

#include "base/limits.h"

#include "test/unit/home_fixture.h"

static struct arena arena;
static struct err e;

static int setup(void **state)
{
	(void)state;
	home_fixture_setup("");
	return home_make(&home, &e) ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(&arena);
	return home_fixture_teardown(state);
}

/* ---- which files and folders ---- */

/* Their names, each with a blank behind it; what is told of others, too. */
static const char *found(unsigned parts, const char *pki)
{
	static struct buf out;
	struct archive_parts all;
	const struct archive_wish wish = {
	    .home = &home, .config = config, .parts = parts, .pki = pki};
	buf_reset(&out);
	archive_parts_find(&arena, &all, &wish, &out);
	for (size_t i = 0; i < all.count; i++)
		buf_addf(&out, "%s ", all.list[i].name);
	return buf_text(&out);
}

static void usual(void **state)
{
	(void)state;
	assert_string_equal(found(ARCHIVE_CONFIG, NULL), "config scripts certs ");
	assert_string_equal(found(ARCHIVE_BACKUPS | ARCHIVE_LOGS, NULL), "backup log ");
	mkdir(home.ca, 0700);
	mkdir(home.pki, 0700);
	mkdir(folder_path(home.dir, "stats"), 0700);
	folder_write(home.dir, "data/user-config.good.xml", "x", 1);
	folder_write(home.dir, "data/master-info.xml", "x", 1);
	assert_string_equal(found(ARCHIVE_CONFIG, NULL),
	    "config scripts certs ca pki stats data/master-info.xml data/user-config.good.xml ");
	assert_string_equal(found(ARCHIVE_KEYS | ARCHIVE_PASSWORDS, NULL), "");
}

static void elsewhere(void **state)
{
	char inside[PATH_MAX * 2];
	(void)state;
	mkdir(folder_path(home.dir, "config/snippets"), 0700);
	mkdir(folder_path(home.dir, "mine"), 0700);
	snprintf(inside, sizeof inside,
	    "<times dir='config/snippets'/><backup dir='%s/mine'/><customcerts dir='/usr'/>",
	    home.dir);
	home_fixture_configure(inside);
	/* What lies in another part is there already. */
	assert_string_equal(found(ARCHIVE_USUAL, NULL), "config outside/certs mine ");
	assert_string_equal(
	    found(ARCHIVE_CONFIG, folder_path(home.dir, "mine")), "config outside/certs mine ");
	home_fixture_configure("<times dir='missing'/><backup dir='./mine/.'/>");
	assert_string_equal(found(ARCHIVE_USUAL, "/"), "config certs outside/pki mine ");
}

/* A part that holds the store, or that the web server publishes, would come and go with it. */
static void forbidden(void **state)
{
	static const char *const folders[] = {
	    "data", "run", "fw", "fw/x", ".", "config/..", "data/store", "webdav"};
	(void)state;
	mkdir(folder_path(home.dir, "fw/x"), 0700);
	mkdir(folder_path(home.dir, "data/store"), 0700);
	for (size_t i = 0; i < COUNT(folders); i++) {
		struct archive_parts all;
		struct archive_wish wish = {.home = &home,
		    .config = config,
		    .parts = ARCHIVE_CONFIG,
		    .pki = folder_path(home.dir, folders[i])};
		struct buf said = {0};
		assert_int_equal(archive_parts_find(&arena, &all, &wish, &said), 1);
		assert_non_null(strstr(buf_text(&said), "is not in the backup"));
		assert_int_equal(all.count, 3);
		buf_free(&said);
	}
}

static void names(void **state)
{
	static const char *const good[] = {"a", "a/b", "..a", "a b/\xc3\xbc.txt", ".hidden"};
	static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/..",
	    "a/../b", "a/./b", "a\nb", "a\x1b[2J", "a\xff", "a\tb"};
	char name[LIMIT_ARCHIVE_NAME + 2];
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(archive_is_name(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(archive_is_name(bad[i]));
	memset(name, 'a', sizeof name);
	name[LIMIT_ARCHIVE_NAME + 1] = '\0';
	assert_false(archive_is_name(name));
	name[LIMIT_ARCHIVE_NAME] = '\0';
	assert_true(archive_is_name(name));
	for (int i = 0; i < LIMIT_ARCHIVE_DEPTH; i++)
		memcpy(name + 2 * i, "a/", 2);
	memcpy(name + 2 * LIMIT_ARCHIVE_DEPTH, "a", 2);
	assert_false(archive_is_name(name));
	assert_true(archive_is_name(name + 2));
}

/* ---- the first member ---- */

static void head(void **state)
{
	struct archive_head is = {.made = 1772366400,
				.kinds = ARCHIVE_USUAL | ARCHIVE_KEYS,
				.host = "one"},
			    was;
	const struct archive_part parts[] = {
	    {"config", "/x", ARCHIVE_CONFIG, false, true},
	    {"stats", "/x", ARCHIVE_CONFIG, false, false},
	    {"data/a.xml", "/x", ARCHIVE_CONFIG, true, false},
	    {"data/store", "/x", ARCHIVE_STORE, false, false},
	    {"log", "/x", ARCHIVE_LOGS, false, false},
	    {"outside/certs", "/srv/certs", ARCHIVE_CONFIG, false, true},
	};
	struct buf text = {0};
	(void)state;
	memcpy(is.parts.list, parts, sizeof parts);
	is.parts.count = COUNT(parts);
	archive_head_print(&is, &text);
	if (!archive_head_parse(&arena, text.data, &was, &e))
		fail_msg("%s", e.text);
	assert_int_equal(was.made, is.made);
	assert_string_equal(was.host, "one");
	assert_int_equal(was.kinds, ARCHIVE_KEYS);
	assert_int_equal(was.parts.count, COUNT(parts));
	for (size_t i = 0; i < COUNT(parts); i++) {
		assert_string_equal(was.parts.list[i].name, parts[i].name);
		assert_int_equal(was.parts.list[i].kind, parts[i].kind);
		assert_int_equal(was.parts.list[i].file, parts[i].file);
		assert_int_equal(was.parts.list[i].secrets, parts[i].secrets);
	}
	assert_string_equal(was.parts.list[5].path, "/srv/certs");
	buf_free(&text);
}

static void bad_heads(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
	    {"", "is not right"},
	    {"part config\n", "is not right"},
	    {"format 1\n", "is not right"},
	    {"format 0\npart config\n", "is not right"},
	    {"format x\npart config\n", "is not right"},
	    {"format 2\nwhatever\n", "newer version"},
	    {"format 99999999999999999999\npart config\n", "newer version"},
	    {"format 1\npart ..\n", "is not right"},
	    {"format 1\npart /etc\n", "is not right"},
	    {"format 1\npart run\n", "is not right"},
	    {"format 1\npart fw/x\n", "is not right"},
	    {"format 1\npart data\n", "is not right"},
	    {"format 1\npart data/store-copy\n", "is not right"},
	    {"format 1\npart webdav\n", "is not right"},
	    {"format 1\npart outside\n", "is not right"},
	    {"format 1\npart restore.swap\n", "is not right"},
	    {"format 1\npart restore-x\n", "is not right"},
	    {"format 1\npart config\nfile config/x\n", "is not right"},
	    {"format 1\npart config\npart config\n", "is not right"},
	    {"format 1\nmade x\npart config\n", "is not right"},
	    {"format 1\npart con\033fig\n", "is not right"},
	    {"format 1\nnothing\npart config\n", "is not right"},
	    {"format 1\npart a\npart b\npart c\npart d\npart e\npart f\npart g\npart h\npart i\npart j\npart k\n"
	     "part l\npart m\npart n\npart o\npart p\npart q\n",
		"is not right"},
	};
	struct archive_head h;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (archive_head_parse(&arena, cases[i].text, &h, &e))
			fail_msg("taken: %s", cases[i].text);
		if (!strstr(e.text, cases[i].says))
			fail_msg("%s: %s", cases[i].text, e.text);
	}
	/* Of a later version: what it says more is not for us. */
	assert_true(
	    archive_head_parse(&arena, "format 1\ncolour red\nhas wheels\npart config\n", &h, &e));
	assert_int_equal(h.kinds, 0);
}

/* ---- what is left out ---- */

static unsigned secret(const char *name, const char *text, size_t size)
{
	char byte;
	folder_write(home.dir, "config/x", text, size);
	int fd = open(folder_path(home.dir, "config/x"), O_RDONLY);
	unsigned kind = archive_secret(name, fd);
	assert_int_equal(read(fd, &byte, 1), size ? 1 : 0);
	if (size)
		assert_int_equal(byte, text[0]);
	close(fd);
	return kind;
}

static void secrets(void **state)
{
	static char large[70000];
	static const char key[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n";
	(void)state;
	assert_int_equal(secret("a.key", "", 0), ARCHIVE_KEYS);
	assert_int_equal(secret("a.P12", "x", 1), ARCHIVE_KEYS);
	assert_int_equal(secret("web.htdigest", "x", 1), ARCHIVE_PASSWORDS);
	assert_int_equal(secret("x.htpasswd", "x", 1), ARCHIVE_PASSWORDS);
	assert_int_equal(secret(".key", "x", 1), 0);
	assert_int_equal(secret("a.pem", "-----BEGIN CERTIFICATE-----\n", 28), 0);
	/* Wherever it stands: also across what is read at once. */
	for (size_t at = 0; at + sizeof key < sizeof large;
	     at += at < 32700 || at > 32800 ? 4651 : 1) {
		memset(large, 'x', sizeof large);
		memcpy(large + at, key, sizeof key - 1);
		assert_int_equal(secret("a.pem", large, sizeof large), ARCHIVE_KEYS);
		if (at < 32700 && at + 4651 > 32700)
			at = 32700 - 4651;
	}
}

static void sums(void **state)
{
	struct archive_sum a, b;
	struct buf one = {0}, other = {0};
	(void)state;
	archive_sum_begin(&a);
	archive_sum_begin(&b);
	archive_sum_member(&a, "x", false, 3);
	archive_sum_add(&a, "abc", 3);
	archive_sum_member(&b, "x", false, 3);
	archive_sum_add(&b, "ab", 2);
	archive_sum_add(&b, "c", 1);
	archive_sum_member(&b, "y", true, 0);
	archive_sum_end(&a, &one);
	archive_sum_end(&b, &other);
	assert_memory_equal(one.data, "files 1\nbytes 3\nsha256 ", 23);
	assert_memory_equal(other.data, "files 1\nbytes 3\nsha256 ", 23);
	assert_string_not_equal(one.data, other.data);
	buf_free(&one);
	buf_free(&other);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(usual),
	    T(elsewhere),
	    T(forbidden),
	    T(names),
	    T(head),
	    T(bad_heads),
	    T(secrets),
	    T(sums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
