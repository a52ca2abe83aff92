/* Writes the correlation: for people here, the verdict first; for programs in correlate_export.c. */
#include "analysis/correlate_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/correlate.h"
#include "analysis/correlate_export.h"
#include "analysis/options.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "base/table.h"

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

void
correlate_write(const struct correlate_report *report, const struct options *options)
{
	if (options->format == FORMAT_CSV)
		correlate_write_csv(report);
	else if (options->format == FORMAT_JSON)
		correlate_write_json(report);
	else
		write_table(report, options);
}
