/*
 * Records from files to whoever analyses them. A crew's filler reads lines into batches, its workers decode them (ingest_line.c),
 * and here, in the order of the files, records that were there before are left out and everything is counted.
 */
#include "analysis/ingest.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analysis/bulk.h"
#include "analysis/control_read.h"
#include "analysis/control_results.h"
#include "analysis/crew.h"
#include "analysis/idset.h"
#include "analysis/ingest_line.h"
#include "analysis/names.h"
#include "analysis/options.h"
#include "analysis/paths.h"
#include "analysis/progress.h"
#include "analysis/shipped.h"
#include "analysis/store.h"
#include "analysis/store_fill.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/known_ca.h"
#include "results/record_reader.h"
#include "results/verdict.h"

enum {
	/* A file that is something else altogether shall not fill the screen. */
	COMPLAINTS_A_FILE = 20,
	/* What a batch holds: so much text, or one line that is longer. */
	BATCH_BYTES = 256 * 1024,
	BATCH_LINES = 256,
	/* What is kept of a batch's room that had a long line. */
	BATCH_KEPT = 2 * BATCH_BYTES,
	/* With more than this in it, a batch is the only such at a time, or memory would be a matter of luck. */
	BATCH_BIG = 4 * 1024 * 1024,
};

/* Lines, or complaints of the reader's, in their order. */
struct batch {
	struct buf text, work;
	struct ingest_line *lines;
	size_t n, room;
	int64_t done, all; /* for the progress line */
	bool big;
};

struct ingest {
	const struct options *options;
	struct ingest_needs needs;
	struct record_reader *reader;
	struct crew *crew;
	struct bulk **parsers; /* one a worker */
	size_t workers;
	struct batch *batches;
	size_t nbatches;
	struct batch *filling;
	pthread_mutex_t big_lock;
	pthread_cond_t big_gone;
	bool big_is_out, stopping;
	struct batch *batch; /* the one at hand */
	size_t next; /* line in it */
	struct progress progress;
	struct idset *seen;
	struct store *unseen; /* it has those seen instead */
	struct store *store; /* records come from there, and there is no reader */
	struct buf work; /* of such a record */
	int failure; /* exit code: there is no such store, it could not be filled, or there are no such controls */
	struct ingest_counts counts;
	struct control_results *controls; /* NULL: none were asked for */
	struct known_cas known; /* for what is judged with them */
	struct names *unread; /* files, of which there was something to say */
	char *complained_of; /* the file of the last complaint */
	int complaints; /* about it */
};

/* --- reading: the filler's thread ------------------------------------------------------------- */

static struct ingest_line *
add_line(struct batch *batch, const char *file, int64_t number)
{
	struct ingest_line *line;

	if (batch->n == batch->room) {
		batch->room = batch->room > 0 ? batch->room * 2 : BATCH_LINES;
		batch->lines = xreallocarray(batch->lines, batch->room, sizeof(*batch->lines));
	}
	line = &batch->lines[batch->n++];
	*line = (struct ingest_line){.file = file, .number = number};
	return line;
}

/* What the reader has to say of a file stands among the lines, where it belongs. */
static void
reader_complains(const char *file, int64_t number, const char *message, void *arg)
{
	struct ingest *ingest = arg;
	struct ingest_line *line = add_line(ingest->filling, file, number);

	line->outcome = LINE_UNREADABLE;
	line->why = xstrdup(message);
}

static bool
fill_batch(void *arg_batch, void *arg)
{
	struct ingest *ingest = arg;
	struct batch *batch = ingest->filling = arg_batch;
	struct record_line line;
	struct ingest_line *added;
	bool more = true;

	pthread_mutex_lock(&ingest->big_lock);
	while (ingest->big_is_out && !ingest->stopping)
		pthread_cond_wait(&ingest->big_gone, &ingest->big_lock);
	pthread_mutex_unlock(&ingest->big_lock);
	while (more && batch->n < BATCH_LINES && batch->text.len < BATCH_BYTES) {
		more = record_reader_append(ingest->reader, &batch->text, &line) == 1;
		if (!more)
			break;
		added = add_line(batch, line.file, line.line);
		added->offset = (size_t)(line.data - batch->text.data);
		added->len = line.len;
		added->torn = line.torn;
	}
	/* The parser reads some bytes past its text. */
	buf_room(&batch->text, BULK_PADDING);
	record_reader_progress(ingest->reader, &batch->done, &batch->all);
	batch->big = batch->text.len > BATCH_BIG;
	if (batch->big) {
		pthread_mutex_lock(&ingest->big_lock);
		ingest->big_is_out = true;
		pthread_mutex_unlock(&ingest->big_lock);
	}
	return batch->n > 0;
}

