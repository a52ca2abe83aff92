/* The bundle's tables. Every row has its columns in the order of the table's list; unknown is an empty field. */
#include "analysis/report_bundle_tables.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "analysis/csv.h"
#include "analysis/report_model.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/utf8.h"
#include "targets/day.h"

/* ---- Fields --------------------------------------------------------------------------------- */

static void
comma(struct buf *out)
{
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_putc(out, ',');
}

/* What is not UTF-8, which no reader of the file would take, becomes '?'. */
static void
put_text(struct buf *out, const char *value)
{
	struct arena *arena;

	if (value == NULL || utf8_valid(value, strlen(value))) {
		csv_field(out, value);
		return;
	}
	arena = arena_new();
	csv_field(out, table_clean(arena, value));
	arena_free(arena);
}

/* A row's first field is never nothing at all: that would not be parted from the second. */
static void
text(struct buf *out, const char *value)
{
	size_t before;

	comma(out);
	before = out->len;
	put_text(out, value);
	if (out->len == before && (before == 0 || out->data[before - 1] == '\n'))
		buf_puts(out, "\"\"");
}

static void
integer(struct buf *out, int64_t value)
{
	comma(out);
	buf_printf(out, "%lld", (long long)value);
}

/* -1: unknown. */
static void
known(struct buf *out, int64_t value)
{
	comma(out);
	if (value >= 0)
		buf_printf(out, "%lld", (long long)value);
}

static void
number(struct buf *out, double value)
{
	comma(out);
	if (isinf(value))
		buf_puts(out, value > 0 ? "INF" : "-INF");
	else if (!isnan(value))
		buf_printf(out, "%.10g", value);
}

static void
day(struct buf *out, int32_t value)
{
	char date[DAY_TEXT_SIZE];

	comma(out);
	buf_puts(out, day_text(value, date));
}

static void
when(struct buf *out, int64_t us)
{
	char date[CLOCK_TEXT_SIZE];

	comma(out);
	if (us != 0)
		buf_puts(out, clock_rfc3339(us, date));
}

static void
yes_no(struct buf *out, bool value)
{
	comma(out);
	buf_puts(out, value ? "true" : "false");
}

static void
list(struct buf *out, const char *const *items, size_t n, const char *between)
{
	struct buf all = BUF_EMPTY;
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(&all, "%s%s", i > 0 ? between : "", items[i] != NULL ? items[i] : "");
	text(out, buf_str(&all));
	buf_free(&all);
}

static void
end(struct buf *out)
{
	buf_puts(out, "\r\n");
}

static const char *
face_name(enum report_face face)
{
	static const char *const names[REPORT_FACE_MAX] = {"", "ok", "blocked", "likely_blocked", "partly", "throttled", "shut", "impaired", "down",
	    "insufficient"};

	return names[face];
}

static bool
always(const struct report *r)
{
	(void)r;
	return true;
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
			day(out, cell->day);
			text(out, site->url);
			text(out, site->list);
			for (k = 0; k < sizeof(order) / sizeof(order[0]); k++)
				integer(out, cell->counts[order[k]]);
			integer(out, cell->of.measured);
			integer(out, cell->of.bad);
			integer(out, cell->of.artefacts);
			yes_no(out, outcome_day_is_bad(&cell->of));
			text(out, face_name(report_face(site, cell->day, cell->day, report_days_shut(r, cell->day, cell->day))));
			yes_no(out, report_is_event(r, cell->day, cell->day));
			end(out);
		}
}

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
		text(out, r->sites[i].url);
		text(out, r->sites[i].host);
		text(out, r->sites[i].list);
		text(out, r->sites[i].category);
		integer(out, sum.measurements);
		integer(out, sum.bad);
		integer(out, sum.days);
		integer(out, sum.bad_days);
		if (sum.bad_days > 0) {
			day(out, sum.first_bad);
			day(out, sum.last_bad);
		} else {
			text(out, NULL);
			text(out, NULL);
		}
		text(out, face_name(sum.finding));
		text(out, mechanism_name(sum.mechanism));
		end(out);
	}
}

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
		text(out, network->asn != NULL ? network->asn : "?");
		text(out, network->cc);
		text(out, network->name);
		when(out, network->first_us);
		when(out, network->last_us);
		integer(out, network->measurements);
		integer(out, network->rounds);
		integer(out, network->rounds_not_online);
		end(out);
	}
}

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
			day(out, network->days[j].day);
			text(out, network->asn != NULL ? network->asn : "?");
			text(out, network->cc);
			integer(out, network->days[j].measurements);
			for (k = 0; k < sizeof(order) / sizeof(order[0]); k++)
				integer(out, network->days[j].states[order[k]]);
			end(out);
		}
}

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
		day(out, event->first);
		day(out, event->last);
		yes_no(out, event->marked);
		text(out, event->precision);
		text(out, event->type);
		text(out, event->place);
		text(out, event->title);
		text(out, event->source);
		text(out, event->calendar);
		end(out);
	}
}

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
		text(out, cause != NULL ? cause : "unknown");
		when(out, r->gaps[i].from_us);
		when(out, r->gaps[i].until_us);
		text(out, r->gaps[i].network);
		end(out);
	}
}

