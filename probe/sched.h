/*
 * When what is measured. The daemon measures in rounds (probe/round.h), one at a time; the scheduler says when the next one should begin and
 * which targets it takes. It knows no event loop and reads no clock: every call is told the time.
 *
 *	at = sched_next(sched, now, &why);           wait until then, or until something else happens; ask again
 *	targets = sched_take(sched, now, &n);        n == 0: ask sched_next again
 *	    sched_done(sched, url, bytes, now);      for each, as its measurement ends; then perhaps
 *	    sched_tighten(sched, url, now);          on an anomaly or a sign of its end
 *	sched_round_done(sched, controls_bytes, now);
 *
 * What it promises (T: a target's interval at the time; a measurement's time is the beginning of its round):
 * - A target's measurements are T * (1 - jitter) apart at least, and T * (1 + jitter), the gathering and a round that runs at most; later
 *   only while its windows are closed, the machine sleeps, measuring is paused, the budget is short, or for a short while after
 *   one of these or a very long round: what was missed is measured once, in portions, the longest waiting first.
 * - Intervals are counted on the monotonic clock, which must count suspend. Setting the wall clock only moves windows, days and event days.
 * - Targets with the same interval keep in step, so that a list makes one round and controls are not measured for each target.
 * - Bursts end: they have a time, a number of measurements, and a number of targets.
 */
#ifndef PROBE_SCHED_H
#define PROBE_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/sched_budget.h"
#include "probe/sched_window.h"

struct sched;
struct target;

/* base/clock.h says what they are. mono_ns never goes back. */
struct sched_now {
	int64_t wall_us;
	int64_t mono_ns;
};

/* What is out of range is taken for the nearest that is not. */
struct sched_conf {
	uint64_t seed; /* of jitter and order: the same seed gives the same again */
	int gather_s; /* a round waits at most so long for targets that are due soon, and a tenth of the interval of any: 0 to 3600 */
	int catch_up_max; /* how many overdue targets a round takes: 1 and more */
	int catch_up_gap_s; /* and how long the next that takes such waits after it: 0 to 86400 */
	int retry_s; /* what a round left unmeasured waits for the next so long: 1 to 86400 */
	struct sched_limits limits;
	/* Bursts. */
	int burst_every_s; /* 1 and more */
	int burst_max_s; /* a burst's end, whatever happens: 1 to 86400 */
	int burst_measurements; /* of one target; one is regained with each regular turn: 1 to 60000 */
	int burst_neighbours; /* that a burst takes along: 0 and more */
	int burst_total; /* targets that burst at a time: 1 and more */
	int relax_measurements; /* at each step on the way back: 1 to 60000 */
};
/* seed 1; 60 s; 100, 60 s; 60 s; no limits, a fifth in reserve; 60 s, 30 min, 30, 5, 20, 5. */
extern const struct sched_conf sched_defaults;

enum { SCHED_LISTS_MAX = 64 };

struct sched_list {
	const char *name; /* copied */
	const struct target *targets; /* borrowed until the next sched_configure or sched_free; each URL once */
	size_t n;
	int every_s; /* 1 to 30 days */
	double jitter; /* 0 to 0.5 of the interval, up or down */
	struct sched_windows windows;
};

/* --- create, change, free -------------------------------------------------------------------- */

/* Without targets. */
struct sched *sched_new(const struct sched_conf *conf, struct sched_now now);
void sched_free(struct sched *sched);
/*
 * Takes these settings and lists (at most SCHED_LISTS_MAX) instead of those before. Targets that stay (by URL) keep their time, state and
 * provider; new ones are due. A target in several lists takes the shortest interval of those whose windows are open. Also in
 * the middle of a round: then the array that sched_take gave stays, but the targets it points to are the caller's to keep.
 */
void sched_configure(struct sched *sched, const struct sched_conf *conf,
    const struct sched_list *lists, size_t nlists, struct sched_now now);

/* --- rounds ---------------------------------------------------------------------------------- */

/* What stands between now and the next round. */
enum sched_why {
	SCHED_DUE, /* nothing is due before */
	SCHED_RUNNING, /* a round is */
	SCHED_PAUSED,
	SCHED_CLOSED, /* all windows are */
	SCHED_SHORT, /* of budget */
	SCHED_EMPTY /* there are no targets */
};

/*
 * The monotonic time at which to call sched_take (now: at once); INT64_MAX while a round runs, measuring is paused or there is
 * nothing to measure. Where windows or event days are configured, it may only be the time to look at the clock again. Ask anew after any other
 * call. why: NULL, or set.
 */
int64_t sched_next(struct sched *sched, struct sched_now now, enum sched_why *why);
/*
 * Begins a round if it is time, and returns its targets (owned by sched; valid until the next sched_take), n of them, in an order in which
 * targets of one provider are far apart. *n == 0 where there is no round to begin; sched_next is later than now then.
 */
