/* SPDX-License-Identifier: ISC */
/*
 * Looks at a store, holds readers of it, and sends changes to its writer, all of it faster and more
 * exactly than the command line would. For tests (test/lib/faults.py).
 *
 *     look dump DIR                        a line of JSON for each device, with all of its answers
 *     look info DIR                        numbers, as JSON
 *     look readers DIR                     how many have a place in LMDB's table of readers, dead or alive
 *     look tallies DIR WHAT                how many of it were counted, all in all
 *     look verify DIR                      status 1, and why, when something is damaged
 *     look session DIR ID USED             begins a session that was last used then, while no server runs
 *     look hold DIR COUNT                  so many processes, each in a snapshot, until stdin ends
 *     look churn DIR COUNT                 makes a store with so many commits that overwrite answers, and
 *                                          opens it again and again
 *     look post SOCKET COUNT               so many changes one after the other, each acknowledged
 *     look pace SOCKET CLIENTS RATE SECONDS  changes at a steady rate; how long they take, as JSON
 */
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"
#include "core/change.h"
#include "proc/clock.h"
#include "proc/post.h"
#include "store/store.h"

#include <inttypes.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 100000

static int fail(const char *why)
{
	fprintf(stderr, "look: %s\n", why);
	return 1;
}

static int print(struct buf *out)
{
	bool ok = fwrite(buf_text(out), 1, out->size, stdout) == out->size && fflush(stdout) == 0;
	buf_free(out);
	return ok ? 0 : fail("the output cannot be written");
}

static struct store *open_for_reading(const char *dir)
{
	struct err e = {""};
	struct store *s = store_open(dir, STORE_READ, STORE_MAP_MB, &e);
	if (!s)
		fail(e.text);
	else if (!store_begin(s, &e)) {
		fail(e.text);
		store_close(s);
		s = NULL;
	}
	return s;
}

static int close_after_reading(struct store *s, struct buf *out)
{
	struct err e = {""};
	bool whole = store_end(s, &e);
	store_close(s);
	if (whole)
		return print(out);
	buf_free(out);
	return fail(e.text);
}

/* ---- looking ---- */

struct dump {
	struct store *store;
	struct arena arena; /* for the answers of one device */
	struct buf out;
};

static void dump_answers(struct dump *d, const char *sn)
{
	size_t count;
	arena_reset(&d->arena);
	const struct store_answer *all = store_answers(d->store, &d->arena, sn, &count);
	for (size_t i = 0; i < count; i++) {
		buf_adds(&d->out, i ? ", " : "");
		json_string(&d->out, all[i].query);
		buf_adds(&d->out, ": ");
		json_string(&d->out, arena_strndup(&d->arena, all[i].xml, all[i].size));
	}
}

static bool dump_device(void *context, const struct device *device)
{
	struct dump *d = context;
	buf_adds(&d->out, "{\"sn\": ");
	json_string(&d->out, device->sn);
	buf_adds(&d->out, ", \"prot\": ");
	json_string(&d->out, device->prot);
	buf_adds(&d->out, ", \"boot\": ");
	json_string(&d->out, device->boot);
	buf_addf(&d->out, ", \"seen\": %" PRId64 ", \"polls\": %" PRId64 ", \"answers\": {",
	    device->seen, device->polls);
	dump_answers(d, device->sn);
	buf_adds(&d->out, "}}\n");
	return true;
}

static int dump(char **words)
{
	struct arena arena = {0};
	struct dump d = {.store = open_for_reading(words[0])};
	if (!d.store)
		return 1;
	store_each(d.store, &arena, "", dump_device, &d);
	arena_free(&arena);
	arena_free(&d.arena);
	return close_after_reading(d.store, &d.out);
}

static int info(char **words)
{
	struct store_info i;
	struct buf out = {0};
	struct store *s = open_for_reading(words[0]);
	if (!s)
		return 1;
	store_info(s, &i);
	buf_addf(&out,
	    "{\"devices\": %zu, \"records\": %zu, \"file_bytes\": %zu, \"used_bytes\": %zu, "
	    "\"map_bytes\": %zu, \"readers\": %u, \"readers_max\": %u, \"accounts\": %zu, "
	    "\"sessions\": %zu, \"tallies\": %zu, \"alarms\": %zu, \"news\": %zu}\n",
	    i.devices, i.records, i.file_bytes, i.used_bytes, i.map_bytes, i.readers, i.readers_max,
	    i.accounts, i.sessions, i.tallies, i.alarms, i.news);
	return close_after_reading(s, &out);
}

static int tallies(char **words)
{
	struct arena arena = {0};
	struct buf out = {0};
	size_t count = 0;
	int64_t all = 0;
	struct store *s = open_for_reading(words[0]);
	if (!s)
		return 1;
	const struct store_tally *list = store_tallies(s, &arena, words[1], 0, &count);
	for (size_t i = 0; i < count; i++)
		all += list[i].count;
	buf_addf(&out, "%" PRId64 "\n", all);
	arena_free(&arena);
	return close_after_reading(s, &out);
}

