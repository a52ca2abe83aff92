/* Keeps this machine's own addresses out of the records. */
#include "probe/scrub.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "results/measurement.h"
#include "results/vantage.h"

/* The text of an address that says who we are; false for those that everybody has. */
static bool
telling_address(const struct sockaddr *sa, char text[INET6_ADDRSTRLEN])
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)sa;
	const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)sa;

	if (sa == NULL)
		return false;
	if (sa->sa_family == AF_INET)
		return inet_ntop(AF_INET, &in->sin_addr, text, INET6_ADDRSTRLEN) != NULL;
	return sa->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) &&
	    inet_ntop(AF_INET6, &in6->sin6_addr, text, INET6_ADDRSTRLEN) != NULL;
}

void
scrub_load(struct scrub *scrub)
{
	struct ifaddrs *all, *i;
	char text[INET6_ADDRSTRLEN];

	*scrub = (struct scrub){NULL, 0};
	if (getifaddrs(&all) != 0)
		return;
	for (i = all; i != NULL; i = i->ifa_next) {
		if ((i->ifa_flags & IFF_LOOPBACK) != 0 || !telling_address(i->ifa_addr, text))
			continue;
		scrub->addresses = xreallocarray(
		    scrub->addresses, scrub->n + 1, sizeof(*scrub->addresses));
		scrub->addresses[scrub->n++] = xstrdup(text);
	}
	freeifaddrs(all);
}

void
scrub_clear(struct scrub *scrub)
{
	size_t i;

	for (i = 0; i < scrub->n; i++)
		free(scrub->addresses[i]);
	free(scrub->addresses);
	*scrub = (struct scrub){NULL, 0};
}

/* Whether the character would make the address another one. */
static bool
continues(char c, bool v6)
{
	return v6 ? isxdigit((unsigned char)c) || c == ':' : isdigit((unsigned char)c);
}

static bool
same_text(const char *a, const char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (tolower((unsigned char)a[i]) != b[i]) /* ours are in lower case */
			return false;
	return true;
}

static void
scrub_bytes(const struct scrub *scrub, char *bytes, size_t len)
{
	const char *address;
	size_t size, i, k;
	bool v6;

	for (i = 0; i < scrub->n; i++) {
		address = scrub->addresses[i];
		size = strlen(address);
		v6 = strchr(address, ':') != NULL;
		for (k = 0; k + size <= len; k++) {
			if (!same_text(bytes + k, address, size) ||
			    (k > 0 && continues(bytes[k - 1], v6)) ||
			    (k + size < len && continues(bytes[k + size], v6)))
				continue;
			memset(bytes + k, 'x', size);
		}
	}
}

static void
scrub_text(const struct scrub *scrub, char *text)
{
	if (text != NULL)
		scrub_bytes(scrub, text, strlen(text));
}

/* A helper knows who asked it. */
static void
scrub_vantage(const struct scrub *scrub, struct vantage *v)
{
	size_t i;

	for (i = 0; i < v->http.nheaders; i++)
		scrub_text(scrub, v->http.headers[i].value);
	scrub_text(scrub, v->http.title);
}

static void
scrub_requests(const struct scrub *scrub, struct measurement *m)
{
	struct http_request *r;
	size_t i, k;

	for (i = 0; i < m->nrequests; i++) {
		r = &m->requests[i];
		for (k = 0; k < r->nheaders; k++)
			scrub_text(scrub, r->headers[k].value);
		scrub_text(scrub, r->title);
		scrub_text(scrub, r->location);
		/* A redirect may have carried it on into the next request. */
		scrub_text(scrub, r->url);
		scrub_bytes(scrub, (char *)r->body.data, r->body.len);
	}
}

void
scrub_measurement(const struct scrub *scrub, struct measurement *m)
{
	scrub_requests(scrub, m);
	if (m->confirm != NULL)
		scrub_requests(scrub, m->confirm);
	if (m->control != NULL)
		scrub_vantage(scrub, m->control);
}
