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
	*progress = (struct progress){.on = on, .start_ns = on ? clock_mono_ns() : 0};
	if (on)
		log_set_hook(wipe, progress);
}

/* " 1:05 left", by the speed so far; nothing while that says little. */
static void
show_left(int64_t spent_ns, int64_t done, int64_t all)
{
	double left_s;

	if (spent_ns < 1000 * (int64_t)1000000 || done <= 0 || done >= all)
		return;
	left_s = (double)spent_ns / 1e9 * ((double)(all - done) / (double)done);
	if (left_s < 360000)
		fprintf(stderr, ", %d:%02d left", (int)left_s / 60, (int)left_s % 60);
}

/* Whether it is time to show something: five times a second, quick for the eye, and no work at all for a slow line. */
static bool
is_due(struct progress *progress, int64_t now)
{
	if (now < progress->next_ns)
		return false;
	progress->next_ns = now + 200 * 1000000;
	return progress->shown = true;
}

/* Files may grow while they are read. */
static void
show_share(const struct progress *progress, int64_t now, int64_t done, int64_t all)
{
	fprintf(stderr, ", %d %%", done < all ? (int)((double)done * 100 / (double)all) : 100);
	show_left(now - progress->start_ns, done, all);
}

void
progress_bytes(struct progress *progress, int64_t done, int64_t all)
{
	int64_t now;

	if (!progress->on || !is_due(progress, now = clock_mono_ns()))
		return;
	fprintf(stderr, "\r\033[Kreading: %.1f MiB", (double)done / (1024 * 1024));
	if (all > 0) {
		fprintf(stderr, " of %.1f MiB", (double)all / (1024 * 1024));
		show_share(progress, now, done, all);
	}
	fflush(stderr);
}

void
progress_records(struct progress *progress, int64_t done, int64_t all)
{
	int64_t now;

	if (!progress->on || !is_due(progress, now = clock_mono_ns()))
		return;
	fprintf(stderr, "\r\033[Kreading: %lld of %lld records", (long long)done, (long long)all);
	show_share(progress, now, done, all);
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
