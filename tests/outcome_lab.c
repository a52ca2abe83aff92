/* Outcomes made up. */
#include "tests/outcome_lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "analysis/history.h"

static const struct {
	char letter;
	enum verdict_status status;
	enum verdict_stage stage;
	enum mechanism mechanism;
	double confidence;
} kinds[] = {
    {'.', VERDICT_OK, STAGE_NONE, MECHANISM_NONE, 0.99},
    {'b', VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.97},
    {'l', VERDICT_LIKELY_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.8},
    {'d', VERDICT_LIKELY_BLOCKED, STAGE_DNS, DNS_NXDOMAIN, 0.75},
    {'m', VERDICT_BLOCKED, STAGE_TLS, TLS_MITM, 0.99},
    {'p', VERDICT_LIKELY_BLOCKED, STAGE_HTTP, HTTP_BLOCKPAGE, 0.9},
    {'f', VERDICT_BLOCKED, STAGE_DNS, DNS_BOGON, 0.97},
    {'t', VERDICT_IMPAIRED, STAGE_HTTP, THROTTLING, 0.85},
    {'r', VERDICT_IMPAIRED, STAGE_HTTP, HTTP_SERVER_REFUSAL, 0.9},
    {'D', VERDICT_DOWN, STAGE_TLS, TLS_CERTIFICATE, 0.9},
    {'?', VERDICT_INSUFFICIENT, STAGE_TLS, TLS_SNI_DROP, 0.5},
};

/* Absurd times are for tests, too. */
static int64_t
later(int64_t us, int64_t by)
{
	return us < INT64_MAX - by ? us + by : us;
}

struct outcome
outcome_of_letter(const char *url, uint32_t asn, char letter, int64_t us)
{
	struct outcome o = {.kind = OUTCOME_TARGET, .time_us = us, .end_us = later(us, 5 * SECOND),
	    .asn = asn, .cc = "KZ", .network = NETWORK_ONLINE, .target = url, .host = url, .id = "id"};
	size_t i = 0;

	while (kinds[i].letter != letter)
		assert_true(++i < sizeof(kinds) / sizeof(kinds[0]));
	o.status = kinds[i].status;
	o.stage = kinds[i].stage;
	o.mechanism = kinds[i].mechanism;
	o.confidence = kinds[i].confidence;
	o.artefact = outcome_is_artefact(o.status, o.mechanism, o.confidence);
	return o;
}

struct outcome
round_of_letter(uint32_t asn, char letter, int64_t us)
{
	struct outcome o = {.kind = OUTCOME_ROUND, .time_us = us, .end_us = later(us, MINUTE),
	    .asn = asn, .cc = "KZ", .id = "round"};

	switch (letter) {
	case '.':
		o.network = NETWORK_ONLINE;
		break;
	case 'g':
		o.network = NETWORK_DEGRADED;
		break;
	case 'P':
		o.network = NETWORK_CAPTIVE_PORTAL;
		break;
	case 'F':
		o.network = NETWORK_FOREIGN_CUT;
		break;
	case 'S':
		o.network = NETWORK_SHUTDOWN;
		break;
	case 'O':
		o.network = NETWORK_OFFLINE;
		break;
	default:
		o.network = NETWORK_UNKNOWN;
	}
	return o;
}

void
feed_letters(struct history *h, const char *url, uint32_t asn, const char *letters, int64_t us, int64_t step)
{
	struct outcome o;

	for (; *letters != '\0'; letters++, us = later(us, step)) {
		if (*letters == ' ')
			continue;
		o = url != NULL ? outcome_of_letter(url, asn, *letters, us)
				: round_of_letter(asn, *letters, us);
		history_add(h, &o);
	}
}

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
double
chance_next(struct chance *c)
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (double)(z >> 11) * 0x1p-53;
}
