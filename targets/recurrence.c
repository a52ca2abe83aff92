/* Repetition rules, by libical. */
#include "targets/recurrence.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <libical/ical.h>

#include "base/mem.h"
#include "targets/day.h"

enum {
	RULE_MAX = 1024,
	INTERVAL_MAX = 1000,
	YEAR_LEAST = 1900,
	YEAR_MOST = 2200,
	SPAN_MAX = 40 * 366
};

#define TEXT_OF(number) #number
#define LIBRARY(major) "libical.so." TEXT_OF(major)
/* The library whose header this was compiled with. */
#if ICAL_MAJOR_VERSION == 3
static const char library[] = LIBRARY(3);
#else
#error "libical 3 is needed: its interface changed in 4"
#endif

static struct {
	__typeof__(icalrecurrencetype_from_string) *from_string;
	__typeof__(icalrecur_iterator_new) *iterator_new;
	__typeof__(icalrecur_iterator_set_start) *set_start;
	__typeof__(icalrecur_iterator_next) *next;
	__typeof__(icalrecur_iterator_free) *iterator_free;
} ical;

/* Once: what was loaded stays. */
static bool
load_library(void)
{
	static const char *const names[] = {"icalrecurrencetype_from_string",
	    "icalrecur_iterator_new", "icalrecur_iterator_set_start", "icalrecur_iterator_next",
	    "icalrecur_iterator_free"};
	void *symbols[sizeof(names) / sizeof(names[0])], *handle;
	size_t i;

	if (ical.from_string != NULL)
		return true;
	handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		symbols[i] = dlsym(handle, names[i]);
		if (symbols[i] == NULL) {
			dlclose(handle);
			return false;
		}
	}
	_Static_assert(sizeof(symbols) == sizeof(ical), "a name for each function");
	memcpy(&ical, symbols, sizeof(ical));
	return true;
}

static bool
holds(const char *rule, const char *part)
{
	for (; *rule != '\0'; rule++)
		if (strncasecmp(rule, part, strlen(part)) == 0)
			return true;
	return false;
}

/* Several hours and the like make no more days, but up to 86,400 times the work. */
static bool
is_one(const short *values)
{
	return values[0] == ICAL_RECURRENCE_ARRAY_MAX || values[1] == ICAL_RECURRENCE_ARRAY_MAX;
}

static struct icaltimetype
time_of(int32_t day, int second)
{
	struct date date = day_date(day);
	struct icaltimetype time = {0};

	time.year = date.year;
	time.month = date.month;
	time.day = date.day;
	time.is_date = second < 0;
	if (second >= 0) {
		time.hour = second / 3600;
		time.minute = second / 60 % 60;
		time.second = second % 60;
	}
	return time;
}

/* Returns NULL, or what is wrong. */
static const char *
read_rule(const char *text, struct icalrecurrencetype *rule)
{
	if (strlen(text) > RULE_MAX)
		return "RRULE is longer than 1024 bytes";
	/* Before libical sees it: these lead into another library, and allocate. */
	if (holds(text, "RSCALE") || holds(text, "SKIP"))
		return "RRULE has RSCALE or SKIP, which are not supported";
	if (!load_library())
		return "RRULE needs libical 3, which is not installed (on Debian or Ubuntu: "
		       "apt-get "
		       "install libical3)";
	*rule = ical.from_string(text);
	switch (rule->freq) {
	case ICAL_DAILY_RECURRENCE:
	case ICAL_WEEKLY_RECURRENCE:
	case ICAL_MONTHLY_RECURRENCE:
	case ICAL_YEARLY_RECURRENCE:
		break;
	case ICAL_SECONDLY_RECURRENCE:
	case ICAL_MINUTELY_RECURRENCE:
	case ICAL_HOURLY_RECURRENCE:
		return "RRULE repeats within a day";
	case ICAL_NO_RECURRENCE:
	default:
		return "RRULE cannot be read";
	}
	if (!is_one(rule->by_hour) || !is_one(rule->by_minute) || !is_one(rule->by_second))
		return "RRULE repeats within a day";
	/* Far enough, and libical would go on looking where its calendar ends. */
	if (rule->interval > INTERVAL_MAX)
		return "RRULE has an INTERVAL of more than 1000";
	rule->by_hour[0] = rule->by_minute[0] = rule->by_second[0] = ICAL_RECURRENCE_ARRAY_MAX;
	return NULL;
}

/* libical goes on to the year 2582 where nothing stops it. */
static void
limit(struct icalrecurrencetype *rule, int32_t until)
{
	const struct icaltimetype end = time_of(until, 86399), *u = &rule->until;

	if (u->year == 0 || u->year > end.year ||
	    (u->year == end.year &&
	        (u->month > end.month || (u->month == end.month && u->day > end.day))))
		rule->until = end;
}

/* The iterator at its beginning; NULL where the rule never comes true. */
static icalrecur_iterator *
begin(const struct icalrecurrencetype *rule, const struct recurrence *recurrence, int32_t from)
{
	icalrecur_iterator *iterator =
	    ical.iterator_new(*rule, time_of(recurrence->first, recurrence->second));

	if (iterator == NULL || rule->count > 0 || from <= recurrence->first)
		return iterator;
	/* Counting needs the beginning; others need not be walked through from there. */
	if (ical.set_start(iterator, time_of(from, recurrence->second < 0 ? -1 : 0)))
		return iterator;
	ical.iterator_free(iterator);
	return NULL;
}

static void
push(int32_t **days, size_t *n, int32_t day)
{
	/* 0, 16, 32, 64: room that was used up is doubled. */
	if (*n == 0 || (*n >= 16 && (*n & (*n - 1)) == 0))
		*days = xreallocarray(*days, *n == 0 ? 16 : *n * 2, sizeof(**days));
	(*days)[(*n)++] = day;
}

/* Walks to the end of the rule or of the span. */
static const char *
walk(icalrecur_iterator *iterator, int32_t from, int32_t until, int32_t **days, size_t *n)
{
	struct icaltimetype time;
	struct date date;
	int steps;

	for (steps = 0; steps < RECURRENCE_DAYS_MAX; steps++) {
		time = ical.next(iterator);
		date = (struct date){time.year, time.month, time.day};
		if (time.year == 0 || !day_exists(date) || day_of(date) > until)
			return NULL;
		if (day_of(date) >= from)
			push(days, n, day_of(date));
	}
	return "RRULE repeats more than 20000 times";
}

const char *
recurrence_days(const struct recurrence *recurrence, int32_t from, int32_t until, int32_t **days,
    size_t *n, bool *slow)
{
	struct icalrecurrencetype rule;
	const char *wrong = read_rule(recurrence->rule, &rule);
	int year = day_date(recurrence->first).year;
	icalrecur_iterator *iterator;

	*days = NULL;
	*n = 0;
	*slow = false;
	if (wrong != NULL)
		return wrong;
	if (year < YEAR_LEAST || year > YEAR_MOST)
		return "RRULE begins before 1900 or after 2200";
	if (until - from > SPAN_MAX)
		until = from + SPAN_MAX;
	if (from > until || day_date(from).year > YEAR_MOST)
		return NULL;
	limit(&rule, until);
	iterator = begin(&rule, recurrence, from);
	if (iterator == NULL) {
		/* It looked for a first day up to the year 20000. */
		*slow = true;
		return "RRULE names no day that comes";
	}
	wrong = walk(iterator, from, until, days, n);
	ical.iterator_free(iterator);
	return wrong;
}
