/*
 * netvane run: rounds on a schedule, for months, until it is told to stop. This file joins the parts: the scheduler says when and what
 * (probe/sched.h), a round measures (probe/round.h), the records go to the journal and teach the baselines; what must
 * survive a restart is kept in the state database (probe/keep.h), committed with each round.
 */
#ifndef PROBE_DAEMON_H
#define PROBE_DAEMON_H

struct options;
struct plan;

/*
 * Runs until a signal ends it: SIGTERM and SIGINT finish what can be finished within 5 s, SIGHUP reads the configuration and the lists
 * again, SIGUSR1 begins a round now, SIGUSR2 writes how it is to the log and to STATE/dump.json. Takes the plan and the configuration of the options for its own: they may be other ones
 * afterwards. Returns the exit code.
 */
int daemon_run(struct options *options, struct plan *plan);

#endif
