/* SPDX-License-Identifier: ISC */
/* What all files of the simulator may want to know. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "base/version.h"

#define SIM_NAME "rollcall-sim"
#define SIM_VERSION ROLLCALL_VERSION

#endif
