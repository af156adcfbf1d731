/* SPDX-License-Identifier: ISC */
#include "desk/check.h"

#include "core/master.h"
#include "desk/check_parts.h"
#include "proc/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the configuration ---- */

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

/* ---- what will be served ---- */

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
		findings_add(&k->findings, FINDING_WARNING, k->home->data, 0,
		    "what the master device answered cannot be read: %s", e.text);
	const char *firmware = build_of(c->master_firmware, master.firmware, "");
	const char *bootcode = build_of(c->master_bootcode, master.bootcode, firmware);
	if (*firmware)
		k->firmware = check_firmware(&k->arena, k->home, c, firmware, &k->findings);
	if (*bootcode && strcmp(firmware, bootcode) != 0)
		k->bootcode = check_firmware(&k->arena, k->home, c, bootcode, &k->findings);
}

/* The texts of the catalogue live as long as k->dir. */
static void look_at_snippets(struct check *k)
{
	char *folder = home_path(k->home, k->config->times_dir);
	k->folder = arena_strdup(&k->arena, folder);
	free(folder);
	k->dir = snipdir_new(k->folder, false);
	const struct snippets *all = snipdir_refresh(k->dir, clock_now_ms());
	if (*snipdir_problem(k->dir))
		findings_add(
		    &k->findings, FINDING_WARNING, k->folder, 0, "%s", snipdir_problem(k->dir));
	check_snippets(&k->arena, k->config, all, k->folder, k->now, &k->files, &k->findings);
}

static void look_at_web(struct check *k, const struct check_web_fleet *fleet)
{
	const struct check_web *w = k->web;
	const char *pki = k->pki ? k->pki : k->home->pki;
	if (w)
		check_web_settings(k->home, w, &k->findings);
	check_web_running(k->home, &k->findings);
	/* A proxy in front has the certificate that devices see. */
	struct check_web_fleet none = {0};
	bool behind = w && w->proxies.count;
	long days = k->config ? k->config->alarms_certs : CHECK_WEB_DAYS;
	check_web_cert(pki, behind ? &none : fleet, k->now, days, &k->findings);
	check_web_limits(k->home, w, fleet->devices, &k->findings);
	if (!k->thorough)
		return;
	check_web_files(k->home, k->config, pki, &k->findings);
	check_web_ask(k->home, &k->findings);
}

void check_run(struct check *k)
{
	struct check_web_fleet fleet = {0};
	k->config = read_config(k->home, &k->findings);
	if (!k->config) {
		look_at_web(k, &fleet);
		return;
	}
	look_at_firmware(k);
	check_backup_folder(&k->arena, k->home, k->config, &k->findings);
	check_certs(k->home, k->config, k->pki, k->now, &k->findings);
	check_known_devices(k->home, k->config, k->store, &fleet, &k->findings);
	check_forwards(&k->arena, k->config, &k->findings);
	look_at_web(k, &fleet);
	look_at_snippets(k);
}

void check_free(struct check *k)
{
	if (k->dir)
		snipdir_free(k->dir);
	conf_free(k->config);
	findings_free(&k->findings);
	arena_free(&k->arena);
}
