/* The bundle's tables of what was measured, and the list of all. */
#include "analysis/report_bundle_tables.h"

#include <stdint.h>

#include "analysis/report_bundle_fields.h"
#include "analysis/report_model.h"

static const char *
face_name(enum report_face face)
{
	static const char *const names[REPORT_FACE_MAX] = {"", "ok", "blocked", "likely_blocked", "partly", "throttled", "shut", "impaired", "down",
	    "insufficient"};

	return names[face];
}

/* ---- Days ----------------------------------------------------------------------------------- */

static const struct bundle_column day_columns[] = {
    {"day", "date", "day at the place, in the time zone that CITATION.cff and the report name"},
    {"target", "string", "URL"},
    {"list", "string", "the list it came from"},
    {"ok", "integer", "measurements in which it was reached"},
    {"blocked", "integer", "... in which interference is proven"},
    {"likely_blocked", "integer", "... in which interference is the best explanation"},
    {"impaired", "integer", "... in which it worked badly, or refused by itself"},
    {"down", "integer", "... in which it was out of order by its own fault"},
    {"insufficient", "integer", "... that say nothing"},
    {"none", "integer", "... that were not judged"},
    {"telling", "integer", "those that tell whether there was interference: ok + blocked + likely_blocked + impaired"},
    {"bad_measurements", "integer", "of them, those that show it: blocked + likely_blocked, and impaired where it was throttled"},
    {"artefacts", "integer", "of these, those that are a proof by themselves: a forged certificate, a block page, an impossible address, a "
			     "second DNS answer"},
    {"bad", "boolean", "the day is bad: bad_measurements are at least 2 and a twentieth of telling, or all of them; or artefacts is not 0"},
    {"state", "string", "what the day comes to, as the report's grid shows it: ok, blocked, likely_blocked, partly, throttled, impaired, down, "
			"insufficient, shut (the network was shut down or cut off from abroad)"},
    {"event", "boolean", "an event with known days was on that day; false also where no calendar was given"},
};

static void
day_rows(const struct report *r, struct buf *out)
{
	static const enum verdict_status order[] = {VERDICT_OK, VERDICT_BLOCKED, VERDICT_LIKELY_BLOCKED, VERDICT_IMPAIRED, VERDICT_DOWN,
	    VERDICT_INSUFFICIENT, VERDICT_NONE};
	const struct report_cell *cell;
	const struct report_site *site;
	size_t i, j, k;

	for (i = 0; i < r->nsites; i++)
		for (j = 0; j < r->sites[i].ncells; j++) {
			site = &r->sites[i];
			cell = &site->cells[j];
			bundle_day(out, cell->day);
			bundle_text(out, site->url);
			bundle_text(out, site->list);
			for (k = 0; k < sizeof(order) / sizeof(order[0]); k++)
				bundle_integer(out, cell->counts[order[k]]);
			bundle_integer(out, cell->of.measured);
			bundle_integer(out, cell->of.bad);
			bundle_integer(out, cell->of.artefacts);
			bundle_yes_no(out, outcome_day_is_bad(&cell->of));
			bundle_text(out, face_name(report_face(site, cell->day, cell->day, report_days_shut(r, cell->day, cell->day))));
			bundle_yes_no(out, report_is_event(r, cell->day, cell->day));
			bundle_end(out);
		}
}

const struct bundle_table bundle_days = {"days.csv",
    "Each target on each day on which it was measured, all networks together. A day that is not there was not measured.",
    BUNDLE_COLUMNS(day_columns), NULL, day_rows};

/* ---- Targets -------------------------------------------------------------------------------- */

static const struct bundle_column target_columns[] = {
    {"target", "string", "URL"},
    {"host", "string", "its host"},
    {"list", "string", "the list it came from"},
    {"category", "string", "Citizen Lab's code"},
    {"measurements", "integer", "all of it"},
    {"bad", "integer", "those that show interference: bad_measurements in days.csv"},
    {"days", "integer", "days with measurements"},
    {"bad_days", "integer", "bad days: bad in days.csv"},
    {"first_bad", "date", "the first of them"},
    {"last_bad", "date", "the last"},
    {"finding", "string", "blocked: on one of them it was, which is proven; likely_blocked; throttled: it was never blocked; empty: none is bad"},
    {"mechanism", "string", "the most frequent"},
};

static void
target_rows(const struct report *r, struct buf *out)
{
	struct report_site_sum sum;
	size_t i;

	for (i = 0; i < r->nsites; i++) {
		sum = report_site_sum(&r->sites[i]);
		bundle_text(out, r->sites[i].url);
		bundle_text(out, r->sites[i].host);
		bundle_text(out, r->sites[i].list);
		bundle_text(out, r->sites[i].category);
		bundle_integer(out, sum.measurements);
		bundle_integer(out, sum.bad);
		bundle_integer(out, sum.days);
		bundle_integer(out, sum.bad_days);
		if (sum.bad_days > 0) {
			bundle_day(out, sum.first_bad);
			bundle_day(out, sum.last_bad);
		} else {
			bundle_text(out, NULL);
			bundle_text(out, NULL);
		}
		bundle_text(out, face_name(sum.finding));
		bundle_text(out, mechanism_name(sum.mechanism));
		bundle_end(out);
	}
}

const struct bundle_table bundle_targets = {"targets.csv", "Each target.", BUNDLE_COLUMNS(target_columns), NULL, target_rows};

/* ---- Networks ------------------------------------------------------------------------------- */

static const struct bundle_column network_columns[] = {
    {"network", "string", "its number, AS9198; ? where it is not known"},
    {"country", "string", "two letters"},
    {"name", "string", "as the probe knew it"},
    {"first", "datetime", "the first measurement, UTC"},
    {"last", "datetime", "the last"},
    {"measurements", "integer", "of targets"},
    {"rounds", "integer", "records of rounds; others' records have none"},
    {"rounds_not_online", "integer", "those in which the network was in any state but online"},
};

