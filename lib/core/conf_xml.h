/* SPDX-License-Identifier: ISC */
/*
 * From bytes to a tree, safely; private to lib/core/conf_*.c.
 *
 *   conf_decode.c     bytes → UTF-8, by one of a few encodings; libxml2 sees nothing else
 *   conf_scan.c       tags with their lines; what is too much is refused before libxml2 works on it
 *   conf_xml.c        libxml2's tree → struct conf_node
 *   xml_read.c        libxml2, with everything off that reaches out of the text
 *   conf_xml_error.c  what libxml2 complains of, in plain words
 *   conf_rng.c        RELAX NG
 *
 * libxml2 2.9.14 needs quadratic time for the attributes of a tag and blows entities up when a text is
 * asked for (PITFALLS §4.1): hence the scan, and no declarations at all.
 */
#ifndef CORE_CONF_XML_H
#define CORE_CONF_XML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "core/conf.h"
#include "core/conf_tree.h"

#include <libxml/xmlerror.h>
#include <stdbool.h>

/* Adds the text of a source as UTF-8, without byte order mark. False: a finding says why not. */
bool conf_decode(const struct conf_source *source, struct buf *out, struct findings *f);

/* The same of bytes; what is wrong with them. `name` and `line`, where it is, are for the message. */
enum conf_decoded {
	CONF_DECODED,
	CONF_DECODE_ENCODING, /* `name` is none that we read */
	CONF_DECODE_UTF16,
	CONF_DECODE_UTF8,
	CONF_DECODE_CHARACTER /* a control character, or another one that XML does not have */
};
enum conf_decoded conf_decode_bytes(
    const char *bytes, size_t size, struct buf *out, char *name, size_t room, unsigned *line);

/* A start tag, and the lines it and its attributes stand on. */
struct conf_tag {
	unsigned line;
	struct conf_mark {
		const char *name;
		size_t size;
		unsigned line;
	} marks[LIMIT_CONFIG_ATTRS];
	size_t count;
};

/* The most that a text may have. */
struct conf_limits {
	size_t elements, depth, attributes; /* attributes of one element */
	bool doctype;                       /* may one stand there, without declaring anything? */
};

struct conf_scan {
	const struct conf_limits *limits;
	const char *at, *end;
	unsigned line;
	size_t elements, depth;
	size_t attributes;  /* of the tag in work */
	struct err problem; /* what is wrong, too much or forbidden on `line`; "" for nothing */
};

/* `limits` NULL: those of a configuration. */
void conf_scan_start(
    struct conf_scan *s, const char *text, size_t size, const struct conf_limits *limits);
/*
 * The next start tag. False: there is none any more, or there is a problem. `tag` may be NULL, and must
 * be where an element may have more than LIMIT_CONFIG_ATTRS attributes.
 */
bool conf_scan_next(struct conf_scan *s, struct conf_tag *tag);
/* The line of an attribute of a tag. */
unsigned conf_tag_line(const struct conf_tag *tag, const char *name);

/* A parsed text: libxml2's document, and the UTF-8 it was made of. */
struct conf_xml {
	struct buf text;
	struct _xmlDoc *doc;
};

/* False: findings say why not. Close it in both cases. */
bool conf_xml_open(struct conf_xml *x, const struct conf_source *source, struct findings *f);
void conf_xml_close(struct conf_xml *x);
/* NULL: findings say why not. */
struct conf_node *conf_xml_tree(struct arena *a, const struct conf_xml *x,
    const struct conf_source *source, bool by_user, struct findings *f);

/* Is the document as the schema says? At most one finding. */
void conf_rng_check(const struct conf_xml *x, const struct conf_source *source,
    const struct conf_source *schema, struct findings *f);

/*
 * What libxml2 says between catch and release: its first error. It can say so through a channel of the
 * process only; the one that was there before is put back. Running out of memory ends the process, as
 * everywhere (mem.h): libxml2 would go on with wrong strings.
 */
struct conf_xml_error {
	bool any;
	unsigned line;
	char text[512]; /* in plain words where we have them */
	xmlStructuredErrorFunc old;
	void *old_data;
};
void conf_xml_catch(struct conf_xml_error *e);
void conf_xml_release(struct conf_xml_error *e);

#endif
