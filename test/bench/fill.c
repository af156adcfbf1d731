/* SPDX-License-Identifier: ISC */
/*
 * Fills a store with devices that have nothing to do, while no server runs.
 *
 *     fill HOME N
 *
 * Puts devices 0 to N-1 into HOME/data/store: what the server knows of a phone after its first day
 * (fields, one delivery, one answer to the query admin, polls). The SN of a device is its number, so
 * that test/bench/load.lua and test/bench/run know whom they may ask for.
 *
 * When device 0 is in the store already, the others get its fields: let it poll until it has settled,
 * and the first poll of the others changes nothing.
 */
#include "base/num.h"
#include "core/change.h"
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define MOST (1L << 24) /* serial numbers of one vendor prefix */
#define BATCH 2000      /* devices of one transaction */
#define HOUR 3600
#define DAY 86400
#define INTERVAL 900 /* seconds between two polls of a device */

struct fill {
	struct store *store;
	int64_t now;
	struct arena arena; /* holds `like` */
	struct device like; /* what all have in common */
	struct buf list, xml, url;
};

/* The texts of a device that depend on its number. */
struct names {
	char sn[32], hwid[32], ip[32], name[32];
};

static struct names name_device(long n)
{
	struct names out;
	unsigned a = (unsigned)(n >> 16) & 255, b = (unsigned)(n >> 8) & 255, c = (unsigned)n & 255;
	snprintf(out.sn, sizeof out.sn, "00-90-33-%02x-%02x-%02x", a, b, c);
	snprintf(out.hwid, sizeof out.hwid, "IP232-%02x-%02x-%02x", a, b, c);
	snprintf(out.ip, sizeof out.ip, "10.%u.%u.%u", a, b, c);
	snprintf(out.name, sizeof out.name, "Phone %ld", n);
	return out;
}

static void add_answer(struct fill *f, const struct names *names, int64_t time)
{
	buf_reset(&f->xml);
	buf_addf(&f->xml,
	    "<info name=\"%s\"><sys name=\"%s\" version=\"13r3 sr12 IP232[13.5678], "
	    "Bootcode[125670], HW[1201]\" sn=\"%s\" hwid=\"%s\" uptime=\"3d 4h 12m 9s\"/>"
	    "<ip interface=\"ETH0\" addr=\"%s\" mask=\"255.0.0.0\" gateway=\"10.0.0.1\" "
	    "dhcp=\"client\" vlan=\"100\" speed=\"1000M-FDX\"/>"
	    "<dns primary=\"10.0.0.2\" secondary=\"10.0.0.3\"/>"
	    "<ntp server=\"ntp.example\" synced=\"true\" offset=\"-2\"/>"
	    "<registration gk=\"10.0.0.20\" h323=\"%s\" e164=\"4711\" state=\"up\"/></info>",
	    names->name, names->name, names->sn, names->hwid, names->ip, names->name);
	change_answer(&f->list, names->sn, "admin", time, buf_text(&f->xml), f->xml.size);
}

/* The URL of device 0 with what is this one's own. */
static void change_url(struct fill *f, const struct names *names)
{
	const struct names first = name_device(0);
	const char *const words[][2] = {
	    {first.sn, names->sn}, {first.hwid, names->hwid}, {first.ip, names->ip}};
	buf_reset(&f->url);
	for (const char *p = f->like.asked; *p;) {
		size_t i = 0;
		while (i < 3 && strncmp(p, words[i][0], strlen(words[i][0])) != 0)
			i++;
		if (i < 3)
			buf_adds(&f->url, words[i][1]);
		else
			buf_addc(&f->url, *p);
		p += i < 3 ? strlen(words[i][0]) : 1;
	}
}

static void add_device(struct fill *f, const struct names *names)
{
	struct device d = f->like;
	change_url(f, names);
	d.asked = buf_text(&f->url);
	d.sn = names->sn;
	d.hwid = names->hwid;
	d.realip = names->ip;
	d.name = names->name;
	change_device(&f->list, d.sn, NULL, &d);
	change_delivery(
	    &f->list, d.sn, "update-phone-default.txt", d.created + 240, d.created - DAY);
	add_answer(f, names, d.created + 270);
}

