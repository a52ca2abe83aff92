/* The ledger of gaps. */
#include "probe/gaps_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/sha.h>

#include "base/mem.h"

/* So late is not late: a busy machine, a look-up before the round. */
#define SLACK_NS (INT64_C(60) * 1000000000)
/* Clocks are slewed by up to 500 parts in a million (adjtime), and drift besides; more than that, and 2 s, is a step. */
#define STEP_LEAST_US INT64_C(2000000)

struct gaps *
gaps_new(void)
{
	struct gaps *g = xcalloc(1, sizeof(*g));

	g->suspended_s = (double)NAN;
	return g;
}

void
gaps_free(struct gaps *g)
{
	free(g);
}

/* --- what lies between two signs ------------------------------------------------------------- */

enum boot { BOOT_SAME, BOOT_OTHER, BOOT_UNKNOWN };

/* All times are by the wall clock of now. */
struct between {
	enum boot boot;
	int64_t elapsed_us; /* 0 where nobody knows */
	int64_t step_us; /* the wall clock was set by so much; after another boot, set back by at least so much */
	int64_t start_us, due_us, now_us; /* the last sign; when this one was due, now_us at the latest; this sign */
	bool late;
	double suspended_s; /* NAN unknown */
};

static int64_t
tolerance_us(int64_t elapsed_us)
{
	return STEP_LEAST_US + elapsed_us / 1000;
}

static enum boot
same_boot(const struct life *last, const struct life *now)
{
	int64_t wall = now->wall_us - last->wall_us, mono = (now->mono_ns - last->mono_ns) / 1000;

	if (last->boot[0] != '\0' && now->boot[0] != '\0')
		return strcmp(last->boot, now->boot) == 0 ? BOOT_SAME : BOOT_OTHER;
	if (mono < 0)
		return BOOT_OTHER;
	/* Two boots that are as far apart on both clocks do not happen. */
	return llabs(wall - mono) <= tolerance_us(mono) ? BOOT_SAME : BOOT_UNKNOWN;
}

static void
measure_time(const struct life *last, const struct life *now, struct between *b)
{
	int64_t wall = now->wall_us - last->wall_us, mono = (now->mono_ns - last->mono_ns) / 1000;

	b->boot = same_boot(last, now);
	b->suspended_s = (double)NAN;
	if (b->boot != BOOT_SAME) {
		b->elapsed_us = wall > 0 ? wall : 0;
		b->step_us = wall < -STEP_LEAST_US ? wall : 0;
		return;
	}
	b->elapsed_us = mono > 0 ? mono : 0;
	if (llabs(wall - b->elapsed_us) > tolerance_us(b->elapsed_us))
		b->step_us = wall - b->elapsed_us;
	if (last->awake_ns >= 0 && now->awake_ns >= last->awake_ns)
		b->suspended_s = (double)b->elapsed_us / 1e6 - (double)(now->awake_ns - last->awake_ns) / 1e9;
}

static struct between
between(const struct life *last, const struct life *now)
{
	struct between b = {.now_us = now->wall_us};
	int64_t due_us = last->due_ns / 1000;

	measure_time(last, now, &b);
	b.start_us = b.now_us - b.elapsed_us;
	/* Another boot, and the clock was set back: it was away for some time, nobody knows how long. */
	b.late = b.elapsed_us > due_us + SLACK_NS / 1000 || (b.boot != BOOT_SAME && b.step_us < 0);
	b.due_us = b.late && due_us < b.elapsed_us ? b.start_us + due_us : b.now_us;
	return b;
}

/* Why there was no sign where one was due. */
static enum gap_cause
why_silent(const struct life *last, const struct life *now, const struct between *b)
{
	double silent_s = (double)(b->now_us - b->due_us) / 1e6;

	if (b->boot == BOOT_OTHER)
		return GAP_POWERED_OFF;
	if (b->boot == BOOT_UNKNOWN)
		return GAP_UNKNOWN;
	if (last->sign == LIFE_STOP)
		return GAP_STOPPED;
	if (b->suspended_s >= silent_s / 2)
		return GAP_SUSPENDED;
	if (last->run[0] == '\0' || now->run[0] == '\0')
		return GAP_UNKNOWN;
	return strcmp(last->run, now->run) != 0 ? GAP_KILLED : GAP_STALLED;
}

/* --- telling --------------------------------------------------------------------------------- */

