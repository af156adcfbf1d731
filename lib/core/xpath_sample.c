/* SPDX-License-Identifier: ISC */
#include "core/xpath_parts.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWERED 1000 /* elements in the answer */
#define MESSAGES 200
#define SNIPPETS 200

static void add_head(struct buf *out)
{
	buf_adds(out,
	    "<state seen=\"1522065435\" phase=\"update\" nextphase=\"\">"
	    "<device sn=\"00-90-33-30-00-af\" type=\"IP232\" classes=\"phone, ip232\" ip=\"172.16.1.9\""
	    " rp=\"false\" proxy=\"\" phase=\"update\" environments=\"default\" hwid=\"IP232-30-00-af\""
	    " realip=\"172.16.1.9\" certstat=\"\" backup=\"\"/>"
	    "<firmware build=\"125678\" requested=\"130986\" requested-at=\"1522065435\"/>"
	    "<bootcode build=\"125678\" requested-at=\"\"/>");
	for (int i = 0; i < SNIPPETS; i++)
		buf_addf(out,
		    "<config filename=\"scripts/update-phone-%d.txt\" delivered=\"1522065435\""
		    " version=\"949e07b290f04dccd8242f98b6e61a0a\"/>",
		    i);
}

static void add_tail(struct buf *out)
{
	for (int i = 0; i < MESSAGES; i++)
		buf_addf(out,
		    "<msgs time=\"%d\" msg=\"a message about what this device did and was sent\"/>",
		    1522065435 + i);
	buf_adds(out, "</state>");
}

static void add_answer(struct buf *out)
{
	buf_adds(out, "<queries><id seen=\"1522065435\"><info name=\"Reception Desk 1\">");
	for (int i = 0; i < ANSWERED; i++)
		buf_addf(out,
		    "<reg id=\"%d\" state=\"Up\" h323=\"user%d\" gk=\"172.16.0.1\"><to number=\"%d\">on</to></reg>",
		    i, i, 1000 + i);
	buf_adds(out, "</info></id></queries>");
}

/* What stands below <queries> may be called as anybody likes. */
static void free_names(struct xpath_doc *d)
{
	uint32_t queries = 0;
	while (strcmp(d->nodes[queries].name, "queries") != 0)
		queries++;
	for (uint32_t i = queries + 1; i <= d->nodes[queries].end; i++)
		d->nodes[i].any = d->nodes[i].kind != XP_CHARACTERS;
}

struct xpath_doc *xpath_doc_sample(void)
{
	struct buf xml = {0};
	struct err e;
	add_head(&xml);
	add_answer(&xml);
	add_tail(&xml);
	struct xpath_doc *d = xpath_doc_open(buf_text(&xml), xml.size, &e);
	buf_free(&xml);
	if (!d)
		abort(); /* it is within the limits */
	free_names(d);
	return d;
}
