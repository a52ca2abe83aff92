/*
 * What later stages need of one record: of a target, what was found; of a round, how the network was. Everything after this
 * (days, episodes) knows no record format. Pure.
 */
#ifndef ANALYSIS_OUTCOME_H
#define ANALYSIS_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "results/measurement.h"

struct record;

enum outcome_kind { OUTCOME_TARGET, OUTCOME_ROUND };

struct outcome {
	enum outcome_kind kind;
	int64_t time_us, end_us; /* wall clock: when it was begun and over */
	uint32_t asn; /* 0 unknown */
	char cc[3]; /* upper case, "" unknown */
	const char *id; /* of the record (ours), or its report (OONI's); borrowed, "" none */
	enum network_state network; /* as the record has it */

	/* OUTCOME_TARGET only */
	const char *target; /* its URL, borrowed */
	const char *host; /* borrowed; NULL: the input is no URL */
	enum verdict_status status;
	enum verdict_stage stage;
	enum mechanism mechanism;
	double confidence; /* 0 to 1 */
	bool artefact; /* its evidence is a proof by itself: a forged chain, a block page, a bogon, a second answer */
};

/*
 * What an outcome says of the way to the target; episodes, days and report all go by it. Bad is interference: blocked, likely
 * blocked, slowed down. Who is `down` or could not be judged says nothing. All else was reached, and is well: a site that refuses
 * by itself, or of which one address of several fails, is no sign of anybody in between.
 */
enum outcome_says { SAYS_NOTHING, SAYS_WELL, SAYS_BAD };

/*
 * Borrows from the record. False where there is nothing to be had: an event, a record without a time. The verdict is ours as
 * recorded (judged now where there is none), or OONI's translated.
 */
bool outcome_of(const struct record *record, struct outcome *out);
enum outcome_says outcome_says(enum verdict_status status, enum mechanism mechanism);
/* Of a round, about the way abroad. A line that was off by itself says nothing. */
enum outcome_says outcome_round_says(enum network_state state);
/* Whether a finding of that kind stands by itself, without others to confirm it. */
bool outcome_is_artefact(enum verdict_status status, enum mechanism mechanism, double confidence);

/* What the outcomes of one day say together. */
struct outcome_day {
	uint32_t measured; /* that said something */
	uint32_t bad; /* of them */
	uint32_t artefacts; /* of the bad ones */
};

void outcome_day_add(struct outcome_day *day, enum outcome_says says, bool artefact);
/* Measurements of another network, or of another day. */
void outcome_day_join(struct outcome_day *day, const struct outcome_day *other);
/* One artefact is enough; else at least two that are bad and a twentieth, or all that said something. */
bool outcome_day_is_bad(const struct outcome_day *day);

#endif
