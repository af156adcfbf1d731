/* SPDX-License-Identifier: ISC */
/*
 * What is shown of devices: an expression that is too costly is refused here, not when a page is looked
 * at. It is evaluated on a large sample, as what devices will answer is not known.
 */
#include "core/conf_rules.h"

#include "core/xpath.h"

static void check_show(struct rules *r, const struct conf_node *show, struct xpath_doc *sample)
{
	struct arena scratch = {0};
	struct err why;
	struct xpath *x = xpath_compile(show->text, NULL);
	xpath_doc_sample_for(sample, show->text);
	if (x && !xpath_value(&scratch, x, sample, &why))
		rules_say(r, FINDING_ERROR, show->text_from, "%s is \"%.*s\": %s",
		    conf_path(r->arena, show, NULL), findings_shown(show->text), show->text,
		    why.text);
	xpath_free(x);
	arena_free(&scratch);
}

void rule_shows(struct rules *r)
{
	struct xpath_doc *sample = NULL;
	for (const struct conf_node *q = rules_first(r, "queries/query"); q;
	     q = conf_node_same(q)) {
		for (const struct conf_node *show = conf_node_child(q, "show"); show;
		     show = conf_node_same(show)) {
			if (!findings_room(r->findings, FINDING_ERROR))
				break;
			sample = sample ? sample : xpath_doc_sample();
			check_show(r, show, sample);
		}
	}
	xpath_doc_close(sample);
}
