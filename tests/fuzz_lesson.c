/* Whatever stands in a record, what it teaches can be learned: a few values, each of its kind, and numbers that are some. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/lesson.h"
#include "results/measurement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_item(const struct lesson_item *item)
{
	size_t len = strlen(item->value);

	if (item->kind < LESSON_ADDRESS || item->kind >= LESSON_KIND_MAX || len == 0)
		abort();
	if ((item->kind == LESSON_KEY || item->kind == LESSON_ISSUER) &&
	    (len != 64 || strspn(item->value, "0123456789abcdef") != 64))
		abort();
}

static void
check_number(double v)
{
	if (!isnan(v) && !(v > 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lesson lesson;
	struct measurement *m;
	char error[200];
	size_t i;

	m = measurement_decode((const char *)data, size, NULL, error, sizeof(error));
	if (m == NULL)
		return 0;
	if (lesson_of(m, &lesson)) {
		if (lesson.record == NULL || lesson.url == NULL || lesson.time_us <= 0)
			abort();
		for (i = 0; i < lesson.nitems; i++)
			check_item(&lesson.items[i]);
		check_number(lesson.connect_s);
		check_number(lesson.handshake_s);
		check_number(lesson.rate);
	}
	measurement_free(m);
	return 0;
}
