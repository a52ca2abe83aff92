/* Whatever the kept ledger says: what was taken of it is kept as the same again, and no gap that follows is shorter than nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "probe/gaps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct occurrence *o, void *arg)
{
	const struct event_gap *gap = o->info->gap;

	(void)arg;
	if (gap == NULL || gap->cause == GAP_NONE || event_tell(o->arena, o->info)[0] == '\0')
		abort();
	if (gap->until_us != 0 && gap->until_us < gap->from_us)
		abort();
}

/* A start, a round without use, a pause and its end, a round of use. */
static void
live_on(struct gaps *g)
{
	static const struct {
		enum life_sign sign;
		enum gap_cause cause;
	} signs[] = {{LIFE_START, GAP_NONE}, {LIFE_ROUND, GAP_NONE}, {LIFE_ROUND_END, GAP_SHUTDOWN}, {LIFE_PAUSE, GAP_NONE},
	    {LIFE_RESUME, GAP_NONE}, {LIFE_ROUND, GAP_NONE}, {LIFE_ROUND_END, GAP_NONE}, {LIFE_STOP, GAP_NONE}};
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		struct life life = {.sign = signs[i].sign, .cause = signs[i].cause, .boot = "boot 1", .run = "run 2",
		    .wall_us = INT64_C(1795400000000000) + (int64_t)i * 600000000,
		    .mono_ns = INT64_C(90000000000000) + (int64_t)i * 600000000000, .awake_ns = -1,
		    .due_ns = INT64_C(300000000000)};

		gaps_sign(g, &life, check, NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = BUF_EMPTY, second = BUF_EMPTY;
	struct gaps *g = gaps_restore((const char *)data, size), *again;
	struct gap_open open;

	if (g == NULL)
		return 0;
	gaps_save(g, &first);
	again = gaps_restore(first.data, first.len);
	if (again == NULL)
		abort();
	gaps_save(again, &second);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	gaps_open(g, &open);
	live_on(again);
	gaps_free(g);
	gaps_free(again);
	buf_free(&first);
	buf_free(&second);
	return 0;
}
