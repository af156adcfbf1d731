/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_shows.h"

#include "view/state.h"

#include <unistd.h>

bool device_shows_open(
    struct device_shows *w, const struct config *c, int64_t now, bool json, struct err *e)
{
	*w = (struct device_shows){.now = now, .json = json};
	export_shows_open(&w->columns, c);
	w->file = tmpfile();
	return w->file || err_sys(e, "a temporary file cannot be made");
}

void device_shows_close(struct device_shows *w)
{
	if (w->file)
		fclose(w->file);
	buf_free(&w->text);
	export_shows_close(&w->columns);
}

bool device_shows_take(struct device_shows *w, struct store *s, struct arena *scratch,
    const struct device *d, struct device_shown *out, struct err *e)
{
	const struct config *c = w->columns.config;
	struct state state;
	state_take(s, scratch, d, w->now, c->status_logkeep, &state);
	state_shows(scratch, c, &state);
	buf_reset(&w->text);
	if (w->json)
		export_shows_json(&w->columns, &state, &w->text);
	else
		export_shows_csv(&w->columns, &state, &w->text);
	*out = (struct device_shown){w->size, w->text.size};
	w->size += w->text.size;
	return fwrite(buf_text(&w->text), 1, w->text.size, w->file) == w->text.size ||
	       err_sys(e, "the temporary file cannot be written");
}

bool device_shows_end(struct device_shows *w, struct err *e)
{
	return fflush(w->file) == 0 || err_sys(e, "the temporary file cannot be written");
}

/* ---- printing ---- */

bool device_shows_print(
    const struct device_shows *w, const struct device_shown *one, struct buf *out)
{
	char *to = buf_want(out, one->size);
	for (size_t done = 0; done < one->size;) {
		ssize_t n =
		    pread(fileno(w->file), to + done, one->size - done, (off_t)(one->at + done));
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	buf_took(out, one->size);
	return true;
}
