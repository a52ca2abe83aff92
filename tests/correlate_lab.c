/* Made-up records and events. */
#include "tests/correlate_lab.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

void
lab_init(struct lab *lab, size_t ndays, uint64_t seed)
{
	size_t i;

	assert(ndays <= LAB_DAYS_MAX);
	memset(lab, 0, sizeof(*lab));
	stats_random_seed(&lab->random, seed);
	lab->ndays = ndays;
	for (i = 0; i < ndays; i++)
		lab->cells[i] = (struct correlate_cell){LAB_FIRST + (int32_t)i, {24, 0, 0}};
}

double
lab_chance(struct lab *lab)
{
	return (double)(stats_random_next(&lab->random) >> 11) * 0x1p-53;
}

void
lab_set_bad(struct lab *lab, size_t day, uint32_t bad)
{
	assert(day < lab->ndays);
	lab->cells[day].of.bad = bad;
}

void
lab_add_event(struct lab *lab, size_t first, size_t last)
{
	assert(lab->nevents < LAB_EVENTS_MAX);
	lab->events[lab->nevents++] =
	    (struct event_span){LAB_FIRST + (int32_t)first, LAB_FIRST + (int32_t)last};
}

static bool
is_weekend(size_t day)
{
	return day % 7 >= 5;
}

void
lab_runs(struct lab *lab, double run, double share, double weekend)
{
	/* What a stationary chain of two states needs, `weekend` aside. */
	double begin = share / (1 - share) / run, chance;
	bool bad = lab_chance(lab) < share;
	size_t i;

	begin *= 7 / (5 + 2 * weekend);
	for (i = 0; i < lab->ndays; i++) {
		lab_set_bad(lab, i, bad ? 24 : 0);
		chance = is_weekend(i) ? begin * weekend : begin;
		bad = bad ? lab_chance(lab) >= 1 / run : lab_chance(lab) < chance;
	}
}

void
lab_random_events(struct lab *lab, size_t n, size_t longest, double weekend)
{
	size_t first, length;

	while (n-- > 0) {
		length = 1 + (size_t)stats_random_below(&lab->random, longest);
		first = (size_t)stats_random_below(&lab->random, lab->ndays - length - 7);
		if (lab_chance(lab) < weekend)
			first += 5 - first % 7 + (size_t)stats_random_below(&lab->random, 2);
		lab_add_event(lab, first, first + length - 1);
	}
}

void
lab_plant(struct lab *lab, double chance)
{
	size_t i;
	int32_t day;

	for (i = 0; i < lab->nevents; i++)
		for (day = lab->events[i].first; day <= lab->events[i].last; day++)
			if (day - LAB_FIRST < (int32_t)lab->ndays && lab_chance(lab) < chance)
				lab_set_bad(lab, (size_t)(day - LAB_FIRST), 24);
}

void
lab_lose(struct lab *lab, double chance, size_t from, size_t until)
{
	size_t kept = 0, i;

	for (i = 0; i < lab->ndays; i++)
		if ((i < from || i >= until) && lab_chance(lab) >= chance)
			lab->cells[kept++] = lab->cells[i];
	lab->ndays = kept;
}

struct correlate_answer *
lab_ask(const struct lab *lab, int tolerance, int64_t permutations)
{
	const struct correlate_series series = {
	    .target = "https://news.example/", .cells = lab->cells, .ncells = lab->ndays};
	const struct correlate_question question = {.series = &series, .nseries = 1,
	    .events = lab->events, .nevents = lab->nevents, .tolerance = tolerance, .seed = 1,
	    .permutations = permutations};

	return correlate(&question);
}
