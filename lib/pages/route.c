/* SPDX-License-Identifier: ISC */
#include "pages/route.h"

#include "pages/pages.h"

#include <string.h>

#define GET METHOD_GET
#define POST METHOD_POST

/* clang-format off */
static const struct page_route routes[] = {
    /* address                 method  who                 token  function */
    {"web/*",                  GET,  ROLE_NOBODY,        false, page_file},
    {"admin/sign-in",          GET,  ROLE_NOBODY,        false, page_sign_in},
    {"admin/sign-in",          POST, ROLE_NOBODY,        false, act_sign_in},
    {"admin/sign-out",         POST, ROLE_VIEWER,        true,  act_sign_out},
    {"admin/",                 GET,  ROLE_VIEWER,        false, page_fleet},
    {"admin/devices",          GET,  ROLE_VIEWER,        false, page_devices},
    {"admin/devices/rows",     GET,  ROLE_VIEWER,        false, page_devices_rows},
    {"admin/devices.csv",      GET,  ROLE_VIEWER,        false, page_devices_csv},
    {"admin/devices.json",     GET,  ROLE_VIEWER,        false, page_devices_json},
    {"admin/devices/act",      POST, ROLE_OPERATOR,      true,  act_devices},
    {"admin/device",           GET,  ROLE_VIEWER,        false, page_device},
    {"admin/device/plan",      GET,  ROLE_OPERATOR,      false, page_device_plan},
    {"admin/device/answer",    GET,  ROLE_VIEWER,        false, page_device_answer},
    {"admin/device/backup",    GET,  ROLE_OPERATOR,      false, page_device_backup},
    {"admin/device/diff",      GET,  ROLE_OPERATOR,      false, page_device_diff},
    {"admin/device/csr",       GET,  ROLE_VIEWER,        false, page_device_csr},
    {"admin/device/act",       POST, ROLE_OPERATOR,      true,  act_device},
    {"admin/device/certificate", POST, ROLE_OPERATOR,    true,  act_device_csr},
    {"admin/snippets",         GET,  ROLE_VIEWER,        false, page_snippets},
    {"admin/snippet",          GET,  ROLE_OPERATOR,      false, page_snippet},
    {"admin/configuration",    GET,  ROLE_VIEWER,        false, page_config},
    {"admin/add",              GET,  ROLE_VIEWER,        false, page_add},
    {"admin/add/script",       GET,  ROLE_VIEWER,        false, page_add_script},
    {"admin/audit",            GET,  ROLE_VIEWER,        false, page_audit},
    {"admin/audit.csv",        GET,  ROLE_VIEWER,        false, page_audit_csv},
    {"admin/alarms",           GET,  ROLE_VIEWER,        false, page_alarms},
    {"admin/alarms.csv",       GET,  ROLE_VIEWER,        false, page_alarms_csv},
    {"admin/alarms/act",       POST, ROLE_OPERATOR,      true,  act_alarms},
    {"admin/log",              GET,  ROLE_VIEWER,        false, page_log},
    {"admin/log/rows",         GET,  ROLE_VIEWER,        false, page_log_rows},
    {"admin/log/file",         GET,  ROLE_VIEWER,        false, page_log_file},
    {"admin/status",           GET,  ROLE_VIEWER,        false, page_status},
    {"admin/status.xml",       GET,  ROLE_VIEWER,        false, page_status_xml},
    {"admin/metrics",          GET,  ROLE_NOBODY,        false, page_metrics},
    {"admin/statistics",       GET,  ROLE_VIEWER,        false, page_stats},
    {"admin/statistics.csv",   GET,  ROLE_VIEWER,        false, page_stats_csv},
    {"admin/users",            GET,  ROLE_VIEWER,        false, page_users},
    {"admin/users/password",   POST, ROLE_VIEWER,        true,  act_password},
    {"admin/users/save",       POST, ROLE_ADMINISTRATOR, true,  act_user_save},
    {"admin/users/drop",       POST, ROLE_ADMINISTRATOR, true,  act_user_drop},
    {"admin/admin.php",        GET,  ROLE_VIEWER,        false, page_legacy},
};
/* clang-format on */
#define NROUTES (sizeof routes / sizeof *routes)

static bool is_path(const struct page_route *r, const char *path)
{
	size_t n = strlen(r->path);
	if (r->path[n - 1] != '*')
		return strcmp(r->path, path) == 0;
	return strncmp(r->path, path, n - 1) == 0 && !strchr(path + n - 1, '/');
}

const struct page_route *page_route_find(const char *path, enum method method, bool *known)
{
	*known = false;
	for (size_t i = 0; i < NROUTES; i++) {
		if (!is_path(&routes[i], path))
			continue;
		if (routes[i].method == method)
			return &routes[i];
		*known = true;
	}
	return NULL;
}

const struct page_route *page_routes(size_t *count)
{
	*count = NROUTES;
	return routes;
}
