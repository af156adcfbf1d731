/* SPDX-License-Identifier: ISC */
/* The parts of the page with one's own account and, for administrators, all others. */
#ifndef PAGES_PAGE_USERS_H
#define PAGES_PAGE_USERS_H

#include "pages/page.h"

/* The forms of the page; what goes wrong is told beside them. */
#define USERS_FORM_PASSWORD "password"
#define USERS_FORM_ADD "add"
#define USERS_FORM_EDIT "edit"
#define USERS_FORM_DROP "drop"

struct users_wrong {
	const char *form;
	const char *key;  /* of the texts users.wrong.…; NULL: only `text` */
	const char *text; /* what the server says, in English; NULL: nothing more */
	int64_t wait;     /* seconds; 0: none */
};

/* `edit`, `drop`: whose form is shown as well, NULL: nobody's. `wrong`: NULL: nothing. */
void users_show(
    struct page *p, const char *edit, const char *drop, const struct users_wrong *wrong);

#endif
