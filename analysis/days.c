/* Outcomes to days of the place where they were measured. */
#include "analysis/days.h"

#include <stdio.h>

#include "analysis/outcome.h"
#include "analysis/places.h"

void
days_add(struct days *days, const struct outcome *o)
{
	bool round = o->kind == OUTCOME_ROUND;
	enum outcome_says says = round ? outcome_round_says(o->network) : outcome_says(o->status, o->mechanism);
	char network[16] = "";

	if (says == SAYS_NOTHING)
		return;
	if (o->asn != 0)
		snprintf(network, sizeof(network), "AS%u", o->asn);
	days->placeless += o->cc[0] == '\0';
	daily_add(days->daily, round ? daily_line : o->target, network, places_day(days->places, o->cc, o->time_us), says, o->artefact);
}
