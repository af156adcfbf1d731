/* SPDX-License-Identifier: ISC */
/* Every page and every act: the functions that route.c has rows for. One file for each group. */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

struct page;

/* page_sign.c */
void page_sign_in(struct page *p); /* the form */
void act_sign_in(struct page *p);
void act_sign_out(struct page *p); /* `everywhere`: all sessions of this user */
/* page_users.c */
void page_users(struct page *p); /* own password; for administrators also the others */
void act_password(struct page *p);
void act_user_save(struct page *p); /* makes one, or changes role or password */
void act_user_drop(struct page *p);
/* page_fleet.c */
void page_fleet(struct page *p);
/* page_devices.c */
void page_devices(struct page *p);
void page_devices_rows(struct page *p); /* what has changed in a list, for its script */
void page_devices_csv(struct page *p);
void page_devices_json(struct page *p);
void act_devices(struct page *p); /* several at once: asks, then does it */
/* page_device.c and its parts */
void page_device(struct page *p);
void page_device_plan(struct page *p);   /* what would it get now, and why */
void page_device_answer(struct page *p); /* an answer as XML, to be downloaded */
void page_device_backup(struct page *p); /* a backup, to be downloaded */
void page_device_diff(struct page *p);
void page_device_csr(struct page *p); /* the request, to be downloaded */
void act_device(struct page *p);      /* touch, forget, drop a backup: asks, then does it */
void act_device_csr(struct page *p);  /* upload, approve, clear */
/* page_snippets.c */
void page_snippets(struct page *p);
void page_snippet(struct page *p);
/* page_config.c */
void page_config(struct page *p);
/* page_add.c */
void page_add(struct page *p);
void page_add_script(struct page *p); /* the command script, to be downloaded */
/* page_alarms.c */
void page_alarms(struct page *p);
void page_alarms_csv(struct page *p);
void act_alarms(struct page *p); /* takes note of some, with a sentence */
/* page_log.c */
void page_log(struct page *p);
void page_log_rows(struct page *p); /* what came since, for its script */
void page_log_file(struct page *p); /* as text or CSV, to be downloaded */
/* page_status.c */
void page_status(struct page *p);
void page_status_xml(struct page *p);
/* page_metrics.c */
void page_metrics(struct page *p);
/* page_stats.c */
void page_stats(struct page *p);
void page_stats_csv(struct page *p); /* a file of it, to be downloaded */
/* page_audit.c */
void page_audit(struct page *p);
void page_audit_csv(struct page *p);
/* legacy.c: the addresses of the present server */
void page_legacy(struct page *p);
/* static.c: what lies at BASE/web/ */
void page_file(struct page *p);

#endif
