/*
 * Whatever stands in a file that should be a status: it is read or refused, what was read is written and read again the same,
 * and every view takes it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "probe/status_json.h"
#include "probe/status_model.h"
#include "probe/status_view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t now = INT64_C(1795329600) * 1000000;

static void
check_views(const struct status *st)
{
	struct buf out = BUF_EMPTY;

	status_html(st, now, &out);
	status_metrics(st, now, &out);
	status_text(st, now, 80, false, &out);
	if (!utf8_valid(out.data, out.len) || strlen(out.data) != out.len)
		abort();
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_EMPTY, twice = BUF_EMPTY;
	struct status *st, *again;
	char error[100];

	st = status_decode((const char *)data, size, error, sizeof(error));
	if (st == NULL)
		return 0;
	check_views(st);
	status_encode(st, &once);
	again = status_decode(once.data, once.len, error, sizeof(error));
	if (again == NULL)
		abort();
	status_encode(again, &twice);
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
		abort();
	status_free(again);
	status_free(st);
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