const struct target **sched_take(struct sched *sched, struct sched_now now, size_t *n);
/* A target was measured; bytes in and out. An unknown URL (it has left the lists) only counts bytes. */
void sched_done(struct sched *sched, const char *url, int64_t bytes, struct sched_now now);
/* The round is over: targets that were not done come again soon. bytes: what the controls took. */
void sched_round_done(struct sched *sched, int64_t bytes, struct sched_now now);

/* The provider of a target, such as its AS or network (copied; NULL: unknown). Without one its host stands for it. */
void sched_set_key(struct sched *sched, const char *url, const char *key);
/* The first of `waiting` that has no provider in common with those at work; n if there is none. */
size_t sched_first_free(const struct sched *sched, const struct target **waiting, size_t n,
    const struct target **at_work, size_t nat_work);

/* --- bursts ---------------------------------------------------------------------------------- */

enum sched_state {
	SCHED_NORMAL,
	SCHED_BURST,
	SCHED_RELAXED /* the anomaly is open; after a few measurements each at 2 and 5 min the interval is the normal one again */
};

/*
 * An anomaly began, or shows signs of its end: this target bursts, and neighbours with it (same provider first, then same list
 * and category). False where it does not: its share of measurements is used up, or too many burst. Again during its burst: no
 * effect.
 */
bool sched_tighten(struct sched *sched, const char *url, struct sched_now now);
/* What the burst was for is known to the minute: its neighbours are normal again, it relaxes. */
void sched_bracketed(struct sched *sched, const char *url, struct sched_now now);
/* The anomaly is over: normal at once. */
void sched_close(struct sched *sched, const char *url, struct sched_now now);
/* The same for each that nobody expects to fail any more: what looked like a beginning was none. */
void sched_close_unexpected(struct sched *sched, bool (*expects)(const char *url, void *arg), void *arg, struct sched_now now);
/* SCHED_NORMAL for an unknown URL, too. */
enum sched_state sched_state_of(const struct sched *sched, const char *url);

/* --- orders ---------------------------------------------------------------------------------- */

enum { SCHED_EVENT_DAYS_MAX = 256 };

/*
 * From the first of these wall times until the second the list (NULL: all) has at most this interval, 1 s and more. The same
 * again changes nothing. False when there are too many that are not over.
 */
bool sched_event_day(struct sched *sched, const char *list, int every_s, int64_t from_wall_us,
    int64_t until_wall_us, struct sched_now now);
void sched_forget_event_days(struct sched *sched);

/* No round begins from now on; one that runs goes on. */
void sched_pause(struct sched *sched);
void sched_resume(struct sched *sched);
/*
 * A round with all targets as soon as none runs and nothing is paused: whatever their windows and intervals, within the day's and the
 * hour's budget.
 */
void sched_round_now(struct sched *sched);

/* --- report and restart ---------------------------------------------------------------------- */

/* What the budget did and did not allow, this local day (ago 0) and the last one before it (1). */
const struct sched_day *sched_skipped(const struct sched *sched, int ago);

/* One target's next measurement, as things stand at the moment. */
struct sched_outlook {
	const char *url; /* borrowed */
	enum sched_state state;
	int64_t due_ns; /* on the monotonic clock; in the past: it is overdue. As if its windows were open */
	int interval_s;
	bool open; /* its windows are */
	bool late; /* the budget put it off */
	bool taken; /* the round that runs has yet to measure it */
	int burst_left; /* measurements that bursts may still take */
};
/* Each target, by URL. */
void sched_each(struct sched *sched, struct sched_now now, void (*each)(const struct sched_outlook *outlook, void *arg), void *arg);

/* One target's, to be kept as it is. */
struct sched_saved {
	int64_t last_wall_us; /* of its last measurement, by the wall clock of the saving */
	uint32_t cost; /* bytes, on average; 0 unknown */
	uint16_t burst_left; /* measurements that bursts may still take */
	uint16_t step_left; /* measurements at this step */
	uint8_t state; /* enum sched_state */
	uint8_t step; /* on the way back */
	bool anomaly; /* one of its own is open */
};
/* False when there is nothing to keep: unknown, or never measured. */
bool sched_save(
    const struct sched *sched, const char *url, struct sched_now now, struct sched_saved *out);
/*
 * After sched_configure. What lies in the future, by a clock that was set back, counts as measured now. What makes no sense is not
 * taken over.
 */
void sched_restore(struct sched *sched, const char *url, const struct sched_saved *saved,
    struct sched_now now);
/* Days, buckets and the averages of what a round costs. */
struct sched_saved_costs {
	struct sched_saved_budget budget;
	uint32_t controls, target; /* bytes, on average; 0 unknown */
};
void sched_save_costs(
    const struct sched *sched, struct sched_now now, struct sched_saved_costs *out);
/* After sched_configure, before the first sched_next. */
void sched_restore_costs(
    struct sched *sched, const struct sched_saved_costs *saved, struct sched_now now);

#endif