/* In the caller's thread: the batch is done with. */
static void
clear_batch(struct ingest *ingest, struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++)
		ingest_line_clear(&batch->lines[i]);
	batch->n = 0;
	if (batch->text.cap > BATCH_KEPT)
		buf_free(&batch->text);
	if (batch->work.cap > BATCH_KEPT)
		buf_free(&batch->work);
	buf_clear(&batch->text);
	buf_clear(&batch->work);
	if (!batch->big)
		return;
	batch->big = false;
	mem_trim(BATCH_BIG);
	pthread_mutex_lock(&ingest->big_lock);
	ingest->big_is_out = false;
	pthread_cond_signal(&ingest->big_gone);
	pthread_mutex_unlock(&ingest->big_lock);
}

/* --- decoding: a worker's thread --------------------------------------------------------------- */

static void
work_on_batch(void *arg_batch, size_t worker, void *arg)
{
	const struct ingest *ingest = arg;
	struct batch *batch = arg_batch;
	struct ingest_task task = {
	    .filter = &ingest->options->filter,
	    .seen = ingest->seen,
	    .parser = ingest->parsers[worker],
	    .needs = &ingest->needs,
	    .controls = ingest->controls,
	    .out = &batch->work,
	};
	size_t i;

	for (i = 0; i < batch->n; i++)
		if (batch->lines[i].outcome != LINE_UNREADABLE)
			ingest_line_take(
			    &batch->lines[i], batch->text.data + batch->lines[i].offset, &task);
	if (batch->big)
		bulk_trim(ingest->parsers[worker]);
}

/* --- the caller's thread ----------------------------------------------------------------------- */

/* Before any measurement is read. */
static void
read_controls(struct ingest *ingest)
{
	shipped_known_cas(&ingest->known);
	verdict_use_known_cas(&ingest->known);
	ingest->failure = control_read(ingest->options, &ingest->controls, &ingest->counts.observations);
}

static void
drop_controls(struct ingest *ingest)
{
	if (ingest->controls == NULL)
		return;
	verdict_use_known_cas(NULL);
	known_cas_clear(&ingest->known);
	control_results_free(ingest->controls);
}

static struct ingest *
read_files(const struct options *options, const struct ingest_needs *needs, struct idset *seen)
{
	struct ingest *ingest = xcalloc(1, sizeof(*ingest));
	const struct crew_job job = {fill_batch, work_on_batch, ingest};
	const char *plain = getenv("NETVANE_JSON");
	struct paths paths;
	void **batches;
	size_t i;

	ingest->options = options;
	if (needs != NULL)
		ingest->needs = *needs;
	if (options->ncontrols > 0)
		read_controls(ingest);
	pthread_mutex_init(&ingest->big_lock, NULL);
	pthread_cond_init(&ingest->big_gone, NULL);
	paths_list(&paths, options->paths, options->npaths);
	ingest->reader = record_reader_new(paths.list, paths.n, reader_complains, ingest);
	paths_clear(&paths);
	ingest->seen = seen;
	ingest->unread = names_new();
	ingest->workers = crew_processors();
	ingest->parsers = xcalloc(ingest->workers, sizeof(*ingest->parsers));
	for (i = 0; i < ingest->workers; i++)
		ingest->parsers[i] = bulk_new(plain != NULL && strcmp(plain, "jansson") == 0);
	/* One for each worker, one that is filled, one that the caller has, one that waits. */
	ingest->nbatches = ingest->workers + 3;
	ingest->batches = xcalloc(ingest->nbatches, sizeof(*ingest->batches));
	batches = xcalloc(ingest->nbatches, sizeof(*batches));
	for (i = 0; i < ingest->nbatches; i++)
		batches[i] = &ingest->batches[i];
	progress_start(&ingest->progress, options->progress);
	ingest->crew = crew_new(&job, ingest->workers, batches, ingest->nbatches);
	free(batches);
	return ingest;
}

struct ingest *
ingest_new_unseen(const struct options *options, struct store *store)
{
	struct ingest *ingest = read_files(options, NULL, idset_new_keyed(store_key(store)));

	ingest->unseen = store;
	return ingest;
}

