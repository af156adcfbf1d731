/* SPDX-License-Identifier: ISC */
/*
 * A configuration against the devices that are known: who is in an environment that is not there any
 * more is refused at its next poll; and where they ask for us. One walk through the store, in one snapshot: 100 000 devices take
 * a fraction of a second.
 */
#include "base/limits.h"
#include "core/urlmod.h"
#include "desk/check_parts.h"
#include "desk/desk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMED 8 /* environments that are told about */

struct lost {
	char name[LIMIT_ENV + 1];
	size_t devices;
};

struct walk {
	struct arena read, kept;
	const char **ids; /* of all environments, sorted */
	size_t count;
	struct lost lost[NAMED];
	size_t nlost, others; /* others: devices in still more of them */
	const struct config *config;
	struct check_web_fleet *fleet;
};

static int by_id(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_configured(const struct walk *w, const char *name)
{
	return bsearch(&name, w->ids, w->count, sizeof *w->ids, by_id);
}

static void count(struct walk *w, const char *name)
{
	size_t i = 0;
	while (i < w->nlost && strcmp(w->lost[i].name, name) != 0)
		i++;
	if (i == NAMED) {
		w->others++;
		return;
	}
	if (i == w->nlost) {
		w->nlost++;
		memcpy(w->lost[i].name, name, strlen(name) + 1);
	}
	w->lost[i].devices++;
}

/* The URL as the device will ask it: who is moved to HTTPS is moved to what times/@httpsurlmod makes of it. */
static void note_host(struct walk *w, const struct device *d)
{
	const struct config *c = w->config;
	const char *url = d->asked;
	if (c->times_forcehttps && c->urlmod && !d->https)
		url = urlmod_apply(c->urlmod, url, &w->read, NULL);
	if (url)
		check_web_note(w->fleet, url, c->times_forcehttps);
	w->fleet->devices++;
}

/* The names of a device are joined by ", ". */
static bool look_at(void *context, const struct device *d)
{
	struct walk *w = context;
	char name[LIMIT_ENV + 1];
	for (const char *p = d->environments; *p; p += strspn(p, ", ")) {
		size_t n = strcspn(p, ",");
		if (n && n < sizeof name) {
			memcpy(name, p, n);
			name[n] = '\0';
			if (!is_configured(w, name))
				count(w, name);
		}
		p += n;
	}
	note_host(w, d);
	arena_reset(&w->read);
	return true;
}

static void sort_ids(struct walk *w, const struct config *c)
{
	w->count = c->nenvironments;
	w->ids = arena_calloc(&w->kept, w->count + 1, sizeof *w->ids);
	for (size_t i = 0; i < w->count; i++)
		w->ids[i] = c->environments[i].id;
	qsort(w->ids, w->count, sizeof *w->ids, by_id);
}

static bool walk(struct walk *w, const struct home *h, struct store *open, struct err *e)
{
	struct store *s = open ? open : desk_store(h, e);
	bool ok = s && store_begin(s, e);
	if (ok) {
		store_each(s, &w->read, "", look_at, w);
		ok = store_end(s, e);
	}
	if (!open)
		store_close(s);
	return ok;
}

static void tell(const struct walk *w, const struct home *h, struct findings *f)
{
	for (size_t i = 0; i < w->nlost; i++) {
		const struct lost *one = &w->lost[i];
		bool many = one->devices != 1;
		findings_add(f, FINDING_WARNING, h->user_config, 0,
		    "%zu known device%s in environment %.*s, which is not configured: %s in its URL "
		    "is sent nothing",
		    one->devices, many ? "s are" : " is", findings_shown(one->name), one->name,
		    many ? "one that names it" : "if it names that one");
	}
	if (w->others)
		findings_add(f, FINDING_WARNING, h->user_config, 0,
		    "%zu more known devices are in still other environments that are not configured",
		    w->others);
}

void check_known_devices(const struct home *h, const struct config *c, struct store *s,
    struct check_web_fleet *fleet, struct findings *f)
{
	struct walk w = {.config = c, .fleet = fleet};
	struct err e = {""};
	if (access(h->store, F_OK) != 0 && errno == ENOENT)
		return;
	sort_ids(&w, c);
	if (walk(&w, h, s, &e))
		tell(&w, h, f);
	else
		findings_add(f, FINDING_WARNING, h->store, 0,
		    "whether the known devices fit to the configuration cannot be said: %s",
		    e.text);
	arena_free(&w.read);
	arena_free(&w.kept);
}