/*
 * Some time within the last interval. Of four polls of a device one is the first in its hour, which is
 * more work for the writer (`idle`, store.h): so is the next one of each fourth device, at any time of
 * the day.
 */
static int64_t last_poll(const struct fill *f, long n)
{
	int64_t hour = f->now - f->now % HOUR, ago = n * 7919 % INTERVAL;
	if (n % 4 == 0)
		return hour - 1 - ago;
	return f->now - ago > hour ? f->now - ago : hour;
}

/* One transaction: devices `from` to `to` - 1. */
static enum store_outcome fill_batch(struct fill *f, long from, long to, struct err *e)
{
	if (!store_write(f->store, e))
		return STORE_FAILED;
	for (long n = from; n < to; n++) {
		const struct names names = name_device(n);
		buf_reset(&f->list);
		add_device(f, &names);
		store_apply(f->store, buf_text(&f->list), f->list.size);
		store_apply_seen(f->store, names.sn, last_poll(f, n), DAY / INTERVAL);
	}
	return store_commit(f->store, e);
}

static bool fill_all(struct fill *f, long count, struct err *e)
{
	for (long from = 0; from < count; from += BATCH) {
		long to = from + BATCH < count ? from + BATCH : count;
		enum store_outcome outcome;
		while ((outcome = fill_batch(f, from, to, e)) == STORE_AGAIN)
			;
		if (outcome != STORE_DONE)
			return false;
	}
	return true;
}

static void invent(struct device *d)
{
	d->type = "IP232";
	d->ip = "127.0.0.1";
	d->phase = "update";
	d->classes = "phone, pre_opus_phone, phone_newui, ip232";
	d->environments = "default";
	d->prot = "125678";
	d->boot = "125670";
	d->settled = 1;
	d->asked = "http://update.example/update/update.php?type=IP232&sn=00-90-33-00-00-00"
		   "&hwid=IP232-00-00-00&ip=10.0.0.0&polling=0&phase=update";
}

static bool find_like(struct fill *f, struct err *e)
{
	struct device *d = &f->like;
	const struct names first = name_device(0);
	if (!store_begin(f->store, e))
		return false;
	if (!store_device(f->store, &f->arena, first.sn, d))
		invent(d);
	d->created = f->now - DAY;
	d->firmware = d->prot;
	d->bootcode = d->boot;
	d->firmware_at = d->bootcode_at = d->created + 1;
	if (!d->settled)
		return store_end(f->store, e) && err_set(e, "device %s has not settled", first.sn);
	d->settled = d->created + 300;
	return store_end(f->store, e);
}

static bool open_store(struct fill *f, const char *home, struct err *e)
{
	char data[4096], dir[4096 + 8];
	snprintf(data, sizeof data, "%s/data", home);
	snprintf(dir, sizeof dir, "%s/store", data);
	if (mkdir(data, 0700) != 0 && errno != EEXIST)
		return err_sys(e, "%s: cannot be made", data);
	f->store = store_open(dir, STORE_WRITE, STORE_MAP_MB, e);
	return f->store != NULL;
}

int main(int argc, char **argv)
{
	struct fill f = {.now = time(NULL)};
	struct err e = {0};
	long count = 0;
	if (argc != 3 || !num_parse(argv[2], 0, MOST, &count)) {
		fprintf(stderr, "usage: fill HOME N, with N up to %ld\n", MOST);
		return 2;
	}
	bool good = open_store(&f, argv[1], &e) && find_like(&f, &e) && fill_all(&f, count, &e);
	if (!good)
		fprintf(stderr, "fill: %s\n", e.text);
	if (f.store)
		store_close(f.store);
	arena_free(&f.arena);
	buf_free(&f.list);
	buf_free(&f.xml);
	buf_free(&f.url);
	return good ? 0 : 1;
}
