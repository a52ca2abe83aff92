/* What all the checks of one process share. */
#include "probe/probe.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/curlloop.h"
#include "probe/limiter.h"
#include "probe/roots.h"

/*
 * Limits are seconds, but DNS latencies matter to the millisecond: the precise timer, and no
 * cached time, so that a deadline armed late in a busy loop turn is not early.
 */
static struct event_base *
loop_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL &&
	    event_config_set_flag(
		config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NO_CACHE_TIME) == 0)
		base = event_base_new_with_config(config);
	if (config != NULL)
		event_config_free(config);
	return base;
}

/*
 * What a target may take at most, four others that only listen for late answers included; and what
 * we take ourselves.
 */
enum { FILES_A_TARGET = 40, FILES_OF_OURS = 64 };

/*
 * Raises the limit on open files where that is allowed: many systems give 1024 to begin with, and
 * a socket that cannot be had would look like a failure of the target. Returns for how many
 * targets it will do.
 */
static int
room_for_targets(int wanted)
{
	rlim_t files = (rlim_t)wanted * FILES_A_TARGET + FILES_OF_OURS;
	struct rlimit limit;
	int room;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files)
		return wanted;
	limit.rlim_cur = limit.rlim_max < files ? limit.rlim_max : files;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files)
		return wanted;
	room = limit.rlim_cur < FILES_OF_OURS + FILES_A_TARGET
	    ? 1
	    : (int)((limit.rlim_cur - FILES_OF_OURS) / FILES_A_TARGET);
	log_warnx("no more than %llu files may be open: %d targets at the same time instead of %d",
	    (unsigned long long)limit.rlim_cur, room, wanted);
	return room;
}

struct probe *
probe_new(const struct conf *conf)
{
	struct probe *probe = xcalloc(1, sizeof(*probe));

	probe->conf = conf;
	probe->concurrency = room_for_targets(conf->concurrency);
	probe->base = loop_new();
	if (probe->base == NULL)
		log_fatalx("no event loop could be made");
	probe->roots = roots_load(conf->roots);
	probe->curl = probe->roots != NULL ? curlloop_new(probe->base) : NULL;
	probe->dns = limiter_new(probe->base, conf->dns_in_flight);
	probe->addresses = limiter_new(probe->base, 1);
	if (probe->curl == NULL) {
		probe_free(probe);
		return NULL;
	}
	return probe;
}

void
probe_free(struct probe *probe)
{
	if (probe == NULL)
		return;
	curlloop_free(probe->curl);
	limiter_free(probe->dns);
	limiter_free(probe->addresses);
	roots_free(probe->roots);
	event_base_free(probe->base);
	free(probe);
}
