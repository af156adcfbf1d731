/* SPDX-License-Identifier: ISC */
/*
 * Reading, changing and printing a configuration; see config.h.
 *
 * The settings of the installation are in a table that all devices share. Those of a module are
 * copied into a device (it is furnished with them) not before something changes there: a fleet has
 * thousands of devices of which most are only printed. What comes in that way is taken out of
 * device_config_sum(), so that being furnished is no change.
 */
#include "tools/sim/config.h"

#include "base/text.h"
#include "tools/sim/words.h"

#include <string.h>

enum who { EVERY, PHONE, GATEWAY };

/*
 * One module a row. In the options, #t #m #h #i are replaced as in URLs, and "$" by the device's
 * extension.
 */
static const struct row {
	enum who who;
	const char *module, *options;
} rows[] = {
    {EVERY, "IP0", "/hostname #h /tos 0x10 /rtp-tos 0xb8 /mtu 1500"},
    {EVERY, "ETH0", "/addr #i /mask 255.0.0.0 /gw 10.255.255.254 /dns 10.0.0.53"},
    {EVERY, "ETH0 DHCP", "/mode client /lease 86400"},
    {EVERY, "ETH0 VLAN", "/id 0 /prio 0"},
    {EVERY, "ETH0 LLDP", "/on"},
    {EVERY, "HTTP0", "/port 80 /https-port 443 /realm #m"},
    {EVERY, "HTTPCLIENT0", "/timeout 30"},
    {EVERY, "TLS0", "/min-version 1.2 /session-cache 64"},
    {EVERY, "X509", "/trust-store factory"},
    {EVERY, "SNMP0", "/community public /allow 10.0.0.0/8 /location #h"},
    {EVERY, "TELNET0", "/off"},
    {EVERY, "LDAP0", "/port 389"},
    {EVERY, "NTP0", "/addr 10.0.0.123 /interval 1440 /tz CET-1CEST-2,M3.5.0/2,M10.5.0/3"},
    {EVERY, "LOG0", "/type syslog /addr 10.0.0.14 /level 3"},
    {EVERY, "FAULT0", "/alarm on /events on"},
    {EVERY, "RADIUS0", "/timeout 5 /retries 2"},
    {EVERY, "QOS0", "/sig 26 /media 46"},
    {EVERY, "FLASHDIR0", "/max 512"},
    {PHONE, "PHONE USER0", "/e164 $ /h323 ext$ /lang eng /clock 24"},
    {PHONE, "PHONE AUDIO", "/handset 8 /headset 8 /speaker 10"},
    {PHONE, "PHONE RING", "/volume 9 /tune 3 /intern 2"},
    {PHONE, "PHONE DISPLAY", "/contrast 6 /backlight 30 /logo default"},
    {PHONE, "PHONE TONE", "/scheme europe /key-click off"},
    {PHONE, "PHONE DIR", "/ldap ldap.example /base dc=example /min 3"},
    {PHONE, "PHONE LOCK", "/emergency 112,110 /auto off"},
    {PHONE, "PHONE FWD", "/cfu off /cfb off /cfnr off /after 20"},
    {PHONE, "PHONE VMAIL", "/number 800 /mwi on"},
    {PHONE, "PHONE PICKUP", "/group $ /beep on"},
    {PHONE, "PHONE FKEY 1", "/type dial /number 100 /label Operator"},
    {PHONE, "PHONE FKEY 2", "/type pickup /label Pickup"},
    {PHONE, "PHONE FKEY 3", "/type park /number 701 /label Park"},
    {PHONE, "PHONE FKEY 4", "/type forward /label Forward"},
    {PHONE, "PHONE FKEY 5", "/type dial /number 110 /label Security"},
    {PHONE, "PHONE FKEY 6", "/type dnd /label Quiet"},
    {PHONE, "RTP0", "/first 16384 /last 16447 /jitter 60"},
    {PHONE, "SIP0", "/expires 120 /transport tls"},
    {GATEWAY, "GW0", "/name #h /country 49 /area 30 /local $"},
    {GATEWAY, "GW1", "/route any /codec G711A,20,"},
    {GATEWAY, "GW2", "/route trunk /codec G711A,20,"},
    {GATEWAY, "TEL1", "/mode nt /clock master /dtmf rfc2833"},
    {GATEWAY, "TEL2", "/mode te /clock slave /dtmf rfc2833"},
    {GATEWAY, "TEL3", "/mode nt /off"},
    {GATEWAY, "TEL4", "/mode te /off"},
    {GATEWAY, "RELAY0", "/cdr on /log 10.0.0.14 /routes 12"},
    {GATEWAY, "RELAY0 R1", "/from TEL1 /to GW1 /prefix 0"},
    {GATEWAY, "RELAY0 R2", "/from TEL2 /to GW1 /prefix 0"},
    {GATEWAY, "RELAY0 R3", "/from GW1 /to TEL1 /prefix 00"},
    {GATEWAY, "RELAY0 R4", "/from GW1 /to TEL2 /prefix 000"},
    {GATEWAY, "FAX0", "/t38 on /ecm on /rate 14400"},
    {GATEWAY, "ECHO0", "/tail 64 /nlp on"},
    {GATEWAY, "DSP0", "/channels 8"},
    {GATEWAY, "CDR0", "/addr 10.0.0.14 /format xml"},
    {GATEWAY, "GK0", "/id branch$ /expires 120"},
    {GATEWAY, "RTP0", "/first 16384 /last 16767 /jitter 80"},
    {GATEWAY, "SIP0", "/expires 120 /transport udp"},
};
#define ROWS (sizeof rows / sizeof *rows)
_Static_assert(ROWS <= 64, "device.furnished has a bit for each");

