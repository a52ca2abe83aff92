/* A week of records out of one run's. */
#include "tests/lab/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/journal.h"
#include "results/measurement.h"
#include "results/record_reader.h"

/* Two rounds a day. */
enum { COPIES = 14 };
static const int64_t step_us = 7LL * 86400 * 1000000 / COPIES;

struct record {
	char *json;
	size_t len;
};

struct records {
	struct record *items;
	size_t n;
};

static void
read_records(const char *directory, struct records *out)
{
	char *path = xstrdup(directory);
	struct record_reader *reader = record_reader_new(&path, 1, NULL, NULL);
	struct record_line line;

	while (record_reader_next(reader, &line) == 1) {
		out->items = xreallocarray(out->items, out->n + 1, sizeof(*out->items));
		out->items[out->n++] = (struct record){xstrndup(line.data, line.len), line.len};
	}
	record_reader_free(reader);
	free(path);
}

/* The same length of hexadecimal digits, and another name for each copy. */
static char *
renamed(struct arena *arena, const char *id, int copy)
{
	return id == NULL || strlen(id) < 2
	           ? NULL
	           : arena_printf(arena, "%02x%s", (unsigned)copy + 1, id + 2);
}

/* Appends the record as it would have been `copy` steps ago. Returns 0, or -1. */
static int
age_record(const struct record *record, int copy, struct buf *out)
{
	char error[256];
	struct measurement *m =
	    measurement_decode(record->json, record->len, NULL, error, sizeof(error));

	if (m == NULL) {
		log_errorx("a record cannot be read again: %s", error);
		return -1;
	}
	m->id = renamed(m->arena, m->id, copy);
	m->round_id = renamed(m->arena, m->round_id, copy);
	m->start_us -= copy * step_us;
	m->round_start_us -= copy * step_us;
	measurement_encode(m, out);
	measurement_free(m);
	return 0;
}

/* Oldest first, as a journal has them. */
static int
write_copies(const struct records *records, struct journal *journal)
{
	struct buf line = BUF_EMPTY;
	int copy, result = 0;
	size_t i;

	for (copy = COPIES; copy > 0; copy--)
		for (i = 0; i < records->n && result == 0; i++) {
			buf_clear(&line);
			result = age_record(&records->items[i], copy, &line);
			if (result == 0)
				result = journal_append(journal, line.data, line.len);
		}
	buf_free(&line);
	return result;
}

int
history_write(const char *from, const char *to)
{
	struct records records = {0};
	struct journal *journal = NULL;
	pid_t pid;
	int result = -1;
	size_t i;

	read_records(from, &records);
	if (records.n == 0)
		log_errorx("the clean run left no records in %s", from);
	else if (journal_open(to, &journal, &pid) == JOURNAL_OK)
		result = write_copies(&records, journal);
	journal_close(journal);
	for (i = 0; i < records.n; i++)
		free(records.items[i].json);
	free(records.items);
	return result == 0 ? 0 : -1;
}
