/*
 * Episodes: when interference began and ended, for each target in each network, and for whole networks; and events: episodes
 * of several targets and networks that began at once. Pure; docs/methodology.md, "Episodes".
 */
#ifndef ANALYSIS_EPISODES_H
#define ANALYSIS_EPISODES_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/detect.h"
#include "results/measurement.h"

struct history;
struct history_series;

enum episode_kind {
	EPISODE_BLOCKING,
	EPISODE_INTERCEPTION, /* forged certificates */
	EPISODE_IMPAIRMENT, /* slowed down */
	/* of networks, not of targets */
	EPISODE_SHUTDOWN,
	EPISODE_FOREIGN_CUT,
	EPISODE_PORTAL,
	EPISODE_KIND_MAX
};
/* "blocking", "interception", "impairment", "shutdown", "foreign_cut", "captive_portal". */
const char *episode_kind_name(enum episode_kind kind);

struct episode {
	enum episode_kind kind;
	const struct history_series *series;
	/* Of a network: n/N are rounds; status, stage, mechanism and confidence are none. */
	struct span span;
	const char *first_id, *last_id; /* records of the first and the last failure; "" unknown */
	size_t event; /* its index */
};

struct episode_event {
	enum episode_kind kind;
	struct bracket onset; /* the time that lies in the brackets of all */
	/* The same of their ends, where there is such a time; else from the earliest to the latest. Second 0: not all ended. */
	struct bracket recovery;
	size_t first, n; /* its episodes, which stand together */
	size_t targets, networks; /* different ones; of a network's event no targets */
	enum mechanism mechanism; /* that all have; MECHANISM_NONE: several */
	enum verdict_status status; /* that accuses most */
	double confidence; /* the highest */
	int64_t bad, measured; /* of all */
};

struct episodes {
	struct episode *items;
	size_t n;
	struct episode_event *events; /* the earliest first */
	size_t nevents;
};

/* The history must live as long as the episodes. rules NULL: DETECT_RULES. */
void episodes_find(struct history *history, const struct detect_rules *rules, struct episodes *out);
void episodes_clear(struct episodes *episodes);

/*
 * Its parts. The spans of a network's rounds: two in a row in one state begin it, two in a row in another end it, and those that say
 * nothing (no link or gateway here, not looked at) are passed over. The kind of each span goes into kinds; both are for free().
 */
size_t episodes_of_rounds(
    const struct point *rounds, size_t n, struct span **spans, enum episode_kind **kinds);
/* Sorts the episodes and makes the events. */
void episodes_join(struct episodes *episodes);

#endif
