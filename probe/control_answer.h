/* Tells a measurement in the words of OONI's test helper, legacy names of failures included. Pure. */
#ifndef PROBE_CONTROL_ANSWER_H
#define PROBE_CONTROL_ANSWER_H

#include <stddef.h>

struct measurement;
struct vantage;

/* The tag of connections to endpoints that are no part of the page's way. */
extern const char control_endpoint_tag[];

/*
 * The answer, in m's arena, to a question that named these addresses. What was cut short is left out: it is not
 * known; so is what failed because this machine lacked something, descriptors or memory. NULL where the page did: nobody
 * should take that for the site's fault, and the protocol has no word for it.
 */
struct vantage *control_answer(const struct measurement *m, char *const *asked_ips, size_t nasked);

#endif
