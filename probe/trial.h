/*
 * Trials: single connections and queries that test an explanation, one attempt each. They stand in lanes: the
 * trials of a lane run one after the other (their order is part of the test), lanes side by side. What they see goes to
 * the measurement's `confirm` lists, tagged with why each was made.
 */
#ifndef PROBE_TRIAL_H
#define PROBE_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct measurement;
struct probe;
struct resolver;

enum trial_kind {
	TRIAL_TCP, /* connect to ip:port */
	TRIAL_TLS, /* handshake with ip:port, SNI name; a name that is an address sends none */
	TRIAL_DNS, /* A of name from resolver */
	TRIAL_HTTP, /* GET url from ip */
	TRIAL_FLOW, /* GET url from ip, whatever its certificate, with `name` as Host: see check_http_flow */
	TRIAL_QUIC, /* version negotiation at ip:port */
};

struct trial {
	enum trial_kind kind;
	const char *why; /* the tag, "why=sni_control"; static */
	/* All borrowed until the lanes are done. */
	const char *ip, *name, *url;
	int port;
	const struct resolver *resolver;
	int listen_ms; /* DNS: 0 the usual time */
};

enum { LANES_MAX = 9 };

/* Embed it; begins zeroed. Add trials, then start. */
struct lanes {
	struct probe *probe;
	struct measurement *m; /* the confirm part */
	struct lane {
		struct lanes *lanes;
		struct trial *trials;
		size_t n, next;
		struct trial_run *run; /* the one under way */
	} lane[LANES_MAX];
	size_t running;
	bool stopped;
	int64_t waited_ns;
	void (*done)(void *arg);
	void *arg;
};

/* A host name that looks like one and that nobody has: twelve letters and .com. In the arena. */
const char *trial_nobodys_name(struct arena *arena);

void lanes_add(struct lanes *lanes, size_t lane, const struct trial *trial);
bool lanes_empty(const struct lanes *lanes);
/* Runs what was added; done comes from the loop, once. Then more may be added and started. There must be something to run. */
void lanes_start(struct lanes *lanes, struct probe *probe, struct measurement *m,
    void (*done)(void *arg), void *arg);
/* Ends what runs, as interrupted, and drops the rest; done follows where it was due. */
void lanes_stop(struct lanes *lanes);
/* When nothing runs. */
void lanes_clear(struct lanes *lanes);

#endif
