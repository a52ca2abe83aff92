/* Records in which every field has a value of its own, and a comparison that spares none. */
#ifndef TESTS_RECORD_SAMPLE_H
#define TESTS_RECORD_SAMPLE_H

struct measurement;

/* A web_connectivity record of ours. Free with measurement_free. */
struct measurement *sample_web(void);
/* A netvane_round record. */
struct measurement *sample_round(void);
/* A netvane_event record with every part that any kind has. */
struct measurement *sample_event(void);
/* Fails the running test at the first field that differs. */
void assert_same_record(const struct measurement *a, const struct measurement *b);

#endif
