/*
 * Calendars of event days: when protests, elections and anniversaries are or were, around which a
 * line is measured more closely, and with which outages are compared.
 *
 * Four formats, told apart by what is in the file:
 *
 * CSV of our own, by the header's names, in any order: start, end, precision, type, place, event,
 * targets, source, repeat, notes. Only start is required. netvane(1), "netvane calendars",
 * describes it. country, title and services stand for place, event and targets.
 *
 * iCalendar (RFC 5545): VEVENTs, cancelled ones left out, repeated ones within a span of days.
 *
 * Access Now's #KeepItOn shutdown tracker, as CSV. Required: start_date, country. Kept: end_date,
 * area_name, geo_scope, shutdown_type, shutdown_extent, shutdown_status, affected_network, event,
 * duration, ordered_by, decision_maker, telcos_involved, actual_cause, other_cause_details,
 * gov_ack, gov_justification, legal_method, notes, info_source, info_source_link, news_link,
 * an_link, other_affected_specify, and X_affected for the services of calendar_foreign.c's table.
 * Days as month/day/year, ISO, or a spread sheet's number; an end may be "ongoing" or "unknown".
 * The sheets' columns change from year to year, and none was at hand to try this on: what is not
 * named here is not read.
 *
 * ACLED's export, as CSV. Required: event_date, event_type. Kept: sub_event_type, time_precision,
 * location, admin1, admin2, admin3, country, source, source_scale, notes, actor1, assoc_actor_1,
 * actor2, assoc_actor_2, disorder_type, civilian_targeting, fatalities, latitude, longitude,
 * geo_precision, tags, event_id_cnty. Days as ISO or "04 January 2022".
 */
#ifndef TARGETS_CALENDAR_H
#define TARGETS_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* How exactly the days are known. */
enum calendar_precision {
	CALENDAR_DAY,
	CALENDAR_WEEK,     /* on some day of these, seven at most */
	CALENDAR_MONTH,    /* on some day of the month */
	CALENDAR_YEAR,     /* ... of the year */
	CALENDAR_RANGE,    /* from the first day to the last */
	CALENDAR_APPROX,   /* about from the first to the last */
	CALENDAR_RECURRING /* again and again between them, on days that are not known */
};
/* "day" and so on. */
const char *calendar_precision_name(enum calendar_precision precision);

/* The texts are never NULL, and owned by the calendar. */
struct calendar_event {
	/*
	 * Days since 1970-01-01, both included: dates as they are where it happens (of a time in
	 * UTC: UTC's). Compare them with the local day there, or allow a day's margin.
	 */
	int32_t first, last;
	bool open; /* it went on after `last`, or may have: nobody knows its end */
	enum calendar_precision precision;
	bool yearly; /* from `first` on every year on that date; the 29th of February else on the
	                28th */
	const char *type, *place, *title;
	const char *targets; /* what it is said to have hit, in the source's words */
	const char *source, *notes;
	int line; /* in its file */
};

struct calendar {
	char *name; /* the built-in's name; or the file's, without directory and .csv, .ics and the
	               like; "stdin" */
	struct calendar_event *events;
	size_t n;
	size_t bad;        /* entries left out under CALENDAR_SKIP_BAD */
	size_t duplicates; /* entries left out because the same one stood before */
	size_t undated;    /* entries left out because they give no day, or were cancelled */
	struct arena *arena;
};

/*
 * What the reader meets: file and line, and what is wrong (a bad entry) or worth knowing (a
 * duplicate, one without a day). `fatal` tells the two apart.
 */
typedef void
calendar_report(const char *file, int line, bool fatal, const char *message, void *arg);

enum calendar_flags { CALENDAR_SKIP_BAD = 1 };

/*
 * The days among which repeated events of iCalendar files are spelled out, 40 years at most. Whoever
 * keeps a calendar for long loads it anew before its span ends.
 */
struct calendar_span {
	int32_t first, last;
};

/*
 * Loads a built-in calendar by name or a file by path ("-": standard input). Every bad entry is
 * reported; without CALENDAR_SKIP_BAD they make the result -1 (after all of the file was read).
 * Duplicates are left out and counted. A calendar without any event is bad, too. Returns 0; -1 bad
 * data; -2 cannot be read (reported with line 0). Free with calendar_clear, also after failure.
 */
int calendar_load(const char *name, struct calendar_span span, int flags, calendar_report *report,
    void *arg, struct calendar *calendar);
/* The same over bytes in memory. Pure, but that the first iCalendar file loads libical: fuzzed. */
int calendar_parse(const char *name, const char *data, size_t len, struct calendar_span span,
    int flags, calendar_report *report, void *arg, struct calendar *calendar);
void calendar_clear(struct calendar *calendar);

/* An event of at most so many days is known well enough to measure more closely for it; longer ones
 * are information only. */
enum { CALENDAR_TIGHT_DAYS = 7 };
bool calendar_tightens(const struct calendar_event *event);

struct calendar_query {
	int32_t first, last; /* which days are asked for */
	int before,
	    after; /* an event counts so many days earlier than it begins, and later than it ends */
	bool tightening_only; /* leave out what does not tighten */
};

/* One time that an event takes place. */
struct calendar_hit {
	const struct calendar *calendar; /* borrowed, and so is the event */
	const struct calendar_event *event;
	int32_t first, last; /* a yearly event's in its year */
};

/*
 * Which events touch these days, in the order of time (then of the calendars). Allocates *hits (to
 * free; NULL for none) and returns how many. Pure.
 */
size_t calendar_find(const struct calendar *calendars, size_t n, const struct calendar_query *query,
    struct calendar_hit **hits);

/* The built-in calendars, installed beside the lists. */
struct calendar_builtin {
	const char *name;
	const char *about; /* one line */
};
extern const struct calendar_builtin calendar_builtins[];
extern const size_t calendar_nbuiltins;
/* The file of a built-in calendar (to free), or NULL when `name` is none. */
char *calendar_builtin_path(const char *name);

#endif
