/* SPDX-License-Identifier: ISC */
/* How each kind of target is told. What devices said of themselves is data here, never a header or a word of a command. */
#include "fcgi/forward_to.h"

#include "base/buf.h"
#include "base/date.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/pct.h"
#include "base/text.h"
#include "fcgi/forward_run.h"
#include "fcgi/keeper_fetch.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_PATH "/ap/alarm.fcgi"
#define DEFAULT_SOCKET "/dev/log"
#define DEFAULT_PORT 514
#define SENDMAIL "/usr/sbin/sendmail"
#define HTTP_SECONDS 15
#define RUN_SECONDS 30
#define MAIL_REST_MS 10000
#define MAIL_LINE 900
#define ANSWER_MOST (64 << 10)
#define DETAILS_MOST 1024 /* bytes of them in a URL */
#define BRIEF_TEXT 100    /* bytes of the text, in one that must be short */
#define SYSLOG_MOST 2000
#define FACILITY 3 /* daemon (RFC 5424 §6.2.1) */

struct job {
	struct arena *a;
	const struct conf_forward *target;
	const struct news *news;
	size_t n;
	int leave_fd;
	const char *to; /* behind the scheme */
};

static const char *copy_out(struct arena *a, struct buf *b)
{
	const char *text = arena_strdup(a, buf_text(b));
	buf_free(b);
	return text;
}

/* On one line, with nothing in it that a terminal obeys. */
static const char *clean(struct arena *a, const char *text)
{
	size_t room = 4 * strlen(text) + 1;
	char *out = arena_alloc(a, room);
	text_clean(out, room, text, strlen(text));
	return out;
}

static const char *number(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld", (long long)n);
}

static const char *cut(struct arena *a, const char *text, size_t most)
{
	return arena_strndup(a, text, text_cut(text, most));
}

/* ---- an alarm server ---- */

static const char *event_of(const struct alarm_report *r)
{
	static const char *const words[] = {
	    [ALARM_RAISE] = "alarm", [ALARM_CLEAR] = "clear", [ALARM_EVENT] = "error"};
	return r->act >= ALARM_RAISE && r->act <= ALARM_EVENT ? words[r->act] : "error";
}

/* As a device tells it; `brief`: without what may be long. */
static const char *query_of(struct arena *a, const struct alarm_report *r, bool brief)
{
	struct buf out = {0};
	size_t details = brief ? 0 : DETAILS_MOST;
	const struct {
		const char *name, *value;
	} fields[] = {
	    {"event", event_of(r)},
	    {"severity", number(a, r->severity)},
	    {"code", r->code},
	    {"time", number(a, r->time)},
	    {"from", r->from},
	    {"serial", r->serial},
	    {"source", r->source},
	    {"text", cut(a, r->text, brief ? BRIEF_TEXT : ALARM_TEXT)},
	    {"details", strlen(r->details) <= details ? r->details : ""},
	    {ALARM_HOPS, number(a, r->hops + 1)},
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (!*fields[i].value)
			continue;
		buf_addf(&out, "%s%s=", out.size ? "&" : "", fields[i].name);
		pct_encode(&out, fields[i].value, strlen(fields[i].value));
	}
	return copy_out(a, &out);
}

static bool fetch_it(const struct job *j, bool brief, long *status, struct err *e)
{
	struct buf answer = {0};
	const struct fetch how = {
	    .url = fetch_url(
		j->a, j->target->to, DEFAULT_PATH, query_of(j->a, &j->news->report, brief)),
	    .user = j->target->user,
	    .password = j->target->password,
	    .seconds = HTTP_SECONDS,
	    .most = ANSWER_MOST,
	    .leave_fd = j->leave_fd,
	    .status = status,
	};
	bool ok = how.url ? fetch(&how, &answer, e) == FETCHED : err_set(e, "it is no URL");
	buf_free(&answer);
	return ok || *status / 100 == 2; /* it has it, whatever else it says about it */
}

/* A small device may have no room for it: one that it never takes would hold up all that come after it. */
static bool is_too_long(long status)
{
	return status == 400 || status == 413 || status == 414 || status == 431;
}

static bool to_server(const struct job *j, size_t *taken, struct err *e)
{
	long status = 0;
	*taken = 1;
	if (j->news->report.hops >= ALARM_HOPS_MOST) /* it is a circle */
		return true;
	return fetch_it(j, false, &status, e) ||
	       (is_too_long(status) && fetch_it(j, true, &status, e));
}

/* ---- syslog ---- */

static int syslog_severity(const struct alarm_report *r)
{
	static const int severities[] = {
	    [ALARM_MINOR] = 5, [ALARM_INDETERMINATE] = 4, [ALARM_MAJOR] = 2};
	if (r->act == ALARM_CLEAR)
		return 6;
	return r->severity >= ALARM_MINOR && r->severity <= ALARM_MAJOR ? severities[r->severity]
									: 4;
}

