/* SPDX-License-Identifier: ISC */
/*
 * pages/page_device*: why no snippet is sent, in one sentence, for each thing that stops a reply; which address
 * becomes a link; what of two backups is folded.
 */
#include "test/unit/pages/device_fixture.h"

#define ASKED(scheme, more)                                                          \
	scheme "://update.example/update/update.php?type=IP232&sn=" SN "&hwid=" HWID \
	       "&ip=10.0.0.7&phase=update&polling=0" more
#define ALWAYS "<status dir=\"status\"/><backup dir=\"backup\"/>"

static void snippet(const char *name, time_t age)
{
	char path[128];
	snprintf(path, sizeof path, "scripts/%s", name);
	folder_write(w.folder, path, "config add X\r\n", 14);
	const struct timespec times[2] = {{.tv_sec = NOW - age}, {.tv_sec = NOW - age}};
	assert_int_equal(utimensat(AT_FDCWD, folder_path(w.folder, path), times, 0), 0);
}

static struct device that_asked(const char *url)
{
	struct device d = one();
	d.asked = url;
	return d;
}

/* ---- why no snippet is sent ---- */

static void what_stops_it(void **state)
{
	(void)state;
	static const struct {
		const char *config, *asked, *ends, *why;
	} cases[] = {
	    {"<times grace=\"90\"/>", ASKED("http", ""), "grace", "files are being edited"},
	    {"<times grace=\"0\" forcehttps=\"true\"/>", ASKED("http", ""), "https",
		"the device is moved to HTTPS"},
	    {"<times grace=\"0\" forcehttps=\"true\" forcetrust=\"true\"/>", ASKED("https", ""),
		"trust", "no snippet is sent"},
	    {"<times grace=\"0\"/><customcerts dir=\"certs\" CAname=\"x\"/>"
	     "<queries><query id=\"certificates\"><applies>*</applies></query></queries>",
		ASKED("http", ""), "certificates", "nothing is known yet"},
	    {"<times grace=\"0\"/><master info=\"http://127.0.0.1/x\"/>", ASKED("http", ""),
		"firmware", "the master device never answered"},
	    {"<times grace=\"0\"/>", ASKED("http", "&env=nowhere"), "caller", "nowhere"},
	};
	snippet("update-all-default.txt", 5);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[1024], ends[64];
		struct device d = that_asked(cases[i].asked);
		know(&d);
		snprintf(text, sizeof text, ALWAYS "%s%s", cases[i].config,
		    strstr(cases[i].config, "<master") ? "" : "<master info=\"\"/>");
		configure(text);
		ask_for(page_device, "sn=" SN);
		snprintf(ends, sizeof ends, " ends=\"%s\"", cases[i].ends);
		assert_has(ends);
		assert_has(cases[i].why);
		assert_has("snippets=\"0\"");
	}
}

static void with_snippets_nothing_stops_it(void **state)
{
	(void)state;
	struct device d = that_asked(ASKED("http", ""));
	know(&d);
	snippet("update-all-default.txt", 500);
	configure(ALWAYS "<master info=\"\"/><times grace=\"0\"/>");
	ask_for(page_device, "sn=" SN);
	assert_has("snippets=\"1\"");
	assert_lacks(" ends=");
	ask_for(page_device_plan, "sn=" SN);
	assert_has("<snippet name=\"update-all-default.txt\"");
	assert_has("config add X");
	assert_has("<command>config activate</command>");
}

static void one_whose_request_would_be_refused(void **state)
{
	(void)state;
	struct device d = that_asked("http://update.example/update/update.php?sn=a%20b");
	know(&d);
	ask_for(page_device, "sn=" SN);
	assert_has("problem=\"");
	assert_has("refused");
	ask_for(page_device_plan, "sn=" SN);
	assert_has("problem=\"");
	assert_lacks("<concern");
}

static void without_a_last_poll_it_is_made_up(void **state)
{
	(void)state;
	struct device d = that_asked("");
	know(&d);
	ask_for(page_device, "sn=" SN);
	assert_has("made-up=\"true\"");
}

/* ---- links ---- */

