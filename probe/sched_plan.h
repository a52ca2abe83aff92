/* The scheduler's settings and lists, out of the configuration and the lists that it names. */
#ifndef PROBE_SCHED_PLAN_H
#define PROBE_SCHED_PLAN_H

#include "probe/sched.h"

struct conf;
struct plan;

struct sched *sched_plan_new(const struct conf *conf, struct sched_now now);
/* The plan's targets are borrowed until the next such call or sched_free. */
void sched_plan_configure(
    struct sched *sched, const struct conf *conf, const struct plan *plan, struct sched_now now);

#endif
