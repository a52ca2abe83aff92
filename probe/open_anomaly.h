/*
 * Which anomaly of a site is open, by the events among its records, taken in any order of networks and in the order of time. Pure.
 */
#ifndef PROBE_OPEN_ANOMALY_H
#define PROBE_OPEN_ANOMALY_H

#include <stdbool.h>

struct arena;
struct explain_open;
struct measurement;
struct open_anomalies;

struct open_anomalies *open_anomalies_new(void);
/* NULL is fine. */
void open_anomalies_free(struct open_anomalies *open);
/* An event's record; others, and events that are no anomaly's, do nothing. */
void open_anomalies_take(struct open_anomalies *open, const struct measurement *event);
/*
 * What is open for the target of this record, in its network, as far as the records say: in the record's arena. NULL: nothing.
 */
const struct explain_open *open_anomalies_of(const struct open_anomalies *open, const struct measurement *m);

#endif
