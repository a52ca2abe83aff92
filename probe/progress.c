/* Progress on stderr. */
#include "probe/progress.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/utf8.h"

enum { LIVE_EVERY_MS = 100, PLAIN_EVERY_MS = 15000 };

struct progress {
	const char *what;
	bool live; /* stderr is a terminal */
	bool shown;
	int64_t start_ns, last_ns;
};

static void
progress_wipe(void *arg)
{
	struct progress *p = arg;

	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}

struct progress *
progress_new(const char *what)
{
	struct progress *p = xcalloc(1, sizeof(*p));

	p->what = what;
	p->live = isatty(STDERR_FILENO) && log_get_level() < LOG_LEVEL_DEBUG;
	p->start_ns = p->last_ns = clock_mono_ns();
	log_set_hook(progress_wipe, p);
	return p;
}

void
progress_free(struct progress *p)
{
	if (p == NULL)
		return;
	progress_wipe(p);
	fflush(stderr);
	log_set_hook(NULL, NULL);
	free(p);
}

/* Cuts text to the columns that are left, at a character's boundary. */
static void
put_cut(const char *text, int columns)
{
	size_t len = strlen(text), n;
	uint32_t code;

	for (; columns > 0 && len > 0; columns--) {
		n = utf8_next(text, len, &code);
		if (n == 0 || code < 0x20 || code == 0x7f)
			return;
		fwrite(text, 1, n, stderr);
		text += n;
		len -= n;
	}
}

void
progress_show(struct progress *p, size_t done, size_t all, const char *now)
{
	int64_t ns = clock_mono_ns();
	int64_t every = (p->live ? LIVE_EVERY_MS : PLAIN_EVERY_MS) * INT64_C(1000000);
	char head[160];
	int width;

	if (ns - p->last_ns < every)
		return;
	p->last_ns = ns;
	snprintf(head, sizeof(head), "%s: %zu of %zu, %lld s", p->what, done, all,
	    (long long)((ns - p->start_ns) / 1000000000));
	if (!p->live) {
		fprintf(stderr, "%s\n", head);
		return;
	}
	width = table_terminal_width(STDERR_FILENO);
	if (width <= 0)
		width = 80;
	progress_wipe(p);
	put_cut(head, width - 1);
	if (now != NULL && (int)strlen(head) + 3 < width) {
		fputs("  ", stderr);
		put_cut(now, width - 3 - (int)strlen(head));
	}
	fflush(stderr);
	p->shown = true;
}
