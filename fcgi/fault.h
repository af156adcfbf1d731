/* SPDX-License-Identifier: ISC */
/*
 * Faults on demand, for tests. Only when rollcalld was started with ROLLCALL_FAULT=1 (it says so
 * loudly), by the argument `fault` of a poll:
 *
 *   sleep:MS    waits so long, then answers
 *   crash       dies before anything is answered
 *   crash-mid   dies after the headers and half of the body have left
 *   spin        never comes back
 */
#ifndef FCGI_FAULT_H
#define FCGI_FAULT_H

#include "fcgi/endpoints.h"

void fault_try(struct exchange *x);

#endif
