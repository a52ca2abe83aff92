/* Findings about the network that are no target's verdict. */
#include "results/notes.h"

#include <string.h>

#include "base/mem.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/trials.h"

static void
note(struct measurement *round, bool holds, const char *name)
{
	if (holds)
		*ARENA_PUSH(round->arena, round->round->notes, round->round->nnotes) = name;
}

/* A resolver over HTTPS that never answered, while another resolver did: so the line was there. */
static bool
doh_silent(const struct context *c)
{
	bool silent = false, answered = false;
	size_t i;

	for (i = 0; i < c->nresolvers; i++) {
		const struct resolver_health *r = &c->resolvers[i];

		if (r->answered > 0)
			answered = true;
		else if (r->role == RESOLVER_DOH && r->asked > 1 && r->untrusted == 0)
			silent = true;
	}
	return silent && answered;
}

static bool
doh_untrusted(const struct context *c)
{
	size_t i;

	for (i = 0; i < c->nresolvers; i++)
		if (c->resolvers[i].role == RESOLVER_DOH && c->resolvers[i].untrusted > 0)
			return true;
	return false;
}

/* All certificates that came were out of date; on a wrong clock they all are. */
static bool
clock_suspect(const struct round_info *r)
{
	const char *dates = failure_name(FAILURE_SSL_INVALID_CERTIFICATE);
	size_t bad = 0, i;

	for (i = 0; i < r->ncontrols; i++) {
		if (strcmp(r->controls[i].kind, "portal") == 0)
			continue;
		if (r->controls[i].ok)
			return false;
		bad += r->controls[i].failure != NULL && strcmp(r->controls[i].failure, dates) == 0;
	}
	return bad >= 2;
}

void
notes_write(struct measurement *round, int forged, bool slow, bool changed)
{
	struct dns_trials dns;

	trials_dns(round, &dns);
	note(round, dns.nonexistent_answered, "dns-wildcard");
	note(round, dns.nowhere_control_answered > 0, "dns-hijack");
	note(round, doh_silent(&round->context), "doh-blocked");
	note(round, doh_untrusted(&round->context), "doh-intercepted");
	note(round, forged > 0, "resolver-forged");
	note(round, clock_suspect(round->round), "clock-suspect");
	note(round, slow, "slow");
	note(round, changed, "line-changed");
}
