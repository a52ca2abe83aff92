/*
 * What a report says, as plain data: whoever knows something fills a part in, report_html writes it. A part that nobody computed is
 * absent, and the report says so. Texts are UTF-8 or whatever the network wrote; NULL unknown. Everything lives in the arena.
 * Times are microseconds of UTC, 0 unknown; days are days since 1970-01-01 at the place (`zone`).
 */
#ifndef ANALYSIS_REPORT_MODEL_H
#define ANALYSIS_REPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/outcome.h"
#include "results/event.h"
#include "results/measurement.h"

struct arena;

/* What a day's cell shows. */
enum report_face {
	REPORT_NONE, /* not measured */
	REPORT_OK,
	REPORT_BLOCKED,
	REPORT_LIKELY,
	REPORT_PARTLY, /* some of the time, or in some networks */
	REPORT_SLOWED, /* throttled, and never blocked */
	REPORT_SHUT, /* no network worked: shut down, or cut off from abroad */
	REPORT_IMPAIRED,
	REPORT_DOWN,
	REPORT_UNTOLD,
	REPORT_FACE_MAX
};

/* A day on which a site was measured, all networks together. */
struct report_cell {
	int32_t day;
	uint32_t counts[VERDICT_STATUS_MAX];
	struct outcome_day of; /* what these say together */
};

struct report_site {
	const char *url;
	const char *host; /* NULL: no URL */
	const char *list; /* the list it came from */
	const char *category;
	struct report_cell *cells; /* by day; only measured ones */
	size_t ncells;
	uint32_t mechanisms[MECHANISM_MAX]; /* of the measurements that were bad */
};

/* A day of one network. */
struct report_network_day {
	int32_t day;
	uint32_t measurements; /* of targets */
	uint32_t states[NETWORK_STATE_MAX]; /* rounds */
};

struct report_network {
	const char *asn, *cc, *name;
	int64_t first_us, last_us; /* of the measurements */
	int64_t measurements, rounds, rounds_not_online;
	struct report_network_day *days; /* by day; only those with records */
	size_t ndays;
};

/* One time that an event of a calendar takes place. */
struct report_event {
	int32_t first, last;
	bool marked; /* its days are known well enough to be marked in the grid */
	const char *precision; /* "day", ... */
	const char *type, *place, *title, *source, *calendar;
};

struct report_gap {
	const char *id;
	const char *network; /* "AS9198" */
	enum gap_cause cause;
	int64_t from_us, until_us; /* until 0: it lasted when the records end */
};

/* Valid certificates of a site, in one network, that were new for it: a note, and no suspicion. */
struct report_certificate {
	const char *site, *network;
	int64_t first_us, last_us; /* of the notes */
	int64_t new_keys, new_issuers; /* records that met one */
	/* How often the probe itself told that both had changed, to another organisation's; the last such change, and its key's SHA-256. */
	int64_t changes;
	struct event_bracket change;
	const char *key;
};

/* Interference with a site, or with a network as a whole (`site` NULL), from a beginning to an end. */
struct report_episode {
	const char *kind; /* "blocking", "interception", "impairment", "shutdown", ... */
	const char *site, *network;
	enum verdict_status status;
	enum mechanism mechanism;
	struct event_bracket onset; /* the last time it was well, the first time it was not */
	struct event_bracket recovery; /* the last time it was not, the first time it was well; not_after_us 0: no end was seen */
	int64_t bad, measured; /* bad of measured; -1 unknown */
	double confidence; /* 0 to 1; NAN unknown */
	const char **evidence; /* ids of records */
	size_t nevidence;
	size_t joined; /* which of the joint events it belongs to, counted from 1; 0 none */
};

/* Certificates of one issuer and key that were presented in place of a site's own; or a site's own that changed (`honest`). */
struct report_interception {
	bool honest;
	bool local; /* everything on the line was intercepted, by an antivirus or an employer */
	const char *issuer, *key; /* key: SHA-256, hex */
	const char *known; /* the name it is known by */
	const char *pem; /* the file it was exported to */
	int64_t first_us, last_us;
	int64_t seen; /* measurements; -1 unknown */
	int64_t leaves; /* different certificates; -1 unknown */
	double valid_days_least, valid_days_most; /* of the certificates; NAN unknown */
	const char **habits; /* what else stands out: messages */
	size_t nhabits;
	const char **sites, **networks;
	size_t nsites, nnetworks;
	const char *expected; /* the issuer of the chain that the site has elsewhere */
};

