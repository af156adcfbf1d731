/* SPDX-License-Identifier: ISC */
/*
 * rollcall check: what is wrong or doubtful in the configuration, and what will be served with it:
 * above all which snippet files somebody gets, and which nobody does.
 */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "base/num.h"
#include "core/trust.h"
#include "proc/clock.h"
#include "tools/rollcall/check_certs.h"
#include "tools/rollcall/check_files.h"
#include "tools/rollcall/check_kept.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct check {
	struct arena arena;
	const struct home *home;
	const struct config *config; /* NULL: it has errors */
	struct findings *findings;
	const char *folder; /* of the snippets */
	const char *pki;    /* --pki */
	struct check_files files;
	const char *firmware, *bootcode; /* the folders they come from, NULL: not known */
	time_t now;
	struct buf out;
};

/* ---- text ---- */

static void heading(struct buf *out, const char *name)
{
	buf_addf(out, "%-14s ", name);
}

static void text_phases(struct check *k)
{
	const struct config *c = k->config;
	heading(&k->out, "phases");
	for (size_t i = 0; i < c->nphases; i++) {
		buf_addf(&k->out, "%s%s", i ? ", then " : "", c->phases[i].id);
		if (strcmp(c->phases[i].id, c->phases[i].snippets) != 0)
			buf_addf(&k->out, " (%s without limits of time)", c->phases[i].snippets);
	}
	buf_addc(&k->out, '\n');
}

static void text_environments(struct check *k)
{
	const struct config *c = k->config;
	heading(&k->out, "environments");
	for (size_t i = 0; i < c->nenvironments; i++) {
		const struct conf_list *implies = &c->environments[i].implies;
		buf_addf(&k->out, "%s%s%s", i ? ", " : "", c->environments[i].id,
		    i ? "" : " (when a device names none)");
		for (size_t n = 0; n < implies->count; n++)
			buf_addf(&k->out, "%s%s", n ? "+" : " with ", implies->items[n]);
	}
	buf_addc(&k->out, '\n');
}

static void text_classes(struct check *k)
{
	const struct config *c = k->config;
	heading(&k->out, "classes");
	for (size_t i = 0; i < c->nclasses; i++)
		buf_addf(&k->out, "%s%s (%zu)", i ? ", " : "", c->classes[i].id,
		    c->classes[i].models.count);
	buf_adds(&k->out, c->nclasses ? "\n" : "none\n");
}

static void text_snippet(struct check *k, const struct check_file *file)
{
	char when[32];
	long seconds = (long)(k->now - file->mtime);
	buf_addf(&k->out, "  %c %-36s ", file->mark, file->name);
	if (file->problem)
		buf_addf(&k->out, "cannot be sent: %s\n", file->problem);
	else if (!file->used)
		buf_addf(&k->out, "nobody gets it: %s\n", file->text);
	else if (seconds < 0)
		buf_addf(&k->out, "%s\n", file->text);
	else
		buf_addf(&k->out, "%s; %s old\n", file->text, num_age(seconds, when, sizeof when));
}

static void text_snippets(struct check *k)
{
	heading(&k->out, "snippets");
	buf_addf(&k->out, "%zu in %s\n", k->files.count, k->folder);
	for (size_t i = 0; i < k->files.count; i++)
		text_snippet(k, &k->files.list[i]);
}

static void text_build(struct check *k, const char *name, const char *build)
{
	heading(&k->out, name);
	if (!*k->config->master_info)
		buf_adds(&k->out, "not sent: master/@info is empty\n");
	else if (strcmp(build, "master") == 0)
		buf_adds(&k->out, "the build of the master device\n");
	else if (strcmp(build, "firmware") == 0)
		buf_adds(&k->out, "the same build as the firmware\n");
	else if (strcmp(build, "none") == 0)
		buf_adds(&k->out, "not sent\n");
	else
		buf_addf(&k->out, "build %s\n", build);
}

static void text_folder(struct check *k, const char *folder)
{
	bool there = access(folder, F_OK) == 0;
	buf_addf(&k->out, "  %c %-36s %s\n", there ? ' ' : '!', folder,
	    there ? "exists" : "does not exist: devices get 404");
}

