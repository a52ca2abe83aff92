/* Content lines of iCalendar. */
#include "targets/ics_line.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "targets/day.h"

/* A long line goes on where the next one begins with a blank. */
static bool
goes_on(const struct lines *lines)
{
	return lines->next < lines->end && (*lines->next == ' ' || *lines->next == '\t');
}

static size_t
without_ending(const char *bytes, size_t len)
{
	while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	return len;
}

/* Gathers the line. False when it is too long; then the rest was passed over. */
static bool
unfold(struct ics_line *line, const char *bytes, size_t len)
{
	bool fits = true;

	buf_clear(&line->text);
	for (;;) {
		len = without_ending(bytes, len);
		fits = fits && line->text.len + len <= ICS_LINE_MAX;
		if (fits)
			buf_add(&line->text, bytes, len);
		if (!goes_on(line->lines) || !lines_next(line->lines, &bytes, &len))
			return fits;
		bytes++;
		len--;
	}
}

/* Cuts "NAME;PARAMETER="a:b":VALUE". */
static bool
split(struct ics_line *line)
{
	char *s = line->text.data;
	bool quoted = false;

	line->name = s;
	s += strcspn(s, ";:");
	if (s == line->name)
		return false;
	for (; *s != '\0' && (quoted || *s != ':'); s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == ';' && !quoted)
			*s = '\0'; /* the first one ends the name */
	}
	if (*s == '\0')
		return false;
	*s = '\0';
	line->value = s + 1;
	return true;
}

bool
ics_line_next(struct ics_line *line)
{
	const char *bytes;
	size_t len;

	do {
		if (!lines_next(line->lines, &bytes, &len))
			return false;
	} while (without_ending(bytes, len) == 0 && !goes_on(line->lines));
	line->number = line->lines->line;
	line->wrong = NULL;
	if (!unfold(line, bytes, len))
		line->wrong = "a line longer than 64 KiB";
	else
		line->wrong = lines_wrong(buf_str(&line->text), line->text.len);
	if (line->wrong == NULL && (line->text.len == 0 || !split(line)))
		line->wrong = "no \"NAME:value\"";
	if (line->wrong != NULL)
		line->name = line->value = "";
	return true;
}

bool
ics_line_is(const struct ics_line *line, const char *name)
{
	return strcasecmp(line->name, name) == 0;
}

/* Reads exactly `digits` digits; -1 where there are fewer. */
static int
number(const char *s, int digits)
{
	int v = 0;

	for (; digits > 0; digits--, s++) {
		if (!isdigit((unsigned char)*s))
			return -1;
		v = v * 10 + (*s - '0');
	}
	return v;
}

const char *
ics_time(const char *value, int32_t *day, int *second)
{
	struct date date;
	int hour, minute, s;

	if (number(value, 8) < 0)
		return NULL;
	date = (struct date){number(value, 4), number(value + 4, 2), number(value + 6, 2)};
	if (!day_exists(date))
		return NULL;
	*day = day_of(date);
	*second = -1;
	value += 8;
	if (*value != 'T')
		return value;
	if (number(value + 1, 6) < 0)
		return NULL;
	hour = number(value + 1, 2);
	minute = number(value + 3, 2);
	s = number(value + 5, 2);
	if (hour > 23 || minute > 59 || s > 60)
		return NULL;
	*second = hour * 3600 + minute * 60 + (s > 59 ? 59 : s); /* 60: a leap second */
	value += 7;
	return *value == 'Z' ? value + 1 : value;
}

static int64_t
unit(char letter, bool time)
{
	switch (letter) {
	case 'W':
		return time ? 0 : 7 * 86400;
	case 'D':
		return time ? 0 : 86400;
	case 'H':
		return time ? 3600 : 0;
	case 'M':
		return time ? 60 : 0;
	case 'S':
		return time ? 1 : 0;
	default:
		return 0;
	}
}

int
ics_duration(const char *value, int64_t *seconds)
{
	const int64_t most = INT64_C(86400) * 3660;
	bool time = false;
	int64_t n;

	*seconds = 0;
	value += *value == '+';
	if (*value++ != 'P' || *value == '\0')
		return -1;
	while (*value != '\0') {
		if (*value == 'T' && !time) {
			time = true;
			value++;
		}
		if (!isdigit((unsigned char)*value))
			return -1;
		for (n = 0; isdigit((unsigned char)*value); value++)
			if (n <= most)
				n = n * 10 + (*value - '0');
		if (unit(*value, time) == 0 || n > most / unit(*value, time))
			return -1;
		*seconds += n * unit(*value++, time);
		if (*seconds > most)
			return -1;
	}
	return 0;
}

void
ics_text(struct buf *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' && value[1] != '\0') {
			value++;
			if (*value == 'n' || *value == 'N')
				buf_putc(out, '\n');
			else
				buf_putc(out, *value);
		} else {
			buf_putc(out, *value);
		}
	}
}
