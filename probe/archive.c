/* The way of records to the disk. */
#include "probe/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random_id.h"
#include "probe/conf.h"
#include "probe/occurrence.h"
#include "probe/status_model.h"
#include "results/event.h"
#include "results/journal.h"
#include "results/journal_care.h"
#include "results/spool.h"

enum {
	KEEP_ONE_OF = 8, /* rounds of a quiet day that thinning leaves: at one every 15 minutes, one every two hours */
	SLICE = 128 * 1024, /* 2.6 ms on a desktop, 10 to 50 ms on a small computer */
	SLICE_EVERY_MS = 50,
	BUSY_EVERY_MS = 1000,
	IDLE_MS = 60000,
	RETRY_S = 30,
	KEPT_FROM_WORK_S = 3600
};

struct archive {
	struct journal *journal;
	struct spool *spool;
	struct journal_care *care;
	enum archive_use use;
	archive_event *event;
	void *arg;
	int64_t quota_bytes;
	int64_t retried_ns, cared_ns; /* when it was tried last; when care last had nothing to do. clock_mono_ns */
	char trouble[160]; /* "" none */
	char *dir;
	bool said_room; /* that there is too little of it */
};

static double
seconds_since(int64_t ns)
{
	return (double)(clock_mono_ns() - ns) / 1e9;
}

/* --- telling ----------------------------------------------------------------------------------- */

static void
tell(struct archive *a, const char *id, struct event_info *info, struct arena *arena)
{
	struct occurrence o = {.id = id, .time_us = clock_wall_us(), .mono_ns = clock_mono_ns(), .info = info, .arena = arena};

	info->when = (struct event_bracket){o.time_us, o.time_us};
	if (a->event != NULL)
		a->event(&o, a->arg);
}

static void
tell_trouble(const struct spool_news *news, void *arg)
{
	struct archive *a = arg;
	struct arena *arena = arena_new();
	struct event_info info = {.kind = news->recovered ? EVENT_DISK_RECOVERED : EVENT_DISK_TROUBLE};
	char id[RANDOM_ID_SIZE];

	snprintf(a->trouble, sizeof(a->trouble), "%s", news->recovered ? "" : news->text);
	info.reason = news->lost > 0 ?
	    arena_printf(arena, "%s; %lld records found no room in memory and are lost", news->text, (long long)news->lost) :
	    arena_strdup(arena, news->text);
	tell(a, random_id(id), &info, arena);
	arena_free(arena);
}

/* Once on record, the act may go on. */
static int
tell_act(const struct care_act *act, bool again, void *arg)
{
	struct archive *a = arg;
	struct arena *arena = arena_new();
	struct event_drop drop = {.day = arena_strdup(arena, act->day), .segments = (int64_t)act->nsegments,
	    .records = act->records, .bytes = act->bytes};
	struct event_info info = {.kind = EVENT_QUOTA_DROP, .reason = arena_strdup(arena, act->reason), .drop = &drop};

	/* Told before, it waits in memory for the disk. */
	if (!again)
		tell(a, act->id, &info, arena);
	arena_free(arena);
	return a->event != NULL && spool_sync(a->spool) == SPOOL_OK ? 0 : -1;
}

/* --- opening and closing ----------------------------------------------------------------------- */

void
archive_configure(struct archive *a, const struct conf *conf)
{
	a->quota_bytes = conf->quota_bytes;
	a->said_room = false;
	if (a->use == ARCHIVE_DAEMON)
		journal_limit(a->journal, conf->segment_bytes, conf->segment_s);
	journal_care_set_quota(a->care, conf->quota_bytes, KEEP_ONE_OF);
}

