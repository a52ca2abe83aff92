/* Lines out of blocks of bytes. */
#include "results/record_lines.h"

#include <string.h>

static void
hand_on(struct record_lines *lines, const char *data, size_t len, bool last, record_lines_take *take,
    void *arg)
{
	const struct record_piece piece = {data, len, !lines->inside, last};

	take(&piece, arg);
	lines->inside = !last;
}

/* It is too long to be held: what is held passes through, and so will the rest. */
static void
let_pass(struct record_lines *lines, record_lines_take *take, void *arg)
{
	hand_on(lines, lines->held.data, lines->held.len, false, take, arg);
	buf_free(&lines->held);
}

/* A line of which more is to come. */
static void
hold(struct record_lines *lines, const char *data, size_t len, record_lines_take *take, void *arg)
{
	if (lines->inside) {
		hand_on(lines, data, len, false, take, arg);
		return;
	}
	buf_add(&lines->held, data, len);
	if (lines->held.len > RECORD_LINES_WHOLE)
		let_pass(lines, take, arg);
}

/* Whether a line is too long must not depend on how it was cut into blocks. */
static void
end_line(
    struct record_lines *lines, const char *data, size_t len, record_lines_take *take, void *arg)
{
	if (!lines->inside && (lines->held.len > 0 || len > RECORD_LINES_WHOLE)) {
		buf_add(&lines->held, data, len - 1);
		data += len - 1;
		len = 1;
		if (lines->held.len + len > RECORD_LINES_WHOLE)
			let_pass(lines, take, arg);
		else
			buf_add(&lines->held, data, len);
	}
	if (lines->held.len == 0) {
		hand_on(lines, data, len, true, take, arg);
		return;
	}
	hand_on(lines, lines->held.data, lines->held.len, true, take, arg);
	buf_clear(&lines->held);
}

void
record_lines_feed(
    struct record_lines *lines, const char *data, size_t len, record_lines_take *take, void *arg)
{
	const char *end = data + len, *newline;

	while (data < end && (newline = memchr(data, '\n', (size_t)(end - data))) != NULL) {
		end_line(lines, data, (size_t)(newline - data) + 1, take, arg);
		data = newline + 1;
	}
	if (data < end)
		hold(lines, data, (size_t)(end - data), take, arg);
}

void
record_lines_end(struct record_lines *lines, record_lines_take *take, void *arg)
{
	if (lines->held.len > 0)
		hand_on(lines, lines->held.data, lines->held.len, true, take, arg);
	record_lines_drop(lines);
}

void
record_lines_drop(struct record_lines *lines)
{
	buf_free(&lines->held);
	lines->inside = false;
}
