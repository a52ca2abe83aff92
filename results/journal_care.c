/*
 * Care for the journal: decides what is to be done next, and has it done slice by slice. One job at a time, because each changes the
 * directory. How a segment is sealed or a day is thinned, and what goes first, is in files of its own.
 */
#include "results/journal_care.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/care_doing.h"
#include "results/care_index.h"
#include "results/care_plan.h"
#include "results/care_scan.h"
#include "results/journal_clean.h"
#include "results/journal_inside.h"
#include "results/seal.h"
#include "results/segment.h"
#include "results/thin.h"

enum { LEAST_BUDGET = 64 * 1024 };

struct journal_care {
	struct journal *journal;
	struct journal_care_options options;
	int dir_fd;
	bool started;
	struct care_index index;
	struct segments list; /* as they were when the job was chosen */
	int64_t total;
	/* The job at hand, NULL none, and what it works with. */
	enum care_step (*job)(struct journal_care *care, size_t budget);
	char name[SEGMENT_NAME_SIZE]; /* of the segment that it is about */
	struct seal *seal;
	struct care_scan *scan;
	struct thin *thin;
	struct care_act act; /* that the thinning is for */
	struct care_doing *doing;
	struct failed {
		char name[SEGMENT_NAME_SIZE];
		bool for_good; /* else it is tried again when there is nothing else to do */
	} * failed; /* segments that could not be sealed */
	size_t nfailed;
	int logged_errno;
	bool said_stuck;
};

struct journal_care *
journal_care_new(struct journal *journal, const struct journal_care_options *options)
{
	struct journal_care *care = xcalloc(1, sizeof(*care));

	care->journal = journal;
	care->options = *options;
	care->dir_fd = journal_dir_fd(journal);
	return care;
}

void
journal_care_free(struct journal_care *care)
{
	if (care == NULL)
		return;
	seal_free(care->seal);
	care_scan_free(care->scan);
	thin_free(care->thin);
	care_doing_free(care->doing);
	care_act_clear(&care->act);
	care_index_clear(&care->index);
	segments_clear(&care->list);
	free(care->failed);
	free(care);
}

void
journal_care_set_quota(struct journal_care *care, int64_t quota_bytes, int64_t keep_one_of)
{
	care->options.quota_bytes = quota_bytes;
	care->options.keep_one_of = keep_one_of;
}

int64_t
journal_care_bytes(const struct journal_care *care)
{
	return care->total;
}

static enum care_step
job_done(struct journal_care *care)
{
	care->job = NULL;
	care->logged_errno = 0;
	return CARE_MORE;
}

/* Logs one kind of error once in a row. */
static enum care_step
job_failed(struct journal_care *care, const char *name, const char *what)
{
	int saved = errno;

	care->job = NULL;
	if (saved != care->logged_errno)
		log_warn("%s/%s: %s", journal_dir(care->journal), name, what);
	care->logged_errno = saved;
	errno = saved;
	return CARE_FAILED;
}

/* --- sealing --------------------------------------------------------------------------------- */

static bool
has_failed(const struct journal_care *care, const char *name)
{
	size_t i;

	for (i = 0; i < care->nfailed; i++)
		if (strcmp(care->failed[i].name, name) == 0)
			return true;
	return false;
}

/* It is passed over: until all others had their turn; or for good, where trying again would not make it better. */
static enum care_step
seal_failed(struct journal_care *care)
{
	struct failed *failed;

	care->failed = xreallocarray(care->failed, care->nfailed + 1, sizeof(*care->failed));
	failed = &care->failed[care->nfailed++];
	memcpy(failed->name, care->name, SEGMENT_NAME_SIZE);
	failed->for_good = errno == EBADMSG;
	if (failed->for_good) {
		log_warnx("%s/%s: is torn, or its copy is wrong: it is not compressed",
		    journal_dir(care->journal), care->name);
		return job_done(care);
	}
	return job_failed(care, care->name, "cannot be compressed");
}

/* Forgets those that are to be tried again; false: there is none. */
static bool
forgive(struct journal_care *care)
{
	size_t i, kept = 0;
	bool any = false;

	for (i = 0; i < care->nfailed; i++) {
		any = any || !care->failed[i].for_good;
		if (care->failed[i].for_good)
			care->failed[kept++] = care->failed[i];
	}
	care->nfailed = kept;
	return any;
}

/* Segments that are gone, whoever took them. */
static void
forget_others(struct care_index *index, const struct segments *list)
{
	size_t i = index->n;

	while (i-- > 0)
		if (segments_find(list, index->rows[i].name) == NULL)
			care_index_forget(index, index->rows[i].name);
}

