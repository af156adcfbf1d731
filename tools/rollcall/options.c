/* SPDX-License-Identifier: ISC */
/* The table of the options of `rollcall`, from which they are read, refused and explained. */
#include "tools/rollcall/cli.h"

#include "base/limits.h"
#include "home/base_path.h"

#define HOMES                                                                                \
	(CMD_SERVE | SHOWS | CMD_DIFF | CMD_COPY | CMD_REPAIR | CMD_CSR_EXPORT | CMD_SETUP | \
	    CMD_BACKUP | CMD_RESTORE | CMD_STATS)
#define ANY (HOMES | CMD_HELP)
#define WEBS (CMD_SERVE | CMD_SETUP)
#define SHOWS                                                                                      \
	(CMD_STATUS | CMD_CHECK | CMD_CONFIG | CMD_PLAN | CMD_DEVICES | CMD_DEVICE | CMD_ANSWERS | \
	    CMD_BACKUPS | CMD_IMPORT | CMD_AUDIT | CMD_CERTS | CMD_CA | CMD_PASSWD | CMD_ALARMS |  \
	    CMD_LOGS | CMD_TRACE | (CMD_CSR & ~CMD_CSR_EXPORT))

#define AT(field) offsetof(struct options, field)
static const struct opt rows[] = {
    {"home", OPT_TEXT, AT(home), "DIR", .commands = HOMES, .help = "the home directory",
	.otherwise = "$ROLLCALL_HOME, else /var/lib/rollcall"},
    {"json", OPT_FLAG, AT(json), .commands = SHOWS, .help = "print JSON"},
    {"http", OPT_TEXT, AT(http), "ADDR:PORT", .commands = WEBS,
	.help = "where HTTP is served; port 0: a free one"},
    {"https", OPT_TEXT, AT(https), "ADDR:PORT", .commands = WEBS, .help = "where HTTPS is served"},
    {"mtls", OPT_TEXT, AT(mtls), "ADDR:PORT", .commands = WEBS,
	.help = "where HTTPS is served to clients with a certificate"},
    {"pki", OPT_TEXT, AT(pki), "DIR",
	.commands = WEBS | CMD_CHECK | CMD_PLAN | CMD_CERTS | CMD_CA_INIT | CMD_BACKUP,
	.help = "the folder of server.pem and client-ca.pem", .otherwise = "HOME/pki"},
    {"workers", OPT_NUMBER, AT(workers), "N", .min = 1, .max = LIMIT_WORKERS, .commands = WEBS,
	.help = "processes that answer devices", .otherwise = "four per core, at least 8"},
    {"base", OPT_LIST, AT(base), "PATH", .max = LIMIT_BASES, .commands = WEBS,
	.help = "path that URLs begin with, repeatable", .normal = BASE_PATH},
    {"watchdog", OPT_NUMBER, AT(watchdog), "SECONDS", .min = 1, .max = LIMIT_WATCHDOG,
	.commands = WEBS, .help = "a worker that is longer at one request is replaced",
	.normal = OPT_STRING(LIMIT_REQUEST_SECONDS)},
    {"lighttpd", OPT_TEXT, AT(lighttpd), "FILE", .commands = WEBS, .help = "the lighttpd to run",
	.otherwise = "the one in $PATH"},
    {"access-log", OPT_FLAG, AT(access_log), .commands = WEBS,
	.help = "log every request to HOME/log/lighttpd-access.log"},
    {"force-https", OPT_FLAG, AT(force_https), .commands = WEBS,
	.help = "send browsers that come over HTTP to HTTPS; devices never"},
    {"connections", OPT_NUMBER, AT(connections), "N", .min = 64, .max = LIMIT_CONNECTIONS,
	.commands = WEBS, .help = "connections at a time; descriptors are four times that",
	.normal = OPT_STRING(LIMIT_CONNECTIONS_NORMAL)},
    {"public", OPT_LIST, AT(public), "PATH", .max = LIMIT_PUBLIC_PATHS, .commands = WEBS,
	.help = "path that needs no password, repeatable: /x with its files, /x/ with all below it",
	.otherwise = "each base path, and /ap/"},
    {"webdav-public", OPT_LIST, AT(webdav_public), "PATH", .max = LIMIT_PUBLIC_PATHS,
	.commands = WEBS, .help = "the same below /webdav, to be read by everybody"},
    {"webdav-writable", OPT_LIST, AT(webdav_writable), "PATH", .max = LIMIT_PUBLIC_PATHS,
	.commands = WEBS, .help = "the same, to be read and written by everybody"},
    {"auth", OPT_TEXT, AT(auth), "WORD", .commands = WEBS,
	.help = "how passwords are asked for: digest, basic", .normal = "digest"},
    {"trust-proxy", OPT_LIST, AT(trust_proxy), "ADDR", .max = LIMIT_TRUSTED_PROXIES,
	.commands = WEBS,
	.help = "a proxy (address or network) that says who asks in X-Forwarded-For, repeatable"},
    {"unset", OPT_LIST, AT(unset), "NAME", .max = OPT_ROWS, .commands = CMD_SETUP,
	.help = "a setting that is to be as without server.conf, repeatable"},
    {"web-user", OPT_TEXT, AT(web_user), "NAME", .commands = CMD_SETUP,
	.help = "who may see what is not public; the password is asked for, or read from stdin"},
    {"webdav-user", OPT_TEXT, AT(webdav_user), "NAME", .commands = CMD_SETUP,
	.help = "who may read and write everything in /webdav/, likewise"},
    {"url", OPT_TEXT, AT(url), "URL", .commands = CMD_PLAN, .help = "what a device would ask"},
    {"at", OPT_TEXT, AT(at), "TIME", .commands = CMD_PLAN,
	.help = "as if it were then: 2026-03-01T12:00:00Z, or seconds since 1970",
	.otherwise = "now"},
    {"peer", OPT_TEXT, AT(peer), "ADDR", .commands = CMD_PLAN, .help = "the address it comes from",
	.normal = "127.0.0.1"},
    {"cert", OPT_TEXT, AT(cert), "FILE", .commands = CMD_PLAN,
	.help = "as if it had shown this certificate"},
    {"from", OPT_TEXT, AT(from), "DIR", .commands = CMD_IMPORT | CMD_REPAIR,
	.help = "the folder of the PHP update server, with its update.php; a copy of the store"},
    {"start-over", OPT_FLAG, AT(start_over), .commands = CMD_REPAIR,
	.help = "put the store aside; the server begins with an empty one"},
    {"sort", OPT_TEXT, AT(sort), "FIELD", .commands = CMD_DEVICES,
	.help = "a column of the table, or another field", .normal = "sn"},
    {"reverse", OPT_FLAG, AT(reverse), .commands = CMD_DEVICES, .help = "sort the other way round"},
    {"csv", OPT_FLAG, AT(csv), .commands = CMD_DEVICES | CMD_ALARMS | CMD_LOGS,
	.help = "print CSV, with all fields"},
    {"show", OPT_FLAG, AT(show), .commands = CMD_DEVICES,
	.help = "with --csv, --json: the values of queries/query/show, too"},
    {"xml", OPT_FLAG, AT(xml), .commands = CMD_DEVICE, .help = "print the state document"},
    {"forget", OPT_FLAG, AT(forget), .commands = CMD_DEVICE,
	.help = "remove all that is known of it; the files of its backups stay"},
    {"touch", OPT_FLAG, AT(touch), .commands = CMD_DEVICE,
	.help = "count it as seen now: not missing, not forgotten yet"},
    {"der", OPT_FLAG, AT(der), .commands = CMD_CSR_EXPORT, .help = "print DER instead of PEM"},
    {"digest", OPT_TEXT, AT(digest), "HEX", .commands = CMD_CSR_APPROVE,
	.help = "only the request that has this digest; its beginning will do"},
    {"why", OPT_TEXT, AT(why), "TEXT", .commands = CMD_CSR_APPROVE | CMD_CA_REVOKE,
	.help = "a sentence for the audit"},
    {"name", OPT_TEXT, AT(name), "NAME", .commands = CMD_CA_INIT,
	.help = "the common name of the CA"},
    {"algorithm", OPT_TEXT, AT(algorithm), "WORD", .commands = CMD_CA_INIT,
	.help = "its key: P-256, P-384, RSA-2048, RSA-3072, RSA-4096",
	.otherwise = "customcerts/@CAalgorithm"},
    {"replace", OPT_FLAG, AT(replace), .commands = CMD_CA_INIT,
	.help = "a new CA beside the one that is there, which stays trusted"},
    {"without", OPT_TEXT, AT(without), "NAME", .commands = CMD_CERTS,
	.help = "only: may this CA be dropped?"},
    {"enforced", OPT_FLAG, AT(enforced), .commands = CMD_CERTS,
	.help = "only: may forcetrust be set?"},
    {"role", OPT_TEXT, AT(role), "ROLE", .commands = CMD_PASSWD,
	.help = "what the user may do: viewer, operator, administrator",
	.otherwise = "viewer, of a new account"},
    {"drop", OPT_FLAG, AT(drop), .commands = CMD_PASSWD | CMD_SETUP,
	.help = "remove the account, or with setup that user"},
    {"hash", OPT_FLAG, AT(hash), .commands = CMD_PASSWD,
	.help = "print what belongs into master/@password-hash; no home is needed"},
    {"most", OPT_NUMBER, AT(most), "N", .min = 1, .max = LIMIT_AUDIT,
	.commands = CMD_AUDIT | CMD_LOGS, .help = "how many entries are printed", .normal = "50"},
    {"all", OPT_FLAG, AT(all), .commands = CMD_ALARMS,
	.help = "also those that are over, and events"},
    {"ack", OPT_FLAG, AT(ack), .commands = CMD_ALARMS, .help = "mark them as noted"},
    {"note", OPT_TEXT, AT(note), "TEXT", .commands = CMD_ALARMS,
	.help = "with --ack: a sentence for others"},
    {"follow", OPT_FLAG, AT(follow), .commands = CMD_LOGS, .letter = 'f',
	.help = "and what comes from now on"},
    {"alarms", OPT_FLAG, AT(alarms), .commands = CMD_LOGS,
	.help = "what devices reported as alarms"},
    {"since", OPT_TEXT, AT(since), "TIME", .commands = CMD_LOGS,
	.help = "from then on: 2026-03-01, 2026-03-01T12:00:00Z, or 90s, 15m, 2h, 7d ago"},
    {"until", OPT_TEXT, AT(until), "TIME", .commands = CMD_LOGS, .help = "before then, likewise"},
    {"keys", OPT_FLAG, AT(keys), .commands = CMD_BACKUP, .help = "private keys, too"},
    {"passwords", OPT_FLAG, AT(passwords), .commands = CMD_BACKUP,
	.help = "files with passwords of the web server, too"},
    {"logs", OPT_FLAG, AT(logs), .commands = CMD_BACKUP, .help = "log files, too"},
    {"check", OPT_FLAG, AT(check), .commands = CMD_RESTORE | CMD_SETUP,
	.help = "only look at it; with setup, only say what would change"},
    {"month", OPT_TEXT, AT(month), "YYYY-MM", .commands = CMD_STATS, .help = "which one",
	.otherwise = "this month"},
    {"devices", OPT_FLAG, AT(devices), .commands = CMD_STATS, .help = "of each device by days"},
    {"comma", OPT_FLAG, AT(comma), .commands = CMD_STATS, .help = "commas between values",
	.otherwise = "statistics/@separator"},
    {"minutes", OPT_NUMBER, AT(minutes), "N", .min = 1, .max = 10080, .commands = CMD_TRACE,
	.help = "for so long", .normal = "60"},
    {"off", OPT_FLAG, AT(off), .commands = CMD_TRACE, .help = "no longer"},
    {"help", OPT_FLAG, AT(help), .commands = ANY, .help = "explain the command"},
    {"version", OPT_FLAG, AT(version), .commands = ANY, .help = "print the version"},
};
#define ROWS (sizeof rows / sizeof *rows)
_Static_assert(ROWS <= OPT_ROWS, "struct opt_line has a mark for each");

const struct opt_table options_table = {rows, ROWS, OPT_WORDS};

bool options_parse(struct options *o, int argc, char **argv, struct err *e)
{
	*o = (struct options){0};
	return opt_parse(&options_table, argc, argv, o, &o->line, e);
}

void options_copy(struct options *to, const struct options *from)
{
	*to = *from;
	to->texts = (struct arena){0};
	opt_copy(&options_table, to);
}

void options_free(struct options *o)
{
	opt_free(&options_table, o);
	arena_free(&o->texts);
}
