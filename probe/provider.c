/* Whose machines a target stands on. */
#include "probe/provider.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>

#include "results/facts.h"
#include "results/measurement.h"

bool
provider_of(const struct measurement *m, char key[PROVIDER_SIZE])
{
	uint8_t a[16];
	size_t i;

	for (i = 0; i < m->ntcp; i++) {
		const struct tcp_connect *tcp = &m->tcp[i];

		if (tcp->failure != NULL || tcp->ip == NULL || facts_depth(&tcp->c) > 0)
			continue;
		if (inet_pton(AF_INET, tcp->ip, a) == 1) {
			snprintf(key, PROVIDER_SIZE, "%d.%d", a[0], a[1]);
			return true;
		}
		if (inet_pton(AF_INET6, tcp->ip, a) == 1) {
			snprintf(key, PROVIDER_SIZE, "%02x%02x:%02x%02x", a[0], a[1], a[2], a[3]);
			return true;
		}
	}
	return false;
}
