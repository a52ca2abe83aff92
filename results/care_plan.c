/* What goes when the results take more room than they may. */
#include "results/care_plan.h"

#include <string.h>

#include "results/segment.h"

/* One day's segments, as far as they may go. */
struct day {
	size_t from, end;
	bool any; /* there is one that may go */
	bool quiet;
	bool can_thin, can_drop; /* one of its segments; neither: there are only events left */
};

static bool
same_day(const char *a, const char *b)
{
	char day_a[SEGMENT_DAY_SIZE], day_b[SEGMENT_DAY_SIZE];

	return strcmp(segment_day(a, day_a), segment_day(b, day_b)) == 0;
}

static struct day
day_at(const struct care_segment *segments, size_t n, size_t from, int64_t keep_one_of)
{
	struct day day = {.from = from, .end = from, .quiet = true};
	const struct care_segment *s;

	for (; day.end < n && same_day(segments[from].name, segments[day.end].name); day.end++) {
		s = &segments[day.end];
		if (s->busy)
			continue;
		day.any = true;
		day.quiet = day.quiet && s->facts->odd == 0;
		if (s->can_thin && keep_one_of > 1 && s->facts->kept_one_of == 0)
			day.can_thin = true;
		if (s->facts->kept_one_of != SEGMENT_EVENTS_ONLY)
			day.can_drop = true;
	}
	return day;
}

/* How early a day goes: 0 first. */
static int
rank(const struct day *day, bool newest)
{
	return (day->can_drop ? 0 : 8) + (newest ? 4 : 0) + (day->quiet ? 0 : 2) + (day->can_thin ? 0 : 1);
}

/* The first among the days that go first; they come in the order of time. */
static void
choose(const struct care_segment *segments, size_t n, int64_t keep_one_of, struct care_plan *plan)
{
	int least = -1, r;
	struct day day;
	size_t i;

	plan->kind = CARE_PLAN_STUCK;
	for (i = 0; i < n; i = day.end) {
		day = day_at(segments, n, i, keep_one_of);
		r = rank(&day, day.end == n);
		if (!day.any || (least != -1 && r >= least))
			continue;
		least = r;
		plan->kind = day.can_thin ? CARE_PLAN_THIN : day.can_drop ? CARE_PLAN_DROP : CARE_PLAN_ERASE;
		plan->from = day.from;
		plan->end = day.end;
		plan->quiet = day.quiet;
	}
}

void
care_plan(const struct care_segment *segments, size_t n, int64_t quota_bytes, int64_t keep_one_of,
    struct care_plan *plan)
{
	size_t i;

	*plan = (struct care_plan){.kind = CARE_PLAN_NONE};
	for (i = 0; i < n; i++)
		plan->total += segments[i].bytes;
	if (quota_bytes <= 0 || plan->total <= quota_bytes)
		return;
	for (i = 0; i < n; i++)
		if (!segments[i].busy && segments[i].facts == NULL) {
			plan->kind = CARE_PLAN_LOOK;
			plan->from = i;
			plan->end = i + 1;
			return;
		}
	choose(segments, n, keep_one_of, plan);
}