static void an_address_becomes_a_link(void **state)
{
	(void)state;
	static const struct {
		const char *realip, *link;
	} cases[] = {
	    {"10.0.0.7", "link=\"https://10.0.0.7/\""},
	    {"2001:db8::7", "poll=\"https://[2001:db8::7]/!mod%20cmd%20UP1%20poll\""},
	    {"fe80::1%eth0", NULL},
	    {"10.0.0.7/x", NULL},
	    {"evil.example", NULL},
	    {"", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d = one();
		d.realip = cases[i].realip;
		change_forget(&w.list, SN, CHANGE_ALWAYS);
		know(&d);
		ask_for(page_device, "sn=" SN);
		if (cases[i].link)
			assert_has(cases[i].link);
		else
			assert_lacks(" poll=\"");
	}
}

/* ---- two backups ---- */

static void backup(long number, const struct buf *text)
{
	char name[64];
	mkdir(folder_path(w.folder, "backup/" HWID), 0700);
	snprintf(name, sizeof name, "backup/" HWID "/" HWID ".%ld.txt", number);
	folder_write(w.folder, name, buf_text(text), text->size);
}

/* Two files of so many lines, of which some differ; "3 fold=20 3 change 3 fold=7": what is on the page. */
static const char *compared(size_t lines, const size_t *different, size_t count)
{
	static char out[1024];
	struct buf a = {0}, b = {0};
	size_t n = 0, same = 0, k = 0;
	for (size_t i = 0; i < lines; i++) {
		bool differs = k < count && different[k] == i;
		k += differs;
		buf_addf(&a, "line %zu\r\n", i);
		buf_addf(&b, "line %zu%s\r\n", i, differs ? " new" : "");
	}
	backup(0, &a);
	backup(1, &b);
	buf_free(&a);
	buf_free(&b);
	ask_for(page_device_diff, "sn=" SN "&a=0&b=1");
	out[0] = '\0';
	const char *at = strstr(buf_text(&document), "<lines");
	for (at = at ? at : ""; (at = strpbrk(at, "<")); at++) {
		bool is_same = strncmp(at, "<same ", 6) == 0, fold = strncmp(at, "<fold ", 6) == 0;
		bool change = strncmp(at, "<change>", 8) == 0;
		same += is_same;
		if ((fold || change || strncmp(at, "</lines", 7) == 0) && same) {
			n += (size_t)snprintf(out + n, sizeof out - n, "%zu ", same);
			same = 0;
		}
		if (fold) {
			n += (size_t)snprintf(
			    out + n, sizeof out - n, "fold=%d ", atoi(strstr(at, "lines=\"") + 7));
			at = strstr(at, "</fold>");
		}
		if (change)
			n += (size_t)snprintf(out + n, sizeof out - n, "change ");
	}
	return out;
}

static void what_did_not_change_is_folded(void **state)
{
	(void)state;
	struct device d = one();
	know(&d);
	assert_string_equal(compared(30, (size_t[]){10}, 1), "fold=7 3 change 3 fold=16 ");
	assert_string_equal(compared(5, (size_t[]){0}, 1), "change 4 ");
	assert_string_equal(compared(8, (size_t[]){4}, 1), "4 change 3 ");
	assert_string_equal(compared(20, (size_t[]){4, 11}, 2), "4 change 6 change 3 fold=5 ");
	assert_string_equal(compared(20, (size_t[]){0, 19}, 2), "change 3 fold=12 3 change ");
	assert_string_equal(compared(3, (size_t[]){1}, 1), "1 change 1 ");
}

static void the_same_is_said(void **state)
{
	(void)state;
	struct device d = one();
	know(&d);
	compared(3, NULL, 0);
	assert_has("identical=\"true\"");
}

static void which_backup(void **state)
{
	(void)state;
	static const struct {
		const char *query;
		int status;
	} cases[] = {
	    {"sn=" SN, 400},
	    {"sn=" SN "&a=0", 400},
	    {"sn=" SN "&a=0&b=x", 400},
	    {"sn=" SN "&a=0&b=7", 404},
	    {"sn=" SN "&a=7&b=0", 404},
	    {"sn=" SN "&a=99999999999999999999&b=0", 400},
	    {"sn=00-90-33-30-00-b0&a=0&b=1", 404},
	    {"sn=a%20b&a=0&b=1", 400},
	    {"sn=" SN "&a=0&b=0", 200},
	};
	struct device d = one();
	know(&d);
	backup(0, &(struct buf){.data = (char[]){"x"}, .size = 1});
	for (size_t i = 0; i < COUNT(cases); i++) {
		ask_for(page_device_diff, cases[i].query);
		assert_int_equal(page.reply.status, cases[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_stops_it),
	    TEST(with_snippets_nothing_stops_it),
	    TEST(one_whose_request_would_be_refused),
	    TEST(without_a_last_poll_it_is_made_up),
	    TEST(an_address_becomes_a_link),
	    TEST(what_did_not_change_is_folded),
	    TEST(the_same_is_said),
	    TEST(which_backup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
