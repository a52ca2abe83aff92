/* Whatever record was read can be explained, on a screen of any width and as JSON; and the screen shows no control characters. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "probe/explain_screen.h"
#include "results/explain.h"
#include "results/measurement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool fine)
{
	if (!fine)
		abort();
}

static void
check_screen(const struct measurement *m, const struct explanation *e, int width)
{
	size_t size, i;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	require(out != NULL);
	explain_screen(m, e, out, width, false);
	require(fclose(out) == 0);
	for (i = 0; i < size; i++)
		require(text[i] == '\n' || !iscntrl((unsigned char)text[i]));
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf json = BUF_EMPTY;
	struct explanation e;
	struct measurement *m;
	char error[256];
	size_t i;

	m = measurement_decode((const char *)data, size, NULL, error, sizeof(error));
	if (m == NULL)
		return 0;
	explain_record(m, &e);
	require(e.meaning != NULL && e.verdict != NULL && e.network != NULL);
	for (i = 0; i < e.nsteps; i++)
		require(e.steps[i].what != NULL && e.steps[i].outcome != NULL);
	check_screen(m, &e, 0);
	check_screen(m, &e, 30);
	explain_json(m, &e, &json);
	buf_free(&json);
	measurement_free(m);
	return 0;
}
