/* Texts, each kept once. */
#include "analysis/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/siphash.h"

struct names {
	struct siphash_key key;
	struct arena *arena;
	char **texts;
	uint32_t n, room;
	uint32_t *slots; /* number + 1, 0 free; open addressing */
	size_t nslots; /* a power of two */
};

struct names *
names_new(void)
{
	struct names *names = xcalloc(1, sizeof(*names));

	names->key = siphash_random_key();
	names->arena = arena_new();
	names->nslots = 256;
	names->slots = xcalloc(names->nslots, sizeof(*names->slots));
	return names;
}

void
names_free(struct names *names)
{
	if (names == NULL)
		return;
	arena_free(names->arena);
	free(names->texts);
	free(names->slots);
	free(names);
}

static uint32_t *
find(const struct names *names, const char *text)
{
	size_t i = (size_t)siphash(&names->key, text, strlen(text)) & (names->nslots - 1);

	while (names->slots[i] != 0 && strcmp(names->texts[names->slots[i] - 1], text) != 0)
		i = (i + 1) & (names->nslots - 1);
	return &names->slots[i];
}

static void
grow_slots(struct names *names)
{
	uint32_t i;

	free(names->slots);
	names->nslots *= 2;
	names->slots = xcalloc(names->nslots, sizeof(*names->slots));
	for (i = 0; i < names->n; i++)
		*find(names, names->texts[i]) = i + 1;
}

uint32_t
names_add(struct names *names, const char *text)
{
	uint32_t *slot = find(names, text);

	if (*slot != 0)
		return *slot - 1;
	if (names->n == UINT32_MAX / 4)
		log_fatalx("more than %u different names", UINT32_MAX / 4);
	if (names->n == names->room) {
		names->room = names->room > 0 ? names->room * 2 : 64;
		names->texts = xreallocarray(names->texts, names->room, sizeof(*names->texts));
	}
	names->texts[names->n++] = arena_strdup(names->arena, text);
	*slot = names->n;
	if (names->n > names->nslots / 2)
		grow_slots(names);
	return names->n - 1;
}

int64_t
names_find(const struct names *names, const char *text)
{
	return (int64_t)*find(names, text) - 1;
}

const char *
names_text(const struct names *names, uint32_t number)
{
	return names->texts[number];
}

uint32_t
names_count(const struct names *names)
{
	return names->n;
}
