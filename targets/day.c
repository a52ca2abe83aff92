/* Days and dates. */
#include "targets/day.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
day_month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

bool
day_exists(struct date date)
{
	return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 &&
	       date.day >= 1 && date.day <= day_month_length(date.year, date.month);
}

/*
 * Years that begin in March have their leap day last, and months in them lengths that a straight
 * line gives: 153 days in five months.
 */
int32_t
day_of(struct date date)
{
	/* 719468: from 0000-03-01 to 1970-01-01. */
	int year = date.month > 2 ? date.year : date.year - 1;
	int month = (date.month + 9) % 12; /* since March */

	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + date.day -
	       1 - 719468;
}

struct date
day_date(int32_t day)
{
	struct date date = {.month = 1, .day = 1};
	int32_t left;

	/* Too late, if anything: no year is shorter than 365 days, and none longer than 366. */
	date.year = 1970 + (int)(day / (day < 0 ? 366 : 365));
	while (day_of((struct date){date.year, 1, 1}) > day)
		date.year--;
	left = day - day_of((struct date){date.year, 1, 1});
	while (left >= day_month_length(date.year, date.month))
		left -= day_month_length(date.year, date.month++);
	date.day += (int)left;
	return date;
}

int32_t
day_in_year(struct date date, int year)
{
	date.year = year;
	if (!day_exists(date))
		date.day = 28;
	return day_of(date);
}

int32_t
day_of_time(int64_t wall_us, int32_t utc_offset_s)
{
	const int64_t us_per_day = INT64_C(86400) * 1000000;
	int64_t us = wall_us + (int64_t)utc_offset_s * 1000000, day = us / us_per_day;

	return (int32_t)(us % us_per_day < 0 ? day - 1 : day);
}

int
day_parse(const char *text, int32_t *day)
{
	static const char shape[] = "0000-00-00";
	struct date date;
	size_t i;

	for (i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
			return -1;
	if (text[i] != '\0' ||
	    sscanf(text, "%4d-%2d-%2d", &date.year, &date.month, &date.day) != 3 ||
	    !day_exists(date))
		return -1;
	*day = day_of(date);
	return 0;
}

char *
day_text(int32_t day, char out[DAY_TEXT_SIZE])
{
	struct date date = day_date(day);

	snprintf(out, DAY_TEXT_SIZE, "%04d-%02d-%02d", date.year % 10000, date.month % 100,
	    date.day % 100);
	return out;
}
