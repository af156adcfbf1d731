/* SPDX-License-Identifier: ISC */
/*
 * Certificates: settings that can be right one by one and still do nothing together, go round in circles, or
 * leave every device without its snippets.
 */
#include "core/conf_rules.h"

#include "base/address.h"
#include "base/num.h"
#include "base/text.h"
#include "core/certs.h"

#include <limits.h>
#include <string.h>

#define CERTS "customcerts"

static const char *setting(const struct rules *r, const char *attribute)
{
	return rules_setting(r, CERTS, attribute);
}

static struct conf_origin blame(const struct rules *r, const char *attribute)
{
	return rules_blame(r, CERTS, attribute);
}

static bool is_on(const struct rules *r)
{
	return *setting(r, "dir") != '\0';
}

static bool is_internal(const struct rules *r)
{
	return text_same(setting(r, "CAtype"), "internal");
}

static bool is_forced(const struct rules *r)
{
	return rules_is_true(r, "times", "forcehttps") && rules_is_true(r, "times", "forcetrust");
}

/* ---- what certificates need ---- */

/* Is somebody asked this one? */
static bool is_asked(const struct rules *r, const char *id)
{
	const struct conf_node *q = rules_first(r, "queries/query");
	while (q && strcmp(conf_node_value(q, "id"), id) != 0)
		q = conf_node_same(q);
	return q && conf_node_child(q, "applies");
}

static void check_answers(struct rules *r)
{
	if (!*rules_setting(r, "status", "dir"))
		rules_say(r, FINDING_WARNING, blame(r, "dir"),
		    "customcerts/@dir is set, but certificates are not looked at, because what devices say of theirs is kept only when status/@dir is set: set that, too");
	if (!is_asked(r, "certificates"))
		rules_say(r, FINDING_WARNING, blame(r, "dir"),
		    "customcerts/@dir is set, but the query \"certificates\" is asked of nobody, so that no certificate is looked at: add <query id=\"certificates\"><applies>*</applies></query> to <queries>");
}

/* The name of a device is known from its answer alone. */
static void check_name_word(struct rules *r)
{
	const struct conf_node *node = rules_first(r, CERTS);
	const struct conf_attr *attr = node ? node->attrs : NULL;
	while (attr && (!text_starts(attr->name, "CSR") || !strstr(attr->value, "{name}")))
		attr = attr->next;
	if (attr && !is_asked(r, "admin"))
		rules_say(r, FINDING_WARNING, conf_blame(node, attr->name),
		    "%s has {name}, but the query \"admin\", which tells the name, is asked of nobody, so that the value becomes empty: add <query id=\"admin\"><applies>*</applies></query> to <queries>",
		    conf_path(r->arena, node, attr->name));
}

void rule_certificates(struct rules *r)
{
	if (!is_on(r))
		return;
	check_answers(r);
	check_name_word(r);
}

/* ---- who is trusted ---- */

/* Is there a name, between the separators? */
static bool has_name(const char *names, const char *separator)
{
	size_t gap = strlen(separator);
	while (*names && ((gap && text_starts(names, separator)) || text_is_space(*names)))
		names += gap && text_starts(names, separator) ? gap : 1;
	return *names != '\0';
}

static void check_ca_names(struct rules *r)
{
	const char *separator = setting(r, "CAnamesep");
	if (!has_name(setting(r, "CAname"), separator))
		rules_say(r, FINDING_ERROR, blame(r, "CAname"),
		    "customcerts/@CAname names no CA: %s; give the common name of the CA that issues the certificates",
		    is_on(r)
			? "every device would be told, again and again, to get a new certificate"
			: "with times/@forcetrust no device would get snippets");
	else if (!*separator)
		rules_say(r, FINDING_WARNING, blame(r, "CAnamesep"),
		    "customcerts/@CAnamesep is empty, so that the whole of CAname is the name of one CA: if it names several, say what stands between them");
}

/* 443 is where browsers come without a certificate. */
static void check_port(struct rules *r)
{
	if (!*rules_setting(r, "times", "httpsport"))
		rules_say(r, FINDING_WARNING, rules_blame(r, "times", "forcetrust"),
		    "times/@forcetrust is set, but httpsport is not, so that devices come to port 443, which asks for no client certificate, and get no snippets: set httpsport to the port for mutual TLS (rollcall serve --mtls)");
}

/* Does the common name that devices are told to ask for make them known again? */
static bool names_device(const struct rules *r)
{
	const char *cn = setting(r, "CSRdn-cn"), *wildcard = setting(r, "CAwildcard");
	return strcmp(cn, "{sn}") == 0 || strcmp(cn, "{hwid}") == 0 ||
	       (*wildcard && strcmp(cn, wildcard) == 0);
}

