/* Where a control vantage goes for strangers. */
#include "probe/control_policy.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "probe/ip_prefix.h"
#include "results/facts.h"
#include "targets/target.h"

/* LOW_PORTS: what is below belongs to mail, shells and the like, which a GET may harm. */
enum { HTTP_PORT = 80, HTTPS_PORT = 443, LOW_PORTS = 1024 };

/* What no public site has either, though the rules need not know it: address_is_bogon. */
static const struct ip_prefix closed[] = {
    {{168, 63, 129, 16}, AF_INET, 32}, /* Azure's host, as every guest sees it */
    {{192, 0, 0}, AF_INET, 24}, /* RFC 6890 */
    {{198, 18}, AF_INET, 15}, /* benchmarks, RFC 2544 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, AF_INET6, 96}, /* IPv4 in disguise, RFC 4291 2.5.5.2 */
    {{0x00, 0x64, 0xff, 0x9b, 0, 1}, AF_INET6, 48}, /* NAT64 of a network's own, RFC 8215 */
    {{0x01}, AF_INET6, 64}, /* thrown away, RFC 6666 */
    {{0xfe, 0xc0}, AF_INET6, 10}, /* site-local, RFC 3879 */
};

/* The IPv6 prefixes whose addresses lead to an IPv4 one, and where it stands in them. */
static const struct transition {
	struct ip_prefix prefix;
	size_t at;
} transitions[] = {
    {{{0x00, 0x64, 0xff, 0x9b}, AF_INET6, 96}, 12}, /* NAT64, RFC 6052 */
    {{{0x20, 0x02}, AF_INET6, 16}, 2},              /* 6to4, RFC 3056 */
    {{{0}, AF_INET6, 96}, 12},                      /* IPv4-compatible, RFC 4291 2.5.5.1 */
};

static bool
is_near(const struct control_policy *policy, int family, const uint8_t *bytes)
{
	size_t i;

	for (i = 0; i < policy->nnear; i++)
		if (ip_prefix_has(&policy->near[i], family, bytes))
			return true;
	return false;
}

static bool
is_closed(const struct control_policy *policy, int family, const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		if (ip_prefix_has(&closed[i], family, bytes))
			return true;
	return inet_ntop(family, bytes, text, sizeof(text)) == NULL || address_is_bogon(text) ||
	    is_near(policy, family, bytes);
}

static bool
leads_to_closed(const struct control_policy *policy, int family, const uint8_t *bytes)
{
	size_t i;

	for (i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++)
		if (ip_prefix_has(&transitions[i].prefix, family, bytes) &&
		    is_closed(policy, AF_INET, bytes + transitions[i].at))
			return true;
	return false;
}

bool
control_may_go_to(const struct control_policy *policy, const char *ip)
{
	uint8_t bytes[IP_BYTES];
	int family = ip_parse(ip, bytes);

	if (family == 0)
		return false;
	return policy->allow_private ||
	    (!is_closed(policy, family, bytes) && !leads_to_closed(policy, family, bytes));
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