static struct ingest *
read_store(const struct options *options, const struct ingest_needs *needs)
{
	struct ingest *ingest = xcalloc(1, sizeof(*ingest));

	ingest->options = options;
	if (needs != NULL)
		ingest->needs = *needs;
	ingest->store =
	    store_open(options->store, options->npaths > 0 ? STORE_FILL : STORE_LOOK, &ingest->failure);
	if (ingest->store != NULL && options->npaths > 0)
		ingest->failure = store_fill(ingest->store, options);
	if (ingest->failure == EX_OK)
		store_counts(ingest->store, &ingest->counts);
	progress_start(&ingest->progress, options->progress);
	return ingest;
}

struct ingest *
ingest_new(const struct options *options, const struct ingest_needs *needs)
{
	return options->store != NULL ? read_store(options, needs) : read_files(options, needs, idset_new(0));
}

void
ingest_free(struct ingest *ingest)
{
	size_t i;

	if (ingest == NULL)
		return;
	if (ingest->crew == NULL) {
		progress_end(&ingest->progress);
		store_close(ingest->store);
		buf_free(&ingest->work);
		free(ingest);
		return;
	}
	pthread_mutex_lock(&ingest->big_lock);
	ingest->stopping = true;
	pthread_cond_signal(&ingest->big_gone);
	pthread_mutex_unlock(&ingest->big_lock);
	crew_free(ingest->crew);
	progress_end(&ingest->progress);
	for (i = 0; i < ingest->nbatches; i++) {
		clear_batch(ingest, &ingest->batches[i]);
		buf_free(&ingest->batches[i].text);
		buf_free(&ingest->batches[i].work);
		free(ingest->batches[i].lines);
	}
	free(ingest->batches);
	for (i = 0; i < ingest->workers; i++)
		bulk_free(ingest->parsers[i]);
	free(ingest->parsers);
	drop_controls(ingest);
	record_reader_free(ingest->reader);
	idset_free(ingest->seen);
	names_free(ingest->unread);
	pthread_cond_destroy(&ingest->big_gone);
	pthread_mutex_destroy(&ingest->big_lock);
	free(ingest->complained_of);
	free(ingest);
}

static void
complain(struct ingest *ingest, const struct ingest_line *line)
{
	const char *file = line->file;

	if (ingest->complained_of == NULL || strcmp(ingest->complained_of, file) != 0) {
		free(ingest->complained_of);
		ingest->complained_of = xstrdup(file);
		ingest->complaints = 0;
	}
	if (ingest->complaints++ == COMPLAINTS_A_FILE)
		log_warnx("%s: has more bad lines, which are only counted", file);
	if (ingest->complaints > COMPLAINTS_A_FILE)
		return;
	if (line->number > 0)
		log_warnx("%s:%lld: %s", file, (long long)line->number, line->why);
	else
		log_warnx("%s: %s", file, line->why);
}

static bool
see(struct ingest *ingest, struct idset_id id)
{
	return ingest->unseen != NULL ? store_see(ingest->unseen, id.hash) : idset_add(ingest->seen, id);
}

static bool
saw(struct ingest *ingest, struct idset_id id)
{
	return ingest->unseen != NULL ? store_saw(ingest->unseen, id.hash) : idset_has(ingest->seen, id);
}

static bool
is_new(struct ingest *ingest, const struct ingest_names *names)
{
	bool new = see(ingest, names->own);

	if (names->has_other && saw(ingest, names->other))
		new = false;
	if (names->has_also)
		see(ingest, names->also);
	return new;
}

/* Counts the line; whether it is one to hand out. */
static bool
count_line(struct ingest *ingest, const struct ingest_line *line)
{
	struct ingest_counts *counts = &ingest->counts;

	if (line->outcome == LINE_UNREADABLE || line->outcome == LINE_BAD) {
		counts->unreadable += line->outcome == LINE_UNREADABLE;
		if (line->outcome == LINE_UNREADABLE)
			names_add(ingest->unread, line->file);
		counts->bad_lines += line->outcome == LINE_BAD;
		complain(ingest, line);
		return false;
	}
	counts->records++;
	if (!is_new(ingest, &line->names)) {
		counts->duplicates++;
		return false;
	}
	counts->others += line->outcome == LINE_OTHER;
	counts->undated += line->outcome == LINE_UNDATED;
	counts->controls += line->outcome == LINE_CONTROL;
	if (line->outcome == LINE_RECORD) {
		counts->controlled += line->control == CONTROL_USED;
		counts->uncontrolled += line->control == CONTROL_NOT_THERE;
		counts->at_odds += line->control == CONTROL_AT_ODDS;
	}
	return line->outcome == LINE_RECORD;
}

