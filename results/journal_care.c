/*
 * Care for the journal: decides what is to be done next, and has it done slice by slice. One job at a time, because each changes the
 * directory. The quota's jobs are in care_quota.c; how a segment is sealed or a day is thinned is in files of its own.
 */
#include "results/journal_care.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/care_doing.h"
#include "results/care_jobs.h"
#include "results/care_scan.h"
#include "results/journal_clean.h"
#include "results/journal_inside.h"
#include "results/seal.h"
#include "results/thin.h"

enum { LEAST_BUDGET = 64 * 1024 };

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

enum care_step
care_job_done(struct journal_care *care)
{
	care->job = NULL;
	care->logged_errno = 0;
	return CARE_MORE;
}

enum care_step
care_job_failed(struct journal_care *care, const char *name, const char *what)
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
		return care_job_done(care);
	}
	return care_job_failed(care, care->name, "cannot be compressed");
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
	return step == CARE_DONE ? care_job_done(care) : seal_failed(care);
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
	return care_job_done(care);
}

enum care_step
care_start_scan(struct journal_care *care, const struct segment *segment)
{
	memcpy(care->name, segment->name, SEGMENT_NAME_SIZE);
	care->scan = care_scan_new(care->dir_fd, segment);
	care->job = job_scan;
	return CARE_MORE;
}

/* --- what next ------------------------------------------------------------------------------- */

/* Once: the index, and an act that was interrupted. */
static enum care_step
start(struct journal_care *care)
{
	struct care_act act;
	int result = care_act_load(care->dir_fd, &act);

	if (result == -1)
		return care_job_failed(care, CARE_ACT_FILE, "cannot be read");
	care_index_load(care->dir_fd, &care->index);
	care->started = true;
	if (result == 0)
		/* Where the intent was damaged, its files are nobody's. */
		journal_clean(care->dir_fd, journal_dir(care->journal));
	else
		care_quota_resume(care, &act);
	return CARE_MORE;
}

static void
today_is(char out[SEGMENT_DAY_SIZE])
{
	time_t now = (time_t)(clock_wall_us() / 1000000);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(out, SEGMENT_DAY_SIZE, "%Y-%m-%d", &tm);
}

static const struct segment *
to_be_sealed(const struct journal_care *care)
{
	char today[SEGMENT_DAY_SIZE], day[SEGMENT_DAY_SIZE];
	const struct segment *segment;
	size_t i;

	today_is(today);
	for (i = 0; i < care->list.n; i++) {
		segment = &care->list.items[i];
		if (care->options.keep_today && strcmp(segment_day(segment->name, day), today) >= 0)
			return NULL;
		if (segment->bytes[SEGMENT_PLAIN] >= 0 &&
		    !journal_is_busy(care->journal, segment->name) && !has_failed(care, segment->name))
			return segment;
	}
	return NULL;
}

static enum care_step
choose(struct journal_care *care)
{
	const struct segment *segment;
	enum care_step step;

	segments_clear(&care->list);
	if (segments_list(care->dir_fd, &care->list) == -1)
		return care_job_failed(care, "", "cannot be listed");
	segment = to_be_sealed(care);
	if (segment != NULL)
		return start_seal(care, segment->name);
	step = care_quota_choose(care);
	return step == CARE_DONE && forgive(care) ? CARE_FAILED : step;
}

enum care_step
journal_care_step(struct journal_care *care, size_t budget)
{
	if (care->job != NULL)
		return care->job(care, budget > LEAST_BUDGET ? budget : LEAST_BUDGET);
	return care->started ? choose(care) : start(care);
}
