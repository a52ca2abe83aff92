/* The calendars that --events names. */
#ifndef ANALYSIS_CALENDARS_H
#define ANALYSIS_CALENDARS_H

#include <stddef.h>

struct calendar;

struct calendars {
	struct calendar *items;
	size_t n;
};

/* EX_OK; or EX_USAGE, logged, where standard input ("-") is to be two calendars, or a calendar and the records of these paths. */
int calendars_check(const char *const *names, size_t n, char *const *paths, size_t npaths);
/*
 * Files, or names of built-in ones. Bad entries are logged and left out, as bad lines are. Returns EX_OK; or, logged, EX_NOINPUT, or
 * EX_DATAERR for a calendar without any event that can be used. Free with calendars_clear in any case.
 */
int calendars_load(const char *const *names, size_t n, struct calendars *out);
void calendars_clear(struct calendars *calendars);

#endif
