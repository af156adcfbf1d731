/* SPDX-License-Identifier: ISC */
#include "fcgi/trace.h"

#include "base/date.h"
#include "base/hide.h"
#include "base/text.h"
#include "home/logfile.h"
#include "home/traces.h"
#include "proc/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOCK "run/trace.lock"
#define MODE 0640
#define REPLY_MOST (256 << 10) /* bytes of a reply; what is behind them is counted */

/* On its line, whatever is in it. */
static void add_clean(struct buf *out, const char *text, size_t n)
{
	size_t room = 4 * n + 1;
	buf_took(out, text_clean(buf_want(out, room), room, text, n));
}

static void add_fact(struct buf *out, const char *name, const char *text)
{
	struct buf shown = {0};
	if (!text || !*text)
		return;
	hide_passwords(&shown, text);
	buf_addf(out, "  %s: ", name);
	add_clean(out, buf_text(&shown), shown.size);
	buf_addc(out, '\n');
	buf_free(&shown);
}

static void add_request(struct buf *out, const struct exchange *x, const char *method)
{
	const struct request *r = &x->request;
	struct buf url = {0};
	char when[DATE_SIZE];
	buf_addf(&url, "%s://%s%s%s%s", r->https ? "https" : "http", r->host, r->path,
	    *r->query ? "?" : "", r->query);
	buf_addf(out, "==== %s ", date_second((int64_t)time(NULL), when));
	add_clean(out, method, strlen(method));
	buf_addc(out, '\n');
	add_fact(out, "url", buf_text(&url));
	add_fact(out, "from", r->address);
	add_fact(out, "proxy", r->proxy);
	if (r->cert) {
		add_fact(out, "certificate of", r->cert->cn);
		add_fact(out, "issued by", r->cert->issuer);
		add_fact(out, "its serial number", r->cert->serial);
	}
	if (r->content_length > 0)
		buf_addf(out, "  body: %ld bytes\n", r->content_length);
	add_fact(out, "refused", r->refused);
	buf_free(&url);
}

static void add_lines(struct buf *out, const char *text, const char *mark)
{
	while (*text) {
		size_t n = strcspn(text, "\n"), next = n + (text[n] != '\0');
		buf_adds(out, mark);
		add_clean(out, text, n && text[n - 1] == '\r' ? n - 1 : n);
		buf_addc(out, '\n');
		text += next;
	}
}

static void add_reply(struct buf *out, const struct exchange *x, int64_t us)
{
	const struct reply *r = &x->reply;
	struct buf body = {0}, shown = {0};
	size_t n = r->body.size < REPLY_MOST ? r->body.size : REPLY_MOST;
	buf_addf(out, "  answered: %d, %zu bytes, %" PRId64 ".%03d ms\n", r->status, r->body.size,
	    us / 1000, (int)(us % 1000));
	add_lines(out, buf_text(&r->headers), "  < ");
	buf_add(&body, buf_text(&r->body), n);
	hide_passwords(&shown, buf_text(&body));
	add_lines(out, buf_text(&shown), "  | ");
	if (n < r->body.size)
		buf_addf(out, "  and %zu bytes more\n", r->body.size - n);
	buf_free(&body);
	buf_free(&shown);
}

static void append(struct exchange *x, const struct buf *text)
{
	struct err e;
	char *path = traces_file(&x->server->home, x->request.sn);
	char *lock = home_path(&x->server->home, LOCK);
	struct logfile file = {.path = path,
	    .lock_path = lock,
	    .mode = MODE,
	    .size_most = TRACES_SIZE,
	    .keep = TRACES_KEEP,
	    .fd = -1,
	    .lock = -1};
	if (!logfile_add(&file, buf_text(text), text->size, &e))
		quiet_warn(&x->quiet, x->request.sn, "what it asks is not traced: %s", e.text);
	logfile_close(&file);
	free(path);
	free(lock);
}

void trace_request(struct exchange *x, const char *method, int64_t us)
{
	const char *sn = x->request.sn;
	struct buf text = {0};
	traces_refresh(&x->traces, &x->server->home, clock_now_ms());
	if (!x->traces.count || !sn || !req_is_serial(sn) ||
	    !traces_has(&x->traces, sn, (int64_t)time(NULL)))
		return;
	add_request(&text, x, method ? method : "");
	add_reply(&text, x, us);
	append(x, &text);
	buf_free(&text);
}
