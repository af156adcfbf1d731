/* SPDX-License-Identifier: ISC */
/*
 * Files that are compiled in, so that a program and what belongs to it can never be of different versions.
 * Paths start at the root of the source tree; the Makefile says what must be rebuilt when one changes.
 */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

/*
 * Makes KIND_NAME, the bytes of a file with a NUL behind them, and KIND_NAME_end, which points at that NUL. Symbols
 * of all files of a program differ.
 */
#define EMBED(kind, name, path)                                               \
	__asm__(".section .rodata\n"                                          \
		".global " #kind "_" #name "\n" #kind "_" #name ":\n"         \
		".incbin \"" path "\"\n"                                      \
		".global " #kind "_" #name "_end\n" #kind "_" #name "_end:\n" \
		".byte 0\n"                                                   \
		".previous\n");                                               \
	extern const char kind##_##name[], kind##_##name##_end[];

#endif
