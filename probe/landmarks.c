/* Places outside that are known to answer. */
#include "probe/landmarks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"

enum { SPARED = 2 };

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
add(struct landmarks *l, const char *name, char *ip, int port, bool tls, bool domestic)
{
	if (has(l, ip)) {
		free(ip);
		return;
	}
	l->items = xreallocarray(l->items, l->n + 1, sizeof(*l->items));
	l->items[l->n++] = (struct landmark){
	    .name = xstrdup(name), .ip = ip, .port = port, .tls = tls, .domestic = domestic};
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

void
landmarks_add(struct landmarks *l, const struct measurement *m, bool domestic)
{
	const char *name = facts_host(m);
	size_t i;
	char *ip;
	int port;

	for (i = 0; i < m->ntls; i++)
		if (m->tls[i].failure == NULL && split(m->tls[i].address, &ip, &port)) {
			add(l, m->tls[i].server_name, ip, port, true, domestic);
			return;
		}
	for (i = 0; name != NULL && i < m->nrequests; i++)
		if (m->requests[i].code > 0 && split(m->requests[i].address, &ip, &port)) {
			add(l, name, ip, port, false, domestic);
			return;
		}
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

const struct landmark *
landmarks_for(const struct landmarks *l, const char *target_host, const char *not_ip, bool tls,
    size_t i)
{
	const struct landmark *usable[8];
	size_t n = 0, k;

	for (k = 0; k < l->n && n < sizeof(usable) / sizeof(usable[0]); k++)
		if (!l->items[k].domestic && (l->items[k].tls || !tls) &&
		    (not_ip == NULL || strcmp(l->items[k].ip, not_ip) != 0))
			usable[n++] = &l->items[k];
	if (n > SPARED)
		n = n - SPARED > 2 ? n - SPARED : 2;
	if (i >= n)
		return NULL;
	return usable[(spread(target_host) + i) % n];
}
