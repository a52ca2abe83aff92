/*
 * What the trials of a measurement came to (m->confirm; probe/confirm.c makes them): plain counts of who answered
 * what to whom, and the few comparisons that rules are made of. Pure.
 */
#ifndef RESULTS_TRIALS_H
#define RESULTS_TRIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "results/failure.h"

struct measurement;
struct tls_handshake;

/* What became of a connection once the name was sent. */
enum reply {
	REPLY_NONE, /* not made, or cut short by us: says nothing */
	REPLY_SERVER, /* a ServerHello, whatever the certificate; for HTTP, a response */
	REPLY_ALERT, /* a TLS alert instead */
	REPLY_RESET,
	REPLY_CLOSE,
	REPLY_SILENCE,
	REPLY_NO_TCP, /* no connection at all */
	REPLY_OTHER,
	REPLY_MAX
};
enum reply trials_reply(const struct tls_handshake *tls);
enum reply trials_reply_to_failure(enum failure f);

struct reply_count {
	int n; /* all but REPLY_NONE and REPLY_NO_TCP */
	int by[REPLY_MAX];
	int server; /* of n, those that a server answered */
	int bad; /* of n, reset, closed, silent, alert */
	enum reply kind; /* the commonest bad one; REPLY_NONE when there was none */
};

/* The server name, at the target's own address and elsewhere. */
struct sni_facts {
	struct reply_count target; /* the target's name at its address, first attempts and retries included */
	struct reply_count control; /* other names there */
	/* Landmarks: servers that have nothing to do with the target and answer to their own name. */
	int places; /* that could be used */
	int away_bad; /* where the target's name always fails while others, nobody's among them, are answered */
	int away_dead; /* which answered before the target's name was sent, and nobody after it */
	int away_dead_n; /* connections made to those after it, with other names */
	int away_fine; /* where the target's name is answered as others are */
	struct reply_count away; /* the target's name at usable places */
	struct reply_count away_others; /* other names there */
	enum reply first_away; /* what the first bad one looks like */
	/* Chance that failures fall on the target's name by accident as much as they do (Fisher's exact test, one-sided), at
	 * its own address and at usable places; 1 where there is nothing to compare. */
	double p_own, p_away;
};
void trials_sni(const struct measurement *m, struct sni_facts *out);

/* Connects in turns: target, landmark. */
struct tcp_pairs {
	int n, target_bad, landmark_bad;
	bool port_80; /* the target's address answers on port 80 */
	bool port_80_asked;
};
void trials_tcp(const struct measurement *m, struct tcp_pairs *out);

struct dns_trials {
	int target_n, target_silent, target_denied, control_n, control_answered;
	int control_same; /* of the controls, those led to an address to which the target is led */
	bool nonexistent_answered; /* a name that nobody has got an address: `wildcard` */
	bool nonexistent_asked;
	int nowhere_n, nowhere_answered; /* asked for the target's name at an address that runs no resolver; got an answer */
	int nowhere_control_n, nowhere_control_answered; /* other names there: answered, everything is taken to a resolver of theirs */
	bool late_truth; /* after the first answer another came that contradicts it */
	bool wildcard_same; /* the nonexistent name has the address that the target has */
};
void trials_dns(const struct measurement *m, struct dns_trials *out);

/* The Host header at servers that have nothing to do with the target. */
struct host_trials {
	int places; /* landmarks whose own name got a response before and after */
	int away_bad; /* the target's Host always failed there, nobody's was answered */
	enum reply kind; /* how */
	int away_page; /* they gave the page (or redirect) that the target gave, and another to nobody's name */
	int away_other; /* they gave something else: their own */
	int unsure; /* of places, those that may be machines of the target's own provider */
	int control_n, control_bad; /* other names at the target's address */
};
void trials_host(const struct measurement *m, struct host_trials *out);

/* Whether a doubtful address gives the same page to any name. */
struct address_trials {
	bool asked, answered, any_name;
	bool other_than_true; /* at an address that DoH names is another page */
	bool same_as_true; /* the same: it is the site's own machine */
};
void trials_address(const struct measurement *m, struct address_trials *out);

/* One-sided Fisher: probability of a or more of n1 against b of n2, given a + b. */
double trials_fisher(int a, int n1, int b, int n2);
/* Whether an observation bears the tag "why=NAME". */
struct common;
bool trials_why(const struct common *c, const char *why);

#endif
