/* What this line does to everybody's look-ups, and landmarks to strangers. */
#include "probe/surroundings.h"

#include <stdlib.h>

#include "base/mem.h"
#include "probe/landmarks.h"
#include "probe/resolver.h"
#include "probe/trial.h"
#include "results/measurement.h"

struct surroundings {
	struct lanes lanes;
	struct resolver nowhere;
	struct landmarks *landmarks;
	const struct measurement *round;
	void (*done)(void *arg);
	void *arg;
};

/* The first two lanes are for look-ups. */
enum { LANE_LANDMARKS = 2 };

static void
ask(struct surroundings *s, size_t lane, const char *why, const struct resolver *resolver,
    const char *name)
{
	const struct trial t = {.kind = TRIAL_DNS, .why = why, .resolver = resolver, .name = name};

	lanes_add(&s->lanes, lane, &t);
}

static void
visit_landmarks(struct surroundings *s, const char *nobody)
{
	struct trial t = {.kind = TRIAL_TLS, .why = "why=sni_away_canary", .name = nobody};
	const struct landmark *l;
	size_t i;

	for (i = 0; i < s->landmarks->n; i++) {
		l = &s->landmarks->items[i];
		if (!l->tls || l->domestic)
			continue;
		t.ip = l->ip;
		t.port = l->port;
		lanes_add(&s->lanes, LANE_LANDMARKS + i % (LANES_MAX - LANE_LANDMARKS), &t);
	}
}

static void
lanes_done(void *arg)
{
	struct surroundings *s = arg;

	landmarks_learn(s->landmarks, s->round);
	s->done(s->arg);
}

struct surroundings *
surroundings_start(struct probe *probe, struct measurement *round,
    const struct resolver *resolvers, size_t nresolvers, struct landmarks *landmarks,
    void (*done)(void *arg), void *arg)
{
	const struct landmark *l = landmarks_for(landmarks, "", NULL, true, 0);
	const char *nobody = trial_nobodys_name(round->arena);
	struct surroundings *s = xcalloc(1, sizeof(*s));
	size_t i;

	for (i = 0; i < nresolvers && lanes_empty(&s->lanes); i++)
		if (resolvers[i].role == RESOLVER_SYSTEM && !resolvers[i].skip)
			ask(s, 0, "why=dns_nonexistent", &resolvers[i], nobody);
	if (l != NULL) {
		s->nowhere.role = RESOLVER_SECOND;
		s->nowhere.address = xasprintf("%s:53", l->ip);
		if (resolver_parse(s->nowhere.address, &s->nowhere.sa, &s->nowhere.salen) == 0)
			ask(s, 1, "why=dns_nowhere_control", &s->nowhere, l->name);
	}
	s->landmarks = landmarks;
	s->round = round;
	s->done = done;
	s->arg = arg;
	visit_landmarks(s, nobody);
	if (lanes_empty(&s->lanes)) {
		surroundings_free(s);
		return NULL;
	}
	lanes_start(&s->lanes, probe, measurement_confirm(round), lanes_done, s);
	return s;
}

void
surroundings_stop(struct surroundings *s)
{
	lanes_stop(&s->lanes);
}

void
surroundings_free(struct surroundings *s)
{
	if (s == NULL)
		return;
	lanes_clear(&s->lanes);
	free(s->nowhere.address);
	free(s);
}
