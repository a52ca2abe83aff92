/* Outcomes made up letter by letter, for the tests of what netvane-analyze makes of them. */
#ifndef TESTS_OUTCOME_LAB_H
#define TESTS_OUTCOME_LAB_H

#include <stdint.h>

#include "analysis/outcome.h"

struct history;

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
/* 2026-11-22T00:00:00Z */
#define MIDNIGHT (INT64_C(1795305600) * SECOND)

/*
 * Targets: '.' ok, 'b' blocked at TLS by reset, 'l' the same but only likely, 'd' likely blocked at DNS, 'm' a forged certificate,
 * 'p' a block page, 'f' a bogon, 't' throttled, 'r' the site refuses, 'D' down, '?' insufficient. Each lasts 5 s.
 */
struct outcome outcome_of_letter(const char *url, uint32_t asn, char letter, int64_t us);
/* Rounds: '.' online, 'g' degraded, 'P' portal, 'F' foreign cut, 'S' shutdown, 'O' offline, '?' not looked. Each lasts a minute. */
struct outcome round_of_letter(uint32_t asn, char letter, int64_t us);
/* One letter every `step` from `us` on; ' ' is no measurement. url NULL: rounds. */
void feed_letters(struct history *h, const char *url, uint32_t asn, const char *letters, int64_t us, int64_t step);

/* Random numbers that are the same everywhere, from any seed. */
struct chance {
	uint64_t state;
};
/* 0 <= x < 1 */
double chance_next(struct chance *c);

#endif
