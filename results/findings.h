/*
 * All that the rules look at: the facts of a measurement, what its trials came to, what its certificates are, what a
 * control vantage saw, what was normal before. Gathered once, then only read. Pure.
 */
#ifndef RESULTS_FINDINGS_H
#define RESULTS_FINDINGS_H

#include <stdbool.h>

#include "results/chain.h"
#include "results/facts.h"
#include "results/flow.h"
#include "results/trials.h"

struct baseline;
struct measurement;
struct vantage;

/* Certificates that do not verify, shown to the target's name at an address that is taken to be its own. */
struct interception {
	int handshakes, untrusted; /* with the target's name, at any of its addresses; of those, by the public roots */
	struct chain_facts chain; /* of the last untrusted one */
	bool mixed; /* one address showed both kinds to the target's name */
	bool for_target; /* its leaf says it is for the target's host */
	bool os_trusted; /* this machine's own store accepts it */
	bool static_leaf; /* other names get the very same certificate there */
	bool others_public; /* other names get one that a public root vouches for */
	bool genuine_there; /* without the target's name, the same address shows a publicly trusted one for that host */
	bool one_provider; /* the address shows a landmark's own certificate to the landmark's name: machines of one provider */
	bool minted; /* another name got an untrusted one made for that name, by the same issuer */
	bool away; /* a server that has nothing to do with the target showed an untrusted one for its name */
};

/* What the control vantage says of the same thing. Unknown where it was not asked or speaks not of it. */
enum elsewhere { ELSEWHERE_UNKNOWN, ELSEWHERE_WORKS, ELSEWHERE_FAILS };

struct findings {
	const struct measurement *m;
	struct facts f;
	struct sni_facts sni;
	struct tcp_pairs tcp;
	struct dns_trials dns;
	struct host_trials host;
	struct address_trials address;
	struct flow_trials flow;
	struct interception mitm;
	const struct baseline *baseline; /* NULL none */
	const struct vantage *vantage; /* that answered; NULL none */
	enum elsewhere there_dns, there_tcp, there_tls, there_http; /* of the target's own name and addresses */
	bool there_certificate; /* the vantage, too, found the certificate wanting */
	bool there_has_address; /* the vantage connected to the address whose failure is in question */
	bool stands_where_it_was; /* with a certificate that verifies, at an address that no resolver names any more */
	bool steady; /* this line reached the site as a rule: baseline_steady */
};

/* Allocates in the measurement's arena only. */
void findings_gather(const struct measurement *m, struct findings *out);

#endif
