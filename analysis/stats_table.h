/*
 * A table of two by two counts and what it says, as R's fisher.test has it. Pure.
 *
 *	             bad   good
 *	  event       a      b
 *	  other       c      d
 *
 * Given the sums of its rows and columns, and an odds ratio w, the count a has the noncentral
 * hypergeometric distribution: P(a) ~ C(a+c, a) C(b+d, b) w^a (Fisher, J. R. Stat. Soc. 98, 1935).
 */
#ifndef ANALYSIS_STATS_TABLE_H
#define ANALYSIS_STATS_TABLE_H

#include <stdint.h>

struct stats_table {
	int64_t a, b, c, d; /* none negative */
};

enum stats_tail { STATS_GREATER, STATS_LESS, STATS_TWO_SIDED };

/*
 * Fisher's exact test of an odds ratio of 1. STATS_GREATER is the chance of an `a` as large as this
 * or larger. Two-sided: of all tables that are no likelier than this one, those within a factor of
 * 1 + 1e-7 counted as equal, as R does.
 */
double stats_fisher(const struct stats_table *table, enum stats_tail tail);

/* Each may be 0 or INFINITY; all NAN where a row or a column is empty, which says nothing. */
struct stats_odds {
	double estimate; /* the conditional maximum likelihood estimate, as R gives it */
	double low, high; /* Clopper and Pearson's way: each tail has half of 1 - level */
};

/* The conditional odds ratio with its exact interval; `level` is 0.95, say. */
void stats_odds_exact(const struct stats_table *table, double level, struct stats_odds *odds);

/*
 * The odds ratio with 0.5 added to each count, always finite (Haldane, Ann. Hum. Genet. 20, 1956;
 * Anscombe, Biometrika 43, 1956). NAN where a row or a column is empty.
 */
double stats_odds_haldane(const struct stats_table *table);

#endif
