/* The baselines out of the journal: after a damaged database or a killed round, or where an older version has measured without one. */
#include "probe/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/record_files.h"
#include "results/record_reader.h"

/* A killed round's is the last one; one more, for a start that could not catch up. */
enum { SEGMENTS = 2 };

/* What is taken from the journal: records that began after the one moment, and not after the other. */
struct pass {
	struct baselines *b;
	int64_t after_us, now_us;
	bool all; /* count also those that teach nothing */
	struct baselines_rebuilt *done;
};

static void
learn_line(const struct pass *pass, const struct record_line *line)
{
	char error[200];
	struct measurement *m = measurement_decode(line->data, line->len, NULL, error, sizeof(error));

	if (m == NULL) {
		log_debug("%s:%lld: %s", line->file, (long long)line->line, error);
		pass->done->unreadable++;
		return;
	}
	if (m->start_us > pass->now_us)
		pass->done->future++;
	else if (m->start_us > pass->after_us && m->has_x && m->role != NULL)
		pass->done->records += baselines_learn(pass->b, m) || pass->all;
	measurement_free(m);
}

/* Returns how many files could not be read. */
static size_t
learn_files(const struct pass *pass, char *const *paths, size_t n)
{
	struct record_reader *reader = record_reader_new(paths, n, NULL, NULL);
	struct record_line line;
	size_t errors;

	while (record_reader_next(reader, &line) == 1)
		learn_line(pass, &line);
	errors = record_reader_errors(reader);
	record_reader_free(reader);
	return errors;
}

int
baselines_rebuild(
    struct baselines *b, const char *results_dir, int64_t now_us, struct baselines_rebuilt *done)
{
	struct pass pass = {.b = b, .after_us = INT64_MIN, .now_us = now_us, .all = true, .done = done};
	size_t errors;
	char *path;

	*done = (struct baselines_rebuilt){0};
	if (b == NULL)
		return -1;
	path = xstrdup(results_dir);
	baselines_forget(b, NULL);
	errors = learn_files(&pass, &path, 1);
	free(path);
	if (done->records > 0 || errors == 0)
		return baselines_commit(b);
	baselines_abandon(b);
	return -1;
}

static bool
is_segment(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strncmp(slash != NULL ? slash + 1 : path, "netvane-", strlen("netvane-")) == 0;
}

int
baselines_catch_up(
    struct baselines *b, const char *results_dir, int64_t now_us, struct baselines_rebuilt *done)
{
	struct pass pass = {.b = b, .now_us = now_us, .done = done};
	char *dir, *last[SEGMENTS];
	struct record_files files;
	size_t n = 0, i;

	*done = (struct baselines_rebuilt){0};
	if (b == NULL)
		return -1;
	if (baselines_due(b))
		return baselines_rebuild(b, results_dir, now_us, done);
	pass.after_us = baselines_learned_until(b);
	dir = xstrdup(results_dir);
	record_files_list(&files, &dir, 1);
	for (i = files.n; i > 0 && n < SEGMENTS; i--)
		if (files.files[i - 1].err == 0 && is_segment(files.files[i - 1].path))
			last[SEGMENTS - ++n] = files.files[i - 1].path;
	learn_files(&pass, last + SEGMENTS - n, n);
	record_files_clear(&files);
	free(dir);
	return baselines_commit(b);
}
