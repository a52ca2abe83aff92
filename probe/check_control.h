/*
 * One question to a control vantage: how does this target look from where you are? The protocol is OONI's test
 * helper's (POST, JSON); whom to ask is helper.h's business. It never fails a measurement: not to be answered is a result like any other.
 */
#ifndef PROBE_CHECK_CONTROL_H
#define PROBE_CHECK_CONTROL_H

#include "probe/check.h"

struct helpers;
struct target;

/*
 * Asks the helpers in their order until one has answered, each within conf->control_ms of its turn, and
 * sets m->control. target and ips (textual, the first 16 at least) are borrowed only now; helpers outlive the check. The
 * outcome is control_failure. Waiting for a turn, or for as long as a helper that is busy asks for, costs no time of
 * its own but may take minutes: nothing else should wait for this.
 */
struct check *check_control_new(struct probe *probe, struct measurement *m, struct helpers *helpers,
    const struct target *target, char *const *ips, size_t nips,
    void (*done)(struct check *check, void *arg), void *arg);

#endif
