/* SPDX-License-Identifier: ISC */
#include "base/hide.h"

#include <string.h>

/* A value that was cut may have lost its "@": then what stands where a port is to be, and is none. */
static const char *cut_password(const char *authority, size_t *size)
{
	size_t n = strcspn(authority, "/?#\" ");
	const char *colon = *authority == '[' ? NULL : memchr(authority, ':', n);
	if (!colon || colon + 1 + strspn(colon + 1, "0123456789") == authority + n)
		return NULL;
	*size = (size_t)(authority + n - colon) - 1;
	return colon + 1;
}

/* The password of the URL whose part behind "://" is given; NULL: there is none. */
static const char *password_of(const char *authority, size_t *size)
{
	size_t n = strcspn(authority, "/?#");
	const char *at = memrchr(authority, '@', n);
	const char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
	if (!at)
		return cut_password(authority, size);
	if (!colon)
		return NULL;
	*size = (size_t)(at - colon) - 1;
	return colon + 1;
}

void hide_passwords(struct buf *out, const char *text)
{
	for (const char *url; (url = strstr(text, "://"));) {
		size_t hidden = 0;
		const char *password = password_of(url + 3, &hidden);
		const char *stop = password ? password : url + 3;
		buf_add(out, text, (size_t)(stop - text));
		buf_adds(out, password ? "(hidden)" : "");
		text = stop + hidden;
	}
	buf_adds(out, text);
}
