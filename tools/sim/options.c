/* SPDX-License-Identifier: ISC */
/*
 * The table of options, and what no table can check; see options.h. Only looks at whether files are
 * there and stderr is a terminal.
 */
#include "tools/sim/options.h"

#include "base/limits.h"
#include "base/text.h"
#include "tools/sim/device.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#define TYPES "IP232,IP112,IP222,IP110,IP6010,IP811,IP29-4,mypbxa"
#define LIST_MAX 1024

#define AT(field) offsetof(struct options, field)
static const struct opt rows[] = {
    {"url", OPT_TEXT, AT(url), "URL", .help = "the first command file URL of every device"},
    {"devices", OPT_NUMBER, AT(devices), "N", .min = 1, .max = 1e6, .normal = "25",
	.help = "how many"},
    {"first", OPT_NUMBER, AT(first), "N", .max = DEVICE_NUMBERS - 1, .normal = "0",
	.help = "number of the first device"},
    {"types", OPT_LIST, AT(types), "LIST", .max = LIST_MAX, .between = ',', .normal = TYPES,
	.help = "models, devices take them in turn"},
    {"env", OPT_LIST, AT(envs), "LIST", .max = LIST_MAX, .between = ';',
	.help = "appended to the URL as env=LIST; several LIST;LIST are taken in turn"},
    {"config-change", OPT_FRACTION, AT(config_change), "F", .max = 1, .normal = "0.05",
	.help = "fraction of polls before which an administrator changes something"},
    {"logs", OPT_NUMBER, AT(logs), "N", .max = 1000, .normal = "0",
	.help = "entries that a device logs from one poll to the next, to /ap/log.fcgi"},
    {"alarms", OPT_FLAG, AT(alarms),
	.help = "devices raise alarms now and then and clear them, at /ap/alarm.fcgi"},
    {"parallel", OPT_NUMBER, AT(parallel), "N", .min = 1, .max = 10000, .normal = "64",
	.help = "transfers at once"},
    {"speed", OPT_FRACTION, AT(speed), "F", .min = 0.001, .max = 1e6, .normal = "1",
	.help = "the time of devices runs F times faster"},
    {"spread", OPT_FRACTION, AT(spread), "SECONDS", .max = 1e6, .normal = "0",
	.help = "first polls are spread over this"},
    {"polls", OPT_NUMBER, AT(polls), "N", .min = 1, .max = 1e9,
	.help = "a device stops after N polls"},
    {"duration", OPT_FRACTION, AT(duration), "SECONDS", .min = 0.001, .max = 1e9,
	.help = "end after this"},
    {"until-settled", OPT_FLAG, AT(until_settled), .help = "end when all are settled"},
    {"mtls", OPT_TEXT, AT(mtls), "DIR",
	.help = "certificates that devices begin with, HWID.pem or device.pem"},
    {"keep", OPT_FLAG, AT(keep), .help = "certificates that devices get are written there, too"},
    {"client-cert", OPT_TEXT, AT(client_cert), "FILE",
	.help = "all devices show this certificate, whatever they have"},
    {"client-key", OPT_TEXT, AT(client_key), "FILE", .help = "its key",
	.otherwise = "in the same file"},
    {"cacert", OPT_TEXT, AT(cacert), "FILE", .help = "who may have signed the server's certificate",
	.otherwise = "what the system trusts"},
    {"insecure", OPT_FLAG, AT(insecure), .help = "do not check the server's certificate"},
    {"resolve", OPT_LIST, AT(resolve), "HOST:PORT:ADDR", .max = LIST_MAX,
	.help = "where HOST is, repeatable"},
    {"source", OPT_LIST, AT(sources), "LIST", .max = LIST_MAX, .between = ',',
	.help = "addresses that devices call from, they take them in turn",
	.otherwise = "what the system chooses"},
    {"clock-hour", OPT_NUMBER, AT(clock_hour), "N", .max = 23,
	.help = "what devices think the hour is", .otherwise = "the local one"},
    {"trace", OPT_TEXT, AT(trace), "SN", .help = "everything that device does, on stderr"},
    {"record", OPT_TEXT, AT(record), "FILE", .help = "every reply to a poll is appended to it"},
    {"progress", OPT_FLAG, AT(progress), .help = "a line each second, on stderr"},
    {"json", OPT_FLAG, AT(json), .help = "the summary as JSON"},
    {"quiet", OPT_FLAG, AT(quiet), .help = "no summary, no progress"},
    {"help", OPT_FLAG, AT(help), .help = "print this"},
    {"version", OPT_FLAG, AT(version), .help = "print the version"},
};
#define ROWS (sizeof rows / sizeof *rows)
_Static_assert(ROWS <= OPT_ROWS, "struct opt_line has a mark for each");

