/* Calendars out of texts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "targets/day.h"
#include "tests/calendar_case.h"

static void
collect(const char *file, int line, bool fatal, const char *message, void *arg)
{
	struct buf *said = arg;

	(void)file;
	buf_printf(said, "%d%c %s\n", line, fatal ? '!' : '?', message);
}

int32_t
case_day(const char *text)
{
	int32_t day;

	assert_int_equal(day_parse(text, &day), 0);
	return day;
}

struct calendar_span
case_span(void)
{
	return (struct calendar_span){case_day("2024-01-01"), case_day("2027-12-31")};
}

struct loaded
case_parse_bytes(const char *name, const char *data, size_t len, int flags)
{
	struct loaded l = {.said = BUF_EMPTY};
	/* A copy without a NUL behind it, so that the sanitizers see a read too far. */
	char *copy = xmemdup(data, len);

	l.rc = calendar_parse(name, copy, len, case_span(), flags, collect, &l.said, &l.calendar);
	free(copy);
	return l;
}

struct loaded
case_parse(const char *text)
{
	return case_parse_bytes("sample.csv", text, strlen(text), 0);
}

struct loaded
case_load(const char *name)
{
	struct loaded l = {.said = BUF_EMPTY};

	l.rc = calendar_load(name, case_span(), 0, collect, &l.said, &l.calendar);
	return l;
}

void
case_done(struct loaded *l)
{
	calendar_clear(&l->calendar);
	buf_free(&l->said);
}

void
case_days(struct buf *out, int32_t first, int32_t last)
{
	char text[DAY_TEXT_SIZE];

	buf_printf(out, "%s%s", out->len > 0 ? " " : "", day_text(first, text));
	if (last != first)
		buf_printf(out, "/%s", day_text(last, text));
}

void
assert_days(const char *text, const char *days)
{
	struct loaded l = case_parse(text);
	struct buf got = BUF_EMPTY;
	size_t i;

	for (i = 0; i < l.calendar.n; i++)
		case_days(&got, l.calendar.events[i].first, l.calendar.events[i].last);
	assert_string_equal(buf_str(&l.said), "");
	assert_string_equal(buf_str(&got), days);
	assert_int_equal(l.rc, 0);
	buf_free(&got);
	case_done(&l);
}

void
assert_says(const char *text, const char *said)
{
	struct loaded l = case_parse(text);

	assert_string_equal(buf_str(&l.said), said);
	assert_int_equal(l.rc, -1);
	case_done(&l);
}
