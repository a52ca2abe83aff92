/*
 * What the daemon notices: anomalies out of the targets' records, gaps out of signs of life, and what was done to it itself. Each
 * becomes a netvane_event. What is remembered is kept in the state database, in the round's transaction.
 */
#ifndef PROBE_WATCH_H
#define PROBE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/life.h"
#include "results/event.h"

struct event_days;
struct measurement;
struct occurrence;
struct plan;
struct probe;
struct sched;
struct sqlite3;
struct status;
struct watch;

/* An event's record, which is gone after the call. */
typedef void watch_event(const struct measurement *m, void *arg);

/* With what the database remembers, or an empty memory. The probe is borrowed: watch_use where it is replaced. */
struct watch *watch_new(struct probe *probe, struct sqlite3 *db, watch_event *event, void *arg);
void watch_free(struct watch *watch);
void watch_use(struct watch *watch, struct probe *probe);
/* The listed days, with which what happens may coincide; borrowed, NULL none. */
void watch_days(struct watch *watch, const struct event_days *days);

/* What the journal holds and the memory does not. Before anything else is taken. due_s: between rounds, to the latest start of the next. */
void watch_catch_up(struct watch *watch, const char *results_dir, double due_s);
/* A record, after it was written. */
void watch_take(struct watch *watch, const struct measurement *m);
/* Forgets the targets that are on no list any more. */
void watch_retain(struct watch *watch, const struct plan *plan);
/* A sign of life, now; due_s: how long until the next one, if all goes as it should; rest: nothing is to be measured by plan. */
void watch_sign(struct watch *watch, enum life_sign sign, double due_s, bool rest, enum gap_cause cause);
/* What was done to the probe: EVENT_PROBE_START and the like. reason: NULL none. */
void watch_note(struct watch *watch, enum event_kind kind, const char *reason);
/* What somebody else noticed. */
void watch_tell(struct watch *watch, const struct occurrence *o);
/* The round is over: tells what it brought, tightens the schedule where that would tell more. */
void watch_settle(struct watch *watch, struct sched *sched);
/* Writes what changed into the database. */
void watch_save(struct watch *watch, struct sqlite3 *db);

/* Adds open anomalies, and the gap that lasts. */
void watch_fill(const struct watch *watch, struct status *status);

#endif
