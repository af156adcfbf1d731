/* SPDX-License-Identifier: ISC */
#include "core/req.h"

#include "base/address.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/pct.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PORT_MAX 65535
#define SHOWN ((size_t)80)

const char *const req_required[REQ_REQUIRED] = {"type", "sn", "hwid", "ip"};

static void refuse(struct arena *a, struct request *r, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The first reason stays: it is the one that stands nearest to the door. */
static void refuse(struct arena *a, struct request *r, int status, const char *format, ...)
{
	if (r->refused)
		return;
	va_list args;
	va_start(args, format);
	r->refused = arena_vprintf(a, format, args);
	va_end(args);
	r->status = status;
}

const char *req_show(struct arena *a, const char *text)
{
	size_t whole = strlen(text), n = whole < SHOWN ? whole : SHOWN;
	if (text_is_plain(text, whole) && n == whole)
		return text;
	while (
	    n < whole && n && ((unsigned char)text[n] & 0xc0) == 0x80 && text_is_utf8(text, whole))
		n--; /* not in the middle of a letter */
	char *out = arena_alloc(a, 4 * n + 1);
	text_clean(out, 4 * n + 1, text, n);
	return n < whole ? arena_concat(a, out, "...") : out;
}

/* ---- what a well-known argument must look like ---- */

static bool fits_word(const char *s)
{
	return text_is_word(s, "-_.") && *s != '.' && *s != '-';
}

static bool fits_serial(const char *s)
{
	return text_is_word(s, "-") && *s != '-';
}

bool req_is_type(const char *text)
{
	return fits_word(text) && strlen(text) <= LIMIT_TYPE;
}

bool req_is_serial(const char *text)
{
	return fits_serial(text) && strlen(text) <= LIMIT_SN;
}

bool req_is_hwid(const char *text)
{
	return fits_word(text) && strlen(text) <= LIMIT_HWID;
}

static bool fits_any(const char *s)
{
	(void)s;
	return true;
}

static const struct field {
	const char *name;
	size_t offset; /* of the pointer in struct request */
	size_t max;
	bool (*fits)(const char *s);
	const char *right;
} fields[] = {
#define FIELD(name, member, max, fits, right)                            \
	{                                                                \
		name, offsetof(struct request, member), max, fits, right \
	}
    FIELD("type", type, LIMIT_TYPE, fits_word, "letters, digits, dashes, dots and underscores"),
    FIELD("sn", sn, LIMIT_SN, fits_serial, "letters, digits and dashes"),
    FIELD("hwid", hwid, LIMIT_HWID, fits_word, "letters, digits, dashes, dots and underscores"),
    FIELD("ip", ip, LIMIT_IP, fits_any, "an address"),
    FIELD("phase", phase, LIMIT_PHASE, fits_any, "a phase"),
    FIELD("env", env, LIMIT_ARG_VALUE, fits_any, "environments"),
    FIELD("polling", polling, LIMIT_ARG_VALUE, fits_any, "seconds"),
    FIELD("mode", mode, LIMIT_ARG_VALUE, fits_any, "a mode"),
    FIELD("PROT", prot, LIMIT_ARG_VALUE, fits_any, "a build"),
    FIELD("BOOT", boot, LIMIT_ARG_VALUE, fits_any, "a build"),
    FIELD("CHECK", check, LIMIT_ARG_VALUE, fits_any, "a check sum"),
#undef FIELD
};
#define NFIELDS (sizeof fields / sizeof *fields)

static const char **field_of(struct request *r, const struct field *f)
{
	return (const char **)(void *)((char *)r + f->offset);
}

static void fill_field(struct arena *a, struct request *r, const struct field *f)
{
	const char *value = req_arg(r, f->name);
	if (!value)
		return;
	size_t n = strlen(value);
	if (n > f->max)
		refuse(a, r, 200, "argument %s is %zu bytes long, at most %zu are allowed", f->name,
		    n, f->max);
	else if (f->fits != fits_any && !n)
		refuse(a, r, 200, "argument %s is empty; it must be %s", f->name, f->right);
	else if (!f->fits(value))
		refuse(a, r, 200, "argument %s is \"%s\"; it must be made of %s", f->name,
		    req_show(a, value), f->right);
	*field_of(r, f) = value;
}

/* ---- the query string ---- */

static const char *decode(struct arena *a, const char *s, size_t n, size_t *size)
{
	char *text = arena_alloc(a, n + 1);
	*size = pct_decode_form(text, s, n);
	return text;
}

/* What is wrong with a text as such; NULL: nothing. */
static const char *fault_of(struct arena *a, const char *s, size_t n, size_t max)
{
	if (n > max)
		return arena_printf(a, "is %zu bytes long, at most %zu are allowed", n, max);
	if (text_is_plain(s, n))
		return NULL;
	if (strlen(s) != n || text_has_control(s, n))
		return arena_printf(a, "has a control character in it: \"%s\"", req_show(a, s));
	if (!text_is_utf8(s, n))
		return arena_printf(a, "is not UTF-8: \"%s\"", req_show(a, s));
	return NULL;
}

static void add_arg(struct request *r, const char *name, const char *value)
{
	for (size_t i = 0; i < r->nargs; i++) {
		if (strcmp(r->args[i].name, name) == 0) {
			r->args[i].value = value;
			return;
		}
	}
	r->args[r->nargs++] = (struct arg){name, value};
}

static void parse_arg(struct arena *a, struct request *r, const char *s, size_t n)
{
	const char *equals = memchr(s, '=', n);
	size_t name_raw = equals ? (size_t)(equals - s) : n, name_size, value_size = 0;
	const char *name = decode(a, s, name_raw, &name_size), *value = "";
	if (equals)
		value = decode(a, equals + 1, n - name_raw - 1, &value_size);
	if (!name_size)
		return;
	const char *fault = fault_of(a, name, name_size, LIMIT_ARG_NAME);
	if (fault) {
		refuse(a, r, 200, "the name of an argument %s", fault);
		return;
	}
	fault = fault_of(a, value, value_size, LIMIT_ARG_VALUE);
	if (fault)
		refuse(a, r, 200, "argument %s %s", name, fault);
	else /* also after a fault elsewhere: the log wants the serial number */
		add_arg(r, name, value);
}

static size_t count_args(const char *query, size_t n)
{
	size_t count = 1;
	for (size_t i = 0; i < n; i++)
		count += query[i] == '&';
	return count;
}

static void parse_query(struct arena *a, struct request *r, const char *query)
{
	size_t n = strlen(query);
	if (n > LIMIT_QUERY) {
		refuse(a, r, 200, "the query is %zu bytes long, at most %d are allowed", n,
		    LIMIT_QUERY);
		n = LIMIT_QUERY;
	}
	size_t count = count_args(query, n);
	if (count > LIMIT_ARGS) {
		refuse(a, r, 200, "%zu arguments, at most %d are allowed", count, LIMIT_ARGS);
		count = LIMIT_ARGS;
	}
	r->args = arena_calloc(a, count, sizeof *r->args);
	for (size_t i = 0; i < count; i++) {
		const char *amp = memchr(query, '&', n);
		size_t size = amp ? (size_t)(amp - query) : n;
		parse_arg(a, r, query, size);
		query += size + (amp != NULL);
		n -= size + (amp != NULL);
	}
}

const char *req_arg(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->nargs; i++) {
		if (strcmp(r->args[i].name, name) == 0)
			return r->args[i].value;
	}
	return NULL;
}