const struct opt_table options_table = {rows, ROWS, 0};

static bool check_types(const struct options *o, struct err *e)
{
	for (size_t i = 0; i < o->types.count; i++)
		if (!text_is_word(o->types.items[i], "-_.") ||
		    strlen(o->types.items[i]) > LIMIT_TYPE)
			return err_set(e,
			    "--types: \"%s\" is no model; letters, digits, - _ . are allowed, "
			    "at most %d of them",
			    o->types.items[i], LIMIT_TYPE);
	return true;
}

static bool check_resolve(const struct options *o, struct err *e)
{
	for (size_t i = 0; i < o->resolve.count; i++) {
		const char *host = o->resolve.items[i], *port = strchr(host, ':');
		size_t digits = port ? strspn(port + 1, "0123456789") : 0;
		if (!port || port == host || digits == 0 || port[1 + digits] != ':' ||
		    !port[2 + digits])
			return err_set(e, "--resolve %s: must be HOST:PORT:ADDR, like %s", host,
			    "update.example:443:127.0.0.1");
	}
	return true;
}

static bool check_sources(const struct options *o, struct err *e)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	for (size_t i = 0; i < o->sources.count; i++) {
		const char *address = o->sources.items[i];
		if (inet_pton(AF_INET, address, bytes) != 1 &&
		    inet_pton(AF_INET6, address, bytes) != 1)
			return err_set(
			    e, "--source: \"%s\" is no address, like 127.0.0.2", address);
	}
	return true;
}

static bool check_files(const struct options *o, struct err *e)
{
	if (o->mtls && access(o->mtls, R_OK | X_OK) != 0)
		return err_sys(
		    e, "--mtls %s: must be a folder with HWID.pem or device.pem", o->mtls);
	if (o->keep && !o->mtls)
		return err_set(e, "--keep needs --mtls DIR, the folder where to keep");
	if (o->client_key && !o->client_cert)
		return err_set(e, "--client-key is the key of --client-cert, which is missing");
	if (o->cacert && access(o->cacert, R_OK) != 0)
		return err_sys(e, "--cacert %s: must be a file", o->cacert);
	return true;
}

static bool check_trace(struct options *o, struct err *e)
{
	if (!o->trace)
		return true;
	if (!device_number(o->trace, &o->traced))
		return err_set(
		    e, "--trace %s: must be a serial number like 00-90-33-00-00-07", o->trace);
	if (o->traced < o->first || o->traced >= o->first + o->devices)
		return err_set(
		    e, "--trace %s: no device of this fleet; see --first and --devices", o->trace);
	return true;
}

static bool check(struct options *o, struct err *e)
{
	if (!o->url)
		return err_set(e, "--url is missing: --url http://HOST/update/update.php");
	if (!text_starts(o->url, "http://") && !text_starts(o->url, "https://"))
		return err_set(e, "--url %s: must start with http:// or https://", o->url);
	if (o->first + o->devices > DEVICE_NUMBERS)
		return err_set(e, "--first %ld --devices %ld: numbers must stay below %d", o->first,
		    o->devices, DEVICE_NUMBERS);
	return check_types(o, e) && check_resolve(o, e) && check_sources(o, e) &&
	       check_files(o, e) && check_trace(o, e);
}

bool options_parse(struct options *o, int argc, char **argv, struct err *e)
{
	struct opt_line line;
	*o = (struct options){.clock_hour = -1};
	if (!opt_parse(&options_table, argc, argv, o, &line, e))
		return false;
	if (isatty(STDERR_FILENO) && !o->quiet)
		o->progress = true;
	return o->help || o->version || check(o, e);
}

void options_free(struct options *o)
{
	opt_free(&options_table, o);
}
