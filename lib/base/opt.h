/* SPDX-License-Identifier: ISC */
/*
 * Command lines, read by a table: one row an option, and every fact of that option in its row.
 *
 * `--name value` and `--name=value` are the same. Options may stand before, between and after the
 * other words; behind `--` there are only words. When an option is repeated, the last one counts. A flag that other
 * programs have taught everybody by a letter has that, too: `-f`.
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPT_ROWS 96  /* rows that a table may have */
#define OPT_WORDS 36 /* other words that a program may take */

/* What an option is, and the type of its field. */
enum opt_kind {
	OPT_FLAG,     /* bool; takes no value */
	OPT_TEXT,     /* const char *, points into argv; never empty */
	OPT_NUMBER,   /* long, from min to max */
	OPT_FRACTION, /* double, from min to max */
	OPT_LIST,     /* struct opt_list of at most max texts */
};

/* Texts of its own, NULL at the end. */
struct opt_list {
	char **items;
	size_t count;
};

struct opt {
	const char *name; /* without the dashes */
	enum opt_kind kind;
	size_t field;      /* where it goes in the program's struct: offsetof() */
	const char *value; /* what it is followed by, "DIR"; NULL for a flag */
	double min, max;
	char between;       /* cuts a list into its texts; '\0': one more each time it is given */
	uint64_t commands;  /* a bit for each command it is for; 0: there are no commands */
	const char *normal; /* what it is when it is not given … */
	const char *otherwise; /* … or, where only the program can tell, how that is found */
	char letter;           /* of a flag: "-f" is the same; '\0': none */
	const char *help;
};

struct opt_table {
	const struct opt *rows;
	size_t count; /* at most OPT_ROWS */
	size_t words; /* how many other words there may be, at most OPT_WORDS */
};

/* What was on the command line, beside the values. */
struct opt_line {
	const char *words[OPT_WORDS]; /* what is no option */
	size_t nwords;
	bool given[OPT_ROWS]; /* by row */
};

/* A number that has a name, as the text of a default. */
#define OPT_STRING_(number) #number
#define OPT_STRING(number) OPT_STRING_(number)

/*
 * Puts the defaults of all rows, and then what argv (of main(), it must stay) says into the fields
 * of `options`, which the caller has initialised: a field of which neither knows is not touched.
 * False: wrong use, and `e` says what would be right. opt_free() in any case.
 */
bool opt_parse(const struct opt_table *t, int argc, char *const *argv, void *options,
    struct opt_line *line, struct err *e);
/* Empties the lists. */
void opt_free(const struct opt_table *t, void *options);
/* The name of an option that was given but is not for `command` (a bit); NULL: there is none. */
const char *opt_misplaced(const struct opt_table *t, const struct opt_line *line, uint64_t command);
/* The row of that name, without dashes; NULL: there is none. */
const struct opt *opt_find(const struct opt_table *t, const char *name);
/*
 * One option, as from the command line, but from elsewhere; *given: was it set there before? `text` must stay. A
 * flag is "yes" or "no".
 */
bool opt_set(const struct opt *row, void *options, bool *given, const char *text, struct err *e);
/* Gives the lists of `options`, a copy of other options byte by byte, texts of their own. */
void opt_copy(const struct opt_table *t, void *options);
/* Adds a line for each option that is for one of the bits of `command`; 0: for all of them. */
void opt_help(const struct opt_table *t, uint64_t command, struct buf *out);
/* Adds what --version prints: "rollcall 0.1.0". */
void opt_version(const char *program, struct buf *out);
/* Writes what was asked for to stdout, and frees it. False: that could not be done. */
bool opt_print(struct buf *text);

#endif