/* ---- where it came to, and where it came from ---- */

static bool port_fits(const char *s)
{
	long port;
	return num_parse(s, 1, PORT_MAX, &port);
}

/* A name or an IPv4 address, or [IPv6]; then maybe a port. */
bool req_is_host(const char *host)
{
	size_t n = strlen(host);
	if (!n || n > LIMIT_HOST)
		return false;
	size_t name;
	if (host[0] == '[') {
		name = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
		if (name == 1 || host[name] != ']')
			return false;
		name++;
	} else {
		name = strspn(
		    host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
		if (!name)
			return false;
	}
	return host[name] == '\0' || (host[name] == ':' && port_fits(host + name + 1));
}

static bool is_trusted_proxy(const struct config *c, const char *peer)
{
	for (size_t i = 0; c && i < c->proxies.count; i++) {
		if (address_in(peer, c->proxies.items[i]))
			return true;
	}
	return false;
}

static const char *plain_address(const char *text)
{
	return text_starts(text, "::ffff:") && strchr(text, '.') ? text + 7 : text;
}

/* One address of "A, B, C"; NULL when it is none. */
static const char *one_forwarded(struct arena *a, const char *s, size_t n)
{
	text_trim(&s, &n);
	const char *text = arena_strndup(a, s, n < LIMIT_IP ? n : 0);
	struct in6_addr address;
	/* A zone may be any text, and is nothing that a proxy has to tell. */
	return !strchr(text, '%') && address_parse(text, strlen(text), &address)
		   ? plain_address(text)
		   : NULL;
}

/* What stands in commands: nothing in it may be a blank, a control or a letter of another alphabet. */
static bool path_fits(const char *path)
{
	return *path == '/' && text_is_word(path, "/-._~");
}

static void find_address(
    struct arena *a, const struct req_input *in, const struct config *c, struct request *r)
{
	const char *peer = in->peer ? in->peer : "";
	r->address = plain_address(peer);
	r->proxy = "";
	if (!in->forwarded_for || !is_trusted_proxy(c, peer))
		return;
	const char *first = one_forwarded(a, in->forwarded_for, strcspn(in->forwarded_for, ","));
	if (!first)
		return;
	r->proxy = r->address;
	r->address = first;
}

const char *req_client(struct arena *a, const struct req_input *in, const struct config *c)
{
	const char *client = in->peer ? in->peer : "", *list = in->forwarded_for;
	size_t end = list ? strlen(list) : 0;
	while (end && is_trusted_proxy(c, client)) {
		size_t from = end;
		while (from && list[from - 1] != ',')
			from--;
		const char *one = one_forwarded(a, list + from, end - from);
		if (!one)
			break;
		client = one;
		end = from ? from - 1 : 0;
	}
	return plain_address(client);
}

static enum method parse_method(const char *text)
{
	static const struct {
		const char *name;
		enum method method;
	} methods[] = {
	    {"GET", METHOD_GET}, {"HEAD", METHOD_HEAD}, {"PUT", METHOD_PUT}, {"POST", METHOD_POST}};

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (text && strcmp(text, methods[i].name) == 0)
			return methods[i].method;
	}
	return METHOD_OTHER;
}

