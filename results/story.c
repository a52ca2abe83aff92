/* Telling records that are no measurements: what events and rounds have in common. */
#include "results/story.h"

#include <string.h>

#include "base/mem.h"
#include "results/event.h"
#include "results/measurement.h"

void
story_add(struct measurement *m, struct story *out, const char *label, const char *text)
{
	*ARENA_PUSH(m->arena, out->lines, out->nlines) = (struct story_line){label, text};
}

void
story_add_alternatives(struct measurement *m, struct story *out, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		*ARENA_PUSH(m->arena, out->alternatives, out->nalternatives) = *texts;
}

void
story_add_remedies(struct measurement *m, struct story *out, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		*ARENA_PUSH(m->arena, out->would_settle, out->nwould_settle) = *texts;
}

void
story_of(struct measurement *m, struct story *out)
{
	*out = (struct story){.status = VERDICT_NONE};
	if (m->event != NULL)
		story_of_event(m, out);
	else
		story_of_round(m, out);
}

void
story_found(struct story *story, struct arena *arena, const struct measurement *record)
{
	size_t i;

	for (i = 0; i < story->nevidence; i++) {
		struct story_evidence *e = &story->evidence[i];

		if (record->id == NULL || e->start_us != 0 || strcmp(e->id, record->id) != 0)
			continue;
		e->start_us = record->start_us;
		e->target = arena_strdup(arena, record->input);
		e->status = record->verdict.status;
		e->mechanism = record->verdict.mechanism;
	}
}

bool
story_is_complete(const struct story *story)
{
	size_t i;

	for (i = 0; i < story->nevidence; i++)
		if (story->evidence[i].start_us == 0)
			return false;
	return true;
}
