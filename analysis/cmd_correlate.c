/* netvane-analyze correlate: does blocking follow the events of a calendar? */
#include "analysis/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analysis/calendars.h"
#include "analysis/correlate.h"
#include "analysis/correlate_write.h"
#include "analysis/days.h"
#include "analysis/event_choice.h"
#include "analysis/ingest.h"
#include "analysis/options.h"
#include "analysis/outcome.h"
#include "analysis/places.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "targets/calendar.h"

static const char correlate_help[] =
    "Usage: netvane-analyze correlate --events FILE [OPTION]... PATH...\n"
    "Does blocking follow the protests? Compares days near events with all others, for\n"
    "each target and for all together: odds ratio, p by moving the events along the\n"
    "record, q over the targets, and the days before and after. Below five measured event\n"
    "days it says so instead.\n\n"
    "  --events FILE    a calendar of events, as `netvane calendars' takes them, or the\n"
    "                   name of a built-in one, kz (repeatable)\n"
    "  --type TYPE      only events of this type, as protest (repeatable); else all but\n"
    "                   those that are about the network itself\n"
    "  --tz ZONE        whose days are counted, as Asia/Almaty; else the zone of the\n"
    "                   country that the probe was in\n"
    "  --tolerance N    so many days before and after an event belong to it; 0 to 3, else 1\n"
    "  --by-network     each network of a target by itself\n"
    "  --seed N         of the random numbers; else 1\n"
    "  --permutations N how many arrangements are tried; 99 to 1000000, else 9999\n\n"
    "Examples:\n"
    "  netvane-analyze correlate --events kz --type protest results/\n"
    "  netvane-analyze correlate --events protests.csv --format csv results/ >table.csv\n";

struct wish {
	const char **events, **types; /* in argv */
	size_t nevents, ntypes;
	const char *tz;
	bool by_network;
	int tolerance;
	uint64_t seed;
	int64_t permutations;
};

struct work {
	struct wish wish;
	struct calendars calendars;
	struct places *places;
	struct days days;
};

/* ---- Options -------------------------------------------------------------------------------- */

static void
append(const char ***list, size_t *n, const char *value)
{
	*list = xreallocarray(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = value;
}

static bool
set_events(void *arg, const char *value)
{
	struct wish *wish = arg;

	append(&wish->events, &wish->nevents, value);
	return true;
}

static bool
set_type(void *arg, const char *value)
{
	struct wish *wish = arg;

	append(&wish->types, &wish->ntypes, value);
	return true;
}

static bool
set_tz(void *arg, const char *value)
{
	struct wish *wish = arg;

	wish->tz = value;
	return true;
}

static bool
set_by_network(void *arg, const char *value)
{
	struct wish *wish = arg;

	(void)value;
	return wish->by_network = true;
}

/* Digits and nothing else, from least to most. */
static bool
read_number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= least &&
	    *number <= most)
		return true;
	log_errorx("--%s %s: not a whole number from %llu to %llu", option, text,
	    (unsigned long long)least, (unsigned long long)most);
	return false;
}

static bool
set_tolerance(void *arg, const char *value)
{
	struct wish *wish = arg;
	uint64_t number;

	if (!read_number("tolerance", value, 0, 3, &number))
		return false;
	wish->tolerance = (int)number;
	return true;
}

static bool
set_seed(void *arg, const char *value)
{
	struct wish *wish = arg;

	return read_number("seed", value, 0, UINT64_MAX, &wish->seed);
}

static bool
set_permutations(void *arg, const char *value)
{
	struct wish *wish = arg;
	uint64_t number;

	if (!read_number("permutations", value, 99, 1000000, &number))
		return false;
	wish->permutations = (int64_t)number;
	return true;
}

static const struct options_own own_options[] = {
    {"events", true, set_events},
    {"type", true, set_type},
    {"tz", true, set_tz},
    {"by-network", false, set_by_network},
    {"tolerance", true, set_tolerance},
    {"seed", true, set_seed},
    {"permutations", true, set_permutations},
    {NULL, false, NULL},
};

