/* The quota's jobs: which day is to go, thinning it, and the act that takes what was left out. */
#include "results/care_jobs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/care_doing.h"
#include "results/care_plan.h"
#include "results/journal_inside.h"
#include "results/thin.h"

static void
end_thin(struct journal_care *care)
{
	thin_free(care->thin);
	care->thin = NULL;
	care_act_clear(&care->act);
}

/* The segments are as the thinning has it. */
static void
learn_thinned(struct journal_care *care)
{
	const struct thin_result *results;
	size_t i, n = 0;

	results = care->thin != NULL ? thin_results(care->thin, &n) : NULL;
	for (i = 0; i < n; i++)
		if (results[i].outcome != THIN_EMPTY)
			care_index_set(&care->index, results[i].name, results[i].bytes_after,
			    &results[i].facts);
	care_index_save(care->dir_fd, &care->index);
}

static enum care_step
job_act(struct journal_care *care, size_t budget)
{
	enum care_step step = care_doing_step(care->doing, budget);

	if (step == CARE_FAILED) {
		/* It stays the job: what was announced is done, sooner or later. */
		care_job_failed(care, CARE_ACT_FILE, "what the quota is to take cannot be taken yet");
		care->job = job_act;
	}
	if (step != CARE_DONE)
		return step;
	learn_thinned(care);
	end_thin(care);
	care_doing_free(care->doing);
	care->doing = NULL;
	return care_job_done(care);
}

/* Announces care->act: from here on it is completed, whatever happens. */
static enum care_step
start_act(struct journal_care *care)
{
	enum care_step step = CARE_MORE;

	care_act_identify(&care->act);
	if (care_act_save(care->dir_fd, &care->act) == -1) {
		step = care_job_failed(care, CARE_ACT_FILE, "cannot be written");
		/* It may be there, and only its sync have failed. If it cannot be taken back it counts. */
		care_act_remove(care->dir_fd);
		if (faccessat(care->dir_fd, CARE_ACT_FILE, F_OK, 0) == -1) {
			end_thin(care);
			return step;
		}
	}
	if (care->thin != NULL)
		thin_keep(care->thin);
	care->doing = care_doing_new(
	    care->dir_fd, &care->act, false, care->options.tell, care->options.arg);
	care->job = job_act;
	return step;
}

/* What is left out of this segment, and what becomes of it. */
static void
add_thinned(struct journal_care *care, const struct thin_result *result)
{
	const struct segment *segment = segments_find(&care->list, result->name);
	bool drops = care->act.kind == CARE_ACT_DROP;
	enum segment_file file = segment_main_file(segment);

	if (result->outcome == THIN_SAME || (result->outcome == THIN_UNREADABLE && !drops))
		return;
	care->act.records += result->left_out;
	care->act.bytes += drops ? segment_bytes(segment) : segment->bytes[file];
	if (result->outcome == THIN_WRITTEN)
		care->act.bytes -= result->bytes_after;
	care_act_add(&care->act, result->name, result->outcome == THIN_WRITTEN);
}

static enum care_step
job_thin(struct journal_care *care, size_t budget)
{
	enum care_step step = thin_step(care->thin, budget);
	const struct thin_result *results;
	size_t i, n;

	if (step == CARE_MORE)
		return step;
	if (step == CARE_FAILED) {
		care_job_failed(care, care->act.day, "the day cannot be thinned");
		end_thin(care);
		return CARE_FAILED;
	}
	results = thin_results(care->thin, &n);
	for (i = 0; i < n; i++)
		add_thinned(care, &results[i]);
	if (care->act.nsegments > 0)
		return start_act(care);
	/* There was nothing to leave out, which is worth remembering. */
	learn_thinned(care);
	end_thin(care);
	return care_job_done(care);
}

static bool
can_thin(const struct segment *segment)
{
	return segment_main_file(segment) == SEGMENT_ZST && segment->bytes[SEGMENT_PLAIN] < 0;
}

/* What is in the segment, if that is known. One without records has nothing to lose. */
static const struct segment_facts *
facts_of(const struct journal_care *care, const struct segment *segment)
{
	static const struct segment_facts none = {0, 0, SEGMENT_EVENTS_ONLY};
	enum segment_file file = segment_main_file(segment);

	return file == SEGMENT_FILE_MAX ? &none : care_index_find(&care->index, segment->name,
							  segment->bytes[file]);
}

