/* Where a control vantage goes for strangers: it is neither a proxy into its own network nor a scanner. Pure. */
#ifndef PROBE_CONTROL_POLICY_H
#define PROBE_CONTROL_POLICY_H

#include <stdbool.h>
#include <stddef.h>

struct ip_prefix;
struct target;

struct control_policy {
	bool allow_private; /* also to addresses that no public site has, and to those near */
	const struct ip_prefix *near; /* this machine's addresses and its neighbours'; borrowed */
	size_t nnear;
};

/* NULL: the target may be asked for; else why not. */
const char *control_refuses(const struct control_policy *policy, const struct target *target);
/* Whether ip may be connected to at all. */
bool control_may_go_to(const struct control_policy *policy, const char *ip);
/* Whether that port may, for a target whose URL has url_port: 80, 443 and its own. */
bool control_may_use_port(int port, int url_port);

#endif