static int
load_places(struct work *work)
{
	work->places = places_new(work->wish.tz);
	return work->places != NULL ? EX_OK : EX_USAGE;
}

/* ---- Answer --------------------------------------------------------------------------------- */

/* The days between which events count: those of the measurements. */
static void
find_span(const struct correlate_series *series, size_t n, struct event_wish *wish)
{
	size_t i;

	wish->first = INT32_MAX;
	wish->last = INT32_MIN;
	for (i = 0; i < n; i++) {
		if (series[i].cells[0].day < wish->first)
			wish->first = series[i].cells[0].day;
		if (series[i].cells[series[i].ncells - 1].day > wish->last)
			wish->last = series[i].cells[series[i].ncells - 1].day;
	}
	if (n == 0)
		wish->first = wish->last = 0;
}

static void
answer(struct work *work, const struct options *options)
{
	struct event_wish wish = {.types = work->wish.types, .ntypes = work->wish.ntypes};
	struct correlate_question question = {.tolerance = work->wish.tolerance,
	    .seed = work->wish.seed, .permutations = work->wish.permutations};
	struct buf zones = BUF_EMPTY, calendars = BUF_EMPTY;
	struct correlate_report report = {.question = &question, .placeless = work->days.placeless};
	struct correlate_answer *found;
	struct event_choice choice;
	size_t i;

	question.series = daily_series(work->days.daily, work->wish.by_network, &question.nseries);
	find_span(question.series, question.nseries, &wish);
	event_choose(work->calendars.items, work->calendars.n, &wish, &choice);
	question.events = choice.spans;
	question.nevents = choice.n;
	found = correlate(&question);
	places_zones(work->places, &zones);
	for (i = 0; i < work->calendars.n; i++)
		buf_printf(&calendars, "%s%s", i > 0 ? ", " : "", work->calendars.items[i].name);
	report.answer = found;
	report.choice = &choice;
	report.zones = zones.len > 0 ? buf_str(&zones) : "UTC";
	report.calendars = buf_str(&calendars);
	correlate_write(&report, options);
	correlate_free(found);
	event_choice_clear(&choice);
	buf_free(&zones);
	buf_free(&calendars);
}

static int
read_and_answer(struct work *work, const struct options *options)
{
	struct ingest *ingest = ingest_new(options, NULL);
	struct outcome outcome;
	struct record record;
	int code;

	work->days = (struct days){.daily = daily_new(), .places = work->places};
	while (ingest_next(ingest, &record) == 1)
		if (outcome_of(&record, &outcome))
			days_add(&work->days, &outcome);
	code = ingest_end(ingest);
	ingest_free(ingest);
	if (code == EX_OK)
		answer(work, options);
	return options_flush(code);
}

static void
clear(struct work *work)
{
	calendars_clear(&work->calendars);
	places_free(work->places);
	free(work->wish.events);
	free(work->wish.types);
	daily_free(work->days.daily);
}

int
cmd_correlate(int argc, char **argv)
{
	struct work work = {.wish = {.tolerance = 1, .seed = 1, .permutations = 9999}};
	struct options options;
	int code = options_read_own(
	    &options, argc, argv, correlate_help, own_options, &work.wish);

	if (code == -1 && work.wish.nevents == 0) {
		log_errorx("no --events FILE to compare the days with; "
			   "`netvane-analyze correlate --help' tells the usage");
		code = EX_USAGE;
	}
	if (code == -1 &&
	    (code = calendars_check(work.wish.events, work.wish.nevents, options.paths, options.npaths)) == EX_OK &&
	    (code = load_places(&work)) == EX_OK &&
	    (code = calendars_load(work.wish.events, work.wish.nevents, &work.calendars)) == EX_OK)
		code = read_and_answer(&work, &options);
	clear(&work);
	options_clear(&options);
	return code;
}