/* What was found out goes with the file that it was found in, which may be a new one. */
static void
learn(struct journal_care *care, const struct segment_facts *facts)
{
	const struct segment *segment;
	struct segments list;

	if (segments_list(care->dir_fd, &list) == -1)
		return;
	segment = segments_find(&list, care->name);
	if (segment != NULL && segment_main_file(segment) != SEGMENT_FILE_MAX) {
		care_index_set(
		    &care->index, care->name, segment->bytes[segment_main_file(segment)], facts);
		forget_others(&care->index, &list);
		care_index_save(care->dir_fd, &care->index);
	}
	segments_clear(&list);
}

static enum care_step
job_seal(struct journal_care *care, size_t budget)
{
	enum care_step step = seal_step(care->seal, budget);

	if (step == CARE_MORE)
		return step;
	if (step == CARE_DONE && seal_facts(care->seal) != NULL)
		learn(care, seal_facts(care->seal));
	seal_free(care->seal);
	care->seal = NULL;
	return step == CARE_DONE ? job_done(care) : seal_failed(care);
}

static enum care_step
start_seal(struct journal_care *care, const char *name)
{
	memcpy(care->name, name, SEGMENT_NAME_SIZE);
	care->seal = seal_new(care->dir_fd, name);
	if (care->seal == NULL)
		return seal_failed(care);
	care->job = job_seal;
	return CARE_MORE;
}

/* --- reading what the index lacks ------------------------------------------------------------ */

static enum care_step
job_scan(struct journal_care *care, size_t budget)
{
	if (care_scan_step(care->scan, budget) == CARE_MORE)
		return CARE_MORE;
	learn(care, care_scan_facts(care->scan));
	care_scan_free(care->scan);
	care->scan = NULL;
	return job_done(care);
}

static enum care_step
start_scan(struct journal_care *care, const struct segment *segment)
{
	memcpy(care->name, segment->name, SEGMENT_NAME_SIZE);
	care->scan = care_scan_new(care->dir_fd, segment);
	care->job = job_scan;
	return CARE_MORE;
}

/* --- acts of the quota ----------------------------------------------------------------------- */

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
		job_failed(care, CARE_ACT_FILE, "what the quota is to take cannot be taken yet");
		care->job = job_act;
	}
	if (step != CARE_DONE)
		return step;
	learn_thinned(care);
	end_thin(care);
	care_doing_free(care->doing);
	care->doing = NULL;
	return job_done(care);
}

/* Announces care->act: from here on it is completed, whatever happens. */
static enum care_step
start_act(struct journal_care *care)
{
	enum care_step step = CARE_MORE;

	care_act_identify(&care->act);
	if (care_act_save(care->dir_fd, &care->act) == -1) {
		step = job_failed(care, CARE_ACT_FILE, "cannot be written");
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
		job_failed(care, care->act.day, "the day cannot be thinned");
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
	return job_done(care);
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

/* --- what next ------------------------------------------------------------------------------- */

/* Once: the index, and an act that was interrupted. */
static enum care_step
start(struct journal_care *care)
{
	struct care_act act;
	int result = care_act_load(care->dir_fd, &act);

	if (result == -1)
		return job_failed(care, CARE_ACT_FILE, "cannot be read");
	care_index_load(care->dir_fd, &care->index);
	care->started = true;
	if (result == 0)
		/* Where the intent was damaged, its files are nobody's. */
		journal_clean(care->dir_fd, journal_dir(care->journal));
	else {
		care->doing = care_doing_new(
		    care->dir_fd, &act, true, care->options.tell, care->options.arg);
		care->job = job_act;
	}
	return CARE_MORE;
}

static const struct segment *
to_be_sealed(const struct journal_care *care)
{
	const struct segment *segment;
	size_t i;

	for (i = 0; i < care->list.n; i++) {
		segment = &care->list.items[i];
		if (segment->bytes[SEGMENT_PLAIN] >= 0 &&
		    !journal_is_busy(care->journal, segment->name) && !has_failed(care, segment->name))
			return segment;
	}
	return NULL;
}

static enum care_step
choose_for_quota(struct journal_care *care)
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
		return start_scan(care, &care->list.items[plan.from]);
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

static enum care_step
choose(struct journal_care *care)
{
	const struct segment *segment;
	enum care_step step;

	segments_clear(&care->list);
	if (segments_list(care->dir_fd, &care->list) == -1)
		return job_failed(care, "", "cannot be listed");
	segment = to_be_sealed(care);
	if (segment != NULL)
		return start_seal(care, segment->name);
	step = choose_for_quota(care);
	return step == CARE_DONE && forgive(care) ? CARE_FAILED : step;
}

enum care_step
journal_care_step(struct journal_care *care, size_t budget)
{
	if (care->job != NULL)
		return care->job(care, budget > LEAST_BUDGET ? budget : LEAST_BUDGET);
	return care->started ? choose(care) : start(care);
}
