/* SPDX-License-Identifier: ISC */
/*
 * Every element and every setting of the configuration, in tables (spec §3).
 *
 * From these rows come the fields of struct config, the reader, the checks with their messages,
 * what `rollcall config` prints, and the test that the manual page, the schema and the DTD know the
 * same elements and attributes. Defaults stand in conf/default-config.xml and nowhere else.
 *
 * CONF_ELEMENTS: E(path, most)
 *   path   below <config>, "" for <config> itself
 *   most   how often it may stand in its parent, in one file
 * CONF_SETTINGS: S(element, attribute, field, type, min, max, unit, help)
 *   what stands once; `field` is its place in struct config
 *   unit   for people: "s", "min", "days", "files", ""
 * CONF_ITEMS: I(element, attribute, type, min, max, need, help)
 *   what belongs to elements that repeat; attribute "" is the text of the element
 *   need   KEY: must be there, and differ, in every file; MUST: must be there after the merge and
 *          not be empty; MAY: may be left out
 *
 * The types; `max` is the longest in bytes, and with `min` 1 the value may not be empty; of a NUMBER
 * they are the range. Blanks at the ends of a value do not count (but those of a RAW do).
 *   TEXT     anything without control characters
 *   RAW      the same, as it stands
 *   WORD     becomes a part of a word in a command: printable ASCII without blanks
 *   MASTER   an http(s) URL, or the word in CONF_WORDS, or empty
 *   NUMBER   digits; empty is absent is CONF_ABSENT
 *   BOOL     true or false, case aside; empty is false
 *   BUILD    digits, or one of the words in CONF_WORDS
 *   CHOICE   one of the words in CONF_WORDS
 *   HOURS    "22,23,0", blanks aside
 *   PATTERN  see urlmod.h
 *   NAME     becomes a part of a snippet's file name
 *   PHASE    a NAME that also no word of the server's own may be
 *   ELEMENT  becomes the name of an XML element
 *   MODEL    a device type
 *   XPATH    an expression
 *   ADDRESS  IPv4 or IPv6, alone or with /BITS
 *   NETMASK  an IPv4 mask: 255.255.0.0
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "base/limits.h"

#define CONF_YEAR 31622400 /* seconds; no interval needs to be longer than ten of these */

/* clang-format off */
#define CONF_ELEMENTS(E) \
	E("", 1) \
	E("master", 1) \
	E("master/applies", 64) \
	E("fwstorage", 1) \
	E("backup", 1) \
	E("status", 1) \
	E("times", 1) \
	E("phases", 1) \
	E("phases/phase", LIMIT_PHASES) \
	E("environments", 1) \
	E("environments/environment", LIMIT_ENVIRONMENTS) \
	E("environments/environment/implies", LIMIT_ENVS) \
	E("classes", 1) \
	E("classes/class", LIMIT_CLASSES) \
	E("classes/class/model", LIMIT_MODELS) \
	E("nobootdev", 1) \
	E("nobootdev/model", LIMIT_MODELS) \
	E("nofirmdev", 1) \
	E("nofirmdev/model", LIMIT_MODELS) \
	E("filenames", 1) \
	E("filenames/model", LIMIT_MODELS) \
	E("stdargs", 1) \
	E("stdargs/stdarg", LIMIT_ARGS) \
	E("customcerts", 1) \
	E("customcerts/auto-sign-off", 64) \
	E("queries", 1) \
	E("queries/query", LIMIT_QUERIES) \
	E("queries/query/cmd", 1) \
	E("queries/query/applies", 64) \
	E("queries/query/show", 64) \
	E("proxies", 1) \
	E("proxies/proxy", LIMIT_PROXIES) \
	E("logs", 1) \
	E("alarms", 1) \
	E("alarms/forward", LIMIT_FORWARDS) \
	E("statistics", 1) \
	E("metrics", 1) \
	E("commands", 1)

