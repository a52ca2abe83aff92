/* The day it is at a place. */
#include "analysis/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/day.h"

enum { FIRST_YEAR = 1970, LAST_YEAR = 2100, DAY_SECONDS = 86400, TAB_MAX = 1 << 20 };

struct zone {
	char *name;
	/* From `from` on (seconds, UTC), clocks are so far ahead of UTC. */
	struct shift {
		int64_t from;
		int32_t ahead;
	} *shifts;
	size_t n;
};

static const char *
zone_directory(void)
{
	const char *dir = getenv("TZDIR");

	return dir != NULL && dir[0] != '\0' ? dir : "/usr/share/zoneinfo";
}

/* The C library takes any text for a zone, and those it does not know for UTC. */
static bool
exists(const char *name)
{
	struct buf path = BUF_EMPTY;
	bool found;

	if (strcmp(name, "UTC") == 0)
		return true;
	if (name[0] == '\0' || name[0] == '/' || name[0] == '.' || name[0] == ':' ||
	    strstr(name, "..") != NULL || strstr(name, ".tab") != NULL)
		return false;
	buf_printf(&path, "%s/%s", zone_directory(), name);
	found = access(buf_str(&path), R_OK) == 0;
	buf_clear(&path);
	/* A part of the world is a directory. */
	buf_printf(&path, "%s/%s/.", zone_directory(), name);
	found = found && access(buf_str(&path), F_OK) == -1;
	buf_free(&path);
	return found;
}

static int32_t
seconds_ahead(int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	return localtime_r(&t, &tm) != NULL ? (int32_t)tm.tm_gmtoff : 0;
}

static void
add_shift(struct zone *zone, int64_t from, int32_t ahead)
{
	zone->shifts = xreallocarray(zone->shifts, zone->n + 1, sizeof(*zone->shifts));
	zone->shifts[zone->n++] = (struct shift){from, ahead};
}

/* Between two midnights of UTC that differ: the second from which the later holds. */
static int64_t
find_shift(int64_t before, int64_t after, int32_t ahead)
{
	int64_t middle;

	while (after - before > 1) {
		middle = before + (after - before) / 2;
		if (seconds_ahead(middle) == ahead)
			after = middle;
		else
			before = middle;
	}
	return after;
}

static void
find_shifts(struct zone *zone)
{
	const struct date first = {FIRST_YEAR, 1, 1}, last = {LAST_YEAR, 1, 1};
	int64_t at = (int64_t)day_of(first) * DAY_SECONDS, end = (int64_t)day_of(last) * DAY_SECONDS;
	int32_t ahead = seconds_ahead(at), now;

	add_shift(zone, INT64_MIN, ahead);
	for (at += DAY_SECONDS; at <= end; at += DAY_SECONDS) {
		now = seconds_ahead(at);
		if (now != ahead)
			add_shift(zone, find_shift(at - DAY_SECONDS, at, now), now);
		ahead = now;
	}
}

struct zone *
zone_load(const char *name)
{
	const char *old = getenv("TZ");
	char *kept = old != NULL ? xstrdup(old) : NULL;
	struct zone *zone = NULL;

	if (exists(name) && setenv("TZ", name, 1) == 0) {
		tzset();
		zone = xcalloc(1, sizeof(*zone));
		zone->name = xstrdup(name);
		find_shifts(zone);
		if (kept != NULL)
			setenv("TZ", kept, 1);
		else
			unsetenv("TZ");
		tzset();
	}
	free(kept);
	return zone;
}

void
zone_free(struct zone *zone)
{
	if (zone == NULL)
		return;
	free(zone->name);
	free(zone->shifts);
	free(zone);
}

const char *
zone_name(const struct zone *zone)
{
	return zone->name;
}

int32_t
zone_day(const struct zone *zone, int64_t us)
{
	int64_t seconds = us / 1000000 - (us % 1000000 < 0 ? 1 : 0);
	size_t low = 0, high = zone->n, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (zone->shifts[middle].from <= seconds)
			low = middle;
		else
			high = middle;
	}
	return day_of_time(us, zone->shifts[low].ahead);
}

/* Is the country among those of a line, "RU,UA"? */
static bool
is_of(const char *line, const char *cc)
{
	for (; *line != '\0' && *line != '\t' && *line != '\n'; line++)
		if (strncasecmp(line, cc, 2) == 0 && (line[2] == ',' || line[2] == '\t'))
			return true;
		else if ((line = strpbrk(line, ",\t\n")) == NULL || *line != ',')
			return false;
	return false;
}

/* The third field of a line; false where there is none that fits. */
static bool
take_name(const char *line, char name[ZONE_NAME_SIZE])
{
	size_t end = strcspn(line, "\n"), len;
	const char *at = line;
	int i;

	for (i = 0; i < 2; i++) {
		at = memchr(at, '\t', end - (size_t)(at - line));
		if (at == NULL)
			return false;
		at++;
	}
	len = strcspn(at, "\t\n");
	if (len == 0 || len >= ZONE_NAME_SIZE)
		return false;
	memcpy(name, at, len);
	name[len] = '\0';
	return true;
}

size_t
zone_pick(const char *tab, const char *cc, char name[ZONE_NAME_SIZE])
{
	char other[ZONE_NAME_SIZE];
	size_t n = 0;

	if (strlen(cc) != 2)
		return 0;
	for (; *tab != '\0'; tab += tab[strcspn(tab, "\n")] != '\0' ? strcspn(tab, "\n") + 1
								    : strlen(tab))
		if (*tab != '#' && is_of(tab, cc) && take_name(tab, n == 0 ? name : other))
			n++;
	return n;
}

static bool
read_tab(const char *file, struct buf *text)
{
	struct buf path = BUF_EMPTY;
	size_t n;
	FILE *in;

	buf_printf(&path, "%s/%s", zone_directory(), file);
	in = fopen(buf_str(&path), "re");
	buf_free(&path);
	if (in == NULL)
		return false;
	n = fread(buf_room(text, TAB_MAX), 1, TAB_MAX, in);
	text->len = n;
	text->data[n] = '\0';
	fclose(in);
	return true;
}

/* zone.tab gives each country zones with its own towns' names; the newer zone1970.tab does not. */
size_t
zone_of_country(const char *cc, char name[ZONE_NAME_SIZE])
{
	struct buf text = BUF_EMPTY;
	size_t n = 0;

	if (read_tab("zone.tab", &text) || read_tab("zone1970.tab", &text))
		n = zone_pick(buf_str(&text), cc, name);
	buf_free(&text);
	return n;
}
