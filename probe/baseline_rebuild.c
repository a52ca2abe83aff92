/* The baselines out of the journal: after a damaged database, or where an older version has measured without one. */
#include "probe/baseline.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/record_reader.h"

static void
learn_line(struct baselines *b, const struct record_line *line, int64_t now_us,
    struct baselines_rebuilt *done)
{
	char error[200];
	struct measurement *m = measurement_decode(line->data, line->len, NULL, error, sizeof(error));

	if (m == NULL) {
		log_debug("%s:%lld: %s", line->file, (long long)line->line, error);
		done->unreadable++;
		return;
	}
	if (m->start_us > now_us)
		done->future++;
	else if (m->has_x && m->role != NULL) {
		done->records++;
		baselines_learn(b, m);
	}
	measurement_free(m);
}

int
baselines_rebuild(
    struct baselines *b, const char *results_dir, int64_t now_us, struct baselines_rebuilt *done)
{
	struct record_reader *reader;
	struct record_line line;
	bool nothing;
	char *path;

	*done = (struct baselines_rebuilt){0};
	if (b == NULL)
		return -1;
	path = xstrdup(results_dir);
	reader = record_reader_new(&path, 1, NULL, NULL);
	baselines_forget(b, NULL);
	while (record_reader_next(reader, &line) == 1)
		learn_line(b, &line, now_us, done);
	nothing = done->records == 0 && record_reader_errors(reader) > 0;
	record_reader_free(reader);
	free(path);
	if (!nothing)
		return baselines_commit(b);
	baselines_abandon(b);
	return -1;
}
