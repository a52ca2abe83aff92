"""stats.py INPUT: what SciPy and statsmodels make of the lines that tests/print_stats.c reads, in the same form."""
import sys
import warnings

import numpy
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.multitest import multipletests

warnings.simplefilter("ignore")


def of_table(a, b, c, d):
    table = [[a, b], [c, d]]
    odds = odds_ratio(table, kind="conditional")
    interval = odds.confidence_interval(0.95)
    return [fisher_exact(table, side)[1] for side in ("less", "greater", "two-sided")] + [
        interval.low, interval.high, odds.statistic, (a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))]


def adjusted(words):
    p = numpy.array([numpy.nan if w == "NA" else float(w) for w in words])
    q = numpy.full(len(p), numpy.nan)
    q[~numpy.isnan(p)] = multipletests(p[~numpy.isnan(p)], method="fdr_bh")[1]
    return q


for line in open(sys.argv[1]):
    word, *values = line.split()
    numbers = of_table(*map(int, values)) if word == "table" else adjusted(values)
    print(*("NA" if numpy.isnan(x) else "%.17g" % x for x in numbers))
