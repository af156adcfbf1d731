/* SPDX-License-Identifier: ISC */
/*
 * rollcall check: what is wrong or doubtful in the configuration, and what will be served with it:
 * above all which snippet files somebody gets, and which nobody does.
 */
#include "tools/rollcall/cli.h"

#include "base/hide.h"
#include "base/json.h"
#include "base/num.h"
#include "core/trust.h"
#include "desk/check.h"
#include "tools/rollcall/check_kept.h"
#include "tools/rollcall/server_conf.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- text ---- */

static void heading(struct buf *out, const char *name)
{
	buf_addf(out, "%-14s ", name);
}

static void text_phases(const struct check *k, struct buf *out)
{
	const struct config *c = k->config;
	heading(out, "phases");
	for (size_t i = 0; i < c->nphases; i++) {
		buf_addf(out, "%s%s", i ? ", then " : "", c->phases[i].id);
		if (strcmp(c->phases[i].id, c->phases[i].snippets) != 0)
			buf_addf(out, " (%s without limits of time)", c->phases[i].snippets);
	}
	buf_addc(out, '\n');
}

static void text_environments(const struct check *k, struct buf *out)
{
	const struct config *c = k->config;
	heading(out, "environments");
	for (size_t i = 0; i < c->nenvironments; i++) {
		const struct conf_list *implies = &c->environments[i].implies;
		buf_addf(out, "%s%s%s", i ? ", " : "", c->environments[i].id,
		    i ? "" : " (when a device names none)");
		for (size_t n = 0; n < implies->count; n++)
			buf_addf(out, "%s%s", n ? "+" : " with ", implies->items[n]);
	}
	buf_addc(out, '\n');
}

static void text_classes(const struct check *k, struct buf *out)
{
	const struct config *c = k->config;
	heading(out, "classes");
	for (size_t i = 0; i < c->nclasses; i++)
		buf_addf(
		    out, "%s%s (%zu)", i ? ", " : "", c->classes[i].id, c->classes[i].models.count);
	buf_adds(out, c->nclasses ? "\n" : "none\n");
}

static void text_snippet(const struct check *k, struct buf *out, const struct check_file *file)
{
	char when[32];
	long seconds = (long)(k->now - file->mtime);
	buf_addf(out, "  %c %-36s ", file->mark, file->name);
	if (file->problem)
		buf_addf(out, "cannot be sent: %s\n", file->problem);
	else if (!file->used)
		buf_addf(out, "nobody gets it: %s\n", file->text);
	else if (seconds < 0)
		buf_addf(out, "%s\n", file->text);
	else
		buf_addf(out, "%s; %s old\n", file->text, num_age(seconds, when, sizeof when));
}

static void text_snippets(const struct check *k, struct buf *out)
{
	heading(out, "snippets");
	buf_addf(out, "%zu in %s\n", k->files.count, k->folder);
	for (size_t i = 0; i < k->files.count; i++)
		text_snippet(k, out, &k->files.list[i]);
}

static void text_build(const struct check *k, struct buf *out, const char *name, const char *build)
{
	heading(out, name);
	if (!*k->config->master_info)
		buf_adds(out, "not sent: master/@info is empty\n");
	else if (strcmp(build, "master") == 0)
		buf_adds(out, "the build of the master device\n");
	else if (strcmp(build, "firmware") == 0)
		buf_adds(out, "the same build as the firmware\n");
	else if (strcmp(build, "none") == 0)
		buf_adds(out, "not sent\n");
	else
		buf_addf(out, "build %s\n", build);
}

static void text_folder(struct buf *out, const char *folder)
{
	bool there = access(folder, F_OK) == 0;
	buf_addf(out, "  %c %-36s %s\n", there ? ' ' : '!', folder,
	    there ? "exists" : "does not exist: devices get 404");
}

static void text_firmware(const struct check *k, struct buf *out)
{
	const struct config *c = k->config;
	text_build(k, out, "firmware", c->master_firmware);
	text_build(k, out, "boot code", c->master_bootcode);
	if (!*c->master_info)
		return;
	heading(out, "loaded from");
	hide_passwords(out, c->fwstorage_url);
	buf_addc(out, '\n');
	if (k->firmware)
		text_folder(out, k->firmware);
	if (k->bootcode && (!k->firmware || strcmp(k->bootcode, k->firmware) != 0))
		text_folder(out, k->bootcode);
	heading(out, "master device");
	hide_passwords(out, strcmp(c->master_info, "none") == 0 ? "none is asked" : c->master_info);
	buf_addc(out, '\n');
}

