/*
 * The ledger of gaps goes on from the journal, after a crash or a power cut in which the database lost what came last. What is recorded was
 * told, and each record is a sign of life; what a record brought and nobody told is told now.
 */
#include "probe/gaps_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/record_files.h"
#include "results/record_reader.h"

/* Of a ledger that is lost the last segments will do: what they say of before is known already. */
enum { SEGMENTS_OF_LOST = 2 };

/* A clock that was set back a little must not hide a file. */
#define MARGIN_US (INT64_C(86400) * 1000000)

/* Between a sign of life and the record of what it told. */
#define TOLD_WITHIN_US (INT64_C(60) * 1000000)

/* No run has it as its id, nor any boot. */
#define SOME_OTHER "?"

struct recorded {
	enum gap_cause cause;
	bool ended;
	int64_t time_us;
};

struct catching_up {
	struct gaps *g;
	const struct life *now;
	int64_t after_us; /* what is not newer is known */
	int64_t due_ns;
	occurrence_tell *tell;
	void *arg;
	struct arena *arena;
	struct recorded *recorded;
	size_t nrecorded;
	/* The newest that only says that it was alive. A round's record comes after those of its targets, and says it better. */
	struct life alive;
	bool has_alive;
};

static void
tell_unless_recorded(const struct occurrence *o, void *arg)
{
	struct catching_up *c = arg;
	const struct event_gap *gap = o->info->gap;
	size_t i;

	for (i = 0; i < c->nrecorded; i++)
		if (c->recorded[i].cause == gap->cause && c->recorded[i].ended == (gap->until_us != 0) &&
		    llabs(c->recorded[i].time_us - o->time_us) <= TOLD_WITHIN_US)
			return;
	if (c->tell != NULL)
		c->tell(o, c->arg);
}

/* --- signs ----------------------------------------------------------------------------------- */

static bool
clocks_agree(const struct life *a, const struct life *b)
{
	return llabs((a->wall_us - b->wall_us) - (a->mono_ns - b->mono_ns) / 1000) < INT64_C(2000000);
}

/* The sign that a record is, so long after the measurement began. */
static struct life
life_of(const struct catching_up *c, const struct measurement *m, double after_s)
{
	struct life life = {.sign = LIFE_START, .wall_us = m->start_us + llround(after_s * 1e6),
	    .mono_ns = m->start_mono_ns + llround(after_s * 1e9), .awake_ns = -1, .run = SOME_OTHER, .boot = SOME_OTHER};
	int64_t due_us = c->g->last.wall_us + c->g->last.due_ns / 1000;

	if (clocks_agree(&life, c->now))
		memcpy(life.boot, c->now->boot, sizeof(life.boot));
	else if (c->g->alive && clocks_agree(&life, &c->g->last))
		memcpy(life.boot, c->g->last.boot, sizeof(life.boot));
	/* What was due is due still. */
	life.due_ns = !c->g->alive ? c->due_ns : due_us > life.wall_us ? (due_us - life.wall_us) * 1000 : 0;
	return life;
}

/* It was alive then; what was before is told, or needs not be. */
static void
hear(struct gaps *g, const struct life *life)
{
	g->last = *life;
	g->alive = true;
}

static void
hear_alive(struct catching_up *c)
{
	if (c->has_alive && (!c->g->alive || c->alive.wall_us >= c->g->last.wall_us))
		hear(c->g, &c->alive);
	c->has_alive = false;
}

/* What was told is what is so. */
static void
adopt(struct gaps *g, const struct event_info *e, const struct life *life)
{
	const struct event_gap *gap = e->gap;

	if (gap->cause == GAP_CLOCK_STEP)
		;
	else if (gap->until_us != 0) {
		g->cause = GAP_NONE;
		if (gap->cause == g->carried && gap->until_us >= life->wall_us)
			g->carried = GAP_NONE;
	} else {
		g->cause = gap->cause;
		g->from_us = gap->from_us;
		g->from_mono_ns = gap->from_mono_ns;
		g->begin = e->when;
		g->suspended_s = gap->suspended_s;
		g->rounds = 2;
		if (gap->id != NULL && strlen(gap->id) == GAP_ID_SIZE - 1)
			memcpy(g->id, gap->id, GAP_ID_SIZE);
	}
	hear(g, life);
}

