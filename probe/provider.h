/*
 * Whose machines a target stands on, as far as a prefix tells (/16, /32 for IPv6): so that targets of one provider are not measured at the same
 * time. Pure.
 */
#ifndef PROBE_PROVIDER_H
#define PROBE_PROVIDER_H

#include <stdbool.h>

struct measurement;

enum { PROVIDER_SIZE = 24 };
/* From the first address that the measurement connected to; false: there is none. */
bool provider_of(const struct measurement *m, char key[PROVIDER_SIZE]);

#endif
