/*
 * Whatever was read can be written, and what was written reads back as the same. OONI's keys can be computed from it; they
 * keep to their words, and accuse nobody without a control. And it can be judged, by one of the rules; an event can be told.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "results/event.h"
#include "results/measurement.h"
#include "results/vantage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool fine)
{
	if (!fine)
		abort();
}

static bool
is_accusation(const char *blocking)
{
	static const char *const words[] = {"dns", "tcp_ip", "http-failure", "http-diff"};
	size_t i;

	if (blocking == NULL || strcmp(blocking, "false") == 0)
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], blocking) == 0)
			return true;
	abort();
}

static void
compute(const struct measurement *m)
{
	struct ooni_keys k;

	ooni_keys_compute(m, &k);
	if (is_accusation(k.blocking)) {
		require(m->control != NULL && m->control->answered);
		require(k.accessible == 0);
	}
	require((k.blocking == NULL) == (k.accessible < 0));
	require(k.body_proportion >= 0 && k.body_proportion <= 1);
	require((k.body_length_match < 0) == !(k.body_proportion > 0));
	/* Too much to compare: nothing is known at all. */
	require((k.x_blocking_flags < 0) == (k.x_null_null_flags < 0));
	require(k.x_blocking_flags >= -1 && k.x_blocking_flags < 64);
	require(k.x_dns_flags >= -1 && k.x_dns_flags < 8);
	require(k.x_null_null_flags >= -1 && k.x_null_null_flags < 32);
	if (k.x_blocking_flags < 0)
		require(k.blocking == NULL && k.dns_consistency == NULL);
	else if (m->control == NULL || !m->control->answered)
		require(k.dns_consistency == NULL && (k.x_blocking_flags & ~OONI_BLOCKING_SUCCESS) == 0);
}

static bool
is_rule(const char *name)
{
	const char *rule;
	size_t i;

	for (i = 0; (rule = verdict_rule_name(i)) != NULL; i++)
		if (strcmp(rule, name) == 0)
			return true;
	return false;
}

static void
judge(const struct measurement *m)
{
	struct verdict v;

	verdict_judge(m, &v);
	require(v.status > VERDICT_NONE && v.status < VERDICT_STATUS_MAX);
	require(v.stage < VERDICT_STAGE_MAX && v.mechanism < MECHANISM_MAX);
	require(v.confidence > 0 && v.confidence <= 1);
	require(v.nevidence > 0 && is_rule(v.evidence[0]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = BUF_EMPTY, second = BUF_EMPTY;
	struct measurement *m, *back;
	size_t oddities = 0;
	char error[200];

	m = measurement_decode((const char *)data, size, &oddities, error, sizeof(error));
	if (m == NULL)
		return 0;
	compute(m);
	judge(m);
	if (m->event != NULL)
		require(event_tell(m->arena, m->event)[0] != '\0');
	measurement_encode(m, &first);
	back = measurement_decode(first.data, first.len, &oddities, error, sizeof(error));
	if (back == NULL || oddities != 0)
		abort();
	measurement_encode(back, &second);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	measurement_free(m);
	measurement_free(back);
	buf_free(&first);
	buf_free(&second);
	return 0;
}