/* ---- Findings ------------------------------------------------------------------------------- */

static const struct bundle_column episode_columns[] = {
    {"source", "string", "computed: from all records; probe: as the probe told of it at the time"},
    {"kind", "string", "blocking, interception, impairment, shutdown, foreign_cut, captive_portal; anomaly"},
    {"target", "string", "URL; empty: the network as a whole"},
    {"network", "string", "its number"},
    {"status", "string", "the verdict"},
    {"mechanism", "string", "docs/methodology.md has the words"},
    {"last_good_before", "datetime", "UTC; the beginning lies after this ..."},
    {"first_bad", "datetime", "UTC; ... and not after this"},
    {"last_bad", "datetime", "UTC; the end lies after this ..."},
    {"first_good_after", "datetime", "UTC; ... and not after this; empty: no end was seen"},
    {"bad", "integer", "bad measurements in it"},
    {"measured", "integer", "all measurements in it"},
    {"confidence", "number", "0 to 1"},
    {"joint", "integer", "number of the joint event it belongs to"},
    {"records", "string", "ids of records, with blanks"},
};

static void
put_episodes(const struct report_episode *episodes, size_t n, const char *source, struct buf *out)
{
	const struct report_episode *e;
	size_t i;

	for (i = 0; i < n; i++) {
		e = &episodes[i];
		text(out, source);
		text(out, e->kind);
		text(out, e->site);
		text(out, e->network);
		text(out, e->status != VERDICT_NONE ? verdict_status_name(e->status) : NULL);
		text(out, mechanism_name(e->mechanism));
		when(out, e->onset.not_before_us);
		when(out, e->onset.not_after_us);
		when(out, e->recovery.not_before_us);
		when(out, e->recovery.not_after_us);
		known(out, e->measured >= 0 ? e->bad : -1);
		known(out, e->measured);
		number(out, e->confidence);
		known(out, e->joined > 0 ? (int64_t)e->joined : -1);
		list(out, e->evidence, e->nevidence, " ");
		end(out);
	}
}

static bool
has_episodes(const struct report *r)
{
	return r->has_episodes || r->nnoticed > 0;
}

static void
episode_rows(const struct report *r, struct buf *out)
{
	put_episodes(r->episodes, r->nepisodes, "computed", out);
	put_episodes(r->noticed, r->nnoticed, "probe", out);
}

static const struct bundle_column interception_columns[] = {
    {"honest", "boolean", "true: a site's own certificate that changed"},
    {"local", "boolean", "true: everything on the line was intercepted, by an antivirus or an employer"},
    {"issuer", "string", "name of the issuer"},
    {"key", "string", "SHA-256 of the key, hexadecimal"},
    {"known", "string", "the name it is known by"},
    {"first", "datetime", "first seen, UTC"},
    {"last", "datetime", "last seen, UTC"},
    {"measurements", "integer", "in which it was seen"},
    {"certificates", "integer", "different ones"},
    {"valid_days_least", "number", "for how long they are valid"},
    {"valid_days_most", "number", "for how long they are valid"},
    {"habits", "string", "what else stands out"},
    {"targets", "string", "URLs, with blanks"},
    {"networks", "string", "their numbers, with blanks"},
    {"expected", "string", "the issuer that the sites have elsewhere"},
};

static bool
has_interception(const struct report *r)
{
	return r->has_interception;
}

static void
interception_rows(const struct report *r, struct buf *out)
{
	const struct report_interception *x;
	size_t i;

	for (i = 0; i < r->ninterception; i++) {
		x = &r->interception[i];
		yes_no(out, x->honest);
		yes_no(out, x->local);
		text(out, x->issuer);
		text(out, x->key);
		text(out, x->known);
		when(out, x->first_us);
		when(out, x->last_us);
		integer(out, x->seen);
		known(out, x->leaves);
		number(out, x->valid_days_least);
		number(out, x->valid_days_most);
		list(out, x->habits, x->nhabits, "; ");
		list(out, x->sites, x->nsites, " ");
		list(out, x->networks, x->nnetworks, " ");
		text(out, x->expected);
		end(out);
	}
}

static const struct bundle_column certificate_columns[] = {
    {"target", "string", "URL"},
    {"network", "string", "its number"},
    {"first", "datetime", "the first note, UTC"},
    {"last", "datetime", "the last"},
    {"new_keys", "integer", "measurements in which a valid certificate had a key that the probe had not seen there before"},
    {"new_issuers", "integer", "the same of its issuer"},
    {"changes", "integer", "how often a probe told that a steady site had turned to another organisation's"},
    {"change_not_before", "datetime", "UTC; the last such change lies after this ..."},
    {"change_not_after", "datetime", "UTC; ... and not after this"},
    {"key", "string", "SHA-256 of its key, hexadecimal"},
};

