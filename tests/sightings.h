/* Measurements to feed the detector of anomalies with, and what it told, for its tests. */
#ifndef TESTS_SIGHTINGS_H
#define TESTS_SIGHTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "probe/anomaly.h"
#include "probe/sighting.h"

/* 2026-11-22T00:00:00Z */
#define MIDNIGHT (INT64_C(1795305600) * 1000000)
#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/*
 * A letter for each outcome: '.' ok, 't' blocked at TLS by reset, 'T' the same by silence, 'd' blocked at DNS, 'l' probably blocked at TLS,
 * 'i' impaired, 'r' the site refuses, 'D' down, '?' insufficient, 'o' offline and insufficient, 's' shutdown though it was
 * judged blocked.
 */
struct sighting sighting(const char *url, char outcome, int64_t start_us);
/* Gives it ids of its own, made of the URL and the time, and of the round: "round N". Good until the next call but 63. */
void in_round(struct sighting *s, int round);

/* What was told, in the order. */
struct told_event {
	char id[33], round[33];
	int64_t time_us;
	struct event_info info; /* in the arena */
};
struct told {
	struct arena *arena;
	struct told_event *events;
	size_t n;
};
/* An occurrence_tell with a struct told; made on first use. */
void keep_told(const struct occurrence *o, void *told);
void told_clear(struct told *told);
/* "onset(https://a/) recovery(https://a/)"; in the arena. */
const char *told_text(struct told *told);

/*
 * Feeds one target, a letter a measurement, 15 minutes apart from MIDNIGHT on, each lasting 5 s, in a round of its own; ' ' leaves a round
 * out.
 */
void feed_letters(struct anomalies *a, const char *url, const char *letters, struct told *told);
/* The same for several targets, letters by target, in the same rounds; the n-th one is measured n times 10 s after the first. */
void feed_table(struct anomalies *a, const char *const *urls, const char *const *letters, size_t n, struct told *told);

/* All items of its state, one a line, by key. Free it. */
char *state_text(struct anomalies *a);
/* A state out of such a text. */
struct anomalies *state_of_text(const char *text, const struct anomaly_rules *rules);

#endif
