/* SPDX-License-Identifier: ISC */
/*
 * Whether a manual page and a table of options say the same: which options there are, what follows
 * them ("Ar DIR"), and what they are when they are not given ("The default is 25.").
 *
 * Of mdoc, no more is understood than that takes: `.It Fl Fl NAME Ar VALUE` begins the text of an
 * option, the next item or the end of the list ends it.
 */
#ifndef TEST_MANUAL_H
#define TEST_MANUAL_H

#include "base/opt.h"

#include "test/unit/helpers.h"

#define MANUAL_DEFAULT "The default is "

struct manual {
	const char *page;
	const struct opt_table *table;
	bool strict;           /* an option that the table has not is a mistake */
	const struct opt *row; /* what the text is about; NULL: none of ours */
	char text[4096];
	bool seen[OPT_ROWS];
};

static inline const struct opt *manual_row(const struct manual *m, const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
	for (size_t i = 0; i < m->table->count; i++) {
		const struct opt *row = &m->table->rows[i];
		if (strlen(row->name) == n && memcmp(row->name, name, n) == 0)
			return row;
	}
	if (m->strict)
		fail_msg("%s: --%.*s is not in the table", m->page, (int)n, name);
	return NULL;
}

/* The text of an option is complete. */
static inline void manual_check_default(const struct manual *m)
{
	if (!m->row)
		return;
	const char *normal = m->row->normal ? m->row->normal : m->row->otherwise;
	const char *said = strstr(m->text, MANUAL_DEFAULT);
	if (!normal && said)
		fail_msg("%s: --%s has no default: %s", m->page, m->row->name, said);
	if (!normal)
		return;
	if (!said)
		fail_msg("%s: --%s: its default is not said: %s", m->page, m->row->name, normal);
	said += strlen(MANUAL_DEFAULT);
	size_t n = strlen(normal);
	if (strncmp(said, normal, n) != 0 || !said[n] || !strchr(".,:;", said[n]))
		fail_msg("%s: --%s: \"%s\" is not \"%s\"", m->page, m->row->name, said, normal);
}

/* ".It Fl Fl home Ar DIR", from the name on. */
static inline void manual_begin(struct manual *m, const char *rest)
{
	const char *value = strstr(rest, " Ar ");
	m->row = manual_row(m, rest);
	if (!m->row)
		return;
	m->seen[m->row - m->table->rows] = true;
	m->text[0] = '\0';
	if (!value != !m->row->value || (value && strcmp(value + 4, m->row->value) != 0))
		fail_msg("%s: --%s is followed by %s", m->page, m->row->name,
		    m->row->value ? m->row->value : "nothing");
}

/* A line of text, or a macro with its name dropped; no blank before a full stop or a comma. */
static inline void manual_add(struct manual *m, const char *line)
{
	if (*line == '.')
		line += strcspn(line, " ");
	size_t used = strlen(m->text);
	for (const char *p = line; *p && used + 2 < sizeof m->text; p++) {
		bool space = *p == ' ' && (!p[1] || strchr(".,:;", p[1]));
		if (p == line && *p != ' ')
			m->text[used++] = ' ';
		if (!space)
			m->text[used++] = *p;
	}
	m->text[used] = '\0';
}

/* Every option that is named anywhere in the line, in mdoc or as it is typed. */
static inline void manual_check_names(const struct manual *m, const char *line)
{
	static const char *const marks[] = {"Fl Fl ", "--"};
	for (size_t i = 0; i < COUNT(marks); i++) {
		for (const char *p = line; (p = strstr(p, marks[i])); p++) {
			const char *name = p + strlen(marks[i]);
			if (*name >= 'a' && *name <= 'z')
				manual_row(m, name);
		}
	}
}

static inline void manual_line(struct manual *m, const char *line)
{
	static const char item[] = ".It Fl Fl ";
	manual_check_names(m, line);
	if (strncmp(line, ".It", 3) == 0 || strcmp(line, ".El") == 0) {
		manual_check_default(m);
		m->row = NULL;
	}
	if (strncmp(line, item, sizeof item - 1) == 0)
		manual_begin(m, line + sizeof item - 1);
	else if (m->row)
		manual_add(m, line);
}

static inline void manual_read(struct manual *m)
{
	char line[1024];
	FILE *file = fopen(m->page, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		manual_line(m, line);
	}
	fclose(file);
	for (size_t i = 0; i < m->table->count; i++) {
		if (!m->seen[i])
			fail_msg("%s: --%s is missing", m->page, m->table->rows[i].name);
	}
}

/* The page has the options of the table, and no others. */
static inline void manual_agrees(const char *page, const struct opt_table *table)
{
	struct manual m = {.page = page, .table = table, .strict = true};
	manual_read(&m);
}

/* The page has the options of the table, among others. */
static inline void manual_agrees_about(const char *page, const struct opt_table *table)
{
	struct manual m = {.page = page, .table = table};
	manual_read(&m);
}

#endif
