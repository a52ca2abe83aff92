/* Any bytes as a line of a file: the fast parser and the plain one refuse alike, or come to the same measurement, in full and in brief. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/bulk.h"
#include "base/buf.h"
#include "results/json_node.h"
#include "results/measurement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The measurement written again, or why there is none. To free. */
static char *
outcome(struct bulk *bulk, const char *text, size_t len, enum measurement_depth depth)
{
	char why[200] = "";
	struct buf out = BUF_EMPTY;
	size_t oddities = 0;
	const struct node *root =
	    bulk_parse(bulk, text, len, depth == MEASUREMENT_BRIEF, why, sizeof(why));
	struct measurement *m =
	    root != NULL ? measurement_of(root, depth, &oddities, why, sizeof(why)) : NULL;

	if (m != NULL)
		measurement_encode(m, &out);
	buf_puts(&out, why);
	measurement_free(m);
	return buf_steal(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bulk *fast, *plain;
	struct buf text = BUF_EMPTY;
	char *one, *other;
	int depth;

	if (fast == NULL) {
		fast = bulk_new(false);
		plain = bulk_new(true);
	}
	buf_add(&text, data, size);
	memset(buf_room(&text, BULK_PADDING), 0, BULK_PADDING);
	for (depth = MEASUREMENT_FULL; depth <= MEASUREMENT_BRIEF; depth++) {
		one = outcome(fast, text.data, size, (enum measurement_depth)depth);
		other = outcome(plain, text.data, size, (enum measurement_depth)depth);
		if (strcmp(one, other) != 0)
			abort();
		free(one);
		free(other);
	}
	buf_free(&text);
	return 0;
}
