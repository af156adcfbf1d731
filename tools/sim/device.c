/* SPDX-License-Identifier: ISC */
/* A device's identity, storage and URLs; see device.h. Touches the log and the clock. */
#include "tools/sim/device.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/pct.h"
#include "base/text.h"
#include "tools/sim/certificate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VENDOR "00-90-33"
#define DAY_MINUTES 1440

bool device_is_phone(const struct device *d)
{
	const char *t = d->type;
	if (text_starts(t, "mypbx") || text_starts(t, "swphone"))
		return true;
	/* IP110 and IP232 are phones; IP29-4, IP6010 and IP811 are not. */
	size_t digits = strspn(t, "IPip") == 2 ? strspn(t + 2, "0123456789") : 0;
	return digits == 3 && (t[2] == '1' || t[2] == '2');
}

void device_label(const struct device *d, struct buf *out)
{
	static const char *const rooms[] = {"Reception", "Meeting Room", "Office", "Workshop",
	    "Kitchen", "Warehouse", "Front Desk", "Lab", "Library", "Sales", "Support", "Gate"};
	static const char *const gateways[] = {
	    "Branch Gateway", "Fax Adapter", "Trunk Gateway", "Door Gateway"};
	bool phone = device_is_phone(d);
	unsigned kinds = phone ? sizeof rooms / sizeof *rooms : sizeof gateways / sizeof *gateways;
	unsigned kind = d->number % kinds;
	buf_addf(out, "%s %u", phone ? rooms[kind] : gateways[kind], d->number / kinds + 1);
}

unsigned device_extension(const struct device *d)
{
	return d->number + 100;
}

/* The finisher of splitmix64. */
uint64_t device_dice(const struct device *d, uint64_t salt)
{
	uint64_t x = ((uint64_t)d->number + 1) * 0x9e3779b97f4a7c15U + salt * 0xd1342543de82ef95U;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
	x = (x ^ x >> 27) * 0x94d049bb133111ebU;
	return x ^ x >> 31;
}

/* Stored as a script would give it: encoded as forms are. */
static void set_label(struct device *d)
{
	struct buf name = {0};
	device_label(d, &name);
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] == ' ')
			name.data[i] = '+';
	pairs_set(&d->config, "CMD0 /name", buf_text(&name));
	buf_free(&name);
}

void device_init(struct device *d, uint32_t number, const char *type, const char *url)
{
	struct buf text = {0};

	*d = (struct device){.number = number, .type = type};
	pct_encode(&text, url, strlen(url));
	pairs_set(&d->config, "UP1 /url", buf_text(&text));
	pairs_set(&d->config, "UP1 /poll", "15");
	set_label(d);
	pairs_set(&d->config, "PHONE SIG /prot", "H323");
	buf_free(&text);
	device_activate(d);
}

void device_free(struct device *d)
{
	free(d->url);
	pairs_free(&d->config);
	pairs_free(&d->vars);
	certificate_free(d);
}

struct names device_names(const struct device *d)
{
	unsigned a = d->number >> 16 & 255, b = d->number >> 8 & 255, c = d->number & 255;
	unsigned host = d->number + 1; /* so that no device has the address of its network */
	struct names n;

	snprintf(n.sn, sizeof n.sn, VENDOR "-%02x-%02x-%02x", a, b, c);
	snprintf(n.hwid, sizeof n.hwid, "%.32s-%02x-%02x-%02x", d->type, a, b, c);
	snprintf(n.ip, sizeof n.ip, "10.%u.%u.%u", host >> 16 & 255, host >> 8 & 255, host & 255);
	return n;
}

bool device_number(const char *sn, uint32_t *number)
{
	unsigned a, b, c;
	struct device d = {.type = ""};

	if (sscanf(sn, VENDOR "-%2x-%2x-%2x", &a, &b, &c) != 3)
		return false;
	d.number = a << 16 | b << 8 | c;
	*number = d.number;
	return text_same(device_names(&d).sn, sn);
}

void device_expand(const struct device *d, const char *url, struct buf *out)
{
	struct names n = device_names(d);
	const struct {
		char mark;
		const char *text;
	} marks[] = {{'t', d->type}, {'m', n.sn}, {'h', n.hwid}, {'i', n.ip}, {'\0', NULL}};

	for (; *url; url++) {
		size_t i = 0;
		while (marks[i].text && (url[0] != '#' || url[1] != marks[i].mark))
			i++;
		if (!marks[i].text) {
			buf_addc(out, *url);
			continue;
		}
		buf_adds(out, marks[i].text);
		url++;
	}
}

