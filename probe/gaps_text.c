/* The ledger of gaps as a line of JSON. It may come back from a damaged disk: what is wrong in it is left unknown. */
#include "probe/gaps_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "results/json_get.h"

enum { TEXT_VERSION = 1 };

/* Numbers that can be added to and taken from each other. */
#define MOST_US (INT64_C(400000000000) * 1000000)
#define MOST_NS (INT64_MAX / 4)

/* --- writing --------------------------------------------------------------------------------- */

static void
put_life(struct json *j, const struct life *life)
{
	json_put_object(j, "last");
	json_put_string(j, "sign", life_sign_name(life->sign));
	json_put_int(j, "wall", life->wall_us);
	json_put_int(j, "mono", life->mono_ns);
	json_put_int(j, "awake", life->awake_ns);
	json_put_string(j, "boot", life->boot);
	json_put_string(j, "run", life->run);
	json_put_int(j, "due", life->due_ns);
	json_put_bool(j, "rest", life->rest);
	json_put_string(j, "cause", gap_cause_name(life->cause));
	json_put_object_end(j);
}

void
gaps_save(const struct gaps *g, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_int(&j, "v", TEXT_VERSION);
	if (g->alive)
		put_life(&j, &g->last);
	json_put_bool(&j, "paused", g->paused);
	json_put_string(&j, "carried", gap_cause_name(g->carried));
	json_put_string(&j, "cause", gap_cause_name(g->cause));
	json_put_string(&j, "id", g->id);
	json_put_int(&j, "from", g->from_us);
	json_put_int(&j, "from_mono", g->from_mono_ns);
	json_put_int(&j, "not_before", g->begin.not_before_us);
	json_put_int(&j, "not_after", g->begin.not_after_us);
	json_put_double(&j, "suspended", g->suspended_s);
	json_put_int(&j, "rounds", g->rounds);
	json_put_int(&j, "round", g->round_us);
	json_put_int(&j, "good", g->good_us);
	json_put_int(&j, "bad", g->bad_us);
	json_put_object_end(&j);
}

/* --- reading --------------------------------------------------------------------------------- */

static void
get_text(struct json_get *g, const struct node *o, const char *key, char *out, size_t size)
{
	const char *text = json_get_string(g, o, key);

	if (text != NULL && strlen(text) < size)
		memcpy(out, text, strlen(text) + 1);
}

static int64_t
get_us(struct json_get *g, const struct node *o, const char *key)
{
	return json_get_int(g, o, key, 0, MOST_US, 0);
}

static enum gap_cause
get_cause(struct json_get *g, const struct node *o, const char *key)
{
	const char *name = json_get_string(g, o, key);

	return (enum gap_cause)json_known(g, name, gap_cause_find(name), GAP_CAUSE_MAX);
}

/* Returns false where the sign is none. */
static bool
get_life(struct json_get *g, const struct node *o, struct life *life)
{
	const char *sign = json_get_string(g, o, "sign");
	int i = 0;

	while (i < LIFE_SIGN_MAX && (sign == NULL || strcmp(sign, life_sign_name((enum life_sign)i)) != 0))
		i++;
	if (i == LIFE_SIGN_MAX)
		return false;
	life->sign = (enum life_sign)i;
	life->wall_us = get_us(g, o, "wall");
	life->mono_ns = json_get_int(g, o, "mono", 0, MOST_NS, 0);
	life->awake_ns = json_get_int(g, o, "awake", 0, MOST_NS, -1);
	get_text(g, o, "boot", life->boot, sizeof(life->boot));
	get_text(g, o, "run", life->run, sizeof(life->run));
	life->due_ns = json_get_int(g, o, "due", 0, MOST_NS, 0);
	life->rest = json_get_bool(g, o, "rest") == 1;
	life->cause = get_cause(g, o, "cause");
	return life->wall_us != 0;
}

static void
get_gaps(struct json_get *g, const struct node *o, struct gaps *gaps)
{
	gaps->alive = get_life(g, json_get_object(g, o, "last"), &gaps->last);
	gaps->paused = json_get_bool(g, o, "paused") == 1;
	gaps->carried = get_cause(g, o, "carried");
	gaps->cause = get_cause(g, o, "cause");
	get_text(g, o, "id", gaps->id, sizeof(gaps->id));
	gaps->from_us = get_us(g, o, "from");
	gaps->from_mono_ns = json_get_int(g, o, "from_mono", 0, MOST_NS, -1);
	gaps->begin.not_before_us = get_us(g, o, "not_before");
	gaps->begin.not_after_us = get_us(g, o, "not_after");
	gaps->suspended_s = json_get_double(g, o, "suspended", (double)NAN);
	gaps->rounds = (int)json_get_int(g, o, "rounds", 0, INT32_MAX / 2, 0);
	gaps->round_us = get_us(g, o, "round");
	gaps->good_us = get_us(g, o, "good");
	gaps->bad_us = get_us(g, o, "bad");
}

struct gaps *
gaps_restore(const char *text, size_t len)
{
	struct json_get g = {.arena = arena_new()};
	struct gaps *gaps = NULL;
	const struct node *o;
	struct json_doc *doc = json_doc_of(text, len, &o);

	if (doc != NULL && json_get_int(&g, o, "v", 0, INT32_MAX, 0) == TEXT_VERSION) {
		gaps = gaps_new();
		get_gaps(&g, o, gaps);
	}
	json_doc_free(doc);
	arena_free(g.arena);
	return gaps;
}
