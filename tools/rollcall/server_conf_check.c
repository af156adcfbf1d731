/* SPDX-License-Identifier: ISC */
/* Which options may stand in server.conf, and what their values must be (server_conf.h). */
#include "tools/rollcall/server_conf.h"

#include "base/address.h"
#include "base/text.h"
#include "home/base_path.h"
#include "tools/rollcall/listener.h"

#include <stdio.h>
#include <string.h>

/* What serve has, but of the one who starts it. */
static const char *const never[] = {"home", "help", "version"};

bool server_conf_has(const struct opt *row)
{
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		if (strcmp(row->name, never[i]) == 0)
			return false;
	}
	return (row->commands & CMD_SERVE) != 0;
}

static bool is_listener(const struct opt *row, const char *text, struct err *e)
{
	struct listener l;
	char option[32];
	snprintf(option, sizeof option, "--%s", row->name);
	return listener_parse(option, text, &l, e);
}

static bool is_base(const struct opt *row, const char *text, struct err *e)
{
	(void)row;
	return base_path_parse(text, e) != NULL;
}

/* Letters that mean themselves in lighttpd's configuration, besides the point. */
static bool is_path(const struct opt *row, const char *text, struct err *e)
{
	bool ok = text[0] == '/' && !strstr(text, "//") && !strstr(text, "/./") &&
		  !strstr(text, "/../") && !text_ends(text, "/.") && !text_ends(text, "/..") &&
		  text_is_utf8(text, strlen(text)) && !text_has_control(text, strlen(text)) &&
		  !text[strcspn(text, "\"\\%?#$*+^|()[]{}<>")];
	return ok || err_set(e,
			 "--%s %s: it must be a path from the root, without . and .. and signs of "
			 "patterns: /x for a folder with its files, /x/ with all that is below it",
			 row->name, text);
}

static bool is_auth(const struct opt *row, const char *text, struct err *e)
{
	return strcmp(text, "digest") == 0 || strcmp(text, "basic") == 0 ||
	       err_set(e, "--%s must be digest or basic, not \"%s\"", row->name, text);
}

static bool is_net(const struct opt *row, const char *text, struct err *e)
{
	struct address_net net;
	return address_net_parse(text, &net) ||
	       err_set(e, "--%s %s: it must be an address, or a network like 192.0.2.0/24",
		   row->name, text);
}

/* A setting that is not here may be any text. */
static const struct {
	const char *name;
	bool (*is)(const struct opt *row, const char *text, struct err *e);
} kinds[] = {
    {"http", is_listener},
    {"https", is_listener},
    {"mtls", is_listener},
    {"base", is_base},
    {"public", is_path},
    {"webdav-public", is_path},
    {"webdav-writable", is_path},
    {"auth", is_auth},
    {"trust-proxy", is_net},
};

bool server_conf_is_value(const struct opt *row, const char *text, struct err *e)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].name, row->name) == 0)
			return kinds[i].is(row, text, e);
	}
	return true;
}

static const void *field_of(const struct opt *row, const struct options *o)
{
	return (const char *)o + row->field;
}

static bool check_row(const struct opt *row, const struct options *o, struct err *e)
{
	const char *text = row->kind == OPT_TEXT ? *(const char *const *)field_of(row, o) : NULL;
	const struct opt_list *list = row->kind == OPT_LIST ? field_of(row, o) : NULL;
	if (text && !server_conf_is_value(row, text, e))
		return false;
	for (size_t i = 0; list && i < list->count; i++) {
		if (!server_conf_is_value(row, list->items[i], e))
			return false;
	}
	return true;
}

static bool are_different(const struct options *o, struct err *e)
{
	static const char *const names[] = {"--http", "--https", "--mtls"};
	const char *const texts[] = {o->http, o->https, o->mtls};
	struct listener all[3];
	for (size_t i = 0; i < 3; i++) {
		if (!listener_parse(names[i], texts[i], &all[i], e))
			return false;
		for (size_t k = 0; k < i; k++) {
			if (listener_clash(&all[k], &all[i]))
				return err_set(e,
				    "%s %s and %s %s are the same port; give each its own",
				    names[k], texts[k], names[i], texts[i]);
		}
	}
	return true;
}

bool server_conf_check(const struct options *o, struct err *e)
{
	for (size_t i = 0; i < options_table.count; i++) {
		const struct opt *row = &options_table.rows[i];
		if (server_conf_has(row) && !check_row(row, o, e))
			return false;
	}
	return are_different(o, e);
}

const struct opt *server_conf_find(const char *name, struct err *e)
{
	const char *names[OPT_ROWS];
	size_t count = 0;
	for (size_t i = 0; i < options_table.count; i++) {
		const struct opt *row = &options_table.rows[i];
		if (!server_conf_has(row))
			continue;
		if (strcmp(row->name, name) == 0)
			return row;
		names[count++] = row->name;
	}
	const char *meant = text_nearest(name, names, count);
	if (meant)
		err_set(e, "there is no setting \"%s\"; did you mean %s?", name, meant);
	else
		err_set(e, "there is no setting \"%s\"; rollcall help setup lists them", name);
	return NULL;
}
