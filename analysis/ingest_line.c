/* What a line comes to. */
#include "analysis/ingest_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/bulk.h"
#include "analysis/filter.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/measurement.h"

/* --- names ----------------------------------------------------------------------------------- */

static struct idset_id
name_id(const struct idset *set, const char *prefix, const char *key)
{
	char small[512], *text = small;
	int len = snprintf(small, sizeof(small), "%s %s", prefix, key);
	struct idset_id id;

	if (len >= (int)sizeof(small))
		text = xasprintf("%s %s", prefix, key);
	id = idset_id(set, text, (size_t)len);
	if (text != small)
		free(text);
	return id;
}

/*
 * OONI's archive names a measurement by its uid, its probes only by report, input and time. The same one may come from both:
 * where one of two has no uid, the latter tells.
 */
static void
name_report(const struct idset *set, const struct measurement *m, struct ingest_names *names)
{
	bool has_uid = m->uid != NULL && m->uid[0] != '\0';
	char *report = xasprintf("%s %lld %s %s", m->report_id, (long long)m->start_us,
	    m->test_name, m->input != NULL ? m->input : "");

	names->has_other = true;
	names->own = has_uid ? name_id(set, "uid", m->uid) : name_id(set, "plain", report);
	names->other = name_id(set, has_uid ? "plain" : "named", report);
	names->has_also = has_uid;
	if (has_uid)
		names->also = name_id(set, "named", report);
	free(report);
}

/* Our records go by their random id; OONI's have had one constant for an id. */
static void
name_record(const struct idset *set, const struct measurement *m, const char *text, size_t len,
    struct ingest_names *names)
{
	if (m->has_x && m->id != NULL)
		names->own = name_id(set, "id", m->id);
	else if (m->report_id != NULL && m->report_id[0] != '\0' && m->start_us != 0)
		name_report(set, m, names);
	else if (m->uid != NULL && m->uid[0] != '\0')
		names->own = name_id(set, "uid", m->uid);
	else /* Only the very same line is the same record. */
		names->own = idset_id(set, text, len);
}

/* --- kinds and filters ------------------------------------------------------------------------ */

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

/* What only the record of a target can fail in. */
static enum ingest_outcome
pass_target(const struct filter *filter, struct record *record)
{
	const struct measurement *m = record->m;
	char error[TARGET_ERROR_SIZE];
	bool is_url = target_parse(m->input, &record->target, error) == 0;

	if (!is_url)
		record->target.url = xstrdup(m->input);
	if (!filter_has_target(filter, is_url ? &record->target : NULL))
		return LINE_PASSED_OVER;
	if (filter->controls || m->role == NULL || strcmp(m->role, "control") != 0)
		return LINE_RECORD;
	return LINE_CONTROL;
}

static enum ingest_outcome
pass(const struct filter *filter, struct record *record)
{
	const struct measurement *m = record->m;

	if (!filter_has_time(filter, m->start_us))
		return m->start_us == 0 ? LINE_UNDATED : LINE_PASSED_OVER;
	if (!filter_has_place(filter, m))
		return LINE_PASSED_OVER;
	return record->kind == RECORD_TARGET ? pass_target(filter, record) : LINE_RECORD;
}

/* --- lines ----------------------------------------------------------------------------------- */

static void
drop_record(struct ingest_line *line)
{
	measurement_free(line->record.m);
	line->record.m = NULL;
	target_clear(&line->record.target);
}

static void
bad_line(struct ingest_line *line, const char *why)
{
	drop_record(line);
	line->outcome = LINE_BAD;
	line->why = xstrdup(why);
}

static struct measurement *
decode(const struct ingest_line *line, const char *text, const struct ingest_task *task, bool brief,
    char *error, size_t size)
{
	const struct node *root =
	    bulk_parse(task->parser, text, line->len, brief, error, size);

	return root == NULL ? NULL
	                    : measurement_of(root, brief ? MEASUREMENT_BRIEF : MEASUREMENT_FULL,
	                          NULL, error, size);
}

/* It has to be judged, for which its observations are needed. */
static bool
needs_more(const struct measurement *m)
{
	return m->has_x && m->verdict.status == VERDICT_NONE &&
	    strcmp(m->test_name, "web_connectivity") == 0;
}

void
ingest_line_take(struct ingest_line *line, const char *text, const struct ingest_task *task)
{
	struct record *record = &line->record;
	bool brief = task->needs->brief && task->controls == NULL, ours;
	char error[256];

	record->m = decode(line, text, task, brief, error, sizeof(error));
	if (record->m != NULL && brief && needs_more(record->m)) {
		measurement_free(record->m);
		record->m = decode(line, text, task, false, error, sizeof(error));
	}
	if (record->m == NULL) {
		bad_line(line, line->torn ? "the file ends within this line" : error);
		return;
	}
	ours = find_kind(record->m->test_name, &record->kind);
	if (ours && record->kind == RECORD_TARGET && record->m->input == NULL) {
		bad_line(line, "a measurement without its input");
		return;
	}
	name_record(task->seen, record->m, text, line->len, &line->names);
	line->outcome = ours ? pass(task->filter, record) : LINE_OTHER;
	line->work_offset = task->out->len;
	if (line->outcome == LINE_RECORD && record->kind == RECORD_TARGET && task->controls != NULL)
		line->control = control_judge(task->controls, record);
	if (line->outcome == LINE_RECORD && task->needs->work != NULL) {
		task->needs->work(record, task->out);
		record->len = task->out->len - line->work_offset;
	}
	if (line->outcome != LINE_RECORD || task->needs->work != NULL)
		drop_record(line);
}

void
ingest_line_clear(struct ingest_line *line)
{
	drop_record(line);
	free(line->why);
	line->why = NULL;
}
