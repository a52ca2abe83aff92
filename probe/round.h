/*
 * One pass over the targets: controls, targets, controls again, and a record about the network
 * itself, whatever happened.
 */
#ifndef PROBE_ROUND_H
#define PROBE_ROUND_H

#include <stddef.h>
#include <stdint.h>

struct baselines;
struct list;
struct measurement;
struct probe;
struct round;
struct target;

struct round_plan {
	struct probe *probe;
	const struct target **targets; /* borrowed, as the array is */
	size_t ntargets;
	const struct list *controls; /* borrowed */
	struct baselines *baselines; /* borrowed; NULL: nothing is known of any target */
	double since_last_s; /* since the last round began; -1 unknown */
	/*
	 * Which of the n targets that wait may begin now, given those at work; n: none of them yet, another must end first. NULL: all
	 * may, in an order of chance; else they begin as they stand, as far as this lets them.
	 */
	size_t (*choose)(const struct target **waiting, size_t n, const struct target **at_work, size_t nat_work,
	    void *arg);
	/*
	 * A record is complete, verdict and all: m is the callee's. Records of targets come as they end, the suspicious
	 * ones once controls have been measured after them; those of controls between them; the round's last.
	 */
	void (*record)(struct measurement *m, void *arg);
	/* NULL where nobody looks. now: the last URL begun or ended. */
	void (*progress)(size_t done, size_t all, const char *now, void *arg);
	void (*done)(void *arg); /* from the loop; then round_free */
	void *arg;
};

struct round *round_start(const struct round_plan *plan);
/* Ends it soon and in order: what runs is recorded as interrupted, the round's record is written. */
void round_interrupt(struct round *round);
void round_free(struct round *round);

#endif
