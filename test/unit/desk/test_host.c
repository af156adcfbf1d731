/* SPDX-License-Identifier: ISC */
/* desk/host: what /proc says, also when it says less, or something else. */
#include "desk/host.h"

#include "test/unit/helpers.h"

static void memory(void **state)
{
	(void)state;
	struct host h = {.cores = 0};
	host_parse_meminfo(
	    "MemTotal:        4028440 kB\nMemFree:           74380 kB\n"
	    "MemAvailable:    2028440 kB\nSwapCached:  1 kB\nSwapTotal:       10 kB\n"
	    "SwapFree:        4 kB\n",
	    &h);
	assert_int_equal(h.memory, 4028440L * 1024);
	assert_int_equal(h.memory_free, 2028440L * 1024);
	assert_int_equal(h.swap, 10 * 1024);
	assert_int_equal(h.swap_free, 4 * 1024);
	host_parse_meminfo("nothing of the kind", &h);
	assert_int_equal(h.memory, 0);
}

static void sockets(void **state)
{
	(void)state;
	struct host h = {.cores = 0};
	host_parse_sockstat("sockets: used 213\nTCP: inuse 27 orphan 0 tw 3 alloc 30 mem 1\n"
			    "UDP: inuse 5 mem 2\nUDPLITE: inuse 9\nRAW: inuse 0\n",
	    &h);
	host_parse_sockstat("TCP6: inuse 4\nUDP6: inuse 2\nUDPLITE6: inuse 8\n", &h);
	assert_int_equal(h.sockets, 213);
	assert_int_equal(h.tcp, 27);
	assert_int_equal(h.tcp_closing, 3);
	assert_int_equal(h.udp, 5);
	assert_int_equal(h.tcp6, 4);
	assert_int_equal(h.udp6, 2);
	host_parse_sockstat("", &h);
	host_parse_sockstat("TCP:", &h);
	host_parse_sockstat("xTCP: inuse 99", &h);
	assert_int_equal(h.tcp, 27);
}

static void load(void **state)
{
	(void)state;
	struct host h = {.cores = 0};
	host_parse_loadavg("0.20 0.18 12.5 1/80 11206\n", &h);
	assert_true(h.load[0] == 0.20 && h.load[1] == 0.18 && h.load[2] == 12.5);
	assert_int_equal(h.processes, 80);
	host_parse_loadavg("0.9 x", &h);
	assert_true(h.load[0] == 0.20);
}

/* A name with blanks and brackets is no other field. */
static void a_process(void **state)
{
	(void)state;
	static const char text[] =
	    "4711 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 13 14 15 16 17 18 19 20 33 34";
	struct host_process p = {0};
	assert_true(host_parse_stat(text, 100, &p));
	assert_int_equal(p.cpu_ms, 2000);
	assert_int_equal(p.memory, 33 * sysconf(_SC_PAGESIZE));
	assert_false(host_parse_stat("4711 (a) S 1 2 3", 100, &p));
	assert_false(host_parse_stat("", 100, &p));
	assert_false(host_parse_stat(text, 0, &p));
}

static void this_machine(void **state)
{
	struct home home;
	struct host h;
	struct err e;
	struct arena a = {0};
	struct host_process p;
	assert_true(home_open(&home, *state, &e) && home_make(&home, &e));
	host_read(&a, &home, &h);
	assert_true(*h.name && h.cores > 0 && h.uptime > 0 && h.memory > h.memory_free);
	assert_in_range(h.ndisks, 1, 5);
	assert_string_equal(h.disks[0].path, home.data);
	assert_true(h.disks[0].size > h.disks[0].available && h.disks[0].percent <= 100);
	host_process_read((int)getpid(), &p);
	assert_true(p.memory > 100000);
	host_process_read(0, &p);
	assert_int_equal(p.memory, 0);
	arena_free(&a);
	home_close(&home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory),
	    cmocka_unit_test(sockets),
	    cmocka_unit_test(load),
	    cmocka_unit_test(a_process),
	    cmocka_unit_test_setup_teardown(this_machine, folder_setup, folder_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
