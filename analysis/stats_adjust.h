/* Many tests at once. Pure. */
#ifndef ANALYSIS_STATS_ADJUST_H
#define ANALYSIS_STATS_ADJUST_H

#include <stddef.h>

/*
 * Benjamini and Hochberg's q-values (J. R. Stat. Soc. B 57, 1995), as R's p.adjust(p, "BH"): of
 * those with a q of at most 0.05, no more than 5 % are expected to be chance. A p that is NAN is no
 * test, does not count as one, and has a q of NAN. p and q may be the same array.
 */
void stats_adjust(const double *p, size_t n, double *q);

#endif
