/* Which rounds of a day keep their measurements. */
#include "results/round_choice.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct round_seen {
	char id[RECORD_LOOK_ID_SIZE];
	bool odd;
};

void
round_choice_clear(struct round_choice *choice)
{
	free(choice->rounds);
	*choice = (struct round_choice){0};
}

/* From the end: a line mostly belongs to the round that the one before it does. n: it was not seen. */
static size_t
find(const struct round_choice *choice, const char *id)
{
	size_t i = choice->n;

	while (i > 0)
		if (strcmp(choice->rounds[--i].id, id) == 0)
			return i;
	return choice->n;
}

void
round_choice_see(struct round_choice *choice, const struct record_look *look)
{
	struct round_seen *round;
	size_t i;

	if (look->round[0] == '\0')
		return;
	i = find(choice, look->round);
	if (i == choice->n) {
		if (choice->n == choice->room) {
			choice->room = choice->room == 0 ? 64 : choice->room * 2;
			choice->rounds = xreallocarray(
			    choice->rounds, choice->room, sizeof(*choice->rounds));
		}
		round = &choice->rounds[choice->n++];
		*round = (struct round_seen){0};
		memcpy(round->id, look->round, sizeof(round->id));
	}
	if (look->odd)
		choice->rounds[i].odd = true;
}

bool
round_choice_keeps(
    const struct round_choice *choice, const struct record_look *look, int64_t keep_one_of)
{
	size_t i;

	if (!look->target || look->odd || look->round[0] == '\0')
		return true;
	i = find(choice, look->round);
	return i == choice->n || choice->rounds[i].odd || (int64_t)i % keep_one_of == 0;
}