static void
certificate_rows(const struct report *r, struct buf *out)
{
	const struct report_certificate *c;
	size_t i;

	for (i = 0; i < r->ncertificates; i++) {
		c = &r->certificates[i];
		text(out, c->site);
		text(out, c->network);
		when(out, c->first_us);
		when(out, c->last_us);
		integer(out, c->new_keys);
		integer(out, c->new_issuers);
		integer(out, c->changes);
		when(out, c->change.not_before_us);
		when(out, c->change.not_after_us);
		text(out, c->key);
		end(out);
	}
}

static const struct bundle_column correlation_columns[] = {
    {"scope", "string", "all: all targets together; target: one"},
    {"target", "string", "URL"},
    {"network", "string", "its number; empty: all"},
    {"days", "integer", "measured"},
    {"bad_days", "integer", "of them, the bad ones, as in days.csv"},
    {"event_days", "integer", "of them, those with an event"},
    {"near_bad", "integer", "bad days near events"},
    {"near_days", "integer", "days near events"},
    {"other_bad", "integer", "bad days of the others"},
    {"other_days", "integer", "the others"},
    {"odds_ratio", "number", "Haldane's"},
    {"odds_low", "number", "exact 95 % interval"},
    {"odds_high", "number", "exact 95 % interval; INF: no bound"},
    {"p", "number", "by circular shifts; empty: refused, see note"},
    {"q", "number", "Benjamini and Hochberg's"},
    {"note", "string", "why there is no p, or what speaks against it"},
};

static bool
has_correlation(const struct report *r)
{
	return r->correlation != NULL;
}

static void
correlation_rows(const struct report *r, struct buf *out)
{
	const struct report_correlation_row *row;
	size_t i;

	for (i = 0; i < r->correlation->nrows; i++) {
		row = &r->correlation->rows[i];
		text(out, row->target != NULL ? "target" : "all");
		text(out, row->target);
		text(out, row->network);
		integer(out, row->days);
		integer(out, row->bad_days);
		integer(out, row->event_days);
		integer(out, row->near_bad);
		integer(out, row->near_days);
		integer(out, row->other_bad);
		integer(out, row->other_days);
		number(out, row->odds);
		number(out, row->odds_low);
		number(out, row->odds_high);
		number(out, row->p);
		number(out, row->q);
		list(out, row->notes, row->nnotes, "; ");
		end(out);
	}
}

static const struct bundle_column lag_columns[] = {
    {"lag", "integer", "days after an event; negative: before"},
    {"days", "number", "measured"},
    {"share", "number", "of them, the share that is bad"},
    {"low", "number", "2.5 % of what chance gives"},
    {"middle", "number", "50 %"},
    {"high", "number", "97.5 %"},
};

static void
lag_rows(const struct report *r, struct buf *out)
{
	const struct report_lag *lag;
	size_t i;

	for (i = 0; i < r->correlation->nepoch; i++) {
		lag = &r->correlation->epoch[i];
		integer(out, lag->lag);
		number(out, lag->n);
		number(out, lag->share);
		number(out, lag->low);
		number(out, lag->middle);
		number(out, lag->high);
		end(out);
	}
}

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

const struct bundle_table bundle_tables[] = {
    {"days.csv", "Each target on each day on which it was measured, all networks together. A day that is not there was not measured.",
	COLUMNS(day_columns), always, day_rows},
    {"targets.csv", "Each target.", COLUMNS(target_columns), always, target_rows},
    {"networks.csv", "Each network.", COLUMNS(network_columns), always, network_rows},
    {"network_days.csv", "Each network on each day of which there are records.", COLUMNS(network_day_columns), always, network_day_rows},
    {"events.csv", "The events of the calendars that touch the days.", COLUMNS(event_columns), has_events, event_rows},
    {"gaps.csv", "Times without measurements, as the probes told of them.", COLUMNS(gap_columns), always, gap_rows},
    {"episodes.csv", "When interference began and ended.", COLUMNS(episode_columns), has_episodes, episode_rows},
    {"interception.csv", "Forged certificates, and honest ones that changed.", COLUMNS(interception_columns), has_interception,
	interception_rows},
    {"certificates.csv", "Sites' own valid certificates that were new: notes, and no suspicion.", COLUMNS(certificate_columns), always,
	certificate_rows},
    {"correlation.csv", "Whether blocking follows the events.", COLUMNS(correlation_columns), has_correlation, correlation_rows},
    {"epoch.csv", "Blocked days before and after the events.", COLUMNS(lag_columns), has_correlation, lag_rows},
};
const size_t bundle_ntables = sizeof(bundle_tables) / sizeof(bundle_tables[0]);
