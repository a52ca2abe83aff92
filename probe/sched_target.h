/*
 * What sched.c (when what is due), sched_round.c (what a round takes), sched_lists.c (targets come, go, are kept), sched_burst.c and
 * sched_order.c share.
 */
#ifndef PROBE_SCHED_TARGET_H
#define PROBE_SCHED_TARGET_H

#include "probe/sched.h"

struct sched_target {
	const struct target *target; /* borrowed */
	char *key; /* its provider; NULL unknown */
	uint64_t lists; /* bit i: it is in lists[i] */
	int64_t last_ns; /* when the round that measured it began; when it came, if it never was measured */
	int64_t not_before_ns; /* the budget, or a round that did not come to it */
	int64_t lost_ns; /* while late: until when its waiting was counted */
	int64_t due_ns; /* scratch of sched_next */
	int64_t burst_until_ns;
	double rank; /* scratch of sched_take */
	uint32_t group; /* of its burst */
	uint32_t cost; /* bytes, on average; 0 unknown */
	uint32_t set_aside; /* bytes, while a round has it */
	uint16_t burst_left, step_left;
	uint8_t state, step; /* enum sched_state */
	uint8_t purse; /* enum sched_purse, while a round has it */
	bool never; /* measured */
	bool taken; /* by the round that runs */
	bool late; /* the budget put this turn off */
	bool anomaly; /* open, and its own: not a neighbour's */
};
_Static_assert(sizeof(struct sched_target) < 200, "thousands of them must be small");

struct sched_event {
	char *list; /* NULL: all */
	int every_s;
	int64_t from_us, until_us;
};

struct sched {
	struct sched_conf conf;
	struct sched_list_state {
		char *name;
		int64_t every_ns; /* as configured */
		int64_t now_ns; /* as it is now: event days */
		double jitter;
		struct sched_windows windows;
	} lists[SCHED_LISTS_MAX];
	size_t nlists;
	uint64_t open; /* bit i: lists[i] may be measured now */
	struct sched_target *targets; /* by URL */
	size_t ntargets;
	struct sched_event events[SCHED_EVENT_DAYS_MAX];
	size_t nevents;
	struct sched_budget budget;
	uint32_t controls_cost, target_cost; /* bytes, on average; 0 unknown */
	uint32_t controls_set_aside;
	uint8_t controls_purse;
	struct sched_now now; /* the last that was told */
	uint64_t random;
	uint32_t last_group;
	bool paused, round_now;
	/* The round that runs, or the last. */
	bool running;
	int64_t began_ns;
	bool catching_up; /* it took overdue targets */
	int64_t catch_up_from_ns; /* no more of them before */
	int64_t short_until_ns; /* no more regular turns before: the budget did not do for all that waited */
	const struct target **round;
};

/* NULL when there is none. */
struct sched_target *sched_find(const struct sched *sched, const char *url);
/* It is now: windows, event days, budget. */
void sched_tick(struct sched *sched, struct sched_now now);
/* A random number. */
uint64_t sched_random(uint64_t *random);

/* A target's next measurement, as things stand. */
struct sched_turn {
	int64_t due_ns;
	int64_t from_ns; /* due, and not put off */
	int64_t slack_ns; /* that it may wait for others */
	bool overdue;
	bool regular; /* due by the interval of its list alone */
};
struct sched_turn sched_turn_of(const struct sched *sched, const struct sched_target *t);
/* One of its lists may be measured now. */
bool sched_is_open(const struct sched *sched, const struct sched_target *t);
/* The interval of this target at the moment, and that of its regular turns, which is never shorter. */
int64_t sched_interval(const struct sched *sched, const struct sched_target *t);
int64_t sched_regular_interval(const struct sched *sched, const struct sched_target *t);
/* sched_burst.c: the interval where its state gives one that is shorter than this. */
int64_t sched_burst_interval(
    const struct sched *sched, const struct sched_target *t, int64_t regular_ns);
/* It was measured; in its regular turn or more often. */
void sched_burst_measured(struct sched *sched, struct sched_target *t, bool regular);
/* Ends the bursts whose time is over. */
void sched_burst_expire(struct sched *sched);

/* Who provides for it: what must be kept apart. */
const char *sched_provider(const struct sched_target *t);
/* Puts n targets in an order in which equal providers are as far apart as can be, else random. */
void sched_spread(
    struct sched_target *const *taken, size_t n, uint64_t *random, const struct target **out);

#endif
