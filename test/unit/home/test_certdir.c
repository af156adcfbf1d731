/* SPDX-License-Identifier: ISC */
/* home/certdir: the files of devices and CAs, and nothing but them. */
#include "home/certdir.h"

#include "base/file.h"
#include "base/limits.h"

#include "test/unit/helpers.h"

#include <poll.h>
#include <stdbool.h>

#define SN "00-90-33-30-00-af"
#define OTHER "00-90-33-30-00-b0"

static struct home home;
static struct config config;
static struct arena arena;
static struct err e;
static char *top, *certs;

static int setup(void **state)
{
	folder_setup(state);
	top = *state;
	assert_true(home_open(&home, top, &e));
	assert_int_equal(mkdir(home.run, 0700), 0);
	certs = strdup(folder_path(top, "certs"));
	assert_int_equal(mkdir(certs, 0700), 0);
	config = (struct config){.customcerts_dir = "certs", .customcerts_cakeys = "CAkey*"};
	e.text[0] = '\0';
	return 0;
}

static int teardown(void **state)
{
	home_close(&home);
	arena_free(&arena);
	free(certs);
	return folder_teardown(state);
}

static void plant(const char *name)
{
	folder_write(certs, name, name, strlen(name));
}

static void assert_says(const char *words)
{
	if (!strstr(e.text, words))
		fail_msg("\"%s\" does not say \"%s\"", e.text, words);
}

static bool store(enum certs_file which, const char *sn, const char *text)
{
	return certdir_write(&home, &config, which, sn, text, strlen(text), &e);
}

/* What certdir_read() gives; NULL when it fails. */
static const char *read_of(enum certs_file which, const char *sn)
{
	struct buf out = {0};
	const char *text = NULL;
	if (certdir_read(&home, &config, which, sn, &out, &e))
		text = arena_strndup(&arena, buf_text(&out), out.size);
	buf_free(&out);
	return text;
}

/* "a b": these are the CA files, in this order. */
static void assert_cas(const char *names)
{
	size_t count;
	struct buf found = {0};
	const char **list = certdir_cas(&arena, &home, &config, &count);
	for (size_t i = 0; i < count; i++)
		buf_addf(&found, "%s%s", i ? " " : "", list[i]);
	assert_string_equal(buf_text(&found), names);
	buf_free(&found);
}

static void cas_by_name(void **state)
{
	(void)state;
	assert_cas("");
	plant("CAkey-02.cer");
	plant("CAkey-01.cer");
	plant("CAkey-10.cer");
	plant("cakey-00.cer");
	plant("root.cer");
	plant("CAkey-03.cer" FILE_TEMPORARY "abcdef");
	assert_cas("CAkey-01.cer CAkey-02.cer CAkey-10.cer");
	config.customcerts_cakeys = "CAkey-0[2-9].cer";
	assert_cas("CAkey-02.cer");
	config.customcerts_cakeys = "";
	assert_cas("");
	config.customcerts_cakeys = "../CAkey*";
	assert_cas("");
}

/* A wide pattern sends nobody the certificate, or the request, of another device. */
static void cas_are_no_files_of_devices(void **state)
{
	(void)state;
	plant("root.cer");
	plant(".hidden.cer");
	plant(SN "-signedrequest.cer");
	plant(SN "-request.p10.pem");
	plant(SN "-request.p10.der");
	plant(SN "-requesterror");
	config.customcerts_cakeys = "*";
	assert_cas("root.cer");
	config.customcerts_cakeys = "*.cer";
	assert_cas("root.cer");
}

static void cas_without_a_folder(void **state)
{
	(void)state;
	assert_int_equal(rmdir(certs), 0);
	assert_cas("");
	folder_write(top, "certs", "x", 1);
	assert_cas("");
}

