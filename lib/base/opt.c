/* SPDX-License-Identifier: ISC */
/* One setter a kind, and a loop over the words (opt.h). Touches its arguments, and with opt_print() stdout. */
#include "base/opt.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "base/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

static void list_add(struct opt_list *l, const char *text, size_t n)
{
	l->items = mem_realloc(l->items, (l->count + 2) * sizeof *l->items);
	char *item = mem_alloc(n + 1);
	memcpy(item, text, n);
	l->items[l->count++] = item;
	l->items[l->count] = NULL;
}

static void list_free(struct opt_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i]);
	free(l->items);
	*l = (struct opt_list){0};
}

/* ---- a setter a kind ---- */

static bool no_value(const struct opt *row, struct err *e)
{
	return err_set(e, "--%s needs a value: --%s %s", row->name, row->name, row->value);
}

static bool set_flag(const struct opt *row, void *field, const char *text, struct err *e)
{
	(void)row, (void)text, (void)e;
	return *(bool *)field = true;
}

static bool set_text(const struct opt *row, void *field, const char *text, struct err *e)
{
	*(const char **)field = text;
	return *text || no_value(row, e);
}

static bool set_number(const struct opt *row, void *field, const char *text, struct err *e)
{
	return num_parse(text, (long)row->min, (long)row->max, field) ||
	       err_set(e, "--%s must be a whole number from %.10g to %.10g, not \"%s\"", row->name,
		   row->min, row->max, text);
}

/* Digits and a point: no sign, no exponent, no "inf". */
static bool set_fraction(const struct opt *row, void *field, const char *text, struct err *e)
{
	char *end;
	double value = strtod(text, &end);
	bool plain = *text && !*end && !text[strspn(text, "0123456789.")];
	if (!plain || value < row->min || value > row->max)
		return err_set(e, "--%s must be a number from %.10g to %.10g, not \"%s\"",
		    row->name, row->min, row->max, text);
	*(double *)field = value;
	return true;
}

static bool set_list(const struct opt *row, void *field, const char *text, struct err *e)
{
	struct opt_list *l = field;
	if (!*text)
		return no_value(row, e);
	for (const char *part = text, *end;; part = end + 1) {
		end = strchrnul(part, row->between);
		if (end == part)
			return err_set(e, "--%s: \"%s\" has an empty part in it", row->name, text);
		if (l->count >= (size_t)row->max)
			return err_set(
			    e, "--%s may have %.10g values, not more", row->name, row->max);
		list_add(l, part, (size_t)(end - part));
		if (!*end)
			return true;
	}
}

static bool (*const setters[])(
    const struct opt *row, void *field, const char *text, struct err *e) = {
    [OPT_FLAG] = set_flag,
    [OPT_TEXT] = set_text,
    [OPT_NUMBER] = set_number,
    [OPT_FRACTION] = set_fraction,
    [OPT_LIST] = set_list,
};

static void *field_of(const struct opt *row, void *options)
{
	return (char *)options + row->field;
}

static bool set(const struct opt *row, void *options, const char *text, struct err *e)
{
	return setters[row->kind](row, field_of(row, options), text, e);
}

/* ---- the command line ---- */

static bool set_defaults(const struct opt_table *t, void *options, struct err *e)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->rows[i].normal && !set(&t->rows[i], options, t->rows[i].normal, e))
			return false;
	}
	return true;
}

/* Is this "-f", and that the letter of the row? */
static bool is_letter(const struct opt *row, const char *word)
{
	return row->letter && word[0] == '-' && word[1] == row->letter && !word[2];
}

/* The row that "--name", "--name=value" or "-n" is about, and the value in it or NULL. */
static const struct opt *find(const struct opt_table *t, const char *word, const char **value)
{
	const char *equals = strchr(word, '=');
	size_t size = equals ? (size_t)(equals - word) : strlen(word);
	*value = equals ? equals + 1 : NULL;
	for (size_t i = 0; i < t->count; i++) {
		const char *name = t->rows[i].name;
		if (is_letter(&t->rows[i], word))
			return &t->rows[i];
		if (text_starts(word, "--") && strlen(name) + 2 == size &&
		    memcmp(name, word + 2, size - 2) == 0)
			return &t->rows[i];
	}
	return NULL;
}

static bool unknown(const struct opt_table *t, const char *word, struct err *e)
{
	const char *names[OPT_ROWS];
	struct buf wrong = {0};
	for (size_t i = 0; i < t->count; i++)
		names[i] = t->rows[i].name;
	buf_add(&wrong, word, strcspn(word, "="));
	const char *name = buf_text(&wrong) + strspn(word, "-");
	const char *meant = text_nearest(name, names, t->count);
	if (meant)
		err_set(e, "there is no option %s; did you mean --%s?", buf_text(&wrong), meant);
	else
		err_set(e, "there is no option %s; see --help", buf_text(&wrong));
	buf_free(&wrong);
	return false;
}

