/* netvane-analyze correlate: does blocking follow the events of a calendar? */
#include "analysis/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analysis/correlate.h"
#include "analysis/correlate_write.h"
#include "analysis/daily.h"
#include "analysis/event_choice.h"
#include "analysis/ingest.h"
#include "analysis/judged.h"
#include "analysis/options.h"
#include "analysis/zone.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "targets/calendar.h"
#include "targets/day.h"

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

/* What calendars with repeated events are spelled out for: all that records can be of. */
static const struct date span_first = {2007, 1, 1}, span_last = {2046, 12, 31};

struct wish {
	const char **events, **types; /* in argv */
	size_t nevents, ntypes;
	const char *tz;
	bool by_network;
	int tolerance;
	uint64_t seed;
	int64_t permutations;
};

/* A country with its zone; the one that all are in, where --tz says so. */
struct country {
	char cc[3];
	struct zone *zone;
};

struct work {
	struct wish wish;
	struct calendar *calendars;
	size_t ncalendars;
	struct country *countries;
	size_t ncountries;
	struct daily *daily;
	int64_t placeless;
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

/* ---- Calendars and zones -------------------------------------------------------------------- */

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

/* Bad entries are named and left out, as bad lines are; a calendar without any is an error. */
static int
load_calendars(struct work *work)
{
	const struct calendar_span span = {day_of(span_first), day_of(span_last)};
	struct calendar *calendar;
	size_t i;
	int got;

	work->calendars = xcalloc(work->wish.nevents, sizeof(*work->calendars));
	for (i = 0; i < work->wish.nevents; i++) {
		calendar = &work->calendars[work->ncalendars++];
		got = calendar_load(work->wish.events[i], span, CALENDAR_SKIP_BAD, report_entry,
		    NULL, calendar);
		if (got == -2)
			return EX_NOINPUT;
		if (got == -1 || calendar->n == 0) {
			log_errorx("%s: there is no event in it that can be used",
			    work->wish.events[i]);
			return EX_DATAERR;
		}
	}
	return EX_OK;
}

static struct zone *
add_country(struct work *work, const char *cc, struct zone *zone)
{
	struct country *country;

	work->countries =
	    xreallocarray(work->countries, work->ncountries + 1, sizeof(*work->countries));
	country = &work->countries[work->ncountries++];
	*country = (struct country){.zone = zone};
	memcpy(country->cc, cc, strlen(cc)); /* two letters or none */
	return zone;
}

/* The zone of a country that was not met before. UTC is always there. */
static struct zone *
zone_of(const char *cc)
{
	char name[ZONE_NAME_SIZE];
	size_t n = cc[0] != '\0' ? zone_of_country(cc, name) : 0;
	struct zone *zone = n > 0 ? zone_load(name) : NULL;

	if (zone == NULL && cc[0] != '\0')
		log_warnx("%s: tzdata has no time zone of this country; its days are UTC's "
			  "(--tz ZONE)", cc);
	if (zone != NULL && n > 1)
		log_info("days are those of %s, one of the %zu time zones of %s (--tz ZONE takes "
			 "another)", name, n, cc);
	return zone != NULL ? zone : zone_load("UTC");
}

/* "" where the record does not say. */
static void
country_of(const struct measurement *m, char cc[3])
{
	const char *text = m->probe_cc;

	cc[0] = cc[1] = cc[2] = '\0';
	if (text == NULL || strlen(text) != 2 || strcmp(text, "ZZ") == 0)
		return;
	memcpy(cc, text, 2);
}

static int32_t
local_day(struct work *work, const struct measurement *m)
{
	struct zone *zone = NULL;
	char cc[3];
	size_t i;

	if (work->wish.tz != NULL)
		return zone_day(work->countries[0].zone, m->start_us);
	country_of(m, cc);
	work->placeless += cc[0] == '\0' ? 1 : 0;
	for (i = 0; i < work->ncountries && zone == NULL; i++)
		if (strcmp(work->countries[i].cc, cc) == 0)
			zone = work->countries[i].zone;
	return zone_day(zone != NULL ? zone : add_country(work, cc, zone_of(cc)), m->start_us);
}

static int
load_zone(struct work *work)
{
	struct zone *zone = zone_load(work->wish.tz);

	if (zone == NULL) {
		log_errorx("--tz %s: tzdata has no such zone; it is something like Asia/Almaty",
		    work->wish.tz);
		return EX_USAGE;
	}
	add_country(work, "", zone);
	return EX_OK;
}

/* ---- Records -------------------------------------------------------------------------------- */

static enum daily_says
says_of(const struct measurement *m)
{
	struct verdict verdict;

	judged(m, &verdict);
	return daily_verdict(verdict.status, verdict.mechanism);
}

static void
add_record(struct work *work, const struct record *record)
{
	const struct measurement *m = record->m;
	enum daily_says says = DAILY_NOTHING;
	const char *target = daily_line;

	if (m->start_us == 0)
		return;
	if (record->kind == RECORD_ROUND)
		says = daily_round(m->context.network);
	else if (record->kind == RECORD_TARGET) {
		says = says_of(m);
		target = record->target.url;
	}
	if (says != DAILY_NOTHING)
		daily_add(work->daily, target, m->probe_asn, local_day(work, m), says);
}

/* ---- Answer --------------------------------------------------------------------------------- */

/* Each name once, with commas. */
static void
add_name(struct buf *names, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = buf_str(names); (at = strstr(at, name)) != NULL; at += len)
		if ((at == names->data || at[-1] == ' ') && (at[len] == '\0' || at[len] == ','))
			return;
	buf_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
}

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
	struct correlate_report report = {.question = &question, .placeless = work->placeless};
	struct correlate_answer *found;
	struct event_choice choice;
	size_t i;

	question.series = daily_series(work->daily, work->wish.by_network, &question.nseries);
	find_span(question.series, question.nseries, &wish);
	event_choose(work->calendars, work->ncalendars, &wish, &choice);
	question.events = choice.spans;
	question.nevents = choice.n;
	found = correlate(&question);
	for (i = 0; i < work->ncountries; i++)
		add_name(&zones, zone_name(work->countries[i].zone));
	for (i = 0; i < work->ncalendars; i++)
		add_name(&calendars, work->calendars[i].name);
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
	struct record record;
	int code;

	work->daily = daily_new();
	while (ingest_next(ingest, &record) == 1)
		add_record(work, &record);
	code = ingest_end(ingest);
	ingest_free(ingest);
	if (code == EX_OK)
		answer(work, options);
	return options_flush(code);
}

static void
clear(struct work *work)
{
	size_t i;

	for (i = 0; i < work->ncalendars; i++)
		calendar_clear(&work->calendars[i]);
	for (i = 0; i < work->ncountries; i++)
		zone_free(work->countries[i].zone);
	free(work->calendars);
	free(work->countries);
	free(work->wish.events);
	free(work->wish.types);
	daily_free(work->daily);
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
	if (code == -1 && work.wish.tz != NULL && (code = load_zone(&work)) == EX_OK)
		code = -1;
	if (code == -1 && (code = load_calendars(&work)) == EX_OK)
		code = read_and_answer(&work, &options);
	clear(&work);
	options_clear(&options);
	return code;
}