static void written_and_read(void **state)
{
	(void)state;
	static const char bytes[] = "\x30\x03\x00\r\n\xff";
	struct buf out = {0};
	struct stat st;
	assert_int_equal(certdir_has(&home, &config, CERTS_REQUEST_DER, SN), 0);
	assert_null(read_of(CERTS_REQUEST_DER, SN));
	assert_says("certs/" SN "-request.p10.der cannot be opened");
	assert_true(certdir_write(&home, &config, CERTS_REQUEST_DER, SN, bytes, sizeof bytes, &e));
	assert_true(certdir_read(&home, &config, CERTS_REQUEST_DER, SN, &out, &e));
	assert_int_equal(out.size, sizeof bytes);
	assert_memory_equal(out.data, bytes, sizeof bytes);
	buf_free(&out);
	assert_int_equal(stat(folder_path(certs, SN "-request.p10.der"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(certdir_has(&home, &config, CERTS_REQUEST_DER, SN), st.st_mtime);
	assert_int_equal(certdir_has(&home, &config, CERTS_REQUEST_DER, OTHER), 0);
	assert_true(store(CERTS_REQUEST_DER, SN, "new"));
	assert_string_equal(read_of(CERTS_REQUEST_DER, SN), "new");
	assert_int_equal(folder_count(certs), 1);
}

static void the_folder_is_made(void **state)
{
	(void)state;
	config.customcerts_dir = "deep/er";
	assert_true(store(CERTS_SIGNED, SN, "x"));
	assert_string_equal(read_of(CERTS_SIGNED, SN), "x");
	folder_write(top, "file", "x", 1);
	config.customcerts_dir = "file";
	assert_false(store(CERTS_SIGNED, SN, "x"));
	assert_says("file cannot be made");
}

static void names_stay_in_the_folder(void **state)
{
	(void)state;
	static const char *const serials[] = {
	    "", "../" SN, "..", "a/b", "-x", ".x", "a b", "a%2fb"};
	static const char *const names[] = {"", ".", "..", "../x", "/etc/passwd", "a/b", ".hidden"};
	struct buf out = {0};
	for (size_t i = 0; i < COUNT(serials); i++) {
		assert_false(store(CERTS_SIGNED, serials[i], "x"));
		assert_says("no serial number");
		assert_null(read_of(CERTS_SIGNED, serials[i]));
		assert_says("no serial number");
		assert_false(certdir_remove(&home, &config, serials[i], &e));
		assert_says("no serial number");
		assert_int_equal(certdir_has(&home, &config, CERTS_SIGNED, serials[i]), 0);
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_false(certdir_read_name(&home, &config, names[i], &out, &e));
		assert_says("no name of a file");
	}
	assert_int_equal(folder_count(top), 2);
	assert_int_equal(folder_count(certs), 0);
	buf_free(&out);
}

static void links_are_not_followed(void **state)
{
	(void)state;
	struct buf out = {0};
	folder_write(top, "secret", "s", 1);
	const char *link = arena_strdup(&arena, folder_path(certs, SN "-signedrequest.cer"));
	assert_int_equal(symlink("../secret", link), 0);
	assert_int_equal(symlink("../secret", folder_path(certs, "CAkey-1.cer")), 0);
	assert_null(read_of(CERTS_SIGNED, SN));
	assert_says("is a link");
	assert_int_equal(certdir_has(&home, &config, CERTS_SIGNED, SN), 0);
	/* It is named, so that somebody hears of it. */
	assert_cas("CAkey-1.cer");
	assert_false(certdir_read_name(&home, &config, "CAkey-1.cer", &out, &e));
	assert_says("certs/CAkey-1.cer is a link");
	/* To write replaces the link, to remove removes it; what it led to stays. */
	assert_true(store(CERTS_SIGNED, SN, "x"));
	assert_string_equal(read_of(CERTS_SIGNED, SN), "x");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("../secret", link), 0);
	assert_true(certdir_remove(&home, &config, SN, &e));
	assert_int_equal(access(folder_path(top, "secret"), F_OK), 0);
	buf_free(&out);
}

static void what_is_no_file(void **state)
{
	(void)state;
	struct buf out = {0};
	assert_int_equal(mkfifo(folder_path(certs, SN "-signedrequest.cer"), 0600), 0);
	assert_null(read_of(CERTS_SIGNED, SN));
	assert_says("not a regular file");
	assert_int_equal(certdir_has(&home, &config, CERTS_SIGNED, SN), 0);
	assert_int_equal(mkdir(folder_path(certs, SN "-requesterror"), 0700), 0);
	assert_false(certdir_remove_one(&home, &config, CERTS_REQUEST_ERROR, SN, &e));
	assert_says("certs/" SN "-requesterror cannot be removed");
	plant("CAkey-1.cer");
	assert_int_equal(
	    truncate(folder_path(certs, "CAkey-1.cer"), (off_t)LIMIT_CERT_FILE + 1), 0);
	assert_false(certdir_read_name(&home, &config, "CAkey-1.cer", &out, &e));
	assert_says("larger than");
	buf_free(&out);
}

static void removed(void **state)
{
	(void)state;
	for (size_t i = 0; i < CERTS_FILES; i++) {
		assert_true(store((enum certs_file)i, SN, "x"));
		assert_true(store((enum certs_file)i, OTHER, "x"));
	}
	assert_true(certdir_remove_one(&home, &config, CERTS_SIGNED, SN, &e));
	assert_null(read_of(CERTS_SIGNED, SN));
	assert_non_null(read_of(CERTS_REQUEST_DER, SN));
	assert_true(certdir_remove(&home, &config, SN, &e));
	assert_int_equal(folder_count(certs), CERTS_FILES);
	assert_non_null(read_of(CERTS_SIGNED, OTHER));
	assert_true(
	    certdir_remove(&home, &config, SN, &e)); /* nothing is there, and that is fine */
	config.customcerts_dir = "nowhere";
	assert_true(certdir_remove(&home, &config, SN, &e));
	folder_write(top, "file", "x", 1);
	config.customcerts_dir = "file";
	assert_false(certdir_remove(&home, &config, SN, &e));
	assert_says("cannot be opened");
}

static void devices_are_listed(void **state)
{
	(void)state;
	const char **sns;
	size_t count;
	assert_true(store(CERTS_REQUEST_PEM, OTHER, "x"));
	assert_true(store(CERTS_REQUEST_DER, OTHER, "x"));
	assert_true(store(CERTS_REQUEST_ERROR, SN, "x"));
	plant("CAkey-1.cer");
	plant("x y-requesterror");
	assert_true(certdir_list(&arena, &home, &config, &sns, &count, &e));
	assert_int_equal(count, 2);
	assert_string_equal(sns[0], SN);
	assert_string_equal(sns[1], OTHER);
	config.customcerts_dir = "nowhere";
	assert_true(certdir_list(&arena, &home, &config, &sns, &count, &e));
	assert_int_equal(count, 0);
	folder_write(top, "file", "x", 1);
	config.customcerts_dir = "file";
	assert_false(certdir_list(&arena, &home, &config, &sns, &count, &e));
	assert_says("cannot be read");
}

static bool is_readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, ms) > 0;
}

