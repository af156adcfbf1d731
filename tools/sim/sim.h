/* SPDX-License-Identifier: ISC */
/* What all files of the simulator may want to know. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#define SIM_NAME "rollcall-sim"
#define SIM_VERSION "1.0"

#endif
