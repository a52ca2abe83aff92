/*
 * What every DNS check has in common, over whatever transport: the question, what came back, and
 * the query that is written of it. The types in check_dns.c and check_doh.c begin with a struct
 * lookup.
 */
#ifndef PROBE_LOOKUP_H
#define PROBE_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/check.h"
#include "probe/dnswire.h"
#include "results/measurement.h"

struct resolver;

/*
 * What is kept of one query: a flood must not eat the volunteer's memory. The answer used is always
 * kept.
 */
enum { LOOKUP_DATAGRAMS_MAX = 64, LOOKUP_BYTES_MAX = 128 * 1024 };

struct lookup {
	struct check check;
	const struct resolver *resolver; /* borrowed */
	const char *hostname; /* borrowed */
	enum dns_type type;
	struct dns_question question;
	bool bad_name; /* hostname is no DNS name; question is empty */
	bool begun; /* the question went out */
	bool edns; /* the question went out with EDNS */
	bool truncated; /* a truncated reply came: the answer is to come over a stream */
	bool settled; /* the answer came, or a failure stands: outcome says */
	void (*answered)(struct check *check, void *arg); /* see check_dns_on_answer; NULL none */
	const char *outcome; /* failure, NULL success */
	/* In the making; engine and transport by the resolver's role until changed. */
	struct query draft;
	int listen_ms; /* past the first answer, before scaling */
	size_t kept; /* bytes of its datagrams */
	struct query *duplicates;
	size_t nduplicates;
	size_t query; /* in `done`: index in m->queries */
};

/*
 * As check_dns_new, for one type of check, whose struct begins with a struct lookup. The limit is
 * conf->dns_ms.
 */
struct lookup *lookup_new(const struct check_type *check_type, struct probe *probe,
    struct measurement *m, const struct resolver *resolver, const char *hostname,
    enum dns_type type, void (*done)(struct check *check, void *arg), void *arg);
/*
 * When the query goes out (not while it waits for its turn): starts its time, and notes
 * resolve_start. Returns false after finishing the check where the name cannot be asked for at all.
 */
bool lookup_begin(struct lookup *lookup);

enum lookup_seen {
	LOOKUP_PASSED_OVER, /* malformed, wrong ID or wrong question; recorded */
	LOOKUP_ANSWER, /* the first valid one: the lookup is settled by it, whatever its rcode */
	LOOKUP_DUPLICATE, /* a valid one after it; recorded */
	LOOKUP_TRUNCATED, /* the first valid one, and it asks for a stream */
	LOOKUP_EDNS_REFUSED /* FORMERR, NOTIMP or BADVERS to a question with EDNS */
};
/*
 * Takes one message that came back (copied) and records it. stream: over TCP or HTTPS, where
 * truncation and EDNS's refusal are an answer like any other. ip_ttl -1: unknown.
 */
enum lookup_seen
lookup_receive(struct lookup *lookup, const void *bytes, size_t len, int ip_ttl, bool stream);
/* The failure of a query whose time ran out: what was passed over until then may have a name. */
const char *lookup_silence(const struct lookup *lookup);
/* For the type's `stop`, unless cancelled: appends the query and its duplicates to m. */
void lookup_save(struct lookup *lookup);

#endif
