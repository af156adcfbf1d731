/* SPDX-License-Identifier: ISC */
/* What is shown of a run: a line of progress, the summary as text or JSON. Changes nothing. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

struct fleet;

/* One line on stderr. */
void report_progress(const struct fleet *f);
/* On stdout. */
void report_text(const struct fleet *f);
void report_json(const struct fleet *f);

#endif
