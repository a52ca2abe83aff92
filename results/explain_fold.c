/* Folding: many tries of one thing become one line. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/explain_tell.h"

/* Different things of one kind, and their lines; a record made to annoy may have thousands. */
enum { FOLDS_MOST = 128, LINES_MOST = 14, PLACES_NAMED = 3 };

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static struct fold *
find(struct folds *folds, const char *what, const char *place)
{
	size_t i;

	for (i = 0; i < folds->n; i++)
		if (same_text(folds->items[i].what, what) && same_text(folds->items[i].place, place))
			return &folds->items[i];
	return NULL;
}

static void
count(struct arena *arena, struct fold *fold, const struct outcome *o)
{
	struct outcome *known;
	size_t i;

	fold->n += o->n;
	for (i = 0; i < fold->noutcomes; i++)
		if (strcmp(fold->outcomes[i].words, o->words) == 0) {
			fold->outcomes[i].n += o->n;
			return;
		}
	known = ARENA_PUSH(arena, fold->outcomes, fold->noutcomes);
	*known = *o;
}

static void
widen(struct fold *fold, double least, double most)
{
	if (isnan(fold->least_s) || least < fold->least_s)
		fold->least_s = least;
	if (isnan(fold->most_s) || most > fold->most_s)
		fold->most_s = most;
}

void
folds_add(struct folds *folds, const char *what, const char *place, const char *words, enum explain_how how,
    double seconds)
{
	const struct outcome o = {words, how, 1};
	struct fold *fold = find(folds, what, place);

	if (fold == NULL && folds->n == FOLDS_MOST) {
		folds->dropped++;
		return;
	}
	if (fold == NULL) {
		fold = ARENA_PUSH(folds->arena, folds->items, folds->n);
		*fold = (struct fold){.what = what, .place = place, .least_s = NAN, .most_s = NAN};
	}
	count(folds->arena, fold, &o);
	if (!isnan(seconds))
		widen(fold, seconds, seconds);
}

/* --- lines ----------------------------------------------------------------------------------- */

/* Whether the same happened at both: each outcome of the one is one of the other, and as often. */
static bool
alike(const struct fold *a, const struct fold *b)
{
	size_t i;

	if (a->place == NULL || b->place == NULL || strcmp(a->what, b->what) != 0 || a->n != b->n ||
	    a->noutcomes != b->noutcomes)
		return false;
	for (i = 0; i < a->noutcomes; i++)
		if (strcmp(a->outcomes[i].words, b->outcomes[i].words) != 0 || a->outcomes[i].n != b->outcomes[i].n)
			return false;
	return true;
}

struct places {
	const char *named[PLACES_NAMED];
	size_t n;
};

static const char *
places_text(struct arena *arena, const struct places *p)
{
	size_t shown = p->n < PLACES_NAMED ? p->n : PLACES_NAMED, i;
	struct buf text = BUF_EMPTY;
	const char *copy;

	for (i = 0; i < shown; i++)
		buf_printf(&text, "%s%s", i == 0 ? "" : i + 1 == p->n ? " and " : ", ", p->named[i]);
	if (p->n > shown)
		buf_printf(&text, " and %zu more", p->n - shown);
	copy = arena_strdup(arena, buf_str(&text));
	buf_free(&text);
	return copy;
}

/* counted: how often stands with each. */
static const char *
outcomes_text(struct arena *arena, const struct fold *fold, bool counted)
{
	struct buf text = BUF_EMPTY;
	const char *copy;
	size_t i;

	for (i = 0; i < fold->noutcomes; i++) {
		buf_printf(&text, "%s%s", i > 0 ? "; " : "", fold->outcomes[i].words);
		if (counted)
			buf_printf(&text, ", %d of %d times", fold->outcomes[i].n, fold->n);
	}
	copy = arena_strdup(arena, buf_str(&text));
	buf_free(&text);
	return copy;
}

/* Bad outweighs good: a person looks for what failed. */
static enum explain_how
fold_how(const struct fold *fold)
{
	enum explain_how how = EXPLAIN_PLAIN;
	size_t i;

	for (i = 0; i < fold->noutcomes; i++)
		if (fold->outcomes[i].how > how)
			how = fold->outcomes[i].how;
	return how;
}

