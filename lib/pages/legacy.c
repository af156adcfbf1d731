/* SPDX-License-Identifier: ISC */
/*
 * The addresses of the pages of today, for bookmarks and links in mails: BASE/admin/admin.php?mode=… leads to the
 * page that shows the same.
 */
#include "pages/page.h"
#include "pages/pages.h"

#include "base/text.h"
#include "core/certs.h"
#include "core/req.h"

#include <string.h>

/* "SN-request.p10.der": the page of today delivered it with a name in the folder. */
static const char *serial_before(struct page *p, const char *name, const char *end)
{
	size_t n = strlen(name), tail = strlen(end);
	if (n <= tail || strcmp(name + n - tail, end) != 0)
		return NULL;
	const char *sn = arena_strndup(&p->arena, name, n - tail);
	return req_is_serial(sn) ? sn : NULL;
}

/* mode=ui&cmd=deliverfile: a request of a device, or a backup. */
static const char *file_page(struct page *p)
{
	static const struct {
		const char *end, *form;
	} forms[] = {{"-request.p10.der", "der"}, {"-request.p10.pem", "pem"}};
	const char *file = page_value(p, "file"), *slash = strrchr(file, '/');
	const char *name = slash ? slash + 1 : file;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const char *sn = serial_before(p, name, forms[i].end);
		if (sn)
			return page_url(p, "device/csr", "sn", sn, "form", forms[i].form, NULL);
	}
	const char *point = strchr(name, '.'); /* HWID.N.txt */
	const char *hwid = point ? arena_strndup(&p->arena, name, (size_t)(point - name)) : "";
	if (text_ends(name, ".txt") && req_is_hwid(hwid))
		return page_url(p, "devices", "q", arena_concat(&p->arena, "hwid:", hwid), NULL);
	return "devices";
}

void page_legacy(struct page *p)
{
	const char *mode = page_value(p, "mode"), *sn = page_value(p, "sn");
	const char *to = "";
	if (strcmp(mode, "ui") == 0 && strcmp(page_value(p, "cmd"), "deliverfile") == 0)
		to = file_page(p);
	else if (*sn && req_is_serial(sn))
		to = page_url(p, "device", "sn", sn, NULL);
	else if (strcmp(mode, "status") == 0 || strcmp(mode, "ui") == 0)
		to = "devices";
	else if (strcmp(mode, "info") == 0)
		to = "add";
	else if (strcmp(mode, "show") == 0)
		to = "configuration";
	page_redirect(p, to, NULL);
}
