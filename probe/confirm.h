/*
 * The tests of a target that looks bad (and a few samples of one that does not): the same name at a server
 * that has nothing to do with it, another name at the same server, target and control in turns. Which are made is decided from what the
 * measurement saw; what they mean is the verdict's business (results/trials.h). docs/methodology.md lists them all.
 */
#ifndef PROBE_CONFIRM_H
#define PROBE_CONFIRM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct check;
struct confirm;
struct landmarks;
struct measurement;
struct probe;
struct resolver;
struct target;

struct confirm_plan {
	const struct target *target; /* all borrowed until done */
	struct resolver *resolvers;
	size_t nresolvers;
	const struct landmarks *landmarks;
	struct check *const *control; /* while the vantage has not answered yet, *control is not NULL; NULL: it is not asked */
	int usual_n; /* of the round so far: struct context */
	double usual_rate;
};

/*
 * Starts the tests that m calls for; done comes from the loop, also where there are none. The measurement must be complete but
 * for late DNS answers. Then confirm_free.
 */
struct confirm *confirm_start(struct probe *probe, const struct confirm_plan *plan,
    struct measurement *m, void (*done)(void *arg), void *arg);
/* Ends what runs; done follows. */
void confirm_stop(struct confirm *confirm);
void confirm_free(struct confirm *confirm);

#endif
