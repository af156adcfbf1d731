/* SPDX-License-Identifier: ISC */
/* core/snip_name: what a file is for by its name; it must say what the decision does. */
#include "core/snip_name.h"

#include "base/text.h"
#include "core/plan.h"

#include "test/unit/core/conf_fixture.h"

static struct arena arena;

static const char *const configs[] = {
    "",
    "<phases><phase id='Staging' seq='100'/></phases>"
    "<environments><environment id='Berlin'><implies>lab_1</implies></environment>"
    "<environment id='lab_1'/></environments>"
    "<classes><class id='Desk'><model>IP232</model><model>ip-1</model></class>"
    "<class id='nobody'/></classes>",
    "<times allow='22' forcestaging='true'/>",
    "<environments combine='all'><environment id='00_90_33_30_00_af'/></environments>",
};

/* ---- every name that is looked for, by asking for every device ---- */

/* The parts that names are made of; as a device's own, those that the door lets in. */
static const char *const phases[] = {"all", "update", "Staging", "staging", "_first_update",
    "_first_staging", "updat", "phone", "_", ""};
static const char *const classes[] = {"all", "phone", "Phone", "desk", "Desk", "nobody", "ip232",
    "IP232", "ip-1", "ip29-2", "ip999", "ip99.9_x", "-ip1", "_ip", "phnoe", "",
    "a2345678901234567890123456789012", "a23456789012345678901234567890123"};
static const char *const environments[] = {"all", "default", "defualt", "berlin", "Berlin", "lab_1",
    "00_90_33_30_00_af", "00_90_33_30_00_AF", "00903330", "_1", "a__b", "a.b", "",
    "a2345678901234567890123456789012", "a23456789012345678901234567890123"};

enum { NAMES = COUNT(phases) * COUNT(classes) * COUNT(environments) };

static struct generated {
	const char *name;
	const char *type; /* of a device that looks for it; NULL: none does */
	bool types;       /* devices of another type do as well */
} names[NAMES];

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct generated *)a)->name, ((const struct generated *)b)->name);
}

static void generate(void)
{
	struct generated *to = names;
	for (size_t i = 0; i < COUNT(phases); i++)
		for (size_t j = 0; j < COUNT(classes); j++)
			for (size_t k = 0; k < COUNT(environments); k++)
				*to++ = (struct generated){.name = snip_name_make(&arena, phases[i],
							       classes[j], environments[k])};
	qsort(names, NAMES, sizeof *names, by_name);
}

static void looked_for(const struct config *c, const char *name, const char *type)
{
	const struct generated key = {.name = name};
	struct generated *found = bsearch(&key, names, NAMES, sizeof *names, by_name);
	if (!found) { /* of a shipped class */
		assert_int_equal(snip_name_parse(&arena, c, name).use, SNIP_USED);
		return;
	}
	found->types |= found->type && !text_same(found->type, type);
	found->type = type;
}

/* The names that a plan lists: "  scripts/NAME does not exist". */
static void collect(const struct config *c, const struct plan *p, const char *type)
{
	static const char start[] = "  scripts/", end[] = " does not exist";
	for (size_t i = 0; i < p->count; i++) {
		const char *text = p->steps[i].reason;
		if (!text || !text_starts(text, start) || !text_ends(text, end))
			continue;
		text += strlen(start);
		looked_for(c, arena_strndup(p->arena, text, strlen(text) - strlen(end)), type);
	}
}

static void ask(const struct config *c, const char *type, const char *sn)
{
	static struct arena scratch;
	struct request r = {0};
	struct plan plan;
	struct snippets *none = snip_new();
	for (size_t i = 0; i < c->nphases * c->nenvironments && !r.refused; i++) {
		const struct req_input in = {.path = "/update.php",
		    .host = "h",
		    .peer = "192.0.2.7",
		    .query = arena_printf(&scratch, "type=%s&sn=%s&hwid=h&ip=i&phase=%s&env=%s",
			type, sn, c->phases[i / c->nenvironments].id,
			c->environments[i % c->nenvironments].id)};
		req_parse(&scratch, &in, c, &r);
		/* No check sum is wanted, so no working memory either. */
		const struct plan_input input = {.config = c, .snippets = none, .request = &r};
		plan_make(&scratch, &input, &plan);
		collect(c, &plan, type);
		arena_reset(&scratch);
	}
	arena_free(&scratch);
	snip_free(none);
}

static void ask_all(const struct config *c)
{
	for (size_t i = 0; i < COUNT(classes); i++) {
		for (size_t k = 0; k < COUNT(environments); k++) {
			char *sn = arena_strdup(&arena, environments[k]);
			for (char *s = sn; *s; s++)
				*s = *s == '_' ? '-' : *s;
			if (strcmp(classes[i], SNIP_NAME_ALL) != 0 &&
			    strcmp(sn, SNIP_NAME_ALL) != 0)
				ask(c, classes[i], sn);
		}
	}
}

static void agrees_with_the_decision(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(configs); i++) {
		struct config *c = conf_fixture(configs[i]);
		c->times_check = false;
		generate();
		ask_all(c);
		for (size_t k = 0; k < NAMES; k++) {
			const struct generated *g = &names[k];
			struct snip_name name = snip_name_parse(&arena, c, g->name);
			if ((name.use != SNIP_UNUSED) != (g->type != NULL))
				fail_msg("%s: %s, but a device of type %s looks for it", configs[i],
				    g->name, g->type ? g->type : "(none)");
			if (name.use == SNIP_USED_TYPE)
				assert_true(
				    !g->types && text_same(g->type, name.parts[SNIP_CLASS]));
			if (name.nearest)
				assert_int_not_equal(
				    snip_name_parse(&arena, c, name.nearest).use, SNIP_UNUSED);
		}
		conf_free(c);
		arena_reset(&arena);
	}
}

