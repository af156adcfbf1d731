/* SPDX-License-Identifier: ISC */
/* Two tables of what devices say; see diary.h. */
#include "tools/sim/diary.h"

#include "base/pct.h"
#include "tools/sim/device.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SALT_ALARM UINT64_C(0x616c61726d) /* rolls of a device that nothing else has */
#define ONE_IN 4                          /* polls begin an alarm */
#define POLLS 3                           /* it lasts so many at most */

/* The number of the entry stands in each, so that a missing one shows. */
static const char *const messages[] = {
    "LOG_HTTP %u TCP-Up 192.0.2.1",
    "LOG_PHONE %u registration with the PBX is up",
    "LOG_CALL %u from \"Reception\" <100>\tto 200 & back, 100% connected",
    "LOG_UPDATE %u nothing to do",
    "LOG_DHCP %u lease of 10.0.0.2 renewed\nuntil tomorrow",
};
#define MESSAGES (sizeof messages / sizeof *messages)

static const struct {
	const char *code, *source, *severity, *text;
} alarms[] = {
    {"20001", "PHONE", "1", "registration is lost"},
    {"40021", "ETH0", "2", "link is down"},
    {"60002", "NTP", "0", "no answer from the time server"},
};
#define ALARMS (sizeof alarms / sizeof *alarms)

void diary_page_free(struct diary_page *p)
{
	buf_free(&p->url);
	buf_free(&p->body);
}

static void go_on_with_alarm(struct device *d)
{
	struct diary *y = &d->diary;
	uint64_t dice = device_dice(d, SALT_ALARM + d->polls);
	if (y->alarm) {
		y->lasts -= y->lasts > 0;
		y->ceasing = y->ceasing || !y->lasts;
	} else if (dice % ONE_IN == 0) {
		y->alarm = 1 + (unsigned)(dice >> 8) % ALARMS;
		y->lasts = 1 + (uint32_t)(dice >> 16) % POLLS;
		y->raising = true;
	}
}

void diary_go_on(struct device *d, long entries, bool with_alarms)
{
	struct diary *y = &d->diary;
	y->owed += (uint32_t)entries;
	if (y->owed > DIARY_KEPT) { /* the oldest are forgotten */
		y->logged += y->owed - DIARY_KEPT;
		y->owed = DIARY_KEPT;
	}
	if (with_alarms)
		go_on_with_alarm(d);
}

static void add_field(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s%s=", out->size ? "&" : "", name);
	pct_encode(out, value, strlen(value));
}

static void add_time(struct buf *out, int64_t now)
{
	char text[24];
	time_t t = (time_t)now;
	struct tm tm;
	snprintf(text, sizeof text, "%" PRId64, now);
	add_field(out, "time", text);
	if (gmtime_r(&t, &tm) && strftime(text, sizeof text, "%Y%m%d-%H%M%S", &tm))
		add_field(out, "date", text);
}

static void add_entry(const struct device *d, int64_t now, struct buf *out)
{
	char number[16];
	struct buf text = {0};
	const char *message = messages[d->diary.logged % MESSAGES], *mark = strstr(message, "%u");
	snprintf(number, sizeof number, "%" PRIu32, d->diary.logged);
	buf_add(&text, message, (size_t)(mark - message));
	buf_adds(&text, number);
	buf_adds(&text, mark + strlen("%u"));
	add_field(out, "event", "syslog");
	add_time(out, now);
	add_field(out, "from", device_names(d).hwid);
	add_field(out, "msg", buf_text(&text));
	buf_free(&text);
}

static void add_alarm(const struct device *d, int64_t now, struct buf *out)
{
	const struct diary *y = &d->diary;
	size_t i = y->alarm - 1;
	struct names names = device_names(d);
	add_field(out, "event", y->raising ? "alarm" : "clear");
	add_time(out, now);
	add_field(out, "from", names.hwid);
	add_field(out, "serial", names.sn);
	add_field(out, "code", alarms[i].code);
	add_field(out, "source", alarms[i].source);
	add_field(out, "severity", alarms[i].severity);
	add_field(out, "text", alarms[i].text);
}

/* "http://HOST:PORT" of the URL that the device polls. */
static void add_server(const struct device *d, struct buf *out)
{
	struct buf url = {0};
	device_expand(d, d->url, &url);
	const char *text = buf_text(&url), *host = strstr(text, "://");
	buf_add(out, text, host ? (size_t)(host - text) + 3 + strcspn(host + 3, "/?#") : url.size);
	buf_free(&url);
}

void diary_next(const struct device *d, int64_t now, struct diary_page *out)
{
	const struct diary *y = &d->diary;
	buf_reset(&out->url);
	buf_reset(&out->body);
	out->kind = y->raising || y->ceasing ? DIARY_ALARM : y->owed ? DIARY_LOG : DIARY_NOTHING;
	if (out->kind == DIARY_NOTHING)
		return;
	if (out->kind == DIARY_ALARM)
		add_alarm(d, now, &out->body);
	else
		add_entry(d, now, &out->body);
	add_server(d, &out->url);
	buf_adds(&out->url, out->kind == DIARY_ALARM ? "/ap/alarm.fcgi" : "/ap/log.fcgi");
	/* Devices do both. */
	out->posted = (d->number + y->logged) % 2;
	if (!out->posted)
		buf_addf(&out->url, "?%s", buf_text(&out->body));
}

void diary_taken(struct device *d, enum diary_kind kind)
{
	struct diary *y = &d->diary;
	if (kind == DIARY_LOG) {
		y->logged++;
		y->owed--;
	} else if (y->raising) {
		y->raising = false;
	} else {
		y->ceasing = false;
		y->alarm = 0;
	}
}