static void
make_id(char out[GAP_ID_SIZE], const char *what, const char *of, int64_t n)
{
	char *text = xasprintf("netvane %s %s %lld", what, of, (long long)n);
	unsigned char digest[SHA256_DIGEST_LENGTH];
	int i;

	SHA256((const unsigned char *)text, strlen(text), digest);
	free(text);
	for (i = 0; i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* From the earlier to the later; where a clock was wrong they may be the other way round, and nothing is known. */
static struct event_bracket
bracket(int64_t not_before_us, int64_t not_after_us)
{
	if (not_before_us > not_after_us && not_after_us != 0)
		not_before_us = 0;
	return (struct event_bracket){not_before_us, not_after_us};
}

static void
tell_gap(const struct event_gap *gap, const char *what, const struct event_bracket *begin,
    const struct life *now, occurrence_tell *tell, void *arg)
{
	struct arena *arena = arena_new();
	struct event_info *info = arena_alloc(arena, sizeof(*info));
	char id[GAP_ID_SIZE];

	info->kind = EVENT_GAP;
	info->gap = arena_memdup(arena, gap, sizeof(*gap));
	info->gap->id = arena_strdup(arena, gap->id);
	info->when = *begin;
	make_id(id, what, gap->id, 0);
	if (tell != NULL)
		tell(&(struct occurrence){id, NULL, now->wall_us, now->mono_ns, info, arena}, arg);
	arena_free(arena);
}

static void
tell_step(const struct between *b, const struct life *now, occurrence_tell *tell, void *arg)
{
	int64_t from = b->step_us > 0 ? b->start_us - b->step_us : b->now_us;
	struct event_bracket when = bracket(b->start_us, b->now_us);
	char id[GAP_ID_SIZE];
	struct event_gap gap = {.id = id, .cause = GAP_CLOCK_STEP, .from_us = from,
	    .until_us = b->step_us > 0 ? b->start_us : b->now_us, .from_mono_ns = -1, .until_mono_ns = -1, .end = when,
	    .suspended_s = (double)NAN, .clock_step_s = (double)b->step_us / 1e6};

	make_id(id, "clock step", now->boot, now->wall_us);
	tell_gap(&gap, "step", &when, now, tell, arg);
}

/* until_us 0: it goes on. */
static void
tell_stretch(const struct gaps *g, int64_t until_us, int64_t until_mono_ns, struct event_bracket end,
    const struct life *now, occurrence_tell *tell, void *arg)
{
	char id[GAP_ID_SIZE];
	struct event_gap gap = {.id = id, .cause = g->cause, .from_us = g->from_us, .until_us = until_us,
	    .from_mono_ns = g->from_mono_ns, .until_mono_ns = until_mono_ns, .end = end,
	    .suspended_s = g->suspended_s, .clock_step_s = (double)NAN};

	/* What was kept may be of a clock that was ahead. */
	if (until_us != 0 && gap.from_us > until_us)
		gap.from_us = until_us;
	memcpy(id, g->id, sizeof(id));
	tell_gap(&gap, until_us != 0 ? "end" : "goes on", &g->begin, now, tell, arg);
}

/* --- stretches ------------------------------------------------------------------------------- */

/* A part of what lies between two signs. */
struct stretch {
	enum gap_cause cause;
	int64_t from_us;
	struct event_bracket begin; /* of the cause, if it is a new one */
	struct event_bracket end; /* of the one before, if this is another */
	double suspended_s;
};

/* On the other clock; -1 for what is not of this boot. */
static int64_t
mono_at(const struct between *b, const struct life *now, int64_t wall_us)
{
	int64_t mono;

	if (b->boot != BOOT_SAME && wall_us != now->wall_us)
		return -1;
	mono = now->mono_ns - (now->wall_us - wall_us) * 1000;
	return mono >= 0 ? mono : -1;
}

static void
add_stretch(struct gaps *g, const struct stretch *s, const struct between *b, const struct life *now,
    occurrence_tell *tell, void *arg)
{
	if (s->cause == g->cause)
		return;
	if (g->cause != GAP_NONE)
		tell_stretch(g, s->from_us, mono_at(b, now, s->from_us), s->end, now, tell, arg);
	g->cause = s->cause;
	g->rounds = 0;
	g->from_us = s->from_us;
	g->from_mono_ns = mono_at(b, now, s->from_us);
	g->begin = s->begin;
	g->suspended_s = s->suspended_s;
	if (s->cause != GAP_NONE)
		make_id(g->id, gap_cause_name(s->cause), now->boot, s->from_us);
}

/* What goes on ends, or a pause begins, with the sign itself. */
static void
add_turn(struct gaps *g, enum gap_cause cause, const struct between *b, const struct life *now, occurrence_tell *tell,
    void *arg)
{
	struct event_bracket at = {now->wall_us, now->wall_us};
	struct stretch s = {cause, now->wall_us, at, at, (double)NAN};

	/* Of what rounds find it is not known when it ended. */
	if (g->cause == g->carried)
		s.end = bracket(g->bad_us, 0);
	add_stretch(g, &s, b, now, tell, arg);
}

/* The clock was set: what is remembered moves along. */
static void
move_times(struct gaps *g, int64_t step_us)
{
	int64_t *const times[] = {&g->from_us, &g->begin.not_before_us, &g->begin.not_after_us, &g->round_us, &g->good_us,
	    &g->bad_us};
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (*times[i] != 0)
			*times[i] += step_us;
}

/* The time of a round has the cause that it found. */
static void
add_round(struct gaps *g, const struct between *b, const struct life *now, occurrence_tell *tell, void *arg)
{
	/* After another cause it began after the last round that found that one. */
	int64_t before_us = g->cause != GAP_NONE && g->bad_us > g->good_us ? g->bad_us : g->good_us;
	struct stretch s = {now->cause, b->start_us, bracket(before_us, b->now_us), bracket(g->bad_us, b->now_us), (double)NAN};

	add_stretch(g, &s, b, now, tell, arg);
}

/* What the last round found holds as long as another was not due. */
static void
add_waiting(struct gaps *g, const struct between *b, const struct life *now, occurrence_tell *tell, void *arg)
{
	struct stretch s = {g->carried, b->start_us, {0, 0}, bracket(g->bad_us, 0), (double)NAN};

	if (b->due_us > b->start_us)
		add_stretch(g, &s, b, now, tell, arg);
}

static void
add_silence(struct gaps *g, const struct between *b, const struct life *now, occurrence_tell *tell, void *arg)
{
	struct stretch s = {why_silent(&g->last, now, b), b->due_us, {b->start_us, b->due_us}, bracket(g->bad_us, 0),
	    b->suspended_s};

	add_stretch(g, &s, b, now, tell, arg);
	g->carried = GAP_NONE;
	s = (struct stretch){.from_us = b->now_us, .end = {b->due_us, b->now_us}, .suspended_s = (double)NAN};
	add_stretch(g, &s, b, now, tell, arg);
}

static void
add_time(struct gaps *g, const struct between *b, const struct life *now, occurrence_tell *tell, void *arg)
{
	bool round = now->sign == LIFE_ROUND_END && g->last.sign == LIFE_ROUND;

	/* Whatever else happened to the probe while it was paused: it would not have measured. */
	if (g->paused && !round)
		return;
	if (round)
		add_round(g, b, now, tell, arg);
	else
		add_waiting(g, b, now, tell, arg);
	if (b->late)
		add_silence(g, b, now, tell, arg);
}

/* --- signs ----------------------------------------------------------------------------------- */

static void
take_round(struct gaps *g, const struct life *now, occurrence_tell *tell, void *arg)
{
	/* While it rests by plan nobody looks whether that still holds. */
	g->carried = now->rest ? GAP_NONE : now->cause;
	*(now->cause == GAP_NONE ? &g->good_us : &g->bad_us) = g->round_us != 0 ? g->round_us : now->wall_us;
	if (now->cause != GAP_NONE && now->cause == g->cause && ++g->rounds == 2)
		tell_stretch(g, 0, -1, (struct event_bracket){0, 0}, now, tell, arg);
}

/* From here on. */
static void
turn(struct gaps *g, const struct between *b, const struct life *now, occurrence_tell *tell, void *arg)
{
	switch (now->sign) {
	case LIFE_ROUND:
		g->round_us = now->wall_us;
		if (g->paused)
			add_turn(g, GAP_NONE, b, now, tell, arg);
		break;
	case LIFE_ROUND_END:
		take_round(g, now, tell, arg);
		if (g->paused)
			add_turn(g, GAP_PAUSED, b, now, tell, arg);
		break;
	case LIFE_PAUSE:
		add_turn(g, GAP_PAUSED, b, now, tell, arg);
		g->paused = true;
		g->carried = GAP_NONE;
		break;
	case LIFE_RESUME:
		add_turn(g, GAP_NONE, b, now, tell, arg);
		g->paused = false;
		g->carried = GAP_NONE;
		break;
	default:
		break;
	}
}

void
gaps_sign(struct gaps *g, const struct life *now, occurrence_tell *tell, void *arg)
{
	struct between b = {.boot = BOOT_SAME, .start_us = now->wall_us, .due_us = now->wall_us, .now_us = now->wall_us};

	if (g->alive) {
		b = between(&g->last, now);
		if (b.step_us != 0) {
			tell_step(&b, now, tell, arg);
			move_times(g, b.step_us);
		}
		add_time(g, &b, now, tell, arg);
	}
	turn(g, &b, now, tell, arg);
	g->last = *now;
	g->alive = true;
}

/* --- questions ------------------------------------------------------------------------------- */

bool
gaps_open(const struct gaps *g, struct gap_open *out)
{
	*out = (struct gap_open){g->id, g->cause, g->from_us};
	return g->cause != GAP_NONE;
}

const struct life *
gaps_last(const struct gaps *g)
{
	return g->alive ? &g->last : NULL;
}
