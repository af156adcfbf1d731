/* SPDX-License-Identifier: ISC */
#include "fcgi/fault.h"

#include "base/num.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void fault_sleep(struct exchange *x, const char *value)
{
	long ms;
	(void)x;
	if (!num_parse(value, 0, 3600L * 1000, &ms))
		return;
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

static void fault_crash(struct exchange *x, const char *value)
{
	(void)x, (void)value;
	abort();
}

static void fault_crash_mid(struct exchange *x, const char *value)
{
	static const char half[] = "# this answer breaks off he";
	(void)value;
	FCGX_FPrintF(x->fcgi->out,
	    "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n");
	FCGX_PutStr(half, sizeof half - 1, x->fcgi->out);
	FCGX_FFlush(x->fcgi->out);
	abort();
}

static void fault_spin(struct exchange *x, const char *value)
{
	(void)x, (void)value;
	for (volatile unsigned long i = 0;; i++)
		;
}

void fault_try(struct exchange *x)
{
	static const struct {
		const char *name;
		void (*happen)(struct exchange *x, const char *value);
	} faults[] = {
	    {"sleep", fault_sleep},
	    {"crash", fault_crash},
	    {"crash-mid", fault_crash_mid},
	    {"spin", fault_spin},
	};
	const char *wanted = x->server->faults ? req_arg(&x->request, "fault") : NULL;
	if (!wanted)
		return;
	size_t n = strcspn(wanted, ":");
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (strlen(faults[i].name) == n && strncmp(faults[i].name, wanted, n) == 0)
			faults[i].happen(x, wanted + n + (wanted[n] == ':'));
}
