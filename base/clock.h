/*
 * Time, from one replaceable place, so that everything that thinks about time can be run on a
 * clock of a test's own. Wall time: microseconds since 1970-01-01T00:00:00Z. Monotonic time:
 * nanoseconds since an arbitrary point, CLOCK_BOOTTIME on Linux, so that suspend counts.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_us(void);
int64_t clock_mono_ns(void);

struct clock_source {
	int64_t (*wall_us)(void *arg);
	int64_t (*mono_ns)(void *arg);
	void *arg;
};
/* Takes time from `source` from now on (borrowed, must outlive its use); NULL: the machine's. */
void clock_replace(const struct clock_source *source);

/* Room for any of the texts below. */
enum { CLOCK_TEXT_SIZE = 40 };
/* "2026-11-22T06:30:00.123456Z" (RFC 3339). Returns out. */
char *clock_rfc3339(int64_t wall_us, char out[CLOCK_TEXT_SIZE]);
/* "2026-11-22 06:30:00", UTC, as OONI writes it. Returns out. */
char *clock_ooni(int64_t wall_us, char out[CLOCK_TEXT_SIZE]);
/*
 * Reads "2026-11-22", "2026-11-22 06:30[:00[.5]]", or RFC 3339 with T, Z or an offset; a text
 * without offset is UTC. Returns 0 and sets *wall_us, or -1.
 */
int clock_parse(const char *text, int64_t *wall_us);

#endif
