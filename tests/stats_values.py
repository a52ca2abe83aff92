#!/usr/bin/env python3
"""Exact values for tests/test_stats.c, computed without any of netvane's code.

Counts and p-values are exact fractions; limits of intervals are found by halving over fractions of
integers of 60 digits. Run it by hand: its output is what the test has in it.

    python3 tests/stats_values.py
"""
from fractions import Fraction
from math import comb
from decimal import Decimal, getcontext

getcontext().prec = 60


def weights(a, b, c, d):
    bad, good, events = a + c, b + d, a + b
    low, high = max(0, events - good), min(events, bad)
    return {x: comb(bad, x) * comb(good, events - x) for x in range(low, high + 1)}


def fisher(a, b, c, d):
    w = weights(a, b, c, d)
    total = sum(w.values())
    at = w[a]
    greater = Fraction(sum(v for x, v in w.items() if x >= a), total)
    less = Fraction(sum(v for x, v in w.items() if x <= a), total)
    two = Fraction(sum(v for v in w.values() if v * 10**7 <= at * (10**7 + 1)), total)
    return less, greater, two


def tail(w, ratio, keep):
    terms = {x: Decimal(v) * ratio**x for x, v in w.items()}
    return sum(v for x, v in terms.items() if keep(x)) / sum(terms.values())


def mean(w, ratio):
    terms = {x: Decimal(v) * ratio**x for x, v in w.items()}
    return sum(x * v for x, v in terms.items()) / sum(terms.values())


def solve(f, wanted):
    """f rises with the ratio."""
    low, high = Decimal(10) ** -12, Decimal(10) ** 12
    for _ in range(160):
        middle = (low * high).sqrt()
        if f(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low * high).sqrt()


def odds(a, b, c, d, level=Decimal("0.95")):
    w = weights(a, b, c, d)
    alpha = (1 - level) / 2
    low, high = min(w), max(w)
    return (
        0 if a == low else solve(lambda r: tail(w, r, lambda x: x >= a), alpha),
        "inf" if a == high else solve(lambda r: -tail(w, r, lambda x: x <= a), -alpha),
        0 if a == low else "inf" if a == high else solve(lambda r: mean(w, r), Decimal(a)),
    )


def power(events, others, p_event, p_other, alpha):
    def binomial(n, k, p):
        return comb(n, k) * p**k * (1 - p) ** (n - k)

    total = Fraction(0)
    for x in range(events + 1):
        for y in range(others + 1):
            if fisher(x, events - x, y, others - y)[1] <= alpha:
                total += binomial(events, x, p_event) * binomial(others, y, p_other)
    return total


def digits(value):
    return value if isinstance(value, str) else "%.13g" % value


def main():
    for table in [(3, 1, 1, 3), (2, 10, 15, 3), (10, 2, 3, 15), (7, 23, 12, 340), (0, 9, 14, 80),
                  (9, 0, 14, 80), (120, 900, 300, 9000)]:
        less, greater, two = fisher(*table)
        print(table, "less %.15g greater %.15g two-sided %.15g" % (less, greater, two))
        print("   low %s high %s estimate %s" % tuple(map(digits, odds(*table))))
    print("99 %:", *map(digits, odds(2, 10, 15, 3, Decimal("0.99"))))
    for case in [(10, 40, Fraction(1, 2), Fraction(1, 10)), (6, 60, Fraction(4, 5), Fraction(1, 20)),
                 (30, 30, Fraction(2, 5), Fraction(1, 5))]:
        print("power", case, "%.15g" % power(*case, Fraction(1, 20)))


if __name__ == "__main__":
    main()
