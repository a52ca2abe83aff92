/* What is to be scheduled: settings, lists and targets come, change, go, and are kept over a restart; orders of the operator. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probe/sched_target.h"
#include "targets/target.h"

static const int64_t second_ns = 1000000000;
static const int day_s = 86400;
/* No interval is longer, and no age worth more. */
static const int every_most_s = 30 * 86400;
/* Nothing takes so many bytes: such an average was not ours. */
static const uint32_t cost_most = 1 << 30;

const struct sched_conf sched_defaults = {
    .seed = 1,
    .gather_s = 60,
    .catch_up_max = 100,
    .catch_up_gap_s = 60,
    .retry_s = 60,
    .limits = {.reserve = 0.2},
    .burst_every_s = 60,
    .burst_max_s = 1800,
    .burst_measurements = 30,
    .burst_neighbours = 5,
    .burst_total = 20,
    .relax_measurements = 5,
};

/* --- settings -------------------------------------------------------------------------------- */

static int
within(int v, int least, int most)
{
	return v < least ? least : v > most ? most : v;
}

static struct sched_conf
sane(const struct sched_conf *given)
{
	struct sched_conf c = *given;

	c.gather_s = within(c.gather_s, 0, 3600);
	c.catch_up_max = within(c.catch_up_max, 1, INT32_MAX);
	c.catch_up_gap_s = within(c.catch_up_gap_s, 0, day_s);
	c.retry_s = within(c.retry_s, 1, day_s);
	c.burst_every_s = within(c.burst_every_s, 1, every_most_s);
	c.burst_max_s = within(c.burst_max_s, 1, day_s);
	c.burst_measurements = within(c.burst_measurements, 1, 60000);
	c.burst_neighbours = within(c.burst_neighbours, 0, INT32_MAX);
	c.burst_total = within(c.burst_total, 1, INT32_MAX);
	c.relax_measurements = within(c.relax_measurements, 1, 60000);
	return c;
}

struct sched *
sched_new(const struct sched_conf *conf, struct sched_now now)
{
	struct sched *s = xcalloc(1, sizeof(*s));

	s->now.mono_ns = INT64_MIN / 4;
	s->catch_up_from_ns = s->short_until_ns = INT64_MIN;
	s->random = conf->seed;
	sched_configure(s, conf, NULL, 0, now);
	return s;
}

/* --- lists and targets ----------------------------------------------------------------------- */

static void
set_lists(struct sched *s, const struct sched_list *lists, size_t n)
{
	size_t i;

	for (i = 0; i < s->nlists; i++)
		free(s->lists[i].name);
	for (i = 0; i < n; i++) {
		s->lists[i] = (struct sched_list_state){.name = xstrdup(lists[i].name),
		    .every_ns = within(lists[i].every_s, 1, every_most_s) * second_ns,
		    .jitter = fmin(fmax(lists[i].jitter, 0), 0.5),
		    .windows = lists[i].windows};
	}
	s->nlists = n;
}

static int
by_url(const void *a, const void *b)
{
	return strcmp(((const struct sched_target *)a)->target->url,
	    ((const struct sched_target *)b)->target->url);
}

/* Equal URLs stay in the order of the lists, which `lists`, of one bit yet, gives. */
static int
by_url_and_list(const void *a, const void *b)
{
	const struct sched_target *x = a, *y = b;
	int order = by_url(a, b);

	return order != 0 ? order : (x->lists > y->lists) - (x->lists < y->lists);
}

/* All targets, once each, by URL, new. */
static struct sched_target *
gather_targets(const struct sched *s, const struct sched_list *lists, size_t nlists, size_t *n)
{
	struct sched_target *all, *t;
	size_t total = 0, kept = 0, i, k;

	for (i = 0; i < nlists; i++)
		total += lists[i].n;
	all = t = xcalloc(total, sizeof(*all));
	for (i = 0; i < nlists; i++)
		for (k = 0; k < lists[i].n; k++)
			*t++ = (struct sched_target){.target = &lists[i].targets[k],
			    .lists = UINT64_C(1) << i,
			    .last_ns = s->now.mono_ns,
			    .not_before_ns = INT64_MIN,
			    .never = true,
			    .burst_left = (uint16_t)s->conf.burst_measurements};
	qsort(all, total, sizeof(*all), by_url_and_list);
	for (i = 0; i < total; i++) {
		if (kept > 0 && by_url(&all[kept - 1], &all[i]) == 0)
			all[kept - 1].lists |= all[i].lists;
		else
			all[kept++] = all[i];
	}
	*n = kept;
	return all;
}

