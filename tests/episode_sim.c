/* Simulated years. */
#include "tests/episode_sim.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "analysis/episodes.h"
#include "analysis/history.h"
#include "tests/outcome_lab.h"

#define SITE "https://a.example/"
enum { DAYS = 365, TELECOM = 9198, BLOCKS_MOST = 64, HICCUPS_MOST = 256 };
static const double year_s = DAYS * 86400.0;

struct stretch {
	double from, until; /* s of the year */
};

struct year {
	struct stretch blocks[BLOCKS_MOST], hiccups[HICCUPS_MOST];
	int nblocks, nhiccups;
	bool off[DAYS];
	int failed[BLOCKS_MOST]; /* measurements during the block that failed */
};

/* Three days at least from the next, and from the ends of the year. */
static void
plant(const struct sim *sim, struct chance *chance, struct year *y)
{
	double room = year_s / sim->blocks, slack = room - sim->block_s - 3 * 86400;
	int i;

	for (i = 0; i < sim->blocks && i < BLOCKS_MOST; i++) {
		double from = i * room + 2 * 86400 + chance_next(chance) * fmax(slack, 0);

		y->blocks[y->nblocks++] = (struct stretch){from, from + sim->block_s};
	}
}

static void
make_year(const struct sim *sim, struct chance *chance, struct year *y)
{
	int i;

	memset(y, 0, sizeof(*y));
	plant(sim, chance, y);
	for (i = 0; i < (int)sim->hiccups && i < HICCUPS_MOST; i++) {
		double from = chance_next(chance) * year_s;

		y->hiccups[y->nhiccups++] =
		    (struct stretch){from, from - 1800 * log(1 - chance_next(chance))};
	}
	for (i = 0; i < sim->days_off; i++)
		y->off[(int)(chance_next(chance) * DAYS)] = true;
}

static int
stretch_at(const struct stretch *stretches, int n, double s)
{
	int i;

	for (i = 0; i < n; i++)
		if (s >= stretches[i].from && s < stretches[i].until)
			return i;
	return -1;
}

static char
letter_at(const struct sim *sim, struct chance *chance, struct year *y, double s)
{
	int block = stretch_at(y->blocks, y->nblocks, s);

	if (block != -1 && chance_next(chance) >= sim->leak) {
		y->failed[block]++;
		return sim->letter;
	}
	if (stretch_at(y->hiccups, y->nhiccups, s) != -1 && chance_next(chance) < 0.7)
		return 'l';
	return chance_next(chance) < sim->accidents ? 'l' : '.';
}

static void
measure_year(const struct sim *sim, struct chance *chance, struct year *y, struct history *h)
{
	double s, at;
	struct outcome o;

	for (s = 0; s < year_s - 1.1 * sim->interval_s; s += sim->interval_s) {
		at = s + sim->interval_s * 0.1 * (2 * chance_next(chance) - 1);
		if (at < 0 || chance_next(chance) < sim->missing || y->off[(int)(at / 86400)])
			continue;
		o = outcome_of_letter(SITE, TELECOM, letter_at(sim, chance, y, at),
		    MIDNIGHT + (int64_t)(at * 1e6));
		history_add(h, &o);
	}
}

static bool
holds(const struct bracket *b, double s)
{
	int64_t us = MIDNIGHT + (int64_t)(s * 1e6);

	return us >= b->not_before_us && us <= b->not_after_us;
}

static bool
overlaps(const struct span *span, const struct stretch *block)
{
	return span->onset.not_before_us <= MIDNIGHT + (int64_t)(block->until * 1e6) &&
	    (span->recovery.not_after_us == 0 ||
		span->recovery.not_after_us >= MIDNIGHT + (int64_t)(block->from * 1e6));
}

static void
compare(const struct year *y, const struct episodes *found, struct sim_result *r)
{
	bool taken[BLOCKS_MOST] = {false};
	size_t i;
	int b;

	for (i = 0; i < found->n; i++) {
		const struct span *span = &found->items[i].span;

		for (b = 0; b < y->nblocks && !overlaps(span, &y->blocks[b]); b++)
			;
		if (b == y->nblocks)
			r->alarms++;
		else if (taken[b])
			r->split++;
		else {
			taken[b] = true;
			r->found++;
			r->onsets += holds(&span->onset, y->blocks[b].from);
			r->recoveries += holds(&span->recovery, y->blocks[b].until);
			r->onset_width_s +=
			    (double)(span->onset.not_after_us - span->onset.not_before_us) / 1e6;
		}
	}
	r->planted += y->nblocks;
	for (b = 0; b < y->nblocks; b++)
		r->seen += y->failed[b] >= 2;
}

void
sim_run(const struct sim *sim, struct sim_result *r)
{
	struct chance chance = {sim->seed};
	struct episodes found;
	struct history *h;
	struct year y;
	int i;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < sim->years; i++) {
		make_year(sim, &chance, &y);
		h = history_new(0);
		measure_year(sim, &chance, &y, h);
		episodes_find(h, NULL, &found);
		compare(&y, &found, r);
		episodes_clear(&found);
		history_free(h);
	}
	if (r->found > 0)
		r->onset_width_s /= r->found;
}