static const char *sentence(struct arena *a, const struct alarm_report *r)
{
	const char *text = arena_printf(a, "%s %s %s: %s%s%s%s", r->from, alarm_act_word(r->act),
	    r->code, r->text, *r->source ? " (" : "", r->source, *r->source ? ")" : "");
	return clean(a, text);
}

/* The system's own: as syslog(3) writes it, to a socket of our choice. */
static bool to_socket(const struct job *j, const char *path, struct err *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct alarm_report *r = &j->news->report;
	const char *line =
	    arena_printf(j->a, "<%d>rollcall[%d]: %s", FACILITY * 8 + syslog_severity(r),
		(int)getpid(), cut(j->a, sentence(j->a, r), SYSLOG_MOST));
	if (strlen(path) >= sizeof address.sun_path)
		return err_set(e, "the path is too long for a socket");
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok = fd >= 0 && sendto(fd, line, strlen(line), MSG_NOSIGNAL,
				 (const struct sockaddr *)&address, sizeof address) >= 0;
	if (!ok)
		err_sys(e, "%s cannot be reached", path);
	if (fd >= 0)
		close(fd);
	return ok;
}

static const char *host_name(struct arena *a)
{
	char name[256] = "";
	gethostname(name, sizeof name - 1);
	return *name ? arena_strdup(a, name) : "-";
}

/* RFC 5424 §6; nobody says whether it arrived. */
static const char *syslog_line(struct arena *a, const struct alarm_report *r)
{
	char when[DATE_SIZE];
	return arena_printf(a, "<%d>1 %s %s rollcall %d alarm - %s",
	    FACILITY * 8 + syslog_severity(r), date_second(r->time, when), host_name(a),
	    (int)getpid(), cut(a, sentence(a, r), SYSLOG_MOST));
}

static bool send_to(const struct addrinfo *to, const char *line)
{
	int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok = fd >= 0 &&
		  sendto(fd, line, strlen(line), MSG_NOSIGNAL, to->ai_addr, to->ai_addrlen) >= 0;
	int why = errno;
	if (fd >= 0)
		close(fd);
	errno = why;
	return ok;
}

static bool to_host(const struct job *j, const char *where, struct err *e)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
	struct addrinfo *list = NULL;
	const char *host, *line = syslog_line(j->a, &j->news->report);
	long port;
	if (!forward_host(j->a, where, strlen(where), &host, &port))
		return err_set(e, "%s is no HOST[:PORT]", where);
	int code = getaddrinfo(host, number(j->a, port ? port : DEFAULT_PORT), &hints, &list);
	if (code != 0)
		return err_set(e, "%s: %s", host, gai_strerror(code));
	bool ok = false;
	for (const struct addrinfo *to = list; to && !ok; to = to->ai_next)
		ok = send_to(to, line);
	if (!ok)
		err_sys(e, "%s cannot be reached", where);
	freeaddrinfo(list);
	return ok;
}

/* syslog:, syslog:/PATH, syslog://HOST */
static bool to_syslog(const struct job *j, size_t *taken, struct err *e)
{
	*taken = 1;
	if (text_starts(j->to, "//"))
		return to_host(j, j->to + 2, e);
	return to_socket(j, *j->to ? j->to : DEFAULT_SOCKET, e);
}

/* ---- a command ---- */

static const char *json_of(struct arena *a, const struct news *n)
{
	struct buf out = {0};
	char when[DATE_SIZE];
	const struct alarm_report *r = &n->report;
	json_pair(&out, "{", "act", alarm_act_word(r->act));
	json_pair(&out, ", ", "from", r->from);
	json_pair(&out, ", ", "code", r->code);
	json_pair(&out, ", ", "severity", alarm_severity_word(r->severity));
	json_pair(&out, ", ", "source", r->source);
	json_pair(&out, ", ", "text", r->text);
	json_pair(&out, ", ", "details", r->details);
	json_pair(&out, ", ", "serial", r->serial);
	json_pair(&out, ", ", "address", r->address);
	json_pair(&out, ", ", "time", date_second(r->time, when));
	buf_addf(&out, ", \"count\": %lld}\n", (long long)n->count);
	return copy_out(a, &out);
}

static bool to_command(const struct job *j, size_t *taken, struct err *e)
{
	const struct alarm_report *r = &j->news->report;
	char when[DATE_SIZE];
	const char *const args[] = {j->to, NULL};
#define ENV(name, value) arena_concat(j->a, "ROLLCALL_ALARM_" name "=", value)
	const char *const env[] = {
	    ENV("ACT", alarm_act_word(r->act)),
	    ENV("FROM", clean(j->a, r->from)),
	    ENV("CODE", clean(j->a, r->code)),
	    ENV("SEVERITY", alarm_severity_word(r->severity)),
	    ENV("SOURCE", clean(j->a, r->source)),
	    ENV("TEXT", clean(j->a, r->text)),
	    ENV("SERIAL", clean(j->a, r->serial)),
	    ENV("ADDRESS", r->address),
	    ENV("TIME", date_second(r->time, when)),
	    ENV("COUNT", number(j->a, j->news->count)),
	    NULL,
	};
	const char *json = json_of(j->a, j->news);
	const struct forward_run run = {args, env, json, strlen(json), RUN_SECONDS, j->leave_fd};
	*taken = 1;
	return forward_run(&run, e);
}

