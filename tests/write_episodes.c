/*
 * Writes the tables of docs/episodes.md: simulated years, by how long blocks last, how often the target is measured, and how sure
 * single measurements are. Run by `make check-long'; an argument is the number of years for each row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/episode_sim.h"

struct named {
	const char *name;
	double value;
};

static const struct named lengths[] = {{"15 min", 900}, {"30 min", 1800}, {"1 h", 3600},
    {"2 h", 7200}, {"6 h", 21600}, {"1 day", 86400}, {"7 days", 604800}};
static const struct named intervals[] = {{"5 min", 300}, {"15 min", 900}, {"1 h", 3600},
    {"6 h", 21600}, {"1 day", 86400}};
static const struct {
	char letter;
	const char *what;
} kinds[] = {
    {'b', "Sure measurements (`blocked`, confidence 0.97)"},
    {'l', "Likely ones (`likely_blocked`, confidence 0.8)"},
    {'m', "Artefacts (a forged chain)"},
};
enum {
	NLENGTHS = sizeof(lengths) / sizeof(lengths[0]),
	NINTERVALS = sizeof(intervals) / sizeof(intervals[0]),
	NKINDS = sizeof(kinds) / sizeof(kinds[0])
};

/* The line as it is: one in 8,000 accuses by accident, one in twenty is not made, ten days without any. */
static struct sim
usual(int years)
{
	return (struct sim){.interval_s = 900, .block_s = 7200, .blocks = 12, .letter = 'b', .leak = 0,
	    .accidents = 1 / 8000.0, .hiccups = 0, .missing = 0.05, .days_off = 10, .years = years, .seed = 1};
}

static void
head(const char *first)
{
	size_t i;

	printf("\n| %s |", first);
	for (i = 0; i < NINTERVALS; i++)
		printf(" every %s |", intervals[i].name);
	printf("\n|---|");
	for (i = 0; i < NINTERVALS; i++)
		printf("---|");
	printf("\n");
}

static double
percent(int part, int whole)
{
	return whole > 0 ? 100.0 * part / whole : 0;
}

static void
recall_table(int years, char letter, double leak)
{
	struct sim_result r;
	size_t length, interval;

	head("block");
	for (length = 0; length < NLENGTHS; length++) {
		printf("| %s |", lengths[length].name);
		for (interval = 0; interval < NINTERVALS; interval++) {
			struct sim sim = usual(years);

			sim.letter = letter;
			sim.leak = leak;
			sim.block_s = lengths[length].value;
			sim.interval_s = intervals[interval].value;
			sim_run(&sim, &r);
			printf(" %.1f |", percent(r.found, r.planted));
		}
		printf("\n");
	}
}

static void
bracket_table(int years)
{
	struct sim_result r;
	size_t interval;

	head("of those found");
	printf("| onset in its bracket, %% |");
	for (interval = 0; interval < NINTERVALS; interval++) {
		struct sim sim = usual(years);

		sim.block_s = 86400 * 7;
		sim.interval_s = intervals[interval].value;
		sim_run(&sim, &r);
		printf(" %.1f |", percent(r.onsets, r.found));
	}
	printf("\n| recovery in its bracket, %% |");
	for (interval = 0; interval < NINTERVALS; interval++) {
		struct sim sim = usual(years);

		sim.block_s = 86400 * 7;
		sim.interval_s = intervals[interval].value;
		sim_run(&sim, &r);
		printf(" %.1f |", percent(r.recoveries, r.found));
	}
	printf("\n| mean width of the onset's bracket |");
	for (interval = 0; interval < NINTERVALS; interval++) {
		struct sim sim = usual(years);

		sim.block_s = 86400 * 7;
		sim.interval_s = intervals[interval].value;
		sim_run(&sim, &r);
		printf(" %.2f h |", r.onset_width_s / 3600);
	}
	printf("\n");
}

static void
alarm_table(int years)
{
	static const struct {
		const char *name;
		double accidents, hiccups;
	} lines[] = {
	    {"1 in 8,000 fails by accident", 1 / 8000.0, 0},
	    {"1 in 1,000", 0.001, 0},
	    {"1 in 100", 0.01, 0},
	    {"1 in 20", 0.05, 0},
	    {"1 in 5", 0.2, 0},
	    {"1 in 8,000, and 12 bad half hours a year", 1 / 8000.0, 12},
	};
	struct sim_result r;
	size_t i, interval;

	head("line");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		printf("| %s |", lines[i].name);
		for (interval = 0; interval < NINTERVALS; interval++) {
			struct sim sim = usual(years);

			sim.accidents = lines[i].accidents;
			sim.hiccups = lines[i].hiccups;
			sim.interval_s = intervals[interval].value;
			sim_run(&sim, &r);
			printf(" %.3f |", (double)r.alarms / years);
		}
		printf("\n");
	}
}

int
main(int argc, char **argv)
{
	int years = argc > 1 ? atoi(argv[1]) : 10;
	size_t i;

	printf("Each number is from %d simulated years of one target with 12 blocks each.\n\n", years);
	printf("### Blocks found, %%\n");
	for (i = 0; i < NKINDS; i++) {
		printf("\n%s:\n", kinds[i].what);
		recall_table(years, kinds[i].letter, 0);
	}
	printf("\nSure ones, of a block that lets one in four through:\n");
	recall_table(years, 'b', 0.25);
	printf("\n### Brackets, of blocks of 7 days\n");
	bracket_table(years);
	printf("\n### False episodes a target and year\n");
	alarm_table(years);
	return fflush(stdout) == 0 ? 0 : 1;
}
