/* The correlation for programs: CSV and JSON. What is unknown is null in JSON and empty in CSV. */
#include "analysis/correlate_export.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/correlate.h"
#include "analysis/csv.h"
#include "analysis/event_choice.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "targets/day.h"

/* The numbers of a row, named once for both formats. */
struct number {
	const char *name;
	double value;
	bool whole;
};
enum { NUMBERS = 28 };

static void
numbers_of(const struct correlate_row *row, struct number numbers[NUMBERS])
{
	const struct stats_table *t = &row->table;
	const struct number all[NUMBERS] = {
	    {"days", (double)row->days, true},
	    {"bad_days", (double)row->bad_days, true},
	    {"event_days", (double)row->event_days, true},
	    {"event_spells", (double)row->spells, true},
	    {"near_bad", (double)t->a, true},
	    {"near_good", (double)t->b, true},
	    {"other_bad", (double)t->c, true},
	    {"other_good", (double)t->d, true},
	    {"odds_ratio", row->odds_haldane, false},
	    {"odds_ratio_low", row->odds.low, false},
	    {"odds_ratio_high", row->odds.high, false},
	    {"odds_ratio_conditional", row->odds.estimate, false},
	    {"fisher_p", row->fisher, false},
	    {"p", row->p, false},
	    {"p_least", row->p_least, false},
	    {"q", row->q, false},
	    {"arrangements", row->refusal == REFUSAL_NONE ? (double)row->arrangements : NAN, true},
	    {"p_before", row->p_before, false},
	    {"p_placebo_before", row->p_placebo_before, false},
	    {"p_placebo_after", row->p_placebo_after, false},
	    {"p_share", row->p_share, false},
	    {"measured_per_day_near", row->per_day_near, false},
	    {"measured_per_day_other", row->per_day_other, false},
	    {"detectable_share", row->detectable, false},
	    {"doubt_before", (row->doubts & DOUBT_BEFORE) != 0, true},
	    {"doubt_placebo", (row->doubts & DOUBT_PLACEBO) != 0, true},
	    {"doubt_sampling", (row->doubts & DOUBT_SAMPLING) != 0, true},
	    {"exact", row->refusal == REFUSAL_NONE ? row->exact : NAN, true},
	};

	memcpy(numbers, all, sizeof(all));
}

/* R and pandas read Inf; what is unknown is empty. */
static void
csv_number(struct buf *out, double value, bool whole)
{
	struct json j;

	buf_putc(out, ',');
	if (isnan(value))
		return;
	if (isinf(value))
		buf_puts(out, value > 0 ? "Inf" : "-Inf");
	else if (whole)
		buf_printf(out, "%.0f", value);
	else {
		json_init(&j, out);
		json_put_double(&j, NULL, value);
	}
}

static void
csv_head(struct buf *out)
{
	struct number numbers[NUMBERS];
	static const struct correlate_row none;
	int i;

	numbers_of(&none, numbers);
	buf_puts(out, "level,target,network,finding,refused");
	for (i = 0; i < NUMBERS; i++)
		buf_printf(out, ",%s", numbers[i].name);
	for (i = 0; i < EPOCH_LAGS; i++)
		buf_printf(out, ",epoch_%1$c%2$d,epoch_%1$c%2$d_n,epoch_%1$c%2$d_low,epoch_%1$c%2$d_high",
		    i < EPOCH_DAYS ? 'm' : 'p', i < EPOCH_DAYS ? EPOCH_DAYS - i : i - EPOCH_DAYS);
	buf_puts(out, "\r\n");
}

static void
csv_row(struct buf *out, const struct correlate_row *row)
{
	struct number numbers[NUMBERS];
	int i;

	numbers_of(row, numbers);
	buf_puts(out, row->target == NULL ? "overall," : "target,");
	csv_field(out, row->target);
	buf_putc(out, ',');
	csv_field(out, row->network);
	buf_printf(out, ",%s,", correlate_finding_name(row->finding));
	csv_field(out, correlate_refusal_name(row->refusal));
	for (i = 0; i < NUMBERS; i++)
		csv_number(out, numbers[i].value, numbers[i].whole);
	for (i = 0; i < EPOCH_LAGS; i++) {
		csv_number(out, row->epoch[i].share, false);
		csv_number(out, row->epoch[i].n, true);
		csv_number(out, row->epoch[i].low, false);
		csv_number(out, row->epoch[i].high, false);
	}
	buf_puts(out, "\r\n");
}