struct sched_target *
sched_find(const struct sched *s, const char *url)
{
	size_t low = 0, high = s->ntargets, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(url, s->targets[middle].target->url);
		if (order == 0)
			return &s->targets[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What was known of the old target is the new one's. */
static void
take_over(struct sched_target *new, struct sched_target *old)
{
	const struct target *target = new->target;
	uint64_t lists = new->lists;

	*new = *old;
	new->target = target;
	new->lists = lists;
	old->key = NULL;
	old->taken = false;
}

/* What waits under the old settings waits no longer than it would under the new ones. */
static void
forget_waits(struct sched *s)
{
	int64_t retry_ns = s->now.mono_ns + s->conf.retry_s * second_ns;
	struct sched_target *t;

	s->short_until_ns = INT64_MIN;
	s->catch_up_from_ns =
	    sooner(s->catch_up_from_ns, s->now.mono_ns + s->conf.catch_up_gap_s * second_ns);
	for (t = s->targets; t < s->targets + s->ntargets; t++)
		t->not_before_ns = sooner(t->not_before_ns, retry_ns);
}

void
sched_configure(struct sched *s, const struct sched_conf *conf, const struct sched_list *lists,
    size_t nlists, struct sched_now now)
{
	struct sched_target *targets, *old, *t;
	size_t n;

	assert(nlists <= SCHED_LISTS_MAX);
	s->conf = sane(conf);
	sched_budget_limit(&s->budget, &s->conf.limits);
	sched_tick(s, now);
	targets = gather_targets(s, lists, nlists, &n);
	for (t = targets; t < targets + n; t++) {
		old = sched_find(s, t->target->url);
		if (old != NULL)
			take_over(t, old);
		if (t->burst_left > s->conf.burst_measurements)
			t->burst_left = (uint16_t)s->conf.burst_measurements;
	}
	for (old = s->targets; old < s->targets + s->ntargets; old++) {
		if (old->taken)
			sched_budget_give_back(&s->budget, old->purse, old->set_aside, s->began_ns);
		free(old->key);
	}
	free(s->targets);
	s->targets = targets;
	s->ntargets = n;
	set_lists(s, lists, nlists);
	forget_waits(s);
	sched_tick(s, now);
}

void
sched_free(struct sched *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->ntargets; i++)
		free(s->targets[i].key);
	set_lists(s, NULL, 0);
	sched_forget_event_days(s);
	free(s->targets);
	free(s->round);
	free(s);
}

/* --- orders ---------------------------------------------------------------------------------- */

static bool
same_list(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A day that is over stays as long as there is room: the clock may be set back to it. */
static void
forget_past(struct sched *s)
{
	size_t i, kept = 0;

	for (i = 0; i < s->nevents; i++) {
		if (s->events[i].until_us <= s->now.wall_us)
			free(s->events[i].list);
		else
			s->events[kept++] = s->events[i];
	}
	s->nevents = kept;
}

bool
sched_event_day(struct sched *s, const char *list, int every_s, int64_t from_us, int64_t until_us,
    struct sched_now now)
{
	const struct sched_event *e;

	sched_tick(s, now);
	for (e = s->events; e < s->events + s->nevents; e++)
		if (e->from_us == from_us && e->until_us == until_us && e->every_s == every_s &&
		    same_list(e->list, list))
			return true;
	if (s->nevents == SCHED_EVENT_DAYS_MAX)
		forget_past(s);
	if (s->nevents == SCHED_EVENT_DAYS_MAX)
		return false;
	s->events[s->nevents++] = (struct sched_event){.list = list != NULL ? xstrdup(list) : NULL,
	    .every_s = within(every_s, 1, every_most_s),
	    .from_us = from_us,
	    .until_us = until_us};
	sched_tick(s, now);
	return true;
}

void
sched_forget_event_days(struct sched *s)
{
	size_t i;

	for (i = 0; i < s->nevents; i++)
		free(s->events[i].list);
	s->nevents = 0;
}

void
sched_pause(struct sched *s)
{
	s->paused = true;
}

void
sched_resume(struct sched *s)
{
	s->paused = false;
}

void
sched_round_now(struct sched *s)
{
	s->round_now = true;
}

/* --- report and restart ---------------------------------------------------------------------- */

const struct sched_day *
sched_skipped(const struct sched *s, int ago)
{
	return ago == 0 ? &s->budget.today : &s->budget.yesterday;
}

/* A neighbour's burst is its owner's business, and ends with the run. */
bool
sched_save(const struct sched *s, const char *url, struct sched_now now, struct sched_saved *out)
{
	const struct sched_target *t = sched_find(s, url);
	bool kept;

	if (t == NULL || t->never)
		return false;
	kept = t->state != SCHED_BURST || t->anomaly;
	*out = (struct sched_saved){
	    .last_wall_us = now.wall_us - (now.mono_ns - t->last_ns) / 1000,
	    .cost = t->cost,
	    .burst_left = t->burst_left,
	    .step_left = t->step_left,
	    .state = kept ? t->state : SCHED_NORMAL,
	    .step = t->step,
	    .anomaly = t->anomaly,
	};
	return true;
}

/* How long ago, by the wall clock; a time that is still to come was just now. */
static int64_t
age_ns(int64_t wall_us, struct sched_now now)
{
	double age_s = (double)now.wall_us / 1e6 - (double)wall_us / 1e6;

	if (!(age_s > 0))
		return 0;
	return age_s > every_most_s ? every_most_s * second_ns : (int64_t)(age_s * 1e9);
}

static void
restore_state(struct sched *s, struct sched_target *t, const struct sched_saved *saved)
{
	const struct sched_target *other;
	int bursting = 0;

	t->anomaly = saved->anomaly;
	t->burst_left = (uint16_t)within(saved->burst_left, 0, s->conf.burst_measurements);
	t->step_left = (uint16_t)within(saved->step_left, 1, s->conf.relax_measurements);
	t->step = saved->step;
	t->state = SCHED_NORMAL;
	if (saved->state == SCHED_RELAXED)
		t->state = SCHED_RELAXED;
	for (other = s->targets; other < s->targets + s->ntargets; other++)
		bursting += other->state == SCHED_BURST;
	if (saved->state != SCHED_BURST || !saved->anomaly || t->burst_left == 0)
		return;
	t->step = 0;
	t->state = bursting < s->conf.burst_total ? SCHED_BURST : SCHED_RELAXED;
	t->burst_until_ns = s->now.mono_ns + s->conf.burst_max_s * second_ns;
}

void
sched_restore(
    struct sched *s, const char *url, const struct sched_saved *saved, struct sched_now now)
{
	struct sched_target *t = sched_find(s, url);

	sched_tick(s, now);
	if (t == NULL)
		return;
	t->never = false;
	t->last_ns = s->now.mono_ns - age_ns(saved->last_wall_us, s->now);
	t->cost = saved->cost < cost_most ? saved->cost : 0;
	restore_state(s, t, saved);
}

void
sched_save_costs(const struct sched *s, struct sched_now now, struct sched_saved_costs *out)
{
	*out = (struct sched_saved_costs){.controls = s->controls_cost, .target = s->target_cost};
	sched_budget_save(&s->budget, now.mono_ns, now.wall_us, &out->budget);
}

void
sched_restore_costs(struct sched *s, const struct sched_saved_costs *saved, struct sched_now now)
{
	s->controls_cost = saved->controls < cost_most ? saved->controls : 0;
	s->target_cost = saved->target < cost_most ? saved->target : 0;
	sched_budget_restore(
	    &s->budget, &saved->budget, now.mono_ns, now.wall_us, sched_local(now.wall_us).date);
	sched_tick(s, now);
}
