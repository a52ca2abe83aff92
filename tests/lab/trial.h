/* One trial: one scenario, in one column, once, from an empty machine to a probe's records and
 * whether they are right. */
#ifndef LAB_TRIAL_H
#define LAB_TRIAL_H

#include <stdbool.h>
#include <stdio.h>

#include "tests/lab/scenario.h"

struct trial_plan {
	const struct scenario *scenario;
	enum column column;
	int run;              /* counts from 1; chance differs from run to run */
	const char *self;     /* this program: it plays the world, too */
	const char *netvane;  /* an absolute path, as all others */
	const char *certs;    /* made by "netvane-lab certs" */
	const char *dir;      /* to work in: exists, is empty */
	bool show;            /* the probe shows its table on standard output */
	char *const *command; /* run at the client's in the probe's stead; NULL: none */
	FILE *out; /* rows as --tsv has them; what begins with '#' is for whoever reads a failure */
};

/* Returns 0 when all is right, 1 when something is wrong, 2, logged, when it could not be tried. */
enum { TRIAL_RIGHT, TRIAL_WRONG, TRIAL_FAILED };
int trial_run(const struct trial_plan *plan);
/* Runs only the plan's command, and returns its exit status; TRIAL_UNTRIED, logged, when it could
 * not be run. */
enum { TRIAL_UNTRIED = 70 };
int trial_command(const struct trial_plan *plan);

#endif
