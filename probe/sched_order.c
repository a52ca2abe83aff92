/* The order within a round: equal providers far apart, and never two of them at work. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probe/sched_target.h"
#include "targets/target.h"

struct place {
	const struct target *target;
	const char *provider;
	uint64_t draw, group_draw;
	size_t group; /* how many there are of the provider */
};

const char *
sched_provider(const struct sched_target *t)
{
	return t->key != NULL ? t->key : t->target->host;
}

static int
by_provider(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->provider, ((const struct place *)b)->provider);
}

/* The largest groups first, each together; else by lot. */
static int
by_group(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->group != y->group)
		return x->group > y->group ? -1 : 1;
	if (x->group_draw != y->group_draw)
		return x->group_draw < y->group_draw ? -1 : 1;
	return x->draw < y->draw ? -1 : x->draw > y->draw;
}

static void
count_groups(struct place *places, size_t n, uint64_t *random)
{
	size_t i, end;
	uint64_t draw;

	for (i = 0; i < n;) {
		for (end = i; end < n && by_provider(&places[i], &places[end]) == 0;)
			end++;
		draw = sched_random(random);
		for (size_t group = end - i; i < end; i++) {
			places[i].group = group;
			places[i].group_draw = draw;
		}
	}
}

/*
 * Dealt like cards to as many hands as the largest provider has targets: each hand gets one of a provider at most, and neighbouring hands hold them
 * at about the same place. Laid out hand after hand, equal ones are n / (size of the largest) - 1 apart at least, which is
 * the most that can be, but for one.
 */
void
sched_spread(
    struct sched_target *const *taken, size_t n, uint64_t *random, const struct target **out)
{
	struct place *places = xcalloc(n, sizeof(*places));
	size_t hands, hand, i, at = 0;

	for (i = 0; i < n; i++) {
		places[i].target = taken[i]->target;
		places[i].provider = sched_provider(taken[i]);
		places[i].draw = sched_random(random);
	}
	qsort(places, n, sizeof(*places), by_provider);
	count_groups(places, n, random);
	qsort(places, n, sizeof(*places), by_group);
	hands = n > 0 ? places[0].group : 0;
	for (hand = 0; hand < hands; hand++)
		for (i = hand; i < n; i += hands)
			out[at++] = places[i].target;
	free(places);
}

static const char *
provider_of(const struct sched *s, const struct target *target)
{
	const struct sched_target *t = sched_find(s, target->url);

	return t != NULL ? sched_provider(t) : target->host;
}

size_t
sched_first_free(const struct sched *s, const struct target **waiting, size_t n,
    const struct target **at_work, size_t nat_work)
{
	const char **busy = xcalloc(nat_work, sizeof(const char *)), *provider;
	size_t i, k;

	for (k = 0; k < nat_work; k++)
		busy[k] = provider_of(s, at_work[k]);
	for (i = 0; i < n; i++) {
		provider = provider_of(s, waiting[i]);
		for (k = 0; k < nat_work && strcmp(provider, busy[k]) != 0;)
			k++;
		if (k == nat_work)
			break;
	}
	free(busy);
	return i;
}

void
sched_set_key(struct sched *s, const char *url, const char *key)
{
	struct sched_target *t = sched_find(s, url);
	char *copy;

	if (t == NULL)
		return;
	copy = key != NULL ? xstrdup(key) : NULL;
	free(t->key);
	t->key = copy;
}
