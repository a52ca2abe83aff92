/*
 * Daily windows in local time ("07:00-23:00"): when a list may be measured. Pure, but for the tz database, which
 * localtime_r reads: a day on which the clocks change has its windows where people's clocks show them.
 */
#ifndef PROBE_SCHED_WINDOW_H
#define PROBE_SCHED_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { SCHED_WINDOWS_MAX = 8, SCHED_WINDOWS_ERROR_SIZE = 160 };

/* Zeroed: always open. */
struct sched_windows {
	/* Minutes of the local day; from the first on, until before the second. Where `until` is not after `from` it is the next day's. */
	struct {
		int16_t from, until;
	} items[SCHED_WINDOWS_MAX];
	int n;
};

/*
 * Reads "07:00-12:00, 22:00-02:00" (commas or white space between; "24:00" ends a day; at most SCHED_WINDOWS_MAX).
 * Nothing but white space: always open. Returns 0, or -1 with the reason in error. Fuzzed.
 */
int sched_windows_parse(
    const char *text, struct sched_windows *windows, char error[SCHED_WINDOWS_ERROR_SIZE]);
/* `minute` of the local day, 0 to 1439. */
bool sched_windows_open(const struct sched_windows *windows, int minute);

struct sched_local {
	int minute; /* of the local day, 0 to 1439 */
	int date; /* 20280229 */
};
/* Where people's clocks stand (TZ, as tzset has read it). Times outside the years 1 to 9999 are clamped. */
struct sched_local sched_local(int64_t wall_us);

#endif
