/* Any text as daily windows: what is taken lies within a day, and survives being written; what is not has a reason. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/sched_window.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

static void
check_taken(const struct sched_windows *windows)
{
	char error[SCHED_WINDOWS_ERROR_SIZE];
	struct sched_windows again;
	struct buf text = BUF_EMPTY;
	int i, from, until, minute, open = 0;

	require(windows->n >= 0 && windows->n <= SCHED_WINDOWS_MAX);
	for (i = 0; i < windows->n; i++) {
		from = windows->items[i].from;
		until = windows->items[i].until;
		require(from >= 0 && from < 1440 && until >= 0 && until <= 1440 && from != until);
		buf_printf(&text, "%s%02d:%02d-%02d:%02d", i > 0 ? ", " : "", from / 60, from % 60,
		    until / 60, until % 60);
	}
	require(sched_windows_parse(buf_str(&text), &again, error) == 0);
	require(memcmp(&again, windows, sizeof(again)) == 0);
	for (minute = 0; minute < 1440; minute++)
		open += sched_windows_open(windows, minute);
	require(open > 0 && (windows->n > 0 || open == 1440));
	buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[SCHED_WINDOWS_ERROR_SIZE] = "", *text = xstrndup((const char *)data, size);
	struct sched_windows windows;

	if (sched_windows_parse(text, &windows, error) == 0)
		check_taken(&windows);
	else
		require(error[0] != '\0');
	free(text);
	return 0;
}
