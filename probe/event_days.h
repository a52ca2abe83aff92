/*
 * The days of the calendars that the configuration names: on them the schedule is tighter, and what happens on them is on record
 * as coinciding. Days are the local ones, by the machine's time zone.
 */
#ifndef PROBE_EVENT_DAYS_H
#define PROBE_EVENT_DAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/sched.h"

struct arena;
struct conf;
struct event_day;
struct event_days;

/*
 * Reads the calendars; bad entries are logged and left out, and so is a calendar that cannot be read. Never NULL. To be read anew
 * within half a year: what repeats is spelled out for so long.
 */
struct event_days *event_days_load(const struct conf *conf, int64_t now_us);
void event_days_free(struct event_days *days);
/* Tightens the schedule for today's and tomorrow's, once a day. */
void event_days_apply(struct event_days *days, struct sched *sched, struct sched_now now);
/* The listed day that this time is in, in the arena; NULL none. */
struct event_day *event_days_at(const struct event_days *days, struct arena *arena, int64_t wall_us);

#endif
