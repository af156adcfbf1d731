/* SPDX-License-Identifier: ISC */
/*
 * desk/diff: what differs between two files, whatever is in them, and which words of two lines do.
 */
#include "desk/diff.h"

#include "base/buf.h"

#include "test/unit/helpers.h"

#include <stdbool.h>

static char *folder;
static struct arena arena;
static struct err e;

static int setup(void **state)
{
	folder_setup(state);
	folder = *state;
	e.text[0] = '\0';
	return 0;
}

static int teardown(void **state)
{
	arena_free(&arena);
	return folder_teardown(state);
}

/* ---- what the tests say ---- */

static struct diff_file file_of(const char *name, const void *bytes, size_t size)
{
	folder_write(folder, name, bytes, size);
	struct diff_file f = {open(folder_path(folder, name), O_RDONLY | O_CLOEXEC), name};
	assert_true(f.fd >= 0);
	return f;
}

static enum diff_result lines_of(
    const void *a, size_t asize, const void *b, size_t bsize, struct diff *out)
{
	struct diff_file files[2] = {file_of("a", a, asize), file_of("b", b, bsize)};
	enum diff_result result = diff_lines(&arena, files, 5000, out, &e);
	close(files[0].fd);
	close(files[1].fd);
	return result;
}

/* "1:1 kept|2:- old|-:2 new" */
static const char *told(const struct diff *d)
{
	struct buf out = {0};
	for (size_t i = 0; i < d->count; i++) {
		const struct diff_line *l = &d->lines[i];
		buf_addf(&out, "%s%c%ld:%ld ", i ? "|" : "", " -+"[l->kind], l -> a, l -> b);
		buf_add(&out, l->text, l->size);
	}
	const char *text = arena_strdup(&arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static const char *compared(const char *a, const char *b)
{
	struct diff d;
	assert_int_equal(lines_of(a, strlen(a), b, strlen(b), &d), DIFF_DIFFERENT);
	assert_false(d.cut);
	return told(&d);
}

/* ---- lines ---- */

static void lines_with_their_numbers(void **state)
{
	(void)state;
	assert_string_equal(compared("one\r\ntwo\r\nthree\r\n", "one\r\n2\r\nthree\r\nfour\r\n"),
	    " 1:1 one|-2:0 two|+0:2 2| 3:3 three|+0:4 four");
	assert_string_equal(compared("", "new\n"), "+0:1 new");
	assert_string_equal(compared("old\n", ""), "-1:0 old");
	assert_string_equal(compared("--- a\n+++ b\n@@ x\n\\ y\n", "--- a\n+++ b\n@@ x\n\\ z\n"),
	    " 1:1 --- a| 2:2 +++ b| 3:3 @@ x|-4:0 \\ y|+0:4 \\ z");
	assert_string_equal(compared("a\n\nb", "a\n\nc"), " 1:1 a| 2:2 |-3:0 b|+0:3 c");
}

static void the_same_has_no_lines(void **state)
{
	(void)state;
	struct diff d;
	assert_int_equal(lines_of("a\r\nb\r\n", 6, "a\nb\n", 4, &d), DIFF_SAME);
	assert_int_equal(d.count, 0);
	assert_int_equal(lines_of("", 0, "", 0, &d), DIFF_SAME);
}

static void any_bytes(void **state)
{
	(void)state;
	struct diff d;
	static const char a[] = "x\0y\n\xff\xfe\n\033[2J\n", b[] = "x\0z\n\xff\xfe\n\033[2J\n";
	assert_int_equal(lines_of(a, sizeof a - 1, b, sizeof b - 1, &d), DIFF_DIFFERENT);
	assert_int_equal(d.count, 4);
	assert_int_equal(d.lines[0].size, 3);
	assert_memory_equal(d.lines[0].text, "x\0y", 3);
	assert_memory_equal(d.lines[2].text, "\xff\xfe", 2);
}

static void more_lines_than_are_shown(void **state)
{
	(void)state;
	struct buf a = {0};
	struct diff d;
	for (int i = 0; i < DIFF_LINES + 10; i++)
		buf_addf(&a, "line %d\n", i);
	assert_int_equal(lines_of("other\n", 6, a.data, a.size, &d), DIFF_DIFFERENT);
	assert_int_equal(d.count, DIFF_LINES);
	assert_true(d.cut);
	buf_free(&a);
}

static void nothing_is_left_open(void **state)
{
	(void)state;
	size_t before = folder_count("/proc/self/fd");
	compared("a\n", "b\n");
	assert_int_equal(folder_count("/proc/self/fd"), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nor is a child */
}

/* ---- what goes wrong ---- */

static bool never(void *context, const char *line, size_t size)
{
	(void)context, (void)line, (void)size;
	fail_msg("nothing was to be said");
	return false;
}

static void a_file_that_cannot_be_read(void **state)
{
	(void)state;
	struct diff_file files[2] = {file_of("a", "a", 1), {-1, "b"}};
	assert_int_equal(diff_run(files, 3, 0, never, NULL, &e), DIFF_FAILED);
	assert_non_null(strstr(e.text, "cannot be run"));
	close(files[0].fd);
}

static void without_diff(void **state)
{
	(void)state;
	struct diff_file files[2] = {file_of("a", "a", 1), file_of("b", "b", 1)};
	char *path = strdup(getenv("PATH"));
	setenv("PATH", folder, 1);
	assert_int_equal(diff_run(files, 3, 0, never, NULL, &e), DIFF_FAILED);
	assert_non_null(strstr(e.text, "No such file"));
	setenv("PATH", path, 1);
	free(path);
	close(files[0].fd);
	close(files[1].fd);
}

/* A program in place of diff. */
static void replace_diff(const char *script)
{
	folder_write(folder, "diff", script, strlen(script));
	assert_int_equal(chmod(folder_path(folder, "diff"), 0700), 0);
	setenv("PATH", folder, 1);
}

static bool count_line(void *context, const char *line, size_t size)
{
	(void)line, (void)size;
	++*(int *)context;
	return true;
}

static void one_that_fails_or_takes_too_long(void **state)
{
	(void)state;
	static const struct {
		const char *script, *says;
	} cases[] = {
	    {"#!/bin/sh\nexit 2\n", "diff failed"},
	    {"#!/bin/sh\nkill -9 $$\n", "diff failed"},
	    {"#!/bin/sh\nexec /bin/sleep 60\n", "too long"},
	    {"#!/bin/sh\nwhile :; do echo x; done\n", "too long"},
	};
	char *path = strdup(getenv("PATH"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		int lines = 0;
		struct diff_file files[2] = {file_of("a", "a", 1), file_of("b", "b", 1)};
		replace_diff(cases[i].script);
		assert_int_equal(diff_run(files, 3, 100, count_line, &lines, &e), DIFF_FAILED);
		assert_non_null(strstr(e.text, cases[i].says));
		setenv("PATH", path, 1);
		close(files[0].fd);
		close(files[1].fd);
	}
	free(path);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- words ---- */

/* What both have as it is, what one has in brackets. */
static const char *marked(const struct diff_parts *parts)
{
	struct buf out = {0};
	for (size_t i = 0; i < parts->count; i++) {
		buf_adds(&out, parts->list[i].changed ? "[" : "");
		buf_add(&out, parts->list[i].text, parts->list[i].size);
		buf_adds(&out, parts->list[i].changed ? "]" : "");
	}
	const char *text = arena_strdup(&arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static void assert_words(const char *a, const char *b, const char *was, const char *is)
{
	struct diff_line x = {.text = a, .size = strlen(a)}, y = {.text = b, .size = strlen(b)};
	struct diff_parts old, new;
	diff_words(&arena, &x, &y, &old, &new);
	assert_string_equal(marked(&old), was);
	assert_string_equal(marked(&new), is);
}

static void words_that_changed(void **state)
{
	(void)state;
	assert_words("config change IP0 /addr 10.0.0.1 /mask 24",
	    "config change IP0 /addr 10.0.7.1 /mask 24 /dhcp on",
	    "config change IP0 /addr 10.0.[0].1 /mask 24",
	    "config change IP0 /addr 10.0.[7].1 /mask 24[ /dhcp on]");
	assert_words("a b c", "a b c", "a b c", "a b c");
	assert_words("name x y z", "name", "name[ x y z]", "name");
	assert_words("w one two w", "w uno dos w", "w [one two] w", "w [uno dos] w");
	assert_words("Büro 1", "Büro 2", "Büro [1]", "Büro [2]");
}

static void lines_that_have_nothing_in_common(void **state)
{
	(void)state;
	assert_words("one / two", "three / four", "[one / two]", "[three / four]");
	assert_words("", "x", "", "[x]");
	assert_words("", "", "", "");
}

static void lines_of_very_many_words(void **state)
{
	(void)state;
	struct buf a = {0}, b = {0};
	for (int i = 0; i < 1000; i++)
		buf_adds(&a, "a ");
	buf_add(&b, a.data, a.size);
	buf_adds(&b, "b");
	struct diff_line x = {.text = a.data, .size = a.size}, y = {.text = b.data, .size = b.size};
	struct diff_parts old, new;
	diff_words(&arena, &x, &y, &old, &new);
	assert_int_equal(old.count, 1);
	assert_true(old.list[0].changed);
	assert_int_equal(new.list[0].size, b.size);
	buf_free(&a);
	buf_free(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lines_with_their_numbers),
	    TEST(the_same_has_no_lines),
	    TEST(any_bytes),
	    TEST(more_lines_than_are_shown),
	    TEST(nothing_is_left_open),
	    TEST(a_file_that_cannot_be_read),
	    TEST(without_diff),
	    TEST(one_that_fails_or_takes_too_long),
	    TEST(words_that_changed),
	    TEST(lines_that_have_nothing_in_common),
	    TEST(lines_of_very_many_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
