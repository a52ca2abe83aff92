/* New records. */
#include "probe/envelope.h"

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random_id.h"
#include "probe/conf.h"
#include "probe/occurrence.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "probe/roots.h"
#include "results/event.h"
#include "results/measurement.h"

static struct measurement *
envelope(const struct probe *probe, const char *test_name, const char *input)
{
	struct measurement *m = measurement_new();
	char id[RANDOM_ID_SIZE];

	m->has_x = true;
	m->id = arena_strdup(m->arena, random_id(id));
	m->test_name = arena_strdup(m->arena, test_name);
	m->test_version = arena_strdup(m->arena, "0.1.0");
	m->software_name = arena_strdup(m->arena, "netvane");
	m->software_version = arena_strdup(m->arena, PACKAGE_VERSION);
	m->input = arena_strdup(m->arena, input);
	m->probe_cc = arena_strdup(m->arena, probe->conf->country);
	m->probe_asn = arena_strdup(m->arena, probe->conf->asn);
	m->probe_network_name = arena_strdup(m->arena, probe->conf->network_name);
	m->report_id = arena_strdup(m->arena, "");
	m->resolver_asn = arena_strdup(m->arena, "AS0");
	m->resolver_network_name = arena_strdup(m->arena, "");
	return m;
}

static const char *
first_system_resolver(const struct resolver *resolvers, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (resolvers[i].role == RESOLVER_SYSTEM)
			return resolvers[i].address;
	return "";
}

/* The address without its port. */
static char *
without_port(struct arena *arena, const char *address)
{
	const char *colon = strrchr(address, ':');

	if (address[0] == '[')
		return arena_strndup(arena, address + 1, strcspn(address + 1, "]"));
	return arena_strndup(arena, address, colon != NULL ? (size_t)(colon - address) : strlen(address));
}

struct measurement *
envelope_round(const struct probe *probe, const struct resolver *resolvers, size_t nresolvers)
{
	struct measurement *m = envelope(probe, "netvane_round", NULL);
	const struct roots *roots = probe->roots;
	size_t i;

	m->start_us = m->round_start_us = clock_wall_us();
	m->start_mono_ns = clock_mono_ns();
	m->round_id = m->id;
	m->resolver_ip = without_port(m->arena, first_system_resolver(resolvers, nresolvers));
	m->round = arena_alloc(m->arena, sizeof(*m->round));
	m->round->clock_offset_s = NAN;
	m->round->link = m->round->gateway = -1;
	m->round->roots = arena_strdup(m->arena, roots->source);
	m->round->nroots = (int64_t)roots->n;
	for (i = 0; i < roots->nadded; i++)
		*ARENA_PUSH(m->arena, m->round->added_roots, m->round->nadded_roots) =
		    arena_strdup(m->arena, roots->added[i]);
	return m;
}

struct measurement *
envelope_new(const struct probe *probe, const struct measurement *round, const char *test_name,
    const char *input)
{
	struct measurement *m = envelope(probe, test_name, input);

	m->round_start_us = round->round_start_us;
	m->round_id = arena_strdup(m->arena, round->id);
	m->resolver_ip = arena_strdup(m->arena, round->resolver_ip);
	return m;
}

struct measurement *
envelope_event(const struct probe *probe, const struct occurrence *o)
{
	struct measurement *m = envelope(probe, "netvane_event", NULL);

	m->id = arena_strdup(m->arena, o->id);
	m->start_us = m->round_start_us = o->time_us;
	m->start_mono_ns = o->mono_ns;
	m->round_id = arena_strdup(m->arena, o->round);
	m->resolver_ip = arena_strdup(m->arena, "");
	m->event = o->info;
	if (m->event->what == NULL)
		m->event->what = event_tell(o->arena, o->info);
	return m;
}
