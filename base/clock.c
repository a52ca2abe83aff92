/* Time and its texts. */
#include "base/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct clock_source *clock_replaced;

int64_t
clock_wall_us(void)
{
	struct timespec ts;

	if (clock_replaced != NULL)
		return clock_replaced->wall_us(clock_replaced->arg);
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_mono_ns(void)
{
	struct timespec ts;

	if (clock_replaced != NULL)
		return clock_replaced->mono_ns(clock_replaced->arg);
#ifdef CLOCK_BOOTTIME
	clock_gettime(CLOCK_BOOTTIME, &ts);
#else
	clock_gettime(CLOCK_MONOTONIC, &ts);
#endif
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void
clock_replace(const struct clock_source *source)
{
	clock_replaced = source;
}

/* Broken-down UTC; times outside the years 0 to 9999 are clamped, so that texts keep their shape. */
static struct tm
utc(int64_t wall_us, int *micros)
{
	const int64_t least = INT64_C(-62167219200), most = INT64_C(253402300799);
	int64_t s = wall_us / 1000000;
	struct tm tm;
	time_t t;

	*micros = (int)(wall_us % 1000000);
	if (*micros < 0) {
		*micros += 1000000;
		s--;
	}
	t = (time_t)(s < least ? least : s > most ? most : s);
	gmtime_r(&t, &tm);
	return tm;
}

/* The part that both texts share. Not strftime, whose %Y writes the year 1 as "1". */
static void
write_date(const struct tm *tm, char between, char out[CLOCK_TEXT_SIZE])
{
	snprintf(out, CLOCK_TEXT_SIZE, "%04d-%02d-%02d%c%02d:%02d:%02d", tm->tm_year + 1900,
	    tm->tm_mon + 1, tm->tm_mday, between, tm->tm_hour, tm->tm_min, tm->tm_sec);
}

enum { DATE_LENGTH = 19 };

char *
clock_rfc3339(int64_t wall_us, char out[CLOCK_TEXT_SIZE])
{
	int micros;
	struct tm tm = utc(wall_us, &micros);

	write_date(&tm, 'T', out);
	snprintf(out + DATE_LENGTH, CLOCK_TEXT_SIZE - DATE_LENGTH, ".%06dZ", micros);
	return out;
}

char *
clock_ooni(int64_t wall_us, char out[CLOCK_TEXT_SIZE])
{
	int micros;
	struct tm tm = utc(wall_us, &micros);

	write_date(&tm, ' ', out);
	return out;
}

/* Reads exactly `digits` decimal digits. */
static bool
number(const char **p, int digits, int least, int most, int *out)
{
	int v = 0, i;

	for (i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*p)[i]))
			return false;
		v = v * 10 + ((*p)[i] - '0');
	}
	*p += digits;
	*out = v;
	return v >= least && v <= most;
}

static bool
literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* Reads ".5" and its like as microseconds; digits past the sixth are dropped. */
static bool
fraction(const char **p, int64_t *micros)
{
	int64_t unit = 100000;

	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++) {
		*micros += (**p - '0') * unit;
		unit /= 10;
	}
	return true;
}

/* Reads "", "Z" or "+05:00" and gives the seconds to take away. */
static bool
offset(const char **p, int64_t *seconds)
{
	int sign, hours, minutes;

	*seconds = 0;
	if (**p == '\0' || literal(p, 'Z') || literal(p, 'z'))
		return true;
	if (**p != '+' && **p != '-')
		return false;
	sign = *(*p)++ == '-' ? -1 : 1;
	if (!number(p, 2, 0, 23, &hours))
		return false;
	literal(p, ':');
	if (!number(p, 2, 0, 59, &minutes))
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* Reads "2026-11-22", a day that exists. */
static bool
date(const char **p, struct tm *tm)
{
	struct tm check;

	if (!number(p, 4, 0, 9999, &tm->tm_year) || !literal(p, '-') ||
	    !number(p, 2, 1, 12, &tm->tm_mon) || !literal(p, '-') ||
	    !number(p, 2, 1, 31, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	/* timegm turns 31 April into 1 May; we do not. */
	check = *tm;
	timegm(&check);
	return check.tm_mday == tm->tm_mday;
}

/* Reads "06:30[:00[.5]]"; 60 is a leap second. */
static bool
time_of_day(const char **p, struct tm *tm, int64_t *micros)
{
	if (!number(p, 2, 0, 23, &tm->tm_hour) || !literal(p, ':') ||
	    !number(p, 2, 0, 59, &tm->tm_min))
		return false;
	if (!literal(p, ':'))
		return true;
	if (!number(p, 2, 0, 60, &tm->tm_sec))
		return false;
	return !literal(p, '.') || fraction(p, micros);
}

int
clock_parse(const char *text, int64_t *wall_us)
{
	struct tm tm = {0};
	const char *p = text;
	int64_t micros = 0, away = 0;

	if (!date(&p, &tm))
		return -1;
	if (*p != '\0') {
		if (!literal(&p, 'T') && !literal(&p, 't') && !literal(&p, ' '))
			return -1;
		if (!time_of_day(&p, &tm, &micros) || !offset(&p, &away) || *p != '\0')
			return -1;
	}
	*wall_us = ((int64_t)timegm(&tm) - away) * 1000000 + micros;
	return 0;
}