static void text_https(const struct check *k, struct buf *out)
{
	const struct config *c = k->config;
	heading(out, "HTTPS");
	buf_adds(out, c->times_forcehttps ? "forced" : "not forced");
	if (c->times_forcehttps && c->times_httpsport != CONF_ABSENT)
		buf_addf(out, ", on port %ld", c->times_httpsport);
	buf_adds(out, trust_is_forced(c)
			  ? "; snippets only for devices with a trusted certificate\n"
			  : "; no client certificate is needed\n");
}

static void print_text(const struct check *k, struct buf *out)
{
	findings_print(&k->findings, out);
	if (!k->config)
		return;
	text_phases(k, out);
	text_environments(k, out);
	text_classes(k, out);
	text_firmware(k, out);
	text_https(k, out);
	check_kept_text(k->config, out);
	check_certs_text(k->config, out);
	text_snippets(k, out);
}

/* ---- JSON ---- */

static void json_lists(const struct check *k, struct buf *out)
{
	const struct config *c = k->config;
	buf_adds(out, ",\n  \"phases\": [");
	for (size_t i = 0; i < c->nphases; i++) {
		buf_adds(out, i ? ", " : "");
		json_string(out, c->phases[i].id);
	}
	buf_adds(out, "],\n  \"environments\": [");
	for (size_t i = 0; i < c->nenvironments; i++) {
		buf_adds(out, i ? ", " : "");
		json_string(out, c->environments[i].id);
	}
	buf_adds(out, "],\n  \"classes\": [");
	for (size_t i = 0; i < c->nclasses; i++) {
		json_pair(out, i ? ", {" : "{", "id", c->classes[i].id);
		buf_addf(out, ", \"models\": %zu}", c->classes[i].models.count);
	}
	buf_addc(out, ']');
}

static void json_snippets(const struct check *k, struct buf *out)
{
	json_pair(out, ",\n  ", "folder", k->folder);
	buf_adds(out, ",\n  \"snippets\": [");
	for (size_t i = 0; i < k->files.count; i++) {
		const struct check_file *file = &k->files.list[i];
		json_pair(out, i ? ",\n    {" : "\n    {", "name", file->name);
		buf_addf(out, ", \"used\": %s", file->used ? "true" : "false");
		json_pair(out, ", ", "text", file->text);
		json_pair(out, ", ", "problem", file->problem);
		buf_addf(out, ", \"modified\": %lld, \"size\": %zu}", (long long)file->mtime,
		    file->size);
	}
	buf_addc(out, ']');
}

static void json_url(struct buf *out, const char *name, const char *url)
{
	struct buf shown = {0};
	hide_passwords(&shown, url);
	json_pair(out, ",\n  ", name, buf_text(&shown));
	buf_free(&shown);
}

static void print_json(const struct check *k, struct buf *out)
{
	const struct config *c = k->config;
	buf_adds(out, "{\n  ");
	findings_print_json(&k->findings, out);
	if (c) {
		json_lists(k, out);
		json_pair(out, ",\n  ", "firmware", c->master_firmware);
		json_pair(out, ",\n  ", "bootcode", c->master_bootcode);
		json_url(out, "storage", c->fwstorage_url);
		json_url(out, "master", c->master_info);
		buf_addf(out, ",\n  \"forcehttps\": %s, \"forcetrust\": %s",
		    c->times_forcehttps ? "true" : "false", c->times_forcetrust ? "true" : "false");
		check_kept_json(c, out);
		check_certs_json(c, out);
		json_snippets(k, out);
	}
	buf_adds(out, "\n}\n");
}

/* ---- the command ---- */

/* HOME/config/server.conf, and over it what is given. What is wrong in it is a finding. */
static void take_server_conf(struct check *k, struct options *o, struct check_web *web)
{
	struct err e = {""};
	const char *path = k->home->server_conf;
	if (!server_conf_read(path, o, &e) || !server_conf_check(o, &e)) {
		server_conf_finding(path, &e, &k->findings);
		return;
	}
	server_conf_web(o, web);
	k->web = web;
	k->pki = o->pki;
}

int cmd_check(const struct home *h, const struct options *given)
{
	struct check k = {.home = h, .pki = given->pki, .now = time(NULL), .thorough = true};
	struct check_web web;
	struct options all, *o = &all;
	struct buf out = {0};
	options_copy(o, given);
	take_server_conf(&k, o, &web);
	check_run(&k);
	int status = k.config && !k.findings.errors ? CLI_FINE : CLI_FINDING;
	if (o->json)
		print_json(&k, &out);
	else
		print_text(&k, &out);
	check_free(&k);
	options_free(o);
	return cli_print(&out, status);
}
