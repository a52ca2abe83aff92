/* Days: dates of the Gregorian calendar, in no zone, counted from 1970-01-01. Pure. */
#ifndef TARGETS_DAY_H
#define TARGETS_DAY_H

#include <stdbool.h>
#include <stdint.h>

struct date {
	int year, month, day; /* 1 to 9999, 1 to 12, 1 to 31 */
};

bool day_exists(struct date date);
/* The date must exist. */
int32_t day_of(struct date date);
struct date day_date(int32_t day);
/* The day of the year that a yearly event has; 29 February is the 28th where there is none. */
int32_t day_in_year(struct date date, int year);
/* How many days the month has. */
int day_month_length(int year, int month);

/* The day it is, at a place whose clocks are ahead of UTC by so many seconds (0: the UTC day). */
int32_t day_of_time(int64_t wall_us, int32_t utc_offset_s);

/* Reads "2026-12-16", and nothing behind it. Returns 0, or -1. */
int day_parse(const char *text, int32_t *day);
/* "2026-12-16". Returns out. */
enum { DAY_TEXT_SIZE = 16 };
char *day_text(int32_t day, char out[DAY_TEXT_SIZE]);

#endif
