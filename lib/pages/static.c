/* SPDX-License-Identifier: ISC */
/* BASE/web/NAME: style, script and icon. Everybody may have them, and keep them: their URL has their version. */
#include "pages/page.h"
#include "pages/pages.h"

#include <string.h>

void page_file(struct page *p)
{
	const struct render_file *f = render_file(p->request.path + strlen("web/"));
	if (!f) {
		page_fail(p, 404, "There is nothing at this address.");
		return;
	}
	p->reply.keep = strcmp(page_value(p, "v"), f->version) == 0;
	p->reply.type = f->type;
	buf_add(&p->reply.body, f->bytes, f->size);
}
