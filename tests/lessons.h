/* Records to learn from, and a state directory to keep that in, for the tests of the baseline. */
#ifndef TESTS_LESSONS_H
#define TESTS_LESSONS_H

#include <stdint.h>

#include "results/measurement.h"

/* 2026-11-22T06:30:00Z; the day begins 6.5 hours before. */
#define NOON (INT64_C(1795329000) * 1000000)
#define DAY_US (INT64_C(86400) * 1000000)
#define HOUR_US (INT64_C(3600) * 1000000)

/* cmocka fixtures of one test: a fresh directory, the log into a file there, a clock that stands at NOON. */
int place_new(void **state);
int place_free(void **state);
/* The state directory; a file in it, static, good until the fourth next call. */
const char *place_dir(void);
const char *place_path(const char *file);
/* Fails unless the log has the text; how often it stands there. */
void assert_logged(const char *text);
int times_logged(const char *text);
/* Moves the clock. */
void clock_stand_at(int64_t wall_us);

/*
 * A target's record of a round that went well: one address that both kinds of resolver gave, TCP in 20 ms, TLS in 50 ms with
 * leaf 0, a page of 50,000 bytes titled "Front page" in 0.5 s. Each has an id of its own.
 */
struct measurement *good_round(const char *url, int64_t time_us);
/* The same in which the handshakes were reset, with the verdict. */
struct measurement *bad_round(
    const char *url, int64_t time_us, enum verdict_status status, enum mechanism mechanism);
/* Gives the round another address, leaf, or body. */
void set_address(struct measurement *m, const char *ip);
void set_leaf(struct measurement *m, int number);
void set_body(struct measurement *m, int64_t length, const char *sha256, const char *title);
/* A leaf with a key and an issuer of its own, made when first asked for; the same number is the same certificate. */
struct bytes leaf(int number);

#endif
