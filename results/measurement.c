/* A measurement's birth and end, and the names of the small enums it is made of. */
#include "results/measurement.h"

#include <string.h>

#include "base/mem.h"

struct measurement *
measurement_new(void)
{
	struct arena *arena = arena_new();
	struct measurement *m = arena_alloc(arena, sizeof(*m));

	m->arena = arena;
	m->ooni = (struct ooni_keys)OONI_KEYS_UNKNOWN;
	m->has_x = true;
	return m;
}

struct measurement *
measurement_confirm(struct measurement *m)
{
	if (m->confirm == NULL) {
		m->confirm = arena_alloc(m->arena, sizeof(*m->confirm));
		m->confirm->arena = m->arena;
		m->confirm->ooni.accessible = -1;
		m->confirm->has_x = true;
		m->confirm->confirms = m;
		m->confirm->start_us = m->start_us;
		m->confirm->start_mono_ns = m->start_mono_ns;
	}
	return m->confirm;
}

void
measurement_free(struct measurement *m)
{
	/* It lives in its own arena. */
	if (m != NULL)
		arena_free(m->arena);
}

/* The index of name, or n. */
static size_t
name_find(const char *const *names, size_t n, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return n;
}

static const char *const role_names[] = {
    [RESOLVER_SYSTEM] = "system",
    [RESOLVER_SECOND] = "second",
    [RESOLVER_DOH] = "doh",
};

const char *
resolver_role_name(enum resolver_role role)
{
	return role_names[role];
}

enum resolver_role
resolver_role_find(const char *name)
{
	return (enum resolver_role)name_find(role_names, RESOLVER_ROLE_MAX, name);
}

static const char *const network_names[] = {
    [NETWORK_UNKNOWN] = "unknown",
    [NETWORK_ONLINE] = "online",
    [NETWORK_DEGRADED] = "degraded",
    [NETWORK_CAPTIVE_PORTAL] = "captive_portal",
    [NETWORK_FOREIGN_CUT] = "foreign_cut",
    [NETWORK_SHUTDOWN] = "shutdown",
    [NETWORK_OFFLINE] = "offline",
};

const char *
network_state_name(enum network_state state)
{
	return network_names[state];
}

enum network_state
network_state_find(const char *name)
{
	return (enum network_state)name_find(network_names, NETWORK_STATE_MAX, name);
}

static const char *const ipv6_names[] = {
    [IPV6_UNKNOWN] = "unknown",
    [IPV6_OK] = "ok",
    [IPV6_BROKEN] = "broken",
    [IPV6_ABSENT] = "absent",
};

const char *
ipv6_state_name(enum ipv6_state state)
{
	return ipv6_names[state];
}

enum ipv6_state
ipv6_state_find(const char *name)
{
	return (enum ipv6_state)name_find(ipv6_names, IPV6_STATE_MAX, name);
}
