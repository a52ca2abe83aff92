/* Daily windows in local time. */
#include "probe/sched_window.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MINUTES_OF_DAY = 24 * 60 };

static const char *
skip(const char *p, const char *what)
{
	return p + strspn(p, what);
}

/* Reads "7:00" to "24:00" as minutes. */
static bool
time_of_day(const char **p, int *minutes)
{
	int hours = 0, digits, i;

	for (digits = 0; digits < 2 && isdigit((unsigned char)**p); digits++)
		hours = hours * 10 + (*(*p)++ - '0');
	if (digits == 0 || *(*p)++ != ':')
		return false;
	*minutes = 0;
	for (i = 0; i < 2; i++, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		*minutes = *minutes * 10 + (**p - '0');
	}
	if (*minutes > 59 || isdigit((unsigned char)**p))
		return false;
	*minutes += hours * 60;
	return *minutes <= MINUTES_OF_DAY;
}

/* Reads one window; NULL, or what is wrong. */
static const char *
window(const char **p, int *from, int *until)
{
	if (!time_of_day(p, from))
		return "is no time of day";
	*p = skip(*p, " \t");
	if (*(*p)++ != '-')
		return "has no '-' after its first time";
	*p = skip(*p, " \t");
	if (!time_of_day(p, until))
		return "does not end with a time of day";
	if (*from == MINUTES_OF_DAY)
		return "begins at 24:00, which is 00:00";
	if (*from == *until)
		return "is empty (00:00-24:00 is the whole day)";
	return NULL;
}

int
sched_windows_parse(
    const char *text, struct sched_windows *windows, char error[SCHED_WINDOWS_ERROR_SIZE])
{
	static const char between[] = " \t\r\n,";
	const char *begin, *p, *wrong = NULL;
	int from, until;

	*windows = (struct sched_windows){.n = 0};
	for (p = skip(text, between); *p != '\0'; p = skip(p, between)) {
		begin = p;
		if (windows->n == SCHED_WINDOWS_MAX)
			wrong = "is one window too many";
		else
			wrong = window(&p, &from, &until);
		if (wrong == NULL && *p != '\0' && strchr(between, *p) == NULL)
			wrong = "has something behind it";
		if (wrong != NULL) {
			snprintf(error, SCHED_WINDOWS_ERROR_SIZE,
			    "\"%.20s\" %s; windows look like 07:00-12:00, 22:00-02:00", begin,
			    wrong);
			return -1;
		}
		windows->items[windows->n].from = (int16_t)from;
		windows->items[windows->n].until = (int16_t)until;
		windows->n++;
	}
	if (windows->n == 0 && strchr(text, ',') != NULL) {
		snprintf(error, SCHED_WINDOWS_ERROR_SIZE, "there is no window between the commas");
		return -1;
	}
	return 0;
}

bool
sched_windows_open(const struct sched_windows *windows, int minute)
{
	bool over_midnight;
	int i, from, until;

	for (i = 0; i < windows->n; i++) {
		from = windows->items[i].from;
		until = windows->items[i].until;
		over_midnight = from > until;
		if (over_midnight ? minute >= from || minute < until
				  : minute >= from && minute < until)
			return true;
	}
	return windows->n == 0;
}

struct sched_local
sched_local(int64_t wall_us)
{
	/* The years 1 to 9999, less a day for the offset. */
	const int64_t least = INT64_C(-62135510400), most = INT64_C(253402214400);
	int64_t s = wall_us / 1000000;
	struct tm tm;
	time_t t;

	if (wall_us % 1000000 < 0)
		s--;
	t = (time_t)(s < least ? least : s > most ? most : s);
	localtime_r(&t, &tm);
	return (struct sched_local){.minute = tm.tm_hour * 60 + tm.tm_min,
	    .date = (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday};
}