static long parse_or(const char *text, long max, long otherwise)
{
	long value;
	return text && num_parse(text, 0, max, &value) ? value : otherwise;
}

void req_parse(
    struct arena *a, const struct req_input *in, const struct config *c, struct request *r)
{
	*r = (struct request){.status = 200};
	r->method = parse_method(in->method);
	r->path = in->path ? in->path : "";
	r->query = in->query ? in->query : "";
	r->https = in->https && strcmp(in->https, "on") == 0;
	r->port = parse_or(in->port, PORT_MAX, r->https ? 443 : 80);
	r->content_length = parse_or(
	    in->content_length, LIMIT_BODY, in->content_length && *in->content_length ? -1 : 0);
	r->host = "";
	find_address(a, in, c, r);
	parse_query(a, r, r->query);
	for (size_t i = 0; i < NFIELDS; i++)
		fill_field(a, r, &fields[i]);
	if (!in->host || !*in->host)
		refuse(a, r, 200, "there is no Host header: no URL can be made for this device");
	else if (!req_is_host(in->host))
		refuse(a, r, 200, "the Host header is \"%s\"; it must be NAME or NAME:PORT",
		    req_show(a, in->host));
	else
		r->host = in->host;
	if (!path_fits(r->path))
		refuse(a, r, 400, "the path \"%s\" is none that a device may poll",
		    req_show(a, r->path));
	if (r->content_length < 0)
		refuse(a, r, 413, "the body is larger than %d bytes", LIMIT_BODY);
}

bool req_is_poll(const struct request *r)
{
	bool only_show = r->nargs == 1 && strcmp(r->args[0].name, "show") == 0;
	return !r->mode && !only_show;
}

const char *req_url(struct arena *a, const struct request *r, const char *relative)
{
	if (strstr(relative, "://"))
		return relative;
	while (*relative == '/')
		relative++;
	const char *slash = strrchr(r->path, '/');
	int folder = slash ? (int)(slash - r->path) : 0;
	return arena_printf(
	    a, "%s://%s%.*s/%s", r->https ? "https" : "http", r->host, folder, r->path, relative);
}

const char *req_asked(struct arena *a, const struct request *r)
{
	const char *scheme = r->https ? "https://" : "http://", *mark = *r->query ? "?" : "";
	size_t n = strlen(r->query);
	if (strlen(scheme) + strlen(r->host) + strlen(r->path) + strlen(mark) + n > LIMIT_ASKED ||
	    !text_is_plain(r->query, n) || memchr(r->query, ' ', n))
		return "";
	return arena_concat(a, scheme, r->host, r->path, mark, r->query);
}

const char *req_subject(const struct request *r)
{
	if (r->sn && req_is_serial(r->sn))
		return r->sn;
	return *r->address ? r->address : "unknown device";
}
