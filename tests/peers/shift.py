"""The p of moved events, and what goes with it, written from docs/statistics.md and not from our code.

    shift.py make CASE DIR      made-up records, and a calendar, of one case
    shift.py compare CASE FILE  what of an answer of netvane-analyze correlate --json is not what we find, as lines
"""
import datetime
import itertools
import json
import math
import random
import sys

DAY0 = datetime.date(1970, 1, 1)
START = (datetime.date(2026, 1, 3) - DAY0).days
PERMUTATIONS = 9999
DRAWN = 4000

# days: of the record. run: of bad days. rate: of bad days, by chance. planted: of event days that are bad beside that. gap: weeks in which
# nobody measured. Sites take turns with them.
CASES = {
    "year": dict(days=364, events=12, run=5, rate=0.15, planted=0, gap=0, sites=3),
    "planted": dict(days=364, events=12, run=3, rate=0.06, planted=0.5, gap=0, sites=2),
    "half": dict(days=180, events=7, run=4, rate=0.2, planted=0.2, gap=0, sites=2),
    "gaps": dict(days=500, events=20, run=6, rate=0.2, planted=0.1, gap=9, sites=3),
    "short": dict(days=75, events=6, run=2, rate=0.25, planted=0.2, gap=0, sites=2),
    "years": dict(days=1400, events=60, run=10, rate=0.2, planted=0.05, gap=0, sites=2),
}


class Case:
    """Which measurements there were, as {site: {day: [bad, ...]}}, and the days of events."""

    def __init__(self, name):
        c = CASES[name]
        rng = random.Random("netvane " + name)
        self.events = sorted(START + d for d in rng.sample(range(c["days"]), c["events"]))
        away = set()
        if c["gap"]:
            first = rng.randrange(100, c["days"] - 7 * c["gap"])
            away = set(range(START + first, START + first + 7 * c["gap"]))
        self.sites = {}
        for i in range(c["sites"]):
            site, bad = {}, False
            for day in range(START, START + c["days"]):
                if rng.random() < 1 / c["run"]:
                    bad = rng.random() < c["rate"]
                if day in away or rng.random() < 0.04:
                    continue
                blocked = bad or (day in self.events and rng.random() < c["planted"])
                # Two of four make a bad day, one of four does not.
                site[day] = rng.choice([[1, 1, 0, 0], [1, 1, 1, 1], [1]]) if blocked else rng.choice([[0, 0, 0, 0], [0, 1, 0, 0], [0]])
            self.sites["https://site%d.example/" % i] = site

    def records(self):
        for url, site in self.sites.items():
            for day, measurements in site.items():
                for i, bad in enumerate(measurements):
                    time = "%s %02d:30:00" % (DAY0 + datetime.timedelta(day), 5 * i)
                    yield {"test_name": "web_connectivity", "input": url, "measurement_start_time": time, "test_start_time": time,
                           "probe_cc": "KZ", "probe_asn": "AS64500", "report_id": "%s%d" % (url, day),
                           "test_keys": {"blocking": "dns" if bad else False, "accessible": not bad}}


def is_bad(measurements):
    bad = sum(measurements)
    return bad == len(measurements) or (bad >= 2 and bad >= 0.05 * len(measurements))


