/*
 * Bursts: an anomaly tightens the schedule of its target and of some neighbours until it is known to the minute, then it relaxes in
 * steps. Every burst is bounded: in time, in measurements of a target, in targets that burst at a time; and what it takes
 * beyond regular turns comes out of the budget's reserve.
 */
#include <string.h>

#include "probe/sched_target.h"
#include "targets/target.h"

static const int64_t second_ns = 1000000000;
/* The way back. After the last step the interval is the regular one, though the anomaly is open. */
static const int relax_s[] = {120, 300};

enum {
	RELAX_STEPS = sizeof(relax_s) / sizeof(*relax_s),
	/* A burst of fewer measurements shows nothing: a target that flaps has to save up for it. */
	BURST_LEAST = 5
};

int64_t
sched_burst_interval(const struct sched *s, const struct sched_target *t, int64_t regular_ns)
{
	int64_t own_ns = regular_ns;

	if (t->state == SCHED_BURST)
		own_ns = s->conf.burst_every_s * second_ns;
	else if (t->state == SCHED_RELAXED && t->step < RELAX_STEPS)
		own_ns = relax_s[t->step] * second_ns;
	return own_ns < regular_ns ? own_ns : regular_ns;
}

static void
end_burst(const struct sched *s, struct sched_target *t)
{
	t->state = t->anomaly ? SCHED_RELAXED : SCHED_NORMAL;
	t->step = 0;
	t->step_left = (uint16_t)s->conf.relax_measurements;
}

void
sched_burst_expire(struct sched *s)
{
	struct sched_target *t;

	for (t = s->targets; t < s->targets + s->ntargets; t++)
		if (t->state == SCHED_BURST && s->now.mono_ns >= t->burst_until_ns)
			end_burst(s, t);
}

void
sched_burst_measured(struct sched *s, struct sched_target *t, bool regular)
{
	if (t->state == SCHED_BURST) {
		if (t->burst_left > 0)
			t->burst_left--;
		if (t->burst_left == 0)
			end_burst(s, t);
		return;
	}
	if (t->state == SCHED_RELAXED && t->step < RELAX_STEPS) {
		if (t->step_left > 0)
			t->step_left--;
		if (t->step_left == 0) {
			t->step++;
			t->step_left = (uint16_t)s->conf.relax_measurements;
		}
	}
	if (regular && t->burst_left < s->conf.burst_measurements)
		t->burst_left++;
}

static bool
can_burst(const struct sched *s, const struct sched_target *t)
{
	int least =
	    s->conf.burst_measurements < BURST_LEAST ? s->conf.burst_measurements : BURST_LEAST;

	return t->burst_left >= least;
}

static int
bursting(const struct sched *s)
{
	const struct sched_target *t;
	int n = 0;

	for (t = s->targets; t < s->targets + s->ntargets; t++)
		n += t->state == SCHED_BURST;
	return n;
}

/* A neighbour gives way to one with an anomaly of its own. */
static bool
make_room(struct sched *s)
{
	struct sched_target *t;

	if (bursting(s) < s->conf.burst_total)
		return true;
	for (t = s->targets; t < s->targets + s->ntargets; t++) {
		if (t->state == SCHED_BURST && !t->anomaly) {
			end_burst(s, t);
			return true;
		}
	}
	return false;
}

static void
begin_burst(struct sched *s, struct sched_target *t, uint32_t group)
{
	t->state = SCHED_BURST;
	t->group = group;
	t->burst_until_ns = s->now.mono_ns + s->conf.burst_max_s * second_ns;
	t->not_before_ns = INT64_MIN;
}

static bool
same_provider(const struct sched_target *a, const struct sched_target *b)
{
	return strcmp(sched_provider(a), sched_provider(b)) == 0;
}

static bool
same_category(const struct sched_target *a, const struct sched_target *b)
{
	return (a->lists & b->lists) != 0 && a->target->category[0] != '\0' &&
	    strcmp(a->target->category, b->target->category) == 0;
}

/* Beginning anywhere, so that it is not always the same ones; `room` is how many may. Returns what is left of it. */
static int
take_along(struct sched *s, const struct sched_target *t, int room,
    bool (*alike)(const struct sched_target *, const struct sched_target *))
{
	size_t begin = sched_random(&s->random) % s->ntargets, i;
	struct sched_target *other;

	for (i = 0; i < s->ntargets && room > 0; i++) {
		other = &s->targets[(begin + i) % s->ntargets];
		if (other == t || other->state != SCHED_NORMAL || !can_burst(s, other) ||
		    !alike(t, other))
			continue;
		begin_burst(s, other, t->group);
		room--;
	}
	return room;
}

bool
sched_tighten(struct sched *s, const char *url, struct sched_now now)
{
	struct sched_target *t = sched_find(s, url);
	int room;

	sched_tick(s, now);
	sched_burst_expire(s);
	if (t == NULL)
		return false;
	if (t->state == SCHED_BURST && t->anomaly)
		return true;
	t->anomaly = true;
	t->group = ++s->last_group;
	if (!can_burst(s, t) || (t->state != SCHED_BURST && !make_room(s))) {
		s->budget.today.unburst++;
		/* The burst that another took it along on goes on as it is. */
		return t->state == SCHED_BURST;
	}
	begin_burst(s, t, t->group);
	room = s->conf.burst_total - bursting(s);
	if (room > s->conf.burst_neighbours)
		room = s->conf.burst_neighbours;
	room = take_along(s, t, room, same_provider);
	take_along(s, t, room, same_category);
	return true;
}

/* Ends a burst and that of the neighbours that it took along. */
static void
end_group(struct sched *s, struct sched_target *owner)
{
	struct sched_target *t;

	for (t = s->targets; t < s->targets + s->ntargets; t++)
		if (t->state == SCHED_BURST && t->group == owner->group && !t->anomaly)
			end_burst(s, t);
	end_burst(s, owner);
}

void
sched_bracketed(struct sched *s, const char *url, struct sched_now now)
{
	struct sched_target *t = sched_find(s, url);

	sched_tick(s, now);
	if (t != NULL && t->anomaly && t->state == SCHED_BURST)
		end_group(s, t);
}

static void
close_it(struct sched *s, struct sched_target *t)
{
	t->anomaly = false;
	if (t->state == SCHED_BURST)
		end_group(s, t);
	t->state = SCHED_NORMAL;
}

void
sched_close(struct sched *s, const char *url, struct sched_now now)
{
	struct sched_target *t = sched_find(s, url);

	sched_tick(s, now);
	if (t != NULL && t->anomaly)
		close_it(s, t);
}

void
sched_close_unexpected(
    struct sched *s, bool (*expects)(const char *url, void *arg), void *arg, struct sched_now now)
{
	struct sched_target *t;

	sched_tick(s, now);
	for (t = s->targets; t < s->targets + s->ntargets; t++)
		if (t->anomaly && !expects(t->target->url, arg))
			close_it(s, t);
}

enum sched_state
sched_state_of(const struct sched *s, const char *url)
{
	const struct sched_target *t = sched_find(s, url);

	return t != NULL ? (enum sched_state)t->state : SCHED_NORMAL;
}