void
correlate_write_csv(const struct correlate_report *report)
{
	struct buf out = BUF_EMPTY;
	size_t i;

	csv_head(&out);
	csv_row(&out, &report->answer->overall);
	for (i = 0; i < report->answer->nrows; i++)
		csv_row(&out, &report->answer->rows[i]);
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

/* An infinite limit is the string "Infinity": null would be an unknown one. */
static void
json_number(struct json *j, const struct number *number)
{
	if (isnan(number->value))
		json_put_null(j, number->name);
	else if (isinf(number->value))
		json_put_string(j, number->name, "Infinity");
	else if (strncmp(number->name, "doubt_", 6) == 0 || strcmp(number->name, "exact") == 0)
		json_put_bool(j, number->name, number->value != 0);
	else if (number->whole)
		json_put_int(j, number->name, (int64_t)number->value);
	else
		json_put_double(j, number->name, number->value);
}

static void
json_epoch(struct json *j, const struct correlate_row *row)
{
	const struct correlate_lag *lag;
	int i;

	json_put_array(j, "epoch");
	for (i = 0; i < EPOCH_LAGS; i++) {
		lag = &row->epoch[i];
		json_put_object(j, NULL);
		json_put_int(j, "day", lag->lag);
		json_put_int(j, "n", (int64_t)lag->n);
		json_put_double(j, "share", lag->share);
		json_put_double(j, "low", lag->low);
		json_put_double(j, "median", lag->middle);
		json_put_double(j, "high", lag->high);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
json_row(struct json *j, const struct correlate_row *row)
{
	struct number numbers[NUMBERS];
	int i;

	numbers_of(row, numbers);
	json_put_object(j, NULL);
	json_put_string(j, "kind", row->target == NULL ? "overall" : "target");
	if (row->target != NULL) {
		json_put_string(j, "target", row->target);
		json_put_string(j, "network", row->network);
	}
	json_put_string(j, "finding", correlate_finding_name(row->finding));
	json_put_string(j, "refused", correlate_refusal_name(row->refusal));
	for (i = 0; i < NUMBERS; i++)
		json_number(j, &numbers[i]);
	json_epoch(j, row);
	json_put_object_end(j);
}

static void
json_events(struct json *j, const struct correlate_report *report)
{
	size_t i;

	json_put_object(j, "events");
	for (i = 0; i < APART_MAX; i++)
		json_put_int(j, event_apart_name((enum event_apart)i),
		    (int64_t)report->choice->apart[i]);
	json_put_object_end(j);
}

static void
json_day(struct json *j, const char *key, const struct correlate_answer *answer, int32_t day)
{
	char text[DAY_TEXT_SIZE];

	json_put_string(
	    j, key, answer->overall.refusal == REFUSAL_NO_DAYS ? NULL : day_text(day, text));
}

/* The first line: the sentence, and all that is needed to read the others and to make them again. */
static void
json_verdict(struct json *j, const struct correlate_report *report, struct arena *arena)
{
	const struct correlate_answer *answer = report->answer;
	struct buf text = BUF_EMPTY;
	const char **caveat;

	json_put_object(j, NULL);
	json_put_string(j, "kind", "correlation");
	correlate_verdict(report, &text);
	json_put_string(j, "verdict", buf_str(&text));
	json_put_string(j, "finding", correlate_finding_name(answer->overall.finding));
	json_put_array(j, "caveats");
	for (caveat = correlate_caveats(report, arena); *caveat != NULL; caveat++)
		json_put_string(j, NULL, *caveat);
	json_put_array_end(j);
	buf_clear(&text);
	correlate_method(report, &text);
	json_put_string(j, "method", buf_str(&text));
	json_put_int(j, "tests", (int64_t)answer->tests);
	json_put_int(j, "findings", (int64_t)answer->findings);
	/* As text: other programs' numbers have 53 bits. */
	buf_clear(&text);
	buf_printf(&text, "%" PRIu64, report->question->seed);
	json_put_string(j, "seed", buf_str(&text));
	json_put_int(j, "permutations", report->question->permutations);
	json_put_int(j, "tolerance_days", report->question->tolerance);
	json_put_string(j, "time_zone", report->zones);
	json_put_string(j, "calendars", report->calendars);
	json_day(j, "first_day", answer, answer->first);
	json_day(j, "last_day", answer, answer->last);
	json_put_int(j, "event_days_listed", answer->events);
	json_events(j, report);
	json_put_object_end(j);
	buf_free(&text);
}

void
correlate_write_json(const struct correlate_report *report)
{
	const struct correlate_answer *answer = report->answer;
	struct arena *arena = arena_new();
	struct buf line = BUF_EMPTY;
	struct json j;
	size_t i;

	for (i = 0; i < answer->nrows + 2; i++) {
		buf_clear(&line);
		json_init(&j, &line);
		if (i == 0)
			json_verdict(&j, report, arena);
		else
			json_row(&j, i == 1 ? &answer->overall : &answer->rows[i - 2]);
		puts(buf_str(&line));
	}
	buf_free(&line);
	arena_free(arena);
}
