/* Writes the correlation: the verdict first. What is unknown is null in JSON and empty in CSV. */
#include "analysis/correlate_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/correlate.h"
#include "analysis/csv.h"
#include "analysis/event_choice.h"
#include "analysis/options.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "base/table.h"
#include "targets/day.h"

/* ---- For people ----------------------------------------------------------------------------- */

static const struct {
	const char *symbol, *legend;
	enum table_colour colour;
} marks[FINDING_MAX] = {
    [FINDING_REFUSED] = {" ", NULL, TABLE_DIM},
    [FINDING_NOTHING] = {"-", "no more than chance", TABLE_PLAIN},
    [FINDING_DOUBTFUL] = {"?", "doubtful (see the note)", TABLE_YELLOW},
    [FINDING_FOLLOWS] = {"!", "goes with the events", TABLE_RED},
};

static void
count_cell(struct table *table, int64_t bad, int64_t good)
{
	table_cellf(table, TABLE_PLAIN, "%" PRId64 "/%" PRId64, bad, bad + good);
}

static void
number_cell(struct table *table, double value)
{
	if (isnan(value))
		table_cell(table, "", TABLE_PLAIN);
	else
		table_cellf(table, TABLE_PLAIN, value < 0.001 ? "%.4f" : "%.3f", value);
}

/* Three digits, whatever the size. */
static void
put_ratio(struct buf *out, double ratio)
{
	if (isinf(ratio))
		buf_puts(out, "∞");
	else
		buf_printf(out, ratio >= 100 ? "%.0f" : ratio >= 10 ? "%.1f" : "%.2f", ratio);
}

static void
odds_cell(struct table *table, const struct correlate_row *row)
{
	struct buf text = BUF_EMPTY;

	if (!isnan(row->odds_haldane)) {
		put_ratio(&text, row->odds_haldane);
		buf_puts(&text, " (");
		put_ratio(&text, row->odds.low);
		buf_puts(&text, "–");
		put_ratio(&text, row->odds.high);
		buf_puts(&text, ")");
	}
	table_cell(table, buf_str(&text), TABLE_PLAIN);
	buf_free(&text);
}

/* "example.org" for https://example.org/, which most targets are. */
static void
target_cell(struct table *table, const char *target)
{
	size_t len = strlen(target);

	if (strncmp(target, "https://", 8) == 0 && strchr(target + 8, '/') == target + len - 1)
		table_cellf(table, TABLE_PLAIN, "%.*s", (int)(len - 9), target + 8);
	else
		table_cell(table, target, TABLE_PLAIN);
}

static void
table_row(struct table *table, const struct correlate_row *row, bool networks)
{
	struct buf note = BUF_EMPTY;

	table_cell(table, marks[row->finding].symbol, marks[row->finding].colour);
	if (row->target != NULL)
		target_cell(table, row->target);
	else
		table_cell(table, "all together", TABLE_PLAIN);
	if (networks)
		table_cell(table, row->network != NULL ? row->network : "", TABLE_PLAIN);
	count_cell(table, row->table.a, row->table.b);
	count_cell(table, row->table.c, row->table.d);
	odds_cell(table, row);
	number_cell(table, row->p);
	number_cell(table, row->q);
	correlate_note(row, &note);
	table_cell(table, buf_str(&note), row->refusal != REFUSAL_NONE ? TABLE_DIM : TABLE_YELLOW);
	buf_free(&note);
}

static bool
has_networks(const struct correlate_answer *answer)
{
	return answer->nrows > 0 && answer->rows[0].network != NULL;
}

static void
write_rows(const struct correlate_answer *answer, int width, bool colour)
{
	struct table_column columns[9];
	bool networks = has_networks(answer);
	struct table *table;
	size_t n = 0, i;

	columns[n++] = (struct table_column){"", false, 0};
	columns[n++] = (struct table_column){"target", false, 12};
	if (networks)
		columns[n++] = (struct table_column){"network", false, 0};
	columns[n++] = (struct table_column){"near", true, 0};
	columns[n++] = (struct table_column){"others", true, 0};
	columns[n++] = (struct table_column){"odds ratio (95 %)", false, 0};
	columns[n++] = (struct table_column){"p", true, 0};
	columns[n++] = (struct table_column){"q", true, 0};
	columns[n++] = (struct table_column){"", false, 8};
	table = table_new(columns, n);
	table_row(table, &answer->overall, networks);
	for (i = 0; i < answer->nrows; i++)
		table_row(table, &answer->rows[i], networks);
	table_write(table, stdout, width, colour);
	table_free(table);
}

