/* A scenario: a file that says what a country does to its people's packets, and what a probe should find there. */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/lab/line.h"
#include "tests/lab/rule.h"

struct arena;

/* What a probe has to lean on beside its own eyes: a control vantage, a week's baseline. */
enum column { LONE_FIRST, LONE_WEEK, VANTAGE_FIRST, VANTAGE_WEEK, COLUMN_MAX };
/* "lone-first", ... */
const char *column_name(enum column column);
/* COLUMN_MAX for a name that is none. */
enum column column_find(const char *name);
bool column_has_vantage(enum column column);
bool column_has_week(enum column column);

/* Lists are of words with commas between them; "*" is anything. */
struct truth_target {
	const char *url;
	const char *statuses; /* or "innocent": anything but an accusation */
	const char *mechanisms;
	unsigned columns; /* bits; 0: all for which no other line names the target */
};

struct words {
	const char **items;
	size_t n;
};

struct scenario {
	struct arena *arena;
	const char *path, *name; /* name: of the file, without directory and .ini */
	const char *title, *about, *why; /* why: the truth is what it is; NULL: not said */
	bool chance; /* is among what decides */
	double scale; /* limits.scale of the probe */
	struct truth_target *targets;
	size_t ntargets;
	const char *network; /* states; NULL: anything */
	const char *local_interception; /* "true", "false"; NULL: false */
	const char *ipv6; /* NULL: anything */
	struct words notes;
	struct line line;
	struct rule *rules;
	size_t nrules;
	unsigned columns; /* bits of those that make sense */
	int rounds;
	struct words arguments; /* for netvane check */
	struct words controls; /* "URL NOTES"; none: the lab's usual ones */
	struct words list; /* URLs to measure; none: those of the truth and some bystanders */
};

/* Logs what is wrong, and returns NULL. The [world] is for those who play it; its lines are not looked at. */
struct scenario *scenario_read(const char *path);
/* NULL is fine. */
void scenario_free(struct scenario *scenario);
/* The same country on a day without trouble: no rules, and a line as it should be. Borrows from the scenario, which must outlive it. */
struct line scenario_clean_line(const struct scenario *scenario);
/* What the truth says about a URL in a column; NULL: nothing. */
const struct truth_target *scenario_truth(const struct scenario *scenario, const char *url, enum column column);

#endif
