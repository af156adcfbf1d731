/* SPDX-License-Identifier: ISC */
/* The alarms of a device: what is active, what is over, and the way to all of them and to what it logged. */
#include "base/limits.h"
#include "pages/page_alarms.h"
#include "pages/page_device.h"

#define SHOWN 10

bool device_add_alarms(struct device_page *v)
{
	struct page *p = v->p;
	struct alarms all;
	const char *hwid = v->state.device.hwid;
	const struct alarms_query q = {.from = *hwid ? hwid : NULL,
	    .serial = v->state.device.sn,
	    .all = true,
	    .most = LIMIT_ALARMS_DEVICE};
	if (!alarms_page_find(p, &q, &all))
		return false;
	int64_t active = 0, worst = -1; /* of this one: `all` counts those of all */
	for (size_t i = 0; i < all.count; i++) {
		const struct alarm *one = &all.list[i];
		active += one->raised != 0;
		worst = one->raised && one->severity > worst ? one->severity : worst;
	}
	doc_open(v->doc, "alarms");
	doc_number(v->doc, "active", active);
	if (active)
		doc_attr(v->doc, "worst", alarm_severity_word(worst));
	device_url(v, "all-href", "alarms", "show", "all", NULL);
	if (*hwid)
		doc_attr(v->doc, "log-href", page_url(p, "log", "whose", hwid, NULL));
	all.count = all.count < SHOWN ? all.count : SHOWN;
	bool ok = alarms_page_add(p, &all);
	doc_close(v->doc);
	return ok;
}
