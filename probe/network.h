/*
 * The state of the network: is it the line, the portal, the country? The kernel says whether
 * there is a link and a gateway that answers, the round's controls say what lies beyond. Judging is pure.
 */
#ifndef PROBE_NETWORK_H
#define PROBE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "results/measurement.h"

/* What the kernel knows. */
struct network_link {
	int link; /* 1 an interface other than loopback is up with an address, 0 none */
	int gateway; /* 1 answers, 0 does not, -1 unknown (not heard of lately, point-to-point links, IPv6 only) */
	char gateway_ip[16]; /* IPv4; "" none */
	bool ipv6_route; /* the kernel has a way to the IPv6 internet; no packet is sent to find out */
};
/* Of the gateway, what was heard in the last `age` seconds. */
void network_look(struct network_link *out, double age);

enum control_kind { CONTROL_FOREIGN, CONTROL_DOMESTIC, CONTROL_PORTAL, CONTROL_KIND_MAX };
const char *control_kind_name(enum control_kind kind);

/* What a control is for, and its right answer; read from the notes column of its list. */
struct control_want {
	enum control_kind kind;
	char country[3]; /* domestic: where; "" anywhere */
	int status; /* portal: the HTTP status wanted, 0 any */
	char body_sha256[65]; /* portal: of the body wanted, or of it without its last newline; "" any */
	char body_sha256_newline[65];
};
/*
 * "foreign", "domestic:KZ", "portal status=204", "portal body=success" (the rest of the text). Returns 0, or -1. Pure.
 */
int control_parse(const char *notes, struct control_want *want);
/* How the control did; strings are the measurement's. Pure. */
void control_judge(const struct measurement *m, const struct control_want *want,
    struct control_outcome *out);

/* Counts over the controls of one or more passes. */
struct network_tally {
	int asked[CONTROL_KIND_MAX], ok[CONTROL_KIND_MAX];
	int untrusted; /* answered over TLS with a stranger's certificate */
	int wrong_page; /* portal controls with another answer than theirs */
	int v6_tried, v6_ok, v6_no_route;
	int asked_beyond; /* controls for which anything was asked beyond this machine */
	/* Controls for which a resolver replied, whatever it said, that is neither this machine nor `gateway`. */
	int replied_beyond;
	bool gateway_answers; /* it said something itself: a resolver's reply, or when it was asked */
	const char *gateway; /* set before the first network_tally_add; borrowed. NULL: none known */
	int others_ok; /* targets reached over valid TLS */
	int others_earlier; /* alike, but before the pass began: they prove little of the line as it is */
};
void network_tally_add(struct network_tally *tally, const struct control_outcome *outcome,
    const struct measurement *m);
/* Nobody answered at all. */
bool network_silent(const struct network_tally *tally);
enum network_state network_judge(const struct network_tally *tally, const struct network_link *link);
/* Without a control that has an IPv6 address, no route means absent, and a route means nothing. */
enum ipv6_state network_judge_ipv6(const struct network_tally *tally, bool route);
/* Whether certificates are replaced on every control that answers. */
bool network_judge_interception(const struct network_tally *tally);
/* The state that explains more failures: for targets measured between two looks. */
enum network_state network_worse(enum network_state a, enum network_state b);

#endif