static void add_argument(struct buf *out, size_t start, const char *name, const char *value)
{
	bool first = !strchr(buf_text(out) + start, '?');
	buf_addf(out, "%c%s=", first ? '?' : '&', name);
	pct_encode(out, value, strlen(value));
}

void device_poll_url(const struct device *d, struct buf *out)
{
	static const char *const own[] = {"PROT", "PROTdate", "BOOT", "BOOTdate", "CHECK",
	    "CHECKdate", "BMC", "CFG", "SCFG", "SCFGdate", "ver"};
	size_t start = out->size;
	char number[16];

	device_expand(d, d->url, out);
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
		const char *value = device_own(d, own[i]);
		if (value)
			add_argument(out, start, own[i], value);
	}
	snprintf(number, sizeof number, "%u", d->backups);
	if (d->backups > 0)
		add_argument(out, start, "CFG-BACKUP-NUM", number);
}

/* UP1 /url is stored as it was given: percent-encoded. */
static bool activate_url(struct device *d)
{
	const char *value = pairs_get(&d->config, "UP1 /url");
	if (!value)
		return true; /* a device without one keeps asking where it asked */
	size_t n = strlen(value);
	char *url = mem_alloc(n + 1);
	if (!pct_decode(url, value, n, &n) || strlen(url) != n || n == 0) {
		free(url);
		return false;
	}
	free(d->url);
	d->url = mem_realloc(url, n + 1);
	return true;
}

/* A number of UP1; `absent` when the option is not there, -1 when it is none. */
static long up1_number(const struct device *d, const char *name, long absent, long min, long max)
{
	const char *value = pairs_get(&d->config, name);
	long number = absent;
	if (value && !num_parse(value, min, max, &number))
		return -1;
	return number;
}

bool device_activate(struct device *d)
{
	long interval = up1_number(d, "UP1 /poll", 15, 1, 366L * DAY_MINUTES);
	long fast = up1_number(d, "UP1 /provision", 0, 0, 86400);

	if (!activate_url(d) || interval < 0 || fast < 0)
		return false;
	d->interval = interval;
	/* `mod cmd UP1 provision` holds until the configured value changes. */
	if (fast != d->fast_config)
		d->fast = fast;
	d->fast_config = fast;
	return true;
}

long device_wait(const struct device *d)
{
	return d->fast > 0 ? d->fast : d->interval * 60;
}

const char *device_var(const struct device *d, const char *name)
{
	const char *value = pairs_get(&d->vars, name);
	const char *blank = value ? strchr(value, ' ') : NULL;
	return blank ? blank + 1 : value;
}

const char *device_own(const struct device *d, const char *name)
{
	char full[LIMIT_NAME];
	snprintf(full, sizeof full, "UPDATE/%s", name);
	return device_var(d, full);
}

static bool set_own(struct device *d, const char *name, const char *twin, const char *value)
{
	struct buf text = {0};
	char full[LIMIT_NAME];
	snprintf(full, sizeof full, "UPDATE/%s%s", name, twin);
	buf_addf(&text, "p %s", value);
	bool fine = pairs_set(&d->vars, full, buf_text(&text));
	buf_free(&text);
	return fine;
}

bool device_set_own(struct device *d, const char *name, const char *value)
{
	char date[32];
	snprintf(date, sizeof date, "%lld", (long long)time(NULL));
	return set_own(d, name, "", value) && set_own(d, name, "date", date);
}

void device_backed_up(struct device *d)
{
	uint64_t sum = device_config_sum(d);
	if (d->backups > 0 && sum == d->backed_up)
		return;
	d->backups++;
	d->backed_up = sum;
}

uint64_t device_config_sum(const struct device *d)
{
	return pairs_sum(&d->config) - d->factory;
}

uint64_t device_sum(const struct device *d)
{
	/* Multiplied, so that an entry that moves from one table to the other shows. */
	return device_config_sum(d) * 31 + pairs_sum(&d->vars);
}

void device_trace(const struct device *d, const char *format, ...)
{
	char text[LIMIT_LOG_LINE];
	va_list args;

	if (!d->traced)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	log_info(device_names(d).sn, "%s", text);
}
