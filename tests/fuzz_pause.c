/* Whatever stands in the pause file: a pause, and one that reads back; what is not understood lasts until somebody resumes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "probe/pause.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_duration(const char *text)
{
	int64_t seconds = pause_duration(text);

	if (seconds != -1 && seconds < 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_EMPTY, words = BUF_EMPTY, copy = BUF_EMPTY;
	struct pause p, again;

	pause_parse(&p, (const char *)data, size);
	if (!p.there || memchr(p.reason, '\0', sizeof(p.reason)) == NULL ||
	    !utf8_valid(p.reason, strlen(p.reason)) || p.until_us < 0)
		abort();
	if (p.flaw != NULL && !pause_holds(&p, INT64_MAX))
		abort();
	pause_words(&p, &words);
	pause_write(&p, &text);
	pause_parse(&again, text.data, text.len);
	if (again.flaw != NULL || again.until_us != p.until_us || again.since_us != p.since_us ||
	    strcmp(again.reason, p.reason) != 0)
		abort();
	buf_add(&copy, data, size);
	check_duration(buf_str(&copy));
	buf_free(&copy);
	buf_free(&text);
	buf_free(&words);
	return 0;
}