/* ---- what is said ---- */

struct expected {
	const char *file;
	enum snip_use use;
	enum snip_part unknown;
	bool serial;
	const char *nearest;
};

static void expect(const struct config *c, const struct expected *e)
{
	struct snip_name name = snip_name_parse(&arena, c, e->file);
	const char *nearest = name.nearest ? name.nearest : "",
		   *wanted = e->nearest ? e->nearest : "";
	if (name.use != e->use || name.unknown != e->unknown || name.serial != e->serial ||
	    strcmp(nearest, wanted) != 0)
		fail_msg("%s: use %d, unknown %d, serial %d, nearest \"%s\"", e->file, name.use,
		    name.unknown, name.serial, nearest);
}

static void said(void **state)
{
	static const struct expected list[] = {
	    {"update-phone-default.txt", SNIP_USED, SNIP_PARTS, false, NULL},
	    {"update-all-default.txt", SNIP_USED, SNIP_PARTS, false, NULL},
	    {"update-ip29-2-default.txt", SNIP_USED, SNIP_PARTS, false, NULL},
	    {"update-phone-00_90_33_30_00_af.txt", SNIP_USED, SNIP_PARTS, true, NULL},
	    {"update-ipx999-default.txt", SNIP_USED_TYPE, SNIP_PARTS, false, NULL},
	    /* may be a device's own; is rather a slip */
	    {"update-phnoe-default.txt", SNIP_USED_TYPE, SNIP_PARTS, false,
		"update-phone-default.txt"},
	    {"update-phone-defualt.txt", SNIP_USED, SNIP_PARTS, true, "update-phone-default.txt"},
	    {"update-phnoe-defualt.txt", SNIP_USED_TYPE, SNIP_PARTS, true,
		"update-phone-default.txt"},
	    /* only one phase, only one environment */
	    {"all-phone-default.txt", SNIP_UNUSED, SNIP_PHASE, false, "update-phone-default.txt"},
	    {"update-phone-all.txt", SNIP_UNUSED, SNIP_ENVIRONMENT, false,
		"update-phone-default.txt"},
	    {"all-phone-all.txt", SNIP_UNUSED, SNIP_PHASE, false, "update-phone-default.txt"},
	    {"updaet-phone-default.txt", SNIP_UNUSED, SNIP_PHASE, false,
		"update-phone-default.txt"},
	    {"staging-phone-default.txt", SNIP_UNUSED, SNIP_PHASE, false, NULL},
	    {"update-pho!ne-default.txt", SNIP_UNUSED, SNIP_CLASS, false,
		"update-phone-default.txt"},
	    {"update--default.txt", SNIP_UNUSED, SNIP_CLASS, false, NULL},
	    {"update-phone-default .txt", SNIP_UNUSED, SNIP_ENVIRONMENT, false,
		"update-phone-default.txt"},
	    {"Update-phone-default.txt", SNIP_UNUSED, SNIP_PHASE, false,
		"update-phone-default.txt"},
	    {"update-IP232-default.TXT", SNIP_UNUSED, SNIP_PARTS, false,
		"update-ip232-default.txt"},
	    {"update-Phnoe!-default.txt", SNIP_UNUSED, SNIP_CLASS, false,
		"update-phone-default.txt"},
	    {"update-default.txt", SNIP_UNUSED, SNIP_PARTS, false, NULL},
	    {"update-phone-default.txt~", SNIP_UNUSED, SNIP_PARTS, false, NULL},
	    {"README", SNIP_UNUSED, SNIP_PARTS, false, NULL},
	    {".txt", SNIP_UNUSED, SNIP_PARTS, false, NULL},
	    {"", SNIP_UNUSED, SNIP_PARTS, false, NULL},
	};
	struct config *c = conf_fixture("");
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++)
		expect(c, &list[i]);
	conf_free(c);
	arena_reset(&arena);
}

/* A phase is called as it likes; its files are in lower case. The fake last phase has none. */
static void said_of_many(void **state)
{
	static const struct expected list[] = {
	    {"staging-all-all.txt", SNIP_USED, SNIP_PARTS, false, NULL},
	    {"all-all-all.txt", SNIP_USED, SNIP_PARTS, false, NULL},
	    {"Staging-all-all.txt", SNIP_UNUSED, SNIP_PHASE, false, "staging-all-all.txt"},
	    {"_first_update-all-all.txt", SNIP_UNUSED, SNIP_PHASE, false, NULL},
	    {"update-empty-all.txt", SNIP_USED_TYPE, SNIP_PARTS, false, NULL},
	};
	struct config *c = conf_fixture("<phases><phase id='Staging' seq='1'/></phases>"
					"<environments><environment id='lab'/></environments>"
					"<times allow='22' forcestaging='true'/>"
					"<classes><class id='empty'/></classes>");
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++)
		expect(c, &list[i]);
	conf_free(c);
	arena_reset(&arena);
}

static void parts_are_as_in_the_name(void **state)
{
	struct config *c = conf_fixture("");
	struct snip_name name = snip_name_parse(&arena, c, "Update-ip29-2-00_90.txt");
	(void)state;
	assert_string_equal(name.parts[SNIP_PHASE], "Update");
	assert_string_equal(name.parts[SNIP_CLASS], "ip29-2");
	assert_string_equal(name.parts[SNIP_ENVIRONMENT], "00_90");
	name = snip_name_parse(&arena, c, "a-b");
	for (int i = 0; i < SNIP_PARTS; i++)
		assert_string_equal(name.parts[i], "");
	conf_free(c);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_with_the_decision),
	    cmocka_unit_test(said),
	    cmocka_unit_test(said_of_many),
	    cmocka_unit_test(parts_are_as_in_the_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
