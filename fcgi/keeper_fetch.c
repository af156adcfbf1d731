/* SPDX-License-Identifier: ISC */
#include "fcgi/keeper_fetch.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define WAIT_MS 1000 /* curl's own timeouts come sooner */

struct taking {
	struct buf *out;
	size_t most;
};

/* curl gives up when less was taken than it offers. */
static size_t take(char *bytes, size_t one, size_t n, void *to)
{
	struct taking *t = to;
	if (one * n > t->most)
		return 0;
	t->most -= one * n;
	buf_add(t->out, bytes, one * n);
	return one * n;
}

static void set_options(CURL *easy, const struct fetch *how, struct taking *to, char *why)
{
	curl_easy_setopt(easy, CURLOPT_URL, how->url);
	if (how->user && *how->user) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, how->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, how->password ? how->password : "");
	}
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	/* The second try, with a password, counts as a redirect, too, where a number is set. */
	if (how->redirects > 0) {
		curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
		curl_easy_setopt(easy, CURLOPT_MAXREDIRS, how->redirects);
	}
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_ANY);
	curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, how->seconds);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, to);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "rollcalld");
}

/* The file that is sent; NULL: none is to be, or e says why not. */
static FILE *open_file(CURL *easy, const struct fetch *how, struct err *e)
{
	struct stat st;
	FILE *f = how->file ? fopen(how->file, "rbe") : NULL;
	if (!f || fstat(fileno(f), &st) != 0) {
		err_sys(e, "%s cannot be read", how->file ? how->file : "");
		if (f)
			fclose(f);
		return NULL;
	}
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READDATA, f);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)st.st_size);
	return f;
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

static void note_local(CURL *easy, char *local)
{
	const char *ip = NULL;
	if (curl_easy_getinfo(easy, CURLINFO_LOCAL_IP, &ip) != CURLE_OK || !ip)
		ip = "";
	snprintf(local, FETCH_LOCAL, "%s", ip);
}

enum fetched fetch(const struct fetch *how, struct buf *out, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	CURLM *multi = curl_multi_init();
	CURL *easy = curl_easy_init();
	struct taking to = {out, how->most};
	FILE *file = NULL;
	enum fetched fetched = FETCH_FAILED;
	if (!multi || !easy) {
		err_set(e, "libcurl cannot be initialised");
		goto out;
	}
	set_options(easy, how, &to, why);
	if (how->file && !(file = open_file(easy, how, e)))
		goto out;
	curl_multi_add_handle(multi, easy);
	if (!transfer(multi, how->leave_fd))
		return FETCH_LEFT; /* cleaning up could wait for the resolver; the process ends anyway */
	CURLcode code = result_of(multi);
	long status = 0;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (how->status)
		*how->status = status;
	curl_multi_remove_handle(multi, easy);
	if (how->local)
		note_local(easy, how->local);
	if (code == CURLE_OK && status >= 300 && status < 400)
		err_set(e, "the server leads elsewhere (%ld); name the address itself", status);
	else if (code == CURLE_OK)
		fetched = FETCHED;
	else if (code == CURLE_WRITE_ERROR)
		err_set(e, "the answer is larger than %zu bytes", how->most);
	else
		err_set(e, "%s", *why ? why : curl_easy_strerror(code));
out:
	if (file)
		fclose(file);
	curl_easy_cleanup(easy);
	curl_multi_cleanup(multi);
	return fetched;
}

const char *fetch_url(struct arena *a, const char *url, const char *path, const char *arguments)
{
	CURLU *u = curl_url();
	char *has = NULL, *whole = NULL;
	const char *out = NULL;
	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_PATH, &has, 0) == CURLUE_OK) {
		if (strcmp(has, "/") == 0)
			curl_url_set(u, CURLUPART_PATH, path, 0);
		if (curl_url_set(u, CURLUPART_QUERY, arguments, CURLU_APPENDQUERY) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_URL, &whole, 0) == CURLUE_OK)
			out = arena_strdup(a, whole);
	}
	curl_free(has);
	curl_free(whole);
	curl_url_cleanup(u);
	return out;
}

/* "https", the host, the port as it is or would be; separated by spaces, which none of them has. */
static bool host_of(const char *url, struct buf *out)
{
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	CURLU *u = curl_url();
	bool ok = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK;
	for (size_t i = 0; ok && i < sizeof parts / sizeof *parts; i++) {
		char *part = NULL;
		ok = curl_url_get(u, parts[i], &part, CURLU_DEFAULT_PORT) == CURLUE_OK;
		buf_addf(out, "%s ", ok ? part : "");
		curl_free(part);
	}
	curl_url_cleanup(u);
	return ok;
}

bool fetch_is_same_host(const char *url, const char *other)
{
	struct buf a = {0}, b = {0};
	bool same =
	    host_of(url, &a) && host_of(other, &b) && strcasecmp(buf_text(&a), buf_text(&b)) == 0;
	buf_free(&a);
	buf_free(&b);
	return same;
}