static void text_firmware(struct check *k)
{
	const struct config *c = k->config;
	text_build(k, "firmware", c->master_firmware);
	text_build(k, "boot code", c->master_bootcode);
	if (!*c->master_info)
		return;
	heading(&k->out, "loaded from");
	buf_addf(&k->out, "%s\n", c->fwstorage_url);
	if (k->firmware)
		text_folder(k, k->firmware);
	if (k->bootcode && (!k->firmware || strcmp(k->bootcode, k->firmware) != 0))
		text_folder(k, k->bootcode);
	heading(&k->out, "master device");
	buf_addf(&k->out, "%s\n",
	    strcmp(c->master_info, "none") == 0 ? "none is asked" : c->master_info);
}

static void text_https(struct check *k)
{
	const struct config *c = k->config;
	heading(&k->out, "HTTPS");
	buf_adds(&k->out, c->times_forcehttps ? "forced" : "not forced");
	if (c->times_forcehttps && c->times_httpsport != CONF_ABSENT)
		buf_addf(&k->out, ", on port %ld", c->times_httpsport);
	buf_adds(&k->out, trust_is_forced(c)
			      ? "; snippets only for devices with a trusted certificate\n"
			      : "; no client certificate is needed\n");
}

static void print_text(struct check *k)
{
	findings_print(k->findings, &k->out);
	if (!k->config)
		return;
	text_phases(k);
	text_environments(k);
	text_classes(k);
	text_firmware(k);
	text_https(k);
	check_kept_text(k->config, &k->out);
	check_certs_text(k->config, &k->out);
	text_snippets(k);
}

/* ---- JSON ---- */

static void json_lists(struct check *k)
{
	const struct config *c = k->config;
	buf_adds(&k->out, ",\n  \"phases\": [");
	for (size_t i = 0; i < c->nphases; i++) {
		buf_adds(&k->out, i ? ", " : "");
		json_string(&k->out, c->phases[i].id);
	}
	buf_adds(&k->out, "],\n  \"environments\": [");
	for (size_t i = 0; i < c->nenvironments; i++) {
		buf_adds(&k->out, i ? ", " : "");
		json_string(&k->out, c->environments[i].id);
	}
	buf_adds(&k->out, "],\n  \"classes\": [");
	for (size_t i = 0; i < c->nclasses; i++) {
		json_pair(&k->out, i ? ", {" : "{", "id", c->classes[i].id);
		buf_addf(&k->out, ", \"models\": %zu}", c->classes[i].models.count);
	}
	buf_addc(&k->out, ']');
}

static void json_snippets(struct check *k)
{
	json_pair(&k->out, ",\n  ", "folder", k->folder);
	buf_adds(&k->out, ",\n  \"snippets\": [");
	for (size_t i = 0; i < k->files.count; i++) {
		const struct check_file *file = &k->files.list[i];
		json_pair(&k->out, i ? ",\n    {" : "\n    {", "name", file->name);
		buf_addf(&k->out, ", \"used\": %s", file->used ? "true" : "false");
		json_pair(&k->out, ", ", "text", file->text);
		json_pair(&k->out, ", ", "problem", file->problem);
		buf_addf(&k->out, ", \"modified\": %lld, \"size\": %zu}", (long long)file->mtime,
		    file->size);
	}
	buf_addc(&k->out, ']');
}

static void print_json(struct check *k)
{
	const struct config *c = k->config;
	buf_adds(&k->out, "{\n  ");
	findings_print_json(k->findings, &k->out);
	if (c) {
		json_lists(k);
		json_pair(&k->out, ",\n  ", "firmware", c->master_firmware);
		json_pair(&k->out, ",\n  ", "bootcode", c->master_bootcode);
		json_pair(&k->out, ",\n  ", "storage", c->fwstorage_url);
		json_pair(&k->out, ",\n  ", "master", c->master_info);
		buf_addf(&k->out, ",\n  \"forcehttps\": %s, \"forcetrust\": %s",
		    c->times_forcehttps ? "true" : "false", c->times_forcetrust ? "true" : "false");
		check_kept_json(c, &k->out);
		check_certs_json(c, &k->out);
		json_snippets(k);
	}
	buf_adds(&k->out, "\n}\n");
}

