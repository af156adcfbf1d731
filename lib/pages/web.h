/* SPDX-License-Identifier: ISC */
/* The door for browsers: what a web server hands over becomes a struct page_request, checked. */
#ifndef PAGES_WEB_H
#define PAGES_WEB_H

#include "pages/page.h"

/*
 * Fills p->request, all but who it is. False: it is refused, page_fail() or a redirect was made of it: not
 * below a base path, a broken host, query or form, too large, or plain HTTP where there is TLS.
 */
bool web_read(struct page *p, const struct page_input *in);

/* The headers that every reply carries (PITFALLS §5), added to `out`. */
void web_headers(const struct page *p, struct buf *out);

#endif