/* What is unknown or was refused is NAN. */
struct report_correlation_row {
	const char *target; /* NULL: all together */
	const char *network;
	int64_t days, bad_days, event_days, near_bad, near_days, other_bad, other_days;
	double odds, odds_low, odds_high, p, q;
	const char **notes; /* why there is no p, or what speaks against it: messages */
	size_t nnotes;
};

/* The share of bad days so many days after an event, and the band that chance gives. */
struct report_lag {
	int lag;
	double n, share, low, middle, high; /* shares: 0 to 1 */
};

/* What it says is in the report's language; messages are translated where they are shown. */
struct report_correlation {
	const char *verdict; /* the sentence that comes first */
	const char *method;
	const char **caveats;
	size_t ncaveats;
	struct report_correlation_row *rows; /* all together first */
	size_t nrows;
	struct report_lag *epoch;
	size_t nepoch;
};

/* One thing worth knowing of how the report came about. */
struct report_fact {
	const char *term, *text; /* term is translated where it is known */
};

struct report {
	struct arena *arena;
	/* --- what was measured --- */
	struct report_site *sites; /* by list, host and URL */
	size_t nsites;
	struct report_network *networks;
	size_t nnetworks;
	int32_t first_day, last_day; /* of the records; first > last: there are none */
	struct report_gap *gaps; /* by time */
	size_t ngaps;
	struct report_episode *noticed; /* what the probes themselves told of while it happened */
	size_t nnoticed;
	struct report_certificate *certificates; /* by site and network */
	size_t ncertificates;
	/* --- what it is compared with --- */
	bool has_events; /* a calendar was given */
	struct report_event *events; /* by time; those that touch the days of the records */
	size_t nevents;
	/* --- what was found out; absent where nobody computed it --- */
	bool has_episodes, has_interception;
	struct report_episode *episodes;
	size_t nepisodes;
	struct report_interception *interception;
	size_t ninterception;
	struct report_correlation *correlation; /* NULL: not computed */
	/* --- how --- */
	const char *zone; /* "Asia/Almaty"; several with commas */
	const char *version; /* of the program that makes the report */
	int64_t made_us;
	bool has_seed;
	uint64_t seed;
	struct report_fact *facts;
	size_t nfacts;
	/* --- report_settle's --- */
	uint8_t *marks; /* of each day from first to last: enum report_mark */
};

enum report_mark {
	REPORT_MEASURED = 1, /* some site was measured */
	REPORT_WORKING = 2, /* a round found the network working */
	REPORT_CUT = 4, /* a round found it shut down, or cut off from abroad */
	REPORT_EVENT = 8 /* an event with known days */
};

struct report *report_new(void);
void report_free(struct report *report);
void report_fact(struct report *report, const char *term, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* To be called when all parts are filled in, before anything below. */
void report_settle(struct report *report);

/* --- what follows from it; pure --- */

/* The cell of a day, or NULL. */
const struct report_cell *report_cell_find(const struct report_site *site, int32_t day);
enum report_face report_cell_face(const struct report_cell *cell);
/* From first to last, in all networks; bad if one of the days is. shut: as report_days_shut has it. */
enum report_face report_face(const struct report_site *site, int32_t first, int32_t last, bool shut);
/* Adds them up; all zero, day `first`, where there is none. */
struct report_cell report_sum(const struct report_site *site, int32_t first, int32_t last);
/* In these days rounds found the network shut down or cut off from abroad, and none found one that worked. */
bool report_days_shut(const struct report *report, int32_t first, int32_t last);
/* An event with known days is on one of these. */
bool report_is_event(const struct report *report, int32_t first, int32_t last);

bool report_is_measured(const struct report *report, int32_t first, int32_t last);

/* What there is to say of a site in a line. */
struct report_site_sum {
	int64_t measurements, bad;
	int64_t days, bad_days;
	int32_t first_bad, last_bad; /* days; meaningless without a bad one */
	enum report_face finding; /* of its bad days: REPORT_BLOCKED (proven on one), _LIKELY, _SLOWED; REPORT_NONE without any */
	enum report_face last; /* on its last day */
	enum mechanism mechanism; /* the most frequent */
};
struct report_site_sum report_site_sum(const struct report_site *site);

/* And of all of them. */
struct report_sum {
	int64_t measurements;
	int64_t days, measured_days; /* from first to last; those with measurements */
	size_t blocked, likely, slowed; /* sites by their finding */
	size_t bad_last; /* of all three, those for which the last day of the records was bad */
	size_t intercepted; /* sites with forged certificates (but local ones), where that was looked for */
	int64_t shut_days;
	int64_t event_days; /* marked days from first to last */
};
struct report_sum report_sum_all(const struct report *report);

#endif
