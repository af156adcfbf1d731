/* SPDX-License-Identifier: ISC */
/* rollcall-sim: a fleet of simulated devices, for tests, demonstrations and measuring. */
#include "base/log.h"
#include "tools/sim/fleet.h"
#include "tools/sim/options.h"
#include "tools/sim/report.h"
#include "tools/sim/sim.h"

#include <stdio.h>
#include <unistd.h>

enum { EXIT_FINE = 0, EXIT_FINDING = 1, EXIT_USAGE = 2 };

static int outcome(const struct fleet *f)
{
	if (stats_errors(&f->stats) > 0)
		return EXIT_FINDING;
	/* Who is interrupted did not fail to settle. */
	if (f->options->until_settled && !f->stopped && !fleet_all_settled(f))
		return EXIT_FINDING;
	return EXIT_FINE;
}

static void report(const struct fleet *f)
{
	const struct options *o = f->options;
	if (o->progress)
		report_progress(f);
	if (o->progress && isatty(STDERR_FILENO))
		fputc('\n', stderr);
	if (o->json)
		report_json(f);
	else if (!o->quiet)
		report_text(f);
}

static int run(const struct options *o)
{
	struct fleet f;
	struct err e;
	int status = EXIT_FINDING;

	if (fleet_init(&f, o, &e)) {
		fleet_run(&f);
		report(&f);
		status = outcome(&f);
	} else {
		log_fatal("start", "%s", e.text);
	}
	fleet_free(&f);
	return status;
}

static int print_help(void)
{
	struct buf text = {0};
	buf_adds(&text, "usage: " SIM_NAME " --url URL [OPTION]...\n\n"
			"A fleet of simulated devices that polls an update server.\n\n");
	opt_help(&options_table, 0, &text);
	return opt_print(&text) ? EXIT_FINE : EXIT_FINDING;
}

static int print_version(void)
{
	struct buf text = {0};
	opt_version(SIM_NAME, &text);
	return opt_print(&text) ? EXIT_FINE : EXIT_FINDING;
}

static int start(struct options *o, int argc, char **argv)
{
	struct err e;
	if (!options_parse(o, argc, argv, &e)) {
		fprintf(stderr, SIM_NAME ": %s\n", e.text);
		return EXIT_USAGE;
	}
	if (o->help)
		return print_help();
	return o->version ? print_version() : run(o);
}

int main(int argc, char **argv)
{
	struct options o;
	log_init(SIM_NAME);
	int status = start(&o, argc, argv);
	options_free(&o);
	return status;
}
