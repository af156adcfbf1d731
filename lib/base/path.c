/* SPDX-License-Identifier: ISC */
#include "base/path.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

bool path_normal(char *out, const char *path)
{
	size_t size = 0;
	for (size_t n; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (n == 0 || (n == 1 && *path == '.'))
			continue;
		if (n == 2 && text_starts(path, "..")) {
			if (!size)
				return false;
			while (size && out[--size] != '/')
				;
			continue;
		}
		if (size)
			out[size++] = '/';
		memcpy(out + size, path, n);
		size += n;
	}
	out[size] = '\0';
	return true;
}

bool path_is_in(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	return n == 0 || (strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/'));
}