/* ---- mail ---- */

/* RFC 2047, in one piece: short enough for a line. */
static const char *encoded_word(struct arena *a, const char *text)
{
	enum { MOST = 45 };
	unsigned char out[4 * MOST / 3 + 8];
	size_t n = text_cut(text, MOST);
	if (text_is_plain(text, n))
		return arena_strndup(a, text, n);
	EVP_EncodeBlock(out, (const unsigned char *)text, (int)n);
	return arena_printf(a, "=?UTF-8?B?%s?=", (const char *)out);
}

static const char *subject_of(const struct job *j)
{
	const struct alarm_report *r = &j->news->report;
	if (j->n > 1)
		return arena_printf(j->a, "[rollcall] %zu alarms", j->n);
	return arena_printf(j->a, "[rollcall] %s", encoded_word(j->a, sentence(j->a, r)));
}

/* A line of mail has an end, wherever the text has one (RFC 5322 §2.1.1). */
static void add_lines(struct buf *out, const char *indent, const char *text)
{
	do {
		size_t n = text_cut(text, MAIL_LINE);
		buf_addf(out, "%s%.*s\n", indent, (int)n, text);
		text += n;
		indent = "    ";
	} while (*text);
}

static void add_news(struct buf *out, struct arena *a, const struct news *n)
{
	char when[DATE_SIZE];
	const struct alarm_report *r = &n->report;
	add_lines(out, "", sentence(a, r));
	buf_addf(out, "  %s, %s, reported %lld time%s, %s\n", alarm_severity_word(r->severity),
	    date_second(r->time, when), (long long)n->count, n->count == 1 ? "" : "s",
	    *r->address ? clean(a, r->address) : "by the server itself");
	if (*r->details)
		add_lines(out, "  ", clean(a, r->details));
	buf_addc(out, '\n');
}

void forward_mail_head(struct buf *out, const char *from, const char *to, const char *subject)
{
	char date[64];
	time_t now = time(NULL);
	struct tm tm;
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&now, &tm));
	if (*from)
		buf_addf(out, "From: %s\n", from);
	buf_addf(out,
	    "To: %s\nDate: %s\nSubject: %s\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\n",
	    to, date, subject);
}

static const char *letter(const struct job *j)
{
	struct buf out = {0};
	forward_mail_head(&out, j->target->from, j->to, subject_of(j));
	buf_adds(
	    &out, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
	for (size_t i = 0; i < j->n; i++)
		add_news(&out, j->a, &j->news[i]);
	return copy_out(j->a, &out);
}

bool forward_mail(const char *letter, size_t size, int leave_fd, struct err *e)
{
	const char *other = getenv("ROLLCALL_SENDMAIL");
	const char *const args[] = {other && *other ? other : SENDMAIL, "-i", "-t", NULL};
	static const char *const env[] = {NULL};
	const struct forward_run run = {args, env, letter, size, RUN_SECONDS, leave_fd};
	return forward_run(&run, e);
}

static bool to_mail(const struct job *j, size_t *taken, struct err *e)
{
	const char *text = letter(j);
	*taken = j->n;
	return forward_mail(text, strlen(text), j->leave_fd, e);
}

/* ---- all of them ---- */

static const struct {
	bool (*tell)(const struct job *j, size_t *taken, struct err *e);
	int64_t rest_ms;
} kinds[] = {
    [FORWARD_HTTP] = {to_server, 0},
    [FORWARD_SYSLOG] = {to_syslog, 0},
    [FORWARD_COMMAND] = {to_command, 0},
    [FORWARD_MAIL] = {to_mail, MAIL_REST_MS},
};

bool forward_to(struct arena *a, const struct conf_forward *target, const struct news *news,
    size_t n, int leave_fd, size_t *taken, struct err *e)
{
	enum forward_kind kind;
	struct job j = {a, target, news, n, leave_fd, ""};
	if (!forward_kind_of(target->to, &kind, &j.to))
		return err_set(e, "nobody knows how to tell %s", target->to);
	return kinds[kind].tell(&j, taken, e);
}

int64_t forward_rest_ms(const struct conf_forward *target)
{
	enum forward_kind kind;
	const char *rest;
	return forward_kind_of(target->to, &kind, &rest) ? kinds[kind].rest_ms : 0;
}
