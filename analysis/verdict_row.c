/* A measurement's row. What the columns hold stands in two tables, whatever the format. */
#include "analysis/verdict_row.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "analysis/csv.h"
#include "analysis/domain.h"
#include "analysis/ingest.h"
#include "analysis/judged.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "results/measurement.h"

void
verdict_row_fill(struct verdict_row *row, const struct record *record)
{
	const struct target *target = &record->target;

	row->m = record->m;
	row->target = target->url;
	row->host = target->host_is_ip ? NULL : target->host;
	row->control_id = record->control_id;
	row->control_distance_s = record->control_id != NULL ? (double)record->control_distance_us / 1e6 : (double)NAN;
	judged(record->m, &row->verdict);
	if (record->keys != NULL)
		row->keys = *record->keys;
	else
		ooni_keys_compute(record->m, &row->keys);
}

/* --- cells ----------------------------------------------------------------------------------- */

enum cell_type { CELL_UNKNOWN, CELL_TEXT, CELL_BOOL, CELL_INT, CELL_REAL, CELL_LIST };

struct cell {
	enum cell_type type;
	const char *text;
	int64_t number; /* or the truth */
	double real;
	const char *const *list;
	size_t n;
};

static struct cell
text_cell(const char *text)
{
	return (struct cell){.type = text != NULL ? CELL_TEXT : CELL_UNKNOWN, .text = text};
}

static struct cell
bool_cell(int known)
{
	return (struct cell){.type = known < 0 ? CELL_UNKNOWN : CELL_BOOL, .number = known};
}

static struct cell
flags_cell(int64_t flags)
{
	return (struct cell){.type = flags < 0 ? CELL_UNKNOWN : CELL_INT, .number = flags};
}

static struct cell
real_cell(double real)
{
	return (struct cell){.type = isnan(real) ? CELL_UNKNOWN : CELL_REAL, .real = real};
}

/* --- columns --------------------------------------------------------------------------------- */

static struct cell
time_cell(const struct verdict_row *row, char text[CLOCK_TEXT_SIZE])
{
	return text_cell(row->m->start_us != 0 ? clock_rfc3339(row->m->start_us, text) : NULL);
}

#define ROW_CELL(name, value)                                          \
	static struct cell name(const struct verdict_row *row, char *text) \
	{                                                              \
		(void)text;                                            \
		return value;                                          \
	}
ROW_CELL(asn_cell, text_cell(row->m->probe_asn))
ROW_CELL(cc_cell, text_cell(row->m->probe_cc))
ROW_CELL(target_cell, text_cell(row->target))
ROW_CELL(domain_cell, text_cell(row->host != NULL ? domain_of(row->host) : NULL))
ROW_CELL(status_cell, text_cell(verdict_status_name(row->verdict.status)))
ROW_CELL(stage_cell, text_cell(verdict_stage_name(row->verdict.stage)))
ROW_CELL(mechanism_cell, text_cell(mechanism_name(row->verdict.mechanism)))
ROW_CELL(confidence_cell, real_cell(row->verdict.confidence))
ROW_CELL(evidence_cell, ((struct cell){.type = CELL_LIST, .list = row->verdict.evidence,
    .n = row->verdict.nevidence}))

ROW_CELL(input_cell, text_cell(row->m->input))
ROW_CELL(id_cell, text_cell(row->m->uid != NULL ? row->m->uid : row->m->id))
ROW_CELL(control_id_cell, text_cell(row->control_id))
ROW_CELL(control_distance_cell, real_cell(row->control_distance_s))

/* `text` is room for a cell that has to be spelled out. */
struct column {
	const char *name;
	struct cell (*cell)(const struct verdict_row *row, char *text);
};

static const struct column columns[] = {
    {"time", time_cell},
    {"probe_asn", asn_cell},
    {"probe_cc", cc_cell},
    {"target", target_cell},
    {"domain", domain_cell},
    {"status", status_cell},
    {"stage", stage_cell},
    {"mechanism", mechanism_cell},
    {"confidence", confidence_cell},
    {"evidence", evidence_cell},
};
/* Behind OONI's keys: which record this is, and which it was compared with. */
static const struct column last_columns[] = {
    {"input", input_cell},
    {"id", id_cell},
    {"control_id", control_id_cell},
    {"control_distance_s", control_distance_cell},
};
enum {
	COLUMNS = sizeof(columns) / sizeof(columns[0]),
	LAST_COLUMNS = sizeof(last_columns) / sizeof(last_columns[0]),
};

static struct cell
blocking_cell(const struct ooni_keys *keys)
{
	if (keys->blocking != NULL && strcmp(keys->blocking, "false") == 0)
		return bool_cell(0);
	return text_cell(keys->blocking);
}

#define KEYS_CELL(name, value)                                     \
	static struct cell name(const struct ooni_keys *keys)      \
	{                                                          \
		return value;                                      \
	}
KEYS_CELL(accessible_cell, bool_cell(keys->accessible))
KEYS_CELL(consistency_cell, text_cell(keys->dns_consistency))
KEYS_CELL(dns_failure_cell, text_cell(keys->dns_experiment_failure))
KEYS_CELL(http_failure_cell, text_cell(keys->http_experiment_failure))
KEYS_CELL(control_failure_cell, text_cell(keys->control_failure))
KEYS_CELL(blocking_flags_cell, flags_cell(keys->x_blocking_flags))
KEYS_CELL(dns_flags_cell, flags_cell(keys->x_dns_flags))
KEYS_CELL(null_flags_cell, flags_cell(keys->x_null_null_flags))
KEYS_CELL(proportion_cell, real_cell(keys->body_proportion))

