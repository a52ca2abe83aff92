/* What measuring may cost. */
#include "probe/sched_budget.h"

#include <math.h>
#include <stddef.h>

/*
 * A bucket holds the bytes of so many hours: a whole round at once, but not half a day. The reserve's holds a day's, since bursts
 * come seldom and all at once.
 */
static const double turn_hours = 4, day_hours = 24;
static const int64_t minute_ns = 60 * INT64_C(1000000000);
/* The wall clock was set when it and the monotonic one disagree by more than this. */
static const int64_t step_us = 60 * INT64_C(1000000);

static double
smaller(double a, double b)
{
	return a < b ? a : b;
}

static struct sched_bucket *
bucket_of(struct sched_budget *b, enum sched_purse purse)
{
	return &b->buckets[purse == SCHED_EXTRA ? SCHED_EXTRA : SCHED_TURN];
}

static double
share_of(const struct sched_limits *limits, int purse)
{
	double reserve = limits->reserve > 0 ? smaller(limits->reserve, 1) : 0;

	return purse == SCHED_EXTRA ? reserve : 1 - reserve;
}

void
sched_budget_limit(struct sched_budget *b, const struct sched_limits *limits)
{
	/* More than that is no limit, and would not fit into sums. */
	int64_t bytes = limits->bytes_per_day < INT64_MAX / 4 ? limits->bytes_per_day : 0;
	bool had_none = b->limits.bytes_per_day <= 0;
	struct sched_bucket *bucket;
	double share, hours;
	int purse;

	b->limits = *limits;
	b->limits.bytes_per_day = bytes;
	for (purse = 0; purse < SCHED_PURSES; purse++) {
		bucket = &b->buckets[purse];
		share = share_of(limits, purse);
		hours = purse == SCHED_EXTRA ? day_hours : turn_hours;
		bucket->most = (int64_t)((double)bytes * share);
		bucket->per_s = (double)bytes * share / (day_hours * 3600);
		bucket->capacity = (double)bytes * share * hours / day_hours;
		bucket->level =
		    had_none ? bucket->capacity : smaller(bucket->level, bucket->capacity);
	}
	b->buckets[SCHED_EXTRA].hour_most =
	    (int32_t)lround(limits->targets_per_hour * share_of(limits, SCHED_EXTRA));
	b->buckets[SCHED_TURN].hour_most =
	    limits->targets_per_hour - b->buckets[SCHED_EXTRA].hour_most;
}

/* --- time ------------------------------------------------------------------------------------ */

static void
fill(struct sched_bucket *bucket, double seconds)
{
	bucket->level = smaller(bucket->capacity, bucket->level + bucket->per_s * seconds);
}

/* Floor, also below 0: a clock of its own may begin anywhere. */
static int64_t
minute_of(int64_t ns)
{
	return ns / minute_ns - (ns % minute_ns < 0);
}

static int
slot_of(int64_t minute)
{
	int slot = (int)(minute % SCHED_HOUR_SLOTS);

	return slot < 0 ? slot + SCHED_HOUR_SLOTS : slot;
}

/* Forgets the minutes that are more than an hour ago. */
static void
turn_minutes(struct sched_bucket *bucket, int64_t from, int64_t to)
{
	int64_t minute = to - from > SCHED_HOUR_SLOTS ? to - SCHED_HOUR_SLOTS : from;
	int slot;

	while (minute < to) {
		slot = slot_of(++minute);
		bucket->hour -= bucket->minutes[slot];
		bucket->minutes[slot] = 0;
	}
}

static void
begin_day(struct sched_budget *b, int date)
{
	int purse;

	b->yesterday = b->today;
	b->today = (struct sched_day){.date = date};
	for (purse = 0; purse < SCHED_PURSES; purse++) {
		b->buckets[purse].spent = 0;
		/* What was used in advance was the old day's. */
		if (b->buckets[purse].level < 0)
			b->buckets[purse].level = 0;
	}
}

void
sched_budget_tick(struct sched_budget *b, int64_t mono_ns, int64_t wall_us, int date)
{
	int64_t offset_us = wall_us - mono_ns / 1000, moved_us = offset_us - b->offset_us;
	int purse;

	for (purse = 0; b->running && purse < SCHED_PURSES; purse++) {
		fill(&b->buckets[purse], (double)(mono_ns - b->last_ns) / 1e9);
		turn_minutes(&b->buckets[purse], minute_of(b->last_ns), minute_of(mono_ns));
	}
	if (b->today.date == 0 || !b->running)
		b->today.date = b->today.date == 0 ? date : b->today.date;
	else if (moved_us > step_us || moved_us < -step_us)
		b->today.date = date;
	/* Not "other than": in some countries the last hour of a day comes twice, and midnight with it. */
	else if (date > b->today.date)
		begin_day(b, date);
	b->running = true;
	b->last_ns = mono_ns;
	b->offset_us = offset_us;
}

/* --- spending -------------------------------------------------------------------------------- */

static bool
hour_allows(const struct sched_budget *b, enum sched_purse purse, const struct sched_bucket *bucket)
{
	if (b->limits.targets_per_hour <= 0)
		return true;
	if (purse == SCHED_ORDERED)
		return b->buckets[SCHED_TURN].hour + b->buckets[SCHED_EXTRA].hour <
		    b->limits.targets_per_hour;
	return bucket->hour < bucket->hour_most &&
	    b->buckets[SCHED_TURN].hour + b->buckets[SCHED_EXTRA].hour < b->limits.targets_per_hour;
}

