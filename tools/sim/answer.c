/* SPDX-License-Identifier: ISC */
/* The outputs of commands, a table row for each that is not just "<info/>"; see answer.h. Pure. */
#include "tools/sim/answer.h"

#include "base/pct.h"
#include "base/text.h"
#include "tools/sim/certificate.h"
#include "tools/sim/words.h"

#include <inttypes.h>
#include <string.h>

static void add_var(struct device *d, const struct words *w, struct buf *out)
{
	const char *value = w->count > 0 ? pairs_get(&d->vars, w->word[0]) : NULL;
	if (value)
		buf_addf(out, "%s %s\r\n", w->word[0], value);
}

static void add_certificates(struct device *d, const struct words *w, struct buf *out)
{
	(void)w;
	certificate_info(d, out);
}

/* A value as XML; what is no text cannot be told in XML and is left out. */
static void add_text(struct buf *out, const char *s, size_t n)
{
	n = text_is_utf8(s, n) ? n : 0;
	for (size_t i = 0; i < n; i++) {
		if (strchr("<>&\"'", s[i]) || (unsigned char)s[i] < 0x20)
			buf_addf(out, "&#%d;", (unsigned char)s[i] < 0x20 ? ' ' : s[i]);
		else
			buf_addc(out, s[i]);
	}
}

/* An attribute with a setting, "" when it is not set. Settings are stored as scripts give them:
 * encoded as forms are. */
static void add_setting(
    const struct device *d, const char *attribute, const char *name, struct buf *out)
{
	const char *value = pairs_get(&d->config, name);
	struct buf text = {0};
	if (value)
		buf_took(
		    &text, pct_decode_form(buf_want(&text, strlen(value)), value, strlen(value)));
	buf_addf(out, " %s=\"", attribute);
	add_text(out, buf_text(&text), text.size);
	buf_addc(out, '"');
	buf_free(&text);
}

/* A build, or that of the day it was made. */
static void add_build(const struct device *d, const char *variable, struct buf *out)
{
	const char *build = device_own(d, variable);
	if (!build)
		build = "100000";
	add_text(out, build, strlen(build));
}

static void add_admin(struct device *d, const struct words *w, struct buf *out)
{
	(void)w;
	struct names n = device_names(d);
	uint64_t minutes = (d->polls > 0 ? d->polls - 1 : 0) * (uint64_t)d->interval;
	buf_adds(out, "<info");
	add_setting(d, "name", "CMD0 /name", out);
	buf_addf(out, " type=\"%s\" sn=\"%s\" ip=\"%s\"><sys version=\"14r1 %s[", d->type, n.sn,
	    n.ip, d->type);
	add_build(d, "PROT", out);
	buf_adds(out, "], Bootcode[");
	add_build(d, "BOOT", out);
	buf_addf(out,
	    "], Hardware[%u]\" hwid=\"%s\" uptime=\"%" PRIu64 "d%" PRIu64 "h%" PRIu64 "m\"",
	    (unsigned)(device_dice(d, 0) % 8 + 400), n.hwid, minutes / 1440, minutes / 60 % 24,
	    minutes % 60);
	buf_adds(out, "/></info>");
}

/* Behind which kind of NAT it stands is found out with a STUN server only. */
static void add_media(struct device *d, const struct words *w, struct buf *out)
{
	static const char *const kinds[] = {
	    "none", "full cone", "port restricted cone", "symmetric"};
	(void)w;
	const char *stun = pairs_get(&d->config, "MEDIA /stun");
	buf_adds(out, "<info");
	add_setting(d, "stun", "MEDIA /stun", out);
	add_setting(d, "turn", "MEDIA /turn", out);
	add_setting(d, "turn-user", "MEDIA /turn-user", out);
	if (stun && *stun)
		buf_addf(out, "><nat result=\"%s\" public-addr=\"203.0.113.%u\"/></info>",
		    kinds[device_dice(d, 1) % 4], d->number % 254 + 1);
	else
		buf_adds(out, "><nat result=\"unknown\" public-addr=\"\"/></info>");
}

/* It is registered as soon as it knows where. */
static void add_registration(struct device *d, const struct words *w, struct buf *out)
{
	(void)w;
	const char *where = pairs_get(&d->config, "PHONE SIG /gk-addr");
	if (!device_is_phone(d)) {
		buf_adds(out, "<info/>");
		return;
	}
	buf_addf(out, "<info><reg id=\"0\" state=\"%s\"", where && *where ? "up" : "down");
	add_setting(d, "prot", "PHONE SIG /prot", out);
	buf_addf(out, " h323=\"ext%u\" e164=\"%u\"", device_extension(d), device_extension(d));
	add_setting(d, "gk-addr", "PHONE SIG /gk-addr", out);
	add_setting(d, "gk-id", "PHONE SIG /gk-id", out);
	buf_adds(out, "/></info>");
}

static const struct {
	const char *name;
	void (*add)(struct device *d, const struct words *w, struct buf *out);
} table[] = {
    {"mod cmd X509 xml-info", add_certificates},
    {"mod cmd CMD0 xml-info", add_admin},
    {"mod cmd MEDIA xml-info", add_media},
    {"mod cmd PHONE/USER phone-regs", add_registration},
    {"vars read", add_var},
};

static void add_output(struct device *d, const struct words *w, struct buf *out)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t named = words_start(w, table[i].name);
		if (named == 0)
			continue;
		struct words rest = words_from(w, named);
		table[i].add(d, &rest, out);
		return;
	}
	buf_adds(out, "<info/>");
}

bool answer(struct device *d, const char *encoded, struct buf *out)
{
	struct buf line = {0};
	struct words w;
	size_t n = strlen(encoded);
	bool fine = pct_decode(buf_want(&line, n), encoded, n, &n);
	if (fine)
		buf_took(&line, n);
	fine = fine && words_split(line.data, &w);
	if (fine)
		add_output(d, &w, out);
	buf_free(&line);
	return fine;
}
