/* SPDX-License-Identifier: ISC */
/* What every command of `rollcall` needs: messages, output, the configuration (cli.h). */
#include "tools/rollcall/cli.h"

#include <stdarg.h>
#include <stdio.h>

static void say(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
static void say(const char *format, va_list args)
{
	fputs("rollcall: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int cli_fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
	return CLI_FINDING;
}

int cli_misuse(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
	return CLI_WRONG_USE;
}

int cli_print(struct buf *text, int status)
{
	return opt_print(text) ? status : cli_fail("the output could not be written");
}

struct config *cli_config(const char *path)
{
	struct buf bytes = {0}, text = {0};
	struct findings findings = {0};
	struct config *c = NULL;
	struct err e = {""};
	if (!home_read_config(path, &bytes, &e))
		cli_fail("%s", e.text);
	else if (!(c = home_compile(path, &bytes, &findings)))
		findings_print(&findings, &text);
	fputs(buf_text(&text), stderr);
	findings_free(&findings);
	buf_free(&bytes);
	buf_free(&text);
	return c;
}