static bool
day_allows(const struct sched_budget *b, enum sched_purse purse, const struct sched_bucket *bucket,
    int64_t bytes, int64_t wanted)
{
	if (b->limits.bytes_per_day <= 0)
		return true;
	if (b->today.bytes + bytes > b->limits.bytes_per_day)
		return false;
	if (purse == SCHED_ORDERED)
		return true;
	if (purse == SCHED_EXTRA || wanted < bytes)
		wanted = bytes;
	return bucket->spent + bytes <= bucket->most &&
	    bucket->level >= smaller((double)wanted, bucket->capacity);
}

static void
charge(struct sched_budget *b, struct sched_bucket *bucket, int64_t bytes)
{
	b->today.bytes += bytes;
	bucket->spent += bytes;
	/* A day that ended in the middle of a round gets back what was set aside on the other side of midnight. */
	if (b->today.bytes < 0)
		b->today.bytes = 0;
	if (bucket->spent < 0)
		bucket->spent = 0;
	bucket->level = smaller(bucket->capacity, bucket->level - (double)bytes);
}

static void
count_target(struct sched_bucket *bucket, int64_t minute, int n)
{
	bucket->minutes[slot_of(minute)] += n;
	bucket->hour += n;
}

bool
sched_budget_take(struct sched_budget *b, enum sched_purse purse, int64_t bytes, int64_t wanted)
{
	struct sched_bucket *bucket = bucket_of(b, purse);

	if (!hour_allows(b, purse, bucket) || !day_allows(b, purse, bucket, bytes, wanted))
		return false;
	charge(b, bucket, bytes);
	count_target(bucket, minute_of(b->last_ns), 1);
	return true;
}

bool
sched_budget_never(const struct sched_budget *b, enum sched_purse purse, int64_t bytes)
{
	if (b->limits.bytes_per_day <= 0)
		return false;
	return bytes > (purse == SCHED_ORDERED ? b->limits.bytes_per_day : b->buckets[purse].most);
}

void
sched_budget_settle(
    struct sched_budget *b, enum sched_purse purse, int64_t set_aside, int64_t actual)
{
	charge(b, bucket_of(b, purse), actual - set_aside);
}

void
sched_budget_give_back(
    struct sched_budget *b, enum sched_purse purse, int64_t set_aside, int64_t taken_ns)
{
	int64_t minute = minute_of(taken_ns);

	charge(b, bucket_of(b, purse), -set_aside);
	if (minute_of(b->last_ns) - minute < SCHED_HOUR_SLOTS)
		count_target(bucket_of(b, purse), minute, -1);
}

/* --- restart --------------------------------------------------------------------------------- */

void
sched_budget_save(
    const struct sched_budget *b, int64_t mono_ns, int64_t wall_us, struct sched_saved_budget *out)
{
	const struct sched_bucket *bucket;
	int purse, ago;

	*out = (struct sched_saved_budget){.wall_us = wall_us - (mono_ns - b->last_ns) / 1000,
	    .today = b->today,
	    .yesterday = b->yesterday};
	for (purse = 0; purse < SCHED_PURSES; purse++) {
		bucket = &b->buckets[purse];
		out->level[purse] = bucket->level;
		out->spent[purse] = bucket->spent;
		for (ago = 0; ago < SCHED_HOUR_SLOTS; ago++)
			out->minutes[purse][ago] =
			    bucket->minutes[slot_of(minute_of(b->last_ns) - ago)];
	}
}

/* Minutes that were left out may have ended in the middle: one less is taken for gone. */
static void
restore_minutes(struct sched_bucket *bucket, const int32_t *saved, double away_s, int64_t minute)
{
	int gone = away_s < 60 ? 0 : away_s < 7200 ? (int)(away_s / 60) - 1 : SCHED_HOUR_SLOTS, ago;

	for (ago = 0; ago + gone < SCHED_HOUR_SLOTS; ago++)
		if (saved[ago] > 0 && saved[ago] < INT32_MAX / SCHED_HOUR_SLOTS)
			count_target(bucket, minute - ago - gone, saved[ago]);
}

/* Numbers that no day has would not fit into sums. */
static struct sched_day
sane_day(const struct sched_day *saved)
{
	const int32_t most = INT32_MAX / 2;
	struct sched_day day = *saved;
	int32_t *counts[] = {&day.measured, &day.extra, &day.late, &day.refused, &day.unburst};
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		if (*counts[i] < 0 || *counts[i] > most)
			*counts[i] = 0;
	if (!(day.lost >= 0 && day.lost <= most))
		day.lost = 0;
	if (day.bytes < 0 || day.bytes > INT64_MAX / 4)
		day.bytes = 0;
	return day;
}

void
sched_budget_restore(struct sched_budget *b, const struct sched_saved_budget *saved,
    int64_t mono_ns, int64_t wall_us, int date)
{
	double away_s = (double)wall_us / 1e6 - (double)saved->wall_us / 1e6;
	struct sched_bucket *bucket;
	int purse;

	b->running = false;
	b->today = sane_day(&saved->today);
	b->yesterday = sane_day(&saved->yesterday);
	for (purse = 0; purse < SCHED_PURSES; purse++) {
		bucket = &b->buckets[purse];
		if (saved->spent[purse] >= 0 && saved->spent[purse] <= INT64_MAX / 4)
			bucket->spent = saved->spent[purse];
		if (saved->level[purse] >= -(double)b->limits.bytes_per_day)
			bucket->level = smaller(saved->level[purse], bucket->capacity);
		if (away_s > 0)
			fill(bucket, away_s);
		restore_minutes(bucket, saved->minutes[purse], away_s, minute_of(mono_ns));
	}
	if (date > b->today.date)
		begin_day(b, date);
	/* A clock that was ahead when this was saved must not hold the next day up. */
	b->today.date = date;
}
