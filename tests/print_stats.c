/*
 * What analysis/stats_table.h and stats_adjust.h make of what stands on standard input, for those
 *who compare it with other programs. A line
 *
 *	table A B C D	less greater two-sided low high estimate haldane, at 95 %
 *	adjust P...	the q of each; NA is one that was not tested
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats_adjust.h"
#include "analysis/stats_table.h"

enum { MOST = 4096 };

static void
print_table(const char *counts)
{
	struct stats_table t;
	struct stats_odds odds;
	char *at;

	t.a = strtoll(counts, &at, 10);
	t.b = strtoll(at, &at, 10);
	t.c = strtoll(at, &at, 10);
	t.d = strtoll(at, &at, 10);
	stats_odds_exact(&t, 0.95, &odds);
	printf("%.17g %.17g %.17g %.17g %.17g %.17g %.17g\n", stats_fisher(&t, STATS_LESS),
	    stats_fisher(&t, STATS_GREATER), stats_fisher(&t, STATS_TWO_SIDED), odds.low, odds.high,
	    odds.estimate, stats_odds_haldane(&t));
}

static void
print_adjusted(char *values)
{
	static double p[MOST], q[MOST];
	size_t n = 0, i;
	char *word;

	for (word = strtok(values, " \n"); word != NULL && n < MOST; word = strtok(NULL, " \n"))
		p[n++] = strcmp(word, "NA") == 0 ? NAN : strtod(word, NULL);
	stats_adjust(p, n, q);
	for (i = 0; i < n; i++)
		if (isnan(q[i]))
			printf("NA%c", i + 1 < n ? ' ' : '\n');
		else
			printf("%.17g%c", q[i], i + 1 < n ? ' ' : '\n');
}

int
main(void)
{
	static char line[MOST * 32];

	while (fgets(line, sizeof(line), stdin) != NULL)
		if (strncmp(line, "table ", 6) == 0)
			print_table(line + 6);
		else if (strncmp(line, "adjust ", 7) == 0)
			print_adjusted(line + 7);
		else
			return 64;
	return fflush(stdout) == 0 ? 0 : 1;
}
