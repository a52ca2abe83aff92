/* The calendars that --events names. */
#include "analysis/calendars.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/mem.h"
#include "targets/calendar.h"
#include "targets/day.h"

/* What calendars with repeated events are spelled out for: all that records can be of. */
static const struct date span_first = {2007, 1, 1}, span_last = {2046, 12, 31};

static void
report_entry(const char *file, int line, bool fatal, const char *message, void *arg)
{
	(void)arg;
	if (!fatal)
		log_debug("%s:%d: %s", file, line, message);
	else if (line > 0)
		log_warnx("%s:%d: %s", file, line, message);
	else
		log_errorx("%s: %s", file, message);
}

int
calendars_check(const char *const *names, size_t n, char *const *paths, size_t npaths)
{
	size_t calendars = 0, records = 0, i;

	for (i = 0; i < n; i++)
		calendars += strcmp(names[i], "-") == 0 ? 1 : 0;
	for (i = 0; i < npaths; i++)
		records += strcmp(paths[i], "-") == 0 ? 1 : 0;
	if (calendars == 0 || calendars + records == 1)
		return EX_OK;
	log_errorx("standard input cannot be %s; give one of them as a file",
	    calendars > 1 ? "two calendars" : "both the calendar of --events and the records");
	return EX_USAGE;
}

int
calendars_load(const char *const *names, size_t n, struct calendars *out)
{
	const struct calendar_span span = {day_of(span_first), day_of(span_last)};
	struct calendar *calendar;
	size_t i;
	int got;

	out->items = xcalloc(n, sizeof(*out->items));
	for (i = 0; i < n; i++) {
		calendar = &out->items[out->n++];
		got = calendar_load(names[i], span, CALENDAR_SKIP_BAD, report_entry, NULL, calendar);
		if (got == -2)
			return EX_NOINPUT;
		if (got == -1 || calendar->n == 0) {
			log_errorx("%s: there is no event in it that can be used", names[i]);
			return EX_DATAERR;
		}
	}
	return EX_OK;
}

void
calendars_clear(struct calendars *calendars)
{
	size_t i;

	for (i = 0; i < calendars->n; i++)
		calendar_clear(&calendars->items[i]);
	free(calendars->items);
	*calendars = (struct calendars){0};
}
