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

char *
clock_rfc3339(int64_t wall_us, char out[CLOCK_TEXT_SIZE])
{
	int micros;
	struct tm tm = utc(wall_us, &micros);
	size_t n = strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);

	snprintf(out + n, CLOCK_TEXT_SIZE - n, ".%06dZ", micros);
	return out;
}

char *
clock_ooni(int64_t wall_us, char out[CLOCK_TEXT_SIZE])
{
	int micros;
	struct tm tm = utc(wall_us, &micros);

	strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &tm);
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

int
clock_parse(const char *text, int64_t *wall_us)
{
	struct tm tm = {0}, check;
	const char *p = text;
	int64_t micros = 0, away = 0;
	time_t t;

	if (!number(&p, 4, 0, 9999, &tm.tm_year) || !literal(&p, '-') ||
	    !number(&p, 2, 1, 12, &tm.tm_mon) || !literal(&p, '-') ||
	    !number(&p, 2, 1, 31, &tm.tm_mday))
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (*p != '\0') {
		if (!literal(&p, 'T') && !literal(&p, 't') && !literal(&p, ' '))
			return -1;
		if (!number(&p, 2, 0, 23, &tm.tm_hour) || !literal(&p, ':') ||
		    !number(&p, 2, 0, 59, &tm.tm_min))
			return -1;
		if (literal(&p, ':') && !number(&p, 2, 0, 60, &tm.tm_sec))
			return -1;
		if (literal(&p, '.') && !fraction(&p, &micros))
			return -1;
		if (!offset(&p, &away) || *p != '\0')
			return -1;
	}
	check = tm;
	t = timegm(&check);
	/* timegm turns 31 April into 1 May; we do not. */
	if (check.tm_mday != tm.tm_mday && tm.tm_sec < 60)
		return -1;
	*wall_us = ((int64_t)t - away) * 1000000 + micros;
	return 0;
}
