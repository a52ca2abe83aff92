/*
 * What the observations of one measurement come to, before anybody says what they mean: which
 * resolver answered what, which address was reached and how the others failed. Pure.
 */
#ifndef RESULTS_FACTS_H
#define RESULTS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/failure.h"

struct common;
struct http_request;
struct measurement;
struct tls_handshake;

/* What one kind of resolver said of the target's name, over all of its attempts. */
struct dns_facts {
	int asked; /* attempts with an outcome; interrupted ones do not count */
	bool answered; /* some attempt gave an address, of a family that the line has */
	enum failure failure; /* of the last A query when not answered */
	int same_failure; /* attempts of that record type that failed in this very way */
	int attempts; /* of that record type */
};

/* One address of the target itself (no redirect's), over all attempts. */
struct address_facts {
	const char *ip;
	bool v6;
	bool from_system, from_second, from_doh; /* which resolvers gave it */
	bool from_trusted; /* one of those that are believed */
	int attempts;
	bool connected; /* TCP, at some attempt */
	bool valid; /* TLS finished with a chain and name that verify, at some attempt */
	int bad_handshakes; /* attempts whose handshake failed, whatever the others did */
	const char *failure; /* of the last attempt; NULL when that one was good */
	bool steady; /* every attempt failed, and in the same way */
	const struct tls_handshake *tls; /* of the last attempt that got that far */
};

/* No measurement of ours has nearly so many; a record from elsewhere may, and comparing each with each would take for ever. */
enum { FACTS_OBSERVATIONS_MOST = 8192 };

struct facts {
	bool too_many; /* observations: nothing else was gathered */
	bool https, host_is_ip, domestic; /* of the target */
	bool interrupted; /* cut short: by a person, or by its own limit of time */

	/* the network, from the context */
	bool network_works; /* online or degraded; or foreign_cut and the target is domestic */
	bool controls_ok; /* some control, or another target, was reached in this round */
	bool ipv6_ok;
	bool local_interception;
	int same_issuer, same_issuer_abroad, same_page, same_address; /* see struct context */

	/*
	 * DNS: the system's resolvers, and the trusted ones: DoH where it spoke, which nobody on the way can change; else the
	 * second ones over UDP.
	 */
	struct dns_facts system, second, doh;
	bool trusted_answered;
	bool local_resolver; /* one of the system's has a private address: a home router, or a filter at home */
	bool system_healthy; /* it answered for other names in this round */
	bool near_addresses; /* the failing address stands in the same network (/16, /32) as one where the site is proven */
	bool same_addresses; /* the system's and the trusted answers have an address in common */
	bool system_bogon; /* every address it gave is one that no public site has */
	bool trusted_bogon;
	bool two_answers; /* one query of the system's had answers without a common address */
	bool second_forged; /* the same of a second resolver's, or names are answered where no resolver runs */

	/* addresses */
	struct address_facts *addresses; /* in the measurement's arena */
	size_t naddresses;
	bool valid_system, valid_trusted; /* a valid one among those that the one or the other gave */
	bool connected; /* TCP somewhere */
	const struct address_facts *worst; /* the address whose failure speaks for a target not reached; NULL none */

	/* HTTP: the last page asked for */
	bool page_asked;
	const char *page_failure; /* NULL: there was a response */
	int page_code;
	int page_attempts, page_failures; /* of that page */
	bool page_coming; /* its failure is that our own time ran out while it came */
	bool page_tls; /* an https:// one of the target's own host */
	bool page_secure; /* over TLS that verified */
	bool page_same_site; /* its host is the target's, or the one lies below the other */
	int page_depth;
	/* Of the site's other name, or its https://, to which it leads: a handshake, where all failed before a certificate; NULL none. */
	const struct tls_handshake *hop;
	double page_rate; /* bytes/s of the body, of the fastest of its pages over 8,000 bytes; NAN unknown */
};

/* Reads the measurement; allocates in its arena only. */
void facts_gather(const struct measurement *m, struct facts *facts);
/* How many redirects deep an observation lies: 0 the target itself. */
int facts_depth(const struct common *c);
/* Whether two answers to one query, of which either names addresses, have none in common. */
struct query;
bool facts_contradict(const struct query *first, const struct query *later);
bool facts_share_an_address(const struct query *a, const struct query *b);
/* The network of an address, as the answers that name it have it (OONI's do); 0 unknown. */
int64_t facts_asn_in_answers(const struct measurement *m, const char *ip);
/* Whether the chain leads to no public root. Whatever else is wrong with it: an interceptor's may be expired, too. */
bool facts_untrusted(const struct tls_handshake *tls);
/* Whether the target is under the line's own top-level domain, and so taken to be inside the country. */
bool facts_domestic(const struct measurement *m);
/* The target's host, in the measurement's arena; NULL none. */
const char *facts_host(const struct measurement *m);
/*
 * Whether no public site has this address: loopback, private, link-local, shared (RFC 6598),
 * unspecified, multicast and reserved. The documentation and benchmark prefixes are not in it: what
 * answers there is a laboratory's.
 */
bool address_is_bogon(const char *ip);

#endif