def cut(weeks, near):
    """Blocks of weeks, each a list: as few as have 1,000 arrangements that differ, else those that have most."""
    best, most = None, 0
    for n in range(1, max(1, len(weeks) // 8) + 1):
        at = [i * len(weeks) // n for i in range(n + 1)]
        blocks = [weeks[at[i]:at[i + 1]] for i in range(n)]
        # A block without a near day looks the same however it is moved.
        arrangements = math.prod(len(b) if any(d // 7 in b for d in near) else 1 for b in blocks)
        if arrangements > most:
            best, most = blocks, arrangements
        if arrangements >= 1000:
            break
    return best, most


def block_sums(block, near, series):
    """For each shift of the block's near days: the sum of the centred values that they meet, and how many."""
    here = [(block.index(d // 7), d % 7) for d in near if d // 7 in block]
    centred = []
    for values in series:
        own = {d: v for d, v in values.items() if d // 7 in block}
        mean = sum(own.values()) / len(own) if own else 0
        centred.append({d: v - mean for d, v in own.items()})
    sums = []
    for shift in range(len(block) if here else 1):
        met = [values[d] for i, weekday in here for d in [7 * block[(i + shift) % len(block)] + weekday]
               for values in centred if d in values]
        sums.append((sum(met), len(met)))
    return sums


def statistic(parts):
    n = sum(p[1] for p in parts)
    return sum(p[0] for p in parts) / math.sqrt(n) if n else None


def moved(near, series, rng):
    """p, whether it is exact, and of how many arrangements."""
    weeks = sorted({d // 7 for values in series for d in values})
    blocks, arrangements = cut(weeks, near)
    sums = [block_sums(b, near, series) for b in blocks]
    happened = statistic([s[0] for s in sums])
    exact = arrangements <= PERMUTATIONS
    if exact:
        tried = itertools.product(*sums)
    else:
        tried = ([rng.choice(s) for s in sums] for _ in range(DRAWN))
    found = [s for s in map(statistic, tried) if s is not None]
    high = sum(s >= happened - 1e-9 for s in found)
    return (high / len(found) if exact else (high + 1) / (len(found) + 1)), exact, arrangements


def table(near, series):
    t = [0, 0, 0, 0]
    for values in series:
        for d, v in values.items():
            t[(0 if d in near else 2) + (0 if v else 1)] += 1
    return t


def compare_row(row, near, series, rng):
    name = row.get("target") or "all together"
    counts = [row[k] for k in ("near_bad", "near_good", "other_bad", "other_good")]
    if counts != table(near, series):
        yield "%s: %s, not %s" % (name, counts, table(near, series))
    p, exact, arrangements = moved(near, series, rng)
    if row["exact"] != exact or (exact and row["arrangements"] != arrangements):
        yield "%s: %d arrangements, exact %s, but there are %d" % (name, row["arrangements"], row["exact"], arrangements)
    error = 1e-9 if exact else 4 * math.sqrt(p * (1 - p) * (1 / DRAWN + 1 / row["arrangements"]))
    if abs(row["p"] - p) > error:
        yield "%s: p is %g, not %g +- %g" % (name, row["p"], p, error)
    print("%s: p %.6g and %.6g, %s" % (name, row["p"], p, "of all %d" % arrangements if exact else "drawn"), file=sys.stderr)


def compare(case, path):
    measured = {d for site in case.sites.values() for d in site}
    near = {e + d for e in case.events for d in (-1, 0, 1) if min(measured) <= e + d <= max(measured)}
    values = {url: {d: float(is_bad(m)) for d, m in site.items()} for url, site in case.sites.items()}
    rng = random.Random(1)
    rows = [r for r in map(json.loads, open(path)) if r["kind"] in ("overall", "target")]
    if len(rows) != 1 + len(values):
        yield "there are %d rows" % len(rows)
    for row in rows:
        series = [values[row["target"]]] if row["kind"] == "target" else list(values.values())
        yield from compare_row(row, near, series, rng)


def make(case, directory):
    with open(directory + "/records.jsonl", "w") as f:
        for record in case.records():
            print(json.dumps(record), file=f)
    with open(directory + "/events.csv", "w") as f:
        print("start,end,precision,type,event", file=f)
        for e in case.events:
            print("%s,,day,protest,square" % (DAY0 + datetime.timedelta(e)), file=f)


if sys.argv[1] == "make":
    make(Case(sys.argv[2]), sys.argv[3])
else:
    print(*compare(Case(sys.argv[2]), sys.argv[3]), sep="\n", end="")
