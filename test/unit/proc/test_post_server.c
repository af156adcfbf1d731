/* SPDX-License-Identifier: ISC */
/* proc/post_server: requests of many clients, which are plain sockets here. */
#include "proc/post_server.h"

#include "proc/clock.h"
#include "proc/listen.h"

#include "test/unit/helpers.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SOON 5000 /* a test waits no longer for what must come */
#define MOST 100

static struct {
	char *folder;
	char path[100];
	int listener;
	struct post_server server;
	struct err e;
	int heard; /* the last other descriptor that was readable */
} t;

static int setup(void **state)
{
	(void)state;
	t.folder = folder_new();
	t.heard = -1;
	snprintf(t.path, sizeof t.path, "%s/server", t.folder);
	t.listener = listen_unix(t.path, SOCK_SEQPACKET, 0600, &t.e);
	assert_true(t.listener >= 0);
	assert_true(post_server_open(&t.server, t.listener, MOST, &t.e));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	post_server_close(&t.server);
	close(t.listener);
	folder_free(t.folder);
	return 0;
}

static int client(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	snprintf(at.sun_path, sizeof at.sun_path, "%s", t.path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void says(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* A receipt, or what else comes; NULL: the connection is closed. Good until the next call. */
static const char *hears(int fd)
{
	static char bytes[1024];
	struct pollfd one = {.fd = fd, .events = POLLIN};
	assert_int_equal(poll(&one, 1, SOON), 1);
	ssize_t n = recv(fd, bytes, sizeof bytes - 1, 0);
	assert_true(n >= 0 || errno == ECONNRESET);
	bytes[n > 0 ? n : 0] = '\0';
	return n > 0 ? bytes : NULL;
}

static void assert_receipt(int fd, enum post_receipt receipt, const char *text)
{
	const char *bytes = hears(fd);
	assert_non_null(bytes);
	assert_int_equal(bytes[0], receipt);
	assert_string_equal(bytes + 1, text);
}

static void note(void *context, int fd)
{
	assert_ptr_equal(context, &t);
	t.heard = fd;
}

static void waits(int ms)
{
	post_server_wait(&t.server, ms, note, &t);
}

/* Waits until so many clients wait for their receipts. */
static void waits_for(size_t count)
{
	int64_t until = clock_now_ms() + SOON;
	size_t n = 0;
	while (n != count && clock_now_ms() < until) {
		waits(10);
		n = 0;
		for (struct post_client *c = NULL; (c = post_server_next(&t.server, c));)
			n++;
	}
	assert_int_equal(n, count);
}

static size_t connected(void)
{
	size_t n = 0;
	for (size_t i = 0; i < POST_CLIENTS; i++)
		n += t.server.clients[i].fd >= 0;
	return n;
}

static void waits_for_connected(size_t count)
{
	int64_t until = clock_now_ms() + SOON;
	while (connected() != count && clock_now_ms() < until)
		waits(10);
	assert_int_equal(connected(), count);
}

static void assert_request(const struct post_client *c, const char *text)
{
	assert_int_equal(c->request.size, strlen(text));
	assert_memory_equal(c->request.data, text, strlen(text));
}

/* ---- requests and receipts ---- */

static void several_clients(void **state)
{
	(void)state;
	int a = client(), b = client();
	says(a, "one");
	says(b, "two");
	waits_for(2);
	struct post_client *first = post_server_next(&t.server, NULL);
	struct post_client *second = post_server_next(&t.server, first);
	assert_null(post_server_next(&t.server, second));
	assert_request(first, "one");
	assert_request(second, "two");
	post_receipt(second, POST_FAILED, "no");
	assert_ptr_equal(post_server_next(&t.server, NULL), first);
	post_receipt(first, POST_DONE, "");
	assert_null(post_server_next(&t.server, NULL));
	assert_receipt(a, POST_DONE, "");
	assert_receipt(b, POST_FAILED, "no");
	says(a, "three"); /* on the same connection */
	waits_for(1);
	assert_request(post_server_next(&t.server, NULL), "three");
	close(a);
	close(b);
}

/* The second request of a client is not read before the first one has its receipt. */
static void one_request_at_a_time(void **state)
{
	(void)state;
	int a = client();
	says(a, "one");
	says(a, "two");
	waits_for(1);
	struct post_client *c = post_server_next(&t.server, NULL);
	assert_request(c, "one");
	post_receipt(c, POST_DONE, "1");
	waits_for(1);
	assert_request(c, "two");
	post_receipt(c, POST_REFUSED, "2");
	assert_receipt(a, POST_DONE, "1");
	assert_receipt(a, POST_REFUSED, "2");
	close(a);
}

static void what_is_too_long_is_seen_as_such(void **state)
{
	(void)state;
	char bytes[4 * MOST + 1];
	memset(bytes, 'x', sizeof bytes - 1);
	bytes[sizeof bytes - 1] = '\0';
	int a = client();
	says(a, bytes);
	waits_for(1);
	struct post_client *c = post_server_next(&t.server, NULL);
	assert_int_equal(c->request.size, MOST + 1);
	post_receipt(c, POST_REFUSED, "too long");
	assert_receipt(a, POST_REFUSED, "too long");
	close(a);
}

static void a_text_that_is_too_long_is_cut(void **state)
{
	(void)state;
	char text[2 * POST_TEXT];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	int a = client();
	says(a, "one");
	waits_for(1);
	post_receipt(post_server_next(&t.server, NULL), POST_FAILED, text);
	text[POST_TEXT] = '\0';
	assert_receipt(a, POST_FAILED, text);
	close(a);
}

/* ---- clients that leave, or are too many ---- */

static void clients_that_leave(void **state)
{
	(void)state;
	int a = client(), b = client();
	waits_for_connected(2);
	close(a);
	waits_for_connected(1);
	says(b, "one");
	waits_for(1);
	close(b); /* before its receipt */
	post_receipt(post_server_next(&t.server, NULL), POST_DONE, "");
	assert_int_equal(connected(), 0);
	assert_null(post_server_next(&t.server, NULL));
}

static void silent_ones_hold_nobody_up(void **state)
{
	(void)state;
	int silent[POST_CLIENTS - 1];
	for (size_t i = 0; i < COUNT(silent); i++)
		silent[i] = client();
	waits_for_connected(COUNT(silent));
	int a = client();
	says(a, "one");
	waits_for(1);
	post_receipt(post_server_next(&t.server, NULL), POST_DONE, "");
	assert_receipt(a, POST_DONE, "");
	int beyond = client(); /* there is no place for it */
	while (!(poll(&(struct pollfd){.fd = beyond, .events = POLLIN}, 1, 0)))
		waits(10);
	assert_null(hears(beyond));
	close(beyond);
	close(silent[0]);
	waits_for_connected(POST_CLIENTS - 1);
	beyond = client(); /* now there is */
	says(beyond, "two");
	waits_for(1);
	close(beyond);
	close(a);
	for (size_t i = 1; i < COUNT(silent); i++)
		close(silent[i]);
}

static void nothing_comes(void **state)
{
	(void)state;
	int64_t before = clock_now_ms();
	waits(50);
	assert_true(clock_now_ms() - before >= 45);
	assert_null(post_server_next(&t.server, NULL));
}

/* ---- other descriptors ---- */

static void other_descriptors(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_true(post_server_watch(&t.server, ends[0]));
	waits(0);
	assert_int_equal(t.heard, -1);
	assert_int_equal(write(ends[1], "x", 1), 1);
	waits(SOON);
	assert_int_equal(t.heard, ends[0]);
	t.heard = -1;
	post_server_heed(&t.server, ends[0], false);
	waits(10);
	assert_int_equal(t.heard, -1);
	post_server_heed(&t.server, ends[0], true);
	waits(SOON);
	assert_int_equal(t.heard, ends[0]);
	close(ends[0]);
	close(ends[1]);
	assert_false(post_server_watch(&t.server, ends[0]));
	assert_int_equal(errno, EBADF);
}

static void no_descriptor_at_all(void **state)
{
	(void)state;
	struct post_server other;
	assert_false(post_server_open(&other, -1, MOST, &t.e));
	assert_string_equal(t.e.text, "requests cannot be waited for: Bad file descriptor");
	post_server_close(&other);
	post_server_close(&other);
}

/* ---- leaving ---- */

static void what_was_sent_before_is_read(void **state)
{
	(void)state;
	int a = client(), b = client();
	waits_for_connected(2);
	says(a, "one");
	post_server_drain(&t.server);
	assert_int_equal(send(a, "two", 3, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(send(b, "two", 3, MSG_NOSIGNAL), -1);
	struct post_client *c = post_server_next(&t.server, NULL);
	assert_request(c, "one");
	post_receipt(c, POST_DONE, "");
	assert_receipt(a, POST_DONE, "");
	assert_null(hears(b));
	close(a);
	close(b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(several_clients),
	    TEST(one_request_at_a_time),
	    TEST(what_is_too_long_is_seen_as_such),
	    TEST(a_text_that_is_too_long_is_cut),
	    TEST(clients_that_leave),
	    TEST(silent_ones_hold_nobody_up),
	    TEST(nothing_comes),
	    TEST(other_descriptors),
	    TEST(no_descriptor_at_all),
	    TEST(what_was_sent_before_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
