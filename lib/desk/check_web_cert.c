/* SPDX-License-Identifier: ISC */
/* The certificate that the web server shows (check_web.h). */
#include "desk/check_web.h"

#include "base/date.h"
#include "base/file.h"
#include "base/text.h"
#include "desk/cells.h"
#include "guard/front.h"
#include "guard/x509.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

#define NAME "server.pem"
#define FILE_MOST ((size_t)1 << 20)

/* ---- what devices ask for ---- */

/* "example.net" of "https://example.net:444/update/…", "::1" of "https://[::1]/…". */
static bool host_of(const char *url, char *out, size_t room)
{
	const char *slashes = strstr(url, "://");
	const char *host = slashes ? slashes + 3 : url;
	bool bracketed = *host == '[';
	host += bracketed;
	size_t size = strcspn(host, bracketed ? "]" : ":/?");
	if (!slashes || !size || size >= room)
		return false;
	memcpy(out, host, size);
	out[size] = '\0';
	text_lower_all(out);
	return true;
}

void check_web_note(struct check_web_fleet *fleet, const char *asked, bool forced)
{
	char name[sizeof fleet->hosts->name];
	size_t i = 0;
	if ((!forced && !text_starts(asked, "https://")) || !host_of(asked, name, sizeof name))
		return;
	while (i < fleet->nhosts && strcmp(fleet->hosts[i].name, name) != 0)
		i++;
	if (i == CHECK_WEB_HOSTS)
		return;
	if (i == fleet->nhosts)
		memcpy(fleet->hosts[fleet->nhosts++].name, name, strlen(name) + 1);
	fleet->hosts[i].devices++;
}

/* ---- the certificate ---- */

static void check_dates(struct arena *a, const char *path, const struct cert *cert, time_t now,
    long days, struct findings *f)
{
	struct buf until = {0};
	cell_until(&until, cert->until, now);
	const char *when = arena_strdup(a, buf_text(&until));
	buf_free(&until);
	if (cert->until <= now)
		findings_add(f, FINDING_ERROR, path, 0,
		    "the certificate of this server has expired (%s): browsers and devices that check it "
		    "turn away",
		    when);
	else if (cert->from > now)
		findings_add(f, FINDING_ERROR, path, 0,
		    "the certificate of this server is not valid yet: is the clock right?");
	else if (cert->until - now <= days * DATE_DAY)
		findings_add(f, FINDING_WARNING, path, 0,
		    "the certificate of this server expires on %s: bring a new one in time", when);
}

static void check_names(const struct buf *pem, const char *path, const char *names,
    const struct check_web_fleet *fleet, struct findings *f)
{
	for (size_t i = 0; i < fleet->nhosts; i++) {
		const struct check_web_host *host = &fleet->hosts[i];
		if (front_is_for(buf_text(pem), pem->size, host->name))
			continue;
		findings_add(f, FINDING_WARNING, path, 0,
		    "%zu device%s for %.*s over HTTPS, or will be moved there, but the certificate of this "
		    "server is for %s",
		    host->devices, host->devices == 1 ? " asks" : "s ask",
		    findings_shown(host->name), host->name, *names ? names : "no name at all");
	}
}

static void check_first(const struct buf *pem, const char *path,
    const struct check_web_fleet *fleet, time_t now, long days, struct findings *f)
{
	struct arena a = {0};
	struct cert facts;
	X509 *cert = x509_read_one(buf_text(pem), pem->size, NULL);
	if (cert) {
		x509_show_facts(&a, cert, &facts);
		const char *names = x509_show_san(&a, X509_get0_extensions(cert));
		check_dates(&a, path, &facts, now, days, f);
		check_names(pem, path, *names ? names : facts.cn, fleet, f);
	}
	X509_free(cert);
	arena_free(&a);
}

void check_web_cert(
    const char *pki, const struct check_web_fleet *fleet, time_t now, long days, struct findings *f)
{
	struct buf path = {0}, pem = {0};
	struct err e = {""};
	buf_addf(&path, "%s/" NAME, pki);
	/* Without one, serve makes one. */
	bool missing = access(buf_text(&path), F_OK) != 0 && errno == ENOENT;
	if (!missing && !file_read(AT_FDCWD, buf_text(&path), FILE_MOST, &pem, &e)) {
		findings_add(f, FINDING_WARNING, buf_text(&path), 0,
		    "the certificate of this server cannot be looked at: %s", e.text);
	} else if (!missing) {
		if (!front_check_server(buf_text(&pem), pem.size, &e))
			findings_add(f, FINDING_ERROR, buf_text(&path), 0,
			    "the certificate of this server cannot be served: %s", e.text);
		check_first(&pem, buf_text(&path), fleet, now, days, f);
	}
	OPENSSL_cleanse(pem.data, pem.size);
	buf_free(&pem);
	buf_free(&path);
}
