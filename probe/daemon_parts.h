/* The daemon's parts among themselves: daemon.c and daemon_X.c. */
#ifndef PROBE_DAEMON_PARTS_H
#define PROBE_DAEMON_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <event2/event_struct.h>

#include "base/buf.h"
#include "probe/life.h"
#include "probe/sandbox.h"
#include "probe/sched.h"
#include "probe/status_model.h"
#include "results/event.h"

struct alert;
struct archive;
struct baselines;
struct event_days;
struct lock;
struct measurement;
struct occurrence;
struct options;
struct plan;
struct probe;
struct round;
struct service;
struct status_server;
struct target;
struct watch;

/*
 * libevent's timers stand still while the machine sleeps, and know nothing of a wall clock that is set: so the schedule is looked at
 * now and then.
 */
enum { LOOK_S = 60, SYNC_S = 5, DRAIN_S = 5, ALERT_MS = 2000 };

/* A round is over by then; what is due is late when it is later than that (LATE_MS is scaled as all limits are). */
enum { ROUND_MOST_S = 3600, LATE_MS = 180000, DAY_S = 86400 };

struct daemon {
	struct options *options;
	struct plan *plan;
	struct lock *lock;
	struct archive *archive;
	struct baselines *baselines;
	struct probe *probe;
	struct sched *sched;
	struct service *service;
	struct watch *watch;
	struct alert *alert;
	struct event_days *days;
	enum gap_cause round_cause; /* why the last round was of no use */
	bool paused;
	struct round *round; /* the one under way; NULL none */
	struct sandbox_report sandbox;
	struct buf line;
	int64_t bytes_told; /* of this round's traffic, what the scheduler knows */
	bool stopping, reload;
	bool stop_noted;
	bool left; /* the loop, for good */
	bool cut_for_pause; /* the round was ended for one */
	struct status_counters counters;
	int64_t started_us, next_round_us; /* wall clock; 0 none */
	struct status_server *status_server; /* NULL: there is no page */
	bool trouble; /* the last commit did not bring all records to the disk */
	struct event wake, sync, care, drain, ended;
	struct event on_int, on_term, on_hup, on_usr1, on_usr2;
};

struct sched_now daemon_now(void);

/* daemon.c: the schedule, and the signals */

/* Begins a round if it is time, and sees to it that this is asked again. */
void daemon_look(struct daemon *d);
/* A sign of life, and when the next is due by the schedule. */
void daemon_sign(struct daemon *d, enum life_sign sign, enum gap_cause cause);
void daemon_on_wake(evutil_socket_t fd, short what, void *arg);
void daemon_on_stop(evutil_socket_t fd, short what, void *arg);
void daemon_on_drain(evutil_socket_t fd, short what, void *arg);
void daemon_on_reload(evutil_socket_t fd, short what, void *arg);
void daemon_on_now(evutil_socket_t fd, short what, void *arg);
void daemon_on_sync(evutil_socket_t fd, short what, void *arg);
void daemon_on_care(evutil_socket_t fd, short what, void *arg);

/* daemon_round.c */

void daemon_begin_round(struct daemon *d, const struct target **targets, size_t n);
void daemon_round_ended(evutil_socket_t fd, short what, void *arg);
/* Something happened: on record first, then to whoever is to be told. It may come in the middle of writing another record. */
void daemon_take_event(const struct measurement *m, void *arg);
/* What the archive noticed. */
void daemon_take_occurrence(const struct occurrence *o, void *arg);
/* Sends nothing while somebody paused it or the line is dead, and what waits when that is over. */
void daemon_hold_alerts(struct daemon *d);
/* Lets those who are told of events finish, and ends the loop. */
void daemon_leave_loop(struct daemon *d);
/* That it ends, once; say_goodbye leaves the loop as well. */
void daemon_note_stop(struct daemon *d);
void daemon_say_goodbye(struct daemon *d);

/* daemon_dump.c: how it is, to the log and to STATE/dump.json */

void daemon_on_dump(evutil_socket_t fd, short what, void *arg);

/* daemon_keep.c: what survives */

void daemon_keep_target(struct daemon *d, const char *url);
void daemon_keep_costs(struct daemon *d);
void daemon_restore(struct daemon *d);
void daemon_restore_targets(struct daemon *d);
/* The journal first, then the database. */
void daemon_commit(struct daemon *d);

/* daemon_show.c */

void daemon_keep_run(struct daemon *d);
void daemon_write_textfile(struct daemon *d);
/* arg: the daemon. */
void daemon_fill_status(struct status *status, void *arg);
/* The page, if there is to be one. False: it cannot be. */
bool daemon_start_page(struct daemon *d);

#endif