static void
network_rows(const struct report *r, struct buf *out)
{
	const struct report_network *network;
	size_t i;

	for (i = 0; i < r->nnetworks; i++) {
		network = &r->networks[i];
		bundle_text(out, network->asn != NULL ? network->asn : "?");
		bundle_text(out, network->cc);
		bundle_text(out, network->name);
		bundle_when(out, network->first_us);
		bundle_when(out, network->last_us);
		bundle_integer(out, network->measurements);
		bundle_integer(out, network->rounds);
		bundle_integer(out, network->rounds_not_online);
		bundle_end(out);
	}
}

const struct bundle_table bundle_networks = {"networks.csv", "Each network.", BUNDLE_COLUMNS(network_columns), NULL, network_rows};

static const struct bundle_column network_day_columns[] = {
    {"day", "date", "day at the place"},
    {"network", "string", "its number; ? where it is not known"},
    {"country", "string", "two letters"},
    {"measurements", "integer", "of targets"},
    {"online", "integer", "rounds in which the network was that"},
    {"degraded", "integer", "... everything was slow"},
    {"captive_portal", "integer", "... a portal answered"},
    {"foreign_cut", "integer", "... only domestic controls answered"},
    {"shutdown", "integer", "... nothing beyond the gateway answered"},
    {"offline", "integer", "... no link, or no gateway"},
    {"unknown", "integer", "... it was not learned"},
};

static void
network_day_rows(const struct report *r, struct buf *out)
{
	static const enum network_state order[] = {NETWORK_ONLINE, NETWORK_DEGRADED, NETWORK_CAPTIVE_PORTAL, NETWORK_FOREIGN_CUT,
	    NETWORK_SHUTDOWN, NETWORK_OFFLINE, NETWORK_UNKNOWN};
	const struct report_network *network;
	size_t i, j, k;

	for (i = 0; i < r->nnetworks; i++)
		for (j = 0; j < r->networks[i].ndays; j++) {
			network = &r->networks[i];
			bundle_day(out, network->days[j].day);
			bundle_text(out, network->asn != NULL ? network->asn : "?");
			bundle_text(out, network->cc);
			bundle_integer(out, network->days[j].measurements);
			for (k = 0; k < sizeof(order) / sizeof(order[0]); k++)
				bundle_integer(out, network->days[j].states[order[k]]);
			bundle_end(out);
		}
}

const struct bundle_table bundle_network_days = {"network_days.csv", "Each network on each day of which there are records.",
    BUNDLE_COLUMNS(network_day_columns), NULL, network_day_rows};

/* ---- Events and gaps ------------------------------------------------------------------------ */

static const struct bundle_column event_columns[] = {
    {"first", "date", "first day"},
    {"last", "date", "last day"},
    {"marked", "boolean", "its days are known, and no more than seven: event in days.csv"},
    {"precision", "string", "day, week, month, year, range, approx, recurring"},
    {"type", "string", "in the calendar's words"},
    {"place", "string", "in the calendar's words"},
    {"event", "string", "in the calendar's words"},
    {"source", "string", "in the calendar's words"},
    {"calendar", "string", "its name"},
};

static bool
has_events(const struct report *r)
{
	return r->has_events;
}

static void
event_rows(const struct report *r, struct buf *out)
{
	const struct report_event *event;
	size_t i;

	for (i = 0; i < r->nevents; i++) {
		event = &r->events[i];
		bundle_day(out, event->first);
		bundle_day(out, event->last);
		bundle_yes_no(out, event->marked);
		bundle_text(out, event->precision);
		bundle_text(out, event->type);
		bundle_text(out, event->place);
		bundle_text(out, event->title);
		bundle_text(out, event->source);
		bundle_text(out, event->calendar);
		bundle_end(out);
	}
}

const struct bundle_table bundle_events = {"events.csv", "The events of the calendars that touch the days.",
    BUNDLE_COLUMNS(event_columns), has_events, event_rows};

static const struct bundle_column gap_columns[] = {
    {"cause", "string", "why there were no measurements; docs/format.md has the words"},
    {"from", "datetime", "UTC"},
    {"until", "datetime", "UTC; empty: no end was seen"},
    {"network", "string", "its number"},
};

static void
gap_rows(const struct report *r, struct buf *out)
{
	const char *cause;
	size_t i;

	for (i = 0; i < r->ngaps; i++) {
		cause = gap_cause_name(r->gaps[i].cause);
		bundle_text(out, cause != NULL ? cause : "unknown");
		bundle_when(out, r->gaps[i].from_us);
		bundle_when(out, r->gaps[i].until_us);
		bundle_text(out, r->gaps[i].network);
		bundle_end(out);
	}
}

const struct bundle_table bundle_gaps = {"gaps.csv", "Times without measurements, as the probes told of them.",
    BUNDLE_COLUMNS(gap_columns), NULL, gap_rows};

/* ---- All ------------------------------------------------------------------------------------ */

const struct bundle_table *const bundle_tables[] = {
    &bundle_days,
    &bundle_targets,
    &bundle_networks,
    &bundle_network_days,
    &bundle_events,
    &bundle_gaps,
    &bundle_episodes,
    &bundle_interception,
    &bundle_certificates,
    &bundle_correlation,
    &bundle_epoch,
};
const size_t bundle_ntables = sizeof(bundle_tables) / sizeof(bundle_tables[0]);

bool
bundle_has(const struct report *report, const struct bundle_table *table)
{
	return table->is_there == NULL || table->is_there(report);
}
