/* What became of each target. */
#include "analysis/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/names.h"
#include "analysis/piles.h"
#include "base/mem.h"
#include "targets/target.h"

/* In memory: 24 MB. */
enum { MOMENTS_MOST = 3000000 };

/* A moment, microseconds times 8, leaves three bits for the status. */
enum { STATUS_BITS = 3 };
_Static_assert(VERDICT_STATUS_MAX <= 1 << STATUS_BITS, "a status fits its bits");

struct tally {
	struct names *urls;
	struct tally_target *targets; /* by the number of its URL */
	size_t n, room;
	struct piles *moments; /* of each target, when it had which status */
};

struct tally *
tally_new(void)
{
	struct tally *tally = xcalloc(1, sizeof(*tally));

	tally->moments = piles_new(sizeof(int64_t), MOMENTS_MOST);
	tally->urls = names_new();
	return tally;
}

void
tally_free(struct tally *tally)
{
	size_t i;

	if (tally == NULL)
		return;
	for (i = 0; i < tally->n; i++)
		free(tally->targets[i].host);
	free(tally->targets);
	names_free(tally->urls);
	piles_free(tally->moments);
	free(tally);
}

static struct tally_target *
target_of(struct tally *tally, const struct target *target)
{
	uint32_t i = names_add(tally->urls, target->url);

	if (i < tally->n)
		return &tally->targets[i];
	if (tally->n == tally->room) {
		tally->room = tally->room > 0 ? tally->room * 2 : 64;
		tally->targets = xreallocarray(tally->targets, tally->room, sizeof(*tally->targets));
	}
	tally->targets[tally->n++] = (struct tally_target){
	    .url = names_text(tally->urls, i),
	    .host = target->host != NULL ? xstrdup(target->host) : NULL,
	    .pile = i,
	};
	return &tally->targets[i];
}

void
tally_add(struct tally *tally, const struct target *target, int64_t us, enum verdict_status status)
{
	struct tally_target *t = target_of(tally, target);
	int64_t moment = us * (1 << STATUS_BITS) + (int64_t)status;

	assert(status < VERDICT_STATUS_MAX);
	t->n++;
	t->counts[status]++;
	if (us == 0)
		return;
	if (t->first_us == 0 || us < t->first_us)
		t->first_us = us;
	if (t->last_us == 0 || us > t->last_us)
		t->last_us = us;
	if (status != VERDICT_NONE && status != VERDICT_INSUFFICIENT)
		piles_add(tally->moments, t->pile, &moment);
}

static int
by_moment(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static enum verdict_status
status_of(int64_t moment)
{
	return (enum verdict_status)(moment & ((1 << STATUS_BITS) - 1));
}

/* Back from the end to where the status was another. */
static void
find_change(struct tally *tally, struct tally_target *t)
{
	void *taken;
	size_t i = piles_take(tally->moments, t->pile, &taken);
	int64_t *moments = taken;

	if (i == 0)
		return;
	qsort(moments, i, sizeof(*moments), by_moment);
	t->status = status_of(moments[i - 1]);
	while (i > 0 && status_of(moments[i - 1]) == t->status)
		i--;
	if (i == 0)
		return;
	t->changed_from = status_of(moments[i - 1]);
	t->changed_us = moments[i] >> STATUS_BITS;
}

/* Inputs without a host come last. */
static int
by_host(const void *a, const void *b)
{
	const struct tally_target *x = a, *y = b;
	int order;

	if ((x->host == NULL) != (y->host == NULL))
		return x->host == NULL ? 1 : -1;
	order = x->host != NULL ? strcmp(x->host, y->host) : 0;
	return order != 0 ? order : strcmp(x->url, y->url);
}

const struct tally_target *
tally_finish(struct tally *tally, size_t *n)
{
	size_t i;

	for (i = 0; i < tally->n; i++)
		find_change(tally, &tally->targets[i]);
	if (tally->n > 0)
		qsort(tally->targets, tally->n, sizeof(*tally->targets), by_host);
	*n = tally->n;
	return tally->targets;
}