static bool
gives_up(const struct ingest *ingest)
{
	return ingest->options->strict &&
	    (ingest->counts.bad_lines > 0 || ingest->counts.unreadable > 0);
}

/* The next line of those that were worked on; NULL at the end. */
static struct ingest_line *
next_line(struct ingest *ingest)
{
	while (ingest->batch == NULL || ingest->next == ingest->batch->n) {
		if (ingest->batch != NULL)
			clear_batch(ingest, ingest->batch);
		ingest->batch = crew_next(ingest->crew);
		ingest->next = 0;
		if (ingest->batch == NULL)
			return NULL;
		progress_bytes(&ingest->progress, ingest->batch->done, ingest->batch->all);
	}
	return &ingest->batch->lines[ingest->next++];
}

static int
next_of_store(struct ingest *ingest, struct record *record)
{
	int64_t done, all;

	if (ingest->failure != EX_OK ||
	    !store_next(ingest->store, &ingest->options->filter, &ingest->counts, record)) {
		progress_end(&ingest->progress);
		return 0;
	}
	store_progress(ingest->store, &done, &all);
	progress_records(&ingest->progress, done, all);
	if (ingest->needs.work != NULL) {
		buf_clear(&ingest->work);
		ingest->needs.work(record, &ingest->work);
		record->text = buf_str(&ingest->work);
		record->len = ingest->work.len;
	}
	return 1;
}

int
ingest_next(struct ingest *ingest, struct record *record)
{
	struct ingest_line *line;

	if (ingest->crew == NULL)
		return next_of_store(ingest, record);
	while (ingest->failure == EX_OK && !gives_up(ingest) && (line = next_line(ingest)) != NULL)
		if (count_line(ingest, line)) {
			*record = line->record;
			record->text = ingest->batch->work.data + line->work_offset;
			return 1;
		}
	progress_end(&ingest->progress);
	return 0;
}

bool
ingest_could_not_read(const struct ingest *ingest, const char *file)
{
	return names_find(ingest->unread, file) >= 0;
}

const struct ingest_counts *
ingest_counts(const struct ingest *ingest)
{
	return &ingest->counts;
}

static void
say(int64_t n, const char *one, const char *many)
{
	if (n != 0)
		log_info("left out: %lld %s", (long long)n, n == 1 ? one : many);
}

static void
say_controls(const struct ingest *ingest)
{
	const struct ingest_counts *c = &ingest->counts;
	const struct {
		int64_t n;
		const char *what;
	} rows[] = {
	    {c->controlled, "judged with them"},
	    {c->uncontrolled, "as they were: there was none near enough in time (--control-within)"},
	    {c->at_odds, "as they were: the clean vantage saw the site change around them"},
	};
	size_t i;

	for (i = 0; ingest->controls != NULL && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (i == 0 || rows[i].n > 0)
			log_info("control results: %lld %s %s", (long long)rows[i].n,
			    rows[i].n == 1 ? "measurement" : "measurements", rows[i].what);
}

static bool
is_there(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->npaths; i++)
		if (strcmp(options->paths[i], "-") == 0 || access(options->paths[i], R_OK) == 0)
			return true;
	return false;
}

int
ingest_end(struct ingest *ingest)
{
	const struct ingest_counts *c = &ingest->counts;

	if (ingest->failure != EX_OK)
		return ingest->failure;
	say_controls(ingest);
	/* Of a store that was said when it was filled. */
	if (ingest->store == NULL) {
		say(c->bad_lines, "bad line", "bad lines");
		say(c->duplicates, "record that was there twice", "records that were there twice");
		say(c->others, "other record, of a test that is none of ours",
		    "other records, of tests that are none of ours");
	}
	say(c->controls, "measurement of a control (--controls counts it)",
	    "measurements of controls (--controls counts them)");
	say(c->undated, "record without a time", "records without a time");
	if (ingest->crew == NULL)
		return EX_OK;
	if (gives_up(ingest) && is_there(ingest->options)) {
		log_errorx("stopped at the first bad line or file (--strict)");
		return EX_DATAERR;
	}
	if (c->records > 0)
		return EX_OK;
	if (!is_there(ingest->options))
		return EX_NOINPUT;
	return c->bad_lines > 0 || c->unreadable > 0 ? EX_DATAERR : EX_OK;
}
