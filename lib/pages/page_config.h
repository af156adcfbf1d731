/* SPDX-License-Identifier: ISC */
/* The parts of the page of the configuration; for the files page_config*.c. */
#ifndef PAGES_PAGE_CONFIG_H
#define PAGES_PAGE_CONFIG_H

#include "core/conf.h"
#include "core/findings.h"
#include "core/master.h"
#include "home/home.h"
#include "view/doc.h"

#include <stdbool.h>
#include <stdint.h>

/* <finding kind="error" file="config/user-config.xml" line="12">…</finding> for each, errors first. */
void config_findings(struct doc *d, const struct home *h, const struct findings *f);
/* <master state="current" …/>: what is known of the master device, and which builds are wanted. */
void config_master(struct doc *d, const struct config *c, const struct master *m, int64_t now);
/* <phase/>, <environment/>, <class/>: what devices can be in. */
void config_names(struct doc *d, const struct config *c);
/*
 * <group name="times"> with a <value/> for each setting: in plain words, where it came from; without passwords.
 * `all`: also those that are as they were shipped.
 */
void config_values(struct doc *d, const struct home *h, const struct config *c, bool all);

/* A file as it is told: below the home without that. */
const char *config_file(const struct home *h, const char *path);

#endif
