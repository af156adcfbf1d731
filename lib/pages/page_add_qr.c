/* SPDX-License-Identifier: ISC */
/* libqrencode: error correction by Reed-Solomon codes and the choice of a mask are not ours to write. */
#include "pages/page_add.h"

#include "base/mem.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

#define DARK 1

static void add_run(struct doc *d, int x, int y, int n)
{
	doc_open(d, "run");
	doc_number(d, "x", x);
	doc_number(d, "y", y);
	doc_number(d, "n", n);
	doc_close(d);
}

static void add_row(struct doc *d, const unsigned char *row, int y, int width)
{
	for (int x = 0; x < width;) {
		int end = x;
		while (end < width && row[end] & DARK)
			end++;
		if (end > x)
			add_run(d, x, y, end - x);
		x = end + 1;
	}
}

void page_add_qr(struct doc *d, const char *text)
{
	QRcode *code = NULL;
	doc_open(d, "qr");
	if (strlen(text) <= QR_MOST) {
		code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
		if (!code && errno == ENOMEM)
			mem_die(0);
	}
	doc_flag(d, "long", !code);
	if (code) {
		doc_number(d, "size", code->width);
		for (int y = 0; y < code->width; y++)
			add_row(d, code->data + (size_t)y * (size_t)code->width, y, code->width);
		QRcode_free(code);
	}
	doc_close(d);
}