/* What an administrator changes: each time the next value. */
#define EDIT_VALUES 4
static const struct edit {
	enum who who;
	const char *name, *values[EDIT_VALUES];
} edits[] = {
    {EVERY, "LOG0 /level", {"3", "5", "7", "4"}},
    {EVERY, "NTP0 /interval", {"1440", "60", "240", "720"}},
    {EVERY, "SNMP0 /community", {"public", "monitoring", "inventory", "branch"}},
    {PHONE, "PHONE USER0 /lang", {"eng", "ger", "fra", "ita"}},
    {PHONE, "PHONE RING /tune", {"3", "5", "1", "8"}},
    {PHONE, "PHONE RING /volume", {"9", "6", "12", "4"}},
    {PHONE, "PHONE FKEY 5 /label", {"Security", "Doctor", "Canteen", "Taxi"}},
    {PHONE, "PHONE FWD /after", {"20", "15", "30", "10"}},
    {GATEWAY, "RTP0 /jitter", {"80", "60", "100", "40"}},
    {GATEWAY, "RELAY0 R1 /prefix", {"0", "9", "10", "8"}},
    {GATEWAY, "ECHO0 /tail", {"64", "128", "32", "16"}},
};
#define EDITS (sizeof edits / sizeof *edits)

static bool has(const struct device *d, enum who who)
{
	return who == EVERY || (who == PHONE) == device_is_phone(d);
}

static bool is_furnished(const struct device *d, size_t row)
{
	return d->furnished >> row & 1;
}

/* The length of "MODULE" in the name of a setting, "MODULE /option". */
static size_t module_length(const char *name)
{
	const char *slash = strstr(name, " /");
	return slash ? (size_t)(slash - name) : strlen(name);
}

/* The row of a module of this device, ROWS when it has none. */
static size_t row_of(const struct device *d, const char *module, size_t n)
{
	size_t i = 0;
	while (i < ROWS && (strlen(rows[i].module) != n || memcmp(rows[i].module, module, n) != 0 ||
			       !has(d, rows[i].who)))
		i++;
	return i;
}

/* The options of a row, of this device. */
static void add_options(const struct device *d, const struct row *row, struct buf *out)
{
	struct buf marked = {0};
	for (const char *c = row->options; *c; c++) {
		if (*c == '$')
			buf_addf(&marked, "%u", device_extension(d));
		else
			buf_addc(&marked, *c);
	}
	device_expand(d, buf_text(&marked), out);
	buf_free(&marked);
}

/* One option and its value: the words [i, end). */
static void furnish_option(
    struct device *d, const struct row *row, const struct words *w, size_t i, size_t end)
{
	struct buf name = {0}, value = {0};
	buf_addf(&name, "%s %s", row->module, w->word[i]);
	words_join(w, i + 1, end, &value);
	pairs_set(&d->config, buf_text(&name), buf_text(&value));
	buf_free(&name);
	buf_free(&value);
}

/* Before something of a module changes: what was set up there is the device's own from now on. */
static void furnish(struct device *d, const char *module, size_t n)
{
	size_t row = row_of(d, module, n);
	struct buf options = {0};
	struct words w;
	if (row == ROWS || is_furnished(d, row))
		return;
	uint64_t before = pairs_sum(&d->config);
	add_options(d, &rows[row], &options);
	words_split(options.data, &w);
	for (size_t i = 0, end; i < w.count; i = end) {
		end = words_option(&w, i + 1);
		furnish_option(d, &rows[row], &w, i, end);
	}
	d->furnished |= (uint64_t)1 << row;
	d->factory += pairs_sum(&d->config) - before;
	buf_free(&options);
}

bool config_set(struct device *d, const char *name, const char *value)
{
	furnish(d, name, module_length(name));
	return pairs_set(&d->config, name, value);
}

void config_remove(struct device *d, const char *name)
{
	furnish(d, name, module_length(name));
	pairs_del(&d->config, name);
}

