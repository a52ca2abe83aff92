/* Made-up statuses for the tests of what shows them. */
#ifndef TESTS_STATUS_SAMPLE_H
#define TESTS_STATUS_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

struct status;

enum { STATUS_HOSTILE = 16 };

/* 2026-11-22 06:40:00 UTC, when the samples are taken. */
extern const int64_t status_sample_now;
/* Texts that mean harm to terminals, pages and metrics. */
extern const char *const status_hostile[STATUS_HOSTILE];

/*
 * Fills a status as it might be on a bad day: two lists, hourly cells of a fortnight, sites of every verdict, anomalies, gaps.
 * hostile: the same, but every text is one of status_hostile or a very long one.
 */
void status_sample(struct status *status, bool hostile);
/* A status as it is right after the first start. */
void status_sample_fresh(struct status *status);

#endif
