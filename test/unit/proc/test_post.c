/* SPDX-License-Identifier: ISC */
/* proc/post: requests to the writer and its receipts; the test is the writer, in a thread. */
#include "proc/post.h"

#include "base/limits.h"
#include "proc/clock.h"

#include "test/unit/helpers.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SOON 5000 /* a test waits no longer for what must come */

static struct {
	char *folder;
	char path[100];
	int listener;
	struct post post;
	struct err e;
	pthread_t thread;
} w;

static int setup(void **state)
{
	(void)state;
	w.folder = folder_new();
	w.listener = -1;
	snprintf(w.path, sizeof w.path, "%s/writer", w.folder);
	w.post = (struct post){.path = w.path, .fd = -1};
	w.e.text[0] = '\0';
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	post_close(&w.post);
	if (w.listener >= 0)
		close(w.listener);
	folder_free(w.folder);
	return 0;
}

static void listen_there(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	snprintf(at.sun_path, sizeof at.sun_path, "%s", w.path);
	w.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(w.listener >= 0);
	assert_int_equal(bind(w.listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(w.listener, 8), 0);
}

/* ---- the writer's side; what is wrong there ends the test by a receipt that does not come ---- */

static int take_one(void)
{
	struct pollfd one = {.fd = w.listener, .events = POLLIN};
	return poll(&one, 1, SOON) == 1 ? accept(w.listener, NULL, NULL) : -1;
}

static bool gets(int fd, const char *expected)
{
	char bytes[64] = "";
	struct pollfd one = {.fd = fd, .events = POLLIN};
	ssize_t n = poll(&one, 1, SOON) == 1 ? recv(fd, bytes, sizeof bytes - 1, 0) : -1;
	return n == (ssize_t)strlen(expected) && memcmp(bytes, expected, (size_t)n) == 0;
}

static void gives(int fd, int receipt, const char *text)
{
	char bytes[512];
	size_t n = strlen(text);
	bytes[0] = (char)receipt;
	memcpy(bytes + 1, text, n);
	if (send(fd, bytes, n + 1, MSG_NOSIGNAL) < 0)
		perror("the test's writer");
}

/* Runs `writer` beside what the test sends. */
static void with_writer(void *(*writer)(void *))
{
	listen_there();
	assert_int_equal(pthread_create(&w.thread, NULL, writer, NULL), 0);
}

static void writer_ended(void)
{
	void *ok;
	assert_int_equal(pthread_join(w.thread, &ok), 0);
	if (!ok)
		fail_msg("the writer did not get what it should have");
}

#define YES ((void *)1)

static bool sends(const char *list, int wait_ms)
{
	w.e.text[0] = '\0';
	return post_send(&w.post, list, strlen(list), wait_ms, &w.e);
}

static void assert_said(const char *text)
{
	if (!strstr(w.e.text, text))
		fail_msg("\"%s\" instead of \"%s\"", w.e.text, text);
}

/* ---- receipts ---- */

static void *all_receipts(void *unused)
{
	(void)unused;
	int fd = take_one();
	bool ok = gets(fd, "one");
	gives(fd, POST_DONE, "");
	ok = ok && gets(fd, "two");
	gives(fd, POST_FAILED, "the disk is full");
	ok = ok && gets(fd, "three");
	gives(fd, POST_REFUSED, "this is no list of changes");
	ok = ok && gets(fd, "four"); /* all over one connection */
	gives(fd, POST_DONE, "ignored");
	ok = ok && gets(fd, "");
	close(fd);
	return ok ? YES : NULL;
}

static void done_failed_refused(void **state)
{
	(void)state;
	with_writer(all_receipts);
	assert_true(sends("one", SOON));
	assert_false(sends("two", SOON));
	assert_string_equal(w.e.text, "the disk is full");
	assert_false(sends("three", SOON));
	assert_string_equal(w.e.text, "this is no list of changes");
	assert_true(sends("four", SOON));
	post_close(&w.post);
	assert_int_equal(w.post.fd, -1);
	writer_ended();
}

static void *strange_receipts(void *unused)
{
	(void)unused;
	int fd = take_one();
	static char text[480];
	bool ok = gets(fd, "one");
	gives(fd, 77, "of a newer version");
	memset(text, 'x', sizeof text - 1);
	ok = ok && gets(fd, "two");
	gives(fd, POST_FAILED, text);
	ok = ok && gets(fd, "three");
	gives(fd, POST_FAILED, "");
	ok = ok && gets(fd, "");
	close(fd);
	return ok ? YES : NULL;
}

static void what_is_not_done_is_not_promised(void **state)
{
	(void)state;
	with_writer(strange_receipts);
	assert_false(sends("one", SOON));
	assert_said("of a newer version");
	assert_false(sends("two", SOON));
	assert_int_equal(strlen(w.e.text), 479);
	assert_false(sends("three", SOON));
	post_close(&w.post);
	writer_ended();
}

/* ---- no receipt ---- */

static void *dies_before_the_receipt(void *unused)
{
	(void)unused;
	int fd = take_one();
	bool ok = gets(fd, "one");
	close(fd);
	fd = take_one(); /* the next list comes over a new connection */
	ok = ok && gets(fd, "two");
	gives(fd, POST_DONE, "");
	ok = ok && gets(fd, "");
	close(fd);
	return ok ? YES : NULL;
}

/* It may be on disk or not: it is not sent to another writer, and not promised. */
static void a_writer_that_dies_before_its_receipt(void **state)
{
	(void)state;
	with_writer(dies_before_the_receipt);
	assert_false(sends("one", SOON));
	assert_said("the writer was ended before it gave a receipt");
	assert_true(sends("two", SOON));
	post_close(&w.post);
	writer_ended();
}

static void *is_late(void *unused)
{
	(void)unused;
	int fd = take_one();
	bool ok = gets(fd, "one");
	ok = ok && gets(fd, ""); /* the sender has gone */
	gives(fd, POST_DONE, "");
	int next = take_one();
	ok = ok && gets(next, "two");
	gives(next, POST_FAILED, "of two");
	ok = ok && gets(next, "");
	close(fd);
	close(next);
	return ok ? YES : NULL;
}

/* A late receipt is never taken for that of another list. */
static void no_receipt_in_time(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	with_writer(is_late);
	int64_t before = clock_now_ms();
	assert_false(sends("one", 100));
	int64_t took = clock_now_ms() - before;
	assert_true(took >= 100 && took < SOON);
	assert_said("the writer gave no receipt in time");
	assert_int_equal(w.post.fd, -1);
	assert_false(sends("two", SOON));
	assert_string_equal(w.e.text, "of two");
	post_close(&w.post);
	writer_ended();
}

static void *says_nothing_to_the_second(void *unused)
{
	(void)unused;
	int fd = take_one();
	bool ok = gets(fd, "one");
	gives(fd, POST_DONE, "");
	ok = ok && gets(fd, "two");
	ok = ok && gets(fd, ""); /* it had no patience */
	close(fd);
	return ok ? YES : NULL;
}

static void each_list_has_its_own_patience(void **state)
{
	(void)state;
	with_writer(says_nothing_to_the_second);
	assert_true(sends("one", SOON));
	int64_t before = clock_now_ms();
	assert_false(sends("two", 100));
	assert_true(clock_now_ms() - before < SOON / 2);
	writer_ended();
}

/* The supervisor listens, but there is no writer yet. */
static void nobody_accepts(void **state)
{
	(void)state;
	listen_there();
	assert_false(sends("one", 50));
	assert_said("the writer gave no receipt in time");
	assert_int_equal(w.post.fd, -1);
}

static void *comes_later(void *unused)
{
	const struct timespec moment = {.tv_nsec = 100000000};
	(void)unused;
	nanosleep(&moment, NULL);
	int fd = take_one();
	bool ok = gets(fd, "one");
	gives(fd, POST_DONE, "");
	ok = ok && gets(fd, "");
	close(fd);
	return ok ? YES : NULL;
}

static void lists_wait_for_the_next_writer(void **state)
{
	(void)state;
	with_writer(comes_later);
	assert_true(sends("one", SOON));
	post_close(&w.post);
	writer_ended();
}

/* ---- a writer that leaves ---- */

static void *leaves(void *unused)
{
	(void)unused;
	int old = take_one();
	bool ok = gets(old, "one");
	shutdown(old, SHUT_RD); /* before the receipt: whoever has that sends to the next */
	gives(old, POST_DONE, "");
	int next = take_one();
	ok = ok && gets(next, "two");
	gives(next, POST_DONE, "");
	ok = ok && gets(next, "");
	close(old);
	close(next);
	return ok ? YES : NULL;
}

static void a_second_writer_takes_over(void **state)
{
	(void)state;
	with_writer(leaves);
	assert_true(sends("one", SOON));
	assert_true(sends("two", SOON));
	post_close(&w.post);
	writer_ended();
}

static void *goes_and_comes(void *unused)
{
	(void)unused;
	int old = take_one();
	bool ok = gets(old, "one");
	gives(old, POST_DONE, "");
	close(old);
	int next = take_one();
	ok = ok && gets(next, "two");
	gives(next, POST_DONE, "");
	ok = ok && gets(next, "");
	close(next);
	return ok ? YES : NULL;
}

static void a_connection_that_was_closed_meanwhile(void **state)
{
	(void)state;
	with_writer(goes_and_comes);
	assert_true(sends("one", SOON));
	struct pollfd gone = {.fd = w.post.fd, .events = POLLIN};
	assert_int_equal(poll(&gone, 1, SOON), 1);
	assert_true(sends("two", SOON));
	post_close(&w.post);
	writer_ended();
}

/* ---- what cannot be sent ---- */

static void no_writer_at_all(void **state)
{
	(void)state;
	char text[200];
	snprintf(text, sizeof text, "the writer cannot be reached at %s: No such file", w.path);
	assert_false(sends("one", SOON));
	assert_said(text);
	assert_int_equal(w.post.fd, -1);
	listen_there();
	close(w.listener);
	w.listener = -1;
	assert_false(sends("one", SOON));
	assert_said(": Connection refused");
}

static void a_path_that_is_too_long(void **state)
{
	(void)state;
	char path[200];
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	struct post p = {.path = path, .fd = -1};
	assert_false(post_send(&p, "one", 3, SOON, &w.e));
	assert_said("xxx is too long for a socket");
}

static void *takes_the_longest(void *unused)
{
	static char bytes[LIMIT_POST + 1];
	(void)unused;
	int fd = take_one();
	bool ok = recv(fd, bytes, sizeof bytes, 0) == LIMIT_POST;
	gives(fd, POST_DONE, "");
	ok = ok && gets(fd, "");
	close(fd);
	return ok ? YES : NULL;
}

static void a_list_that_is_too_large(void **state)
{
	(void)state;
	static char list[LIMIT_POST + 1];
	with_writer(takes_the_longest);
	assert_false(post_send(&w.post, list, LIMIT_POST + 1, SOON, &w.e));
	assert_string_equal(
	    w.e.text, "131073 bytes are more than the 131072 that the writer takes at once");
	assert_int_equal(w.post.fd, -1); /* not even begun */
	assert_true(post_send(&w.post, list, LIMIT_POST, SOON, &w.e));
	post_close(&w.post);
	writer_ended();
}

/* ---- whom it talks to, and what that says ---- */

static void *answers_with_words(void *unused)
{
	(void)unused;
	int fd = take_one();
	bool ok = gets(fd, "one");
	gives(fd, POST_DONE, "signed 4F");
	ok = ok && gets(fd, "two");
	gives(fd, POST_REFUSED, "too weak");
	ok = ok && gets(fd, "three");
	gives(fd, POST_DONE, "");
	ok = ok && gets(fd, "four");
	close(fd);
	return ok ? YES : NULL;
}

static void the_text_of_a_receipt(void **state)
{
	(void)state;
	with_writer(answers_with_words);
	assert_true(sends("one", SOON));
	assert_string_equal(w.post.said, "signed 4F");
	assert_false(sends("two", SOON));
	assert_string_equal(w.post.said, "too weak");
	assert_string_equal(w.e.text, "too weak");
	assert_true(sends("three", SOON));
	assert_string_equal(w.post.said, "");
	strcpy(w.post.said, "of another request");
	assert_false(sends("four", SOON));
	assert_string_equal(w.post.said, "");
	assert_said("the writer was ended before it gave a receipt");
	post_close(&w.post);
	writer_ended();
}

/* What is too long is cut; and one that a newer version sends cannot overrun anything. */
static void *talks_at_length(void *unused)
{
	static char text[2 * POST_TEXT];
	(void)unused;
	memset(text, 'x', sizeof text - 1);
	int fd = take_one();
	bool ok = gets(fd, "one");
	ok = ok && send(fd, memcpy(text, "\0", 1), sizeof text - 1, MSG_NOSIGNAL) > 0;
	ok = ok && gets(fd, "");
	close(fd);
	return ok ? YES : NULL;
}

static void a_text_that_is_too_long(void **state)
{
	(void)state;
	with_writer(talks_at_length);
	assert_true(sends("one", SOON));
	assert_int_equal(strlen(w.post.said), POST_TEXT);
	post_close(&w.post);
	writer_ended();
}

static void somebody_else_than_the_writer(void **state)
{
	(void)state;
	char text[200];
	w.post.whom = "the signer";
	w.post.most = 8;
	snprintf(text, sizeof text, "the signer cannot be reached at %s: No such file", w.path);
	assert_false(sends("one", SOON));
	assert_said(text);
	assert_false(sends("123456789", SOON));
	assert_string_equal(w.e.text, "9 bytes are more than the 8 that the signer takes at once");
	listen_there();
	assert_false(sends("12345678", 50));
	assert_said("the signer gave no receipt in time");
}

static void closed_twice(void **state)
{
	(void)state;
	post_close(&w.post);
	post_close(&w.post);
	assert_int_equal(w.post.fd, -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(done_failed_refused),
	    TEST(what_is_not_done_is_not_promised),
	    TEST(a_writer_that_dies_before_its_receipt),
	    TEST(no_receipt_in_time),
	    TEST(each_list_has_its_own_patience),
	    TEST(nobody_accepts),
	    TEST(lists_wait_for_the_next_writer),
	    TEST(a_second_writer_takes_over),
	    TEST(a_connection_that_was_closed_meanwhile),
	    TEST(no_writer_at_all),
	    TEST(a_path_that_is_too_long),
	    TEST(a_list_that_is_too_large),
	    TEST(the_text_of_a_receipt),
	    TEST(a_text_that_is_too_long),
	    TEST(somebody_else_than_the_writer),
	    TEST(closed_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
