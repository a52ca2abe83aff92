/* The detector goes on from the journal: after a crash from where its state was kept, after a loss from the beginning. */
#include "probe/anomaly_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/record_files.h"
#include "results/record_reader.h"

struct catching_up {
	struct anomalies *a;
	int64_t now_us;
	occurrence_tell *tell;
	void *arg;
	struct anomalies_caught_up *done;
	struct arena *arena;
	char **recorded; /* ids of the events among the records, in their order */
	size_t nrecorded;
	int64_t known; /* lines up to and with the last record that the state knows */
};

static struct measurement *
decode(const struct record_line *line)
{
	char error[200];
	struct measurement *m = measurement_decode(line->data, line->len, NULL, error, sizeof(error));

	if (m == NULL)
		log_debug("%s:%lld: %s", line->file, (long long)line->line, error);
	return m;
}

/* --- what is there --------------------------------------------------------------------------- */

/* Before the line is decoded, which costs a hundred times as much. */
static bool
may_matter(const struct catching_up *c, const char *text)
{
	const char *last = c->a->now.record;

	return (last[0] != '\0' && strstr(text, last) != NULL) || (c->tell != NULL && strstr(text, "netvane_event") != NULL);
}

static bool
is_last_known(const struct anomalies *a, const struct measurement *m)
{
	return m->round == NULL && m->id != NULL && strncmp(m->id, a->now.record, ANOMALY_ID_SIZE - 1) == 0;
}

static void
look_at(struct catching_up *c, const struct record_line *line, int64_t number)
{
	struct measurement *m = may_matter(c, line->data) ? decode(line) : NULL;

	if (m == NULL || m->id == NULL) {
		measurement_free(m);
		return;
	}
	if (m->event != NULL)
		*ARENA_PUSH(c->arena, c->recorded, c->nrecorded) = arena_strdup(c->arena, m->id);
	else if (is_last_known(c->a, m))
		c->known = number;
	measurement_free(m);
}

static bool
is_recorded(const struct catching_up *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->nrecorded; i++)
		if (strcmp(c->recorded[i], id) == 0)
			return true;
	return false;
}

/* --- feeding --------------------------------------------------------------------------------- */

static void
tell_unless_recorded(const struct occurrence *o, void *arg)
{
	struct catching_up *c = arg;

	if (c->tell == NULL || is_recorded(c, o->id))
		return;
	c->done->events++;
	c->tell(o, c->arg);
}

static void
take_line(struct catching_up *c, const struct record_line *line)
{
	struct measurement *m = decode(line);
	struct sighting s;

	if (m == NULL) {
		c->done->unreadable++;
		return;
	}
	if (m->start_us > c->now_us)
		c->done->future++;
	else {
		c->done->records += sighting_of(m, &s);
		anomalies_take(c->a, m, tell_unless_recorded, c);
	}
	measurement_free(m);
}

static void
read_all(struct catching_up *c, char *const *paths, size_t npaths, bool feed)
{
	struct record_reader *reader = record_reader_new(paths, npaths, NULL, NULL);
	struct record_line line;
	int64_t number = 0;

	while (record_reader_next(reader, &line) == 1) {
		number++;
		if (!feed)
			look_at(c, &line, number);
		else if (number > c->known)
			take_line(c, &line);
	}
	record_reader_free(reader);
}

/* As a record of its own: events name it as well. */
static bool
file_has_last_known(const struct anomalies *a, char *const *path)
{
	struct record_reader *reader = record_reader_new(path, 1, NULL, NULL);
	struct record_line line;
	struct measurement *m;
	bool found = false;

	while (!found && record_reader_next(reader, &line) == 1) {
		m = strstr(line.data, a->now.record) != NULL ? decode(&line) : NULL;
		found = m != NULL && is_last_known(a, m);
		measurement_free(m);
	}
	record_reader_free(reader);
	return found;
}

/* From the file that has the last record the state knows, which is one of the newest: years of others need not be read. All, where none has it. */
static size_t
first_to_read(const struct anomalies *a, char *const *paths, size_t n)
{
	size_t i;

	for (i = n; i > 0 && a->now.record[0] != '\0'; i--)
		if (file_has_last_known(a, &paths[i - 1]))
			return i - 1;
	return 0;
}

void
anomalies_catch_up(struct anomalies *a, char *const *paths, size_t npaths, int64_t now_us,
    occurrence_tell *tell, void *arg, struct anomalies_caught_up *done)
{
	struct catching_up c = {
	    .a = a, .now_us = now_us, .tell = tell, .arg = arg, .done = done, .arena = arena_new()};
	struct record_files list;
	size_t first, n = 0, i;
	char **files;

	*done = (struct anomalies_caught_up){0};
	record_files_list(&list, paths, npaths);
	files = xcalloc(list.n + 1, sizeof(*files));
	for (i = 0; i < list.n; i++)
		if (list.files[i].err == 0)
			files[n++] = list.files[i].path;
	first = first_to_read(a, files, n);
	if (a->now.record[0] != '\0' || tell != NULL)
		read_all(&c, files + first, n - first, false);
	read_all(&c, files + first, n - first, true);
	free(files);
	record_files_clear(&list);
	arena_free(c.arena);
}

int64_t
anomalies_known_until(const struct anomalies *a)
{
	return a->now.record[0] != '\0' ? a->now.start.us : 0;
}