#define CONF_SETTINGS(S) \
	S("", debugmerge, debugmerge, BOOL, 0, 1, "", "write the merged configuration to a debug log") \
	S("", debugcerts, debugcerts, BOOL, 0, 1, "", "write the TLS variables of each request to a debug log") \
	S("", debugscript, debugscript, BOOL, 0, 1, "", "write whole replies to a debug log") \
	S("", loglevel, loglevel, CHOICE, 0, 16, "", "what is logged: warn (only what is wrong), info, or debug (also each poll and upload of a device)") \
	S("master", info, master_info, MASTER, 0, LIMIT_SETTING, "", "URL of the master device's box_info.xml; empty: no firmware at all; none: ask no device") \
	S("master", expire, master_expire, NUMBER, 1, CONF_YEAR, "s", "how long the master device's answer is good") \
	S("master", cache, master_cache, TEXT, 0, LIMIT_SETTING, "", "file that keeps the master device's answer") \
	S("master", user, master_user, TEXT, 0, LIMIT_SETTING, "", "user name for the administrator's pages") \
	S("master", password, master_password, TEXT, 0, LIMIT_SETTING, "", "password for the administrator's pages") \
	S("master", password-hash, master_password_hash, TEXT, 0, 256, "", "the same password hashed, as rollcall passwd --hash prints it; it counts in place of password") \
	S("master", idle, master_idle, NUMBER, 1, 1440, "min", "a session of the administrator's pages ends after so long without use") \
	S("master", firmware, master_firmware, BUILD, 0, 9, "", "wanted firmware: a build number, none, or master") \
	S("master", bootcode, master_bootcode, BUILD, 0, 9, "", "wanted boot code: a build number, none, master, or firmware") \
	S("fwstorage", url, fwstorage_url, WORD, 1, LIMIT_SETTING, "", "where devices load firmware; {build} {model} {filetype} {filename} are replaced") \
	S("backup", dir, backup_dir, TEXT, 0, LIMIT_SETTING, "", "folder for configuration backups; empty: no backups") \
	S("backup", nbackups, backup_nbackups, NUMBER, 1, 100000, "files", "how many different backups of a device are kept") \
	S("backup", scfg, backup_scfg, TEXT, 1, LIMIT_SETTING, "", "URL that devices send their configuration to") \
	S("backup", minage, backup_minage, NUMBER, 0, 36500, "days", "no backup younger than this is removed") \
	S("status", dir, status_dir, TEXT, 0, LIMIT_SETTING, "", "state of devices is kept when this is not empty") \
	S("status", missing, status_missing, NUMBER, 1, 10L * CONF_YEAR, "s", "a device not seen for so long is missing") \
	S("status", refresh, status_refresh, NUMBER, 0, CONF_YEAR, "s", "how often the device list is refreshed; 0: not by itself") \
	S("status", expire, status_expire, NUMBER, 1, 10L * CONF_YEAR, "s", "a device not seen for so long is forgotten") \
	S("status", logkeep, status_logkeep, NUMBER, 0, CONF_YEAR, "s", "how long messages of a device are kept") \
	S("status", mapsize, status_mapsize, NUMBER, 1, 1 << 20, "MB", "how large the store may become before it is enlarged (address space, not disk)") \
	S("status", usehttpsdevlinks, status_usehttpsdevlinks, BOOL, 0, 1, "", "links to devices are https links") \
	S("times", dir, times_dir, TEXT, 1, LIMIT_SETTING, "", "folder with the snippets") \
	S("times", allow, times_allow, HOURS, 0, 256, "", "hours in which devices run scripts, e.g. 22,23,0,1") \
	S("times", initial, times_initial, NUMBER, 0, 100000, "min", "a fresh device may run scripts for so long, at any hour") \
	S("times", check, times_check, BOOL, 0, 1, "", "in the last phase, run snippets only when they changed") \
	S("times", polling, times_polling, NUMBER, 0, 86400, "s", "how fast a device polls until it has settled") \
	S("times", interval, times_interval, NUMBER, 1, 100000, "min", "how often a settled device polls") \
	S("times", grace, times_grace, NUMBER, 0, CONF_YEAR, "s", "nothing is sent until the youngest snippet is this old") \
	S("times", forcehttps, times_forcehttps, BOOL, 0, 1, "", "snippets are sent over HTTPS only; others are moved there") \
	S("times", httpsport, times_httpsport, NUMBER, 1, 65535, "", "the port for HTTPS when it is not 443") \
	S("times", forcetrust, times_forcetrust, BOOL, 0, 1, "", "snippets only for devices with a trusted client certificate") \
	S("times", httpsurlmod, times_httpsurlmod, PATTERN, 0, LIMIT_SETTING, "", "!pattern!replacement!flags on the URL when it is moved to HTTPS") \
	S("times", forcestaging, times_forcestaging, BOOL, 0, 1, "", "phases before the last run at any hour") \
	S("environments", combine, environments_combine, CHOICE, 0, 16, "", "several environments: position, or all") \
	S("customcerts", dir, customcerts_dir, TEXT, 0, LIMIT_SETTING, "", "folder for certificates and requests; empty: off") \
	S("customcerts", CAkeys, customcerts_cakeys, TEXT, 0, LIMIT_SETTING, "", "pattern of the files with the CA's certificates") \
	S("customcerts", CAtype, customcerts_catype, CHOICE, 0, 16, "", "who signs: manual (you, with a CA elsewhere), or internal (rollcall ca, rollcall csr approve)") \
	S("customcerts", CAalgorithm, customcerts_caalgorithm, CHOICE, 0, 16, "", "key of the internal CA: P-256, P-384, RSA-2048, RSA-3072, RSA-4096") \
	S("customcerts", CAdays, customcerts_cadays, NUMBER, 1, 3650, "days", "how long a certificate of the internal CA is valid") \
	S("customcerts", CAusage, customcerts_causage, CHOICE, 0, 16, "", "what a certificate of the internal CA is for: client, or both (client and server)") \
	S("customcerts", CAname, customcerts_caname, TEXT, 0, LIMIT_SETTING, "", "names of the CAs that are trusted") \
	S("customcerts", CAnamesep, customcerts_canamesep, RAW, 0, 8, "", "what separates the names in CAname") \
	S("customcerts", CAwildcard, customcerts_cawildcard, TEXT, 0, LIMIT_SETTING, "", "a common name that is right for every device") \
	S("customcerts", renew, customcerts_renew, NUMBER, 0, 36500, "days", "certificates are renewed so long before they expire") \
	S("customcerts", CSRkey, customcerts_csrkey, TEXT, 0, 64, "", "key of a certificate request, e.g. 2048-bit") \
	S("customcerts", CSRsignature, customcerts_csrsignature, TEXT, 0, 64, "", "signature of a certificate request, e.g. SH256") \
	S("customcerts", CSRdn-cn, customcerts_csrdn_cn, TEXT, 0, LIMIT_SETTING, "", "common name") \
	S("customcerts", CSRdn-ou, customcerts_csrdn_ou, TEXT, 0, LIMIT_SETTING, "", "organizational unit") \
	S("customcerts", CSRdn-o, customcerts_csrdn_o, TEXT, 0, LIMIT_SETTING, "", "organization") \
	S("customcerts", CSRdn-l, customcerts_csrdn_l, TEXT, 0, LIMIT_SETTING, "", "locality") \
	S("customcerts", CSRdn-st, customcerts_csrdn_st, TEXT, 0, LIMIT_SETTING, "", "state or province") \
	S("customcerts", CSRdn-c, customcerts_csrdn_c, TEXT, 0, LIMIT_SETTING, "", "country, two letters") \
	S("customcerts", CSRsan-dns-1, customcerts_csrsan_dns_1, TEXT, 0, LIMIT_SETTING, "", "first DNS name") \
	S("customcerts", CSRsan-dns-2, customcerts_csrsan_dns_2, TEXT, 0, LIMIT_SETTING, "", "second DNS name") \
	S("customcerts", CSRsan-dns-3, customcerts_csrsan_dns_3, TEXT, 0, LIMIT_SETTING, "", "third DNS name") \
	S("customcerts", CSRsan-ip-1, customcerts_csrsan_ip_1, TEXT, 0, LIMIT_SETTING, "", "first IP address") \
	S("customcerts", CSRsan-ip-2, customcerts_csrsan_ip_2, TEXT, 0, LIMIT_SETTING, "", "second IP address") \
	S("queries", scfg, queries_scfg, TEXT, 1, LIMIT_SETTING, "", "URL that devices send answers to queries to") \
	S("logs", dir, logs_dir, TEXT, 1, LIMIT_SETTING, "", "folder with what devices log") \
	S("logs", alarmdir, logs_alarmdir, TEXT, 1, LIMIT_SETTING, "", "folder with the alarms of devices") \
	S("logs", size, logs_size, NUMBER, 16, 1 << 20, "KB", "a file is rotated when it would become larger") \
	S("logs", keep, logs_keep, NUMBER, 0, 100, "files", "how many rotated files are kept of each") \
	S("logs", perdevice, logs_perdevice, BOOL, 0, 1, "", "a file for each device besides the one for all") \
	S("logs", rate, logs_rate, NUMBER, 1, 10000, "a second", "how many entries are taken of one device, in the long run") \
	S("alarms", keep, alarms_keep, NUMBER, 1, 3650, "days", "how long an alarm that is not active is remembered") \
	S("alarms", disk, alarms_disk, NUMBER, 1, 100, "%", "alarm when so much of the disk is in use") \
	S("alarms", master, alarms_master, NUMBER, 60, CONF_YEAR, "s", "alarm when the master device has been silent for so long") \
	S("alarms", certs, alarms_certs, NUMBER, 0, 3650, "days", "alarm so long before a certificate of the server or a CA expires") \
	S("statistics", dir, statistics_dir, TEXT, 0, LIMIT_SETTING, "", "folder with statistics as CSV; empty: none") \
	S("statistics", separator, statistics_separator, CHOICE, 0, 16, "", "between values: semicolon, or comma") \
	S("statistics", keep, statistics_keep, NUMBER, 1, 1200, "months", "how long they are kept") \
	S("statistics", mail, statistics_mail, TEXT, 0, LIMIT_SETTING, "", "who is sent the files of a month that is over; empty: nobody") \
	S("statistics", copy, statistics_copy, TEXT, 0, LIMIT_SETTING, "", "folder that they are copied to then; empty: none") \
	S("metrics", token, metrics_token, TEXT, 0, 256, "", "who shows it as a bearer token may read admin/metrics without a session; empty: nobody") \
	S("commands", url, commands_url, TEXT, 0, LIMIT_SETTING, "", "http(s) URL of a file with commands that back up this server; empty: none") \
	S("commands", interval, commands_interval, NUMBER, 1, 100000, "min", "how often it is fetched") \
	S("commands", user, commands_user, TEXT, 0, LIMIT_SETTING, "", "user name for it, and for where backups are sent") \
	S("commands", password, commands_password, TEXT, 0, LIMIT_SETTING, "", "password for the same")

