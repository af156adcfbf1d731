/* SPDX-License-Identifier: ISC */
/* A keeper with other jobs (keeper_jobs.h): those that wait for somebody else. */
#include "fcgi/forward.h"

#include "fcgi/keeper_jobs.h"

int forward_main(const struct proc_self *self, void *context)
{
	static keeper_job *const jobs[] = {forward_news, forward_errands, forward_stats};
	static struct keeper k; /* one per process */
	k = (struct keeper){.self = self, .server = context, .leave = forward_news_leave};
	keeper_run(&k, jobs, sizeof jobs / sizeof *jobs);
	return 0;
}
