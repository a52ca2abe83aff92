/* Whose day it is. */
#include "analysis/places.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/zone.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

struct place {
	char cc[3];
	struct zone *zone;
};

struct places {
	struct zone *all; /* NULL: by country */
	struct place *items;
	size_t n;
};

struct places *
places_new(const char *zone)
{
	struct places *places = xcalloc(1, sizeof(*places));

	if (zone == NULL)
		return places;
	places->all = zone_load(zone);
	if (places->all != NULL)
		return places;
	log_errorx("--tz %s: tzdata has no such zone; it is something like Asia/Almaty", zone);
	free(places);
	return NULL;
}

void
places_free(struct places *places)
{
	size_t i;

	if (places == NULL)
		return;
	zone_free(places->all);
	for (i = 0; i < places->n; i++)
		zone_free(places->items[i].zone);
	free(places->items);
	free(places);
}

/* UTC is always there. */
static struct zone *
load(const char *cc)
{
	char name[ZONE_NAME_SIZE];
	size_t n = cc[0] != '\0' ? zone_of_country(cc, name) : 0;
	struct zone *zone = n > 0 ? zone_load(name) : NULL;

	if (zone == NULL && cc[0] != '\0')
		log_warnx("%s: tzdata has no time zone of this country; its days are UTC's (--tz ZONE)", cc);
	if (zone != NULL && n > 1)
		log_info("days are those of %s, one of the %zu time zones of %s (--tz ZONE takes another)", name, n, cc);
	return zone != NULL ? zone : zone_load("UTC");
}

int32_t
places_day(struct places *places, const char *cc, int64_t us)
{
	struct place place = {{0}, NULL};
	size_t i;

	if (places->all != NULL)
		return zone_day(places->all, us);
	if (cc != NULL && strlen(cc) == 2 && strcmp(cc, "ZZ") != 0)
		memcpy(place.cc, cc, 2);
	for (i = 0; i < places->n; i++)
		if (strcmp(places->items[i].cc, place.cc) == 0)
			return zone_day(places->items[i].zone, us);
	place.zone = load(place.cc);
	places->items = xreallocarray(places->items, places->n + 1, sizeof(*places->items));
	places->items[places->n++] = place;
	return zone_day(place.zone, us);
}

void
places_zones(const struct places *places, struct buf *out)
{
	bool before;
	size_t i, j;

	if (places->all != NULL)
		buf_puts(out, zone_name(places->all));
	for (i = 0; i < places->n; i++) {
		before = false;
		for (j = 0; j < i; j++)
			before = before || strcmp(zone_name(places->items[i].zone), zone_name(places->items[j].zone)) == 0;
		if (!before)
			buf_printf(out, "%s%s", out->len > 0 ? ", " : "", zone_name(places->items[i].zone));
	}
}
