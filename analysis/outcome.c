/* Records, brought down to what counting and detecting need. */
#include "analysis/outcome.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analysis/ingest.h"
#include "analysis/judged.h"

/* A rule that is less sure than this has seen something that might be an accident; see the table in results/verdict.c. */
static const double artefact_confidence = 0.85;

static void
take_verdict(const struct measurement *m, struct outcome *out)
{
	struct verdict verdict;

	judged(m, &verdict);
	out->status = verdict.status;
	out->stage = verdict.stage;
	out->mechanism = verdict.mechanism;
	out->confidence = fmin(fmax(verdict.confidence, 0), 1);
	out->artefact = outcome_is_artefact(out->status, out->mechanism, out->confidence);
}

/* "AS9198"; 0 for anything else. */
static uint32_t
asn_of(const char *text)
{
	unsigned long asn;
	char *end;

	if (text == NULL || strncasecmp(text, "AS", 2) != 0 || !isdigit((unsigned char)text[2]))
		return 0;
	asn = strtoul(text + 2, &end, 10);
	return *end == '\0' && asn <= UINT32_MAX ? (uint32_t)asn : 0;
}

static void
take_country(const char *text, char cc[3])
{
	if (text == NULL || strlen(text) != 2 || !isalpha((unsigned char)text[0]) ||
	    !isalpha((unsigned char)text[1]) || strcasecmp(text, "ZZ") == 0)
		return;
	cc[0] = (char)toupper((unsigned char)text[0]);
	cc[1] = (char)toupper((unsigned char)text[1]);
}

/* OONI's records have had one constant for an id. */
static const char *
id_of(const struct measurement *m)
{
	const char *id = m->has_x ? m->id : m->report_id;

	return id != NULL ? id : "";
}

/* A runtime that no measurement has is none. */
static int64_t
end_of(const struct measurement *m)
{
	double us = m->runtime * 1e6;

	return m->start_us + (us > 0 && us < 3600e6 ? (int64_t)us : 0);
}

bool
outcome_of(const struct record *record, struct outcome *out)
{
	const struct measurement *m = record->m;

	if (m->start_us == 0 || record->kind == RECORD_EVENT)
		return false;
	*out = (struct outcome){
	    .kind = record->kind == RECORD_ROUND ? OUTCOME_ROUND : OUTCOME_TARGET,
	    .time_us = m->start_us,
	    .end_us = end_of(m),
	    .asn = asn_of(m->probe_asn),
	    .id = id_of(m),
	    .network = m->context.network,
	};
	take_country(m->probe_cc, out->cc);
	if (record->kind == RECORD_ROUND)
		return true;
	out->target = record->target.url;
	out->host = record->target.host;
	take_verdict(m, out);
	return true;
}

enum outcome_says
outcome_says(enum verdict_status status, enum mechanism mechanism)
{
	switch (status) {
	case VERDICT_OK:
		return SAYS_WELL;
	case VERDICT_IMPAIRED:
		return mechanism == THROTTLING ? SAYS_BAD : SAYS_WELL;
	case VERDICT_BLOCKED:
	case VERDICT_LIKELY_BLOCKED:
		return SAYS_BAD;
	default:
		return SAYS_NOTHING;
	}
}

enum outcome_says
outcome_round_says(enum network_state state)
{
	static const enum outcome_says says[NETWORK_STATE_MAX] = {
	    [NETWORK_ONLINE] = SAYS_WELL,
	    [NETWORK_DEGRADED] = SAYS_WELL,
	    [NETWORK_FOREIGN_CUT] = SAYS_BAD,
	    [NETWORK_SHUTDOWN] = SAYS_BAD,
	};

	return says[state];
}

bool
outcome_is_artefact(enum verdict_status status, enum mechanism mechanism, double confidence)
{
	static const enum mechanism artefacts[] = {
	    DNS_BOGON, DNS_INJECTION, TLS_MITM, HTTP_BLOCKPAGE};
	size_t i;

	if (status != VERDICT_BLOCKED && status != VERDICT_LIKELY_BLOCKED)
		return false;
	for (i = 0; i < sizeof(artefacts) / sizeof(artefacts[0]); i++)
		if (artefacts[i] == mechanism)
			return confidence >= artefact_confidence;
	return false;
}

void
outcome_day_add(struct outcome_day *day, enum outcome_says says, bool artefact)
{
	if (says == SAYS_NOTHING)
		return;
	day->measured++;
	day->bad += says == SAYS_BAD ? 1 : 0;
	day->artefacts += says == SAYS_BAD && artefact ? 1 : 0;
}

void
outcome_day_join(struct outcome_day *day, const struct outcome_day *other)
{
	day->measured += other->measured;
	day->bad += other->bad;
	day->artefacts += other->artefacts;
}

bool
outcome_day_is_bad(const struct outcome_day *day)
{
	enum { LEAST = 2, TWENTIETH = 20 };

	if (day->bad == 0)
		return false;
	if (day->artefacts > 0 || day->bad == day->measured)
		return true;
	return day->bad >= LEAST && (uint64_t)day->bad * TWENTIETH >= day->measured;
}
