/* Records from files to whoever analyses them. */
#include "analysis/ingest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analysis/idset.h"
#include "analysis/options.h"
#include "analysis/progress.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/record_reader.h"

/* A file that is something else altogether shall not fill the screen. */
enum { COMPLAINTS_A_FILE = 20 };

struct ingest {
	const struct options *options;
	struct record_reader *reader;
	struct progress progress;
	struct idset *seen;
	struct ingest_counts counts;
	struct buf name; /* what the record at hand is known by */
	struct measurement *m; /* the record handed out */
	struct target target;
	char *complained_of; /* the file of the last complaint */
	int complaints; /* about it */
};

static void
complain(const char *file, int64_t line, const char *message, void *arg)
{
	struct ingest *ingest = arg;

	if (ingest->complained_of == NULL || strcmp(ingest->complained_of, file) != 0) {
		free(ingest->complained_of);
		ingest->complained_of = xstrdup(file);
		ingest->complaints = 0;
	}
	if (ingest->complaints++ == COMPLAINTS_A_FILE)
		log_warnx("%s: has more bad lines, which are only counted", file);
	if (ingest->complaints > COMPLAINTS_A_FILE)
		return;
	if (line > 0)
		log_warnx("%s:%lld: %s", file, (long long)line, message);
	else
		log_warnx("%s: %s", file, message);
}

struct ingest *
ingest_new(const struct options *options)
{
	struct ingest *ingest = xcalloc(1, sizeof(*ingest));

	ingest->options = options;
	ingest->reader = record_reader_new(options->paths, options->npaths, complain, ingest);
	ingest->seen = idset_new();
	progress_start(&ingest->progress, options->progress);
	return ingest;
}

static void
drop_record(struct ingest *ingest)
{
	measurement_free(ingest->m);
	ingest->m = NULL;
	target_clear(&ingest->target);
}

void
ingest_free(struct ingest *ingest)
{
	if (ingest == NULL)
		return;
	progress_end(&ingest->progress);
	drop_record(ingest);
	record_reader_free(ingest->reader);
	idset_free(ingest->seen);
	buf_free(&ingest->name);
	free(ingest->complained_of);
	free(ingest);
}

/* Adds "PREFIX KEY" to what was seen; false when it was there. */
static bool
add_name(struct ingest *ingest, const char *prefix, const char *key)
{
	buf_clear(&ingest->name);
	buf_printf(&ingest->name, "%s %s", prefix, key);
	return idset_add(ingest->seen, ingest->name.data, ingest->name.len);
}

static bool
has_name(struct ingest *ingest, const char *prefix, const char *key)
{
	buf_clear(&ingest->name);
	buf_printf(&ingest->name, "%s %s", prefix, key);
	return idset_has(ingest->seen, ingest->name.data, ingest->name.len);
}

/*
 * OONI's archive names a measurement by its uid, its probes only by report, input and time. The
 * same one may come from both: where one of two has no uid, the latter tells.
 */
static bool
is_new_report(struct ingest *ingest)
{
	const struct measurement *m = ingest->m;
	bool has_uid = m->uid != NULL && m->uid[0] != '\0', new;
	char *report = xasprintf("%s %lld %s %s", m->report_id, (long long)m->start_us,
	    m->test_name, m->input != NULL ? m->input : "");

	if (has_uid) {
		new = add_name(ingest, "uid", m->uid) && !has_name(ingest, "plain", report);
		add_name(ingest, "named", report);
	} else
		new = add_name(ingest, "plain", report) && !has_name(ingest, "named", report);
	free(report);
	return new;
}

/* Is it new? Our records go by their random id; OONI's have had one constant for an id. */
static bool
is_new(struct ingest *ingest, const struct record_line *line)
{
	const struct measurement *m = ingest->m;

	if (m->has_x && m->id != NULL)
		return add_name(ingest, "id", m->id);
	if (m->report_id != NULL && m->report_id[0] != '\0' && m->start_us != 0)
		return is_new_report(ingest);
	if (m->uid != NULL && m->uid[0] != '\0')
		return add_name(ingest, "uid", m->uid);
	/* Only the very same line is the same record. */
	return idset_add(ingest->seen, line->data, line->len);
}

