/* Where a command that only looks at files works: the options -c, --state and --out, and the directories they come to. */
#ifndef PROBE_PLACE_H
#define PROBE_PLACE_H

#include <getopt.h>
#include <stdbool.h>

/* Begins zeroed. */
struct place {
	const char *config, *state_option, *results_option; /* as given; NULL not */
	char *state, *results; /* set by place_find */
};

enum { PLACE_STATE = 1024, PLACE_OUT };
#define PLACE_OPTIONS                                \
	{"config", required_argument, NULL, 'c'},    \
	{"state", required_argument, NULL, PLACE_STATE}
#define PLACE_OUT_OPTION {"out", required_argument, NULL, PLACE_OUT}

/* Whether getopt_long's result was one of these. The argument is borrowed. */
bool place_take(struct place *place, int option, const char *argument);
/* Reads the configuration. Returns -1 to go on, or the exit code. */
int place_find(struct place *place);
void place_clear(struct place *place);

#endif
