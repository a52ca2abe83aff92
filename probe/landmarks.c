/* Places outside that are known to answer. */
#include "probe/landmarks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"
#include "results/trials.h"

enum { SPARED = 2, USABLE_MAX = 16, TARGETS_MAX = 8 };

static bool
has(const struct landmarks *l, const char *ip)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->items[i].ip, ip) == 0)
			return true;
	return false;
}

static void
add(struct landmarks *l, const char *name, char *ip, struct landmark what)
{
	if (has(l, ip)) {
		free(ip);
		return;
	}
	l->items = xreallocarray(l->items, l->n + 1, sizeof(*l->items));
	what.name = xstrdup(name);
	what.ip = ip;
	l->items[l->n++] = what;
}

/* "192.0.2.1:443"; false where it is IPv6, or no such thing. */
static bool
split(const char *address, char **ip, int *port)
{
	const char *colon = address != NULL ? strrchr(address, ':') : NULL;

	if (colon == NULL || address[0] == '[')
		return false;
	*ip = xstrndup(address, (size_t)(colon - address));
	*port = atoi(colon + 1);
	return true;
}

static size_t
targets_among(const struct landmarks *l)
{
	size_t n = 0, i;

	for (i = 0; i < l->n; i++)
		n += l->items[i].target;
	return n;
}

void
landmarks_add(struct landmarks *l, const struct measurement *m, bool domestic, bool target)
{
	const char *name = facts_host(m);
	struct landmark what = {.domestic = domestic, .target = target};
	size_t i;
	char *ip;

	if (target && targets_among(l) >= TARGETS_MAX)
		return;
	for (i = 0; i < m->ntls; i++)
		if (m->tls[i].failure == NULL && split(m->tls[i].address, &ip, &what.port)) {
			what.tls = true;
			add(l, m->tls[i].server_name, ip, what);
			return;
		}
	for (i = 0; name != NULL && i < m->nrequests; i++)
		if (m->requests[i].code > 0 && split(m->requests[i].address, &ip, &what.port)) {
			add(l, name, ip, what);
			return;
		}
}

static void
learn(struct landmarks *l, const struct tls_handshake *tls)
{
	enum reply reply = trials_reply(tls);
	size_t i, len;

	for (i = 0; reply != REPLY_NONE && tls->address != NULL && i < l->n; i++) {
		len = strlen(l->items[i].ip);
		if (strncmp(tls->address, l->items[i].ip, len) == 0 && tls->address[len] == ':')
			l->items[i].manners =
			    reply == REPLY_SERVER ? MANNERS_ANSWERS : MANNERS_TURNS_AWAY;
	}
}

void
landmarks_learn(struct landmarks *l, const struct measurement *round)
{
	const struct measurement *c = round->confirm;
	size_t i;

	for (i = 0; c != NULL && i < c->ntls; i++)
		if (trials_why(&c->tls[i].c, "sni_away_canary"))
			learn(l, &c->tls[i]);
}

void
landmarks_clear(struct landmarks *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		free(l->items[i].name);
		free(l->items[i].ip);
	}
	free(l->items);
	*l = (struct landmarks){NULL, 0};
}

static size_t
spread(const char *host)
{
	size_t sum = 0;

	for (; *host != '\0'; host++)
		sum = sum * 31 + (unsigned char)*host;
	return sum;
}

static bool
is_own(const struct landmark *l, const char *target_host, const struct facts *facts)
{
	size_t i;

	if (strcasecmp(l->name, target_host) == 0)
		return true;
	for (i = 0; facts != NULL && i < facts->naddresses; i++)
		if (strcmp(facts->addresses[i].ip, l->ip) == 0)
			return true;
	return false;
}

/* Those of one kind, added to what is usable. */
struct usable {
	const struct landmark *items[USABLE_MAX];
	size_t n;
	const char *target_host;
	const struct facts *facts;
	bool tls;
};

static void
choose(struct usable *c, const struct landmarks *l, bool target, bool strict)
{
	const struct landmark *item;
	size_t i;

	for (i = 0; i < l->n && c->n < USABLE_MAX; i++) {
		item = &l->items[i];
		if (item->target == target && (item->manners == MANNERS_TURNS_AWAY) == strict &&
		    !item->domestic && (item->tls || !c->tls) && !is_own(item, c->target_host, c->facts))
			c->items[c->n++] = item;
	}
}

const struct landmark *
landmarks_for(const struct landmarks *l, const char *target_host, const struct facts *facts, bool tls,
    size_t i)
{
	struct usable c = {.target_host = target_host, .facts = facts, .tls = tls};
	size_t good, n;

	choose(&c, l, false, false);
	good = c.n;
	if (good < 2)
		choose(&c, l, true, false);
	/* In the order of their use, no turns taken: the first is the better one. */
	if (good == 1 || (good == 0 && c.n > 0)) {
		choose(&c, l, false, true);
		return i < c.n ? c.items[i] : NULL;
	}
	choose(&c, l, false, true);
	n = c.n > SPARED + 2 ? c.n - SPARED : c.n < 2 ? c.n : 2;
	if (good >= 2 && n > good)
		n = good;
	return i < n ? c.items[(spread(target_host) + i) % n] : NULL;
}
