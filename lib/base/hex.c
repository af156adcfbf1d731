/* SPDX-License-Identifier: ISC */
#include "base/hex.h"

void hex_encode(char *text, const void *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = bytes;
	for (size_t i = 0; i < size; i++) {
		*text++ = digits[from[i] >> 4];
		*text++ = digits[from[i] & 0xf];
	}
	*text = '\0';
}