/* ---- the command ---- */

/* "" for a build that is not known or not wanted. */
static const char *build_of(const char *word, const char *of_master, const char *of_firmware)
{
	const struct {
		const char *word, *build;
	} words[] = {{"none", ""}, {"master", of_master}, {"firmware", of_firmware}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(word, words[i].word) == 0)
			return words[i].build;
	}
	return word;
}

static void look_at_firmware(struct check *k)
{
	const struct config *c = k->config;
	struct master master = {0};
	struct err e;
	if (!*c->master_info)
		return;
	if (master_is_asked(c) && !home_read_master(k->home, c, &master, &e))
		findings_add(k->findings, FINDING_WARNING, k->home->data, 0,
		    "what the master device answered cannot be read: %s", e.text);
	const char *firmware = build_of(c->master_firmware, master.firmware, "");
	const char *bootcode = build_of(c->master_bootcode, master.bootcode, firmware);
	if (*firmware)
		k->firmware = check_firmware(&k->arena, k->home, c, firmware, k->findings);
	if (*bootcode && strcmp(firmware, bootcode) != 0)
		k->bootcode = check_firmware(&k->arena, k->home, c, bootcode, k->findings);
}

/* The texts of the catalogue live as long as `dir`. */
static void look_at_snippets(struct check *k, struct snipdir *dir)
{
	const struct snippets *all = snipdir_refresh(dir, clock_now_ms());
	if (*snipdir_problem(dir))
		findings_add(
		    k->findings, FINDING_WARNING, k->folder, 0, "%s", snipdir_problem(dir));
	check_snippets(&k->arena, k->config, all, k->folder, k->now, &k->files, k->findings);
}

static void print(struct check *k, bool json)
{
	if (json)
		print_json(k);
	else
		print_text(k);
}

static void check_all(struct check *k, bool json)
{
	char *folder = home_path(k->home, k->config->times_dir);
	struct snipdir *dir = snipdir_new(folder, false);
	k->folder = folder;
	look_at_firmware(k);
	check_backup_folder(&k->arena, k->home, k->config, k->findings);
	check_certs(k->home, k->config, k->pki, k->now, k->findings);
	check_known_devices(k->home, k->config, k->findings);
	look_at_snippets(k, dir);
	print(k, json);
	snipdir_free(dir);
	free(folder);
}

/* Where an import left one that has errors: what those are. It is not used, so NULL in any case. */
static struct config *look_at_imported(const struct home *h, struct findings *f)
{
	struct buf bytes = {0};
	findings_add(f, FINDING_ERROR, h->user_config, 0,
	    "it does not exist; %s does, from an import: correct that one, if something is said of it "
	    "below, and name it user-config.xml",
	    h->imported_config);
	if (home_read_config(h->imported_config, &bytes, NULL))
		conf_free(home_compile(h->imported_config, &bytes, f));
	buf_free(&bytes);
	return NULL;
}

static struct config *read_config(const struct home *h, struct findings *f)
{
	struct buf bytes = {0};
	struct err e = {""};
	struct config *c = NULL;
	if (home_read_config(h->user_config, &bytes, &e))
		c = home_compile(h->user_config, &bytes, f);
	else if (access(h->user_config, F_OK) != 0 && access(h->imported_config, F_OK) == 0)
		c = look_at_imported(h, f);
	else
		findings_add(f, FINDING_ERROR, h->user_config, 0, "%s", e.text);
	buf_free(&bytes);
	return c;
}

int cmd_check(const struct home *h, const struct options *o)
{
	struct findings findings = {0};
	struct check k = {.home = h, .findings = &findings, .pki = o->pki, .now = time(NULL)};
	struct config *c = read_config(h, &findings);
	k.config = c;
	if (c)
		check_all(&k, o->json);
	else
		print(&k, o->json);
	int status = c && !findings.errors ? CLI_FINE : CLI_FINDING;
	conf_free(c);
	findings_free(&findings);
	arena_free(&k.arena);
	return cli_print(&k.out, status);
}
