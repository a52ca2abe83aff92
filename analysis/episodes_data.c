/* Writes episodes for programs. What is unknown is null in JSON and empty in CSV. */
#include "analysis/episodes_write.h"

#include <stdio.h>

#include "analysis/csv.h"
#include "analysis/episodes.h"
#include "analysis/history.h"
#include "analysis/ingest.h"
#include "analysis/options.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

static void
csv_time(struct buf *out, int64_t us)
{
	char text[CLOCK_TEXT_SIZE];

	buf_printf(out, ",%s", us != 0 ? clock_rfc3339(us, text) : "");
}

static void
csv_name(struct buf *out, const char *text)
{
	buf_putc(out, ',');
	csv_field(out, text);
}

static const char *
status_or_null(enum verdict_status status)
{
	return status != VERDICT_NONE ? verdict_status_name(status) : NULL;
}

static void
csv_row(struct buf *out, const struct episode *e)
{
	const struct history_series *series = e->series;
	const struct span *span = &e->span;

	buf_printf(out, "%zu,%s", e->event + 1, episode_kind_name(e->kind));
	csv_name(out, series->target);
	csv_name(out, series->host);
	buf_putc(out, ',');
	if (series->asn != 0)
		buf_printf(out, "%u", series->asn);
	csv_name(out, series->cc);
	csv_name(out, status_or_null(span->status));
	csv_name(out, verdict_stage_name(span->stage));
	csv_name(out, mechanism_name(span->mechanism));
	buf_putc(out, ',');
	if (series->target != NULL)
		buf_printf(out, "%.4f,%s", span->confidence, span->artefact ? "true" : "false");
	else
		buf_putc(out, ',');
	csv_time(out, span->onset.not_before_us);
	csv_time(out, span->onset.not_after_us);
	csv_time(out, span->recovery.not_before_us);
	csv_time(out, span->recovery.not_after_us);
	buf_printf(out, ",%lld,%lld,%.1f", (long long)span->bad, (long long)span->measured,
	    (double)span->longest_gap_us / 1e6);
	csv_name(out, e->first_id);
	csv_name(out, e->last_id);
	buf_puts(out, "\r\n");
}

void
episodes_write_csv(const struct episodes_report *report)
{
	struct buf line = BUF_EMPTY;
	size_t i;

	printf("event,what,target,host,asn,cc,status,stage,mechanism,confidence,artefact,"
	       "onset_not_before,onset_not_after,recovery_not_before,recovery_not_after,failed,measured,"
	       "longest_gap_s,first_record,last_record\r\n");
	for (i = 0; i < report->episodes->n; i++) {
		buf_clear(&line);
		csv_row(&line, &report->episodes->items[i]);
		fputs(buf_str(&line), stdout);
	}
	buf_free(&line);
}

static void
json_time(struct json *j, const char *key, int64_t us, int64_t unknown)
{
	char text[CLOCK_TEXT_SIZE];

	json_put_string(j, key, us != unknown ? clock_rfc3339(us, text) : NULL);
}

static void
json_bracket(struct json *j, const char *key, const struct bracket *b)
{
	json_put_object(j, key);
	json_time(j, "not_before", b->not_before_us, 0);
	json_time(j, "not_after", b->not_after_us, 0);
	json_put_object_end(j);
}

static void
json_id(struct json *j, const char *key, const char *id)
{
	json_put_string(j, key, id[0] != '\0' ? id : NULL);
}

static void
json_confidence(struct json *j, double confidence)
{
	if (confidence > 0)
		json_put_double(j, "confidence", confidence);
	else
		json_put_null(j, "confidence");
}

static void
json_network(struct json *j, const struct history_series *series)
{
	if (series->asn != 0)
		json_put_int(j, "asn", series->asn);
	else
		json_put_null(j, "asn");
	json_id(j, "cc", series->cc);
}

static void
json_episode(struct json *j, const struct episode *e)
{
	const struct span *span = &e->span;

	json_put_object(j, NULL);
	json_put_string(j, "kind", "episode");
	json_put_int(j, "event", (int64_t)e->event + 1);
	json_put_string(j, "what", episode_kind_name(e->kind));
	json_put_string(j, "target", e->series->target);
	json_put_string(j, "host", e->series->host);
	json_network(j, e->series);
	json_put_string(j, "status", status_or_null(span->status));
	json_put_string(j, "stage", verdict_stage_name(span->stage));
	json_put_string(j, "mechanism", mechanism_name(span->mechanism));
	json_confidence(j, span->confidence);
	if (e->series->target != NULL)
		json_put_bool(j, "artefact", span->artefact);
	else
		json_put_null(j, "artefact");
	json_bracket(j, "onset", &span->onset);
	json_bracket(j, "recovery", &span->recovery);
	json_put_int(j, "failed", span->bad);
	json_put_int(j, "measured", span->measured);
	json_put_double(j, "longest_gap_s", (double)span->longest_gap_us / 1e6);
	json_id(j, "first_record", e->first_id);
	json_id(j, "last_record", e->last_id);
	json_put_object_end(j);
}

static void
json_event(struct json *j, const struct episode_event *event, size_t number)
{
	json_put_object(j, NULL);
	json_put_string(j, "kind", "event");
	json_put_int(j, "event", (int64_t)number);
	json_put_string(j, "what", episode_kind_name(event->kind));
	json_put_int(j, "targets", (int64_t)event->targets);
	json_put_int(j, "networks", (int64_t)event->networks);
	json_put_int(j, "episodes", (int64_t)event->n);
	json_put_string(j, "status", status_or_null(event->status));
	json_put_string(j, "mechanism", mechanism_name(event->mechanism));
	json_confidence(j, event->confidence);
	json_bracket(j, "onset", &event->onset);
	json_bracket(j, "recovery", &event->recovery);
	json_put_int(j, "failed", event->bad);
	json_put_int(j, "measured", event->measured);
	json_put_object_end(j);
}

/* The last line: what holds for the period. */
static void
json_period(struct json *j, const struct episodes_report *report)
{
	const struct filter *filter = &report->options->filter;

	json_put_object(j, NULL);
	json_put_string(j, "kind", "period");
	json_time(j, "since", filter->since_us, INT64_MIN);
	json_time(j, "until", filter->until_us, INT64_MAX);
	json_put_int(j, "events", (int64_t)report->episodes->nevents);
	json_put_int(j, "episodes", (int64_t)report->episodes->n);
	json_put_int(j, "records", report->counts->records);
	json_put_int(j, "duplicates", report->counts->duplicates);
	json_put_int(j, "bad_lines", report->counts->bad_lines);
	json_put_object_end(j);
}

static void
json_line(const struct buf *line)
{
	puts(buf_str(line));
}

void
episodes_write_json(const struct episodes_report *report)
{
	const struct episodes *all = report->episodes;
	struct buf line = BUF_EMPTY;
	struct json j;
	size_t i, at;

	for (i = 0; i <= all->nevents; i++) {
		buf_clear(&line);
		json_init(&j, &line);
		if (i < all->nevents)
			json_event(&j, &all->events[i], i + 1);
		else
			json_period(&j, report);
		json_line(&line);
		for (at = 0; i < all->nevents && at < all->events[i].n; at++) {
			buf_clear(&line);
			json_init(&j, &line);
			json_episode(&j, &all->items[all->events[i].first + at]);
			json_line(&line);
		}
	}
	buf_free(&line);
}
