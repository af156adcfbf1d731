/* SPDX-License-Identifier: ISC */
/* core/script: steps become lines that end in CRLF, and no text breaks out of its line. */
#include "core/script.h"

#include "base/text.h"

#include "test/unit/helpers.h"

static const struct snippet snippet = {
    .name = "update-all-default.txt", .text = "a\r\n\r\nb\r\n", .text_size = 8};
static const struct snippet empty = {.name = "update-gw-default.txt", .text = ""};

static char *written(void (*write)(const struct plan *, struct buf *), struct step *steps, size_t n)
{
	const struct plan plan = {.steps = steps, .count = n};
	struct buf out = {0};
	write(&plan, &out);
	char *text = strdup(buf_text(&out));
	assert_int_equal(strlen(text), out.size);
	buf_free(&out);
	return text;
}

static void assert_script(struct step *steps, size_t n, const char *expected)
{
	char *text = written(script_write, steps, n);
	assert_string_equal(text, expected);
	free(text);
}

static void every_kind_of_step(void **state)
{
	(void)state;
	struct step steps[] = {
	    {STEP_NOTE, CONCERN_CALLER, NULL, "device IP232", NULL},
	    {STEP_NOTE, CONCERN_CALLER, NULL, "phase: update", NULL},
	    {STEP_SNIPPET, CONCERN_SNIPPETS, NULL, NULL, &snippet},
	    {STEP_SNIPPET, CONCERN_SNIPPETS, NULL, "why", &empty},
	    {STEP_COMMAND, CONCERN_END, "config write", "keep", NULL},
	    {STEP_COMMAND, CONCERN_END, "iresetn", NULL, NULL},
	};
	assert_script(steps, COUNT(steps),
	    "# device IP232\r\n# phase: update\r\n"
	    "\r\n# { update-all-default.txt\r\na\r\n\r\nb\r\n# } update-all-default.txt\r\n"
	    "# why\r\n# { update-gw-default.txt\r\n# } update-gw-default.txt\r\n"
	    "\r\n# keep\r\nconfig write\r\niresetn\r\n");
	assert_script(steps, 0, "");
}

/* The second lock: what would not be one command becomes a comment. */
static void no_text_breaks_out(void **state)
{
	(void)state;
	static const char *const texts[] = {"ser\r\niresetn", "ser\niresetn", "\r", "iresetn\n",
	    "ser\x7f", "ser\x1b[2J", "ser\xc2\x85iresetn", "\t", "# iresetn", "#", ""};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct step steps[] = {
		    {STEP_COMMAND, CONCERN_END, texts[i], texts[i], NULL},
		    {STEP_NOTE, CONCERN_END, NULL, texts[i], NULL},
		};
		char *text = written(script_write, steps, 2);
		size_t lines = 0;
		for (char *line = text; *line; lines++) {
			size_t n = strcspn(line, "\r\n");
			assert_memory_equal(line, "# ", 2);
			assert_memory_equal(line + n, "\r\n", 2);
			assert_true(text_is_utf8(line, n));
			assert_false(text_has_control(line, n));
			line += n + 2;
		}
		assert_int_equal(lines, 4);
		assert_non_null(strstr(text, "left out"));
		free(text);
	}
}

static void comments(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	    {"", "# \r\n"},
	    {"# x", "# # x\r\n"},
	    {"gr\xc3\xbc\xc3\x9f", "# gr\xc3\xbc\xc3\x9f\r\n"},
	    {"gr\xfc\xdf", "# gr\\xfc\\xdf\r\n"},
	    {"a\r\nb\xc3\xbc", "# a\\x0d\\x0ab\xc3\xbc\r\n"},
	    {"a\xc2\x9b"
	     "b",
		"# a\\xc2\\x9bb\r\n"},
	    {"100%s%n", "# 100%s%n\r\n"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = {0};
		script_comment(&out, cases[i][0]);
		assert_string_equal(buf_text(&out), cases[i][1]);
		buf_free(&out);
	}
}

static void as_json(void **state)
{
	(void)state;
	struct step steps[] = {
	    {STEP_NOTE, CONCERN_CALLER, NULL, "a \"b\"\r\n", NULL},
	    {STEP_SNIPPET, CONCERN_SNIPPETS, NULL, NULL, &snippet},
	    {STEP_COMMAND, CONCERN_ADDRESS, "config write", "keep", NULL},
	};
	char *text = written(script_write_json, steps, 3);
	assert_string_equal(text,
	    "[\n"
	    "  {\"kind\": \"note\", \"about\": \"caller\", \"reason\": \"a \\\"b\\\"\\r\\n\"},\n"
	    "  {\"kind\": \"snippet\", \"about\": \"snippets\", "
	    "\"snippet\": \"update-all-default.txt\", \"text\": \"a\\r\\n\\r\\nb\\r\\n\"},\n"
	    "  {\"kind\": \"command\", \"about\": \"address\", \"command\": \"config write\", "
	    "\"reason\": \"keep\"}\n"
	    "]\n");
	free(text);
	text = written(script_write_json, steps, 0);
	assert_string_equal(text, "[\n]\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_of_step),
	    cmocka_unit_test(no_text_breaks_out),
	    cmocka_unit_test(comments),
	    cmocka_unit_test(as_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