int
archive_open(const char *dir, const struct conf *conf, enum archive_use use, struct archive **archive, pid_t *pid)
{
	struct archive *a = xcalloc(1, sizeof(*a));
	int result = journal_open(dir, &a->journal, pid);

	if (result != JOURNAL_OK) {
		free(a);
		return result;
	}
	a->use = use;
	a->dir = xstrdup(dir);
	a->retried_ns = a->cared_ns = clock_mono_ns();
	a->spool = spool_new(a->journal, &(struct spool_options){.bytes = (size_t)conf->spool_bytes, .tell = tell_trouble, .arg = a});
	a->care = journal_care_new(a->journal, &(struct journal_care_options){.keep_today = use == ARCHIVE_CHECK,
	    .tell = tell_act, .arg = a});
	archive_configure(a, conf);
	*archive = a;
	return JOURNAL_OK;
}

void
archive_tell(struct archive *a, archive_event *event, void *arg)
{
	a->event = event;
	a->arg = arg;
}

int64_t
archive_close(struct archive *a)
{
	int64_t lost;

	if (a == NULL)
		return 0;
	journal_care_free(a->care);
	lost = spool_lost(a->spool);
	lost += spool_free(a->spool);
	if (journal_close(a->journal) != 0 && lost == 0)
		lost = -1;
	free(a->dir);
	free(a);
	return lost;
}

/* --- records ----------------------------------------------------------------------------------- */

void
archive_append(struct archive *a, const char *line, size_t len)
{
	(void)spool_append(a->spool, line, len);
}

bool
archive_sync(struct archive *a)
{
	return spool_sync(a->spool) == SPOOL_OK;
}

void
archive_tick(struct archive *a)
{
	if (!spool_in_trouble(a->spool)) {
		(void)spool_tick(a->spool);
		return;
	}
	if (seconds_since(a->retried_ns) < RETRY_S)
		return;
	a->retried_ns = clock_mono_ns();
	(void)spool_retry(a->spool);
}

void
archive_set_quiet(struct archive *a, bool quiet)
{
	journal_set_quiet(a->journal, quiet);
}

/* --- care -------------------------------------------------------------------------------------- */

/* A disk that is smaller than the quota would be full before the quota helps. Nothing of ours is deleted for want of room: others may need it as well. */
static void
look_for_room(struct archive *a)
{
	int64_t taken = journal_care_bytes(a->care), left;
	struct statvfs fs;

	if (a->said_room || a->quota_bytes <= taken || statvfs(a->dir, &fs) == -1)
		return;
	left = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	a->said_room = left < a->quota_bytes - taken;
	if (a->said_room)
		log_warnx("%s: results may take %lld MB (quota in [journal]), but with %lld MB left the disk will be full before: set a lower quota",
		    a->dir, (long long)(a->quota_bytes >> 20), (long long)(left >> 20));
}

int
archive_care(struct archive *a, bool busy)
{
	/* Where the disk is in trouble, care would only add to it. */
	if (spool_in_trouble(a->spool) || (busy && seconds_since(a->cared_ns) < KEPT_FROM_WORK_S))
		return BUSY_EVERY_MS;
	if (journal_care_step(a->care, SLICE) == CARE_MORE)
		return busy ? BUSY_EVERY_MS : SLICE_EVERY_MS;
	a->cared_ns = clock_mono_ns();
	look_for_room(a);
	return IDLE_MS;
}

void
archive_tidy(struct archive *a, double seconds)
{
	int64_t begun_ns = clock_mono_ns();

	while (!spool_in_trouble(a->spool) && journal_care_step(a->care, SLICE) == CARE_MORE)
		if (seconds_since(begun_ns) > seconds)
			return;
}

int64_t
archive_lost(const struct archive *a)
{
	return spool_lost(a->spool);
}

void
archive_fill(const struct archive *a, struct status_journal *status)
{
	status->bytes = journal_care_bytes(a->care) > 0 ? journal_care_bytes(a->care) : -1;
	status->quota = a->quota_bytes > 0 ? a->quota_bytes : -1;
	status->spool_lines = (int64_t)spool_waiting(a->spool);
	status->trouble = spool_in_trouble(a->spool) ? (char *)(uintptr_t)a->trouble : NULL;
}
