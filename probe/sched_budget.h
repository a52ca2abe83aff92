/*
 * What measuring may cost: targets in any hour, bytes in a day of the local calendar. The bytes are let out evenly (a token
 * bucket), so that a budget is not gone by noon; a share of both is kept for bursts. What the budget did not allow is
 * counted. Pure.
 *
 * Buckets fill on the monotonic clock. A day begins when the local date moves on by itself: a clock that is set, by an hour
 * or to 1970 and back, changes the date's name and brings no new budget.
 */
#ifndef PROBE_SCHED_BUDGET_H
#define PROBE_SCHED_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct sched_limits {
	int targets_per_hour; /* in any 60 minutes; 0: no limit */
	int64_t bytes_per_day; /* 0: no limit */
	double reserve; /* the share of both that only bursts may use: 0 to 1 */
};

/* Out of which purse a measurement is paid. */
enum sched_purse {
	SCHED_TURN, /* its regular turn */
	SCHED_EXTRA, /* more than that: a burst */
	SCHED_ORDERED /* somebody asked for a round now: both purses, and in advance, within the day's and the hour's limit */
};

/* What a day was like. */
struct sched_day {
	int date; /* 20280229, the local day; 0: there was none */
	int32_t measured; /* targets */
	int32_t extra; /* of these, more than their regular turns */
	int32_t late; /* turns that the budget put off */
	double lost; /* turns that there was no time for, since others were late: intervals that went by while one waited */
	int32_t refused; /* extra measurements that the budget did not allow */
	int32_t unburst; /* anomalies that got no burst, because too many had one or this target had had its share */
	int64_t bytes; /* that were used, and those set aside for targets of a round that runs */
};

enum { SCHED_PURSES = 2, SCHED_HOUR_SLOTS = 61 };

/* Read by sched_budget.c only, but for the days. */
struct sched_budget {
	struct sched_limits limits;
	struct sched_bucket {
		double level, capacity, per_s; /* bytes; the level is below 0 where more was used than was thought, or in advance */
		int64_t spent, most; /* of this day */
		/* By minutes; 61 of them hold any 60 minutes, wherever they begin. */
		int32_t minutes[SCHED_HOUR_SLOTS], hour, hour_most;
	} buckets[SCHED_PURSES];
	struct sched_day today, yesterday; /* yesterday: the last day before */
	bool running; /* a tick has come */
	int64_t last_ns; /* of the last tick */
	int64_t offset_us; /* of the wall clock from the monotonic one, then */
};

/* Sets or changes the limits; what was spent stays. Begin with a zeroed budget: the buckets are full. */
void sched_budget_limit(struct sched_budget *budget, const struct sched_limits *limits);
/* Time has come so far; `date` as in struct sched_day. mono_ns must not go back. Before the calls below. */
void sched_budget_tick(struct sched_budget *budget, int64_t mono_ns, int64_t wall_us, int date);
/*
 * Sets aside `bytes` and one target of the hour, and returns true, where the budget allows it. SCHED_TURN also wants the purse to hold
 * `wanted` (where that is more than `bytes`; a full one will do), so that small change is saved up and not spent on one round's controls after
 * another.
 */
bool sched_budget_take(
    struct sched_budget *budget, enum sched_purse purse, int64_t bytes, int64_t wanted);
/* Whether so many bytes can never be had, because they are more than the day's share. */
bool sched_budget_never(const struct sched_budget *budget, enum sched_purse purse, int64_t bytes);
/* It took `actual` bytes instead of what was set aside (0: nothing was). */
void sched_budget_settle(
    struct sched_budget *budget, enum sched_purse purse, int64_t set_aside, int64_t actual);
/* A target for which bytes were set aside at the time taken_ns was not measured. */
void sched_budget_give_back(
    struct sched_budget *budget, enum sched_purse purse, int64_t set_aside, int64_t taken_ns);

/* The whole of it for a restart: plain numbers, to be kept as they are. */
struct sched_saved_budget {
	int64_t wall_us; /* up to when the buckets are filled */
	struct sched_day today, yesterday;
	double level[SCHED_PURSES];
	int64_t spent[SCHED_PURSES];
	int32_t minutes[SCHED_PURSES][SCHED_HOUR_SLOTS]; /* targets by how many minutes ago */
};
void sched_budget_save(const struct sched_budget *budget, int64_t mono_ns, int64_t wall_us,
    struct sched_saved_budget *out);
/* After sched_budget_limit, before the first tick. What makes no sense is not taken over. */
void sched_budget_restore(struct sched_budget *budget, const struct sched_saved_budget *saved,
    int64_t mono_ns, int64_t wall_us, int date);

#endif
