/* SPDX-License-Identifier: ISC */
/* core/snip_for: which devices a file is for, by what is remembered of them; it must say what the decision does. */
#include "core/snip_for.h"

#include "test/unit/core/plan_fixture.h"

static const char *const configs[] = {
    "",
    "<phases><phase id='Staging' seq='100'/></phases>"
    "<environments><environment id='Berlin'><implies>lab_1</implies></environment>"
    "<environment id='lab_1'/></environments>"
    "<classes><class id='Desk'><model>IP232</model><model>ip-1</model></class></classes>",
    "<times allow='22' forcestaging='true'/>",
    "<environments combine='all'><environment id='00_90_33_30_00_af'/></environments>",
};

static const char *const phases[] = {"all", "update", "staging", "_first_update", "updat"};
static const char *const classes[] = {"all", "phone", "desk", "ip232", "ip-1", "ip999", "IP232"};
static const char *const environments[] = {"all", "default", "berlin", "lab_1", "lab",
    "00_90_33_30_00_af", "00_90_33_30_00_ae", "00_90_33_30_00_a", "abc"};
static const char *const types[] = {"IP232", "ip-1", "IP999", "iP999"};
static const char *const sns[] = {"00-90-33-30-00-af", "00-90-33-30-00-AE", "ABC"};
static const char *const envs[] = {
    "default", "Berlin", "lab_1", "lab_1,Berlin", "00_90_33_30_00_af", "default,00_90_33_30_00_af"};

enum { NAMES = COUNT(phases) * COUNT(classes) * COUNT(environments) };
static const char *names[NAMES];

static void fill(void)
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT(phases); i++)
		for (size_t j = 0; j < COUNT(classes); j++)
			for (size_t k = 0; k < COUNT(environments); k++) {
				names[n] = strdup(snip_name_make(
				    &w.arena, phases[i], classes[j], environments[k]));
				file(names[n++], DAY, "x\n");
			}
}

static void empty(void)
{
	for (size_t i = 0; i < NAMES; i++)
		free((char *)names[i]);
}

static bool is_sent(const char *name)
{
	for (size_t i = 0; i < w.plan.count; i++) {
		const struct step *s = &w.plan.steps[i];
		if (s->kind == STEP_SNIPPET && strcmp(s->snippet->name, name) == 0)
			return true;
	}
	return false;
}

static bool has_words(const struct device *d, const struct snip_name *n)
{
	struct snip_words words = snip_words_of(&w.arena, w.config, d);
	const char *environment = n->parts[SNIP_ENVIRONMENT];
	char serial[LIMIT_SN + 1];
	return n->use != SNIP_UNUSED && conf_list_has(&words.classes, n->parts[SNIP_CLASS]) &&
	       (conf_list_has(&words.environments, environment) ||
		   strcmp(snip_serial(d->sn, serial), environment) == 0);
}

static size_t compare(const struct device *d)
{
	size_t sent = 0;
	for (size_t i = 0; i < NAMES; i++) {
		struct snip_name n = snip_name_parse(&w.arena, w.config, names[i]);
		bool is = snip_is_for(w.config, &n, d);
		bool in_phase = snip_is_for_phase(w.config, &n, d->phase);
		if ((is && in_phase) != is_sent(names[i]))
			fail_msg("%s for %s %s in %s, %s: %d", names[i], d->type, d->sn,
			    d->environments, d->phase, is);
		if (is != has_words(d, &n))
			fail_msg("the words of %s %s in %s are not those of %s", d->type, d->sn,
			    d->environments, names[i]);
		sent += is_sent(names[i]);
	}
	return sent;
}

/* As a poll leaves it behind. */
static size_t poll_one(const char *type, const char *sn, const char *env, const char *phase)
{
	struct device d;
	ask(print("type=%s&sn=%s&hwid=h&ip=i&env=%s&phase=%s", type, sn, env, phase));
	if (w.plan.who.unknown)
		return 0;
	device_init(&d, sn);
	d.type = type;
	d.phase = w.plan.who.phase->id;
	d.environments = conf_list_join(&w.arena, &w.plan.who.environments, ", ");
	return compare(&d);
}

static void agrees_with_the_decision(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(configs); i++) {
		size_t sent = 0;
		configure(configs[i]);
		fill();
		for (size_t t = 0; t < COUNT(types) * COUNT(sns) * COUNT(envs); t++) {
			for (size_t p = 0; p < w.config->nphases; p++) {
				sent += poll_one(types[t % COUNT(types)],
				    sns[t / COUNT(types) % COUNT(sns)],
				    envs[t / COUNT(types) / COUNT(sns)], w.config->phases[p].id);
				next_case();
			}
		}
		assert_true(sent > 0);
		empty();
	}
}

static struct snip_name name_of(const char *file_name)
{
	return snip_name_parse(&w.arena, w.config, file_name);
}

/* One of which hardly anything is known: it only sent something. */
static void a_device_that_never_polled(void **state)
{
	(void)state;
	struct device d;
	device_init(&d, "00-90-33-30-00-af");
	struct snip_name phone = name_of("update-phone-default.txt"),
			 own = name_of("update-all-00_90_33_30_00_af.txt"),
			 none = name_of("update-.txt");
	assert_false(snip_is_for(w.config, &phone, &d));
	assert_true(snip_is_for(w.config, &own, &d));
	assert_false(snip_is_for(w.config, &none, &d));
	assert_false(snip_is_for_phase(w.config, &own, d.phase));
	assert_false(snip_is_for_phase(w.config, &none, "update"));
	struct snip_words words = snip_words_of(&w.arena, w.config, &d);
	assert_int_equal(words.classes.count, 1); /* "all" */
	assert_int_equal(words.environments.count, 0);
}

/* A phase that is not configured any more, or the beginning of an environment's name. */
static void no_half_words(void **state)
{
	(void)state;
	struct device d;
	configure("<environments><environment id='lab'/><environment id='lab_1'/></environments>");
	device_init(&d, "00-90-33-30-00-af");
	d.type = "IP232";
	d.environments = "default, lab_1";
	struct snip_name lab = name_of("update-phone-lab.txt"),
			 lab_1 = name_of("update-phone-lab_1.txt");
	assert_false(snip_is_for(w.config, &lab, &d));
	assert_true(snip_is_for(w.config, &lab_1, &d));
	assert_false(snip_is_for_phase(w.config, &lab_1, "gone"));
	d.environments = "default, lab";
	assert_true(snip_is_for(w.config, &lab, &d));
	assert_false(snip_is_for(w.config, &lab_1, &d));
}

static void serial_numbers(void **state)
{
	(void)state;
	static const char longest[] = "0-23456789012345678901234567890Z",
			  longer[] = "0-23456789012345678901234567890ZZ";
	char text[LIMIT_SN + 1];
	assert_string_equal(snip_serial("00-90-33-30-00-AF", text), "00_90_33_30_00_af");
	assert_string_equal(snip_serial(longest, text), "0_23456789012345678901234567890z");
	assert_string_equal(snip_serial(longer, text), "");
	assert_string_equal(snip_serial("", text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(agrees_with_the_decision, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_device_that_never_polled, setup, teardown),
	    cmocka_unit_test_setup_teardown(no_half_words, setup, teardown),
	    cmocka_unit_test(serial_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