void config_clear(struct device *d, const char *module)
{
	struct buf start = {0};
	furnish(d, module, strlen(module));
	buf_addf(&start, "%s /", module);
	pairs_del_below(&d->config, buf_text(&start));
	buf_free(&start);
}

/* The value after the one that is set; the first when somebody has set another or none. */
static const char *next_value(const struct device *d, const struct edit *e)
{
	const char *now = pairs_get(&d->config, e->name);
	size_t i = 0;
	while (now && i < EDIT_VALUES && strcmp(now, e->values[i]) != 0)
		i++;
	return e->values[now && i < EDIT_VALUES ? (i + 1) % EDIT_VALUES : 0];
}

void config_edit(struct device *d)
{
	size_t i = device_dice(d, d->edits++) % EDITS;
	while (!has(d, edits[i].who))
		i = (i + 1) % EDITS;
	furnish(d, edits[i].name, module_length(edits[i].name));
	pairs_set(&d->config, edits[i].name, next_value(d, &edits[i]));
}

static bool same_module(const char *a, const char *b)
{
	size_t n = module_length(a);
	return n == module_length(b) && !strncmp(a, b, n);
}

static bool is_first_of_module(const struct pairs *p, unsigned i)
{
	unsigned before = 0;
	while (!same_module(pairs_name(p, before), pairs_name(p, i)))
		before++;
	return before == i;
}

/* All options of the module that entry `i` belongs to and is the first of, on one line. */
static void add_module(const struct pairs *p, unsigned i, struct buf *out)
{
	const char *name = pairs_name(p, i);
	size_t n = module_length(name);

	buf_addf(out, "config change %.*s", (int)n, name);
	for (; i < p->count; i++) {
		if (!same_module(name, pairs_name(p, i)))
			continue;
		buf_adds(out, pairs_name(p, i) + n);
		if (*pairs_value(p, i))
			buf_addf(out, " %s", pairs_value(p, i));
	}
	buf_adds(out, "\r\n");
}

/* The modules that came with scripts. */
static void add_others(const struct device *d, struct buf *out)
{
	for (unsigned i = 0; i < d->config.count; i++) {
		const char *name = pairs_name(&d->config, i);
		if (is_first_of_module(&d->config, i) &&
		    row_of(d, name, module_length(name)) == ROWS)
			add_module(&d->config, i, out);
	}
}

static void add_row(const struct device *d, size_t row, struct buf *out)
{
	unsigned i = 0;
	if (!is_furnished(d, row)) {
		buf_addf(out, "config change %s ", rows[row].module);
		add_options(d, &rows[row], out);
		buf_adds(out, "\r\n");
		return;
	}
	while (i < d->config.count && row_of(d, pairs_name(&d->config, i),
					  module_length(pairs_name(&d->config, i))) != row)
		i++;
	if (i < d->config.count)
		add_module(&d->config, i, out);
}

/* A neighbour: who else is in the phone book. */
static struct device neighbour(const struct device *d, unsigned i)
{
	return (struct device){.number = d->number / 8 * 8 + i, .type = "IP232"};
}

/* What users have: a phone book, which stays, and a list of calls, which does not. */
static void add_directory(const struct device *d, struct buf *out)
{
	static const char *const kinds[] = {"in", "out", "missed"};
	for (unsigned i = 0; i < 6; i++) {
		struct device other = neighbour(d, i);
		buf_addf(out, "mod cmd FLASHDIR0 add-item 101 (cn=");
		device_label(&other, out);
		buf_addf(out, ")(e164=%u)\r\n", device_extension(&other));
	}
	for (uint32_t call = d->polls / 2; call > 0 && call + 5 > d->polls / 2; call--) {
		struct device other = neighbour(d, (unsigned)(device_dice(d, call) % 8));
		buf_addf(out, "mod cmd FLASHDIR0 add-item 102 (cn=");
		device_label(&other, out);
		buf_addf(out, ")(e164=%u)(type=%s)(info=%u)\r\n", device_extension(&other),
		    kinds[call % 3], call);
	}
}

static void add_tickets(const struct device *d, struct buf *out)
{
	for (uint64_t i = 0; i < 2; i++)
		buf_addf(out, "vars create TLS0/TICKET/%05u pb %016llx\r\n", (unsigned)i,
		    (unsigned long long)device_dice(d, ((uint64_t)d->polls << 8) + i));
}

void config_print(const struct device *d, struct buf *out)
{
	buf_adds(out, "# config\r\n");
	add_others(d, out);
	for (size_t i = 0; i < ROWS; i++)
		if (has(d, rows[i].who))
			add_row(d, i, out);
	for (unsigned i = 0; i < d->vars.count; i++)
		buf_addf(out, "vars create %s %s\r\n", pairs_name(&d->vars, i),
		    pairs_value(&d->vars, i));
	add_tickets(d, out);
	if (device_is_phone(d))
		add_directory(d, out);
}
