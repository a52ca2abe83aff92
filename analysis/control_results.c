/* What clean vantages saw. An observation's facts are kept as the JSON of a helper's answer: its decoder is there already. */
#include "analysis/control_results.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/control_facts.h"
#include "analysis/names.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/vantage.h"

struct control_point {
	int64_t time_us;
	uint32_t facts; /* of names */
	uint32_t id; /* where its text begins; later ones were added later, 0 none */
	int32_t body_length; /* -1 unknown */
	bool works;
};

_Static_assert(sizeof(struct control_point) == 24, "a point is small");

struct control_series {
	struct control_point *points;
	size_t n, room;
};

struct control_results {
	int64_t within_us;
	struct names *targets; /* by number: series */
	struct control_series *series;
	size_t room;
	struct names *facts;
	struct buf ids; /* each with its NUL; the first is "" */
	struct buf text;
};

struct control_results *
control_results_new(int64_t within_us)
{
	struct control_results *r = xcalloc(1, sizeof(*r));

	r->within_us = within_us;
	r->targets = names_new();
	r->facts = names_new();
	buf_putc(&r->ids, '\0');
	return r;
}

void
control_results_free(struct control_results *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < names_count(r->targets); i++)
		free(r->series[i].points);
	free(r->series);
	names_free(r->targets);
	names_free(r->facts);
	buf_free(&r->ids);
	buf_free(&r->text);
	free(r);
}

/* --- gathering ------------------------------------------------------------------------------- */

static struct control_series *
series_of(struct control_results *r, const char *target)
{
	size_t i = names_add(r->targets, target), old = r->room;

	if (i >= r->room) {
		r->room = r->room > 0 ? r->room * 2 : 64;
		r->series = xreallocarray(r->series, r->room, sizeof(*r->series));
		memset(r->series + old, 0, (r->room - old) * sizeof(*r->series));
	}
	return &r->series[i];
}

static uint32_t
keep_id(struct control_results *r, const char *id)
{
	size_t at = r->ids.len;

	if (id == NULL || id[0] == '\0')
		return 0;
	if (at > UINT32_MAX)
		log_fatalx("more than 4 GiB of ids in the control results");
	buf_add(&r->ids, id, strlen(id) + 1);
	return (uint32_t)at;
}

/* Its length stands in the point. */
static const char *
facts_text(struct control_results *r, const struct vantage *vantage)
{
	struct vantage copy = *vantage;
	struct json j;

	copy.http.body_length = -1;
	buf_clear(&r->text);
	json_init(&j, &r->text);
	vantage_encode_response(&j, &copy);
	return buf_str(&r->text);
}

bool
control_results_add(struct control_results *r, const char *target, int64_t time_us, const char *id,
    const struct vantage *vantage)
{
	const char *text = facts_text(r, vantage);
	int64_t length = vantage->http.body_length;
	struct control_series *s;

	if (r->text.len > VANTAGE_RESPONSE_MAX)
		return false;
	s = series_of(r, target);
	if (s->n == s->room) {
		s->room = s->room > 0 ? s->room + s->room / 2 : 8;
		s->points = xreallocarray(s->points, s->room, sizeof(*s->points));
	}
	s->points[s->n++] = (struct control_point){
	    .time_us = time_us,
	    .facts = names_add(r->facts, text),
	    .id = keep_id(r, id),
	    .body_length = length < INT32_MAX ? (int32_t)length : INT32_MAX,
	    .works = control_works(vantage),
	};
	return true;
}

static int
compare_points(const void *a, const void *b)
{
	const struct control_point *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->facts > y->facts) - (x->facts < y->facts);
}

void
control_results_finish(struct control_results *r)
{
	size_t i;

	for (i = 0; i < names_count(r->targets); i++)
		qsort(r->series[i].points, r->series[i].n, sizeof(*r->series[i].points), compare_points);
}

size_t
control_results_targets(const struct control_results *r)
{
	return names_count(r->targets);
}

size_t
control_results_different(const struct control_results *r)
{
	return names_count(r->facts);
}

/* --- finding --------------------------------------------------------------------------------- */

static const char *
id_of(const struct control_results *r, const struct control_point *p)
{
	return buf_str(&r->ids) + p->id;
}

static bool
is_own(const struct control_results *r, const struct control_point *p, const char *own_id)
{
	return p->id != 0 && own_id != NULL && strcmp(id_of(r, p), own_id) == 0;
}

/* The first that is not before the moment; the number of all where there is none. */
static size_t
first_from(const struct control_series *s, int64_t time_us)
{
	size_t low = 0, high = s->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->points[middle].time_us < time_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct control_point *
in_reach(const struct control_results *r, const struct control_point *p, int64_t time_us)
{
	return p != NULL && llabs((long long)(p->time_us - time_us)) <= r->within_us ? p : NULL;
}

static const struct control_point *
point_before(const struct control_results *r, const struct control_series *s, size_t next, int64_t time_us)
{
	if (next == 0)
		return NULL;
	while (next >= 2 && s->points[next - 2].time_us == s->points[next - 1].time_us)
		next--;
	return in_reach(r, &s->points[next - 1], time_us);
}

static const struct control_point *
point_from(const struct control_results *r, const struct control_series *s, size_t next, int64_t time_us,
    const char *own_id)
{
	while (next < s->n && is_own(r, &s->points[next], own_id))
		next++;
	return in_reach(r, next < s->n ? &s->points[next] : NULL, time_us);
}

/* NULL where both are, or where they are at odds over whether the site is well. */
static const struct control_point *
choose(const struct control_point *before, const struct control_point *from, int64_t time_us, bool *changed)
{
	*changed = false;
	if (before == NULL || from == NULL)
		return before != NULL ? before : from;
	if (from->time_us == time_us)
		return from;
	*changed = before->works != from->works;
	if (*changed)
		return NULL;
	return time_us - before->time_us <= from->time_us - time_us ? before : from;
}

static struct vantage *
decode(const struct control_results *r, const struct control_point *p, struct arena *arena)
{
	const char *text = names_text(r->facts, p->facts);
	char error[128];
	struct vantage *v = vantage_parse_response(text, strlen(text), arena, error, sizeof(error));

	if (v != NULL)
		v->http.body_length = p->body_length;
	return v;
}

enum control_search
control_results_find(const struct control_results *r, const char *target, int64_t time_us, const char *own_id,
    struct arena *arena, struct control_match *match)
{
	int64_t number = names_find(r->targets, target);
	const struct control_series *s = number >= 0 ? &r->series[number] : NULL;
	const struct control_point *p;
	size_t next = s != NULL ? first_from(s, time_us) : 0;
	bool changed;

	if (s == NULL)
		return CONTROL_NONE;
	p = choose(point_before(r, s, next, time_us), point_from(r, s, next, time_us, own_id), time_us, &changed);
	if (p == NULL)
		return changed ? CONTROL_CHANGED : CONTROL_NONE;
	*match = (struct control_match){decode(r, p, arena), id_of(r, p), llabs((long long)(p->time_us - time_us))};
	return match->vantage != NULL ? CONTROL_FOUND : CONTROL_NONE;
}
