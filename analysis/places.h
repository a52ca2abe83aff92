/* Whose day it is: each record's day at the place where its probe was, by the country's time zone or by one for all. */
#ifndef ANALYSIS_PLACES_H
#define ANALYSIS_PLACES_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct places;

/* zone: for all records ("Asia/Almaty"), or NULL: by country. NULL, logged as --tz's, where tzdata has no such zone. */
struct places *places_new(const char *zone);
void places_free(struct places *places);
/* Of a country, by its two letters; of an unknown one (NULL, "ZZ"), or one that tzdata does not know (logged once), it is UTC's. */
int32_t places_day(struct places *places, const char *cc, int64_t us);
/* The zones that were used, each once, with commas. */
void places_zones(const struct places *places, struct buf *out);

#endif
