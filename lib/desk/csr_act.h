/* SPDX-License-Identifier: ISC */
/* What all acts on a signing request begin with; for the files of this room. */
#ifndef DESK_CSR_ACT_H
#define DESK_CSR_ACT_H

#include "desk/csr_case.h"

struct csr_act {
	const struct desk *desk;
	struct arena arena;
	struct csr_case k;
	int lock; /* -1: not taken */
};

/*
 * Reads what there is of a device. `lock`: nobody else changes its files until csr_act_end(), which is called in
 * any case. The store is closed again, unless it was open before.
 */
bool csr_act_begin(
    struct csr_act *x, const struct desk *k, const char *sn, bool lock, struct err *e);
void csr_act_end(struct csr_act *x);

#endif
