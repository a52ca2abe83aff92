/* The live progress line. */
#include "analysis/progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

static void
wipe(void *arg)
{
	struct progress *progress = arg;

	if (!progress->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->shown = false;
}

void
progress_start(struct progress *progress, bool on)
{
	*progress = (struct progress){.on = on};
	if (on)
		log_set_hook(wipe, progress);
}

void
progress_bytes(struct progress *progress, int64_t done, int64_t all)
{
	int64_t now;

	if (!progress->on || (now = clock_mono_ns()) < progress->next_ns)
		return;
	/* Five times a second: quick for the eye, and no work at all for a slow line. */
	progress->next_ns = now + 200 * 1000000;
	progress->shown = true;
	fprintf(stderr, "\r\033[Kreading: %.1f MiB", (double)done / (1024 * 1024));
	/* Files may grow while they are read. */
	if (all > 0)
		fprintf(stderr, " of %.1f MiB, %d %%", (double)all / (1024 * 1024),
		    done < all ? (int)((double)done * 100 / (double)all) : 100);
	fflush(stderr);
}

void
progress_end(struct progress *progress)
{
	wipe(progress);
	if (progress->on)
		log_set_hook(NULL, NULL);
	progress->on = false;
}
