/* SPDX-License-Identifier: ISC */
#include "fcgi/identity.h"

#include "base/buf.h"
#include "base/log.h"
#include "proc/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SUBJECT "client certificates"
#define RETRY_MS 1000

static char *path_in(const char *folder, const char *name)
{
	struct buf path = {0};
	buf_addf(&path, "%s/%s", folder, name);
	return path.data;
}

void identity_init(struct identity *i, const struct server *server)
{
	*i = (struct identity){
	    .cas = path_in(server->pki, IDENTITY_CAS),
	    .crl = path_in(server->pki, IDENTITY_CRL),
	};
	i->crls[0] = server->home.ca_crl;
	i->crls[1] = i->crl;
}

void identity_free(struct identity *i)
{
	client_trust_free(i->trust);
	free(i->cas);
	free(i->crl);
	*i = (struct identity){.cas = NULL};
}

/* The same is said once, not for every device that calls. */
static void say(struct identity *i, const struct err *e)
{
	if (strcmp(i->problem.text, e->text) != 0)
		log_warn(SUBJECT, "%s; every client certificate is refused", e->text);
	i->problem = *e;
}

static void load(struct identity *i, int64_t now_ms)
{
	struct err e = {""};
	if (i->tried_ms && now_ms - i->tried_ms < RETRY_MS)
		return;
	i->tried_ms = now_ms;
	i->trust = client_trust_load(i->cas, i->crls, &e);
	if (!i->trust)
		say(i, &e);
	else if (*i->problem.text)
		log_info(SUBJECT, "the CAs can be read again");
	if (i->trust)
		i->problem.text[0] = '\0';
}

/* A file that was damaged meanwhile leaves in force what was. */
static void refresh(struct identity *i, int64_t now_ms)
{
	struct err e = {""};
	if (!client_trust_refresh(i->trust, now_ms, &e))
		log_warn(SUBJECT, "%s; what was read before stays in force", e.text);
}

struct cert *identity_verify(struct identity *i, struct arena *a, const char *pem, struct err *e)
{
	int64_t now_ms = clock_now_ms();
	if (i->trust)
		refresh(i, now_ms);
	else
		load(i, now_ms);
	if (!i->trust) {
		/* Where our files lie is nothing for the other side. */
		err_set(e, "the CAs of devices cannot be read here, the server's log says why");
		return NULL;
	}
	struct cert *cert = arena_alloc(a, sizeof *cert);
	return client_verify(i->trust, a, pem, time(NULL), cert, e) ? cert : NULL;
}
