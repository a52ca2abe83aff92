/* A probe made by hand, with limits short enough for tests. */
#ifndef TESTS_HAND_PROBE_H
#define TESTS_HAND_PROBE_H

#include <stdbool.h>

#include "probe/conf.h"
#include "probe/probe.h"

struct hand_probe {
	struct probe probe;
	struct conf conf;
};

/* roots: a PEM file; NULL none, for tests without TLS. */
struct hand_probe *hand_probe_new(const char *roots);
/* Asserts that nothing was left behind. */
void hand_probe_free(struct hand_probe *hand);
/* Runs the loop until *done; fails the test when nothing is left that could make it so. */
void hand_probe_run(struct hand_probe *hand, const bool *done);
/* Runs it until nothing is left to wait for. */
void hand_probe_drain(struct hand_probe *hand);

#endif
