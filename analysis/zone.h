/*
 * The day it is at a place, by tzdata. A zone is loaded once, with the C library, which knows one zone at a
 * time; after that it is a table, and asking it is pure.
 */
#ifndef ANALYSIS_ZONE_H
#define ANALYSIS_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone;

/* "Asia/Almaty" or "UTC"; NULL where tzdata has no such zone. Changes TZ for a moment: one thread only. */
struct zone *zone_load(const char *name);
void zone_free(struct zone *zone);
/* The name it was loaded by. */
const char *zone_name(const struct zone *zone);
/* Days since 1970-01-01 there, at this time (UTC, microseconds). From 1970 to 2100; later as in 2100. */
int32_t zone_day(const struct zone *zone, int64_t us);

enum { ZONE_NAME_SIZE = 64 };
/*
 * The zone of a country, by a text like tzdata's zone.tab: the first one named, which is where most
 * people live. Returns how many the country has, 0 when it is not in there. Pure.
 */
size_t zone_pick(const char *tab, const char *cc, char name[ZONE_NAME_SIZE]);
/* The same by the machine's tzdata. */
size_t zone_of_country(const char *cc, char name[ZONE_NAME_SIZE]);

#endif
