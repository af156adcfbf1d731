/* SPDX-License-Identifier: ISC */
/* A QR code in a document, for the page that tells how a device comes here. */
#ifndef PAGES_PAGE_ADD_H
#define PAGES_PAGE_ADD_H

#include "view/doc.h"

#define QR_MOST 800 /* bytes of a text that a camera still reads from a screen */

/*
 * Adds <qr size="33"><run x="0" y="0" n="7"/>…</qr>: the dark modules as runs along their rows. `size` modules a side,
 * without the quiet zone of four around it. A text that is too long makes <qr long="true"/>.
 */
void page_add_qr(struct doc *d, const char *text);

#endif
