/* Where a control vantage goes for strangers. */
#include "probe/control_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "results/facts.h"
#include "targets/target.h"

/* LOW_PORTS: what is below belongs to mail, shells and the like, which a GET may harm. */
enum { HTTP_PORT = 80, HTTPS_PORT = 443, LOW_PORTS = 1024 };

/* The IPv6 prefixes whose addresses lead to an IPv4 one, and where it stands in them. */
static const struct transition {
	uint8_t prefix[12];
	size_t len, at;
} transitions[] = {
    {{0x00, 0x64, 0xff, 0x9b}, 12, 12}, /* NAT64, RFC 6052 */
    {{0x20, 0x02}, 2, 2},               /* 6to4, RFC 3056 */
    {{0}, 12, 12},                      /* IPv4-compatible, RFC 4291 2.5.5.1 */
};

static bool
leads_to_bogon(const struct in6_addr *v6)
{
	char text[INET_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++)
		if (memcmp(v6->s6_addr, transitions[i].prefix, transitions[i].len) == 0 &&
		    inet_ntop(AF_INET, v6->s6_addr + transitions[i].at, text, sizeof(text)) != NULL &&
		    address_is_bogon(text))
			return true;
	return false;
}

bool
control_may_go_to(const struct control_policy *policy, const char *ip)
{
	struct in6_addr v6;
	struct in_addr v4;
	bool is_v6 = inet_pton(AF_INET6, ip, &v6) == 1;
	size_t i;

	if (!is_v6 && inet_pton(AF_INET, ip, &v4) != 1)
		return false;
	if (policy->allow_private)
		return true;
	if (address_is_bogon(ip) || (is_v6 && leads_to_bogon(&v6)))
		return false;
	for (i = 0; i < policy->nown; i++)
		if (strcmp(policy->own[i], ip) == 0)
			return false;
	return true;
}

bool
control_may_use_port(int port, int url_port)
{
	return port == HTTP_PORT || port == HTTPS_PORT || port == url_port;
}

const char *
control_refuses(const struct control_policy *policy, const struct target *target)
{
	if (target->port < LOW_PORTS && target->port != HTTP_PORT && target->port != HTTPS_PORT)
		return "there are no pages on that port";
	if (target->host_is_ip && !control_may_go_to(policy, target->host))
		return "no public site has that address";
	return NULL;
}
