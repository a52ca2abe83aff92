/* From the configuration to the schedule. */
#include "probe/sched_plan.h"

#include <stdlib.h>

#include "base/mem.h"
#include "probe/conf.h"
#include "probe/plan.h"

/* Targets given one by one, as if they stood on a list. */
static const char urls_name[] = "urls";

static struct sched_conf
settings(const struct conf *conf)
{
	struct sched_conf s = sched_defaults;

	s.seed = (uint64_t)arc4random() << 32 | arc4random();
	s.limits.targets_per_hour = conf->targets_per_hour;
	s.limits.bytes_per_day = conf->bytes_per_day;
	s.limits.reserve = conf->reserve;
	s.burst_every_s = conf->burst_every_s;
	s.burst_max_s = conf->burst_max_s;
	s.burst_total = conf->burst_targets;
	s.burst_neighbours = conf->burst_neighbours;
	return s;
}

static struct sched_list
list_of(const struct conf *conf, const char *name, const struct target *targets, size_t n)
{
	const struct conf_list *own = conf_list_find(conf, name);
	const char *window = own != NULL && own->window != NULL ? own->window : conf->window;
	struct sched_list list = {.name = name, .targets = targets, .n = n, .every_s = conf->every_s,
	    .jitter = conf->jitter};
	char error[SCHED_WINDOWS_ERROR_SIZE];

	if (own != NULL && own->every_s > 0)
		list.every_s = own->every_s;
	if (own != NULL && own->jitter >= 0)
		list.jitter = own->jitter;
	/* The configuration let it pass, so it is fine. */
	(void)sched_windows_parse(window, &list.windows, error);
	return list;
}

struct sched *
sched_plan_new(const struct conf *conf, struct sched_now now)
{
	struct sched_conf s = settings(conf);

	return sched_new(&s, now);
}

void
sched_plan_configure(
    struct sched *sched, const struct conf *conf, const struct plan *plan, struct sched_now now)
{
	struct sched_list lists[SCHED_LISTS_MAX];
	struct sched_conf s = settings(conf);
	size_t n = 0, i;

	if (plan->nurls > 0)
		lists[n++] = list_of(conf, urls_name, plan->urls, plan->nurls);
	for (i = 0; i < plan->nlists && n < SCHED_LISTS_MAX; i++)
		lists[n++] = list_of(conf, plan->lists[i].name, plan->lists[i].targets, plan->lists[i].n);
	sched_configure(sched, &s, lists, n, now);
}