/* The fold and all later ones that are alike, which are marked as told. */
static void
tell_line(const struct folds *folds, size_t first, bool *told, const char *group, struct explanation *out)
{
	struct fold sum = folds->items[first];
	struct places places = {{sum.place}, 1};
	struct arena *arena = folds->arena;
	struct explain_step *step;
	size_t i, k;

	sum.outcomes = arena_memdup(arena, sum.outcomes, sum.noutcomes * sizeof(*sum.outcomes));
	for (i = first + 1; i < folds->n; i++) {
		const struct fold *f = &folds->items[i];

		if (told[i] || !alike(&folds->items[first], f))
			continue;
		told[i] = true;
		if (places.n < PLACES_NAMED)
			places.named[places.n] = f->place;
		places.n++;
		for (k = 0; k < f->noutcomes; k++)
			count(arena, &sum, &f->outcomes[k]);
		if (!isnan(f->least_s))
			widen(&sum, f->least_s, f->most_s);
	}
	step = ARENA_PUSH(arena, out->steps, out->nsteps);
	*step = (struct explain_step){group,
	    sum.place != NULL ? tell_fill(arena, sum.what, "{at}", places_text(arena, &places)) : sum.what,
	    outcomes_text(arena, &sum, folds->items[first].n > 1), sum.least_s, sum.most_s, fold_how(&sum)};
}

void
folds_tell(const struct folds *folds, const char *group, struct explanation *out)
{
	bool *told = arena_alloc(folds->arena, folds->n * sizeof(*told) + 1);
	int lines = 0, dropped = folds->dropped;
	size_t i;

	for (i = 0; i < folds->n; i++) {
		if (told[i])
			continue;
		if (lines++ < LINES_MOST)
			tell_line(folds, i, told, group, out);
		else
			dropped++;
	}
	if (dropped > 0)
		tell_step(folds->arena, group, arena_printf(folds->arena, "and %d more", dropped), "left out here; see the record",
		    EXPLAIN_PLAIN, out);
}

void
tell_step(struct arena *arena, const char *group, const char *what, const char *outcome, enum explain_how how,
    struct explanation *out)
{
	*ARENA_PUSH(arena, out->steps, out->nsteps) = (struct explain_step){group, what, outcome, NAN, NAN, how};
}

/* --- text ------------------------------------------------------------------------------------ */

const char *
tell_fill(struct arena *arena, const char *text, const char *mark, const char *with)
{
	struct buf filled = BUF_EMPTY;
	const char *at, *copy;

	while (with != NULL && (at = strstr(text, mark)) != NULL) {
		buf_add(&filled, text, (size_t)(at - text));
		buf_puts(&filled, with);
		text = at + strlen(mark);
	}
	buf_puts(&filled, text);
	copy = arena_strdup(arena, buf_str(&filled));
	buf_free(&filled);
	return copy;
}

const char *
tell_short(struct arena *arena, const char *text, size_t most)
{
	size_t len = most;

	if (strlen(text) <= most)
		return text;
	/* Not inside of a UTF-8 character. */
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return arena_printf(arena, "%.*s...", (int)len, text);
}

/* "12 ms", "9.8 s" */
static const char *
seconds_text(struct arena *arena, double s)
{
	return s < 1 ? arena_printf(arena, "%.0f ms", s * 1000) : arena_printf(arena, "%.1f s", s);
}

const char *
explain_time(struct arena *arena, const struct explain_step *step)
{
	const char *least, *most;

	if (isnan(step->least_s))
		return NULL;
	least = seconds_text(arena, step->least_s);
	most = seconds_text(arena, step->most_s);
	if (strcmp(least, most) == 0)
		return least;
	if ((step->least_s < 1) == (step->most_s < 1))
		return arena_printf(arena, "%.*s to %s", (int)strcspn(least, " "), least, most);
	return arena_printf(arena, "%s to %s", least, most);
}
