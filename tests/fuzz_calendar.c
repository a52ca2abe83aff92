/* Any bytes as a calendar: what is taken has days, and texts that are text. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "targets/calendar.h"
#include "targets/day.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

static void
count(const char *file, int line, bool fatal, const char *message, void *arg)
{
	size_t *fatals = arg;

	require(file != NULL && line > 0 && message[0] != '\0');
	require(utf8_valid(message, strlen(message)));
	*fatals += fatal;
}

static void
check_event(const struct calendar_event *event)
{
	const char *const texts[] = {
	    event->type, event->place, event->title, event->targets, event->source, event->notes};
	char day[DAY_TEXT_SIZE];
	int32_t again;
	size_t i;

	require(event->first <= event->last && event->line > 0);
	require(day_parse(day_text(event->first, day), &again) == 0 && again == event->first);
	require(calendar_precision_name(event->precision) != NULL);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		require(utf8_valid(texts[i], strlen(texts[i])));
}

/* Each event is found on its first day. */
static void
check_found(const struct calendar *calendar, const struct calendar_event *event)
{
	const struct calendar_query query = {.first = event->first, .last = event->first};
	struct calendar_hit *hits;
	size_t n = calendar_find(calendar, 1, &query, &hits), i;
	bool found = false;

	for (i = 0; i < n; i++)
		found = found || hits[i].event == event;
	require(found);
	free(hits);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct calendar_span span = {20000, 20400};
	char *text = xmemdup(data, size); /* without a NUL, so that a read too far is seen */
	struct calendar calendar;
	size_t fatals = 0, i;
	int rc = calendar_parse("fuzz.csv", text, size, span, 0, count, &fatals, &calendar);

	free(text);
	require(fatals == calendar.bad && (rc == 0) == (calendar.bad == 0));
	for (i = 0; i < calendar.n; i++)
		check_event(&calendar.events[i]);
	for (i = 0; i < calendar.n && i < 20; i++)
		check_found(&calendar, &calendar.events[i]);
	calendar_clear(&calendar);
	return 0;
}
