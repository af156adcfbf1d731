/* SPDX-License-Identifier: ISC */
/* fcgi/route: which endpoint a path and a method are for, and what is refused. */
#include "fcgi/endpoints.h"
#include "fcgi/route.h"

#include "test/unit/helpers.h"

static const char *const update_base[] = {"/update"};
static const char *const two_bases[] = {"/update", "/mtls/update"};
static const char *const root_base[] = {""};

#define BASES(list) (list), COUNT(list)

static void expect(const struct route_query *q, int status, void (*handle)(struct exchange *))
{
	struct route_result r;
	route_find(q, &r);
	if (r.status != status)
		fail_msg("%s %s: %d instead of %d", q->method, q->path, r.status, status);
	assert_ptr_equal(r.route ? r.route->handle : NULL, handle);
	if (status != 405)
		assert_null(r.allow);
	else
		assert_string_equal(r.allow, "GET, HEAD, PUT");
}

static void answers_by_path_and_method(void **state)
{
	(void)state;
	static const struct {
		const char *path, *method, *length;
		int status;
		void (*handle)(struct exchange *);
	} rows[] = {
	    {"/update/update.php", "GET", NULL, 200, ep_poll},
	    {"/update/update.php", "GET", "", 200, ep_poll},
	    {"/update/update.php", "GET", "0", 200, ep_poll},
	    {"/update/update.php", "HEAD", NULL, 200, ep_poll},
	    {"/update/update.php", "PUT", "100", 200, ep_put},
	    {"/update/update.php", "PUT", "16777216", 200, ep_put},
	    {"/update/update.php", "PUT", "16777217", 413, NULL},
	    {"/update/update.php", "PUT", "99999999999999999999", 413, NULL},
	    {"/update/update.php", "PUT", "-1", 413, NULL},
	    {"/update/update.php", "PUT", "1x", 413, NULL},
	    {"/update/update.php", "GET", "1", 413, NULL},
	    {"/update/update.php", "POST", "1", 405, NULL},
	    {"/update/update.php", "get", NULL, 405, NULL},
	    {"/update/update.php", "PROPFIND", NULL, 405, NULL},
	    {"/update/update.php", "", NULL, 405, NULL},
	    {"/update/update.php", NULL, NULL, 405, NULL},
	    {NULL, "GET", NULL, 404, NULL},
	    {"", "GET", NULL, 404, NULL},
	    {"/", "GET", NULL, 404, NULL},
	    {"/update", "GET", NULL, 404, NULL},
	    {"/update/", "GET", NULL, 404, NULL},
	    {"/update/update.ph", "GET", NULL, 404, NULL},
	    {"/update/update.phpx", "GET", NULL, 404, NULL},
	    {"/update/update.php/", "GET", NULL, 404, NULL},
	    {"/update/update.php/x", "GET", NULL, 404, NULL},
	    {"/update/UPDATE.PHP", "GET", NULL, 404, NULL},
	    {"/update//update.php", "GET", NULL, 404, NULL},
	    {"/update/../update/update.php", "GET", NULL, 404, NULL},
	    {"/updateupdate.php", "GET", NULL, 404, NULL},
	    {"/update.php", "GET", NULL, 404, NULL},
	    {"/other/update.php", "GET", NULL, 404, NULL},
	    {"update/update.php", "GET", NULL, 404, NULL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct route_query q = {
		    BASES(update_base), rows[i].path, rows[i].method, rows[i].length};
		expect(&q, rows[i].status, rows[i].handle);
	}
}

static void there_may_be_several_bases(void **state)
{
	(void)state;
	const struct route_query q = {BASES(two_bases), "/mtls/update/update.php", "GET", NULL};
	expect(&q, 200, ep_poll);
	const struct route_query second = {BASES(two_bases), "/mtls/update.php", "GET", NULL};
	expect(&second, 404, NULL);
}

static void the_base_may_be_the_root(void **state)
{
	(void)state;
	const struct route_query q = {BASES(root_base), "/update.php", "GET", NULL};
	expect(&q, 200, ep_poll);
	const struct route_query below_it = {BASES(root_base), "/update/update.php", "GET", NULL};
	expect(&below_it, 404, NULL);
}

/* Whatever the base paths are. */
static void some_are_at_the_root(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		void (*handle)(struct exchange *);
	} rows[] = {{"/healthz", ep_health}, {"/status", ep_moved}, {"/status.php", ep_moved},
	    {"/status.xml", ep_moved}, {"/metrics", ep_moved}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct route_query q = {BASES(update_base), rows[i].path, "GET", NULL};
		expect(&q, 200, rows[i].handle);
		const struct route_query root = {BASES(root_base), rows[i].path, "HEAD", NULL};
		expect(&root, 200, rows[i].handle);
	}
	const struct route_query below_it = {BASES(update_base), "/update/healthz", "GET", NULL};
	expect(&below_it, 404, NULL);
	const struct route_query more = {BASES(update_base), "/healthz/", "GET", NULL};
	expect(&more, 404, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_by_path_and_method),
	    cmocka_unit_test(there_may_be_several_bases),
	    cmocka_unit_test(the_base_may_be_the_root),
	    cmocka_unit_test(some_are_at_the_root),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
