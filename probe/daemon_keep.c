/* What of the daemon survives a restart. */
#include "probe/daemon_parts.h"

#include "base/log.h"
#include "probe/archive.h"
#include "probe/baseline.h"
#include "probe/keep.h"
#include "probe/sched_keep.h"

void
daemon_keep_target(struct daemon *d, const char *url)
{
	struct sched_saved saved;
	struct buf text = BUF_EMPTY;

	if (!sched_save(d->sched, url, daemon_now(), &saved))
		return;
	sched_keep_target(&saved, &text);
	keep_put(baselines_database(d->baselines), "sched", url, buf_str(&text));
	buf_free(&text);
}

void
daemon_keep_costs(struct daemon *d)
{
	struct sched_saved_costs costs;
	struct buf text = BUF_EMPTY;

	sched_save_costs(d->sched, daemon_now(), &costs);
	sched_keep_costs(&costs, &text);
	keep_put(baselines_database(d->baselines), "sched_costs", "", buf_str(&text));
	buf_free(&text);
}

static void
restore_target(const char *url, const char *text, size_t len, void *arg)
{
	struct daemon *d = arg;
	struct sched_saved saved;

	/* What the scheduler knows itself is newer. */
	if (sched_save(d->sched, url, daemon_now(), &saved))
		return;
	if (sched_read_target(text, len, &saved) == 0)
		sched_restore(d->sched, url, &saved, daemon_now());
	else
		log_warnx("the schedule of %s could not be read back; it is measured now", url);
}

static void
restore_costs(const char *key, const char *text, size_t len, void *arg)
{
	struct daemon *d = arg;
	struct sched_saved_costs costs;

	(void)key;
	if (sched_read_costs(text, len, &costs) == 0)
		sched_restore_costs(d->sched, &costs, daemon_now());
}

void
daemon_restore_targets(struct daemon *d)
{
	keep_each(baselines_database(d->baselines), "sched", restore_target, d);
	baselines_commit(d->baselines);
}

void
daemon_restore(struct daemon *d)
{
	keep_each(baselines_database(d->baselines), "sched_costs", restore_costs, d);
	daemon_restore_targets(d);
}

void
daemon_commit(struct daemon *d)
{
	d->trouble = !archive_sync(d->archive);
	baselines_commit(d->baselines);
}
