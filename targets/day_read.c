/* Days as spread sheets and other people's programs write them. */
#include "targets/day_read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "targets/day.h"

/* "January" or "Jan", as long as three letters are there. */
static int
month_named(const char *name)
{
	static const char *const months[] = {"january", "february", "march", "april", "may", "june",
	    "july", "august", "september", "october", "november", "december"};
	size_t len = strlen(name);
	int i;

	for (i = 0; len >= 3 && i < 12; i++)
		if (len <= strlen(months[i]) && strncasecmp(name, months[i], len) == 0)
			return i + 1;
	return 0;
}

static bool
exact(struct date date, int32_t *day)
{
	if (date.year >= 0 && date.year < 100)
		date.year += 2000;
	if (!day_exists(date))
		return false;
	*day = day_of(date);
	return true;
}

/* "2019-02-27", perhaps with a time behind it. */
static bool
iso_day(const char *text, int32_t *day)
{
	char date[DAY_TEXT_SIZE];

	snprintf(date, sizeof(date), "%.10s", text);
	return day_parse(date, day) == 0 && strchr(" T", text[10]) != NULL;
}

/* A spread sheet's day: since 1899-12-30, of which they count to 2119 in five digits like these. */
static bool
serial_day(const char *text, int32_t *day)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (!isdigit((unsigned char)*text) || n < 30000 || n > 80000 ||
	    (*end != '\0' && strcmp(end, ".0") != 0))
		return false;
	*day = day_of((struct date){1899, 12, 30}) + (int32_t)n;
	return true;
}

bool
day_read(const char *text, int32_t *day)
{
	struct date date;
	char month[16];
	int end = 0;

	if (strlen(text) > 40)
		return false;
	if (iso_day(text, day) || serial_day(text, day))
		return true;
	if (sscanf(text, "%2d/%2d/%4d%n", &date.month, &date.day, &date.year, &end) == 3 &&
	    strchr(" ", text[end]) != NULL)
		return exact(date, day);
	if (sscanf(text, "%2d%*1[ -]%15[A-Za-z]%*1[ -]%4d%n", &date.day, month, &date.year, &end) ==
	        3 &&
	    text[end] == '\0') {
		date.month = month_named(month);
		return exact(date, day);
	}
	return false;
}
