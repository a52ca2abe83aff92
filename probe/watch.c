/* What the daemon notices. */
#include "probe/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random_id.h"
#include "probe/anomaly.h"
#include "probe/envelope.h"
#include "probe/event_days.h"
#include "probe/gaps.h"
#include "probe/keep.h"
#include "probe/plan.h"
#include "probe/sched.h"
#include "probe/status_model.h"
#include "results/measurement.h"
#include "results/record_files.h"

/* A clock that was set back a little must not hide a file of the journal. */
#define MARGIN_US (INT64_C(86400) * 1000000)

struct watch {
	struct probe *probe;
	const struct event_days *days;
	struct anomalies *anomalies;
	struct gaps *gaps;
	bool fresh; /* nothing was remembered */
	char run[RANDOM_ID_SIZE];
	watch_event *event;
	void *arg;
	struct sched *sched; /* while bursts are asked for */
};

/* --- remembering ------------------------------------------------------------------------------- */

static void
restore_anomaly(const char *key, const char *text, size_t len, void *arg)
{
	struct watch *w = arg;

	(void)key;
	if (anomalies_restore(w->anomalies, text, len) == 0)
		w->fresh = false;
}

static void
restore_gaps(const char *key, const char *text, size_t len, void *arg)
{
	struct watch *w = arg;

	(void)key;
	w->gaps = gaps_restore(text, len);
	if (w->gaps == NULL)
		log_warnx("what is known of earlier gaps could not be read back");
}

struct watch *
watch_new(struct probe *probe, struct sqlite3 *db, watch_event *event, void *arg)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	w->probe = probe;
	w->event = event;
	w->arg = arg;
	w->fresh = true;
	random_id(w->run);
	w->anomalies = anomalies_new(NULL);
	keep_each(db, "anomaly", restore_anomaly, w);
	anomalies_restored(w->anomalies);
	keep_each(db, "gaps", restore_gaps, w);
	if (w->gaps == NULL)
		w->gaps = gaps_new();
	return w;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	anomalies_free(w->anomalies);
	gaps_free(w->gaps);
	free(w);
}

void
watch_use(struct watch *w, struct probe *probe)
{
	w->probe = probe;
}

void
watch_days(struct watch *w, const struct event_days *days)
{
	w->days = days;
}

static void
put_anomaly(const char *key, const char *text, void *arg)
{
	keep_put(arg, "anomaly", key, text);
}

void
watch_save(struct watch *w, struct sqlite3 *db)
{
	struct buf text = BUF_EMPTY;

	if (db == NULL)
		return;
	anomalies_save(w->anomalies, false, put_anomaly, db);
	gaps_save(w->gaps, &text);
	keep_put(db, "gaps", "", buf_str(&text));
	buf_free(&text);
}

/* --- telling ----------------------------------------------------------------------------------- */

static void
tell(const struct occurrence *o, void *arg)
{
	struct watch *w = arg;
	int64_t when = o->info->when.not_after_us > 0 ? o->info->when.not_after_us : o->time_us;
	struct measurement *m;

	if (w->days != NULL && o->info->anomaly != NULL)
		o->info->day = event_days_at(w->days, o->arena, when);
	m = envelope_event(w->probe, o);
	w->event(m, w->arg);
	measurement_free(m);
}

void
watch_catch_up(struct watch *w, const char *results_dir, double due_s)
{
	char *dir = xstrdup(results_dir), **paths;
	struct anomalies_caught_up done;
	struct record_files files;
	struct life life;
	size_t i;

	/* Before anything of this run is in the journal, which would be a sign of life. */
	life_look(&life);
	gaps_catch_up(w->gaps, results_dir, &life, (int64_t)(due_s * 1e9), tell, w);
	record_files_list(&files, &dir, 1);
	record_files_newer(&files, anomalies_known_until(w->anomalies) - MARGIN_US);
	paths = xcalloc(files.n + 1, sizeof(*paths));
	for (i = 0; i < files.n; i++)
		paths[i] = files.files[i].path;
	anomalies_catch_up(w->anomalies, paths, files.n, clock_wall_us(), w->fresh ? NULL : tell, w, &done);
	free(paths);
	record_files_clear(&files);
	free(dir);
}

