/*
 * Situations for the tests of verdicts: the observations of one measurement, put together line by line, and the
 * question what they mean. Everything lives in the measurement's arena.
 */
#ifndef TESTS_VERDICT_CASE_H
#define TESTS_VERDICT_CASE_H

#include <stdbool.h>

#include "results/measurement.h"

#define SITE "https://site.example/"
#define PLAIN "http://site.example/"
#define TIMEOUT "generic_timeout_error"
#define RESET "connection_reset"
#define UNTRUSTED "ssl_unknown_authority"
#define NXDOMAIN "dns_nxdomain_error"

/* Addresses: the site's own, where a liar leads, two landmarks. */
#define HOME "203.0.113.1"
#define LIE "198.51.100.66"
#define PLACE_1 "192.0.2.201"
#define PLACE_2 "192.0.2.202"

/* A target on a line that works: the controls answer, the system's resolver too. */
struct measurement *target(const char *url);
/* An https target whose resolvers agree on HOME, as most cases begin. */
struct measurement *target_at_home(void);

/* --- the target's own observations --- */

/* Words separated by blanks are addresses; a failure has none. */
struct query *query(struct measurement *m, enum resolver_role role, const char *failure, const char *ips);
/* The same failure, three times. */
void fails(struct measurement *m, enum resolver_role role, const char *failure);
struct tcp_connect *connects(struct measurement *m, const char *ip, const char *failure);
/* A connection that stood, and what became of its handshake. */
struct tls_handshake *shakes(struct measurement *m, const char *ip, const char *failure);
struct http_request *page(struct measurement *m, const char *url, const char *failure, int code);

/* --- certificates --- */

enum shown {
	GENUINE, /* of a public authority */
	FORGED, /* none of what a public authority puts in, signed by somebody else's */
	SELF_SIGNED,
	UNCHAINED /* a public authority's, its intermediate missing */
};
/* Gives the handshake the certificate of that kind for that name, and what a verifier says of it. */
struct tls_handshake *shows(
    struct measurement *m, struct tls_handshake *tls, enum shown kind, const char *name);
/* The table that has the forger's authority in it, by its key or by its name only; observed: "yes" or "no". */
void know_forger(bool by_key, const char *observed);
void know_nobody(void);

/* --- tests: their tag is "why=" and the name --- */

void why(struct measurement *m, struct common *c, const char *name);
struct query *try_query(
    struct measurement *m, const char *name, const char *failure, const char *ips);
/* Target and control asked of the system's resolver in turns; so many of the controls are answered. */
void asked_in_turns(struct measurement *m, const char *failure, int pairs, int answered);
void try_connect(struct measurement *m, const char *name, const char *ip, const char *failure);
struct tls_handshake *try_tls(
    struct measurement *m, const char *name, const char *ip, const char *failure);
/* So many handshakes at the target's address in turns: others' names, and the target's with that failure. */
void try_pairs(struct measurement *m, int pairs, const char *control, const char *failure);
/* A landmark: its own name, the target's, nobody's, its own again. */
void try_place(struct measurement *m, const char *ip, const char *failure, const char *canary,
    const char *after);
/* A plain request to ip; body is any text that stands for the page, NULL no response. */
struct http_request *try_get(
    struct measurement *m, const char *name, const char *ip, const char *failure, const char *body);
/* A page of 50,000 bytes at so many bytes a second; 0: reset after 8,000. */
void try_flow(struct measurement *m, const char *name, double rate);

/* --- circumstances --- */

/* A control vantage that answered, and found everything well. */
struct vantage *vantage(struct measurement *m, const char *ip);
/* It could not reach anything of the site. */
void vantage_fails(struct vantage *v);
/* The site was reached here for weeks, at HOME. */
struct baseline *history(struct measurement *m);

/* --- the question --- */

bool has_evidence(const struct verdict *v, const char *code);
/* Judges, compares, frees. rule is the evidence's first word. */
void means(struct measurement *m, enum verdict_status status, enum mechanism mechanism, const char *rule);

#endif