static void
write_legend(int width)
{
	struct buf text = BUF_EMPTY;
	size_t i;

	buf_puts(&text, "near, others: bad days of measured days. Marks:");
	for (i = FINDING_NOTHING; i < FINDING_MAX; i++)
		buf_printf(&text, "%s %s %s", i > FINDING_NOTHING ? "," : "", marks[i].symbol,
		    marks[i].legend);
	buf_puts(&text, ".");
	paragraph_write(stdout, buf_str(&text), 0, width);
	buf_free(&text);
}

static void
percent_cell(struct table *table, double share, enum table_colour colour)
{
	if (isnan(share))
		table_cell(table, "", TABLE_PLAIN);
	else
		table_cellf(table, colour, "%.0f %%", 100 * share);
}

static void
epoch_row(struct table *table, const struct correlate_lag *lag)
{
	bool above = lag->share > lag->high, below = lag->share < lag->low;

	table_cellf(table, TABLE_PLAIN, "%+d", lag->lag);
	percent_cell(table, lag->share, above ? TABLE_RED : TABLE_PLAIN);
	table_cellf(table, TABLE_DIM, "%.0f", lag->n);
	if (isnan(lag->low))
		table_cell(table, "", TABLE_PLAIN);
	else
		table_cellf(table, TABLE_DIM, "%.0f–%.0f %%", 100 * lag->low, 100 * lag->high);
	table_cell(table, above ? "above" : below ? "below" : "", TABLE_RED);
}

static void
write_epoch(const struct correlate_row *row, int width, bool colour)
{
	static const struct table_column columns[] = {{"day", true, 0}, {"bad", true, 0},
	    {"of", true, 0}, {"by chance", true, 0}, {"", false, 0}};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	int i;

	for (i = 0; i < EPOCH_LAGS; i++)
		epoch_row(table, &row->epoch[i]);
	printf("\nDays before and after the first day of a spell of events:\n");
	table_write(table, stdout, width, colour);
	table_free(table);
}

static void
write_checks(const struct correlate_row *row, int width)
{
	const struct {
		const char *name;
		double p;
	} checks[] = {
	    {"the week before", row->p_before},
	    {"two weeks earlier", row->p_placebo_before},
	    {"two weeks later", row->p_placebo_after},
	};
	struct buf text = BUF_EMPTY;
	size_t i;

	buf_printf(&text, "Checks (a p of at most %.3f is a warning):", CORRELATE_CHECK);
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		buf_printf(&text, "%s %s ", i > 0 ? "," : "", checks[i].name);
		if (isnan(checks[i].p))
			buf_puts(&text, "no days");
		else
			buf_printf(&text, "%.3f", checks[i].p);
	}
	buf_puts(&text, ".");
	printf("\n");
	paragraph_write(stdout, buf_str(&text), 0, width);
	buf_free(&text);
}

static void
write_table(const struct correlate_report *report, const struct options *options)
{
	int width = table_terminal_width(STDOUT_FILENO);
	const struct correlate_row *overall = &report->answer->overall;
	struct arena *arena = arena_new();
	struct buf text = BUF_EMPTY;
	const char **caveat;

	correlate_verdict(report, &text);
	paragraph_write(stdout, buf_str(&text), 0, width);
	printf("\n");
	if (report->answer->nrows > 0) {
		write_rows(report->answer, width, options->colour);
		write_legend(width);
	}
	if (overall->spells > 0)
		write_epoch(overall, width, options->colour);
	if (overall->refusal == REFUSAL_NONE)
		write_checks(overall, width);
	printf("\n");
	for (caveat = correlate_caveats(report, arena); *caveat != NULL; caveat++) {
		printf("* ");
		paragraph_write(stdout, *caveat, 2, width);
	}
	printf("* ");
	buf_clear(&text);
	buf_puts(&text, "Method: ");
	correlate_method(report, &text);
	buf_puts(&text, ".");
	paragraph_write(stdout, buf_str(&text), 2, width);
	buf_free(&text);
	arena_free(arena);
}

/* ---- For programs --------------------------------------------------------------------------- */

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

static void
write_csv(const struct correlate_report *report, const struct options *options)
{
	struct buf out = BUF_EMPTY;
	size_t i;

	(void)options;
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

static void
write_json(const struct correlate_report *report, const struct options *options)
{
	const struct correlate_answer *answer = report->answer;
	struct arena *arena = arena_new();
	struct buf line = BUF_EMPTY;
	struct json j;
	size_t i;

	(void)options;
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

void
correlate_write(const struct correlate_report *report, const struct options *options)
{
	static void (*const writers[])(const struct correlate_report *, const struct options *) = {
	    [FORMAT_TABLE] = write_table,
	    [FORMAT_CSV] = write_csv,
	    [FORMAT_JSON] = write_json,
	};

	writers[options->format](report, options);
}