/* The first time a list is given, its default goes; one that is cut into parts goes every time. */
static bool set_given(
    const struct opt *row, void *options, bool *given, const char *text, struct err *e)
{
	if (row->kind == OPT_LIST && (row->between || !*given))
		list_free(field_of(row, options));
	*given = true;
	return set(row, options, text, e);
}

const struct opt *opt_find(const struct opt_table *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	}
	return NULL;
}

bool opt_set(const struct opt *row, void *options, bool *given, const char *text, struct err *e)
{
	if (row->kind != OPT_FLAG)
		return set_given(row, options, given, text, e);
	bool yes = strcmp(text, "yes") == 0;
	if (!yes && strcmp(text, "no") != 0)
		return err_set(e, "--%s must be yes or no, not \"%s\"", row->name, text);
	*(bool *)field_of(row, options) = yes;
	return *given = true;
}

void opt_copy(const struct opt_table *t, void *options)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->rows[i].kind != OPT_LIST)
			continue;
		struct opt_list *list = field_of(&t->rows[i], options), shared = *list;
		*list = (struct opt_list){0};
		for (size_t k = 0; k < shared.count; k++)
			list_add(list, shared.items[k], strlen(shared.items[k]));
	}
}

/* The option at argv[0]. Returns how many words it took; 0: it is wrong. */
static int take_option(const struct opt_table *t, char *const *argv, void *options,
    struct opt_line *line, struct err *e)
{
	const char *value;
	const struct opt *row = find(t, argv[0], &value);
	if (!row)
		return unknown(t, argv[0], e);
	bool *given = &line->given[row - t->rows];
	if (row->kind == OPT_FLAG && value)
		return err_set(e, "--%s takes no value", row->name);
	if (row->kind == OPT_FLAG || value)
		return set_given(row, options, given, value, e);
	if (!argv[1])
		return no_value(row, e);
	return set_given(row, options, given, argv[1], e) ? 2 : 0;
}

static int take_word(
    const struct opt_table *t, const char *word, struct opt_line *line, struct err *e)
{
	if (line->nwords == t->words)
		return err_set(
		    e, "\"%s\" is one word too many; options begin with --, see --help", word);
	line->words[line->nwords++] = word;
	return 1;
}

/* A dash alone is a word: by custom it is the name of stdin. */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

bool opt_parse(const struct opt_table *t, int argc, char *const *argv, void *options,
    struct opt_line *line, struct err *e)
{
	bool only_words = false;
	*line = (struct opt_line){0};
	if (!set_defaults(t, options, e))
		return false;
	for (int i = 1, took; i < argc; i += took) {
		took = 1;
		if (only_words || !is_option(argv[i]))
			took = take_word(t, argv[i], line, e);
		else if (strcmp(argv[i], "--") == 0)
			only_words = true;
		else
			took = take_option(t, argv + i, options, line, e);
		if (!took)
			return false;
	}
	return true;
}

void opt_free(const struct opt_table *t, void *options)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->rows[i].kind == OPT_LIST)
			list_free(field_of(&t->rows[i], options));
	}
}

const char *opt_misplaced(const struct opt_table *t, const struct opt_line *line, uint64_t command)
{
	for (size_t i = 0; i < t->count; i++) {
		if (line->given[i] && !(t->rows[i].commands & command))
			return t->rows[i].name;
	}
	return NULL;
}

/* ---- for people ---- */

void opt_help(const struct opt_table *t, uint64_t command, struct buf *out)
{
	struct buf left = {0};
	for (size_t i = 0; i < t->count; i++) {
		const struct opt *row = &t->rows[i];
		const char *normal = row->normal ? row->normal : row->otherwise;
		if (command && !(row->commands & command))
			continue;
		buf_reset(&left);
		if (row->letter)
			buf_addf(&left, "-%c, ", row->letter);
		buf_addf(&left, "--%s %s", row->name, row->value ? row->value : "");
		buf_addf(out, "  %-24s  %s", buf_text(&left), row->help);
		if (normal)
			buf_addf(out, " (%s)", normal);
		buf_addc(out, '\n');
	}
	buf_free(&left);
}

void opt_version(const char *program, struct buf *out)
{
	buf_addf(out, "%s %s\n", program, ROLLCALL_VERSION);
}

bool opt_print(struct buf *text)
{
	bool ok = fwrite(buf_text(text), 1, text->size, stdout) == text->size;
	buf_free(text);
	return fflush(stdout) == 0 && ok;
}