static void check_common_name(struct rules *r)
{
	const char *cn = setting(r, "CSRdn-cn");
	if (!names_device(r))
		rules_say(r, is_internal(r) ? FINDING_ERROR : FINDING_WARNING, blame(r, "CSRdn-cn"),
		    "customcerts/@CSRdn-cn is \"%.*s\": a certificate with this common name is not recognised as that of the device, so that %s; it must be {sn} or {hwid}",
		    findings_shown(cn), cn,
		    is_internal(r) ? "the internal CA signs no request"
				   : "with times/@forcetrust it gets no snippets");
}

void rule_forced_trust(struct rules *r)
{
	if (is_on(r) || is_forced(r))
		check_ca_names(r);
	if (is_forced(r))
		check_port(r);
	if (is_on(r) && (is_internal(r) || is_forced(r)))
		check_common_name(r);
}

/* ---- our own CA ---- */

/* One that is made today must not be due for renewal today. */
static void check_days(struct rules *r)
{
	const char *value = setting(r, "CAdays");
	long days, renew = 0;
	if (!*value)
		rules_say(r, FINDING_ERROR, blame(r, "CAdays"),
		    "customcerts/@CAdays is empty: the internal CA needs a number of days, for how long a certificate is valid");
	if (!num_parse(value, 1, LONG_MAX, &days))
		return;
	num_parse(setting(r, "renew"), 0, LONG_MAX, &renew);
	if (days <= renew)
		rules_say(r, FINDING_ERROR, blame(r, "CAdays"),
		    "customcerts/@CAdays is %ld and customcerts/@renew is %ld: a new certificate would be due for renewal at once, again and again; CAdays must be the greater one",
		    days, renew);
}

static void check_network(struct rules *r, const struct conf_node *n)
{
	const char *network = conf_node_value(n, "network"), *mask = conf_node_value(n, "netmask");
	struct conf_origin from = conf_blame(n, *mask ? "netmask" : "network");
	bool has_bits = strchr(network, '/') != NULL, is_v6 = strchr(network, ':') != NULL;
	long bits = address_bits(network);
	if (*mask && has_bits)
		rules_say(r, FINDING_ERROR, from,
		    "customcerts/auto-sign-off has a network with /BITS, \"%.*s\", and a netmask: one of both must go",
		    findings_shown(network), network);
	else if (*mask && is_v6)
		rules_say(r, FINDING_ERROR, from,
		    "customcerts/auto-sign-off has an IPv6 network, \"%.*s\", and a netmask, which is for IPv4: write /BITS behind the network instead",
		    findings_shown(network), network);
	else if (*mask ? conf_type_netmask(mask, &bits) && bits == 0
		       : has_bits && text_ends(network, "/0"))
		rules_say(r, FINDING_WARNING, from,
		    "customcerts/auto-sign-off is a network that has every address in it: anybody gets a certificate for the device that he says he is");
}

static void check_networks(struct rules *r)
{
	const struct conf_node *n = rules_first(r, CERTS "/auto-sign-off");
	if (n && !is_internal(r))
		rules_say(r, FINDING_WARNING, n->from,
		    "customcerts/auto-sign-off does nothing without CAtype=\"internal\": nobody but you can sign with the key of a CA elsewhere");
	for (; n; n = conf_node_same(n))
		check_network(r, n);
}

static void check_usage(struct rules *r)
{
	static const char *const names[] = {
	    "CSRsan-dns-1", "CSRsan-dns-2", "CSRsan-dns-3", "CSRsan-ip-1", "CSRsan-ip-2"};
	const char *usage = setting(r, "CAusage"), *name = NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names && !name; i++)
		name = certs_is_claimed(setting(r, names[i])) ? names[i] : NULL;
	if (name && text_same(usage, "both"))
		rules_say(r, FINDING_WARNING, blame(r, "CAusage"),
		    "customcerts/@CAusage is \"both\" and %s is \"%.*s\": a device could claim the name of any server, so that no request is signed without an administrator, not even a renewal",
		    name, findings_shown(setting(r, name)), setting(r, name));
}

void rule_internal_ca(struct rules *r)
{
	if (is_internal(r) && !is_on(r))
		rules_say(r, FINDING_WARNING, blame(r, "CAtype"),
		    "customcerts/@CAtype is \"internal\", but customcerts/@dir is empty, so that certificates are not handled: name the folder for them");
	if (is_internal(r)) {
		check_days(r);
		check_usage(r);
	}
	check_networks(r);
}
