/* The scheduler's state as texts. */
#include "probe/sched_keep.h"

#include <math.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "probe/sched.h"
#include "results/json_get.h"

void
sched_keep_target(const struct sched_saved *s, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_int(&j, "last_us", s->last_wall_us);
	json_put_int(&j, "cost", s->cost);
	json_put_int(&j, "state", s->state);
	json_put_int(&j, "step", s->step);
	json_put_int(&j, "step_left", s->step_left);
	json_put_int(&j, "burst_left", s->burst_left);
	json_put_bool(&j, "anomaly", s->anomaly);
	json_put_object_end(&j);
}

static void
put_day(struct json *j, const char *key, const struct sched_day *day)
{
	json_put_object(j, key);
	json_put_int(j, "date", day->date);
	json_put_int(j, "measured", day->measured);
	json_put_int(j, "extra", day->extra);
	json_put_int(j, "late", day->late);
	json_put_double(j, "lost", day->lost);
	json_put_int(j, "refused", day->refused);
	json_put_int(j, "unburst", day->unburst);
	json_put_int(j, "bytes", day->bytes);
	json_put_object_end(j);
}

void
sched_keep_costs(const struct sched_saved_costs *s, struct buf *out)
{
	struct json j;
	int p, m;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_int(&j, "controls", s->controls);
	json_put_int(&j, "target", s->target);
	json_put_int(&j, "wall_us", s->budget.wall_us);
	put_day(&j, "today", &s->budget.today);
	put_day(&j, "yesterday", &s->budget.yesterday);
	json_put_array(&j, "purses");
	for (p = 0; p < SCHED_PURSES; p++) {
		json_put_object(&j, NULL);
		json_put_double(&j, "level", s->budget.level[p]);
		json_put_int(&j, "spent", s->budget.spent[p]);
		json_put_array(&j, "minutes");
		for (m = 0; m < SCHED_HOUR_SLOTS; m++)
			json_put_int(&j, NULL, s->budget.minutes[p][m]);
		json_put_array_end(&j);
		json_put_object_end(&j);
	}
	json_put_array_end(&j);
	json_put_object_end(&j);
}

int
sched_read_target(const char *text, size_t len, struct sched_saved *out)
{
	const struct node *root;
	struct json_doc *doc = json_doc_of(text, len, &root);
	struct json_get g = {.arena = NULL};

	*out = (struct sched_saved){0};
	if (doc == NULL)
		return -1;
	out->last_wall_us = json_get_int(&g, root, "last_us", 0, INT64_MAX, 0);
	out->cost = (uint32_t)json_get_int(&g, root, "cost", 0, UINT32_MAX, 0);
	out->state = (uint8_t)json_get_int(&g, root, "state", 0, SCHED_RELAXED, SCHED_NORMAL);
	out->step = (uint8_t)json_get_int(&g, root, "step", 0, UINT8_MAX, 0);
	out->step_left = (uint16_t)json_get_int(&g, root, "step_left", 0, UINT16_MAX, 0);
	out->burst_left = (uint16_t)json_get_int(&g, root, "burst_left", 0, UINT16_MAX, 0);
	out->anomaly = json_get_bool(&g, root, "anomaly") == 1;
	json_doc_free(doc);
	return 0;
}

static double
get_finite(struct json_get *g, const struct node *o, const char *key)
{
	double v = json_get_double(g, o, key, 0);

	return isfinite(v) ? v : 0;
}

static void
get_day(struct json_get *g, const struct node *root, const char *key, struct sched_day *day)
{
	const struct node *o = json_get_object(g, root, key);

	if (o == NULL)
		return;
	day->date = (int)json_get_int(g, o, "date", 0, 99991231, 0);
	day->measured = (int32_t)json_get_int(g, o, "measured", 0, INT32_MAX, 0);
	day->extra = (int32_t)json_get_int(g, o, "extra", 0, INT32_MAX, 0);
	day->late = (int32_t)json_get_int(g, o, "late", 0, INT32_MAX, 0);
	day->lost = get_finite(g, o, "lost");
	day->refused = (int32_t)json_get_int(g, o, "refused", 0, INT32_MAX, 0);
	day->unburst = (int32_t)json_get_int(g, o, "unburst", 0, INT32_MAX, 0);
	day->bytes = json_get_int(g, o, "bytes", 0, INT64_MAX, 0);
}

static void
get_purse(struct json_get *g, const struct node *o, int p, struct sched_saved_budget *budget)
{
	const struct node *minutes = json_get_array(g, o, "minutes"), *item;
	size_t m;

	budget->level[p] = get_finite(g, o, "level");
	budget->spent[p] = json_get_int(g, o, "spent", 0, INT64_MAX, 0);
	for (m = 0; m < SCHED_HOUR_SLOTS && m < node_size(minutes); m++) {
		item = node_at(minutes, m);
		if (node_is(item, NODE_INTEGER) && item->integer >= 0 &&
		    item->integer <= INT32_MAX)
			budget->minutes[p][m] = (int32_t)item->integer;
	}
}

int
sched_read_costs(const char *text, size_t len, struct sched_saved_costs *out)
{
	const struct node *root;
	struct json_doc *doc = json_doc_of(text, len, &root);
	struct json_get g = {.arena = NULL};
	const struct node *purses;
	size_t p;

	*out = (struct sched_saved_costs){0};
	if (doc == NULL)
		return -1;
	out->controls = (uint32_t)json_get_int(&g, root, "controls", 0, UINT32_MAX, 0);
	out->target = (uint32_t)json_get_int(&g, root, "target", 0, UINT32_MAX, 0);
	out->budget.wall_us = json_get_int(&g, root, "wall_us", 0, INT64_MAX, 0);
	get_day(&g, root, "today", &out->budget.today);
	get_day(&g, root, "yesterday", &out->budget.yesterday);
	purses = json_get_array(&g, root, "purses");
	for (p = 0; p < SCHED_PURSES && p < node_size(purses); p++)
		if (node_is(node_at(purses, p), NODE_OBJECT))
			get_purse(&g, node_at(purses, p), (int)p, &out->budget);
	json_doc_free(doc);
	return 0;
}
