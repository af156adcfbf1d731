/* SPDX-License-Identifier: ISC */
/* rollcall csr import: the certificate that a CA elsewhere made of a request (desk/csr_import.c), from a file. */
#include "tools/rollcall/cli.h"

#include "base/file.h"
#include "desk/cells.h"
#include "guard/x509.h"
#include "tools/rollcall/csr_find.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool read_stdin(struct buf *out, struct err *e)
{
	ssize_t n = 1;
	while (n > 0 && out->size <= X509_MOST) {
		char *room = buf_want(out, BUFSIZ);
		n = read(STDIN_FILENO, room, BUFSIZ);
		buf_took(out, n > 0 ? (size_t)n : 0);
	}
	if (n < 0)
		return err_sys(e, "stdin cannot be read");
	return out->size <= X509_MOST ||
	       err_set(e, "what comes from stdin is longer than %d bytes", X509_MOST);
}

static bool read_file(const char *name, struct buf *out, struct err *e)
{
	return strcmp(name, "-") == 0 ? read_stdin(out, e)
				      : file_read(AT_FDCWD, name, X509_MOST, out, e);
}

static void say_done(
    const struct device_data *d, const struct csr_case *k, size_t left_out, struct buf *out)
{
	cell_add(out, k->device->sn);
	buf_adds(out, ": taken, issued by ");
	cell_add(out, k->cert ? k->cert->issuer : "");
	buf_adds(out, ", until ");
	cell_until(out, k->cert ? k->cert->until : 0, d->now);
	buf_adds(out, "; its next poll brings it to the device\n");
	if (left_out)
		buf_addf(out,
		    "%zu more in the file left out: what devices get beside their own certificate is in %s "
		    "(customcerts/@CAkeys)\n",
		    left_out, d->config->customcerts_dir);
}

static void json_done(const struct csr_case *k, size_t left_out, struct buf *out)
{
	buf_addc(out, '{');
	csr_case_json(k, out);
	buf_addf(out, ", \"imported\": true, \"left_out\": %zu}\n", left_out);
}

static void warn(const char *sn, const struct buf *said)
{
	const char *line = buf_text(said);
	for (size_t n; (n = strcspn(line, "\n")); line += n + 1)
		cli_fail("%s: warning: %.*s", sn, (int)n, line);
}

static int import(struct device_data *d, struct csr_case *k, const struct options *o)
{
	struct buf bytes = {0}, said = {0}, out = {0};
	struct err e = {""};
	const char *name = o->line.words[CLI_VERB_WORDS + 1], *sn = k->device->sn;
	device_close_store(d);
	const struct desk desk = device_desk(d);
	bool read = read_file(name, &bytes, &e);
	struct desk_file file = {.name = name, .bytes = buf_text(&bytes), .size = bytes.size};
	bool ok = read && desk_csr_take(&desk, sn, &file, &said, &e);
	warn(sn, &said);
	if (!read)
		cli_fail("%s: nothing was imported: %s", sn, e.text);
	else if (!ok)
		cli_fail("%s", e.text);
	buf_free(&bytes);
	buf_free(&said);
	if (!ok)
		return CLI_FINDING;
	csr_again(d, k);
	if (o->json)
		json_done(k, file.left_out, &out);
	else
		say_done(d, k, file.left_out, &out);
	return cli_print(&out, CLI_FINE);
}

int csr_import(const struct home *h, const struct options *o)
{
	struct device_data d;
	struct csr_case k;
	int status = CLI_FINDING;
	if (csr_open(&d, h) && csr_find_request(&d, o->line.words[CLI_VERB_WORDS], &k))
		status = import(&d, &k, o);
	device_close(&d);
	return status;
}
