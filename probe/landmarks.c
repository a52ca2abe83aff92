/* Places outside that are known to answer. */
#include "probe/landmarks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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

/* The first IPv4 handshake that verified with the control's own name. */
void
landmarks_add(struct landmarks *l, const struct measurement *m, bool domestic)
{
	const struct tls_handshake *tls;
	const char *colon;
	size_t i;
	char *ip;

	for (i = 0; i < m->ntls; i++) {
		tls = &m->tls[i];
		colon = strrchr(tls->address, ':');
		if (tls->failure != NULL || tls->address[0] == '[' || colon == NULL)
			continue;
		ip = xstrndup(tls->address, (size_t)(colon - tls->address));
		if (has(l, ip)) {
			free(ip);
			continue;
		}
		l->items = xreallocarray(l->items, l->n + 1, sizeof(*l->items));
		l->items[l->n++] = (struct landmark){.name = xstrdup(tls->server_name), .ip = ip,
		    .port = atoi(colon + 1), .domestic = domestic};
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
landmarks_for(const struct landmarks *l, const char *target_host, const char *not_ip, size_t i)
{
	const struct landmark *usable[8];
	size_t n = 0, k;

	for (k = 0; k < l->n && n < sizeof(usable) / sizeof(usable[0]); k++)
		if (!l->items[k].domestic && (not_ip == NULL || strcmp(l->items[k].ip, not_ip) != 0))
			usable[n++] = &l->items[k];
	if (n > SPARED)
		n = n - SPARED > 2 ? n - SPARED : 2;
	if (i >= n)
		return NULL;
	return usable[(spread(target_host) + i) % n];
}
