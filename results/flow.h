/*
 * How fast pages came, by the bytes a second between the first and the last, and which were cut off on their way. Pure.
 */
#ifndef RESULTS_FLOW_H
#define RESULTS_FLOW_H

#include <stdbool.h>

struct http_request;
struct measurement;

/* The pages that were asked for with one tag (why=flow_...). */
struct flow {
	double rate, least, most; /* bytes a second: median, slowest, fastest; NAN where nothing was measured */
	int n; /* of which there is a rate */
	int cut; /* ended before the page did, by reset or silence; with a stranger's name, only after some of it had come */
	int lost; /* failed, and nothing came that could be timed */
};

struct flow_trials {
	struct flow target, control; /* at the target's address: its own name, others' */
	struct flow own, away; /* at landmarks: their own name, the target's */
	bool same_page; /* another name was given the page that under the target's is cut: its server is well */
	bool target_always_slower, away_always_slower; /* even its fastest than the slowest under another name */
};
void trials_flow(const struct measurement *m, struct flow_trials *out);

/* Bytes a second of a page's body; NAN where it was too small or never came. */
double flow_rate(const struct http_request *r);
/* Whether it was still on its way when our own time ran out: slow, not cut off. */
bool flow_still_coming(const struct http_request *r);

#endif