#define CONF_ITEMS(I) \
	I("master/applies", "", TEXT, 1, LIMIT_NAME, MUST, "the class, or with env the environment, that gets firmware; * is any") \
	I("master/applies", "env", TEXT, 0, LIMIT_NAME, MAY, "when present, the text is an environment") \
	I("phases/phase", "id", PHASE, 1, LIMIT_NAME, KEY, "the name of the phase") \
	I("phases/phase", "seq", NUMBER, 0, 1000000, MUST, "its place in the order of phases") \
	I("environments/environment", "id", NAME, 1, LIMIT_NAME, KEY, "the name of the environment") \
	I("environments/environment/implies", "", TEXT, 1, LIMIT_NAME, MUST, "the id of another environment that comes with this one") \
	I("classes/class", "id", NAME, 1, LIMIT_NAME, KEY, "the name of the class") \
	I("classes/class/model", "", MODEL, 1, LIMIT_TYPE, MUST, "a device type that belongs to the class") \
	I("nobootdev/model", "", MODEL, 1, LIMIT_TYPE, MUST, "a device type that gets no boot code") \
	I("nofirmdev/model", "", MODEL, 1, LIMIT_TYPE, MUST, "a device type that gets no firmware") \
	I("filenames/model", "id", MODEL, 1, LIMIT_TYPE, KEY, "a device type with other file names") \
	I("filenames/model", "prot", WORD, 0, 255, MAY, "its firmware file") \
	I("filenames/model", "boot", WORD, 0, 255, MAY, "its boot code file") \
	I("stdargs/stdarg", "key", TEXT, 1, LIMIT_ARG_NAME, KEY, "the name of an argument of the update URL") \
	I("stdargs/stdarg", "value", TEXT, 0, LIMIT_ARG_VALUE, MAY, "how it is written into a new URL; left out of new URLs when absent") \
	I("customcerts/auto-sign-off", "network", ADDRESS, 1, LIMIT_IP, MUST, "requests from this network are signed without an administrator: an address, or ADDRESS/BITS") \
	I("customcerts/auto-sign-off", "netmask", NETMASK, 0, LIMIT_IP, MAY, "its mask, e.g. 255.255.0.0, when network is without /BITS") \
	I("queries/query", "id", ELEMENT, 1, LIMIT_NAME, KEY, "the name of the query") \
	I("queries/query", "title", TEXT, 0, LIMIT_SETTING, MAY, "what the query is called on pages") \
	I("queries/query/cmd", "", TEXT, 1, LIMIT_SETTING, MUST, "the command whose output the device sends") \
	I("queries/query/applies", "", TEXT, 1, LIMIT_NAME, MUST, "the class, or with env the environment, that is asked; * is any") \
	I("queries/query/applies", "env", TEXT, 0, LIMIT_NAME, MAY, "when present, the text is an environment") \
	I("queries/query/show", "", XPATH, 1, LIMIT_SETTING, MUST, "the XPath expression of what is shown") \
	I("queries/query/show", "title", TEXT, 0, LIMIT_SETTING, MAY, "what it is called on pages") \
	I("alarms/forward", "id", NAME, 1, LIMIT_NAME, KEY, "the name of this target") \
	I("alarms/forward", "to", TEXT, 1, LIMIT_SETTING, MUST, "where alarms are passed on to: http://, https://, syslog:, command:, mailto:") \
	I("alarms/forward", "user", TEXT, 0, LIMIT_SETTING, MAY, "user name for an http(s) target") \
	I("alarms/forward", "password", TEXT, 0, LIMIT_SETTING, MAY, "password for the same") \
	I("alarms/forward", "from", TEXT, 0, LIMIT_SETTING, MAY, "sender of mail") \
	I("alarms/forward", "severity", CHOICE, 0, 16, MAY, "only alarms that are at least so severe: minor, indeterminate, major") \
	I("proxies/proxy", "", ADDRESS, 1, LIMIT_IP, MUST, "an address, or ADDRESS/BITS, that may set X-Forwarded-For")

/* The words that a BUILD, a CHOICE or a MASTER may be. */
#define CONF_WORDS(W) \
	W("", loglevel, "warn info debug") \
	W("master", info, "none") \
	W("master", firmware, "none master") \
	W("master", bootcode, "none master firmware") \
	W("environments", combine, "position all") \
	W("customcerts", CAtype, "manual internal") \
	W("customcerts", CAalgorithm, "P-256 P-384 RSA-2048 RSA-3072 RSA-4096") \
	W("customcerts", CAusage, "client both") \
	W("statistics", separator, "semicolon comma") \
	W("alarms/forward", severity, "minor indeterminate major")
/* clang-format on */

#define CONF_FIELD_TEXT const char *
#define CONF_FIELD_RAW const char *
#define CONF_FIELD_WORD const char *
#define CONF_FIELD_MASTER const char *
#define CONF_FIELD_NUMBER long
#define CONF_FIELD_BOOL bool
#define CONF_FIELD_BUILD const char *
#define CONF_FIELD_CHOICE const char *
#define CONF_FIELD_HOURS const char *
#define CONF_FIELD_PATTERN const char *

#endif
