/* The bundle's tables of what was found out. */
#include <stdint.h>
#include <string.h>

#include "analysis/daily.h"
#include "analysis/report_bundle_fields.h"
#include "analysis/report_bundle_tables.h"
#include "analysis/report_model.h"

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
		bundle_text(out, source);
		bundle_text(out, e->kind);
		bundle_text(out, e->site);
		bundle_text(out, e->network);
		bundle_text(out, e->status != VERDICT_NONE ? verdict_status_name(e->status) : NULL);
		bundle_text(out, mechanism_name(e->mechanism));
		bundle_when(out, e->onset.not_before_us);
		bundle_when(out, e->onset.not_after_us);
		bundle_when(out, e->recovery.not_before_us);
		bundle_when(out, e->recovery.not_after_us);
		bundle_known(out, e->measured >= 0 ? e->bad : -1);
		bundle_known(out, e->measured);
		bundle_number(out, e->confidence);
		bundle_known(out, e->joined > 0 ? (int64_t)e->joined : -1);
		bundle_list(out, e->evidence, e->nevidence, " ");
		bundle_end(out);
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

const struct bundle_table bundle_episodes = {"episodes.csv", "When interference began and ended.",
    BUNDLE_COLUMNS(episode_columns), has_episodes, episode_rows};

static const struct bundle_column interception_columns[] = {
    {"honest", "boolean", "true: a site's own certificate that changed"},
    {"local", "boolean", "true: everything on the line was intercepted, by an antivirus or an employer"},
    {"issuer", "string", "name of the issuer"},
    {"key", "string", "SHA-256 of the key, hexadecimal"},
    {"known", "string", "the name it is known by"},
    {"first", "datetime", "first seen, UTC; of an honest one: when the certificate before it was last seen"},
    {"last", "datetime", "last seen, UTC; of an honest one: when it was first seen"},
    {"measurements", "integer", "in which it was seen; of an honest one not counted"},
    {"certificates", "integer", "different ones; of an honest one: different keys"},
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
		bundle_yes_no(out, x->honest);
		bundle_yes_no(out, x->local);
		bundle_text(out, x->issuer);
		bundle_text(out, x->key);
		bundle_text(out, x->known);
		bundle_when(out, x->first_us);
		bundle_when(out, x->last_us);
		bundle_known(out, x->seen);
		bundle_known(out, x->leaves);
		bundle_number(out, x->valid_days_least);
		bundle_number(out, x->valid_days_most);
		bundle_list(out, x->habits, x->nhabits, "; ");
		bundle_list(out, x->sites, x->nsites, " ");
		bundle_list(out, x->networks, x->nnetworks, " ");
		bundle_text(out, x->expected);
		bundle_end(out);
	}
}

const struct bundle_table bundle_interception = {"interception.csv", "Forged certificates, and honest ones that changed.",
    BUNDLE_COLUMNS(interception_columns), has_interception, interception_rows};

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
		bundle_text(out, c->site);
		bundle_text(out, c->network);
		bundle_when(out, c->first_us);
		bundle_when(out, c->last_us);
		bundle_integer(out, c->new_keys);
		bundle_integer(out, c->new_issuers);
		bundle_integer(out, c->changes);
		bundle_when(out, c->change.not_before_us);
		bundle_when(out, c->change.not_after_us);
		bundle_text(out, c->key);
		bundle_end(out);
	}
}

const struct bundle_table bundle_certificates = {"certificates.csv", "Sites' own valid certificates that were new: notes, and no suspicion.",
    BUNDLE_COLUMNS(certificate_columns), NULL, certificate_rows};

static const struct bundle_column correlation_columns[] = {
    {"scope", "string", "all: all targets together; target: one; line: the network as a whole"},
    {"target", "string", "URL; empty: all, or none"},
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
	bool of_line;
	size_t i;

	for (i = 0; i < r->correlation->nrows; i++) {
		row = &r->correlation->rows[i];
		of_line = row->target != NULL && strcmp(row->target, daily_line) == 0;
		bundle_text(out, row->target == NULL ? "all" : of_line ? "line" : "target");
		bundle_text(out, of_line ? NULL : row->target);
		bundle_text(out, row->network);
		bundle_integer(out, row->days);
		bundle_integer(out, row->bad_days);
		bundle_integer(out, row->event_days);
		bundle_integer(out, row->near_bad);
		bundle_integer(out, row->near_days);
		bundle_integer(out, row->other_bad);
		bundle_integer(out, row->other_days);
		bundle_number(out, row->odds);
		bundle_number(out, row->odds_low);
		bundle_number(out, row->odds_high);
		bundle_number(out, row->p);
		bundle_number(out, row->q);
		bundle_list(out, row->notes, row->nnotes, "; ");
		bundle_end(out);
	}
}

const struct bundle_table bundle_correlation = {"correlation.csv", "Whether blocking follows the events.",
    BUNDLE_COLUMNS(correlation_columns), has_correlation, correlation_rows};

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
		bundle_integer(out, lag->lag);
		bundle_number(out, lag->n);
		bundle_number(out, lag->share);
		bundle_number(out, lag->low);
		bundle_number(out, lag->middle);
		bundle_number(out, lag->high);
		bundle_end(out);
	}
}

const struct bundle_table bundle_epoch = {"epoch.csv", "Bad days before and after the events.",
    BUNDLE_COLUMNS(lag_columns), has_correlation, lag_rows};
