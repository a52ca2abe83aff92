/* What a probe knows at one moment. */
#include "probe/status_model.h"

#include <string.h>

#include "base/mem.h"

static const int64_t second = 1000000;

/* --- filling --------------------------------------------------------------------------------- */

struct status *
status_new(void)
{
	struct arena *arena = arena_new();
	struct status *st = arena_alloc(arena, sizeof(*st));

	st->arena = arena;
	st->probe.pid = st->probe.uptime_s = -1;
	st->budget = (struct status_budget){-1, -1, -1};
	st->journal = (struct status_journal){.bytes = -1, .quota = -1, .spool_lines = -1};
	st->counters = (struct status_counters){-1, -1, -1, -1, -1};
	return st;
}

void
status_free(struct status *st)
{
	if (st != NULL)
		arena_free(st->arena);
}

char *
status_text_copy(struct status *st, const char *text)
{
	return arena_strdup(st->arena, text);
}

void
status_add_note(struct status *st, const char *text)
{
	*ARENA_PUSH(st->arena, st->network.notes, st->network.nnotes) = arena_strdup(st->arena, text);
}

void
status_set_grid(struct status *st, int64_t now_us, int days, int64_t step_s)
{
	int64_t step_us = step_s * second, n = (days * INT64_C(86400) + step_s - 1) / step_s;
	int64_t end_us = (now_us / step_us + 1) * step_us;

	if (n > STATUS_CELLS_MAX)
		n = STATUS_CELLS_MAX;
	st->grid = (struct status_grid){.from_us = end_us - n * step_us, .step_s = step_s, .n = (size_t)n};
}

struct status_target *
status_add_target(struct status *st, const char *url, const char *list)
{
	struct status_target *target = ARENA_PUSH(st->arena, st->targets, st->ntargets);

	target->url = arena_strdup(st->arena, url);
	target->list = arena_strdup(st->arena, list);
	return target;
}

struct status_anomaly *
status_add_anomaly(struct status *st, const char *id)
{
	struct status_anomaly *anomaly = ARENA_PUSH(st->arena, st->anomalies, st->nanomalies);

	anomaly->id = arena_strdup(st->arena, id);
	return anomaly;
}

void
status_anomaly_target(struct status *st, struct status_anomaly *anomaly, const char *url)
{
	*ARENA_PUSH(st->arena, anomaly->targets, anomaly->ntargets) = arena_strdup(st->arena, url);
}

struct status_gap *
status_add_gap(struct status *st, int64_t from_us, int64_t until_us, const char *cause)
{
	struct status_gap *gap = ARENA_PUSH(st->arena, st->gaps, st->ngaps);

	gap->from_us = from_us;
	gap->until_us = until_us;
	gap->cause = arena_strdup(st->arena, cause);
	return gap;
}

static uint32_t
sum(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void
status_count(struct status *st, struct status_target *target, int64_t when_us, enum verdict_status verdict, uint32_t n)
{
	const struct status_grid *grid = &st->grid;
	int64_t i;

	if (grid->n == 0 || when_us < grid->from_us)
		return;
	i = (when_us - grid->from_us) / (grid->step_s * second);
	if (i >= (int64_t)grid->n)
		return;
	if (target->cells == NULL)
		target->cells = arena_alloc(st->arena, grid->n * sizeof(*target->cells));
	target->cells[i].counts[verdict] = sum(target->cells[i].counts[verdict], n);
}

/* --- asking ---------------------------------------------------------------------------------- */

enum status_face
status_cell_face(const struct status_cell *cell)
{
	const uint32_t *n = cell->counts;
	uint64_t blocked = n[VERDICT_BLOCKED], bad = blocked + n[VERDICT_LIKELY_BLOCKED];
	uint64_t ok = n[VERDICT_OK], rest = (uint64_t)n[VERDICT_IMPAIRED] + n[VERDICT_DOWN];

	if (bad + ok + rest == 0)
		return n[VERDICT_INSUFFICIENT] > 0 ? FACE_UNTOLD : FACE_NONE;
	if (bad > 0 && bad >= ok + rest)
		return blocked > 0 ? FACE_BLOCKED : FACE_LIKELY;
	if (bad > 0)
		return FACE_PARTLY;
	if (ok >= rest)
		return FACE_OK;
	return n[VERDICT_IMPAIRED] >= n[VERDICT_DOWN] ? FACE_IMPAIRED : FACE_DOWN;
}

size_t
status_spans(const struct status_grid *grid, int64_t unit_s, struct status_span *spans, size_t most)
{
	struct status_span swap;
	int64_t start_us;
	size_t n = 0, i;

	for (i = grid->n; i-- > 0;) {
		start_us = grid->from_us + (int64_t)i * grid->step_s * second;
		start_us -= start_us % (unit_s * second);
		if (n > 0 && spans[n - 1].start_us == start_us)
			spans[n - 1].first = i;
		else if (n == most)
			break;
		else
			spans[n++] = (struct status_span){start_us, i, i + 1};
	}
	for (i = 0; i < n / 2; i++) {
		swap = spans[i];
		spans[i] = spans[n - 1 - i];
		spans[n - 1 - i] = swap;
	}
	return n;
}

struct status_cell
status_span_cell(const struct status_target *target, const struct status_span *span)
{
	struct status_cell all = {{0}};
	size_t i, s;

	for (i = span->first; target->cells != NULL && i < span->end; i++)
		for (s = 0; s < VERDICT_STATUS_MAX; s++)
			all.counts[s] = sum(all.counts[s], target->cells[i].counts[s]);
	return all;
}

void
status_tally(const struct status *st, size_t counts[VERDICT_STATUS_MAX])
{
	size_t i;

	memset(counts, 0, VERDICT_STATUS_MAX * sizeof(*counts));
	for (i = 0; i < st->ntargets; i++)
		counts[st->targets[i].status]++;
}

int64_t
status_gap_seconds(const struct status_gap *gap, int64_t from_us, int64_t until_us)
{
	int64_t from = gap->from_us > from_us ? gap->from_us : from_us;
	int64_t until = gap->until_us != 0 && gap->until_us < until_us ? gap->until_us : until_us;

	return until > from ? (until - from) / second : 0;
}
