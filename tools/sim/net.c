/* SPDX-License-Identifier: ISC */
/* libcurl's multi interface behind a few functions; see net.h. Touches the network. */
#include "tools/sim/net.h"

#include "base/mem.h"
#include "base/text.h"
#include "tools/sim/sim.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_SECONDS 10L
#define TRANSFER_SECONDS 30L

struct slot {
	struct net *net;
	CURL *easy;
	struct buf *keep;
	const struct buf *body;
	size_t sent;
	bool overflow;
	char why[CURL_ERROR_SIZE];
};

struct net {
	const struct net_settings *settings;
	CURLM *multi;
	struct slot *slots;
	struct curl_slist *resolve, *headers;
};

static const struct {
	CURLcode code;
	enum fault fault;
} faults[] = {
    {CURLE_COULDNT_RESOLVE_HOST, FAULT_CONNECT}, {CURLE_COULDNT_CONNECT, FAULT_CONNECT},
    {CURLE_SSL_CONNECT_ERROR, FAULT_TLS}, {CURLE_SSL_CERTPROBLEM, FAULT_TLS},
    {CURLE_SSL_CIPHER, FAULT_TLS}, {CURLE_PEER_FAILED_VERIFICATION, FAULT_TLS},
    {CURLE_SSL_CACERT_BADFILE, FAULT_TLS}, {CURLE_OPERATION_TIMEDOUT, FAULT_TIMEOUT},
    {CURLE_URL_MALFORMAT, FAULT_URL}, {CURLE_UNSUPPORTED_PROTOCOL, FAULT_URL},
    {CURLE_PARTIAL_FILE, FAULT_REPLY}, {CURLE_WRITE_ERROR, FAULT_REPLY},
    {CURLE_WEIRD_SERVER_REPLY, FAULT_REPLY}, {CURLE_OK, FAULT_BROKEN}, /* the end: any other */
};

static enum fault fault_of_code(CURLcode code)
{
	size_t i = 0;
	while (faults[i].code != CURLE_OK && faults[i].code != code)
		i++;
	return faults[i].fault;
}

/*
 * With TLS 1.3 a server refuses a client's certificate when the client takes the handshake for done: to
 * libcurl a new connection breaks before the first byte of an answer. Often an alert tells why, but a server that
 * has closed at once resets the connection, and the alert is lost.
 */
static bool is_turned_away(CURL *easy, CURLcode code)
{
	long connects = 0, answered = 0;
	curl_off_t handshake = 0;
	if (code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR && code != CURLE_GOT_NOTHING)
		return false;
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &handshake);
	curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &answered);
	return connects > 0 && handshake > 0 && answered == 0;
}

static enum fault fault_of_status(long status)
{
	switch (status / 100) {
	case 2:
		return FAULT_NONE;
	case 3:
		return FAULT_HTTP_3XX;
	case 4:
		return FAULT_HTTP_4XX;
	case 5:
		return FAULT_HTTP_5XX;
	default:
		return FAULT_HTTP_OTHER;
	}
}

static enum fault fault_of(CURL *easy, CURLcode code, long status)
{
	if (code == CURLE_OK)
		return fault_of_status(status);
	return is_turned_away(easy, code) ? FAULT_TLS : fault_of_code(code);
}

/* What was added is taken back at the end, so a failure in the middle leaks nothing. */
static bool open_slots(struct net *net)
{
	for (size_t i = 0; i < net->settings->slots; i++) {
		net->slots[i].net = net;
		net->slots[i].easy = curl_easy_init();
		if (!net->slots[i].easy)
			return false;
	}
	return true;
}

struct net *net_open(const struct net_settings *settings, struct err *e)
{
	struct net *net = mem_alloc(sizeof *net);
	net->settings = settings;
	net->slots = mem_calloc(settings->slots, sizeof *net->slots);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		net->multi = curl_multi_init();
	/* A PUT must not wait for a "100 Continue" that small servers never send. */
	net->headers = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; settings->resolve && settings->resolve[i]; i++)
		net->resolve = curl_slist_append(net->resolve, settings->resolve[i]);
	if (!net->multi || !open_slots(net)) {
		net_close(net);
		err_set(e, "libcurl does not start");
		return NULL;
	}
	return net;
}

void net_close(struct net *net)
{
	for (size_t i = 0; i < net->settings->slots; i++) {
		if (!net->slots[i].easy)
			continue;
		curl_multi_remove_handle(net->multi, net->slots[i].easy);
		curl_easy_cleanup(net->slots[i].easy);
	}
	curl_multi_cleanup(net->multi);
	curl_slist_free_all(net->resolve);
	curl_slist_free_all(net->headers);
	free(net->slots);
	free(net);
	curl_global_cleanup();
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
	struct slot *s = user;
	size_t n = size * count;
	if (!s->keep)
		return n;
	if (n > s->net->settings->limit - s->keep->size) {
		s->overflow = true;
		return 0;
	}
	buf_add(s->keep, bytes, n);
	return n;
}