static bool
find_kind(const char *test_name, enum record_kind *kind)
{
	static const struct {
		const char *test_name;
		enum record_kind kind;
	} kinds[] = {
	    {"web_connectivity", RECORD_TARGET},
	    {"netvane_round", RECORD_ROUND},
	    {"netvane_event", RECORD_EVENT},
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].test_name, test_name) == 0) {
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

/* Time and place, which every record has. */
static bool
passes(struct ingest *ingest)
{
	const struct filter *filter = &ingest->options->filter;
	const struct measurement *m = ingest->m;

	if (!filter_has_time(filter, m->start_us)) {
		ingest->counts.undated += m->start_us == 0;
		return false;
	}
	return filter_has_place(filter, m);
}

/* What only the record of a target can fail in. */
static bool
target_passes(struct ingest *ingest)
{
	const struct filter *filter = &ingest->options->filter;
	const struct measurement *m = ingest->m;
	char error[TARGET_ERROR_SIZE];
	bool is_url = target_parse(m->input, &ingest->target, error) == 0;

	if (!is_url)
		ingest->target.url = xstrdup(m->input);
	if (!filter_has_target(filter, is_url ? &ingest->target : NULL))
		return false;
	if (filter->controls || m->role == NULL || strcmp(m->role, "control") != 0)
		return true;
	ingest->counts.controls++;
	return false;
}

static void
bad_line(struct ingest *ingest, const struct record_line *line, const char *why)
{
	ingest->counts.bad_lines++;
	complain(line->file, line->line, why, ingest);
}

/* Decodes a line; false when it gives nothing to hand out. */
static bool
take(struct ingest *ingest, const struct record_line *line, struct record *record)
{
	char error[256];

	drop_record(ingest);
	ingest->m = measurement_decode(line->data, line->len, NULL, error, sizeof(error));
	if (ingest->m == NULL) {
		bad_line(ingest, line, line->torn ? "the file ends within this line" : error);
		return false;
	}
	if (find_kind(ingest->m->test_name, &record->kind) && record->kind == RECORD_TARGET &&
	    ingest->m->input == NULL) {
		bad_line(ingest, line, "a measurement without its input");
		return false;
	}
	ingest->counts.records++;
	if (!is_new(ingest, line)) {
		ingest->counts.duplicates++;
		return false;
	}
	if (!find_kind(ingest->m->test_name, &record->kind)) {
		ingest->counts.others++;
		return false;
	}
	return passes(ingest) && (record->kind != RECORD_TARGET || target_passes(ingest));
}

static bool
gives_up(const struct ingest *ingest)
{
	return ingest->options->strict &&
	    (ingest->counts.bad_lines > 0 || record_reader_errors(ingest->reader) > 0);
}

int
ingest_next(struct ingest *ingest, struct record *record)
{
	struct record_line line;
	int64_t done, all;

	while (!gives_up(ingest) && record_reader_next(ingest->reader, &line) == 1) {
		record_reader_progress(ingest->reader, &done, &all);
		progress_bytes(&ingest->progress, done, all);
		if (take(ingest, &line, record)) {
			record->m = ingest->m;
			record->target = ingest->target;
			return 1;
		}
	}
	progress_end(&ingest->progress);
	ingest->counts.unreadable = (int64_t)record_reader_errors(ingest->reader);
	return 0;
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

	say(c->bad_lines, "bad line", "bad lines");
	say(c->duplicates, "record that was there twice", "records that were there twice");
	say(c->others, "other record, of a test that is none of ours",
	    "other records, of tests that are none of ours");
	say(c->controls, "measurement of a control (--controls counts it)",
	    "measurements of controls (--controls counts them)");
	say(c->undated, "record without a time", "records without a time");
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
