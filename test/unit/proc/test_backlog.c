/* SPDX-License-Identifier: ISC */
/* proc/backlog: as many wait as have connected and were not accepted, at this socket and no other. */
#include "proc/backlog.h"

#include "proc/listen.h"

#include "test/unit/helpers.h"

#include <sys/socket.h>
#include <sys/un.h>

static void connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
}

static void those_that_wait(void **state)
{
	struct err e;
	char one[128], other[128], longer[128];
	snprintf(one, sizeof one, "%.100s/a.sock", (char *)*state);
	snprintf(other, sizeof other, "%.100s/b.sock", (char *)*state);
	snprintf(longer, sizeof longer, "%.100s/a.sock2", (char *)*state);
	int fd = listen_unix(one, SOCK_STREAM, 0600, &e);
	assert_true(fd >= 0 && listen_unix(longer, SOCK_STREAM, 0600, &e) >= 0);
	struct backlog list[] = {{.path = one}, {.path = other}, {.path = longer}};
	backlog_read(list, COUNT(list));
	if (list[0].waiting < 0) {
		print_message("this kernel does not tell (unix_diag)\n");
		skip();
	}
	assert_int_equal(list[0].waiting, 0);
	assert_int_equal(list[1].waiting, -1);
	for (int i = 0; i < 3; i++)
		connect_to(one);
	backlog_read(list, COUNT(list));
	assert_int_equal(list[0].waiting, 3);
	assert_int_equal(list[1].waiting, -1);
	assert_int_equal(list[2].waiting, 0);
	assert_true(accept(fd, NULL, NULL) >= 0);
	backlog_read(list, 1);
	assert_int_equal(list[0].waiting, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(those_that_wait, folder_setup, folder_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