/* Each comes twice: as recomputed, and with "stored_" before its name. */
static const struct keys_column {
	const char *name, *stored_name;
	struct cell (*cell)(const struct ooni_keys *keys);
} keys_columns[] = {
#define BOTH(name, cell) {name, "stored_" name, cell}
    BOTH("blocking", blocking_cell),
    BOTH("accessible", accessible_cell),
    BOTH("dns_consistency", consistency_cell),
    BOTH("dns_experiment_failure", dns_failure_cell),
    BOTH("http_experiment_failure", http_failure_cell),
    BOTH("x_blocking_flags", blocking_flags_cell),
    BOTH("x_dns_flags", dns_flags_cell),
    BOTH("x_null_null_flags", null_flags_cell),
    BOTH("control_failure", control_failure_cell),
    BOTH("body_proportion", proportion_cell),
#undef BOTH
};
enum { KEYS_COLUMNS = sizeof(keys_columns) / sizeof(keys_columns[0]) };

/* --- formats --------------------------------------------------------------------------------- */

typedef void put_cell(void *to, const char *name, const struct cell *cell);

static void
put_columns(const struct verdict_row *row, const struct column *column, size_t n, put_cell *put,
    void *to)
{
	char text[CLOCK_TEXT_SIZE];
	struct cell cell;
	size_t i;

	for (i = 0; i < n; i++) {
		cell = column[i].cell(row, text);
		put(to, column[i].name, &cell);
	}
}

static void
each_cell(const struct verdict_row *row, put_cell *put, void *to)
{
	const struct keys_column *k;
	struct cell cell;

	put_columns(row, columns, COLUMNS, put, to);
	for (k = keys_columns; k < keys_columns + KEYS_COLUMNS; k++) {
		cell = k->cell(&row->keys);
		put(to, k->name, &cell);
	}
	for (k = keys_columns; k < keys_columns + KEYS_COLUMNS; k++) {
		cell = k->cell(&row->m->ooni);
		put(to, k->stored_name, &cell);
	}
	put_columns(row, last_columns, LAST_COLUMNS, put, to);
}

void
verdict_row_csv_head(struct buf *out)
{
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		buf_printf(out, "%s,", columns[i].name);
	for (i = 0; i < KEYS_COLUMNS; i++)
		buf_printf(out, "%s,", keys_columns[i].name);
	for (i = 0; i < KEYS_COLUMNS; i++)
		buf_printf(out, "%s,", keys_columns[i].stored_name);
	for (i = 0; i < LAST_COLUMNS; i++)
		buf_printf(out, "%s%s", last_columns[i].name, i + 1 < LAST_COLUMNS ? "," : "\r\n");
}

/* A list is one field, its words apart by spaces. */
static void
csv_list(struct buf *out, const struct cell *cell)
{
	struct buf text = BUF_EMPTY;
	size_t i;

	for (i = 0; i < cell->n; i++) {
		if (i > 0)
			buf_putc(&text, ' ');
		buf_puts(&text, cell->list[i]);
	}
	csv_field(out, buf_str(&text));
	buf_free(&text);
}

static void
csv_cell(void *to, const char *name, const struct cell *cell)
{
	struct buf *out = to;
	struct json number;

	(void)name;
	json_init(&number, out);
	switch (cell->type) {
	case CELL_UNKNOWN:
		break;
	case CELL_TEXT:
		csv_field(out, cell->text);
		break;
	case CELL_BOOL:
		buf_puts(out, cell->number ? "true" : "false");
		break;
	case CELL_INT:
		json_put_int(&number, NULL, cell->number);
		break;
	case CELL_REAL:
		json_put_double(&number, NULL, cell->real);
		break;
	case CELL_LIST:
		csv_list(out, cell);
		break;
	}
	buf_putc(out, ',');
}

void
verdict_row_csv(const struct verdict_row *row, struct buf *out)
{
	each_cell(row, csv_cell, out);
	out->len--; /* the comma behind the last cell */
	buf_puts(out, "\r\n");
}

static void
json_cell(void *to, const char *name, const struct cell *cell)
{
	struct json *j = to;
	size_t i;

	switch (cell->type) {
	case CELL_UNKNOWN:
		json_put_null(j, name);
		break;
	case CELL_TEXT:
		json_put_string(j, name, cell->text);
		break;
	case CELL_BOOL:
		json_put_bool(j, name, cell->number != 0);
		break;
	case CELL_INT:
		json_put_int(j, name, cell->number);
		break;
	case CELL_REAL:
		json_put_double(j, name, cell->real);
		break;
	case CELL_LIST:
		json_put_array(j, name);
		for (i = 0; i < cell->n; i++)
			json_put_string(j, NULL, cell->list[i]);
		json_put_array_end(j);
		break;
	}
}

void
verdict_row_json(const struct verdict_row *row, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_put_object(&j, NULL);
	each_cell(row, json_cell, &j);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}
