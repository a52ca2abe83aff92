/* What all the checks of one process share. */
#include "probe/probe.h"

#include <stdlib.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/curlloop.h"
#include "probe/limiter.h"
#include "probe/roots.h"
#include "probe/traffic.h"
#include "results/blockpage.h"
#include "results/verdict.h"
#include "targets/datadir.h"

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
 * What ships may be missing, and then less is known (that is logged where it is read); what the
 * configuration names must be there.
 */
static int
load_known(struct probe *probe)
{
	const struct strings *files = &probe->conf->fingerprints;
	char *cas = datadir_path("certs/interception.tsv");
	char *pages = datadir_path("fingerprints/netvane.csv");
	int result = 0;
	size_t i;

	if (known_cas_read(cas, &probe->known_cas) == 0)
		verdict_use_known_cas(&probe->known_cas);
	probe->fingerprints = fingerprints_new();
	fingerprints_read(probe->fingerprints, pages);
	for (i = 0; i < files->n; i++)
		if (fingerprints_read(probe->fingerprints, files->items[i]) != 0)
			result = -1;
	free(cas);
	free(pages);
	return result;
}

struct probe *
probe_new(const struct conf *conf)
{
	struct probe *probe = xcalloc(1, sizeof(*probe));

	probe->conf = conf;
	probe->base = loop_new();
	if (probe->base == NULL)
		log_fatalx("no event loop could be made");
	probe->traffic = traffic_new(&probe->bytes_in, &probe->bytes_out);
	probe->roots = roots_load(conf->roots);
	probe->curl = probe->roots != NULL ? curlloop_new(probe->base) : NULL;
	probe->dns = limiter_new(probe->base, conf->dns_in_flight);
	probe->addresses = limiter_new(probe->base, 1);
	if (probe->curl == NULL || load_known(probe) != 0) {
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
	traffic_free(probe->traffic);
	limiter_free(probe->dns);
	limiter_free(probe->addresses);
	roots_free(probe->roots);
	fingerprints_free(probe->fingerprints);
	verdict_use_known_cas(NULL);
	known_cas_clear(&probe->known_cas);
	event_base_free(probe->base);
	free(probe);
}
