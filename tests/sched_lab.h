/* A scheduler on a clock of the test's own, with targets of its own, and rounds that take as long as the test says. */
#ifndef TESTS_SCHED_LAB_H
#define TESTS_SCHED_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/sched.h"
#include "targets/target.h"

enum { LAB_MINUTE = 60, LAB_HOUR = 3600, LAB_DAY = 86400 };

/* Makes targets https://<name>-<number>.example/ of a category. Free with lab_targets_free. */
struct target *lab_targets(const char *name, size_t n, const char *category);
void lab_targets_free(struct target *targets, size_t n);

struct lab {
	struct sched *sched;
	struct sched_conf conf; /* as sched_defaults; change before lab_configure */
	struct sched_now now;
	struct target *targets[8]; /* of lab_list */
	struct sched_list lists[8];
	size_t nlists;
	int round_s; /* a round takes this long: 30 */
	int64_t bytes; /* and each target this much: 100000 */
	int64_t controls; /* and its controls: 500000 */
	/* The last round. */
	const struct target **round;
	size_t n;
	int64_t began_ns;
};

/* At noon UTC of 10 January 2028, the machine up for a day. */
void lab_begin(struct lab *lab);
void lab_end(struct lab *lab);
/* Adds a list of n new targets, jitter 0.1, to be scheduled from the next lab_configure on; to be changed before. */
struct sched_list *lab_list(struct lab *lab, const char *name, size_t n, int every_s);
/* Makes the scheduler, or gives it the lists as they are now. */
void lab_configure(struct lab *lab);
/* The URL of a list's i-th target. */
const char *lab_url(const struct lab *lab, size_t list, size_t i);

/* Time goes by. */
void lab_wait(struct lab *lab, int64_t seconds);
void lab_wait_ns(struct lab *lab, int64_t ns);
/* Waits for the next round, takes it, measures all of it; fails when none comes within the limit. Returns its number of targets. */
size_t lab_round(struct lab *lab, int64_t limit_s);
/* The same, if one begins before this time; else waits until then and returns 0. */
size_t lab_round_before(struct lab *lab, int64_t mono_ns);
/* Measures what was taken. */
void lab_measure(struct lab *lab);
/* Rounds for so long; returns how many there were. */
size_t lab_run(struct lab *lab, int64_t seconds);
/* Whether the last round has it. */
bool lab_has(const struct lab *lab, const char *url);
/* Seconds from now until the next round is wanted. */
double lab_next_s(struct lab *lab);

/* A time of a day in seconds since lab_begin's midnight. */
void lab_live_in(const char *zone);
int64_t lab_utc(const char *text);

#endif
