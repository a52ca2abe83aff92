/* Fields of the bundle's tables. */
#include "analysis/report_bundle_fields.h"

#include <math.h>
#include <string.h>

#include "analysis/csv.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/utf8.h"
#include "targets/day.h"

static void
comma(struct buf *out)
{
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_putc(out, ',');
}

/* What is not UTF-8, which no reader of the file would take, becomes '?'. */
static void
put_text(struct buf *out, const char *value)
{
	struct arena *arena;

	if (value == NULL || utf8_valid(value, strlen(value))) {
		csv_field(out, value);
		return;
	}
	arena = arena_new();
	csv_field(out, table_clean(arena, value));
	arena_free(arena);
}

/* A row's first field is never nothing at all: that would not be parted from the second. */
void
bundle_text(struct buf *out, const char *value)
{
	size_t before;

	comma(out);
	before = out->len;
	put_text(out, value);
	if (out->len == before && (before == 0 || out->data[before - 1] == '\n'))
		buf_puts(out, "\"\"");
}

void
bundle_integer(struct buf *out, int64_t value)
{
	comma(out);
	buf_printf(out, "%lld", (long long)value);
}

/* -1: unknown. */
void
bundle_known(struct buf *out, int64_t value)
{
	comma(out);
	if (value >= 0)
		buf_printf(out, "%lld", (long long)value);
}

void
bundle_number(struct buf *out, double value)
{
	comma(out);
	if (isinf(value))
		buf_puts(out, value > 0 ? "INF" : "-INF");
	else if (!isnan(value))
		buf_printf(out, "%.10g", value);
}

void
bundle_day(struct buf *out, int32_t value)
{
	char date[DAY_TEXT_SIZE];

	comma(out);
	buf_puts(out, day_text(value, date));
}

void
bundle_when(struct buf *out, int64_t us)
{
	char date[CLOCK_TEXT_SIZE];

	comma(out);
	if (us != 0)
		buf_puts(out, clock_rfc3339(us, date));
}

void
bundle_yes_no(struct buf *out, bool value)
{
	comma(out);
	buf_puts(out, value ? "true" : "false");
}

void
bundle_list(struct buf *out, const char *const *items, size_t n, const char *between)
{
	struct buf all = BUF_EMPTY;
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(&all, "%s%s", i > 0 ? between : "", items[i] != NULL ? items[i] : "");
	bundle_text(out, buf_str(&all));
	buf_free(&all);
}

void
bundle_end(struct buf *out)
{
	buf_puts(out, "\r\n");
}