static size_t on_read(char *to, size_t size, size_t count, void *user)
{
	struct slot *s = user;
	size_t n = s->body->size - s->sent;
	if (n > size * count)
		n = size * count;
	if (n > 0)
		memcpy(to, s->body->data + s->sent, n);
	s->sent += n;
	return n;
}

/* A reused connection that turns out to be dead makes libcurl send the body again. */
static int on_seek(void *user, curl_off_t offset, int origin)
{
	struct slot *s = user;
	if (origin != SEEK_SET || offset < 0 || (size_t)offset > s->body->size)
		return CURL_SEEKFUNC_CANTSEEK;
	s->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

static void set_pem(CURL *easy, CURLoption bytes, CURLoption type, const struct buf *pem)
{
	struct curl_blob blob = {.data = pem->data, .len = pem->size, .flags = CURL_BLOB_COPY};
	curl_easy_setopt(easy, bytes, &blob);
	curl_easy_setopt(easy, type, "PEM");
}

static void use_certificates(const struct net_settings *set, CURL *easy, const struct identity *who)
{
	if (set->cacert)
		curl_easy_setopt(easy, CURLOPT_CAINFO, set->cacert);
	if (set->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (!who)
		return;
	set_pem(easy, CURLOPT_SSLCERT_BLOB, CURLOPT_SSLCERTTYPE, who->certificate);
	set_pem(easy, CURLOPT_SSLKEY_BLOB, CURLOPT_SSLKEYTYPE, who->key);
}

/* A slot made ready for the next transfer; what its handle remembers of the last one is gone. */
static CURL *prepare(struct net *net, struct slot *s, const struct net_from *from, const char *url)
{
	CURL *easy = s->easy;
	curl_easy_reset(easy);
	*s = (struct slot){.net = net, .easy = easy};
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "rollcall-sim/" SIM_VERSION);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, TRANSFER_SECONDS);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, s->why);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, s);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, s);
	if (from->address)
		curl_easy_setopt(easy, CURLOPT_INTERFACE, from->address);
	if (net->resolve)
		curl_easy_setopt(easy, CURLOPT_RESOLVE, net->resolve);
	use_certificates(net->settings, easy, from->identity);
	return easy;
}

void net_get(
    struct net *net, size_t slot, const struct net_from *from, const char *url, struct buf *keep)
{
	struct slot *s = &net->slots[slot];
	CURL *easy = prepare(net, s, from, url);
	s->keep = keep;
	curl_multi_add_handle(net->multi, easy);
}

void net_put(struct net *net, size_t slot, const struct net_from *from, const char *url,
    const struct buf *body)
{
	struct slot *s = &net->slots[slot];
	CURL *easy = prepare(net, s, from, url);
	s->body = body;
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)body->size);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(easy, CURLOPT_READDATA, s);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, s);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, net->headers);
	curl_multi_add_handle(net->multi, easy);
}

void net_post(struct net *net, size_t slot, const struct net_from *from, const char *url,
    const struct buf *body)
{
	struct slot *s = &net->slots[slot];
	CURL *easy = prepare(net, s, from, url);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->size);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_text(body));
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, net->headers);
	curl_multi_add_handle(net->multi, easy);
}

void net_wait(struct net *net, int ms, int fd)
{
	struct curl_waitfd extra = {.fd = fd, .events = CURL_WAIT_POLLIN};
	int running = 0;
	curl_multi_poll(net->multi, &extra, 1, ms, NULL);
	curl_multi_perform(net->multi, &running);
}

/* What libcurl knows about a transfer that was answered. */
static void read_facts(CURL *easy, struct net_result *r)
{
	curl_off_t us = 0, received = 0, sent = 0, retry = 0;
	const char *type = NULL;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &r->status);
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry);
	curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &us);
	curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
	curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	r->retry_after = (long)retry;
	r->us = (uint64_t)us;
	r->received = (uint64_t)received;
	r->sent = (uint64_t)sent;
	r->is_text = type && text_starts(type, "text/plain");
}

static const char *reason(struct slot *s, CURLcode code, long status)
{
	if (s->overflow)
		return "the reply is too long";
	if (code != CURLE_OK)
		return s->why[0] ? s->why : curl_easy_strerror(code);
	snprintf(s->why, sizeof s->why, "HTTP status %ld", status);
	return s->why;
}

bool net_ended(struct net *net, struct net_result *r)
{
	int left;
	struct slot *s = NULL;
	CURLMsg *m = curl_multi_info_read(net->multi, &left);
	while (m && m->msg != CURLMSG_DONE)
		m = curl_multi_info_read(net->multi, &left);
	if (!m)
		return false;
	CURLcode code = m->data.result;
	CURL *easy = m->easy_handle;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &s);
	*r = (struct net_result){.slot = (size_t)(s - net->slots)};
	read_facts(easy, r);
	r->fault = fault_of(easy, code, r->status);
	r->why = reason(s, code, r->status);
	curl_multi_remove_handle(net->multi, easy);
	return true;
}
