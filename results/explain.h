/*
 * One record, told to a person: what was tried, what answered, what that means, what else could be the cause, what would
 * settle it. Pure: from the record to sentences; probe/explain_screen.c puts them on a screen.
 */
#ifndef RESULTS_EXPLAIN_H
#define RESULTS_EXPLAIN_H

#include <stddef.h>

struct measurement;

enum explain_how { EXPLAIN_PLAIN, EXPLAIN_GOOD, EXPLAIN_BAD };

/* One thing tried, once or several times; or what was known. */
struct explain_step {
	const char *group; /* "look-up", "connection", "page", "test", "QUIC", "route", "elsewhere", "usually" */
	const char *what; /* "198.18.1.1" */
	const char *outcome; /* "reset after the name was sent, 3 of 3 times" */
	double least_s, most_s; /* how long it took; NAN where that means nothing */
	enum explain_how how;
};

/* An anomaly of the target that has not ended, as far as the records say. */
struct explain_open {
	const char *anomaly, *event; /* ids: its own, of the newest record that tells of it */
	const char *words;
};

struct explanation {
	const char *verdict; /* "blocked: reset at TLS" */
	const char *rule; /* that decided; NULL unknown */
	const char *network; /* the state of the line, in words */
	struct explain_step *steps;
	size_t nsteps;
	const char *meaning;
	const char **alternatives;
	size_t nalternatives;
	const char **would_settle;
	size_t nwould_settle;
	const struct explain_open *open; /* NULL none, or not looked for: no single record knows. For whoever looked to set */
};

/*
 * Explains a record of one target; allocates in its arena. For a record that is not ours the stored verdict is translated into
 * m->verdict first.
 */
void explain_record(struct measurement *m, struct explanation *out);

/* "12 ms", "0.2 to 10.0 s". NULL where the step has no times. In the arena. */
struct arena;
const char *explain_time(struct arena *arena, const struct explain_step *step);

#endif
