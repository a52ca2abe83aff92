/*
 * Any bytes as what the journal's care reads: its index, the intent of an act, and lines of records. Whatever they are, what comes of
 * them is sound, and reads back as the same when it is written.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "results/care_act.h"
#include "results/care_index.h"
#include "results/record_lines.h"
#include "results/record_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
index_is_sound(const char *text, size_t len)
{
	struct care_index index, again;
	struct buf out = BUF_EMPTY, out_again = BUF_EMPTY;
	size_t i;

	care_index_parse(text, len, &index);
	for (i = 0; i < index.n; i++) {
		assert(segment_is_name(index.rows[i].name));
		assert(index.rows[i].bytes >= 0 && index.rows[i].facts.records >= 0);
		assert(i == 0 || strcmp(index.rows[i - 1].name, index.rows[i].name) < 0);
		assert(care_index_find(&index, index.rows[i].name, index.rows[i].bytes) != NULL);
	}
	care_index_encode(&index, &out);
	assert(care_index_parse(out.data, out.len, &again) == 0 && again.n == index.n);
	care_index_encode(&again, &out_again);
	assert(out.len == out_again.len && memcmp(out.data, out_again.data, out.len) == 0);
	care_index_clear(&index);
	care_index_clear(&again);
	buf_free(&out);
	buf_free(&out_again);
}

static void
act_is_sound(const char *text, size_t len)
{
	struct buf out = BUF_EMPTY, out_again = BUF_EMPTY;
	struct care_act act, again;
	char day[SEGMENT_DAY_SIZE];
	size_t i;

	if (care_act_parse(text, len, &act) == -1) {
		assert(act.segments == NULL && act.nsegments == 0);
		return;
	}
	assert(act.nsegments > 0 && act.kind < CARE_ACT_KIND_MAX && strlen(act.id) == 32);
	for (i = 0; i < act.nsegments; i++) {
		assert(segment_is_name(act.segments[i].name));
		assert(strcmp(segment_day(act.segments[i].name, day), act.day) == 0);
	}
	care_act_encode(&act, &out);
	assert(care_act_parse(out.data, out.len, &again) == 0 && again.nsegments == act.nsegments);
	care_act_encode(&again, &out_again);
	assert(out.len == out_again.len && memcmp(out.data, out_again.data, out.len) == 0);
	care_act_clear(&act);
	care_act_clear(&again);
	buf_free(&out);
	buf_free(&out_again);
}

static void
take(const struct record_piece *piece, void *arg)
{
	struct buf *out = arg;
	struct record_look look;

	assert(piece->len > 0 && piece->first);
	buf_add(out, piece->data, piece->len);
	record_look_at_piece(piece, &look);
	assert(strlen(look.id) < RECORD_LOOK_ID_SIZE && strlen(look.round) < RECORD_LOOK_ID_SIZE);
	assert(!(look.target && look.event));
}

/* However they are cut into blocks. */
static void
lines_are_whole(const char *text, size_t len)
{
	static const size_t blocks[] = {1, 7, 4096};
	struct record_lines lines = RECORD_LINES_EMPTY;
	struct buf out = BUF_EMPTY;
	size_t i, at, n;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		buf_clear(&out);
		for (at = 0; at < len; at += n) {
			n = len - at < blocks[i] ? len - at : blocks[i];
			record_lines_feed(&lines, text + at, n, take, &out);
		}
		record_lines_end(&lines, take, &out);
		assert(out.len == len && (len == 0 || memcmp(out.data, text, len) == 0));
	}
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	index_is_sound(text, size);
	act_is_sound(text, size);
	lines_are_whole(text, size);
	return 0;
}
