/* SPDX-License-Identifier: ISC */
#include "fcgi/keeper_fetch.h"

#include "base/limits.h"

#include <curl/curl.h>
#include <stdbool.h>

#define REDIRECTS 3L
#define WAIT_MS 1000 /* curl's own timeouts come sooner */

/* curl gives up when less was taken than it offers. */
static size_t take(char *bytes, size_t one, size_t n, void *to)
{
	struct buf *out = to;
	if (out->size + one * n > (size_t)LIMIT_MASTER_INFO)
		return 0;
	buf_add(out, bytes, one * n);
	return one * n;
}

static void set_options(CURL *easy, const char *url, struct buf *out, char *why)
{
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, REDIRECTS);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_ANY);
	curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)LIMIT_MASTER_SECONDS);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, out);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "rollcalld");
}

/* Until the transfer has ended. False: asked to leave. */
static bool transfer(CURLM *multi, int leave_fd)
{
	int running = 1;
	struct curl_waitfd leave = {.fd = leave_fd, .events = CURL_WAIT_POLLIN};
	while (curl_multi_perform(multi, &running) == CURLM_OK && running) {
		leave.revents = 0;
		if (curl_multi_poll(multi, &leave, 1, WAIT_MS, NULL) != CURLM_OK || leave.revents)
			return false;
	}
	return true;
}

static CURLcode result_of(CURLM *multi)
{
	int left;
	const CURLMsg *m = curl_multi_info_read(multi, &left);
	return m && m->msg == CURLMSG_DONE ? m->data.result : CURLE_FAILED_INIT;
}

enum fetched fetch(const char *url, int leave_fd, struct buf *out, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	CURLM *multi = curl_multi_init();
	CURL *easy = curl_easy_init();
	enum fetched fetched = FETCH_FAILED;
	if (!multi || !easy) {
		err_set(e, "libcurl cannot be initialised");
		goto out;
	}
	set_options(easy, url, out, why);
	curl_multi_add_handle(multi, easy);
	if (!transfer(multi, leave_fd))
		return FETCH_LEFT; /* cleaning up could wait for the resolver; the process ends anyway */
	CURLcode code = result_of(multi);
	curl_multi_remove_handle(multi, easy);
	if (code == CURLE_OK)
		fetched = FETCHED;
	else if (code == CURLE_WRITE_ERROR)
		err_set(e, "the answer is larger than %d bytes", LIMIT_MASTER_INFO);
	else
		err_set(e, "%s", *why ? why : curl_easy_strerror(code));
out:
	curl_easy_cleanup(easy);
	curl_multi_cleanup(multi);
	return fetched;
}
