/* Made-up records and events for the tests of the statistics. */
#ifndef TESTS_CORRELATE_LAB_H
#define TESTS_CORRELATE_LAB_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/correlate.h"
#include "analysis/stats_random.h"

/* 2026-01-05, a Monday. */
enum { LAB_FIRST = 20458, LAB_DAYS_MAX = 800, LAB_EVENTS_MAX = 200 };

/* A record of consecutive days, 24 measurements each; all of a bad day's are bad. */
struct lab {
	struct correlate_cell cells[LAB_DAYS_MAX];
	size_t ndays;
	struct event_span events[LAB_EVENTS_MAX];
	size_t nevents;
	struct stats_random random;
};

void lab_init(struct lab *lab, size_t ndays, uint64_t seed);
double lab_chance(struct lab *lab); /* from 0 to 1 */
void lab_set_bad(struct lab *lab, size_t day, uint32_t bad);
/* Days are counted from LAB_FIRST. */
void lab_add_event(struct lab *lab, size_t first, size_t last);
/*
 * Days that are bad or good in runs: bad ones of `run` days in the mean, and so much of all days; the
 * chance to begin is `weekend` times as high on Saturdays and Sundays.
 */
void lab_runs(struct lab *lab, double run, double share, double weekend);
/* So many events of one to `longest` days, `weekend` of them beginning on a Saturday or a Sunday. */
void lab_random_events(struct lab *lab, size_t n, size_t longest, double weekend);
/* Each event day becomes bad with this chance. */
void lab_plant(struct lab *lab, double chance);
/* Days that were not measured: each with this chance, and all from one day to the day before another. */
void lab_lose(struct lab *lab, double chance, size_t from, size_t until);
/* The answer for it alone (to free). */
struct correlate_answer *lab_ask(const struct lab *lab, int tolerance, int64_t permutations);

#endif
