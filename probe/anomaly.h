/*
 * Anomalies: from the verdicts of round after round to what began, changed and ended, and between when and when.
 * docs/methodology.md has the rules and why. Pure: records in, events out; no clock and no files, but for
 * anomalies_catch_up. The same records in the same order give the same state, the same events and the same ids, so that what a crash took
 * can be made again out of the journal, and what was told before is known by its id.
 *
 *	a = anomalies_new(NULL);	anomalies_restore of each item that was kept; anomalies_restored; anomalies_catch_up
 *	anomalies_feed			each record of a target, as it is written
 *	anomalies_settle		at each round's end: what several targets have in common is one event
 *	anomalies_save			with it
 */
#ifndef PROBE_ANOMALY_H
#define PROBE_ANOMALY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/occurrence.h"
#include "results/event.h"

struct anomalies;
struct arena;
struct measurement;
struct sighting;

struct anomaly_rules {
	int window; /* of the last so many measurements that could tell, at most ANOMALY_WINDOW_MOST, ... */
	int wanted; /* ... so many failed at the same stage: an anomaly begins. 2 at least */
	int calm; /* so many in a row were well: it ended. 2 at least */
	/* What returns within that time of its end is the same, and comes and goes; such a one ends after so long a calm. */
	int64_t flap_s;
	int64_t young_s; /* how long other targets can join an anomaly */
};
enum { ANOMALY_WINDOW_MOST = 8 };
/* 2 of 3, 2 in a row, 6 hours, 6 hours. */
#define ANOMALY_RULES {3, 2, 2, 6 * 3600, 6 * 3600}

/* rules NULL: ANOMALY_RULES. Impossible values are taken to the nearest possible. */
struct anomalies *anomalies_new(const struct anomaly_rules *rules);
void anomalies_free(struct anomalies *a);

/* A target was measured. The first of another round settles the one before. tell as for anomalies_settle. */
void anomalies_feed(struct anomalies *a, const struct sighting *s, occurrence_tell *tell, void *arg);
/* The round is over: tells what it brought. NULL: told to nobody. */
void anomalies_settle(struct anomalies *a, occurrence_tell *tell, void *arg);
/* Feeds a record of a target, settles at a round's; others do nothing. */
void anomalies_take(struct anomalies *a, const struct measurement *m, occurrence_tell *tell, void *arg);

/* --- questions ------------------------------------------------------------------------------- */

enum burst_reason {
	BURST_SUSPECT, /* it failed last time, and that is not enough to say so */
	BURST_OPEN, /* an anomaly is on; the sooner its end is seen, the narrower its bracket */
	BURST_RECOVERING, /* it was well last time, and that is not enough to say so */
};
struct anomaly_burst {
	const char *network, *url, *group; /* group: the neighbours; NULL none */
	enum burst_reason reason;
	int64_t since_us; /* when the first of it was measured: for the scheduler, to grow tired of it */
	double width_s; /* of the bracket that it would get, were it decided at now_us; over 60 */
};
/* The targets that had better be measured soon. The scheduler bounds it: a site may be blocked for years. */
void anomalies_bursts(const struct anomalies *a, int64_t now_us,
    void (*each)(const struct anomaly_burst *burst, void *arg), void *arg);

/* Whether an anomaly of the target is on, or one more failure would make one of what failed before. */
bool anomalies_expects(const struct anomalies *a, const char *url);

struct anomaly_target {
	const char *url;
	bool bad; /* false: it is well again, others are not */
	struct event_view view;
	struct event_bracket onset;
};
struct anomaly_open {
	const char *id, *network;
	enum verdict_stage stage;
	bool intermittent;
	struct event_bracket onset; /* from the earliest of the targets to the latest */
	const struct anomaly_target *targets;
	size_t ntargets;
};
/* Anomalies that are on, oldest first; gone after each call. */
void anomalies_each_open(
    const struct anomalies *a, void (*each)(const struct anomaly_open *open, void *arg), void *arg);

/* Forgets the targets that nobody wants measured any more; an anomaly that only they had is over without a word. */
void anomalies_retain(struct anomalies *a, bool (*wanted)(const char *url, void *arg), void *arg);

/* --- keeping --------------------------------------------------------------------------------- */

/*
 * Each item that is not as it was at the last anomalies_save or anomalies_restored: its key, and a line of JSON; text NULL: it
 * is gone. all: each that there is.
 */
void anomalies_save(struct anomalies *a, bool all,
    void (*put)(const char *key, const char *text, void *arg), void *arg);
/*
 * Takes an item of a fresh state. Returns 0, or -1 where the text is none that this version knows, or a second of its key; it is
 * left out then. Fuzzed.
 */
int anomalies_restore(struct anomalies *a, const char *text, size_t len);
/* All items are there: what does not fit together is forgotten. */
void anomalies_restored(struct anomalies *a);

struct anomalies_caught_up {
	size_t records; /* of targets, fed */
	size_t unreadable; /* lines that are no records */
	size_t future; /* records from after now, left out: a clock was wrong */
	size_t events; /* that had not been recorded, and were told */
};
/* By the wall clock, when the last measurement that the state knows began; 0 none. Files that are older by days need not be read. */
int64_t anomalies_known_until(const struct anomalies *a);
/*
 * Reads record files or directories, in the order of their names, and goes on after the last record that the state knows; from
 * the beginning where it is not there. Tells the events that are not among the records: a crash came between. Of a fresh state
 * tell should be NULL: it would tell again what the quota took.
 */
void anomalies_catch_up(struct anomalies *a, char *const *paths, size_t npaths, int64_t now_us,
    occurrence_tell *tell, void *arg, struct anomalies_caught_up *done);

#endif
