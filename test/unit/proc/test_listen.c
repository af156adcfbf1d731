/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "proc/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[64], path[96];

static int in_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/rollcall-listen-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/update.sock", folder);
	return 0;
}

/* Also says that nothing else was left in the folder. */
static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static int connect_to(const char *name)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	snprintf(a.sun_path, sizeof a.sun_path, "%s", name);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(fd, (const struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	close(fd);
	return -1;
}

static void accepts_connections(void **state)
{
	(void)state;
	struct err e = {""};
	struct stat st;
	int fd = listen_unix(path, SOCK_STREAM, 0660, &e);
	assert_true(fd >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(accept(fd, NULL, NULL), -1); /* does not wait */
	int client = connect_to(path);
	assert_true(client >= 0);
	int server = accept(fd, NULL, NULL);
	assert_true(server >= 0);
	close(server);
	close(client);
	close(fd);
}

static void a_socket_in_use_is_left_alone(void **state)
{
	(void)state;
	struct err e = {""};
	int first = listen_unix(path, SOCK_STREAM, 0660, &e);
	assert_true(first >= 0);
	assert_int_equal(listen_unix(path, SOCK_STREAM, 0660, &e), -1);
	assert_int_equal(errno, EADDRINUSE);
	assert_non_null(strstr(e.text, "another process listens on"));
	int client = connect_to(path);
	assert_true(client >= 0);
	close(client);
	close(first);
}

static void a_stale_socket_is_replaced(void **state)
{
	(void)state;
	struct err e = {""};
	close(listen_unix(path, SOCK_STREAM, 0660, &e)); /* the file stays */
	assert_int_equal(connect_to(path), -1);
	int fd = listen_unix(path, SOCK_STREAM, 0660, &e);
	assert_true(fd >= 0);
	int client = connect_to(path);
	assert_true(client >= 0);
	close(client);
	close(fd);
}

static void what_was_left_half_made_does_not_matter(void **state)
{
	(void)state;
	struct err e = {""};
	char half[128];
	snprintf(half, sizeof half, "%s.new", path);
	close(open(half, O_CREAT | O_WRONLY, 0600));
	int fd = listen_unix(path, SOCK_STREAM, 0660, &e);
	assert_true(fd >= 0);
	close(fd);
}

static void another_kind_of_file_is_not_removed(void **state)
{
	(void)state;
	struct err e = {""};
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(listen_unix(path, SOCK_STREAM, 0660, &e), -1);
	assert_non_null(strstr(e.text, "is not a socket; remove it"));
	assert_int_equal(access(path, F_OK), 0);
}

static void bad_places_are_refused(void **state)
{
	(void)state;
	struct err e = {""};
	char longer[300];
	memset(longer, 'x', sizeof longer - 1);
	longer[0] = '/';
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(listen_unix(longer, SOCK_STREAM, 0660, &e), -1);
	assert_non_null(strstr(e.text, "too long a name"));
	assert_int_equal(listen_unix("/nonexistent/sock", SOCK_STREAM, 0660, &e), -1);
	assert_non_null(strstr(e.text, "cannot listen on /nonexistent/sock"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(accepts_connections, in_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(
		a_socket_in_use_is_left_alone, in_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(a_stale_socket_is_replaced, in_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(
		what_was_left_half_made_does_not_matter, in_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(
		another_kind_of_file_is_not_removed, in_folder, remove_folder),
	    cmocka_unit_test(bad_places_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
