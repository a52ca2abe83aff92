/* A probe's records against a scenario's truth. */
#include "tests/lab/judge.h"

#include <string.h>

#include "base/mem.h"
#include "results/measurement.h"

static const char *const names[OUTCOME_MAX] = {"right", "wrong-innocent-accused", "missed",
    "wrong-mechanism", "insufficient", "wrong-status", "no-record"};

const char *
outcome_name(enum outcome outcome)
{
	return names[outcome];
}

bool
words_have(const char *list, const char *word)
{
	size_t len, wanted = strlen(word);

	if (strcmp(list, "*") == 0)
		return true;
	for (; *list != '\0'; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (len == wanted && strncmp(list, word, len) == 0)
			return true;
	}
	return false;
}

static bool
accuses(enum verdict_status status)
{
	return status == VERDICT_BLOCKED || status == VERDICT_LIKELY_BLOCKED;
}

static bool
expects_blocking(const char *statuses)
{
	return words_have(statuses, verdict_status_name(VERDICT_BLOCKED)) ||
	       words_have(statuses, verdict_status_name(VERDICT_LIKELY_BLOCKED));
}

static bool
status_is_expected(const char *statuses, enum verdict_status status)
{
	if (strcmp(statuses, "innocent") == 0)
		return !accuses(status);
	return words_have(statuses, verdict_status_name(status));
}

enum outcome
judge_target(const struct truth_target *truth, const struct measurement *m)
{
	static const struct truth_target bystander = {.statuses = "innocent", .mechanisms = "*"};
	const char *mechanism;
	enum verdict_status status;

	if (m == NULL)
		return OUTCOME_ABSENT;
	if (truth == NULL)
		truth = &bystander;
	status = m->verdict.status;
	mechanism = mechanism_name(m->verdict.mechanism);
	if (status_is_expected(truth->statuses, status))
		return words_have(truth->mechanisms, mechanism != NULL ? mechanism : "none")
		           ? OUTCOME_RIGHT
		           : OUTCOME_MECHANISM;
	if (accuses(status))
		return expects_blocking(truth->statuses) ? OUTCOME_STATUS : OUTCOME_ACCUSED;
	if (expects_blocking(truth->statuses))
		return status == VERDICT_INSUFFICIENT ? OUTCOME_INSUFFICIENT : OUTCOME_MISSED;
	return OUTCOME_STATUS;
}

enum outcome
judge_round(const struct scenario *scenario, const struct measurement *round, const char *json,
    const char **expected)
{
	const char *network = scenario->network != NULL ? scenario->network : "*";
	const char *ipv6 = scenario->ipv6 != NULL ? scenario->ipv6 : "*";
	const char *replaced =
	    scenario->local_interception != NULL ? scenario->local_interception : "false";
	bool right;
	size_t i;

	*expected = arena_printf(
	    scenario->arena, "network=%s ipv6=%s local_interception=%s", network, ipv6, replaced);
	if (round == NULL)
		return OUTCOME_ABSENT;
	right = words_have(network, network_state_name(round->context.network)) &&
	        words_have(ipv6, ipv6_state_name(round->context.ipv6)) &&
	        words_have(replaced, round->context.local_interception ? "true" : "false");
	for (i = 0; i < scenario->notes.n; i++) {
		*expected = arena_printf(
		    scenario->arena, "%s note=%s", *expected, scenario->notes.items[i]);
		right = right && strstr(json, arena_printf(scenario->arena, "\"%s\"",
		                                  scenario->notes.items[i])) != NULL;
	}
	return right ? OUTCOME_RIGHT : OUTCOME_STATUS;
}