void
watch_take(struct watch *w, const struct measurement *m)
{
	anomalies_take(w->anomalies, m, tell, w);
}

static bool
is_planned(const char *url, void *arg)
{
	const struct plan *plan = arg;
	size_t i;

	for (i = 0; i < plan->ntargets; i++)
		if (strcmp(plan->targets[i]->url, url) == 0)
			return true;
	return false;
}

void
watch_retain(struct watch *w, const struct plan *plan)
{
	anomalies_retain(w->anomalies, is_planned, (void *)(uintptr_t)plan);
}

void
watch_sign(struct watch *w, enum life_sign sign, double due_s, bool rest, enum gap_cause cause)
{
	struct life life = {0};

	life_look(&life);
	life.sign = sign;
	life.due_ns = (int64_t)(due_s * 1e9);
	life.rest = rest;
	life.cause = cause;
	snprintf(life.run, sizeof(life.run), "%s", w->run);
	gaps_sign(w->gaps, &life, tell, w);
}

void
watch_note(struct watch *w, enum event_kind kind, const char *reason)
{
	struct arena *arena = arena_new();
	struct event_info info = {.kind = kind, .reason = arena_strdup(arena, reason)};
	struct occurrence o = {.time_us = clock_wall_us(), .mono_ns = clock_mono_ns(), .info = &info, .arena = arena};
	char id[RANDOM_ID_SIZE];

	o.id = random_id(id);
	info.when = (struct event_bracket){o.time_us, o.time_us};
	tell(&o, w);
	arena_free(arena);
}

void
watch_tell(struct watch *w, const struct occurrence *o)
{
	tell(o, w);
}

static void
ask_for_burst(const struct anomaly_burst *burst, void *arg)
{
	const struct watch *w = arg;
	struct sched_now now = {.wall_us = clock_wall_us(), .mono_ns = clock_mono_ns()};

	/* An anomaly that is on is watched by the scheduler's own steps; what has just begun, or may just have ended, is hurried. */
	if (burst->reason != BURST_OPEN)
		(void)sched_tighten(w->sched, burst->url, now);
}

static bool
is_expected(const char *url, void *arg)
{
	return anomalies_expects(((const struct watch *)arg)->anomalies, url);
}

void
watch_settle(struct watch *w, struct sched *sched)
{
	struct sched_now now = {.wall_us = clock_wall_us(), .mono_ns = clock_mono_ns()};

	anomalies_settle(w->anomalies, tell, w);
	w->sched = sched;
	anomalies_bursts(w->anomalies, now.wall_us, ask_for_burst, w);
	sched_close_unexpected(sched, is_expected, w, now);
}

/* --- showing ----------------------------------------------------------------------------------- */

static void
fill_anomaly(const struct anomaly_open *open, void *arg)
{
	struct status *status = arg;
	struct status_anomaly *a = status_add_anomaly(status, open->id);
	size_t i;

	a->from_us = open->onset.not_before_us;
	a->until_us = open->onset.not_after_us;
	if (open->ntargets > 0)
		a->mechanism = open->targets[0].view.mechanism;
	for (i = 0; i < open->ntargets; i++)
		if (open->targets[i].bad)
			status_anomaly_target(status, a, open->targets[i].url);
}

void
watch_fill(const struct watch *w, struct status *status)
{
	struct gap_open gap;

	anomalies_each_open(w->anomalies, fill_anomaly, status);
	if (gaps_open(w->gaps, &gap))
		status_add_gap(status, gap.since_us, 0, gap_cause_name(gap.cause));
}
