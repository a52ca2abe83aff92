/* Records to days of the place where they were made. */
#include "analysis/days.h"

#include <string.h>

#include "analysis/ingest.h"
#include "analysis/judged.h"
#include "analysis/places.h"
#include "results/measurement.h"

void
days_add(struct days *days, const struct record *record)
{
	const struct measurement *m = record->m;
	enum daily_says says = DAILY_NOTHING;
	const char *target = daily_line;
	struct verdict verdict;

	if (m->start_us == 0)
		return;
	if (record->kind == RECORD_ROUND)
		says = daily_round(m->context.network);
	else if (record->kind == RECORD_TARGET) {
		judged(m, &verdict);
		says = daily_verdict(verdict.status, verdict.mechanism);
		target = record->target.url;
	}
	if (says == DAILY_NOTHING)
		return;
	days->placeless += m->probe_cc == NULL || strlen(m->probe_cc) != 2 || strcmp(m->probe_cc, "ZZ") == 0;
	daily_add(days->daily, target, m->probe_asn, places_day(days->places, m->probe_cc, m->start_us), says);
}
