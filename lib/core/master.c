/* SPDX-License-Identifier: ISC */
#include "core/master.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/conf.h"
#include "core/xml_read.h"

#include <libxml/tree.h>

#include <stdio.h>
#include <string.h>

#define SLACK 2 /* seconds between an answer and its being on the board */

bool master_is_asked(const struct config *c)
{
	bool there_is = *c->master_info && strcmp(c->master_info, "none") != 0;
	return there_is && (strcmp(c->master_firmware, "master") == 0 ||
			       strcmp(c->master_bootcode, "master") == 0);
}

/* An answer counts until the next one should have come. */
static bool is_fresh(const struct config *c, const struct master *m, time_t now)
{
	long expire = c->master_expire == CONF_ABSENT ? LIMIT_MASTER_RETRY : c->master_expire;
	return now <= m->answered_at + expire + LIMIT_MASTER_SECONDS + SLACK;
}

const char *master_state(const struct config *c, const struct master *m, time_t now)
{
	if (!*c->master_info)
		return "off";
	if (!master_is_asked(c))
		return "fixed";
	if (!m->answered_at)
		return "unknown";
	return is_fresh(c, m, now) && !*m->problem ? "current" : "stale";
}

/* The text between the first "[" after `from` and its "]", dots left out; digits only. */
static bool read_build(const char *from, char out[MASTER_BUILD])
{
	const char *p = strchr(from, '[');
	size_t n = 0;
	if (!p)
		return false;
	for (p++; *p && *p != ']'; p++) {
		if (*p == '.')
			continue;
		if (!text_is_digit(*p) || n + 1 >= MASTER_BUILD)
			return false;
		out[n++] = *p;
	}
	out[n] = '\0';
	return *p == ']' && n > 0;
}

static bool read_version(const char *version, struct master *m, struct err *e)
{
	struct master found = *m;
	char shown[81]; /* it came over the network, and a message is one line */
	if (!read_build(version, found.firmware)) {
		text_clean(shown, sizeof shown, version, strlen(version));
		return err_set(
		    e, "sys/@version \"%s\" names no firmware build as LABEL[BUILD]", shown);
	}
	const char *boot = strstr(version, "Bootcode[");
	found.bootcode[0] = '\0';
	if (boot && !read_build(boot, found.bootcode))
		found.bootcode[0] = '\0'; /* some devices have none, and say so with other words */
	*m = found;
	return true;
}

static xmlNode *child_named(xmlNode *parent, const char *name)
{
	for (xmlNode *n = parent ? parent->children : NULL; n; n = n->next) {
		if (n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0)
			return n;
	}
	return NULL;
}

static bool read_document(xmlDoc *doc, struct master *m, struct err *e)
{
	xmlNode *root = xmlDocGetRootElement(doc);
	if (!root || strcmp((const char *)root->name, "info") != 0)
		return err_set(e, "the answer is not an <info> document");
	xmlNode *sys = child_named(root, "sys");
	xmlChar *version = sys ? xmlGetNoNsProp(sys, (const xmlChar *)"version") : NULL;
	if (!version)
		return err_set(e, "the answer has no info/sys/@version");
	bool ok = read_version((const char *)version, m, e);
	xmlFree(version);
	return ok;
}

bool master_parse(const char *bytes, size_t size, struct master *m, struct err *e)
{
	static const struct xml_limits limits = {
	    LIMIT_MASTER_INFO, LIMIT_MASTER_NODES, LIMIT_ANSWER_DEPTH, LIMIT_ANSWER_ATTRS};
	struct err why;
	if (size > LIMIT_MASTER_INFO)
		return err_set(e, "the answer is larger than %d bytes", LIMIT_MASTER_INFO);
	xmlDoc *doc = xml_read(bytes, size, &limits, &why);
	if (!doc)
		return err_set(e, "the answer is not well-formed XML: %s", why.text);
	bool ok = read_document(doc, m, e);
	xmlFreeDoc(doc);
	return ok;
}
