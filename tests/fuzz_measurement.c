/* Whatever was read can be written, and what was written reads back as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "results/measurement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = BUF_EMPTY, second = BUF_EMPTY;
	struct measurement *m, *back;
	size_t oddities = 0;
	char error[200];

	m = measurement_decode((const char *)data, size, &oddities, error, sizeof(error));
	if (m == NULL)
		return 0;
	measurement_encode(m, &first);
	back = measurement_decode(first.data, first.len, &oddities, error, sizeof(error));
	if (back == NULL || oddities != 0)
		abort();
	measurement_encode(back, &second);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	measurement_free(m);
	measurement_free(back);
	buf_free(&first);
	buf_free(&second);
	return 0;
}