static void one_at_a_time(void **state)
{
	(void)state;
	int ends[2], status;
	int mine = certdir_lock(&home, SN, &e), other = certdir_lock(&home, OTHER, &e);
	assert_true(mine >= 0 && other >= 0);
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(mine);
		bool ok = certdir_lock(&home, SN, &e) >= 0 && write(ends[1], "x", 1) == 1;
		_exit(ok ? 0 : 1);
	}
	assert_false(is_readable(ends[0], 100));
	close(mine);
	assert_true(is_readable(ends[0], 2000));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(other);
	close(ends[0]);
	close(ends[1]);
}

static void a_lock_that_is_not_had(void **state)
{
	(void)state;
	int mine = certdir_lock(&home, SN, &e);
	assert_true(mine >= 0);
	assert_int_equal(certdir_lock(&home, SN, &e), -1);
	assert_says("cannot be had");
	close(mine);
	assert_int_equal(unlink(folder_path(home.run, "certs.lock")), 0);
	assert_int_equal(rmdir(home.run), 0);
	assert_int_equal(certdir_lock(&home, SN, &e), -1);
	assert_says("certs.lock cannot be had: No such file");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(cas_by_name),
	    TEST(cas_are_no_files_of_devices),
	    TEST(cas_without_a_folder),
	    TEST(written_and_read),
	    TEST(the_folder_is_made),
	    TEST(names_stay_in_the_folder),
	    TEST(links_are_not_followed),
	    TEST(what_is_no_file),
	    TEST(removed),
	    TEST(devices_are_listed),
	    TEST(one_at_a_time),
	    TEST(a_lock_that_is_not_had),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
