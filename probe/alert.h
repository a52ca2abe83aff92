/* Who is told of events at once: a program, and a server, where the configuration names them (docs/alerts.md). */
#ifndef PROBE_ALERT_H
#define PROBE_ALERT_H

#include <stdbool.h>
#include <stddef.h>

struct alert;
struct measurement;
struct probe;
struct webhook_counts;

/* Nobody, where none is named. What is wrong with a name is logged, and that one is not told. The probe is borrowed. */
struct alert *alert_new(struct probe *probe, const char *state_dir);
/* The record, and its line of JSON. */
void alert_event(struct alert *alert, const struct measurement *m, const char *line, size_t len);
/* A pause, or a dead line: nothing is sent to the server, and what comes waits. Then, not held, that is tried at once. */
void alert_hold(struct alert *alert, int held);
/* How the webhook fares. False: there is none. */
bool alert_count(const struct alert *alert, struct webhook_counts *counts, bool *held);
/* Lets them finish what they can within that time, then calls done from the loop; then alert_free. */
void alert_stop(struct alert *alert, int within_ms, void (*done)(void *arg), void *arg);
/* NULL is fine. */
void alert_free(struct alert *alert);

#endif