/* Not store_info(): LMDB itself is asked, and only of what its table holds. */
static int count_reader(const char *line, void *context)
{
	int *count = context;
	*count += *line == ' '; /* after a headline, a line for each; without any, a sentence */
	return 0;
}

static int readers(char **words)
{
	MDB_env *env;
	int count = 0;
	struct buf out = {0};
	if (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, 16) != 0 ||
	    mdb_env_open(env, words[0], MDB_RDONLY, 0600) != 0)
		return fail("LMDB cannot open the store");
	mdb_reader_list(env, count_reader, &count);
	mdb_env_close(env);
	buf_addf(&out, "%d\n", count);
	return print(&out);
}

static int verify(char **words)
{
	struct err e = {""};
	struct store *s = store_open(words[0], STORE_READ, STORE_MAP_MB, &e);
	if (!s)
		return fail(e.text);
	bool whole = store_verify(s, &e);
	store_close(s);
	return whole ? 0 : fail(e.text);
}

/* ---- holding readers ---- */

/* A child that ends with its parent. */
static pid_t begin_child(void)
{
	pid_t parent = getpid(), pid = fork();
	if (pid == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent))
		_exit(1);
	return pid;
}

static void hold_one(const char *dir, int told)
{
	struct store *s = open_for_reading(dir);
	if (!s || write(told, "+", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* Prints the pids once all of them have begun. */
static int hold(char **words)
{
	long count;
	int told[2];
	char byte;
	if (!num_parse(words[1], 1, LIMIT_READERS, &count) || pipe(told) != 0)
		return fail("COUNT is no number of readers");
	struct buf pids = {0};
	for (long i = 0; i < count; i++) {
		pid_t pid = begin_child();
		if (pid == 0) {
			close(told[0]);
			hold_one(words[0], told[1]);
		}
		buf_addf(&pids, "%d ", (int)pid);
	}
	close(told[1]);
	for (long i = 0; i < count; i++)
		if (read(told[0], &byte, 1) != 1)
			return fail("not every reader could begin");
	buf_addc(&pids, '\n');
	print(&pids);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

/* ---- changing without a server ---- */

/* A repeatable sequence; how random it is does not matter. */
static unsigned dice(unsigned faces)
{
	static uint32_t state = 1;
	state = state * 1664525U + 1013904223U;
	return (state >> 8) % faces;
}

/* One or two devices, new ones among them, whose answer comes up to three times in one list. */
static void make_churn(struct buf *list, long round)
{
	static char filler[20000];
	char sn[LIMIT_SN];
	struct device d;
	memset(filler, 'x', sizeof filler);
	buf_reset(list);
	for (unsigned i = dice(2) + 1; i; i--) {
		snprintf(sn, sizeof sn, "churn-%u", dice((unsigned)round + 2));
		device_init(&d, sn);
		d.created = 1;
		change_device(list, sn, NULL, &d);
		for (unsigned n = dice(3) + 1; n && list->size < LIMIT_POST / 2; n--)
			change_answer(list, sn, "churn", 1, filler, dice(dice(3) ? 20000 : 2000));
	}
}

static bool apply(struct store *s, const struct buf *list, struct err *e)
{
	enum store_outcome outcome = STORE_AGAIN;
	while (outcome == STORE_AGAIN) {
		if (!store_write(s, e))
			return false;
		store_apply(s, list->data, list->size);
		outcome = store_commit(s, e);
	}
	return outcome == STORE_DONE;
}

static int session(char **words)
{
	long used;
	struct err e = {""};
	struct buf list = {0};
	struct store *s = store_open(words[0], STORE_WRITE, STORE_MAP_MB, &e);
	if (!s || !num_parse(words[2], 1, INT32_MAX, &used))
		return fail(s ? "USED is no time" : e.text);
	const struct session one = {.id = words[1], .user = "look", .made = used, .used = used};
	change_session(&list, NULL, &one);
	bool ok = apply(s, &list, &e);
	store_close(s);
	buf_free(&list);
	return ok ? 0 : fail(e.text);
}

/* The last pages of the file were given back by the commit that took them, and are not written. */
static bool is_short(struct store *s, struct err *e)
{
	struct store_info i = {.format = 0};
	if (store_begin(s, e))
		store_info(s, &i);
	return store_end(s, e) && i.file_bytes < i.used_bytes;
}

static int churn(char **words)
{
	long rounds;
	struct err e = {""};
	struct buf list = {0};
	bool ok = num_parse(words[1], 1, 1000000, &rounds);
	for (long round = 0; ok && round < rounds;) {
		struct store *s = store_open(words[0], STORE_WRITE, STORE_MAP_MB, &e);
		ok = s != NULL;
		for (bool again = true; ok && again; again = round % 50 && !is_short(s, &e)) {
			make_churn(&list, round++);
			ok = apply(s, &list, &e);
		}
		store_close(s);
	}
	buf_free(&list);
	return ok ? 0 : fail(e.text);
}

/* ---- sending changes ---- */

/* A new build, and an answer of some hundred bytes: what a device's contact makes. */
static void make_change(struct buf *list, long who, long n)
{
	static const char filler[] =
	    "----------------------------------------------------------------"
	    "----------------------------------------------------------------";
	char sn[LIMIT_SN], build[24];
	struct device device;
	struct buf xml = {0};
	snprintf(sn, sizeof sn, "look-%ld-%ld", who, n % 10);
	snprintf(build, sizeof build, "%ld", n);
	device_init(&device, sn);
	device.created = time(NULL);
	device.prot = build;
	buf_addf(&xml, "<info n=\"%ld\">%s%s</info>", n, filler, filler);
	buf_reset(list);
	change_device(list, sn, NULL, &device);
	change_answer(list, sn, "look", (int64_t)time(NULL), xml.data, xml.size);
	buf_free(&xml);
}

static bool send_change(struct post *p, struct buf *list, long who, long n, struct err *e)
{
	make_change(list, who, n);
	return post_send(p, list->data, list->size, LIMIT_RECEIPT_MS, e);
}

static int post_many(char **words)
{
	long count;
	struct err e = {""};
	struct buf list = {0};
	struct post p = {.path = words[0], .fd = -1};
	if (!num_parse(words[1], 1, 10000000, &count))
		return fail("COUNT is no number");
	for (long n = 0; n < count; n++)
		if (!send_change(&p, &list, 0, n, &e))
			return fail(e.text);
	post_close(&p);
	buf_free(&list);
	return 0;
}

/* What clients tell each other. */
struct pace {
	long clients, rate, seconds;
	const char *socket;
	volatile int32_t count, failed; /* changed atomically */
	int32_t us[MOST];
};

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static void wait_until(int64_t us)
{
	int64_t left = us - now_us();
	if (left > 0)
		usleep((useconds_t)left);
}

static void note(struct pace *p, bool done, int64_t us)
{
	if (!done) {
		__atomic_add_fetch(&p->failed, 1, __ATOMIC_SEQ_CST);
		return;
	}
	int32_t i = __atomic_fetch_add(&p->count, 1, __ATOMIC_SEQ_CST);
	if (i < MOST)
		p->us[i] = (int32_t)us;
}

/* Time counts from when a change was due, not from when its turn came. */
static void keep_pace(struct pace *p, long who)
{
	struct err e = {""};
	struct buf list = {0};
	struct post post = {.path = p->socket, .fd = -1};
	int64_t step = 1000000 * p->clients / p->rate, begin = now_us() + step * who / p->clients;
	for (long n = 0; n * step < p->seconds * 1000000; n++) {
		wait_until(begin + n * step);
		bool done = send_change(&post, &list, who, n, &e);
		note(p, done, now_us() - (begin + n * step));
	}
	_exit(0);
}

static int by_size(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

/* Of `n` sorted times the one that so many percent do not exceed. */
static double percentile_ms(const struct pace *p, size_t n, size_t percent)
{
	size_t at = n * percent / 100;
	return p->us[at < n ? at : n - 1] / 1e3;
}

static int report(struct pace *p)
{
	struct buf out = {0};
	size_t n = (size_t)p->count;
	if (n == 0 || n > MOST)
		return fail("no change was acknowledged, or too many were");
	qsort(p->us, n, sizeof *p->us, by_size);
	buf_addf(&out,
	    "{\"count\": %zu, \"failed\": %d, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}\n",
	    n, (int)p->failed, percentile_ms(p, n, 50), percentile_ms(p, n, 99),
	    percentile_ms(p, n, 100));
	return print(&out);
}

static int pace(char **words)
{
	struct pace *p =
	    mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || !num_parse(words[1], 1, 500, &p->clients) ||
	    !num_parse(words[2], 1, 100000, &p->rate) || !num_parse(words[3], 1, 3600, &p->seconds))
		return fail("CLIENTS, RATE and SECONDS are numbers");
	p->socket = words[0];
	for (long who = 0; who < p->clients; who++)
		if (begin_child() == 0)
			keep_pace(p, who);
	while (wait(NULL) > 0)
		;
	return report(p);
}

/* ---- the command ---- */

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int words;
		int (*run)(char **words);
	} commands[] = {{"dump", 1, dump}, {"info", 1, info}, {"readers", 1, readers},
	    {"tallies", 2, tallies}, {"verify", 1, verify}, {"session", 3, session},
	    {"hold", 2, hold}, {"churn", 2, churn}, {"post", 2, post_many}, {"pace", 4, pace}};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (argc >= 2 && strcmp(argv[1], commands[i].name) == 0 &&
		    argc == 2 + commands[i].words)
			return commands[i].run(argv + 2);
	return fail("see the head of test/faults/look.c") + 1;
}