static void
sign(struct catching_up *c, struct life *life, enum life_sign which, int64_t due_ns)
{
	life->sign = which;
	life->due_ns = due_ns;
	gaps_sign(c->g, life, tell_unless_recorded, c);
}

static void
take_round(struct catching_up *c, const struct measurement *m)
{
	double runtime = m->runtime > 0 && m->runtime < 86400 ? m->runtime : 0;
	struct life begin = life_of(c, m, 0), end = life_of(c, m, runtime);

	c->has_alive = false;
	if (c->g->alive && end.wall_us < c->g->last.wall_us)
		return;
	if (!c->g->alive || begin.wall_us >= c->g->last.wall_us)
		sign(c, &begin, LIFE_ROUND, llround(runtime * 1e9));
	end.cause = life_cause(m->context.network, m->round->link);
	sign(c, &end, LIFE_ROUND_END, c->due_ns);
}

static void
take_event(struct catching_up *c, const struct measurement *m)
{
	struct life life = life_of(c, m, 0);

	switch (m->event->kind) {
	case EVENT_GAP:
		hear_alive(c);
		if (m->event->gap != NULL)
			adopt(c->g, m->event, &life);
		break;
	case EVENT_PROBE_START:
		c->has_alive = false;
		hear(c->g, &life);
		break;
	case EVENT_PAUSE:
		hear_alive(c);
		sign(c, &life, LIFE_PAUSE, 0);
		break;
	case EVENT_RESUME:
		hear_alive(c);
		sign(c, &life, LIFE_RESUME, c->due_ns);
		break;
	case EVENT_PROBE_STOP:
		hear_alive(c);
		sign(c, &life, LIFE_STOP, life.due_ns);
		break;
	default:
		c->alive = life;
		c->has_alive = true;
		break;
	}
}

/* --- records --------------------------------------------------------------------------------- */

static void
note(struct catching_up *c, const struct measurement *m)
{
	if (m->event != NULL && m->event->kind == EVENT_GAP && m->event->gap != NULL)
		*ARENA_PUSH(c->arena, c->recorded, c->nrecorded) =
		    (struct recorded){m->event->gap->cause, m->event->gap->until_us != 0, m->start_us};
}

static void
take(struct catching_up *c, const struct measurement *m)
{
	if (m->round != NULL)
		take_round(c, m);
	else if (m->event != NULL)
		take_event(c, m);
	else {
		c->alive = life_of(c, m, 0);
		c->has_alive = true;
	}
}

static void
read_all(struct catching_up *c, char *const *paths, size_t n, void (*each)(struct catching_up *c, const struct measurement *m))
{
	struct record_reader *reader = record_reader_new(paths, n, NULL, NULL);
	struct record_line line;
	struct measurement *m;
	char error[200];

	while (record_reader_next(reader, &line) == 1) {
		m = measurement_decode(line.data, line.len, NULL, error, sizeof(error));
		if (m != NULL && m->has_x && m->start_us > c->after_us && m->start_us <= c->now->wall_us)
			each(c, m);
		measurement_free(m);
	}
	record_reader_free(reader);
}

void
gaps_catch_up(struct gaps *g, const char *results_dir, const struct life *now, int64_t due_ns, occurrence_tell *tell, void *arg)
{
	struct catching_up c = {.g = g, .now = now, .after_us = g->alive ? g->last.wall_us : 0, .due_ns = due_ns,
	    .tell = g->alive ? tell : NULL, .arg = arg, .arena = arena_new()};
	char *dir = xstrdup(results_dir), **paths = NULL;
	struct record_files files;
	size_t i, n = 0;

	record_files_list(&files, &dir, 1);
	record_files_newer(&files, c.after_us - MARGIN_US);
	for (i = g->alive || files.n < SEGMENTS_OF_LOST ? 0 : files.n - SEGMENTS_OF_LOST; i < files.n; i++)
		if (files.files[i].err == 0)
			*ARENA_PUSH(c.arena, paths, n) = files.files[i].path;
	read_all(&c, paths, n, note);
	read_all(&c, paths, n, take);
	hear_alive(&c);
	record_files_clear(&files);
	free(dir);
	arena_free(c.arena);
}
