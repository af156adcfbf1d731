/* SPDX-License-Identifier: ISC */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define ROLLCALL_VERSION "0.1.0"

#endif