static void
begin_act(struct journal_care *care, const struct care_plan *plan, enum care_act_kind kind)
{
	struct care_act *act = &care->act;

	care_act_clear(act);
	act->kind = kind;
	act->quiet = plan->quiet;
	segment_day(care->list.items[plan->from].name, act->day);
	snprintf(act->reason, sizeof(act->reason),
	    "the results take %lld bytes, and the quota is %lld", (long long)plan->total,
	    (long long)care->options.quota_bytes);
}

/* To one round of so many, or to events only. */
static enum care_step
start_thin(struct journal_care *care, const struct care_plan *plan, int64_t keep_one_of)
{
	const struct segment **segments = xcalloc(plan->end - plan->from, sizeof(*segments)), *segment;
	bool drops = keep_one_of == SEGMENT_EVENTS_ONLY;
	size_t i, n = 0;
	int64_t kept;

	begin_act(care, plan, drops ? CARE_ACT_DROP : CARE_ACT_THIN);
	care->act.kept_one_of = drops ? 0 : keep_one_of;
	for (i = plan->from; i < plan->end; i++) {
		segment = &care->list.items[i];
		if (journal_is_busy(care->journal, segment->name))
			continue;
		kept = facts_of(care, segment)->kept_one_of;
		if (drops ? kept != SEGMENT_EVENTS_ONLY : kept == 0 && can_thin(segment))
			segments[n++] = segment;
	}
	care->thin = thin_new(care->dir_fd, segments, n, keep_one_of);
	free(segments);
	care->job = job_thin;
	return CARE_MORE;
}

static enum care_step
start_erase(struct journal_care *care, const struct care_plan *plan)
{
	const struct segment *segment;
	size_t i;

	begin_act(care, plan, CARE_ACT_ERASE);
	for (i = plan->from; i < plan->end; i++) {
		segment = &care->list.items[i];
		if (journal_is_busy(care->journal, segment->name))
			continue;
		care_act_add(&care->act, segment->name, false);
		care->act.records += facts_of(care, segment)->records;
		care->act.bytes += segment_bytes(segment);
	}
	return start_act(care);
}

static enum care_step
say_stuck(struct journal_care *care)
{
	if (!care->said_stuck)
		log_warnx("%s: the results take %lld bytes, the quota is %lld, and nothing is left that may go",
		    journal_dir(care->journal), (long long)care->total,
		    (long long)care->options.quota_bytes);
	care->said_stuck = true;
	return CARE_DONE;
}

static void
plan_for(struct journal_care *care, struct care_plan *plan)
{
	struct care_segment *segments =
	    xcalloc(care->list.n > 0 ? care->list.n : 1, sizeof(*segments));
	const struct segment *segment;
	size_t i;

	for (i = 0; i < care->list.n; i++) {
		segment = &care->list.items[i];
		segments[i] = (struct care_segment){
		    .name = segment->name,
		    .bytes = segment_bytes(segment),
		    .busy = journal_is_busy(care->journal, segment->name),
		    .can_thin = can_thin(segment),
		    .facts = facts_of(care, segment),
		};
	}
	care_plan(segments, care->list.n, care->options.quota_bytes, care->options.keep_one_of, plan);
	free(segments);
}

enum care_step
care_quota_choose(struct journal_care *care)
{
	struct care_plan plan;

	plan_for(care, &plan);
	care->total = plan.total;
	if (plan.kind != CARE_PLAN_STUCK)
		care->said_stuck = false;
	switch (plan.kind) {
	case CARE_PLAN_NONE:
		return CARE_DONE;
	case CARE_PLAN_LOOK:
		return care_start_scan(care, &care->list.items[plan.from]);
	case CARE_PLAN_THIN:
		return start_thin(care, &plan, care->options.keep_one_of);
	case CARE_PLAN_DROP:
		return start_thin(care, &plan, SEGMENT_EVENTS_ONLY);
	case CARE_PLAN_ERASE:
		return start_erase(care, &plan);
	case CARE_PLAN_STUCK:
	default:
		return say_stuck(care);
	}
}

void
care_quota_resume(struct journal_care *care, struct care_act *act)
{
	care->doing =
	    care_doing_new(care->dir_fd, act, true, care->options.tell, care->options.arg);
	care->job = job_act;
}
