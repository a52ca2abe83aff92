/* What is in a segment. */
#include "results/segment_facts.h"

#include "results/record_look.h"

static void
count_piece(const struct record_piece *piece, void *arg)
{
	struct segment_facts *facts = arg;
	struct record_look look;

	if (!piece->first)
		return;
	record_look_at_piece(piece, &look);
	facts->records++;
	facts->odd += look.odd;
}

void
segment_count_feed(struct segment_count *count, const char *data, size_t len)
{
	record_lines_feed(&count->lines, data, len, count_piece, &count->facts);
}

void
segment_count_end(struct segment_count *count)
{
	record_lines_end(&count->lines, count_piece, &count->facts);
}
